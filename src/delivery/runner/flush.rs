//! The one round trip of a run: it records what is known, marks the next group and claims the one after, all or nothing.

use super::Runner;
use super::record::{Record, persist};
use crate::delivery::content::Snapshot;
use crate::delivery::desk::LEASE_MARGIN_MS;
use crate::delivery::meters;
use crate::delivery::queue::{self, Claimed, Fence};
use crate::error::AppError;
use crate::ids::MessageId;
use crate::server::db::{DbError, Outcome, Stmt};
use crate::server::secrets::random_token;
use futures::FutureExt;
use futures::future::select_all;
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

/// A flight that is over, and what the database answered.
pub(super) type Landed = (Flight, Result<Vec<Outcome>, AppError>);

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
    want: usize,
    marks: bool,
    lease_end: i64,
}

impl Flight {
    /// What it writes down or marks.
    pub(super) fn fences(&self) -> impl Iterator<Item = Fence<'_>> {
        let marking = self.marking.iter().flat_map(|marking| &marking.messages);
        self.record
            .fences()
            .chain(marking.map(|claimed| Fence::from(claimed.as_ref())))
    }

    /// How many messages it may leave marked `sending`, whatever order the database takes the flights in.
    fn weight(&self) -> usize {
        let claims = self.claiming.as_ref().map_or(0, |claiming| claiming.want);
        let marks = self.marking.as_ref().map_or(0, |m| m.messages.len());
        self.record.len().max(claims + marks)
    }

    /// Waits for the first answer and takes that flight out; for ever when nothing is under way.
    pub(super) async fn landed(flights: &mut Vec<Flight>) -> Landed {
        if flights.is_empty() {
            return std::future::pending().await;
        }
        let tasks = flights.iter_mut().map(|flight| &mut flight.task);
        let (answer, at) = select_all(tasks).map(|(answer, at, _)| (answer, at)).await;
        let answer = answer.unwrap_or_else(|error| {
            Err(AppError::Unavailable(format!(
                "The database task ended: {error}"
            )))
        });
        (flights.swap_remove(at), answer)
    }
}

impl Runner {
    /// Sends the batch off. When the run is ending it only records.
    pub(super) fn take_off(&mut self, is_ending: bool) {
        let now = self.run.app.now();
        let lease_end = self.run.app.config.lease_end(now);
        let record = std::mem::take(&mut self.record);
        let (mut batch, returns) = record.statements(&self.run, now);
        let mut after_loss: Vec<(usize, Stmt)> = (batch.len() - returns..batch.len())
            .map(|at| (at, queue::nothing()))
            .collect();
        let room = if is_ending { 0 } else { self.room() };
        let messages: Vec<Arc<Claimed>> =
            self.leased.drain(..room.min(self.leased.len())).collect();
        let want = if self.run.claims_ahead() {
            self.window.saturating_sub(self.leased.len())
        } else {
            room - messages.len()
        };
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
        let claiming = (!is_ending)
            .then(|| self.next_claim(want, now, lease_end))
            .flatten()
            .map(|(claiming, statements, undoing)| {
                let at = batch.len();
                batch.extend(statements);
                after_loss.extend((at..).zip(undoing));
                Claiming { at, ..claiming }
            });
        self.last_flush = Instant::now();
        if batch.is_empty() {
            return;
        }
        self.flights.push(Flight {
            task: tokio::spawn(persist(
                self.run.app.clone(),
                self.run.account.id,
                batch,
                after_loss,
            )),
            record,
            marking,
            claiming,
            began: self.last_flush,
        });
    }

    /// How many more messages may be marked `sending`.
    fn room(&self) -> usize {
        let in_the_air: usize = self.flights.iter().map(Flight::weight).sum();
        self.window.saturating_sub(self.held.len() + in_the_air)
    }

    /// Whether messages are on their way from the database.
    pub(super) fn is_claiming(&self) -> bool {
        let claims = |flight: &Flight| flight.claiming.is_some() || flight.marking.is_some();
        self.flights.iter().any(claims)
    }

    /// Takes in what the database answered.
    pub(super) async fn land(&mut self, (flight, outcomes): Landed) -> Result<(), AppError> {
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
            let (ours, stopped) = messages
                .into_iter()
                .partition(|claimed| moved.contains(&claimed.id));
            self.lay_out_in_time(ours, lease_end).await?;
            self.put_back(stopped).await?;
        }
        if let Some(claiming) = flight.claiming {
            let (left, rows) = (&outcomes[claiming.at], &outcomes[claiming.at + 1]);
            meters::claimed(flight.began.elapsed(), rows.rows.len());
            self.claimed(&claiming, left, rows).await?;
        }
        Ok(())
    }

    /// A batch that had to wait for the database may have marked messages with a lease that is over already.
    async fn lay_out_in_time(
        &mut self,
        marked: Vec<Arc<Claimed>>,
        lease_end: i64,
    ) -> Result<(), AppError> {
        if lease_end < self.run.app.now() + LEASE_MARGIN_MS {
            return self.put_back(marked).await;
        }
        self.lay_out(marked, lease_end);
        Ok(())
    }

    async fn claimed(
        &mut self,
        claiming: &Claiming,
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
            self.dry.insert(claiming.lane);
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
        let mut rows = (0_i64..)
            .zip(&rows.rows)
            .map(|(place, row)| {
                let mut claimed = queue::read_claimed(row, &claiming.token)?;
                claimed.slot_us = (step > 0).then_some(first_slot + place * step);
                Ok(Arc::new(claimed))
            })
            .collect::<Result<Vec<_>, DbError>>()?
            .into_iter();
        let mut accepted = Vec::with_capacity(rows.len());
        while let Some(claimed) = rows.next() {
            match self.accept(&claimed, now).await {
                Ok(true) => accepted.push(claimed),
                Ok(false) => {}
                Err(error) => {
                    // The run breaks off, and gives back what it knows of: without this, these would count as unconfirmed.
                    self.leased.extend(accepted);
                    self.leased.push_back(claimed);
                    self.leased.extend(rows);
                    return Err(error);
                }
            }
        }
        if claiming.marks {
            return self.lay_out_in_time(accepted, claiming.lease_end).await;
        }
        self.leased.extend(accepted);
        Ok(())
    }

    /// The claim for the lane whose turn it is, if one may have something.
    fn next_claim(
        &mut self,
        want: usize,
        now: i64,
        lease_end: i64,
    ) -> Option<(Claiming, [Stmt; 4], [Stmt; 4])> {
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
        let want = if self.is_probe { 1 } else { want };
        let request = queue::ClaimRequest {
            account: self.run.account.id,
            lane,
            want: i64::try_from(want).unwrap_or(1),
            now,
            lease_end,
            owner: &self.run.app.instance,
            token: &token,
            day: &self.run.day,
            is_probe: self.is_probe,
            takes_free: self.run.assignment.takes_free,
            marks: !self.run.claims_ahead(),
        };
        let (statements, undoing) = (queue::claim(&request), queue::undo_claim(&request));
        if self.is_probe {
            // One message, whatever comes of it.
            self.dry.extend(lanes.iter().map(|lane| lane.id));
        }
        let marks = request.marks;
        let claiming = Claiming {
            at: 0,
            lane,
            token,
            want,
            marks,
            lease_end,
        };
        Some((claiming, statements, undoing))
    }

    /// Whether a claimed message may be sent: not if its address was suppressed meanwhile, its content cannot be used, or its
    /// domain has as many as it can take.
    async fn accept(&mut self, claimed: &Claimed, now: i64) -> Result<bool, AppError> {
        if let Some(reason) = claimed
            .suppressed
            .clone()
            .filter(|_| claimed.lane != queue::OWN_LANE)
        {
            self.record.settle(claimed, "suppressed", reason).refund = 1;
            self.record.return_capacity(claimed.lane);
            return Ok(false);
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
                    self.record.settle(claimed, "failed", words);
                    self.record.return_capacity(claimed.lane);
                    return Ok(false);
                }
            }
        }
        if let Err(wait_ms) = self.domains.admit(&claimed.address, self.width.get()) {
            let words = "Waiting its turn: the recipient's mail server is slow.".to_owned();
            let later = self.record.settle(claimed, "ready", words);
            (later.due_at, later.refund) = (Some(now + wait_ms), 1);
            self.record.return_capacity(claimed.lane);
            return Ok(false);
        }
        Ok(true)
    }
}
