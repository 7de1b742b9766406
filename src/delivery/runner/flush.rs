//! The one round trip of a run: it records what is known, marks the next group and claims the one after, all or nothing.

use super::Runner;
use super::record::{Record, persist};
use crate::delivery::content::Snapshot;
use crate::delivery::desk::{Ahead, LEASE_MARGIN_MS};
use crate::delivery::meters;
use crate::delivery::queue::{self, Claimed, Fence};
use crate::error::AppError;
use crate::ids::MessageId;
use crate::server::db::{DbError, Outcome, Stmt};
use crate::server::secrets::random_token;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// A round trip under way.
pub(super) struct Flight {
    task: JoinHandle<Result<Vec<Outcome>, AppError>>,
    /// What it records; it stands again if the batch is refused.
    record: Record,
    marking: Option<Marking>,
    claiming: Option<Claiming>,
    began: Instant,
}

struct Marking {
    /// Where in the batch.
    at: usize,
    messages: Vec<Arc<Claimed>>,
    lease_end: i64,
}

struct Claiming {
    at: usize,
    lane: i64,
    token: String,
}

impl Flight {
    /// What it writes down or marks.
    pub(super) fn fences(&self) -> impl Iterator<Item = Fence<'_>> {
        let marking = self.marking.iter().flat_map(|marking| &marking.messages);
        self.record
            .fences()
            .chain(marking.map(|claimed| Fence::from(claimed.as_ref())))
    }

    /// Waits for the answer; for ever when nothing is under way.
    pub(super) async fn landed(flight: &mut Option<Flight>) -> Result<Vec<Outcome>, AppError> {
        match flight {
            None => std::future::pending().await,
            Some(flight) => (&mut flight.task).await.unwrap_or_else(|error| {
                Err(AppError::Unavailable(format!(
                    "The database task ended: {error}"
                )))
            }),
        }
    }
}

impl Runner {
    /// Sends the batch off. When the run is ending it only records.
    pub(super) fn take_off(&mut self, is_ending: bool) {
        let now = self.run.app.now();
        let lease_end = self.run.app.config.lease_end(now);
        let record = std::mem::take(&mut self.record);
        let (mut batch, returns) = record.statements(&self.run, now);
        let mut once: Vec<usize> = (batch.len() - returns..batch.len()).collect();
        let room = if is_ending {
            0
        } else {
            self.window.saturating_sub(self.held.len())
        };
        let messages: Vec<Arc<Claimed>> =
            self.leased.drain(..room.min(self.leased.len())).collect();
        let marking = (!messages.is_empty()).then(|| {
            let at = batch.len();
            batch.push(queue::mark_sending(
                messages.iter().map(Arc::as_ref),
                lease_end,
            ));
            Marking {
                at,
                messages,
                lease_end,
            }
        });
        let want = self.window.saturating_sub(self.leased.len());
        let claiming = (!is_ending)
            .then(|| self.next_claim(want, now, lease_end))
            .flatten()
            .map(|(lane, token, statements)| {
                let at = batch.len();
                batch.extend(statements);
                once.extend(at..batch.len());
                Claiming { at, lane, token }
            });
        self.last_flush = Instant::now();
        if batch.is_empty() {
            return;
        }
        self.flight = Some(Flight {
            task: tokio::spawn(persist(
                self.run.app.clone(),
                self.run.account.id,
                batch,
                once,
            )),
            record,
            marking,
            claiming,
            began: self.last_flush,
        });
    }

    /// Takes in what the database answered.
    pub(super) async fn land(
        &mut self,
        outcomes: Result<Vec<Outcome>, AppError>,
    ) -> Result<(), AppError> {
        let Some(flight) = self.flight.take() else {
            return Ok(());
        };
        let outcomes = match outcomes {
            Ok(outcomes) => outcomes,
            Err(error) => {
                self.record.put_back(flight.record);
                self.leased
                    .extend(flight.marking.into_iter().flat_map(|m| m.messages));
                return Err(error);
            }
        };
        flight.record.count(self.run.account.id);
        if let Some(Marking {
            at,
            messages,
            lease_end,
        }) = flight.marking
        {
            let moved: HashSet<MessageId> = outcomes[at]
                .rows
                .iter()
                .map(|row| row.get("id"))
                .collect::<Result<_, DbError>>()?;
            // A batch that had to wait for the database may have marked them with a lease that is over already.
            let is_over = lease_end < self.run.app.now() + LEASE_MARGIN_MS;
            let (ours, stopped): (Vec<_>, Vec<_>) = messages
                .into_iter()
                .partition(|claimed| moved.contains(&claimed.id) && !is_over);
            self.lay_out(ours, lease_end);
            if !stopped.is_empty() {
                self.put_back(stopped).await?;
            }
        }
        if let Some(Claiming { at, lane, token }) = flight.claiming {
            meters::claimed(flight.began.elapsed(), outcomes[at + 1].rows.len());
            self.claimed(lane, &token, &outcomes[at], &outcomes[at + 1])
                .await?;
        }
        Ok(())
    }

    async fn claimed(
        &mut self,
        lane: i64,
        token: &str,
        left: &Outcome,
        rows: &Outcome,
    ) -> Result<(), AppError> {
        let now = self.run.app.now();
        let (room, step, first_slot) = match left.rows.first() {
            None => (0, 0, 0),
            Some(row) => (
                row.get::<i64>("room")?,
                row.get::<i64>("step")?,
                row.get::<i64>("first_slot")?,
            ),
        };
        if rows.rows.is_empty() {
            self.dry.insert(lane);
            if room <= 0 {
                // The next moment of a rate, a little before it is due; otherwise a cap, which polling finds free again.
                let next = first_slot / 1_000 - queue::LOOK_AHEAD_MS + queue::LINGER_MS;
                self.no_room = Some(if step > 0 && next > now {
                    next
                } else {
                    now + 1_000
                });
            }
        }
        for (place, row) in (0_i64..).zip(&rows.rows) {
            let mut claimed = queue::read_claimed(row, token)?;
            claimed.slot_us = (step > 0).then_some(first_slot + place * step);
            self.accept(Arc::new(claimed), now).await?;
        }
        Ok(())
    }

    /// The claim for the lane whose turn it is, if one may have something.
    fn next_claim(
        &mut self,
        want: usize,
        now: i64,
        lease_end: i64,
    ) -> Option<(i64, String, [Stmt; 4])> {
        if want == 0
            || (self.is_probe && !self.wants_probe())
            || self.dry.len() >= self.run.assignment.lanes.len()
        {
            return None;
        }
        let lanes = &self.run.assignment.lanes;
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
            lease_end,
            owner: &self.run.app.instance,
            token: &token,
            day: &self.run.day,
            is_probe: self.is_probe,
            takes_free: self.run.assignment.takes_free,
        };
        let statements = queue::claim(&request);
        if self.is_probe {
            // One message, whatever comes of it.
            self.dry.extend(lanes.iter().map(|lane| lane.id));
        }
        Some((lane, token, statements))
    }

    /// A claimed message waits to be marked, unless its address was suppressed meanwhile, its content cannot be used, or its
    /// domain has as many as it can take.
    async fn accept(&mut self, claimed: Arc<Claimed>, now: i64) -> Result<(), AppError> {
        if let Some(reason) = claimed
            .suppressed
            .clone()
            .filter(|_| claimed.lane != queue::OWN_LANE)
        {
            self.record.settle(&claimed, "suppressed", reason).refund = 1;
            self.record.return_capacity(claimed.lane);
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
                    self.record.settle(&claimed, "failed", words);
                    self.record.return_capacity(claimed.lane);
                    return Ok(());
                }
            }
        }
        if let Err(wait_ms) = self.domains.admit(&claimed.address, self.width.get()) {
            let words = "Waiting its turn: the recipient's mail server is slow.".to_owned();
            let later = self.record.settle(&claimed, "ready", words);
            (later.due_at, later.refund) = (Some(now + wait_ms), 1);
            self.record.return_capacity(claimed.lane);
            return Ok(());
        }
        if let Some(snapshot) = self.snapshots.get(&claimed.snapshot) {
            self.desk.announce(Ahead {
                claimed: claimed.clone(),
                snapshot: snapshot.clone(),
            });
        }
        self.leased.push_back(claimed);
        Ok(())
    }
}
