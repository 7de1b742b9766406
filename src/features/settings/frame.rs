//! The frame of every settings page: its heading, and the way to its neighbours.

use crate::features::auth::model::Role;
use crate::features::auth::person::ForRole;
use crate::ui::page::PageHead;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Address and words.
type Entry = (&'static str, &'static str);

const WORKSPACE: &[Entry] = &[
    ("/settings", "Workspace"),
    ("/settings/domains", "Sending domains"),
];
/// For owners.
const PEOPLE: &[Entry] = &[
    ("/settings/people", "People"),
    ("/settings/activity", "Activity"),
];
const OWN: &[Entry] = &[("/settings/profile", "Your profile")];

#[component]
pub fn SettingsFrame(
    #[prop(into)] title: String,
    #[prop(into, default = String::new())] lead: String,
    children: Children,
) -> impl IntoView {
    view! {
        <PageHead title=title lead=lead/>
        <div class="settings">
            <nav aria-label="Settings" class="settings-nav">
                <ul>{entries(WORKSPACE)}</ul>
                <ForRole role=Role::Owner><ul>{entries(PEOPLE)}</ul></ForRole>
                <ul>{entries(OWN)}</ul>
            </nav>
            <div class="min-w-0 max-w-3xl">{children()}</div>
        </div>
    }
}

fn entries(list: &'static [Entry]) -> impl IntoView {
    let pathname = use_location().pathname;
    list.iter()
        .map(|(href, words)| {
            let is_current = move || pathname.get() == *href;
            view! {
                <li>
                    <a href=*href class="nav-link" aria-current=move || is_current().then_some("page")>{*words}</a>
                </li>
            }
        })
        .collect_view()
}
