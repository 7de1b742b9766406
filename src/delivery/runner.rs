//! One account at work: claims small groups, keeps its connections busy, records results in groups. One round trip to the
//! database records a group and claims the next, while the connections go on with what they have.
//!
//! Messages in state `sending` are what a crash can leave unconfirmed, so their number is bounded: twice the connections on the
//! embedded file, five times on a remote database, whose round trips must not set the pace.

mod flush;
mod fuse;
mod record;
mod settle;

use super::breaker::{Admission, Breaker, BreakerRules, Event};
use super::content::Snapshot;
use super::desk::{Desk, Job};
use super::pace::{Domains, Width};
use super::post::post;
use super::queue::{Claimed, Lane, OWN_LANE};
use super::retry::RetryRules;
use super::transport::{Transport, breaker};
use crate::error::AppError;
use crate::features::accounts::repo::DeliveryAccount;
use crate::features::domains::service::signer_for;
use crate::ids::{AccountId, MessageId, SnapshotId};
use crate::server::AppState;
use crate::server::db::DbKind;
use flush::Flight;
use record::Record;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Results wait at most this long for company before they are recorded.
const FLUSH_EVERY: Duration = Duration::from_millis(100);
/// A round trip that takes longer than this does not keep the next one waiting.
const FAR: Duration = Duration::from_millis(10);

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing of its lanes is due any more.
    Drained,
    /// A cap or a rate is used up until this moment at least (unix milliseconds): the next account may take over.
    NoRoom { until: i64 },
    /// The breaker is open.
    Broken,
    /// The process is stopping.
    Stopped,
}

/// What an account is to work on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment {
    /// Each once, by id.
    pub lanes: Vec<Lane>,
    /// Whether test mail that insists on no account is among them.
    pub takes_free: bool,
}

impl Assignment {
    /// The lanes that insist on this account and, if it may take them, those that insist on none.
    pub fn of(lanes: &[Lane], account: AccountId, may_take_free: bool) -> Self {
        let mut mine: Vec<Lane> = lanes
            .iter()
            .filter(|lane| {
                lane.pinned
                    .map_or(may_take_free, |pinned| pinned == account)
            })
            .copied()
            .collect();
        let takes_free = mine
            .iter()
            .any(|lane| lane.id == OWN_LANE && lane.pinned.is_none());
        mine.sort_by_key(|lane| lane.id);
        mine.dedup_by_key(|lane| lane.id);
        Assignment {
            lanes: mine,
            takes_free,
        }
    }
}

/// What a run needs to know.
pub struct Run {
    pub app: AppState,
    pub account: DeliveryAccount,
    pub transport: Transport,
    pub assignment: Assignment,
    /// Tells of lanes that came up since.
    pub feed: watch::Receiver<Assignment>,
    /// The workspace's date, for daily caps.
    pub day: String,
    /// When that day ends. The run ends with it, so that caps of the next day count what goes then.
    pub day_ends_at: i64,
    pub rules: BreakerRules,
    pub retry: RetryRules,
    pub stop: CancellationToken,
}

impl Run {
    /// An account with a rate claims what comes up in the next seconds, and marks it when its moment is near. Any other
    /// sends what it claims at once, so that claiming is marking.
    fn claims_ahead(&self) -> bool {
        self.account.rate_per_second > 0 || self.account.rate_per_minute > 0
    }
}

/// The moving parts of a run.
struct Runner {
    run: Run,
    breaker: Breaker,
    is_probe: bool,
    desk: Arc<Desk>,
    width: Width,
    domains: Domains,
    /// Most messages that may be marked `sending` at once.
    window: usize,
    /// A round trip is worth this many results.
    group: usize,
    /// Claimed and not marked yet.
    leased: VecDeque<Arc<Claimed>>,
    /// Marked `sending`: on the desk or on the wire.
    held: HashMap<MessageId, Arc<Claimed>>,
    /// What is known and not written yet.
    record: Record,
    /// Round trips under way.
    flights: Vec<Flight>,
    /// How many there may be.
    most_flights: usize,
    next_lane: usize,
    /// Lanes that gave nothing at the last claim.
    dry: HashSet<i64>,
    /// A cap or a rate held mail back until then.
    no_room: Option<i64>,
    snapshots: HashMap<SnapshotId, Arc<Snapshot>>,
    last_flush: Instant,
}

/// Runs until nothing is left to do for this account, then says why. Whatever was claimed is finished or given back.
pub async fn run(run: Run) -> Result<End, AppError> {
    let breaker = breaker(&run.account);
    let is_probe = match breaker.admit(run.app.now()) {
        Admission::Yes => false,
        Admission::Wait { .. } => return Ok(End::Broken),
        Admission::Probe => true,
    };
    // The keys that are active now sign for the whole run.
    let signer = signer_for(&run.app, &run.account.from_address).await?;
    let connections = match usize::try_from(run.account.max_connections.clamp(1, 200)) {
        Ok(connections) if !is_probe => connections,
        _ => 1,
    };
    let (window, group, most_flights) = if is_probe {
        (1, 1, 1)
    } else if run.app.db.kind() == DbKind::Remote {
        // While one round trip is under way the next is worth making, except with a rate, whose moments are claimed in order.
        let most_flights = if run.claims_ahead() { 1 } else { 3 };
        (connections * 5, connections, most_flights)
    } else {
        (connections * 2, connections + connections / 4, 1)
    };
    // Not always the same lane first: with a rate, a run ends after a few messages.
    let next_lane = rand::random_range(0..run.assignment.lanes.len().max(1));
    let mut runner = Runner {
        desk: Arc::new(Desk::new(connections)),
        width: Width::new(connections),
        domains: Domains::default(),
        window,
        group,
        run,
        breaker,
        is_probe,
        leased: VecDeque::new(),
        held: HashMap::new(),
        record: Record::default(),
        flights: Vec::new(),
        most_flights,
        next_lane,
        dry: HashSet::new(),
        no_room: None,
        snapshots: HashMap::new(),
        last_flush: Instant::now(),
    };
    if is_probe && !runner.move_breaker(Event::ProbeStarted).await? {
        return Ok(End::Broken);
    }
    let account = Arc::new(runner.run.account.clone());
    let mut posts = JoinSet::new();
    for worker in 0..connections {
        posts.spawn(post(
            runner.run.app.clone(),
            account.clone(),
            runner.run.transport.clone(),
            signer.clone(),
            worker,
            runner.desk.clone(),
        ));
    }
    let end = runner.work().await;
    runner.desk.close();
    while posts.join_next().await.is_some() {}
    runner.give_back().await;
    end
}

impl Runner {
    async fn work(&mut self) -> Result<End, AppError> {
        let renew_every = Duration::from_secs(self.run.app.config.lease_secs.unsigned_abs()) / 3;
        let mut renew = tokio::time::interval_at(Instant::now() + renew_every, renew_every);
        loop {
            self.take_results().await;
            let is_day_over = self.run.app.now() >= self.run.day_ends_at;
            let is_ending = self.run.stop.is_cancelled() || self.is_open() || is_day_over;
            if is_ending {
                self.recall();
            }
            if self.flights.len() < self.most_flights && self.wants_flush(is_ending) {
                self.take_off(is_ending);
            }
            if self.flights.is_empty() && self.held.is_empty() {
                if is_ending {
                    return Ok(if self.is_open() {
                        End::Broken
                    } else if self.run.stop.is_cancelled() {
                        End::Stopped
                    } else {
                        End::Drained
                    });
                }
                if self.leased.is_empty() && self.record.is_empty() {
                    return Ok(match self.no_room {
                        Some(until) => End::NoRoom { until },
                        None => End::Drained,
                    });
                }
            }
            let has_flight = !self.flights.is_empty();
            let look_at = self.look_at();
            // A group, or the last of what is out.
            let group = self.worth().saturating_sub(self.record.len());
            self.desk.want(if is_ending {
                1
            } else {
                group.min(self.held.len())
            });
            tokio::select! {
                landed = Flight::landed(&mut self.flights), if has_flight => self.land(landed).await?,
                () = self.desk.results.notified() => {}
                () = self.run.stop.cancelled(), if !is_ending => {}
                Ok(()) = self.run.feed.changed(), if !is_ending => self.take_on(),
                _ = renew.tick() => self.renew().await,
                () = tokio::time::sleep_until(look_at.unwrap_or(self.last_flush)), if look_at.is_some() => {}
            }
        }
    }

    /// When to look again although nothing happened.
    fn look_at(&self) -> Option<Instant> {
        if !self.flights.is_empty() {
            let may_follow = self.flights.len() < self.most_flights && self.has_group();
            return may_follow.then_some(self.last_flush + FAR);
        }
        if self.record.is_empty() {
            return (!self.held.is_empty()).then(|| Instant::now() + FLUSH_EVERY);
        }
        Some(self.last_flush + FLUSH_EVERY)
    }

    fn is_open(&self) -> bool {
        matches!(self.breaker, Breaker::Open { .. })
    }

    /// A round trip is worth its while when a group of results is together, when connections run dry and there may be more for
    /// them, or when results have waited long enough.
    fn wants_flush(&self, is_ending: bool) -> bool {
        let may_claim = !self.is_probe && self.dry.len() < self.run.assignment.lanes.len();
        let has_next = !is_ending && (!self.leased.is_empty() || may_claim || self.wants_probe());
        let low = (self.width.get() * 3 / 4).max(2) - 1;
        let is_hungry = self.desk.waiting() == 0 && self.held.len() <= low && !self.is_claiming();
        if !self.flights.is_empty() && self.last_flush.elapsed() < FAR {
            return false;
        }
        (is_hungry && has_next)
            || self.has_group()
            || (!self.record.is_empty()
                && self.flights.is_empty()
                && (self.held.is_empty() || self.last_flush.elapsed() >= FLUSH_EVERY))
    }

    /// How many results a round trip is worth: one beside another costs the database more than it saves when it carries few.
    fn worth(&self) -> usize {
        if self.flights.is_empty() {
            self.group
        } else {
            self.group + self.group / 2
        }
    }

    fn has_group(&self) -> bool {
        self.record.len() >= self.worth()
    }

    /// The one claim of a half-open breaker is still to be made.
    fn wants_probe(&self) -> bool {
        self.is_probe && self.dry.is_empty()
    }

    /// Lanes with something due, found since the run began or since they gave nothing.
    fn take_on(&mut self) {
        let found = self.run.feed.borrow_and_update().clone();
        let known = &mut self.run.assignment;
        known.takes_free |= found.takes_free;
        for lane in found.lanes {
            if !self.is_probe {
                self.dry.remove(&lane.id);
            }
            if let Err(at) = known.lanes.binary_search_by_key(&lane.id, |known| known.id) {
                known.lanes.insert(at, lane);
            }
        }
    }

    /// Lays marked messages out for the connections.
    fn lay_out(&mut self, marked: Vec<Arc<Claimed>>, lease_end: i64) {
        let jobs: Vec<Job> = marked
            .into_iter()
            .filter_map(|claimed| {
                let snapshot = self.snapshots.get(&claimed.snapshot)?.clone();
                self.held.insert(claimed.id, claimed.clone());
                Some(Job {
                    claimed,
                    snapshot,
                    lease_end,
                })
            })
            .collect();
        self.desk.lay_out(jobs.into_iter());
    }

    /// Takes back what no connection has fetched: it certainly did not leave.
    fn recall(&mut self) {
        for job in self.desk.recall() {
            self.held.remove(&job.claimed.id);
            self.leased.push_back(job.claimed);
        }
    }
}
