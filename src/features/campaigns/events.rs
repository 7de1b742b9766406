//! Progress as it happens: one poller per campaign and process, however many people watch. Holds nothing that may not be lost.

use super::measure::measure;
use super::progress::Progress;
use crate::features::queue::day::Day;
use crate::ids::CampaignId;
use crate::server::AppState;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How often the database is asked while somebody watches.
const EVERY: Duration = Duration::from_millis(500);
/// A database that fails this often in a row ends the stream; browsers come back by themselves.
const FAILURES: u32 = 20;

type Latest = Arc<Progress>;

/// The campaigns that are being watched in this process.
#[derive(Clone, Default)]
pub struct Hub(Arc<Mutex<HashMap<CampaignId, watch::Sender<Latest>>>>);

impl Hub {
    /// The campaign's progress from now on, beginning with `first`, just read. The channel closes when the campaign has
    /// ended or is gone.
    pub fn watch(
        &self,
        app: &AppState,
        id: CampaignId,
        day: Day,
        first: Progress,
    ) -> watch::Receiver<Latest> {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = watched.get(&id) {
            return sender.subscribe();
        }
        let (sender, receiver) = watch::channel(Arc::new(first));
        if !receiver.borrow().is_finished() {
            watched.insert(id, sender);
            tokio::spawn(self.clone().poll(app.clone(), id, day, receiver.clone()));
        }
        receiver
    }

    /// How many campaigns are being polled for.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    async fn poll(self, app: AppState, id: CampaignId, day: Day, own: watch::Receiver<Latest>) {
        let mut previous = own.borrow().as_ref().clone();
        drop(own);
        let mut failures = 0;
        loop {
            tokio::time::sleep(EVERY).await;
            if self.is_unwatched(id) {
                return;
            }
            // The day may end while somebody watches.
            let now = app.now();
            let day = if now < day.ends_at {
                day.clone()
            } else {
                crate::features::queue::day::day(now, &day.zone)
            };
            match measure(&app.db, id, &day, now, Some(&previous)).await {
                Ok(Some((_, progress))) => {
                    failures = 0;
                    if progress != previous {
                        self.publish(id, &progress);
                        previous = progress;
                    }
                    if previous.is_finished() {
                        break;
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    failures += 1;
                    tracing::debug!(%error, failures, "progress not read");
                    if failures >= FAILURES {
                        break;
                    }
                }
            }
        }
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
    }

    fn publish(&self, id: CampaignId, progress: &Progress) {
        let watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = watched.get(&id) {
            sender.send_replace(Arc::new(progress.clone()));
        }
    }

    /// Whether nobody watches any more; the campaign is then forgotten in the same breath.
    fn is_unwatched(&self, id: CampaignId) -> bool {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_unwatched = watched
            .get(&id)
            .is_none_or(|sender| sender.receiver_count() == 0);
        if is_unwatched {
            watched.remove(&id);
        }
        is_unwatched
    }
}
