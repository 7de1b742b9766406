//! Plays delivery forward: which account takes how many messages of which lane, and when. Pure.
//!
//! It follows the dispatcher's rules (delivery/worker.rs): accounts in priority order; a campaign that insists on an account waits
//! for that one; mail that insists on none goes to the first account that can take it, and to the next one as well while the first
//! pauses between two messages of a slow rate; lanes of one account take turns. Time moves from one change to the next (a cap used
//! up, a lane empty, a breaker's end, midnight), so the work depends on the days, accounts and lanes, never on the messages.
//! What it leaves out: tries that fail, addresses suppressed meanwhile, slow receivers.

use super::super::waiting::{AccountUse, LaneFacts};
use super::{End, PaceKind};
use crate::ids::AccountId;

/// Days looked ahead.
pub const DAYS: usize = 60;
/// Messages a second on each connection of an account that has no rate and was not measured: an ordinary server takes that much.
pub const PER_CONNECTION: i64 = 2;
/// Messages of a rate lie a little further apart than it asks for, as delivery spaces them.
pub const LATENESS_US: i64 = 50_000;
/// An account whose messages lie further apart than this leaves mail that insists on nobody to the next one in between.
pub const PAUSE_US: i64 = 500_000;
/// Changes looked at, over all days: far more than happen, so that no input can make a page slow.
const MOST_STEPS: usize = 20_000;

const NO_LIMIT: i64 = i64::MAX;

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
    run.queues.into_iter().map(Queue::plan).collect()
}

/// An account at work. Times are unix microseconds, as a rate's moments are.
struct Desk<'a> {
    account: &'a AccountUse,
    /// Between two messages.
    step: i64,
    /// The same as its rates ask for; 0 without one.
    rate: i64,
    speed: PaceKind,
    /// When its next message may leave.
    next_at: i64,
    /// Left of today's cap.
    room: i64,
    /// The lane whose turn it is.
    turn: usize,
}

impl<'a> Desk<'a> {
    fn new(account: &'a AccountUse, now: i64) -> Self {
        let gap = |period_us: i64, rate: i64| match rate {
            ..=0 => 0,
            _ => (period_us + LATENESS_US - 1 + rate) / rate,
        };
        let rate =
            gap(1_000_000, account.rate_per_second).max(gap(60_000_000, account.rate_per_minute));
        let full = 1_000_000 / (account.connections.clamp(1, 200) * PER_CONNECTION);
        Desk {
            account,
            step: rate.max(full),
            speed: if rate > full {
                PaceKind::Rate
            } else {
                PaceKind::FullSpeed
            },
            rate,
            next_at: if rate > 0 {
                account.next_slot_at.saturating_mul(1_000).max(now)
            } else {
                now
            },
            room: left(account.daily_cap, account.used_today),
            turn: 0,
        }
    }

    /// When its breaker lets it work again.
    fn back_at(&self) -> i64 {
        self.account
            .breaker_until
            .unwrap_or_default()
            .saturating_mul(1_000)
    }

    /// Others take mail that insists on nobody while it pauses.
    fn is_slow(&self) -> bool {
        self.rate > PAUSE_US
    }

    fn can_send(&self, now: i64) -> bool {
        self.account.enabled && self.back_at() <= now && self.room > 0
    }
}

/// What a cap leaves; 0 is none.
fn left(cap: i64, used: i64) -> i64 {
    if cap > 0 {
        (cap - used).max(0)
    } else {
        NO_LIMIT
    }
}

/// A lane on its way.
struct Queue<'a> {
    lane: &'a Lane,
    due: i64,
    later: i64,
    /// Left today of the campaign caps of the accounts, in their order.
    room: Vec<i64>,
    parts: Vec<Part>,
    pace: Option<(PaceKind, usize)>,
    never: Option<End>,
}

impl<'a> Queue<'a> {
    fn new(lane: &'a Lane, accounts: &[AccountUse]) -> Self {
        let used = |id: i64| {
            let found = lane.used.iter().find(|(account, _)| *account == id);
            found.map_or(0, |(_, used)| *used)
        };
        let may_send = accounts.iter().any(|account| may_take(lane, account));
        let never = (!may_send).then(|| {
            let pinned = lane
                .pinned
                .and_then(|id| accounts.iter().find(|account| account.id == id.0));
            pinned.map_or(End::NoAccount, |account| End::AccountOff {
                account: account.name.clone(),
            })
        });
        let later = lane.later.clamp(0, lane.waiting.max(0));
        Queue {
            lane,
            due: lane.waiting.max(0) - later,
            later,
            room: accounts
                .iter()
                .map(|account| campaign_room(lane, account, used(account.id)))
                .collect(),
            parts: Vec::new(),
            pace: None,
            never,
        }
    }

    fn is_waiting(&self) -> bool {
        self.never.is_none() && self.due + self.later > 0
    }

    fn book(&mut self, part: Part) {
        self.due -= part.messages;
        self.room[part.account] -= part.messages;
        let known = self
            .parts
            .iter_mut()
            .find(|known| (known.account, known.day) == (part.account, part.day));
        match known {
            Some(known) => {
                known.messages += part.messages;
                known.ends_at = part.ends_at;
            }
            None => self.parts.push(part),
        }
    }

    fn plan(self) -> Plan {
        let last = self.parts.iter().map(|part| part.ends_at).max();
        let left = self.due + self.later;
        let end = match self.never {
            Some(never) => never,
            None if left > 0 => End::Beyond { left },
            None => End::At(last.unwrap_or_default()),
        };
        Plan {
            parts: self.parts,
            end,
            pace: self.pace,
        }
    }
}

/// Test mail has no campaign cap.
fn campaign_room(lane: &Lane, account: &AccountUse, used: i64) -> i64 {
    if lane.id == 0 {
        NO_LIMIT
    } else {
        left(account.campaign_cap, used)
    }
}

/// Whether a lane is ever sent by this account.
fn may_take(lane: &Lane, account: &AccountUse) -> bool {
    account.enabled
        && match lane.pinned {
            Some(id) => id.0 == account.id,
            None => !account.is_only_pinned,
        }
}

struct Run<'a> {
    now: i64,
    day: usize,
    desks: Vec<Desk<'a>>,
    queues: Vec<Queue<'a>>,
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
            queues: lanes
                .iter()
                .map(|lane| Queue::new(lane, accounts))
                .collect(),
        };
        run.take_in();
        run
    }

    fn is_waiting(&self) -> bool {
        self.queues.iter().any(Queue::is_waiting)
    }

    /// What waited for its moment, and that has come.
    fn take_in(&mut self) {
        for queue in &mut self.queues {
            if queue.lane.later_from.saturating_mul(1_000) <= self.now {
                queue.due += std::mem::take(&mut queue.later);
            }
        }
    }

    /// The lanes that each account works on at this moment.
    fn serving(&self) -> Vec<Vec<usize>> {
        let mut is_taken = false;
        let mut serving = Vec::with_capacity(self.desks.len());
        for (place, desk) in self.desks.iter().enumerate() {
            let takes = |queue: &Queue| {
                queue.is_waiting()
                    && queue.due > 0
                    && queue.room[place] > 0
                    && may_take(queue.lane, desk.account)
                    && (queue.lane.pinned.is_some() || !is_taken)
            };
            let mine: Vec<usize> = if desk.can_send(self.now) {
                (0..self.queues.len())
                    .filter(|i| takes(&self.queues[*i]))
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
                .filter_map(|i| self.queues[*i].lane.per_minute)
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
        for queue in self
            .queues
            .iter()
            .filter(|queue| queue.later > 0 && queue.is_waiting())
        {
            consider(queue.lane.later_from.saturating_mul(1_000));
        }
        // Of each lane: messages a microsecond, and when the first one leaves.
        let mut flows = vec![(0.0_f64, i64::MAX); self.queues.len()];
        for ((place, desk), mine) in self.desks.iter().enumerate().zip(serving) {
            let (from, turns) = (desk.next_at.max(self.now), mine.len() as i64);
            if turns > 0 {
                consider(from.saturating_add(desk.room.saturating_mul(desk.step)));
            }
            for &i in mine {
                let rounds = self.queues[i].room[place].saturating_mul(turns);
                consider(from.saturating_add(rounds.saturating_mul(desk.step)));
                let (flow, first) = &mut flows[i];
                *flow += 1.0 / (desk.step * turns) as f64;
                *first = from.min(*first);
            }
        }
        for (queue, (flow, first)) in self.queues.iter().zip(flows) {
            if flow > 0.0 {
                consider(first.saturating_add((queue.due as f64 / flow).ceil() as i64));
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
                    let queue = &self.queues[i];
                    let share = each + i64::from(is_first);
                    (i, share.min(queue.due).min(queue.room[place]))
                })
                .collect();
            desk.turn = (desk.turn + rest) % mine.len();
            let sent: i64 = shares.iter().map(|(_, messages)| messages).sum();
            let last = from + (sent - 1).max(0) * desk.step;
            for (i, messages) in shares.into_iter().filter(|(_, messages)| *messages > 0) {
                let queue = &mut self.queues[i];
                queue.book(Part {
                    account: place,
                    day: self.day,
                    messages,
                    starts_at: from / 1_000,
                    ends_at: (last + 999) / 1_000,
                });
                if !queue.is_waiting() && queue.pace.is_none() {
                    queue.pace = Some((desk.speed, place));
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
        for i in 0..self.queues.len() {
            let queue = &self.queues[i];
            if queue.pace.is_none() && queue.is_waiting() && queue.due > 0 {
                let pace = self.obstacle(i, serving);
                self.queues[i].pace = pace;
            }
        }
        self.day += 1;
        for desk in &mut self.desks {
            desk.room = left(desk.account.daily_cap, 0);
        }
        for queue in &mut self.queues {
            for (room, desk) in queue.room.iter_mut().zip(&self.desks) {
                *room = campaign_room(queue.lane, desk.account, 0);
            }
        }
    }

    /// Why a lane did not get done today: the speed of the account that still works on it, or else the first cap.
    fn obstacle(&self, i: usize, serving: &[Vec<usize>]) -> Option<(PaceKind, usize)> {
        let queue = &self.queues[i];
        let may = |desk: &Desk| may_take(queue.lane, desk.account);
        let at_work = |place: usize| {
            serving[place].contains(&i) && self.desks[place].room > 0 && queue.room[place] > 0
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
                } else if queue.room[place] == 0 {
                    Some((PaceKind::CampaignCap, place))
                } else {
                    None
                }
            })
    }
}
