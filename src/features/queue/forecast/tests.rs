//! Delivery played forward, case by case and at random. Days are UTC's unless a case says otherwise.

use super::desk::{LATENESS_US, PAUSE_US};
use super::simulate::{DAYS, Lane, Plan, simulate};
use super::{End, Forecast, Pace, PaceKind, Row};
use crate::delivery::{queue, timezone};
use crate::features::queue::waiting::AccountUse;
use crate::ids::AccountId;
use proptest::prelude::*;

const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;
/// Noon of some day.
const NOW: i64 = 20_000 * DAY + DAY / 2;
const MIDNIGHT: i64 = 20_001 * DAY;
/// Between two messages of an account of ten connections, in ms.
const STEP: i64 = 50;

fn next_midnight(at: i64) -> i64 {
    (at / DAY + 1) * DAY
}

fn account(id: i64) -> AccountUse {
    AccountUse {
        id,
        name: format!("Account {id}"),
        enabled: true,
        connections: 10,
        ..AccountUse::default()
    }
}

fn lane(id: i64, waiting: i64) -> Lane {
    Lane {
        id,
        waiting,
        ..Lane::default()
    }
}

fn plan(accounts: &[AccountUse], lane: Lane) -> Plan {
    plans(accounts, &[lane]).remove(0)
}

fn plans(accounts: &[AccountUse], lanes: &[Lane]) -> Vec<Plan> {
    simulate(NOW, accounts, lanes, next_midnight)
}

/// Day, account and messages of each part.
fn shares(plan: &Plan) -> Vec<(usize, usize, i64)> {
    plan.parts
        .iter()
        .map(|part| (part.day, part.account, part.messages))
        .collect()
}

#[test]
fn one_account_without_caps_sends_everything_at_once() {
    let plan = plan(&[account(1)], lane(7, 5_000));
    assert_eq!(shares(&plan), [(0, 0, 5_000)]);
    assert_eq!(plan.parts[0].starts_at, NOW);
    assert_eq!(plan.end, End::At(NOW + 4_999 * STEP));
    assert_eq!(plan.pace, Some((PaceKind::FullSpeed, 0)));
}

#[test]
fn a_daily_cap_spreads_a_campaign_over_days() {
    let capped = AccountUse {
        daily_cap: 1_000,
        ..account(1)
    };
    let plan = plan(&[capped], lane(7, 5_000));
    let expected: Vec<_> = (0..5).map(|day| (day, 0, 1_000)).collect();
    assert_eq!(shares(&plan), expected);
    for (days, part) in (0..).zip(&plan.parts[1..]) {
        assert_eq!(part.starts_at, MIDNIGHT + days * DAY);
    }
    assert_eq!(plan.end, End::At(MIDNIGHT + 3 * DAY + 999 * STEP));
    assert_eq!(plan.pace, Some((PaceKind::DailyCap, 0)));
}

#[test]
fn the_smaller_cap_counts_and_what_is_used_up_is_gone() {
    let both = AccountUse {
        daily_cap: 500,
        campaign_cap: 100,
        ..account(1)
    };
    let small = plan(std::slice::from_ref(&both), lane(7, 250));
    assert_eq!(shares(&small), [(0, 0, 100), (1, 0, 100), (2, 0, 50)]);
    assert_eq!(small.pace, Some((PaceKind::CampaignCap, 0)));
    let begun = Lane {
        used: vec![(1, 90)],
        ..lane(7, 110)
    };
    assert_eq!(
        shares(&plan(std::slice::from_ref(&both), begun)),
        [(0, 0, 10), (1, 0, 100)]
    );
    let used_up = AccountUse {
        used_today: 500,
        ..both
    };
    let tomorrow = plan(std::slice::from_ref(&used_up), lane(7, 5));
    assert_eq!(shares(&tomorrow), [(1, 0, 5)]);
    assert_eq!(tomorrow.parts[0].starts_at, MIDNIGHT);
    assert_eq!(tomorrow.pace, Some((PaceKind::DailyCap, 0)));
    // Test mail knows no campaign cap.
    let tests = plan(
        &[AccountUse {
            used_today: 0,
            ..used_up
        }],
        lane(0, 250),
    );
    assert_eq!(shares(&tests), [(0, 0, 250)]);
}

#[test]
fn the_next_account_takes_over_at_a_cap() {
    let first = AccountUse {
        daily_cap: 1_000,
        ..account(1)
    };
    let plan = plan(&[first, account(2)], lane(7, 5_000));
    assert_eq!(shares(&plan), [(0, 0, 1_000), (0, 1, 4_000)]);
    assert_eq!(plan.parts[1].starts_at, NOW + 1_000 * STEP);
    assert_eq!(plan.end, End::At(NOW + 4_999 * STEP));
}

#[test]
fn a_rate_sets_the_pace_and_a_slow_one_lets_others_help() {
    let rated = |per_minute| AccountUse {
        rate_per_minute: per_minute,
        ..account(1)
    };
    let alone = plan(&[rated(60)], lane(7, 600));
    let gap = (60_049_999 + 60) / 60;
    assert_eq!(alone.end, End::At(NOW + (599 * gap + 999) / 1_000));
    assert_eq!(alone.pace, Some((PaceKind::Rate, 0)));
    // Its next moment is taken already.
    let busy = AccountUse {
        next_slot_at: NOW + 10_000,
        ..rated(60)
    };
    assert_eq!(plan(&[busy], lane(7, 1)).end, End::At(NOW + 10_000));

    let helped = plan(&[rated(20), account(2)], lane(7, 5_000));
    let by_first = helped.parts.iter().find(|part| part.account == 0).unwrap();
    assert!((79..=84).contains(&by_first.messages), "{helped:?}");
    let fast = plan(&[rated(600), account(2)], lane(7, 5_000));
    assert_eq!(shares(&fast), [(0, 0, 5_000)]);
    assert_eq!(
        (LATENESS_US, PAUSE_US),
        (
            queue::LATENESS_MS * 1_000,
            (queue::LOOK_AHEAD_MS - queue::LINGER_MS) * 1_000
        ),
        "as delivery does it"
    );
}

#[test]
fn an_account_behind_an_open_breaker_comes_back() {
    let broken = AccountUse {
        breaker_until: Some(NOW + HOUR),
        ..account(1)
    };
    let waiting = plan(std::slice::from_ref(&broken), lane(7, 100));
    assert_eq!(waiting.parts[0].starts_at, NOW + HOUR);
    let capped = AccountUse {
        daily_cap: 40,
        ..account(2)
    };
    assert_eq!(
        shares(&plan(&[broken, capped], lane(7, 100))),
        [(0, 1, 40), (0, 0, 60)]
    );
}

#[test]
fn a_pinned_campaign_waits_for_its_account() {
    let capped = AccountUse {
        daily_cap: 10,
        ..account(2)
    };
    let pinned = Lane {
        pinned: Some(AccountId(2)),
        ..lane(7, 15)
    };
    let accounts = [account(1), capped];
    assert_eq!(
        shares(&plan(&accounts, pinned.clone())),
        [(0, 1, 10), (1, 1, 5)]
    );
    // A free campaign goes by the first account meanwhile.
    let both = plans(&accounts, &[pinned, lane(8, 30)]);
    assert_eq!(shares(&both[1]), [(0, 0, 30)]);
}

#[test]
fn the_sandbox_takes_only_campaigns_that_insist_on_it() {
    let sandbox = AccountUse {
        is_only_pinned: true,
        ..account(1)
    };
    let accounts = [sandbox, account(2)];
    assert_eq!(shares(&plan(&accounts, lane(7, 3))), [(0, 1, 3)]);
    let pinned = Lane {
        pinned: Some(AccountId(1)),
        ..lane(7, 3)
    };
    assert_eq!(shares(&plan(&accounts, pinned)), [(0, 0, 3)]);
}

#[test]
fn campaigns_share_a_cap_in_turns() {
    let capped = AccountUse {
        daily_cap: 1_000,
        ..account(1)
    };
    let both = plans(&[capped], &[lane(7, 800), lane(8, 900)]);
    assert_eq!(shares(&both[0]), [(0, 0, 500), (1, 0, 300)]);
    assert_eq!(shares(&both[1]), [(0, 0, 500), (1, 0, 400)]);
    assert_eq!(both[1].end, End::At(MIDNIGHT + 699 * STEP));
}

#[test]
fn days_are_as_long_as_the_zone_makes_them() {
    let rated = AccountUse {
        rate_per_minute: 1,
        ..account(1)
    };
    // The days on which summer time begins and ends in Berlin: 23 and 25 hours, a message every 60.05 seconds.
    for (midnight, messages) in [(1_774_738_800_000, 1_379), (1_792_879_200_000, 1_499)] {
        let zone = "Europe/Berlin";
        let plans = simulate(
            midnight,
            std::slice::from_ref(&rated),
            &[lane(7, 2_000)],
            |at| timezone::day_end(zone, at),
        );
        assert_eq!(
            shares(&plans[0]),
            [(0, 0, messages), (1, 0, 2_000 - messages)]
        );
    }
}

#[test]
fn what_cannot_end_says_why() {
    let off = AccountUse {
        enabled: false,
        ..account(1)
    };
    let pinned = Lane {
        pinned: Some(AccountId(1)),
        ..lane(7, 3)
    };
    assert_eq!(
        plan(std::slice::from_ref(&off), lane(7, 3)).end,
        End::NoAccount
    );
    assert_eq!(plan(&[], lane(7, 3)).end, End::NoAccount);
    let accounts = [off, account(2)];
    let stuck = plan(&accounts, pinned.clone());
    assert_eq!(
        stuck.end,
        End::AccountOff {
            account: "Account 1".into()
        }
    );
    assert!(stuck.parts.is_empty());
    // It holds nobody else up.
    let both = plans(&accounts, &[pinned, lane(8, 3)]);
    assert_eq!(both[1].end, End::At(NOW + 2 * STEP));

    let one_a_day = AccountUse {
        daily_cap: 1,
        ..account(1)
    };
    let long = plan(&[one_a_day], lane(7, 100));
    assert_eq!(long.end, End::Beyond { left: 40 });
    assert_eq!(long.parts.len(), DAYS);
    assert!(plan(&[account(1)], lane(7, 0)).parts.is_empty());
}

#[test]
fn messages_that_wait_for_another_try_leave_after_it() {
    let retried = Lane {
        later: 4,
        later_from: NOW + HOUR,
        ..lane(7, 10)
    };
    let plan = plan(&[account(1)], retried);
    assert_eq!(shares(&plan), [(0, 0, 10)]);
    assert_eq!(plan.end, End::At(NOW + HOUR + 3 * STEP));
}

#[test]
fn a_measured_speed_counts_for_the_account_at_work() {
    let measured = Lane {
        per_minute: Some(600),
        ..lane(7, 5_000)
    };
    let alone = plan(&[account(1)], measured.clone());
    assert_eq!(alone.end, End::At(NOW + 4_999 * 100));
    assert_eq!(alone.pace, Some((PaceKind::Measured, 0)));
    // A campaign beside it leaves as fast: the account does both.
    let both = plans(&[account(1)], &[measured.clone(), lane(8, 5_000)]);
    assert_eq!(both[0].end, End::At(NOW + 9_999 * 50));
    // A rate is what it is, however few left in the last minute.
    let rated = AccountUse {
        rate_per_minute: 1_000,
        ..account(1)
    };
    assert_eq!(plan(&[rated], measured).pace, Some((PaceKind::Rate, 0)));
}

#[test]
fn a_forecast_is_short_words() {
    let row = |day: &str, messages| Row {
        day: day.into(),
        account: "Main".into(),
        messages,
        starts_at: 0,
        ends_at: 0,
    };
    let of = |rows: Vec<Row>, days| Forecast {
        messages: 0,
        end: End::At(0),
        pace: Some(Pace {
            kind: PaceKind::DailyCap,
            account: "Main".into(),
        }),
        rows,
        days,
        further: 0,
    };
    let cases = [
        (of(vec![row("today", 5)], 1), ""),
        (of(vec![row("today", 5), row("today", 7)], 1), ""),
        (
            of(
                vec![row("today", 1_000), row("today", 1), row("tomorrow", 50)],
                2,
            ),
            "1,001 today, 50 tomorrow",
        ),
        (of(vec![row("tomorrow", 5)], 1), "none today, 5 tomorrow"),
        (
            of(
                vec![
                    row("today", 1),
                    row("tomorrow", 1),
                    row("Thursday 26 November", 1),
                    row("Friday 27 November", 1),
                ],
                4,
            ),
            "1 today, 1 tomorrow, 1 on Thursday 26 November, and so on",
        ),
    ];
    for (forecast, words) in cases {
        assert_eq!(forecast.by_day(), words);
        assert_eq!(
            forecast.pace_words(),
            ". The daily cap of Main sets the pace."
        );
    }
}

fn any_account() -> impl Strategy<Value = AccountUse> {
    let cap = || prop_oneof![Just(0_i64), 1..60_i64];
    let flags = (prop::bool::weighted(0.85), prop::bool::weighted(0.1));
    let rates = (
        prop_oneof![3 => Just(0_i64), 1 => 1..30_i64],
        prop_oneof![3 => Just(0_i64), 1 => 1..300_i64],
    );
    let breaker = prop::option::weighted(0.2, NOW - HOUR..NOW + 50 * HOUR);
    (
        flags,
        cap(),
        cap(),
        0..70_i64,
        rates,
        breaker,
        0..90_000_i64,
        1..20_i64,
    )
        .prop_map(
            |(
                flags,
                daily_cap,
                campaign_cap,
                used_today,
                rates,
                breaker_until,
                slot,
                connections,
            )| AccountUse {
                enabled: flags.0,
                is_only_pinned: flags.1,
                daily_cap,
                campaign_cap,
                used_today,
                rate_per_second: rates.0,
                rate_per_minute: rates.1,
                next_slot_at: NOW - 60_000 + slot,
                breaker_until,
                connections,
                ..AccountUse::default()
            },
        )
}

fn any_lane() -> impl Strategy<Value = Lane> {
    let pinned = prop::option::weighted(0.2, 1..5_i64);
    let measured = prop::option::weighted(0.3, 1..5_000_i64);
    (
        0..400_i64,
        0..100_i64,
        0..30 * HOUR,
        pinned,
        measured,
        0..40_i64,
    )
        .prop_map(|(waiting, later, from, pinned, per_minute, used)| Lane {
            id: 0,
            waiting,
            later: later.min(waiting),
            later_from: NOW - HOUR + from,
            pinned: pinned.map(AccountId),
            used: vec![(1, used)],
            per_minute,
        })
}

proptest! {
    #[test]
    fn parts_add_up_and_keep_every_cap_and_rate(
        mut accounts in prop::collection::vec(any_account(), 0..4),
        mut lanes in prop::collection::vec(any_lane(), 1..5),
    ) {
        for (id, account) in (1..).zip(&mut accounts) {
            account.id = id;
        }
        for (id, lane) in (0..).zip(&mut lanes) {
            lane.id = id;
        }
        let plans = plans(&accounts, &lanes);
        for (lane, plan) in lanes.iter().zip(&plans) {
            let planned: i64 = plan.parts.iter().map(|part| part.messages).sum();
            let left = match plan.end {
                End::At(_) => 0,
                End::Beyond { left } => left,
                End::AccountOff { .. } | End::NoAccount => lane.waiting,
            };
            prop_assert_eq!(planned + left, lane.waiting, "{:?}", plan);
            if let (End::At(at), true) = (&plan.end, lane.waiting > 0) {
                prop_assert_eq!(*at, plan.parts.iter().map(|part| part.ends_at).max().unwrap());
            }
            for part in &plan.parts {
                let account = &accounts[part.account];
                let used = lane.used.iter().find(|(id, _)| *id == account.id && part.day == 0).map_or(0, |(_, n)| *n);
                prop_assert!(part.messages > 0);
                prop_assert!(account.enabled && lane.pinned.map_or(!account.is_only_pinned, |id| id.0 == account.id));
                prop_assert!(lane.id == 0 || account.campaign_cap == 0 || used + part.messages <= account.campaign_cap);
                prop_assert!(account.breaker_until.is_none_or(|until| part.starts_at >= until));
                // Within its day.
                let day_ends = MIDNIGHT + part.day as i64 * DAY;
                prop_assert!(part.starts_at >= NOW.max(day_ends - DAY) && part.ends_at >= part.starts_at && part.ends_at <= day_ends);
            }
        }
        for (place, account) in accounts.iter().enumerate() {
            for day in 0..DAYS {
                let parts: Vec<_> = plans.iter().flat_map(|plan| &plan.parts)
                    .filter(|part| (part.account, part.day) == (place, day)).collect();
                let (Some(from), Some(until)) =
                    (parts.iter().map(|part| part.starts_at).min(), parts.iter().map(|part| part.ends_at).max()) else {
                    continue;
                };
                let sent: i64 = parts.iter().map(|part| part.messages).sum();
                let used = if day == 0 { account.used_today } else { 0 };
                prop_assert!(account.daily_cap == 0 || used + sent <= account.daily_cap);
                for (rate, period) in [(account.rate_per_second, 1_000), (account.rate_per_minute, 60_000)] {
                    prop_assert!(rate == 0 || (sent - 1) * period <= rate * (until - from + 1), "{sent} in {}", until - from);
                }
            }
        }
    }
}
