//! The frame of every settings page: its heading, the way to its neighbours, and what stands inside its form.

use crate::features::auth::model::Role;
use crate::features::auth::person::ForRole;
use crate::ui::form::{FormMessage, FormState, Submit};
use crate::ui::icon::Icon;
use crate::ui::page::PageHead;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Address and words.
type Entry = (&'static str, &'static str);

const WORKSPACE: &[Entry] = &[
    ("/settings", "Workspace"),
    ("/settings/tracking", "Tracking and privacy"),
    ("/settings/sending", "Sending"),
    ("/settings/domains", "Sending domains"),
];
/// For owners.
const PEOPLE: &[Entry] = &[
    ("/settings/people", "People"),
    ("/settings/activity", "Activity"),
];
const OWN: &[Entry] = &[
    ("/settings/profile", "Your profile"),
    ("/settings/appearance", "Appearance"),
    ("/settings/about", "About"),
];

#[component]
pub fn SettingsFrame(
    #[prop(into)] title: String,
    #[prop(into, default = String::new())] lead: String,
    children: Children,
) -> impl IntoView {
    let current_words = current_words();
    view! {
        <PageHead title=title lead=lead/>
        <div class="settings">
            <details class="settings-menu">
                <summary>{current_words}<Icon name="down"/></summary>
                <nav aria-label="Settings" class="settings-nav">{menu()}</nav>
            </details>
            <nav aria-label="Settings" class="settings-nav settings-side">{menu()}</nav>
            <div class="min-w-0 max-w-3xl">{children()}</div>
        </div>
    }
}

fn menu() -> impl IntoView {
    view! {
        <ul>{entries(WORKSPACE)}</ul>
        <ForRole role=Role::Owner><ul>{entries(PEOPLE)}</ul></ForRole>
        <ul>{entries(OWN)}</ul>
    }
}

/// What the page in sight is called in the menu.
fn current_words() -> &'static str {
    let path = use_location().pathname.get_untracked();
    [WORKSPACE, PEOPLE, OWN]
        .iter()
        .flat_map(|list| list.iter())
        .find(|(href, _)| *href == path)
        .map_or("Settings", |(_, words)| *words)
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

/// Inside the `ActionForm` of a settings page: its name, its fields, and the button for those who may.
#[component]
pub fn SettingsFields(
    form: FormState,
    title: &'static str,
    can_edit: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <h2 class="text-base font-semibold">{title}</h2>
        {(!can_edit).then(|| view! { <p class="mt-1 text-sm text-muted">"Only an owner can change these."</p> })}
        <FormMessage form=form/>
        <fieldset class="mt-4 grid gap-5" disabled=!can_edit>
            {children()}
            {can_edit.then(|| view! { <div><Submit form=form label="Save settings"/></div> })}
        </fieldset>
    }
}
