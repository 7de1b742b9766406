//! What a run writes down: results, leases, returned capacity. Nothing that was sent may go unrecorded.

use super::flush::Flight;
use super::{Run, Runner};
use crate::delivery::meters;
use crate::delivery::post::Posted;
use crate::delivery::queue::{self, Claimed, Fence, Finished};
use crate::error::AppError;
use crate::features::outbox::repo as outbox;
use crate::ids::{AccountId, MessageId};
use crate::server::AppState;
use crate::server::db::{Outcome, Stmt};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// What is known and not written yet.
#[derive(Default)]
pub(super) struct Record {
    results: Vec<Finished>,
    /// Mails of the sandbox, recorded with their results.
    pub(super) deliveries: Vec<(MessageId, Posted)>,
    /// Booked capacity to give back, per lane.
    unused: HashMap<i64, i64>,
    /// Campaigns that may be complete.
    touched: HashSet<i64>,
    /// Campaigns with messages that wait again.
    waiting_again: HashSet<i64>,
}

impl Record {
    pub(super) fn len(&self) -> usize {
        self.results.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.results.is_empty() && self.unused.is_empty()
    }

    /// How a message ended; the caller fills in what is not common.
    pub(super) fn settle(
        &mut self,
        claimed: &Claimed,
        state: &'static str,
        reply: String,
    ) -> &mut Finished {
        if claimed.lane != queue::OWN_LANE {
            if state == "ready" {
                self.waiting_again.insert(claimed.lane);
            } else {
                self.touched.insert(claimed.lane);
            }
        }
        let at = self.results.len();
        self.results.push(Finished {
            id: claimed.id,
            token: claimed.token.clone(),
            attempt: claimed.attempt,
            state,
            due_at: None,
            code: None,
            reply,
            refund: 0,
        });
        &mut self.results[at]
    }

    pub(super) fn return_capacity(&mut self, lane: i64) {
        *self.unused.entry(lane).or_default() += 1;
    }

    /// Whose results they are.
    pub(super) fn fences(&self) -> impl Iterator<Item = Fence<'_>> {
        self.results.iter().map(Fence::from)
    }

    /// It is written: counts how each message ended.
    pub(super) fn count(&self, account: AccountId) {
        for result in &self.results {
            meters::ended(account, result.state, result.refund > 0);
        }
    }

    /// What could not be written stands before what came since.
    pub(super) fn put_back(&mut self, earlier: Record) {
        let later = std::mem::replace(self, earlier);
        self.results.extend(later.results);
        self.deliveries.extend(later.deliveries);
        self.touched.extend(later.touched);
        self.waiting_again.extend(later.waiting_again);
        for (lane, n) in later.unused {
            *self.unused.entry(lane).or_default() += n;
        }
    }

    /// Statements that write it down, none when there is nothing, and how many at the end must not run twice.
    pub(super) fn statements(&self, run: &Run, now: i64) -> (Vec<Stmt>, usize) {
        let mut batch = Vec::new();
        if !self.results.is_empty() {
            for (message, posted) in &self.deliveries {
                batch.push(outbox::insert(&outbox::Delivery {
                    account: run.account.id,
                    message: Some(*message),
                    mail_from: &posted.from,
                    rcpt_to: &posted.to,
                    subject: &posted.subject,
                    raw: &posted.raw,
                    at: now,
                }));
            }
            batch.push(queue::finish(&self.results, now));
            // Messages that only waited their turn have no story to tell.
            let is_worth_telling =
                |result: &Finished| result.state != "sent" && !result.reply.is_empty();
            if self.results.iter().any(is_worth_telling) {
                batch.push(queue::insert_logs(&self.results, run.account.id, now));
            }
            batch.extend(
                self.touched
                    .iter()
                    .map(|campaign| queue::complete_campaign(*campaign, now)),
            );
            batch.extend(
                self.waiting_again
                    .iter()
                    .map(|campaign| queue::reopen_campaign(*campaign, now)),
            );
        }
        for (lane, n) in &self.unused {
            batch.push(queue::return_capacity(run.account.id, &run.day, *lane, *n));
        }
        (batch, self.unused.len())
    }
}

/// Between two tries to reach a database that is away. Whatever waits here is known and not written, so it is not for long.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Runs the batch, again and again while the database is away or its disk is full: what was sent must be recorded. Statements
/// are fenced, so running them twice changes nothing, except claims and returned capacity. When the answer of a batch was lost
/// they may have been carried out: `after_loss` says what stands in their places from then on. Capacity that is not returned
/// keeps a cap on the safe side.
pub(super) async fn persist(
    app: AppState,
    account: AccountId,
    mut batch: Vec<Stmt>,
    mut after_loss: Vec<(usize, Stmt)>,
) -> Result<Vec<Outcome>, AppError> {
    let mut wait = Duration::from_millis(100);
    loop {
        let result = app.db.batch(batch.clone()).await;
        if matches!(&result, Err(error) if error.is_outcome_unknown()) {
            for (at, instead) in after_loss.drain(..) {
                batch[at] = instead;
            }
        }
        match result {
            Ok(outcomes) => return Ok(outcomes),
            Err(error) if error.is_passing() => {
                tracing::warn!(%error, %account, "results wait for the database");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn release(messages: &[Arc<Claimed>], now: i64) -> Vec<Stmt> {
    let lanes: HashSet<i64> = messages.iter().map(|claimed| claimed.lane).collect();
    let mut batch = vec![queue::release(messages.iter().map(Arc::as_ref))];
    batch.extend(
        lanes
            .into_iter()
            .map(|lane| queue::reopen_campaign(lane, now)),
    );
    batch
}

impl Runner {
    /// Keeps the leases of everything in hand, results that are not written yet among them. What is not ours any more (this
    /// process was not heard of for too long) must not leave: it is taken off the desk, and goes back if nobody else has tried it.
    pub(super) async fn renew(&mut self) {
        let lease_end = self.run.app.config.lease_end(self.run.app.now());
        let to_send = || self.held.values().chain(&self.leased).map(Arc::as_ref);
        let in_hand = to_send()
            .map(Fence::from)
            .chain(self.record.fences())
            .chain(self.flights.iter().flat_map(Flight::fences));
        match self
            .run
            .app
            .db
            .query(queue::renew(in_hand, lease_end))
            .await
        {
            Ok(rows) => {
                let ours: HashSet<MessageId> =
                    rows.iter().filter_map(|row| row.get("id").ok()).collect();
                if to_send().all(|claimed| ours.contains(&claimed.id)) {
                    self.desk.renewed(lease_end);
                } else {
                    self.recall();
                }
            }
            Err(error) => tracing::warn!(%error, "leases were not renewed"),
        }
    }

    /// Messages that may not be sent any more go back to the queue, with their capacity.
    pub(super) async fn put_back(&mut self, messages: Vec<Arc<Claimed>>) -> Result<(), AppError> {
        if messages.is_empty() {
            return Ok(());
        }
        for claimed in &messages {
            self.domains.ended(&claimed.address, None);
        }
        let batch = release(&messages, self.run.app.now());
        let written = persist(self.run.app.clone(), self.run.account.id, batch, Vec::new()).await;
        if let Err(error) = written {
            // The end of the run tries once more.
            self.leased.extend(messages);
            return Err(error);
        }
        for claimed in &messages {
            self.record.return_capacity(claimed.lane);
        }
        Ok(())
    }

    /// The end of a run, whatever ended it: results are recorded, and what was claimed and never offered goes back.
    pub(super) async fn give_back(&mut self) {
        // A run that broke off may have batches under way, and results of connections that have just closed.
        while !self.flights.is_empty() {
            let landed = Flight::landed(&mut self.flights).await;
            if let Err(error) = self.land(landed).await {
                tracing::error!(%error, "a group of results was refused; it is tried once more");
            }
        }
        self.recall();
        self.take_results().await;
        let waiting: Vec<Arc<Claimed>> = self.leased.drain(..).collect();
        for claimed in &waiting {
            self.record.return_capacity(claimed.lane);
        }
        let (mut batch, returns) = self.record.statements(&self.run, self.run.app.now());
        let after_loss = (batch.len() - returns..batch.len())
            .map(|at| (at, queue::nothing()))
            .collect();
        if !waiting.is_empty() {
            batch.extend(release(&waiting, self.run.app.now()));
        }
        if batch.is_empty() {
            return;
        }
        match persist(self.run.app.clone(), self.run.account.id, batch, after_loss).await {
            Ok(_) => self.record.count(self.run.account.id),
            Err(error) => {
                tracing::error!(%error, "the end of a run was not recorded; the lease will run out");
            }
        }
    }
}
