//! What a run writes down: results, leases, returned capacity. Nothing that was sent may go unrecorded.

use super::Runner;
use crate::delivery::queue::{self, Claimed};
use crate::error::AppError;
use crate::features::outbox::repo as outbox;
use crate::server::db::{DbError, Outcome, Stmt};
use std::time::Duration;
use tokio::time::Instant;

impl Runner {
    /// Statements that record what is known; empty when there is nothing.
    pub(super) fn recording(&self, now: i64) -> Vec<Stmt> {
        let mut batch = Vec::new();
        if !self.results.is_empty() {
            for (message, posted) in &self.deliveries {
                batch.push(outbox::insert(&outbox::Delivery {
                    account: self.run.account.id,
                    message: Some(*message),
                    mail_from: &posted.from,
                    rcpt_to: &posted.to,
                    subject: &posted.subject,
                    raw: &posted.raw,
                    at: now,
                }));
            }
            batch.push(queue::finish(&self.results, now));
            if self.results.iter().any(|result| result.state != "sent") {
                batch.push(queue::insert_logs(&self.results, self.run.account.id, now));
            }
            batch.extend(
                self.touched
                    .iter()
                    .map(|campaign| queue::complete_campaign(*campaign, now)),
            );
        }
        for (lane, n) in &self.unused {
            batch.push(queue::return_capacity(
                self.run.account.id,
                &self.run.day,
                *lane,
                *n,
            ));
        }
        batch
    }

    pub(super) fn recorded(&mut self) {
        self.results.clear();
        self.deliveries.clear();
        self.touched.clear();
        self.unused.clear();
        self.last_flush = Instant::now();
    }

    /// Runs the batch, again and again while the database is away: what was sent must be recorded. Each statement is fenced, so
    /// running it twice changes nothing.
    pub(super) async fn persist(&self, batch: Vec<Stmt>) -> Result<Vec<Outcome>, AppError> {
        let mut wait = Duration::from_millis(100);
        loop {
            match self.run.app.db.batch(batch.clone()).await {
                Ok(outcomes) => return Ok(outcomes),
                Err(
                    error @ (DbError::Busy
                    | DbError::Timeout
                    | DbError::Lost(_)
                    | DbError::Unavailable(_)),
                ) => {
                    tracing::warn!(%error, account = %self.run.account.id, "results wait for the database");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(Duration::from_secs(5));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    pub(super) async fn renew(&self) {
        let now = self.run.app.now();
        let held: Vec<&Claimed> = self
            .active
            .values()
            .chain(&self.marked)
            .chain(&self.leased)
            .collect();
        if let Err(error) = self
            .run
            .app
            .db
            .exec(queue::renew(held.into_iter(), now))
            .await
        {
            tracing::warn!(%error, "leases were not renewed");
        }
    }

    /// Messages that may not be sent any more go back to the queue, with their capacity.
    pub(super) async fn put_back(&mut self, messages: Vec<Claimed>) -> Result<(), AppError> {
        for claimed in &messages {
            *self.unused.entry(claimed.lane).or_default() += 1;
        }
        self.persist(vec![queue::release(messages.iter())]).await?;
        Ok(())
    }

    /// The end of a run: what was claimed and never offered goes back, results are recorded.
    pub(super) async fn give_back(&mut self) {
        let waiting: Vec<Claimed> = self.leased.drain(..).chain(self.marked.drain(..)).collect();
        for claimed in &waiting {
            *self.unused.entry(claimed.lane).or_default() += 1;
        }
        let mut batch = self.recording(self.run.app.now());
        if !waiting.is_empty() {
            batch.push(queue::release(waiting.iter()));
        }
        if !batch.is_empty() {
            match self.persist(batch).await {
                Ok(_) => self.recorded(),
                Err(error) => {
                    tracing::error!(%error, "the end of a run was not recorded; the lease will run out")
                }
            }
        }
    }
}
