//! The sentence that says what just happened. It travels as `?notice=key`, so that it works without JavaScript and only
//! known sentences can be shown.

use super::icon::Icon;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Key to sentence. A redirect after a change names a key of this list.
const NOTICES: &[(&str, &str)] = &[
    (
        "welcome",
        "Welcome to Mailer. The sandbox account is ready: mail sent through it stays in the outbox here.",
    ),
    (
        "password-changed",
        "Your password is changed. Other sessions were signed out.",
    ),
    ("settings-saved", "Settings saved."),
    ("account-saved", "Sender account saved."),
    (
        "account-enabled",
        "The account is on: mail may leave through it again.",
    ),
    (
        "account-disabled",
        "The account is off: nothing leaves through it.",
    ),
    ("account-reset", "The account is tried again from now on."),
    ("account-deleted", "Sender account deleted."),
    ("outbox-deleted", "Mail deleted from the outbox."),
    ("outbox-cleared", "The outbox is empty now."),
    ("draft-created", "Draft created."),
    ("draft-renamed", "Draft renamed."),
    ("draft-duplicated", "This is the copy."),
    ("draft-deleted", "Draft deleted."),
    ("draft-saved", "Draft saved."),
    ("draft-design-chosen", "The design is in the draft now."),
    (
        "draft-rescued",
        "The draft was changed in the meantime, so nothing in it was overwritten. What you wrote is kept in this copy.",
    ),
    ("recipients-added", "The list is read. This is what became of its rows."),
    ("recipients-corrected", "The addresses are corrected."),
    ("recipients-removed", "The draft has no recipients now."),
    (
        "test-queued",
        "The test mail is on its way. Through a sandbox account it arrives in the outbox.",
    ),
];

#[component]
pub fn Notice() -> impl IntoView {
    let query = use_query_map();
    let sentence = move || {
        let key = query.read().get("notice")?;
        NOTICES
            .iter()
            .find(|(known, _)| *known == key)
            .map(|(_, sentence)| *sentence)
    };
    view! {
        <div aria-live="polite" role="status">
            {move || {
                sentence().map(|text| view! {
                    <div class="notice"><Icon name="check"/><span>{text}</span></div>
                })
            }}
        </div>
    }
}
