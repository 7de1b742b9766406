//! The page of all sender accounts, in the order in which they are used.

use super::api::{EnableAccount, MoveAccount, ResetAccountBreaker, list_accounts};
use super::model::{Account, AccountLine, AccountsOverview, BreakerState, Kind};
use crate::ui::badge::{Badge, Tone};
use crate::ui::empty::Empty;
use crate::ui::form::{FormMessage, FormState};
use crate::ui::icon::Icon;
use crate::ui::load::load;
use crate::ui::number::thousands;
use crate::ui::page::PageHead;
use crate::ui::time::Time;
use leptos::prelude::*;

/// The actions that every line offers; the page loads afresh after each.
#[derive(Clone, Copy)]
struct Actions {
    shift: ServerAction<MoveAccount>,
    enable: ServerAction<EnableAccount>,
    reset: ServerAction<ResetAccountBreaker>,
}

#[component]
pub fn AccountListPage() -> impl IntoView {
    let actions = Actions {
        shift: ServerAction::new(),
        enable: ServerAction::new(),
        reset: ServerAction::new(),
    };
    let done = move || {
        (
            actions.shift.version().get(),
            actions.enable.version().get(),
            actions.reset.version().get(),
        )
    };
    let overview = Resource::new_blocking(done, |_| list_accounts());
    view! {
        <FormMessage form=FormState::of(actions.shift)/>
        <FormMessage form=FormState::of(actions.enable)/>
        <FormMessage form=FormState::of(actions.reset)/>
        {load(overview, move |overview| accounts(overview, actions))}
    }
}

fn accounts(overview: AccountsOverview, actions: Actions) -> impl IntoView {
    let AccountsOverview {
        lines,
        resets_at,
        time_zone,
        can_edit,
    } = overview;
    // Those that are idle stand last, and have no turn that could come sooner or later.
    let turns = lines.iter().filter(|line| !line.is_idle).count();
    let is_empty = lines.is_empty();
    view! {
        <PageHead title="Sender accounts" lead="Where mail leaves. Each message takes the first account in this order that has room; the sandbox only while no other account is on.">
            {can_edit.then(|| view! {
                <a href="/accounts/new" class="btn btn-primary"><Icon name="plus"/>"Add account"</a>
            })}
        </PageHead>
        {is_empty.then(|| view! {
            <Empty icon="account" title="No sender account yet"
                text="Campaigns need an account to leave through. Add your mail server, a Gmail address, or a sandbox to try things out.">
                {can_edit.then(|| view! { <a href="/accounts/new" class="btn btn-primary">"Add the first account"</a> })}
            </Empty>
        })}
        {(!is_empty).then(move || view! {
            <p class="mb-4 text-sm text-muted">
                "Daily caps reset at "<Time ms=resets_at/>", midnight in "{time_zone}"."
            </p>
            <ol class="grid gap-4" aria-label="Accounts in order of use">
                {lines
                    .into_iter()
                    .enumerate()
                    .map(|(place, line)| account(line, place == 0, place + 1 == turns, can_edit, actions))
                    .collect_view()}
            </ol>
        })}
    }
}

fn account(
    line: AccountLine,
    first: bool,
    last: bool,
    can_edit: bool,
    actions: Actions,
) -> impl IntoView {
    let AccountLine {
        account,
        used_today,
        is_paused,
        is_idle,
    } = line;
    let (id, name) = (account.id, account.name.clone());
    let href = format!("/accounts/{id}");
    let is_alone = first && last;
    let can_move = !(is_idle || is_alone);
    view! {
        <li class="panel" aria-label=name.clone()>
            <div class="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
                <div class="min-w-0">
                    <h2 class="flex flex-wrap items-center gap-2 font-semibold">
                        <a href=href.clone() class="link link-hover break-words">{name.clone()}</a>
                        <Badge tone=Tone::Neutral text=account.kind.words()/>
                        {state(&account, is_paused, is_idle)}
                    </h2>
                    <p class="mt-1 break-words text-sm text-muted">{account.from_words()}</p>
                </div>
                {can_edit.then(|| view! {
                    <div class="flex flex-wrap items-center gap-1">
                        {can_move.then(|| shift(actions, &account, true, first))}
                        {can_move.then(|| shift(actions, &account, false, last))}
                        {switch(actions, &account)}
                        <a href=href class="btn btn-sm" aria-label=format!("Edit {name}")>"Edit"</a>
                    </div>
                })}
            </div>
            {limits(&account, used_today)}
            {(account.breaker != BreakerState::Closed).then(|| breaker(actions, &account, is_paused, can_edit))}
        </li>
    }
}

fn state(account: &Account, is_paused: bool, is_idle: bool) -> impl IntoView + use<> {
    let (tone, words) = match (account.enabled, account.breaker) {
        (false, _) => (Tone::Neutral, "Off"),
        (true, _) if is_idle => (Tone::Neutral, "Not in use"),
        (true, BreakerState::Closed) => (Tone::Good, "Ready"),
        (true, _) if is_paused => (Tone::Bad, "Paused after failures"),
        (true, _) => (Tone::Warn, "Being tried again"),
    };
    view! { <Badge tone=tone text=words/> }
}

/// What is used of the caps, and how fast it may go.
fn limits(account: &Account, used: i64) -> impl IntoView + use<> {
    let cap = account.daily_cap;
    let today = if cap == 0 {
        format!("{} sent today, no daily cap", thousands(used))
    } else {
        format!("{} of {} sent today", thousands(used), thousands(cap))
    };
    let mut more = Vec::new();
    match account.campaign_cap {
        0 => {}
        cap => more.push(format!("at most {} of one campaign a day", thousands(cap))),
    }
    match account.rate_per_second {
        0 => {}
        rate => more.push(format!("{} a second", thousands(rate))),
    }
    match account.rate_per_minute {
        0 => {}
        rate => more.push(format!("{} a minute", thousands(rate))),
    }
    let label = format!("{}: used of the daily cap", account.name);
    let is_full = cap > 0 && used >= cap;
    view! {
        <div class="mt-4 grid gap-1 text-sm">
            <p class="flex flex-wrap gap-x-2">
                <span class="font-medium">{today}</span>
                {is_full.then(|| view! { <span class="text-warning">"Full until midnight."</span> })}
                {(!more.is_empty()).then(|| view! { <span class="text-muted">{more.join(" · ")}</span> })}
            </p>
            {(cap > 0).then(|| view! {
                <progress class="progress progress-primary w-full max-w-md" class:progress-warning=is_full
                    aria-label=label value=used.min(cap).to_string() max=cap.to_string()></progress>
            })}
            {(account.kind == Kind::Sandbox).then(|| view! {
                <p class="text-muted">"Its mail stays in the "<a href="/outbox" class="link">"outbox"</a>" here. Nothing reaches the world."</p>
            })}
        </div>
    }
}

fn breaker(
    actions: Actions,
    account: &Account,
    is_paused: bool,
    can_edit: bool,
) -> impl IntoView + use<> {
    let (id, until) = (account.id, account.breaker_until);
    let reason = if account.breaker_reason.is_empty() {
        "The mail server could not be used.".to_owned()
    } else {
        account.breaker_reason.clone()
    };
    let label = format!("Reset {}", account.name);
    view! {
        <div role="group" class="alert alert-warning alert-soft mt-4 flex flex-wrap items-center justify-between gap-3 text-sm">
            <div class="min-w-0">
                <p class="break-words">{reason}</p>
                {if is_paused {
                    view! { <p class="mt-1">"Paused until "<Time ms=until/>", then one message tries it again."</p> }.into_any()
                } else {
                    view! { <p class="mt-1">"The next message tries it again."</p> }.into_any()
                }}
            </div>
            {can_edit.then(|| view! {
                <ActionForm action=actions.reset>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button type="submit" class="btn btn-sm" aria-label=label>"Reset"</button>
                </ActionForm>
            })}
        </div>
    }
}

fn shift(actions: Actions, account: &Account, up: bool, at_end: bool) -> impl IntoView + use<> {
    let (words, icon) = if up { ("up", "up") } else { ("down", "down") };
    let label = format!("Move {} {words}", account.name);
    let title = format!("Move {words}");
    let id = account.id.to_string();
    view! {
        <ActionForm action=actions.shift>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="up" value=up.to_string()/>
            <button type="submit" class="btn btn-sm btn-square btn-ghost" aria-label=label title=title disabled=at_end>
                <Icon name=icon/>
            </button>
        </ActionForm>
    }
}

fn switch(actions: Actions, account: &Account) -> impl IntoView + use<> {
    let (verb, to) = if account.enabled {
        ("Turn off", "false")
    } else {
        ("Turn on", "true")
    };
    let label = format!("{verb} {}", account.name);
    let id = account.id.to_string();
    view! {
        <ActionForm action=actions.enable>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="enabled" value=to/>
            <button type="submit" class="btn btn-sm btn-ghost" aria-label=label>{verb}</button>
        </ActionForm>
    }
}
