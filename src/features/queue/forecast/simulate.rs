//! Plays delivery forward: which account takes how many messages of which lane, and when. Pure.
//!
//! It follows the dispatcher's rules (delivery/worker.rs): accounts in priority order; a campaign that insists on an account waits
//! for that one; mail that insists on none goes to the first account that can take it, and to the next one as well while the first
//! pauses between two messages of a slow rate; lanes of one account take turns. Time moves from one change to the next (a cap used
//! up, a lane empty, a breaker's end, midnight), so the work depends on the days, accounts and lanes, never on the messages.
//! What it leaves out: tries that fail, addresses suppressed meanwhile, slow receivers.

use super::super::waiting::{AccountUse, LaneFacts};
use super::desk::{Desk, left};
use super::line::{Line, campaign_room, may_take};
use super::{End, PaceKind};
use crate::ids::AccountId;

/// Days looked ahead.
pub const DAYS: usize = 60;
/// Changes looked at, over all days: far more than happen, so that no input can make a page slow.
const MOST_STEPS: usize = 20_000;

/// What waits in one lane: a campaign, a draft as if it were sent now, or the test mails (id 0).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    pub id: i64,
    /// Not claimed yet, those of `later` among them.
    pub waiting: i64,
    /// Not due before `later_from` (unix ms).
    pub later: i64,
    pub later_from: i64,
    pub pinned: Option<AccountId>,
    /// Account id to what this campaign used of it today.
    pub used: Vec<(i64, i64)>,
    /// Messages of the last minute, where somebody counted them.
    pub per_minute: Option<i64>,
}

impl Lane {
    /// From what a page knows of a lane. What is claimed already has left as far as caps are concerned.
    pub fn of(id: i64, facts: &LaneFacts, per_minute: i64) -> Lane {
        Lane {
            id,
            waiting: (facts.waiting - facts.being_sent).max(0),
            later: facts.later,
            later_from: facts.next_try_at.unwrap_or_default(),
            pinned: facts.pinned,
            used: facts.used.clone(),
            per_minute: Some(per_minute).filter(|n| *n > 0),
        }
    }
}

/// What one account sends of a lane on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its place among the accounts.
    pub account: usize,
    /// 0 is today.
    pub day: usize,
    pub messages: i64,
    /// When the first and the last one leave, unix ms.
    pub starts_at: i64,
    pub ends_at: i64,
}

/// How a lane empties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub parts: Vec<Part>,
    pub end: End,
    /// What sets the pace, and the place of its account.
    pub pace: Option<(PaceKind, usize)>,
}

/// The plan of each lane. `accounts` stand in priority order, lanes in the order in which they take turns; `next_midnight` tells
/// when the workspace's day of a moment ends (both unix ms).
pub fn simulate(
    now: i64,
    accounts: &[AccountUse],
    lanes: &[Lane],
    next_midnight: impl Fn(i64) -> i64,
) -> Vec<Plan> {
    let mut run = Run::new(now, accounts, lanes);
    run.measure();
    let midnight_after = |us: i64| next_midnight(us / 1_000).saturating_mul(1_000).max(us + 1);
    let mut midnight = midnight_after(run.now);
    let mut steps = 0;
    while run.is_waiting() && run.day < DAYS && steps < MOST_STEPS {
        steps += 1;
        let serving = run.serving();
        let until = run.next_change(&serving, midnight);
        run.advance(&serving, until);
        if until >= midnight {
            run.end_day(&serving);
            midnight = midnight_after(run.now);
        }
    }
    run.lines.into_iter().map(Line::plan).collect()
}

struct Run<'a> {
    now: i64,
    day: usize,
    desks: Vec<Desk<'a>>,
    lines: Vec<Line<'a>>,
}

impl<'a> Run<'a> {
    fn new(now: i64, accounts: &'a [AccountUse], lanes: &'a [Lane]) -> Self {
        let now = now.saturating_mul(1_000);
        let mut run = Run {
            now,
            day: 0,
            desks: accounts
                .iter()
                .map(|account| Desk::new(account, now))
                .collect(),
            lines: lanes.iter().map(|lane| Line::new(lane, accounts)).collect(),
        };
        run.take_in();
        run
    }

    fn is_waiting(&self) -> bool {
        self.lines.iter().any(Line::is_waiting)
    }

    /// What waited for its moment, and that has come.
    fn take_in(&mut self) {
        for line in &mut self.lines {
            if line.lane.later_from.saturating_mul(1_000) <= self.now {
                line.due += std::mem::take(&mut line.later);
            }
        }
    }

    /// The lanes that each account works on at this moment.
    fn serving(&self) -> Vec<Vec<usize>> {
        let mut is_taken = false;
        let mut serving = Vec::with_capacity(self.desks.len());
        for (place, desk) in self.desks.iter().enumerate() {
            let takes = |line: &Line| {
                line.is_waiting()
                    && line.due > 0
                    && line.room[place] > 0
                    && may_take(line.lane, desk.account)
                    && (line.lane.pinned.is_some() || !is_taken)
            };
            let mine: Vec<usize> = if desk.can_send(self.now) {
                (0..self.lines.len())
                    .filter(|i| takes(&self.lines[*i]))
                    .collect()
            } else {
                Vec::new()
            };
            is_taken |= !mine.is_empty() && !desk.is_slow();
            serving.push(mine);
        }
        serving
    }

    /// Gives the accounts at work the speed that was seen, where no rate sets it. Lanes take turns, so one that was not counted
    /// has left as much as the others.
    fn measure(&mut self) {
        let serving = self.serving();
        for (desk, mine) in self.desks.iter_mut().zip(serving) {
            let seen: Vec<i64> = mine
                .iter()
                .filter_map(|i| self.lines[*i].lane.per_minute)
                .collect();
            let sum: i64 = seen.iter().sum();
            if desk.speed == PaceKind::FullSpeed && sum > 0 {
                let per_minute = (sum * mine.len() as i64 / seen.len() as i64).max(1);
                desk.step = (60_000_000 / per_minute).max(desk.rate).max(1);
                desk.speed = PaceKind::Measured;
            }
        }
    }

    /// The next moment at which something is used up, or comes.
    fn next_change(&self, serving: &[Vec<usize>], midnight: i64) -> i64 {
        let mut next = midnight;
        let mut consider = |at: i64| next = next.min(at.max(self.now + 1));
        for desk in self
            .desks
            .iter()
            .filter(|desk| desk.account.enabled && desk.back_at() > self.now)
        {
            consider(desk.back_at());
        }
        for line in self
            .lines
            .iter()
            .filter(|line| line.later > 0 && line.is_waiting())
        {
            consider(line.lane.later_from.saturating_mul(1_000));
        }
        // Of each lane: messages a microsecond, and when the first one leaves.
        let mut flows = vec![(0.0_f64, i64::MAX); self.lines.len()];
        for ((place, desk), mine) in self.desks.iter().enumerate().zip(serving) {
            let (from, turns) = (desk.next_at.max(self.now), mine.len() as i64);
            if turns > 0 {
                consider(from.saturating_add(desk.room.saturating_mul(desk.step)));
            }
            for &i in mine {
                let rounds = self.lines[i].room[place].saturating_mul(turns);
                consider(from.saturating_add(rounds.saturating_mul(desk.step)));
                let (flow, first) = &mut flows[i];
                *flow += 1.0 / (desk.step * turns) as f64;
                *first = from.min(*first);
            }
        }
        for (line, (flow, first)) in self.lines.iter().zip(flows) {
            if flow > 0.0 {
                consider(first.saturating_add((line.due as f64 / flow).ceil() as i64));
            }
        }
        next
    }

    /// Sends what leaves before `until`.
    fn advance(&mut self, serving: &[Vec<usize>], until: i64) {
        for ((place, desk), mine) in self.desks.iter_mut().enumerate().zip(serving) {
            let from = desk.next_at.max(self.now);
            let turns = mine.len() as i64;
            if turns == 0 || from >= until {
                continue;
            }
            let n = ((until - from + desk.step - 1) / desk.step).min(desk.room);
            let (each, rest) = (n / turns, (n % turns) as usize);
            let shares: Vec<(usize, i64)> = mine
                .iter()
                .enumerate()
                .map(|(nth, &i)| {
                    let is_first = (nth + mine.len() - desk.turn % mine.len()) % mine.len() < rest;
                    let line = &self.lines[i];
                    let share = each + i64::from(is_first);
                    (i, share.min(line.due).min(line.room[place]))
                })
                .collect();
            desk.turn = (desk.turn + rest) % mine.len();
            let sent: i64 = shares.iter().map(|(_, messages)| messages).sum();
            let last = from + (sent - 1).max(0) * desk.step;
            for (i, messages) in shares.into_iter().filter(|(_, messages)| *messages > 0) {
                let line = &mut self.lines[i];
                line.book(Part {
                    account: place,
                    day: self.day,
                    messages,
                    starts_at: from / 1_000,
                    ends_at: (last + 999) / 1_000,
                });
                if !line.is_waiting() && line.pace.is_none() {
                    line.pace = Some((desk.speed, place));
                }
            }
            desk.room -= sent;
            desk.next_at = from + sent * desk.step;
        }
        self.now = until;
        self.take_in();
    }

    /// Midnight: caps start anew. What keeps a lane for another day sets its pace.
    fn end_day(&mut self, serving: &[Vec<usize>]) {
        for i in 0..self.lines.len() {
            let line = &self.lines[i];
            if line.pace.is_none() && line.is_waiting() && line.due > 0 {
                let pace = self.obstacle(i, serving);
                self.lines[i].pace = pace;
            }
        }
        self.day += 1;
        for desk in &mut self.desks {
            desk.room = left(desk.account.daily_cap, 0);
        }
        for line in &mut self.lines {
            for (room, desk) in line.room.iter_mut().zip(&self.desks) {
                *room = campaign_room(line.lane, desk.account, 0);
            }
        }
    }

    /// Why a lane did not get done today: the speed of the account that still works on it, or else the first cap.
    fn obstacle(&self, i: usize, serving: &[Vec<usize>]) -> Option<(PaceKind, usize)> {
        let line = &self.lines[i];
        let may = |desk: &Desk| may_take(line.lane, desk.account);
        let at_work = |place: usize| {
            serving[place].contains(&i) && self.desks[place].room > 0 && line.room[place] > 0
        };
        if let Some(place) = (0..self.desks.len()).find(|place| at_work(*place)) {
            return Some((self.desks[place].speed, place));
        }
        self.desks
            .iter()
            .enumerate()
            .filter(|(_, desk)| may(desk))
            .find_map(|(place, desk)| {
                if desk.room == 0 {
                    Some((PaceKind::DailyCap, place))
                } else if line.room[place] == 0 {
                    Some((PaceKind::CampaignCap, place))
                } else {
                    None
                }
            })
    }
}
