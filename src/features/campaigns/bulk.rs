//! What can be done with several campaigns at once. The buttons belong to the form around the list, whose boxes say with which.

use super::model::BulkAction;
use crate::ui::confirm::Confirm;
use crate::ui::number::count;
use crate::ui::select::{Selected, Selection};
use leptos::prelude::*;

#[component]
pub fn BulkButtons(can_edit: bool, selection: Selection) -> impl IntoView {
    let nothing = Signal::derive(move || selection.is_empty());
    let button = |action: BulkAction, class: &'static str| {
        view! {
            <button type="submit" class=class name="form[action]" value=action.as_str() disabled=move || nothing.get()>{action.words()}</button>
        }
    };
    let question = move |verb: &'static str| {
        Signal::derive(move || match selection.count() {
            Some(n) => format!(
                "{verb} {}?",
                count(n, "selected campaign", "selected campaigns")
            ),
            None => format!("{verb} the selected campaigns?"),
        })
    };
    view! {
        <div role="group" aria-label="With the selected campaigns" class="no-print mb-3 flex flex-wrap items-center gap-2">
            <Selected selection=selection/>
            <button type="submit" class="btn btn-sm" formmethod="get" formaction="/campaigns/compare" disabled=move || nothing.get()>"Compare"</button>
            {can_edit.then(|| view! {
                {button(BulkAction::Duplicate, "btn btn-sm")}
                {button(BulkAction::Pause, "btn btn-sm")}
                {button(BulkAction::Resume, "btn btn-sm")}
                <Confirm id="cancel-selected" label="Cancel" disabled=nothing question=question("Cancel")
                    detail="What was not sent yet will not be sent. What has left cannot be called back. Campaigns that have ended stay as they are.">
                    <button type="submit" class="btn btn-sm btn-error" name="form[action]" value=BulkAction::Cancel.as_str()>"Cancel campaigns"</button>
                </Confirm>
                <Confirm id="delete-selected" label="Delete" disabled=nothing question=question("Delete")
                    detail="Their lists of recipients, reports and figures are lost, and the links in the mails they sent stop working; only the unsubscribe links go on working. Campaigns that are still being sent stay as they are.">
                    <button type="submit" class="btn btn-sm btn-error" name="form[action]" value=BulkAction::Delete.as_str()>"Delete campaigns"</button>
                </Confirm>
            })}
        </div>
    }
}
