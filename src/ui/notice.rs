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
        "Your password is changed. All other devices were signed out.",
    ),
    ("name-changed", "Your name is changed."),
    ("device-signed-out", "The device is signed out."),
    ("devices-signed-out", "All other devices are signed out."),
    ("joined", "Welcome to Mailer. You are signed in."),
    (
        "person-invited",
        "The invitation is ready. Copy its link and hand it over.",
    ),
    (
        "invitation-withdrawn",
        "The invitation is withdrawn. Its link does not work any more.",
    ),
    ("role-changed", "The role is changed, from now on."),
    (
        "owner-demoted",
        "The role is changed, from now on. Open invitations were withdrawn, because an owner knows their links.",
    ),
    (
        "owner-removed",
        "The person is removed and signed out everywhere. Open invitations were withdrawn, because an owner knows their links.",
    ),
    (
        "person-removed",
        "The person is removed and signed out everywhere.",
    ),
    ("settings-saved", "Settings saved."),
    ("theme-chosen", "These are your colours now."),
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
    (
        "key-created",
        "The key is made. Publish its DNS record, then start signing.",
    ),
    (
        "key-activated",
        "Mail that starts to be sent now is signed with this key.",
    ),
    ("key-retired", "Nothing new is signed with this key."),
    ("key-deleted", "The key is deleted."),
    (
        "suppression-removed",
        "The address is off the list and may be mailed again.",
    ),
    ("outbox-deleted", "Mail deleted from the outbox."),
    ("outbox-cleared", "The outbox is empty now."),
    (
        "campaign-started",
        "Your campaign is started. This page follows it.",
    ),
    (
        "campaign-paused",
        "Paused. Messages that were being sent still end; nothing new leaves.",
    ),
    ("campaign-resumed", "Sending again."),
    (
        "campaign-cancelled",
        "Cancelled. What still waited is being put away.",
    ),
    (
        "campaign-duplicated",
        "A copy with the same content and recipients. Change what you like, then send it.",
    ),
    ("campaign-deleted", "Campaign deleted."),
    ("campaigns-changed", "Done for all selected campaigns."),
    (
        "campaigns-changed-part",
        "Done where it was possible. The other selected campaigns are in a state that does not allow it, and stay as they are.",
    ),
    (
        "campaigns-unchanged",
        "Nothing changed: the selected campaigns are in a state that does not allow it.",
    ),
    (
        "campaigns-duplicated",
        "Each selected campaign has a copy here, with the same content and recipients.",
    ),
    ("messages-again", "The messages are in the queue again."),
    (
        "messages-again-part",
        "Many of the messages are in the queue again, but not all yet. Press the button once more for the rest.",
    ),
    ("messages-confirmed", "Marked as sent."),
    (
        "messages-confirmed-part",
        "Many of the messages are marked as sent, but not all yet. Press the button once more for the rest.",
    ),
    ("message-cancelled", "The message is cancelled."),
    (
        "message-hastened",
        "The message leaves as soon as an account is free.",
    ),
    ("messages-cancelled", "The messages are cancelled."),
    (
        "messages-cancelled-part",
        "Many of the messages are cancelled, but not all yet. Press the button once more for the rest.",
    ),
    (
        "messages-gone",
        "Nothing was cancelled: none of these messages waits any more.",
    ),
    (
        "messages-hastened",
        "The messages leave as soon as an account is free.",
    ),
    (
        "messages-hastened-part",
        "Many of the messages are to leave now, but not all yet. Press the button once more for the rest.",
    ),
    (
        "messages-due-already",
        "None of these messages waits for a later time: they leave as soon as an account is free.",
    ),
    (
        "queue-processed",
        "Nothing waits for a later try any more: all of it leaves as soon as an account is free.",
    ),
    ("template-renamed", "The template has its new name."),
    (
        "template-duplicated",
        "This is the copy. The original is unchanged.",
    ),
    ("template-deleted", "The template is deleted."),
    (
        "version-kept",
        "This version is kept. It stays until the template is deleted.",
    ),
    (
        "version-restored",
        "The template is what it was. What it was until now is under “Versions”.",
    ),
    ("template-imported", "The template is imported."),
    (
        "template-rescued",
        "The template was changed elsewhere while you were typing. Your text is kept here, as a copy; nothing was overwritten.",
    ),
    ("draft-created", "Your draft is ready to be written."),
    (
        "draft-design-chosen",
        "The design is in the draft. Changing it here leaves the template as it is.",
    ),
    (
        "draft-duplicated",
        "This is the copy. The original is unchanged.",
    ),
    ("draft-renamed", "The draft has its new name."),
    (
        "draft-rescued",
        "The draft was changed elsewhere while you were typing. Your text is kept here, as a draft of its own; nothing was overwritten.",
    ),
    ("draft-saved", "Saved."),
    ("draft-deleted", "The draft is deleted."),
    ("recipients-added", "The list is taken in."),
    ("recipients-corrected", "The addresses are corrected."),
    ("columns-saved", "The columns are as you set them."),
    ("domains-kept", "These addresses stay as they are."),
    ("row-valid", "Saved. This address will be mailed."),
    (
        "row-suppressed",
        "Saved. The address is on the suppression list, so it will not be mailed.",
    ),
    ("row-added", "The person is on the list."),
    ("row-removed", "The row is off the list."),
    (
        "recipients-copied",
        "This draft has a list of its own now, which you can edit.",
    ),
    (
        "fix-applied",
        "That is put right. The list below is as things are now.",
    ),
    ("recipients-removed", "The list is removed from this draft."),
    ("test-queued", "The test mail is on its way."),
    (
        "test-outbox",
        "The test mail goes to the outbox here, not to the address.",
    ),
    (
        "test-waits",
        "The test mail waits: no sender account can take it now. The queue says why.",
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
