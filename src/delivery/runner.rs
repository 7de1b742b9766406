//! One account at work: claims small groups, keeps its connections busy, records results in groups. At most twice as many
//! messages as there are connections are ever in state `sending`: what a crash can leave unconfirmed.

mod fuse;
mod record;

use super::breaker::{Admission, Breaker, BreakerRules, Event};
use super::content::Snapshot;
use super::post::{Job, Outcome, Posted, post};
use super::queue::{self, Claimed, Finished, Lane};
use super::reply::FailureKind;
use super::retry::RetryRules;
use super::transport::{Transport, breaker};
use crate::error::AppError;
use crate::features::accounts::repo::DeliveryAccount;
use crate::ids::{MessageId, SnapshotId};
use crate::server::AppState;
use crate::server::db::{DbError, Stmt};
use crate::server::secrets::random_token;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Leases are renewed this often while messages wait or are on the wire.
const RENEW_EVERY: Duration = Duration::from_secs(8);
/// Results wait at most this long for company before they are recorded.
const FLUSH_EVERY: Duration = Duration::from_millis(100);

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing of its lanes is due any more.
    Drained,
    /// A cap or a rate is used up: the next account may take over.
    NoRoom,
    /// The breaker is open.
    Broken,
    /// The process is stopping.
    Stopped,
}

/// What a run needs to know.
pub struct Run {
    pub app: AppState,
    pub account: DeliveryAccount,
    pub transport: Transport,
    pub lanes: Vec<Lane>,
    /// Whether test mail that insists on no account is among them.
    pub takes_free: bool,
    /// The workspace's date, for daily caps.
    pub day: String,
    pub rules: BreakerRules,
    pub stop: CancellationToken,
}

/// The moving parts of a run.
struct Runner {
    run: Run,
    breaker: Breaker,
    is_probe: bool,
    /// Claimed and not marked yet.
    leased: VecDeque<Claimed>,
    /// Marked `sending`, waiting for a connection.
    marked: VecDeque<Claimed>,
    /// On the wire.
    active: HashMap<MessageId, Claimed>,
    results: Vec<Finished>,
    /// Mails of the sandbox, recorded with their results.
    deliveries: Vec<(MessageId, Posted)>,
    /// Booked capacity to give back, per lane.
    unused: HashMap<i64, i64>,
    /// Campaigns that may be complete.
    touched: HashSet<i64>,
    next_lane: usize,
    /// Lanes that gave nothing at the last claim.
    dry: HashSet<i64>,
    /// A cap or a rate held mail back.
    no_room: bool,
    snapshots: HashMap<SnapshotId, Arc<Snapshot>>,
    last_flush: Instant,
}

/// Runs until nothing is left to do for this account, then says why. Whatever was claimed is finished or given back.
pub async fn run(run: Run) -> Result<End, AppError> {
    let connections = usize::try_from(run.account.max_connections.clamp(1, 200)).unwrap_or(1);
    let breaker = breaker(&run.account);
    let is_probe = match breaker.admit(run.app.now()) {
        Admission::Yes => false,
        Admission::Wait { .. } => return Ok(End::Broken),
        Admission::Probe => true,
    };
    let mut runner = Runner {
        run,
        breaker,
        is_probe,
        leased: VecDeque::new(),
        marked: VecDeque::new(),
        active: HashMap::new(),
        results: Vec::new(),
        deliveries: Vec::new(),
        unused: HashMap::new(),
        touched: HashSet::new(),
        next_lane: 0,
        dry: HashSet::new(),
        no_room: false,
        snapshots: HashMap::new(),
        last_flush: Instant::now(),
    };
    if is_probe && !runner.move_breaker(Event::ProbeStarted).await? {
        return Ok(End::Broken);
    }
    let end = runner.work(if is_probe { 1 } else { connections }).await;
    runner.give_back().await;
    end
}

impl Runner {
    async fn work(&mut self, connections: usize) -> Result<End, AppError> {
        let (results_in, mut results_out) =
            mpsc::channel::<(usize, Claimed, Outcome)>(connections * 2);
        let mut posts = JoinSet::new();
        let mut idle: Vec<mpsc::Sender<Job>> = Vec::with_capacity(connections);
        let mut senders = Vec::with_capacity(connections);
        for worker in 0..connections {
            let (jobs_in, jobs_out) = mpsc::channel(1);
            idle.push(jobs_in.clone());
            senders.push(jobs_in);
            posts.spawn(post(
                self.run.app.clone(),
                self.run.account.clone(),
                self.run.transport.clone(),
                worker,
                jobs_out,
                results_in.clone(),
            ));
        }
        drop(results_in);
        let mut renew = tokio::time::interval_at(Instant::now() + RENEW_EVERY, RENEW_EVERY);
        let mut idle_workers: Vec<usize> = (0..connections).rev().collect();
        loop {
            let is_ending = self.run.stop.is_cancelled() || self.is_open();
            if !is_ending && self.wants_flush(connections) {
                self.flush(connections).await?;
            }
            while !is_ending && !idle_workers.is_empty() {
                let Some(claimed) = self.marked.pop_front() else {
                    break;
                };
                let Some(worker) = idle_workers.pop() else {
                    break;
                };
                let Some(snapshot) = self.snapshots.get(&claimed.snapshot).cloned() else {
                    continue;
                };
                self.active.insert(claimed.id, claimed.clone());
                if senders[worker]
                    .try_send(Job {
                        claimed: claimed.clone(),
                        snapshot,
                    })
                    .is_err()
                {
                    // A post that is gone never began: the message goes back.
                    self.active.remove(&claimed.id);
                    self.leased.push_back(claimed);
                    return Err(AppError::Unavailable(
                        "A connection ended unexpectedly.".into(),
                    ));
                }
            }
            if self.active.is_empty() {
                if is_ending {
                    return Ok(if self.is_open() {
                        End::Broken
                    } else {
                        End::Stopped
                    });
                }
                if self.marked.is_empty() && self.leased.is_empty() && self.results.is_empty() {
                    return Ok(if self.no_room {
                        End::NoRoom
                    } else {
                        End::Drained
                    });
                }
                continue;
            }
            tokio::select! {
                Some((worker, claimed, outcome)) = results_out.recv() => {
                    idle_workers.push(worker);
                    self.take(claimed, outcome).await?;
                    while let Ok((worker, claimed, outcome)) = results_out.try_recv() {
                        idle_workers.push(worker);
                        self.take(claimed, outcome).await?;
                    }
                }
                _ = renew.tick() => self.renew().await,
                () = tokio::time::sleep(FLUSH_EVERY), if !self.results.is_empty() => {}
            }
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.breaker, Breaker::Open { .. })
    }

    /// A flush is worth its round trip when a group of results is together, when connections would run dry, or after a while.
    fn wants_flush(&self, connections: usize) -> bool {
        let could_claim = self.dry.len() < self.run.lanes.len() && !self.is_probe;
        let starving = self.marked.is_empty()
            && (!self.leased.is_empty()
                || could_claim
                || (self.is_probe && self.active.is_empty()));
        let room = self.active.len() + self.marked.len() <= connections;
        (starving && room && (self.results.len() >= connections || self.active.len() < connections))
            || self.results.len() >= connections
            || (!self.results.is_empty()
                && (self.active.is_empty() || self.last_flush.elapsed() >= FLUSH_EVERY))
            || (self.active.is_empty() && !self.leased.is_empty())
    }

    /// One round trip: records results, marks the next group, claims the one after.
    async fn flush(&mut self, connections: usize) -> Result<(), AppError> {
        let now = self.run.app.now();
        let mut batch = self.recording(now);
        let room = (connections * 2).saturating_sub(self.active.len() + self.marked.len());
        let marking: Vec<Claimed> = self.leased.iter().take(room).cloned().collect();
        let mark_at = batch.len();
        if !marking.is_empty() {
            batch.push(queue::mark_sending(marking.iter(), now));
        }
        let claiming = self.next_claim(
            connections - connections.min(self.leased.len().saturating_sub(marking.len())),
            now,
        );
        let claim_at = batch.len();
        if let Some((_, _, statements)) = &claiming {
            batch.extend(statements.iter().cloned());
        }
        if batch.is_empty() {
            return Ok(());
        }
        let outcomes = self.persist(batch).await?;
        self.recorded();
        if !marking.is_empty() {
            let moved: HashSet<MessageId> = outcomes[mark_at]
                .rows
                .iter()
                .map(|row| row.get("id"))
                .collect::<Result<_, DbError>>()?;
            self.leased.drain(..marking.len());
            let (ours, stopped): (Vec<_>, Vec<_>) = marking
                .into_iter()
                .partition(|claimed| moved.contains(&claimed.id));
            self.marked.extend(ours);
            if !stopped.is_empty() {
                self.put_back(stopped).await?;
            }
        }
        if let Some((lane, token, _)) = claiming {
            let room = outcomes[claim_at]
                .rows
                .first()
                .map_or(Ok(0), |row| row.get::<i64>("room"))?;
            let rows = &outcomes[claim_at + 1].rows;
            if rows.is_empty() {
                self.dry.insert(lane);
                self.no_room |= room <= 0;
            }
            for row in rows {
                let claimed = queue::read_claimed(row, &token)?;
                self.accept(claimed, now).await?;
            }
        }
        Ok(())
    }

    /// The claim for the lane whose turn it is, if one may have something.
    fn next_claim(&mut self, want: usize, now: i64) -> Option<(i64, String, [Stmt; 3])> {
        let done = self.is_probe
            && (!self.active.is_empty()
                || !self.marked.is_empty()
                || !self.leased.is_empty()
                || !self.dry.is_empty());
        if want == 0 || done || self.dry.len() >= self.run.lanes.len() {
            return None;
        }
        let lanes = &self.run.lanes;
        let lane = (0..lanes.len())
            .map(|i| lanes[(self.next_lane + i) % lanes.len()].id)
            .find(|lane| !self.dry.contains(lane))?;
        self.next_lane = lanes
            .iter()
            .position(|known| known.id == lane)
            .map_or(0, |at| at + 1);
        let token = random_token()[..16].to_owned();
        let request = queue::ClaimRequest {
            account: self.run.account.id,
            lane,
            want: if self.is_probe {
                1
            } else {
                i64::try_from(want).unwrap_or(1)
            },
            now,
            owner: &self.run.app.instance,
            token: &token,
            day: &self.run.day,
            is_probe: self.is_probe,
            takes_free: self.run.takes_free,
        };
        let statements = queue::claim(&request);
        if self.is_probe {
            // One message, whatever comes of it.
            self.dry.extend(lanes.iter().map(|lane| lane.id));
        }
        Some((lane, token, statements))
    }

    /// A claimed message is leased, unless its address was suppressed meanwhile or its content cannot be used.
    async fn accept(&mut self, claimed: Claimed, now: i64) -> Result<(), AppError> {
        if let Some(reason) = claimed
            .suppressed
            .clone()
            .filter(|_| claimed.lane != queue::OWN_LANE)
        {
            self.settle(&claimed, "suppressed", None, None, reason, 1);
            *self.unused.entry(claimed.lane).or_default() += 1;
            return Ok(());
        }
        if !self.snapshots.contains_key(&claimed.snapshot) {
            match Snapshot::load(&self.run.app.db, claimed.snapshot).await? {
                Some(Ok(snapshot)) => {
                    self.snapshots.insert(claimed.snapshot, Arc::new(snapshot));
                }
                broken => {
                    let words = match broken {
                        Some(Err(error)) => format!("The content cannot be used. {error}"),
                        _ => "The content of this message is gone.".to_owned(),
                    };
                    self.settle(&claimed, "failed", None, None, words, 0);
                    *self.unused.entry(claimed.lane).or_default() += 1;
                    return Ok(());
                }
            }
        }
        let _ = now;
        self.leased.push_back(claimed);
        Ok(())
    }

    fn settle(
        &mut self,
        claimed: &Claimed,
        state: &'static str,
        due_at: Option<i64>,
        code: Option<i64>,
        reply: String,
        refund: i64,
    ) {
        self.touched
            .extend((claimed.lane != queue::OWN_LANE && state != "ready").then_some(claimed.lane));
        self.results.push(Finished {
            id: claimed.id,
            token: claimed.token.clone(),
            attempt: claimed.attempt,
            state,
            due_at,
            code,
            reply,
            refund,
        });
    }

    /// What became of a message that was on its way.
    async fn take(&mut self, claimed: Claimed, outcome: Outcome) -> Result<(), AppError> {
        self.active.remove(&claimed.id);
        let now = self.run.app.now();
        match outcome {
            Outcome::Sent {
                code,
                reply,
                posted,
            } => {
                self.settle(&claimed, "sent", None, code, reply, 0);
                self.deliveries
                    .extend(posted.map(|posted| (claimed.id, posted)));
                self.observe(Event::Accepted).await
            }
            Outcome::Unusable(words) => {
                self.settle(&claimed, "failed", None, None, words, 0);
                *self.unused.entry(claimed.lane).or_default() += 1;
                Ok(())
            }
            Outcome::Failed {
                kind,
                code,
                words,
                was_offered,
            } => {
                if kind == FailureKind::Unconfirmed {
                    self.settle(&claimed, "unconfirmed", None, code, words.clone(), 0);
                } else {
                    *self.unused.entry(claimed.lane).or_default() += 1;
                    let tries = claimed.attempt - claimed.tries_from;
                    let next = if was_offered {
                        RetryRules::default().next_attempt(tries, kind, now, rand::random::<f64>())
                    } else {
                        // The server never saw it: the breaker sets the pace, and the attempt does not count.
                        Some(now + 1_000)
                    };
                    let refund = i64::from(!was_offered);
                    match next {
                        Some(due_at) => self.settle(
                            &claimed,
                            "ready",
                            Some(due_at),
                            code,
                            words.clone(),
                            refund,
                        ),
                        None => self.settle(&claimed, "failed", None, code, words.clone(), 0),
                    }
                }
                self.observe(Event::Failed {
                    kind,
                    reason: words,
                })
                .await
            }
        }
    }
}
