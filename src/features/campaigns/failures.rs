//! Why messages failed, in groups: what it means, in which words a server said it, and to whom it happened.

use super::progress::ReplyGroup;
use crate::ids::CampaignId;
use crate::ui::href::href;
use crate::ui::number::{count, thousands};
use leptos::prelude::*;

#[component]
pub fn FailureGroups(id: CampaignId, groups: Vec<ReplyGroup>) -> impl IntoView {
    let rows = groups.into_iter().map(|group| {
        let meaning = group.meaning();
        let list = href(
            &format!("/campaigns/{id}"),
            &[
                ("tab", "recipients"),
                ("state", "failed"),
                ("reply", &group.filter().to_string()),
            ],
        );
        let label = format!("Show {}", count(group.count, "recipient", "recipients"));
        view! {
            <tr>
                <td class="text-right align-top tabular-nums">{thousands(group.count)}</td>
                <td class="[overflow-wrap:anywhere]">
                    {(!meaning.is_empty()).then(|| view! { <span class="block font-medium">{meaning}</span> })}
                    <span class:text-muted=!meaning.is_empty()>
                        {group.code.map(|code| view! { <span class="font-mono">{code.to_string()}</span>" " })}
                        {group.reply}
                    </span>
                    <a class="link block w-fit text-sm" href=list>{label}</a>
                </td>
            </tr>
        }
    });
    view! {
        <div class="overflow-x-auto">
            <table class="table table-sm mt-2">
                <thead><tr><th scope="col" class="text-right">"Messages"</th><th scope="col">"Why, and what the server said"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}
