//! One recipient of a campaign: what was sent, each attempt with the server's words, opens and clicks, and what can be done.

use super::api::find_recipient;
use super::list::{said, state_words};
use super::model::RecipientDetail;
use super::timeline::{Timeline, moments};
use crate::features::campaigns::model::CampaignState;
use crate::features::queue::actions::{MessageButtons, MessageMessages};
use crate::features::queue::model::MessageState;
use crate::ui::badge::Badge;
use crate::ui::load::load;
use crate::ui::page::PageHead;
use crate::ui::time::Time;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

#[component]
pub fn RecipientDetailPage() -> impl IntoView {
    let (params, map) = (use_params_map(), use_query_map());
    let source = move || {
        let params = params.read();
        let get = |name| params.get(name).unwrap_or_default();
        (get("id"), get("message"), map.read().get("notice"))
    };
    let recipient = Resource::new_blocking(source, |(campaign, message, _)| {
        find_recipient(campaign, message)
    });
    view! { {load(recipient, |detail| view! { <Recipient detail=detail/> })} }
}

#[component]
fn Recipient(detail: RecipientDetail) -> impl IntoView {
    let moments = moments(&detail);
    let is_unnoticed = detail.events.is_empty() && detail.row.state == MessageState::Sent;
    let RecipientDetail { campaign, row, .. } = detail;
    let back = (
        format!("/campaigns/{campaign}?tab=recipients"),
        format!("Recipients of {}", detail.campaign_name),
    );
    let is_cancelled = detail.campaign_state == CampaignState::Cancelled;
    let fact = |words: &'static str, value: String| {
        (!value.is_empty()).then(|| view! {
            <div><dt class="text-sm text-muted">{words}</dt><dd class="break-words">{value}</dd></div>
        })
    };
    let attempt_count = row.attempt.to_string();
    let (words, answer, id, state) = (state_words(&row), said(&row), row.id, row.state);
    let (account, created_at) = (row.account.unwrap_or_default(), row.created_at);
    let (finished_at, due_at) = (row.finished_at, row.due_at);
    view! {
        <PageHead title=row.address back=back>
            <Badge tone=state.tone() text=words/>
            {detail.can_edit.then(|| view! { <MessageButtons id=id state=state is_cancelled=is_cancelled/> })}
        </PageHead>
        <MessageMessages/>
        <div class="grid gap-5 lg:grid-cols-2">
            <section class="panel" aria-labelledby="message">
                <h2 id="message" class="mb-3 font-semibold">"Message"</h2>
                <dl class="grid gap-3">
                    {fact("The server said", answer)}
                    {fact("Sender account", account)}
                    {fact("Attempts", attempt_count)}
                    {fact("Message-ID", detail.message_id.unwrap_or_default())}
                    <div><dt class="text-sm text-muted">"Queued"</dt><dd><Time ms=created_at/></dd></div>
                    {match finished_at {
                        Some(ms) => view! { <div><dt class="text-sm text-muted">"Ended"</dt><dd><Time ms=ms/></dd></div> }.into_any(),
                        None => view! { <div><dt class="text-sm text-muted">"Due"</dt><dd><Time ms=due_at/></dd></div> }.into_any(),
                    }}
                </dl>
                <p class="mt-4">
                    <a class="btn btn-sm" target="_blank" href=format!("/campaigns/{campaign}/content?message={id}")>"Show this mail"</a>
                </p>
            </section>
            <section class="panel" aria-labelledby="events">
                <h2 id="events" class="mb-3 font-semibold">"What happened"</h2>
                <Timeline moments=moments/>
                {is_unnoticed.then(|| view! {
                    <p class="mt-3 text-sm text-muted">"No open or click was noticed yet. Many mail programs do not show opens."</p>
                })}
            </section>
            <section class="panel" aria-labelledby="data">
                <h2 id="data" class="mb-3 font-semibold">"What the list says about them"</h2>
                <dl class="grid gap-3">
                    {detail.data.into_iter().map(|(name, value)| view! {
                        <div><dt class="font-mono text-sm text-muted">{name}</dt><dd class="break-words">{value}</dd></div>
                    }).collect_view()}
                </dl>
            </section>
        </div>
    }
}
