//! What became of a message that was worked on, and what follows from it.

use super::Runner;
use crate::delivery::breaker::Event;
use crate::delivery::desk::Done;
use crate::delivery::post::Outcome;
use crate::delivery::queue::Claimed;
use crate::delivery::reply::FailureKind;
use std::sync::Arc;

impl Runner {
    pub(super) async fn take_results(&mut self) {
        for Done {
            claimed,
            outcome,
            took,
        } in self.desk.collect()
        {
            let was_served = matches!(
                outcome,
                Outcome::Sent { .. }
                    | Outcome::Failed {
                        was_offered: true,
                        ..
                    }
            );
            self.held.remove(&claimed.id);
            self.domains
                .ended(&claimed.address, was_served.then_some(took));
            self.take(&claimed, outcome).await;
        }
    }

    async fn take(&mut self, claimed: &Arc<Claimed>, outcome: Outcome) {
        match outcome {
            Outcome::Sent {
                code,
                reply,
                posted,
            } => {
                self.record.settle(claimed, "sent", reply).code = code;
                self.record
                    .deliveries
                    .extend(posted.map(|posted| (claimed.id, posted)));
                self.width.accepted();
                self.follow_width();
                self.observe(Event::Accepted).await;
            }
            Outcome::Unusable(words) => {
                self.record.settle(claimed, "failed", words);
                self.record.return_capacity(claimed.lane);
            }
            Outcome::Late => {
                let again = self.record.settle(claimed, "ready", String::new());
                (again.due_at, again.refund) = (Some(self.run.app.now()), 1);
                self.record.return_capacity(claimed.lane);
                // Its lane has something again.
                self.dry.remove(&claimed.lane);
            }
            Outcome::OneTooMany { code, words } => {
                self.width.refused();
                self.follow_width();
                self.retry_soon(claimed, code, words);
            }
            Outcome::Failed {
                kind,
                code,
                words,
                was_offered,
            } => {
                // It took the connection and says that it is too much: fewer of them.
                if was_offered && kind == FailureKind::AccountTemporary {
                    self.width.refused();
                    self.follow_width();
                }
                self.failed(claimed, kind, code, words.clone(), was_offered);
                self.observe(Event::Failed {
                    kind,
                    reason: words,
                })
                .await;
            }
        }
    }

    fn follow_width(&self) {
        if self.desk.width() != self.width.get() {
            self.desk.set_width(self.width.get());
        }
    }

    fn failed(
        &mut self,
        claimed: &Claimed,
        kind: FailureKind,
        code: Option<i64>,
        words: String,
        was_offered: bool,
    ) {
        if kind == FailureKind::Unconfirmed {
            self.record.settle(claimed, "unconfirmed", words).code = code;
            return;
        }
        if !was_offered {
            return self.retry_soon(claimed, code, words);
        }
        self.record.return_capacity(claimed.lane);
        let tries = claimed.attempt - claimed.tries_from;
        let now = self.run.app.now();
        match self
            .run
            .retry
            .next_attempt(tries, kind, now, rand::random::<f64>())
        {
            Some(due_at) => {
                let again = self.record.settle(claimed, "ready", words);
                (again.due_at, again.code) = (Some(due_at), code);
            }
            None => self.record.settle(claimed, "failed", words).code = code,
        }
    }

    /// The server never saw it: the breaker sets the pace, and the attempt does not count.
    fn retry_soon(&mut self, claimed: &Claimed, code: Option<i64>, words: String) {
        let due_at = self.run.app.now() + 1_000;
        let again = self.record.settle(claimed, "ready", words);
        (again.due_at, again.code, again.refund) = (Some(due_at), code, 1);
        self.record.return_capacity(claimed.lane);
    }
}
