//! The buttons of one message. Each is there exactly when the rule that would reject its call lets it through.

use super::api::{CancelMessage, ConfirmMessage, HastenMessage, ResendMessage, RetryMessage};
use super::model::{MessageAction, MessageState};
use crate::ids::MessageId;
use crate::ui::confirm::Confirm;
use crate::ui::form::{FormMessage, FormState};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[component]
fn MessageButton(
    url: &'static str,
    id: MessageId,
    #[prop(into)] label: String,
    /// What a screen reader says where the same label stands in many rows.
    #[prop(into)]
    name: String,
    #[prop(into)] then: String,
    #[prop(default = "btn btn-sm")] class: &'static str,
) -> impl IntoView {
    let spoken = (!name.is_empty()).then(|| format!("{label} {name}"));
    view! {
        <form method="post" action=url>
            <input type="hidden" name="form[id]" value=id.to_string()/>
            <input type="hidden" name="form[then]" value=then/>
            <button type="submit" class=class aria-label=spoken>{label}</button>
        </form>
    }
}

/// What went wrong with the last press of one of the buttons, if something did.
#[component]
pub fn MessageMessages() -> impl IntoView {
    view! {
        <FormMessage form=FormState::of(ServerAction::<RetryMessage>::new())/>
        <FormMessage form=FormState::of(ServerAction::<HastenMessage>::new())/>
        <FormMessage form=FormState::of(ServerAction::<CancelMessage>::new())/>
        <FormMessage form=FormState::of(ServerAction::<ResendMessage>::new())/>
        <FormMessage form=FormState::of(ServerAction::<ConfirmMessage>::new())/>
    }
}

#[component]
pub fn MessageButtons(
    id: MessageId,
    state: MessageState,
    /// Its campaign is.
    is_cancelled: bool,
    #[prop(into, default = String::new())] name: String,
    /// The queue's address, or nothing for the page of the recipient.
    #[prop(into, default = String::new())]
    then: String,
) -> impl IntoView {
    let can = |action: MessageAction| action.refusal(state, is_cancelled).is_none();
    let (again, back) = (name.clone(), then.clone());
    view! {
        {can(MessageAction::Retry)
            .then(|| view! { <MessageButton url=RetryMessage::url() id=id label="Retry" name=name.clone() then=then.clone()/> })}
        {can(MessageAction::SendNow)
            .then(|| view! { <MessageButton url=HastenMessage::url() id=id label="Send now" name=name.clone() then=then.clone()/> })}
        {can(MessageAction::Resend)
            .then(|| view! {
                <Confirm id=format!("resend-{id}") label="Resend" class="btn btn-sm" question="Send this message once more?"
                    detail="If it did arrive the first time, it will arrive twice.">
                    <MessageButton url=ResendMessage::url() id=id label="Send again" name=again then=back class="btn btn-sm btn-primary"/>
                </Confirm>
            })}
        {can(MessageAction::Confirm)
            .then(|| view! { <MessageButton url=ConfirmMessage::url() id=id label="Mark as sent" name=name.clone() then=then.clone()/> })}
        {can(MessageAction::Cancel)
            .then(|| view! { <MessageButton url=CancelMessage::url() id=id label="Cancel" name=name.clone() then=then.clone() class="btn btn-sm btn-ghost"/> })}
    }
}
