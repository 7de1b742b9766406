//! The queue page: how much waits, why, in which campaign, what the accounts did today; and the messages of one lane.

use super::actions::{MessageButtons, MessageMessages};
use super::api::{ProcessNow, find_queue, list_waiting};
use super::forecast::outlook::Outlook;
use super::model::{LaneSummary, MessageRow, QueueOverview, WaitingPage};
use super::reasons::Reasons;
use super::waiting::{AccountUse, WaitKind};
use crate::features::campaigns::actions::{CampaignMessages, RunButtons};
use crate::features::campaigns::recipients::list::{said, state_words};
use crate::ui::badge::{Badge, Tone};
use crate::ui::empty::Empty;
use crate::ui::form::{FormMessage, FormState};
use crate::ui::href::href;
use crate::ui::load::load;
use crate::ui::number::{count, thousands};
use crate::ui::page::PageHead;
use crate::ui::time::Time;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

#[component]
pub fn QueueListPage() -> impl IntoView {
    let map = use_query_map();
    let get = move |name: &str| map.read().get(name).unwrap_or_default();
    let queue = Resource::new_blocking(move || get("notice"), |_| find_queue());
    let lane = move || {
        let lane = get("lane");
        (!lane.is_empty()).then(|| (lane, get("after"), get("notice")))
    };
    let waiting = Resource::new_blocking(lane, |lane| async move {
        match lane {
            Some((lane, after, _)) => list_waiting(lane, after).await.map(Some),
            None => Ok(None),
        }
    });
    view! {
        <PageHead title="Queue" lead="Everything that waits to be sent, and why it waits.">
            <a class="btn btn-ghost" rel="external" href="/queue">"Refresh"</a>
        </PageHead>
        <FormMessage form=FormState::of(ServerAction::<ProcessNow>::new())/>
        <CampaignMessages/>
        <MessageMessages/>
        <div class="grid gap-5">
            {load(queue, |queue| view! { <Overview queue=queue/> })}
            {load(waiting, |page| page.map(|page| view! { <Waiting page=page/> }))}
        </div>
    }
}

#[component]
fn Overview(queue: QueueOverview) -> impl IntoView {
    let totals = queue.totals();
    let oldest = queue.oldest_due_at().filter(|at| *at <= queue.now);
    let can_edit = queue.can_edit;
    let is_empty = queue.lanes.is_empty();
    let words = |kind: WaitKind| match kind {
        WaitKind::BeingSent => "being sent now",
        WaitKind::Preparing => "being prepared",
        WaitKind::RetryLater => "to be tried again later",
        _ => "ready to go",
    };
    view! {
        <section class="panel" aria-labelledby="waiting-total">
            <div class="flex flex-wrap items-center justify-between gap-3">
                <h2 id="waiting-total" class="text-lg font-semibold">
                    {if queue.waiting == 0 { "Nothing waits".to_owned() } else { count(queue.waiting, "message waits", "messages wait") }}
                </h2>
                {can_edit.then(|| view! {
                    <form method="post" action=ProcessNow::url()>
                        <input type="hidden" name="lane" value=""/>
                        <button type="submit" class="btn btn-primary btn-sm">"Process now"</button>
                    </form>
                })}
            </div>
            <ul class="mt-2 flex flex-wrap gap-x-6 gap-y-1 text-sm">
                {totals
                    .into_iter()
                    .map(|(kind, n)| view! { <li><strong class="tabular-nums">{thousands(n)}</strong>" "{words(kind)}</li> })
                    .collect_view()}
                {oldest.map(|ms| view! { <li class="text-muted">"The oldest has been due since "<Time ms=ms/></li> })}
            </ul>
        </section>
        {if is_empty {
            view! {
                <Empty icon="queue" title="The queue is empty" text="Messages appear here while a campaign or a test mail is on its way.">
                    <a class="btn" href="/campaigns">"Go to campaigns"</a>
                </Empty>
            }
            .into_any()
        } else {
            view! {
                <section class="panel" aria-labelledby="lanes">
                    <h2 id="lanes" class="mb-3 font-semibold">"By campaign"</h2>
                    <ul class="grid gap-4">
                        {queue.lanes.into_iter().map(|lane| view! { <Lane lane=lane can_edit=can_edit/> }).collect_view()}
                    </ul>
                    {(queue.further > 0).then(|| view! {
                        <p class="mt-3 text-sm text-muted">{format!("And {} more.", count(queue.further, "campaign", "campaigns"))}</p>
                    })}
                </section>
            }
            .into_any()
        }}
        <Accounts accounts=queue.accounts resets_at=queue.resets_at now=queue.now zone=queue.zone/>
    }
}

#[component]
fn Lane(lane: LaneSummary, can_edit: bool) -> impl IntoView {
    let id = lane.lane();
    let more = if lane.is_more { "more than " } else { "" };
    let waiting = format!(
        "{more}{}",
        count(lane.waiting, "message waits", "messages wait")
    );
    let name = match lane.campaign {
        Some(campaign) => view! { <a class="link link-hover font-medium" href=format!("/campaigns/{campaign}")>{lane.name.clone()}</a> }.into_any(),
        None => view! { <span class="font-medium">{lane.name.clone()}</span> }.into_any(),
    };
    let list = href("/queue", &[("lane", &id.to_string())]);
    let list_label = format!("Show messages of {}", lane.name);
    view! {
        <li class="rounded-box border border-base-300 p-4">
            <div class="flex flex-wrap items-center justify-between gap-3">
                <div class="flex min-w-0 flex-wrap items-center gap-2">
                    {name}
                    {lane.campaign.map(|_| view! { <Badge tone=lane.state.tone() text=lane.state.words()/> })}
                    <span class="text-sm text-muted">{waiting}</span>
                </div>
                <div class="flex flex-wrap gap-2">
                    <a class="btn btn-sm btn-ghost" href=list aria-label=list_label>"Show messages"</a>
                    {lane.campaign
                        .filter(|_| can_edit)
                        .map(|campaign| view! {
                            <RunButtons id=campaign state=lane.state counts=lane.counts name=lane.name.clone() then="queue"/>
                        })}
                </div>
            </div>
            <Reasons reasons=Signal::stored(lane.reasons)/>
            <Outlook lead="The last message leaves" forecast=Signal::stored(lane.forecast)/>
        </li>
    }
}

#[component]
fn Accounts(accounts: Vec<AccountUse>, resets_at: i64, now: i64, zone: String) -> impl IntoView {
    if accounts.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="panel" aria-labelledby="account-use">
            <h2 id="account-use" class="font-semibold">"Sender accounts today"</h2>
            <p class="text-sm text-muted">"Daily caps start anew at "<Time ms=resets_at/>", midnight in "{zone}"."</p>
            <div class="overflow-x-auto">
                <table class="table table-sm mt-2">
                    <thead><tr><th>"Account"</th><th>"State"</th><th class="text-right">"Used"</th><th class="text-right">"Left"</th></tr></thead>
                    <tbody>
                        {accounts.into_iter().map(|account| view! { <Account account=account resets_at=resets_at now=now/> }).collect_view()}
                    </tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Account(account: AccountUse, resets_at: i64, now: i64) -> impl IntoView {
    let (tone, words) = match account
        .obstacle(0, resets_at, now)
        .map(|reason| reason.kind)
    {
        None => (Tone::Good, "Sends"),
        Some(WaitKind::AccountOff) => (Tone::Neutral, "Switched off"),
        Some(WaitKind::BreakerOpen) => (Tone::Bad, "Paused after failures"),
        Some(WaitKind::Rate) => (Tone::Info, "At its rate"),
        Some(_) => (Tone::Warn, "At its daily cap"),
    };
    let left = if account.daily_cap == 0 {
        "No cap".to_owned()
    } else {
        thousands((account.daily_cap - account.used_today).max(0))
    };
    view! {
        <tr>
            <td><a class="link link-hover" href="/accounts">{account.name}</a></td>
            <td><Badge tone=tone text=words/></td>
            <td class="text-right tabular-nums">{thousands(account.used_today)}</td>
            <td class="text-right tabular-nums">{left}</td>
        </tr>
    }
}

#[component]
fn Waiting(page: WaitingPage) -> impl IntoView {
    let lane = page.lane.to_string();
    let next = page
        .next
        .map(|id| href("/queue", &[("lane", &lane), ("after", &id.to_string())]));
    let first = (!page.is_first).then(|| href("/queue", &[("lane", &lane)]));
    let (can_edit, is_cancelled) = (page.can_edit, page.is_cancelled);
    let is_empty = page.rows.is_empty();
    view! {
        <section class="panel" aria-labelledby="waiting-list">
            <div class="mb-3 flex flex-wrap items-center justify-between gap-2">
                <h2 id="waiting-list" class="font-semibold">{format!("Waiting messages of {}", page.name)}</h2>
                <a class="btn btn-sm btn-ghost" href="/queue">"Hide"</a>
            </div>
            {if is_empty {
                view! { <p class="text-sm text-muted">"No message waits here."</p> }.into_any()
            } else {
                view! {
                    <div class="table-wrap">
                        <table class="table table-sm">
                            <thead>
                                <tr>
                                    <th>"Recipient"</th>
                                    <th class="hidden sm:table-cell">"Due"</th>
                                    <th class="hidden md:table-cell">"Last answer"</th>
                                    <th><span class="sr-only">"Actions"</span></th>
                                </tr>
                            </thead>
                            <tbody>
                                {page.rows
                                    .into_iter()
                                    .map(|row| view! { <WaitingLine row=row is_cancelled=is_cancelled can_edit=can_edit/> })
                                    .collect_view()}
                            </tbody>
                        </table>
                    </div>
                }
                .into_any()
            }}
            <nav class="mt-3 flex flex-wrap gap-2" aria-label="Pages of messages">
                {first.map(|href| view! { <a class="btn btn-sm" href=href>"First page"</a> })}
                {next.map(|href| view! { <a class="btn btn-sm" href=href>"Next page"</a> })}
            </nav>
        </section>
    }
}

#[component]
fn WaitingLine(row: MessageRow, is_cancelled: bool, can_edit: bool) -> impl IntoView {
    let (words, answer) = (state_words(&row), said(&row));
    let address = match row.campaign {
        Some(campaign) => view! {
            <a class="link link-hover block truncate" href=format!("/campaigns/{campaign}/recipients/{}", row.id)>{row.address.clone()}</a>
        }
        .into_any(),
        None => view! { <span class="block truncate">{row.address.clone()}</span> }.into_any(),
    };
    view! {
        <tr>
            <td class="max-w-56">{address}<span class="block text-xs text-muted">{words}</span></td>
            <td class="hidden sm:table-cell text-sm text-muted"><Time ms=row.due_at/></td>
            <td class="hidden md:table-cell max-w-md"><span class="line-clamp-2 break-words">{answer}</span></td>
            <td>
                <div class="flex flex-wrap justify-end gap-2">
                    {can_edit.then(|| view! { <MessageButtons id=row.id state=row.state is_cancelled=is_cancelled name=row.address then="queue"/> })}
                </div>
            </td>
        </tr>
    }
}
