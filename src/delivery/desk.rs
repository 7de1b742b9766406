//! Where a run lays out messages and its connections fetch them: no hand-over per message, so neither side waits for the
//! other while there is work on the desk.

use super::content::Snapshot;
use super::post::Outcome;
use super::queue::Claimed;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// A message whose lease ends sooner is not begun: clocks differ a little, and a dialogue takes its time.
pub const LEASE_MARGIN_MS: i64 = 1_000;

/// A message that may leave now: it is marked `sending`.
pub struct Job {
    pub claimed: Arc<Claimed>,
    pub snapshot: Arc<Snapshot>,
    /// When its lease ends, unless it is renewed, in unix milliseconds.
    pub lease_end: i64,
}

/// A message that was worked on, and how long the server took for it.
pub struct Done {
    pub claimed: Arc<Claimed>,
    pub outcome: Outcome,
    pub took: Duration,
}

pub enum Fetched {
    Job(Job),
    /// The server bears fewer connections than this one's number: close it or lend it to others.
    Rest,
    /// The run is over.
    Closed,
}

#[derive(Default)]
struct Trays {
    jobs: VecDeque<Job>,
    done: Vec<Done>,
    /// The run knows that there is nothing more to fetch.
    is_empty_told: bool,
    is_closed: bool,
}

pub struct Desk {
    trays: Mutex<Trays>,
    /// Rings for the connections: there is a job, more of them may work, or the desk closes.
    work: Notify,
    /// Rings for the run: a group of results is together, or connections run dry.
    pub results: Notify,
    /// The run is told when this many results lie there: waking it for each would cost more than the result.
    wanted: AtomicUsize,
    /// Connections with a smaller number may work; the others rest.
    width: AtomicUsize,
    /// Connections that stand or are being made.
    open: AtomicUsize,
    /// Until when the leases of all that was in hand at the last renewal hold.
    renewed_until: AtomicI64,
}

impl Desk {
    pub fn new(width: usize) -> Self {
        Desk {
            trays: Mutex::default(),
            work: Notify::new(),
            results: Notify::new(),
            wanted: AtomicUsize::new(1),
            width: AtomicUsize::new(width),
            open: AtomicUsize::new(0),
            renewed_until: AtomicI64::new(0),
        }
    }

    fn trays(&self) -> MutexGuard<'_, Trays> {
        self.trays.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn lay_out(&self, jobs: impl Iterator<Item = Job>) {
        let mut trays = self.trays();
        trays.jobs.extend(jobs);
        trays.is_empty_told = trays.jobs.is_empty();
        drop(trays);
        self.work.notify_waiters();
    }

    /// The next thing to do for this connection.
    pub async fn fetch(&self, worker: usize) -> Fetched {
        loop {
            // Listening before looking: a bell in between is not missed.
            let bell = self.work.notified();
            tokio::pin!(bell);
            bell.as_mut().enable();
            {
                let mut trays = self.trays();
                if trays.is_closed {
                    return Fetched::Closed;
                }
                if worker >= self.width() {
                    return Fetched::Rest;
                }
                if let Some(job) = trays.jobs.pop_front() {
                    return Fetched::Job(job);
                }
                if !std::mem::replace(&mut trays.is_empty_told, true) {
                    self.results.notify_one();
                }
            }
            bell.await;
        }
    }

    /// A further job for a connection that is at work, if one lies there: all others are at work, too.
    pub fn fetch_now(&self, worker: usize) -> Option<Job> {
        let mut trays = self.trays();
        if trays.is_closed || worker >= self.width() {
            return None;
        }
        trays.jobs.pop_front()
    }

    /// Waits until this connection may work again, or the desk closes.
    pub async fn rest(&self, worker: usize) {
        loop {
            let bell = self.work.notified();
            tokio::pin!(bell);
            bell.as_mut().enable();
            if worker < self.width() || self.trays().is_closed {
                return;
            }
            bell.await;
        }
    }

    pub fn hand_in(&self, done: Done) {
        let count = {
            let mut trays = self.trays();
            trays.done.push(done);
            trays.done.len()
        };
        if count >= self.wanted.load(Ordering::Relaxed) {
            self.results.notify_one();
        }
    }

    /// Takes what there is.
    pub fn collect(&self) -> Vec<Done> {
        std::mem::take(&mut self.trays().done)
    }

    /// How many results the run wants to be woken for.
    pub fn want(&self, results: usize) {
        let results = results.max(1);
        self.wanted.store(results, Ordering::Relaxed);
        // Those that came in meanwhile count.
        if self.trays().done.len() >= results {
            self.results.notify_one();
        }
    }

    /// Takes back what no connection has fetched.
    pub fn recall(&self) -> Vec<Job> {
        self.trays().jobs.drain(..).collect()
    }

    pub fn waiting(&self) -> usize {
        self.trays().jobs.len()
    }

    pub fn width(&self) -> usize {
        self.width.load(Ordering::Relaxed)
    }

    pub fn set_width(&self, width: usize) {
        self.width.store(width.max(1), Ordering::Relaxed);
        self.work.notify_waiters();
    }

    pub fn renewed(&self, lease_end: i64) {
        self.renewed_until.store(lease_end, Ordering::Relaxed);
    }

    /// Whether a message is still this process's to send. A process that was frozen for longer than a lease must not go on with
    /// what others have taken over.
    pub fn is_ours(&self, job: &Job, now: i64) -> bool {
        now + LEASE_MARGIN_MS
            < job
                .lease_end
                .max(self.renewed_until.load(Ordering::Relaxed))
    }

    /// How many connections stand or are being made.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    pub fn opened(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
    }

    pub fn ended(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    pub fn close(&self) {
        self.trays().is_closed = true;
        self.work.notify_waiters();
    }
}
