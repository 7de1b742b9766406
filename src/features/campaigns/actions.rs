//! The buttons of a campaign. Each is there exactly when the rule that would reject its call lets it through. Plain forms: they
//! work without JavaScript.

use super::api::{
    CancelCampaign, ConfirmUnconfirmed, DeleteCampaign, DuplicateCampaign, PauseCampaign,
    ResendUnconfirmed, ResumeCampaign, RetryFailed,
};
use super::model::{CampaignAction, CampaignState, Counts};
use crate::ids::CampaignId;
use crate::ui::confirm::Confirm;
use crate::ui::form::{FormMessage, FormState};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// A button that posts a campaign's id to a server function.
#[component]
pub fn CampaignButton(
    url: &'static str,
    id: CampaignId,
    #[prop(into)] label: String,
    #[prop(default = "btn btn-sm")] class: &'static str,
    /// Where to go afterwards: "queue", or else the campaign's page.
    #[prop(default = "")]
    then: &'static str,
) -> impl IntoView {
    view! {
        <form method="post" action=url>
            <input type="hidden" name="form[id]" value=id.to_string()/>
            <input type="hidden" name="form[then]" value=then/>
            <button type="submit" class=class>{label}</button>
        </form>
    }
}

/// What went wrong with the last press of one of the buttons, if something did.
#[component]
pub fn CampaignMessages() -> impl IntoView {
    view! {
        <FormMessage form=FormState::of(ServerAction::<PauseCampaign>::new())/>
        <FormMessage form=FormState::of(ServerAction::<ResumeCampaign>::new())/>
        <FormMessage form=FormState::of(ServerAction::<CancelCampaign>::new())/>
        <FormMessage form=FormState::of(ServerAction::<RetryFailed>::new())/>
        <FormMessage form=FormState::of(ServerAction::<ResendUnconfirmed>::new())/>
        <FormMessage form=FormState::of(ServerAction::<ConfirmUnconfirmed>::new())/>
        <FormMessage form=FormState::of(ServerAction::<DuplicateCampaign>::new())/>
        <FormMessage form=FormState::of(ServerAction::<DeleteCampaign>::new())/>
    }
}

/// Pause or resume, whichever is possible, and cancel.
#[component]
pub fn RunButtons(
    id: CampaignId,
    state: CampaignState,
    counts: Counts,
    /// Distinguishes the labels where several campaigns stand on one page.
    #[prop(into, default = String::new())]
    name: String,
    #[prop(default = "")] then: &'static str,
) -> impl IntoView {
    let can = |action: CampaignAction| action.refusal(state, &counts).is_none();
    let label = |verb: &str| {
        if name.is_empty() {
            verb.to_owned()
        } else {
            format!("{verb} {name}")
        }
    };
    view! {
        {can(CampaignAction::Pause)
            .then(|| view! { <CampaignButton url=PauseCampaign::url() id=id label=label("Pause") then=then/> })}
        {can(CampaignAction::Resume)
            .then(|| view! { <CampaignButton url=ResumeCampaign::url() id=id label=label("Resume") then=then class="btn btn-sm btn-primary"/> })}
        {can(CampaignAction::Cancel)
            .then(|| view! {
                <Confirm id=format!("cancel-{id}") label=label("Cancel") question="Cancel this campaign?"
                    detail="What was not sent yet will not be sent. What has left cannot be called back.">
                    <CampaignButton url=CancelCampaign::url() id=id label="Cancel campaign" then=then class="btn btn-sm btn-error"/>
                </Confirm>
            })}
    }
}

/// What can be done with a campaign as a whole, whatever its state.
#[component]
pub fn KeepButtons(id: CampaignId, state: CampaignState, counts: Counts) -> impl IntoView {
    let can_delete = CampaignAction::Delete.refusal(state, &counts).is_none();
    view! {
        <CampaignButton url=DuplicateCampaign::url() id=id label="Duplicate" class="btn btn-sm btn-ghost"/>
        {can_delete
            .then(|| view! {
                <Confirm id="delete-campaign" label="Delete" question="Delete this campaign?"
                    detail="Its list of recipients, its report and its figures are lost, and the links in the mails it sent stop working. Only their unsubscribe links go on working: for 400 days, each recipient's address is kept for that and nothing else.">
                    <CampaignButton url=DeleteCampaign::url() id=id label="Delete campaign" class="btn btn-sm btn-error"/>
                </Confirm>
            })}
    }
}
