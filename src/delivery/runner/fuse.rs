//! The account's breaker as a run sees and moves it; every instance moves the same one.

use super::Runner;
use crate::delivery::breaker::{Admission, Breaker, Event};
use crate::delivery::transport::breaker;
use crate::error::AppError;
use crate::features::accounts::repo as accounts;

impl Runner {
    /// Tells the breaker; writes only when its state moves. A breaker that cannot be moved just now is no reason to lose results.
    pub(super) async fn observe(&mut self, event: Event) {
        let next = self
            .breaker
            .clone()
            .after(event.clone(), &self.run.rules, self.run.app.now());
        if next != self.breaker
            && let Err(error) = self.move_breaker(event).await
        {
            tracing::warn!(%error, account = %self.run.account.id, "the breaker was not moved");
        }
    }

    /// Moves the shared breaker by compare-and-swap, from what it is now: other instances move it too. Whether it was us.
    pub(super) async fn move_breaker(&mut self, event: Event) -> Result<bool, AppError> {
        for _ in 0..5 {
            let now = self.run.app.now();
            let next = self
                .breaker
                .clone()
                .after(event.clone(), &self.run.rules, now);
            if next == self.breaker
                || (event == Event::ProbeStarted && self.breaker.admit(now) != Admission::Probe)
            {
                return Ok(false);
            }
            let swap = accounts::update_breaker(&self.run.account, &next.to_columns());
            let is_ours = self.run.app.db.exec(swap).await? == 1;
            let Some(account) = accounts::find(&self.run.app.db, self.run.account.id).await? else {
                return Ok(false);
            };
            self.breaker = breaker(&account);
            self.run.account = account;
            if is_ours {
                if matches!(next, Breaker::Open { .. }) {
                    tracing::warn!(account = %self.run.account.id, "breaker opened");
                }
                return Ok(true);
            }
        }
        Ok(false)
    }
}
