//! Progress of a campaign as it happens: the bar, where every recipient is, why messages wait or failed, who sent them.

use super::actions::CampaignButton;
use super::api::{ConfirmUnconfirmed, ResendUnconfirmed, RetryFailed};
use super::bar::{Bar, bar_words};
use super::failures::FailureGroups;
use super::live::Line;
use super::model::{CampaignAction, CampaignDetail, CampaignState, Counts};
use super::progress::{AccountShare, FAILURES_READ, Progress, ReplyGroup};
use super::recent::RecentEvents;
use crate::features::queue::forecast::outlook::Outlook;
use crate::features::queue::reasons::Reasons;
use crate::ids::CampaignId;
use crate::ui::confirm::Confirm;
use crate::ui::number::{count, thousands};
use crate::ui::time::Time;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[component]
pub fn Overview(
    detail: CampaignDetail,
    progress: RwSignal<Progress>,
    line: RwSignal<Line>,
) -> impl IntoView {
    let id = detail.id;
    let can_edit = detail.can_edit;
    // Each part is drawn anew only when what it shows has changed: an open question stays open.
    let doubtful = Memo::new(move |_| {
        progress.with(|p| {
            let unconfirmed = p.counts.unconfirmed;
            (
                p.state,
                Counts {
                    unconfirmed,
                    ..Counts::default()
                },
            )
        })
    });
    let refused = Memo::new(move |_| {
        progress.with(|p| {
            let failed = p.counts.failed;
            (
                p.state,
                Counts {
                    failed,
                    ..Counts::default()
                },
                p.failures.clone(),
            )
        })
    });
    let shares = Memo::new(move |_| progress.with(|p| p.accounts.clone()));
    view! {
        <div class="grid gap-5">
            <Now id=id progress=progress line=line/>
            <Everybody id=id progress=progress/>
            {move || doubtful.with(|(state, counts)| unconfirmed(id, *state, counts, can_edit))}
            <div class="grid gap-5 lg:grid-cols-2">
                {move || refused.with(|(state, counts, groups)| failures(id, *state, counts, groups.clone(), can_edit))}
                {move || accounts(shares.get())}
            </div>
            <RecentEvents id=id recent=Signal::derive(move || progress.with(|p| p.recent.clone()))/>
            <Facts detail=detail progress=progress/>
        </div>
    }
}

/// How far it is, how fast, when it will be done.
#[component]
fn Now(id: CampaignId, progress: RwSignal<Progress>, line: RwSignal<Line>) -> impl IntoView {
    let counts = Memo::new(move |_| progress.with(|p| p.counts));
    let is_over = Memo::new(move |_| progress.with(Progress::is_finished));
    let was_running = progress.with_untracked(|p| !p.is_finished());
    // Said once, when a page that watched it sees it end.
    let ending = move || {
        let progress = progress.get();
        (was_running && progress.is_finished()).then(|| {
            format!(
                "The campaign has ended: {} sent, {} failed.",
                thousands(progress.counts.sent),
                thousands(progress.counts.failed)
            )
        })
    };
    let pace = move || {
        let rate = progress.with(|p| p.rate_per_minute);
        (rate > 0).then(|| format!("{} sent a minute", thousands(rate)))
    };
    view! {
        <section class="panel" aria-label="Progress">
            <div class="mb-2 flex flex-wrap items-baseline justify-between gap-2">
                <p class="text-lg font-semibold tabular-nums">{move || bar_words(&counts.get())}</p>
                <p class="text-sm text-muted tabular-nums">{pace}</p>
            </div>
            <Bar counts=counts height="h-3"/>
            <Reasons reasons=Signal::derive(move || progress.with(|p| p.reasons.clone()))/>
            <Outlook lead="The last message leaves" forecast=Signal::derive(move || progress.with(Progress::promise))/>
            {move || (!is_over.get()).then(|| view! {
                <p class="mt-3 text-sm text-muted">
                    {move || match line.get() {
                        Line::Open => "Live: this page follows the campaign by itself.",
                        Line::Lost => "The connection was lost. It is tried again by itself.",
                        Line::Idle => "These are the numbers of this moment.",
                    }}
                    {move || (line.get() != Line::Open)
                        .then(|| view! { " "<a class="link" rel="external" href=format!("/campaigns/{id}")>"Refresh"</a> })}
                </p>
            })}
            <div aria-live="polite" role="status" class="text-sm font-medium">{ending}</div>
        </section>
    }
}

/// Where every recipient is. The tiles add up to the audience, and say so.
#[component]
fn Everybody(id: CampaignId, progress: RwSignal<Progress>) -> impl IntoView {
    let tile = move |words: &'static str,
                     filter: &'static str,
                     note: &'static str,
                     n: fn(&Counts) -> i64| {
        view! {
            <li>
                <a class="block rounded-box border border-base-300 px-4 py-3 hover:bg-base-200" title=note
                    href=format!("/campaigns/{id}?tab=recipients&state={filter}")>
                    <span class="block text-xl font-semibold tabular-nums">{move || thousands(progress.with(|p| n(&p.counts)))}</span>
                    <span class="block text-sm text-muted">{words}</span>
                </a>
            </li>
        }
    };
    view! {
        <section class="panel" aria-labelledby="everybody">
            <h2 id="everybody" class="mb-3 font-semibold">"Every recipient"</h2>
            <ul class="grid grid-cols-2 gap-3 sm:grid-cols-4">
                {tile("Sent", "sent", "A server took the message.", |c| c.sent)}
                {tile("Waiting", "waiting", "Not sent yet.", Counts::waiting)}
                {tile("Failed", "failed", "A server refused the message for good.", |c| c.failed)}
                {tile("Unconfirmed", "unconfirmed", "Handed over, but no answer came back.", |c| c.unconfirmed)}
                {tile("Suppressed", "suppressed", "On the suppression list: not mailed.", |c| c.suppressed)}
                {tile("Skipped", "skipped", "Not sent, for the reason in the list of recipients.", |c| c.skipped)}
                {tile("Cancelled", "cancelled", "Cancelled before it was sent.", |c| c.cancelled)}
            </ul>
            <p class="mt-3 text-sm text-muted">
                "Together "<strong class="tabular-nums">{move || count(progress.with(|p| p.counts.total), "recipient", "recipients")}</strong>
                ": the whole audience, each of them accounted for."
            </p>
        </section>
    }
}

fn unconfirmed(
    id: CampaignId,
    state: CampaignState,
    counts: &Counts,
    can_edit: bool,
) -> impl IntoView + use<> {
    let n = counts.unconfirmed;
    let can = |action: CampaignAction| can_edit && action.refusal(state, counts).is_none();
    let (can_resend, can_confirm) = (
        can(CampaignAction::ResendUnconfirmed),
        can(CampaignAction::ConfirmUnconfirmed),
    );
    (n > 0).then(|| view! {
        <section class="panel" aria-labelledby="unconfirmed">
            <h2 id="unconfirmed" class="font-semibold">{count(n, "message is unconfirmed", "messages are unconfirmed")}</h2>
            <p class="mt-1 max-w-prose text-sm text-muted">
                "The program stopped between handing these over and hearing back from the server. They may have arrived. They are not sent again unless you say so."
            </p>
            <div class="mt-3 flex flex-wrap gap-2">
                {can_resend.then(|| view! {
                    <Confirm id="resend-unconfirmed" label="Resend unconfirmed" class="btn btn-sm" question="Send these messages once more?"
                        detail="Those that did arrive the first time will arrive twice.">
                        <CampaignButton url=ResendUnconfirmed::url() id=id label="Send again" class="btn btn-sm btn-primary"/>
                    </Confirm>
                })}
                {can_confirm.then(|| view! {
                    <CampaignButton url=ConfirmUnconfirmed::url() id=id label="Mark as sent"/>
                })}
                <a class="btn btn-sm btn-ghost" href=format!("/campaigns/{id}?tab=recipients&state=unconfirmed")>"Show in the list"</a>
            </div>
        </section>
    })
}

fn failures(
    id: CampaignId,
    state: CampaignState,
    counts: &Counts,
    groups: Vec<ReplyGroup>,
    can_edit: bool,
) -> impl IntoView + use<> {
    let is_retriable = can_edit && CampaignAction::RetryFailed.refusal(state, counts).is_none();
    let is_part = counts.failed > FAILURES_READ;
    view! {
        <section class="panel" aria-labelledby="failures">
            <div class="flex flex-wrap items-center justify-between gap-2">
                <h2 id="failures" class="font-semibold">"Why messages failed"</h2>
                {is_retriable.then(|| view! { <CampaignButton url=RetryFailed::url() id=id label="Retry failed"/> })}
            </div>
            {if groups.is_empty() {
                view! { <p class="mt-2 text-sm text-muted">"No message failed."</p> }.into_any()
            } else {
                view! {
                    {is_part.then(|| view! { <p class="text-sm text-muted">"Of the latest 5,000 failures."</p> })}
                    <FailureGroups id=id groups=groups/>
                }
                .into_any()
            }}
        </section>
    }
}

fn accounts(shares: Vec<AccountShare>) -> impl IntoView + use<> {
    view! {
        <section class="panel" aria-labelledby="accounts">
            <h2 id="accounts" class="font-semibold">"Sender accounts"</h2>
            {if shares.is_empty() {
                view! { <p class="mt-2 text-sm text-muted">"No account has sent anything yet."</p> }.into_any()
            } else {
                view! {
                    <table class="table table-sm mt-2">
                        <thead><tr><th>"Account"</th><th class="text-right">"Sent"</th><th class="text-right">"Failed"</th></tr></thead>
                        <tbody>
                            {shares
                                .into_iter()
                                .map(|share| view! {
                                    <tr>
                                        <td>{share.name}</td>
                                        <td class="text-right tabular-nums">{thousands(share.sent)}</td>
                                        <td class="text-right tabular-nums">{thousands(share.failed)}</td>
                                    </tr>
                                })
                                .collect_view()}
                        </tbody>
                    </table>
                }
                .into_any()
            }}
        </section>
    }
}

#[component]
fn Facts(detail: CampaignDetail, progress: RwSignal<Progress>) -> impl IntoView {
    let fact = |words: &'static str, value: String| {
        (!value.is_empty()).then(|| view! {
            <div><dt class="text-sm text-muted">{words}</dt><dd class="break-words">{value}</dd></div>
        })
    };
    let moment = |words: &'static str, at: Signal<Option<i64>>| {
        view! {
            {move || at.get().map(|ms| view! {
                <div><dt class="text-sm text-muted">{words}</dt><dd><Time ms=ms/></dd></div>
            })}
        }
    };
    let account = detail
        .account
        .unwrap_or_else(|| "Chosen automatically".into());
    view! {
        <section class="panel" aria-labelledby="facts">
            <h2 id="facts" class="mb-3 font-semibold">"This campaign"</h2>
            <dl class="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
                {fact("Recipients from", detail.recipients)}
                {fact("Sender account", account)}
                {fact("Replies go to", detail.reply_to)}
                {fact("Copies (CC)", detail.copies.cc.join(", "))}
                {fact("Hidden copies (BCC)", detail.copies.bcc.join(", "))}
                {fact("Preheader", detail.preheader)}
                {moment("Started", Signal::derive(move || progress.with(|p| p.started_at)))}
                {moment("Ended", Signal::derive(move || progress.with(|p| p.finished_at)))}
            </dl>
        </section>
    }
}
