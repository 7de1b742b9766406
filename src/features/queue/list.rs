//! The queue page: how much waits, why, in which campaign, what the accounts did today; and the messages one by one. It follows
//! what happens while mail waits.

use super::actions::MessageMessages;
use super::api::{ChangeMessages, ProcessNow, find_queue, list_waiting};
use super::follow::{Line, follow, is_list_in_use};
use super::forecast::outlook::Outlook;
use super::messages::{Filters, ID, Messages};
use super::model::{LaneSummary, QueueOverview};
use super::narrow::QueueQuery;
use super::reasons::Reasons;
use super::waiting::{AccountUse, WaitKind};
use crate::features::campaigns::actions::{CampaignMessages, RunButtons};
use crate::features::campaigns::model::CampaignAction;
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
    let query = Memo::new(move |_| QueueQuery {
        lane: get("lane"),
        state: get("state"),
        account: get("account"),
        q: get("q"),
        after: get("after"),
    });
    // The notice is part of the source: after a change the page is read again.
    let queue = Resource::new_blocking(
        move || (query.get(), get("notice")),
        |(query, _)| async move { find_queue().await.map(|queue| (query, queue)) },
    );
    // Counts how often the list was read again because the numbers above it had changed.
    let round = RwSignal::new(0_u32);
    let waiting = Resource::new_blocking(
        move || (query.get(), get("notice"), round.get()),
        |(query, ..)| list_waiting(query),
    );
    view! {
        <PageHead title="Queue" lead="Everything that waits to be sent, and why it waits."/>
        <FormMessage form=FormState::of(ServerAction::<ProcessNow>::new())/>
        <FormMessage form=FormState::of(ServerAction::<ChangeMessages>::new())/>
        <CampaignMessages/>
        <MessageMessages/>
        {load(queue, move |(query, queue)| {
            let has_list = queue.waiting > 0 || query.is_narrowed();
            view! {
                <div class="grid gap-5">
                    <Overview queue=queue.clone() round=round/>
                    {has_list.then(|| view! {
                        <section class="panel scroll-mt-20" id=ID aria-labelledby="waiting-list">
                            <Filters query=query queue=queue/>
                            {load(waiting, |page| view! { <Messages page=page/> })}
                        </section>
                    })}
                </div>
            }
        })}
    }
}

/// The figures. Each part is drawn anew only when what it shows has changed: an open question, and where the keyboard is, stay.
#[component]
fn Overview(queue: QueueOverview, round: RwSignal<u32>) -> impl IntoView {
    let can_edit = queue.can_edit;
    let live = RwSignal::new(queue);
    let line = RwSignal::new(Line::Idle);
    follow(live, line);
    let figures = Memo::new(move |_| live.with(|queue| (queue.waiting, queue.totals())));
    Effect::new(move |known: Option<()>| {
        figures.track();
        if known.is_some() && !is_list_in_use(ID) {
            round.update(|round| *round += 1);
        }
    });
    let is_empty = Memo::new(move |_| live.with(|queue| queue.lanes.is_empty()));
    let further = Memo::new(move |_| live.with(|queue| queue.further));
    let lanes = move || {
        live.with(|queue| {
            queue
                .lanes
                .iter()
                .map(LaneSummary::lane)
                .collect::<Vec<_>>()
        })
    };
    let accounts = Memo::new(move |_| {
        live.with(|queue| {
            let mut uses: Vec<&AccountUse> = queue.accounts.iter().collect();
            // What has no turn stands behind those that take turns, as on the page of accounts.
            uses.sort_by_key(|account| account.is_only_pinned);
            let lines: Vec<AccountLine> = uses
                .into_iter()
                .map(|account| AccountLine::of(account, queue.resets_at, queue.now))
                .collect();
            (lines, queue.resets_at, queue.zone.clone())
        })
    });
    view! {
        <Total live=live figures=figures line=line can_edit=can_edit/>
        {move || if is_empty.get() {
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
                        <For each=lanes key=|id| *id children=move |id| view! { <Lane id=id live=live can_edit=can_edit/> }/>
                    </ul>
                    {move || (further.get() > 0).then(|| view! {
                        <p class="mt-3 text-sm text-muted">{format!("And {} more.", count(further.get(), "campaign", "campaigns"))}</p>
                    })}
                </section>
            }
            .into_any()
        }}
        {move || {
            let (lines, resets_at, zone) = accounts.get();
            view! { <Accounts lines=lines resets_at=resets_at zone=zone/> }
        }}
    }
}

#[component]
fn Total(
    live: RwSignal<QueueOverview>,
    figures: Memo<(i64, Vec<(WaitKind, i64)>)>,
    line: RwSignal<Line>,
    can_edit: bool,
) -> impl IntoView {
    let words = |kind: WaitKind| match kind {
        WaitKind::BeingSent => "being sent now",
        WaitKind::Preparing => "being prepared",
        WaitKind::RetryLater => "to be tried again later",
        _ => "waiting to leave",
    };
    let oldest =
        Memo::new(move |_| live.with(|queue| queue.oldest_due_at().filter(|at| *at <= queue.now)));
    let has_later = Memo::new(move |_| {
        figures.with(|(_, totals)| totals.iter().any(|(kind, _)| *kind == WaitKind::RetryLater))
    });
    view! {
        <section class="panel" aria-labelledby="waiting-total">
            <div class="flex flex-wrap items-center justify-between gap-3">
                <h2 id="waiting-total" class="text-lg font-semibold">
                    {move || match figures.with(|(waiting, _)| *waiting) {
                        0 => "Nothing waits".to_owned(),
                        n => count(n, "message waits", "messages wait"),
                    }}
                </h2>
                {move || (can_edit && has_later.get()).then(|| view! {
                    <form method="post" action=ProcessNow::url()>
                        <input type="hidden" name="lane" value=""/>
                        <button type="submit" class="btn btn-primary btn-sm" title="Do not wait for the time of the next try">"Try all again now"</button>
                    </form>
                })}
            </div>
            <ul class="mt-2 flex flex-wrap gap-x-6 gap-y-1 text-sm">
                {move || figures
                    .get()
                    .1
                    .into_iter()
                    .map(|(kind, n)| view! { <li><strong class="tabular-nums">{thousands(n)}</strong>" "{words(kind)}</li> })
                    .collect_view()}
                {move || oldest.get().map(|ms| view! { <li class="text-muted">"The oldest has been due since "<Time ms=ms/></li> })}
            </ul>
            <p class="mt-2 text-sm text-muted">
                {move || match line.get() {
                    Line::Idle => "These are the numbers of this moment.",
                    Line::Open => "Live: numbers update by themselves; the list stays still while you work in it.",
                    Line::Lost => "The connection was lost. It is tried again by itself.",
                }}
                {move || (line.get() != Line::Open).then(|| view! { " "<a class="link" rel="external" href="/queue">"Refresh"</a> })}
            </p>
        </section>
    }
}

#[component]
fn Lane(id: i64, live: RwSignal<QueueOverview>, can_edit: bool) -> impl IntoView {
    let known =
        live.with_untracked(|queue| queue.lanes.iter().find(|lane| lane.lane() == id).cloned());
    known.map(|known| {
        let name = known.name.clone();
        // What is not among the lanes any more is about to go.
        let lane = Memo::new(move |last: Option<&LaneSummary>| {
            live.with(|queue| queue.lanes.iter().find(|lane| lane.lane() == id).cloned())
                .or_else(|| last.cloned())
                .unwrap_or_else(|| known.clone())
        });
        let waiting = move || {
            lane.with(|lane| {
                let more = if lane.is_more { "more than " } else { "" };
                format!("{more}{}", count(lane.waiting, "message waits", "messages wait"))
            })
        };
        let campaign = lane.with_untracked(|lane| lane.campaign);
        let state = Memo::new(move |_| lane.with(|lane| lane.state));
        // Buttons depend on the state and on which counts are zero; they stay put while numbers only change.
        let rules = Memo::new(move |_| {
            lane.with(|lane| {
                [CampaignAction::Pause, CampaignAction::Resume, CampaignAction::Cancel]
                    .map(|action| action.refusal(lane.state, &lane.counts).is_none())
            })
        });
        let named = match campaign {
            Some(campaign) => view! { <a class="link link-hover font-medium" href=format!("/campaigns/{campaign}")>{name.clone()}</a> }.into_any(),
            None => view! { <span class="font-medium">{name.clone()}</span> }.into_any(),
        };
        let list = href("/queue", &[("lane", &id.to_string())]);
        let list_label = format!("Show messages of {name}");
        view! {
            <li class="rounded-box border border-base-300 p-4">
                <div class="flex flex-wrap items-center justify-between gap-3">
                    <div class="flex min-w-0 flex-wrap items-center gap-2">
                        {named}
                        {campaign.map(|_| view! { {move || view! { <Badge tone=state.get().tone() text=state.get().words()/> }} })}
                        <span class="text-sm text-muted">{waiting}</span>
                    </div>
                    <div class="flex flex-wrap gap-2">
                        <a class="btn btn-sm btn-ghost" href=format!("{list}#{ID}") aria-label=list_label>"Show messages"</a>
                        {campaign.filter(|_| can_edit).map(|campaign| move || {
                            rules.track();
                            let (state, counts) = lane.with_untracked(|lane| (lane.state, lane.counts));
                            view! { <RunButtons id=campaign state=state counts=counts name=name.clone() then="queue"/> }
                        })}
                    </div>
                </div>
                <Reasons reasons=Signal::derive(move || lane.with(|lane| lane.reasons.clone()))/>
                <Outlook lead="The last message leaves" forecast=Signal::derive(move || lane.with(LaneSummary::promise))/>
            </li>
        }
    })
}

/// What an account did today, as its line says it.
#[derive(Clone, PartialEq)]
struct AccountLine {
    name: String,
    tone: Tone,
    words: &'static str,
    used: i64,
    left: String,
}

impl AccountLine {
    fn of(account: &AccountUse, resets_at: i64, now: i64) -> AccountLine {
        let obstacle = account.obstacle(0, resets_at, now);
        let (tone, words) = match obstacle.map(|reason| reason.kind) {
            Some(WaitKind::AccountOff) => (Tone::Neutral, "Switched off"),
            _ if account.is_only_pinned => (Tone::Neutral, "Not in use"),
            None => (Tone::Good, "Ready"),
            Some(WaitKind::BreakerOpen) => (Tone::Bad, "Paused after failures"),
            Some(WaitKind::Rate) => (Tone::Info, "At its rate"),
            Some(_) => (Tone::Warn, "At its daily cap"),
        };
        AccountLine {
            name: account.name.clone(),
            tone,
            words,
            used: account.used_today,
            left: if account.daily_cap == 0 {
                "No cap".to_owned()
            } else {
                thousands((account.daily_cap - account.used_today).max(0))
            },
        }
    }
}

#[component]
fn Accounts(lines: Vec<AccountLine>, resets_at: i64, zone: String) -> impl IntoView {
    (!lines.is_empty()).then(|| view! {
        <section class="panel" aria-labelledby="account-use">
            <h2 id="account-use" class="font-semibold">"Sender accounts today"</h2>
            <p class="text-sm text-muted">"Daily caps reset at "<Time ms=resets_at/>", midnight in "{zone}"."</p>
            <div class="overflow-x-auto">
                <table class="table table-sm mt-2">
                    <thead><tr><th>"Account"</th><th>"State"</th><th class="text-right">"Used"</th><th class="text-right">"Left"</th></tr></thead>
                    <tbody>
                        {lines
                            .into_iter()
                            .map(|line| view! {
                                <tr>
                                    <td><a class="link link-hover" href="/accounts">{line.name}</a></td>
                                    <td><Badge tone=line.tone text=line.words/></td>
                                    <td class="text-right tabular-nums">{thousands(line.used)}</td>
                                    <td class="text-right tabular-nums">{line.left}</td>
                                </tr>
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </div>
        </section>
    })
}
