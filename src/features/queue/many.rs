//! What can be done with several waiting messages. A form of its own: the boxes in the rows name it, because each row has forms too.

use super::api::ChangeMessages;
use super::model::WaitingPage;
use super::narrow::WaitFilter;
use crate::ui::confirm::Confirm;
use crate::ui::number::{count, thousands};
use crate::ui::select::{Selected, Selection};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

pub const FORM: &str = "many-messages";

/// "3 messages", "the selected messages" where nobody has counted them.
fn chosen(selection: Selection) -> String {
    match selection.count() {
        Some(n) => count(n, "selected message", "selected messages"),
        None => "the selected messages".into(),
    }
}

#[component]
pub fn ManyButtons(page: WaitingPage, selection: Selection) -> impl IntoView {
    let nothing = Signal::derive(move || selection.is_empty());
    let all = if page.is_more {
        format!("more than {} messages", thousands(page.matching))
    } else {
        count(page.matching, "message", "messages")
    };
    // Of one page, choosing all of them is as quick.
    let has_more = page.next.is_some() || !page.is_first;
    let is_later = matches!(
        WaitFilter::of(&page.query.state),
        WaitFilter::All | WaitFilter::Later
    );
    let button = |action: &'static str, words: &'static str, class: &'static str| {
        view! { <button type="submit" class=class name="form[action]" value=action>{words}</button> }
    };
    let field = |name: &'static str, value: String| {
        (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value/> })
    };
    let query = page.query;
    view! {
        <form method="post" action=ChangeMessages::url() id=FORM class="no-print mb-3 grid gap-2">
            {field("form[lane]", query.lane)}
            {field("form[state]", query.state)}
            {field("form[account]", query.account)}
            {field("form[q]", query.q)}
            <div role="group" aria-label="With the selected messages" class="flex flex-wrap items-center gap-2">
                <Selected selection=selection/>
                <button type="submit" class="btn btn-sm" name="form[action]" value="send-selected" disabled=move || nothing.get()>
                    "Send selected now"
                </button>
                <Confirm id="cancel-selected" label="Cancel selected" disabled=nothing
                    question=Signal::derive(move || format!("Cancel {}?", chosen(selection)))
                    detail="They will not be sent. Messages that have left in the meantime stay as they are.">
                    {button("cancel-selected", "Cancel messages", "btn btn-sm btn-error")}
                </Confirm>
            </div>
            {has_more.then(|| view! {
                <div role="group" aria-label="With all messages found" class="flex flex-wrap items-center gap-2">
                    <span class="text-sm text-muted">{format!("All pages together: {all}")}</span>
                    {is_later.then(|| view! {
                        <Confirm id="send-all" label="Send all now" class="btn btn-sm btn-ghost" question=format!("Send {all} now?")
                            detail="Those that wait for a later try leave as soon as an account is free. The others are on their way already.">
                            {button("send-all", "Send now", "btn btn-sm btn-primary")}
                        </Confirm>
                    })}
                    <Confirm id="cancel-all" label="Cancel all" question=format!("Cancel {all}?")
                        detail="This is every message that these filters find, on all pages. They will not be sent.">
                        {button("cancel-all", "Cancel messages", "btn btn-sm btn-error")}
                    </Confirm>
                </div>
            })}
        </form>
    }
}
