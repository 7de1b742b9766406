//! The frame around every signed-in page: navigation, skip link, notice, content.

use super::icon::Icon;
use super::notice::Notice;
use crate::hydration::Later;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use std::time::Duration;

/// Address, words, icon.
type Entry = (&'static str, &'static str, &'static str);

/// The map of the product as a marketer sees it: groups of entries.
const NAVIGATION: &[(&str, &[Entry])] = &[
    ("", &[("/", "Home", "home")]),
    (
        "Write",
        &[
            ("/drafts", "Drafts", "draft"),
            ("/templates", "Templates", "template"),
        ],
    ),
    (
        "Send",
        &[
            ("/campaigns", "Campaigns", "campaign"),
            ("/queue", "Queue", "queue"),
            ("/outbox", "Outbox", "outbox"),
        ],
    ),
    (
        "Set up",
        &[
            ("/accounts", "Sender accounts", "account"),
            ("/suppressions", "Suppressions", "suppression"),
            ("/settings", "Settings", "settings"),
        ],
    ),
];

/// `search` and `quick_search` open what finds things: above the navigation, and in the bar of a small screen. `user` is the foot
/// of the navigation: who is signed in, and the way out.
#[component]
pub fn Frame(
    search: AnyView,
    quick_search: AnyView,
    user: AnyView,
    children: Children,
) -> impl IntoView {
    let pathname = use_location().pathname;
    let query = use_query_map();
    let (here, set_here) = signal(String::new());
    Effect::new(move |before: Option<(String, String)>| {
        // The steps of the composer are pages of their own, told apart by their query.
        let step = query.read().get("step").unwrap_or_default();
        let place = (pathname.get(), step);
        if before.is_some_and(|before| before != place) {
            close_navigation();
            focus_content();
            // The page sets its title a little later than the address changes.
            set_timeout(
                move || set_here.set(document().title()),
                Duration::from_millis(300),
            );
        }
        place
    });
    view! {
        // The router takes the click, and would only change the address.
        <a href="#content" class="skip-link" on:click=|_| focus_content()>"Skip to content"</a>
        <p class="sr-only" role="status">{here}</p>
        <div class="frame">
            <header class="topbar">
                <button type="button" class="btn btn-ghost btn-square" popovertarget="navigation" aria-label="Menu">
                    <Icon name="menu"/>
                </button>
                <a href="/" class="brand">"Mailer"</a>
                {quick_search}
            </header>
            <div id="navigation" class="sidebar" popover="auto">
                <div class="flex items-start justify-between">
                    <a href="/" class="brand brand-large">"Mailer"</a>
                    <button type="button" class="btn btn-ghost btn-square lg:hidden" popovertarget="navigation"
                        popovertargetaction="hide" aria-label="Close menu">
                        <Icon name="close"/>
                    </button>
                </div>
                <Later>
                    {search}
                    <nav aria-label="Main" class="grow">
                        {NAVIGATION
                            .iter()
                            .map(|(group, entries)| view! {
                                {(!group.is_empty()).then(|| view! { <p class="nav-group">{*group}</p> })}
                                <ul>{entries.iter().map(|entry| view! { <NavigationLink entry=*entry/> }).collect_view()}</ul>
                            })
                            .collect_view()}
                    </nav>
                    {user}
                </Later>
            </div>
            <main id="content" class="content" tabindex="-1">
                <Notice/>
                {children()}
            </main>
        </div>
    }
}

#[component]
fn NavigationLink(entry: Entry) -> impl IntoView {
    let (href, words, icon) = entry;
    let pathname = use_location().pathname;
    let current = move || {
        let path = pathname.get();
        if href == "/" {
            path == "/"
        } else {
            path == href || path.starts_with(&format!("{href}/"))
        }
    };
    view! {
        <li>
            <a href=href class="nav-link" aria-current=move || current().then_some("page")>
                <Icon name=icon/>
                {words}
            </a>
        </li>
    }
}

/// A page that was come to by a link begins at its beginning, also for the keyboard and for screen readers.
fn focus_content() {
    #[cfg(feature = "hydrate")]
    if let Some(content) = document().get_element_by_id("content") {
        use wasm_bindgen::JsCast;
        if let Some(content) = content.dyn_ref::<web_sys::HtmlElement>() {
            let _ = content.focus();
        }
    }
}

/// On a phone the navigation lies over the page: it goes away once it was used.
fn close_navigation() {
    #[cfg(feature = "hydrate")]
    if let Some(navigation) = document().get_element_by_id("navigation") {
        super::popover::hide(&navigation);
    }
}
