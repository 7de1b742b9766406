//! The engine's background duties: filling the ledger, sweeping up after a cancel, rescuing what a dead process held, heartbeat.

use super::queue;
use crate::error::AppError;
use crate::features::settings::repo as settings;
use crate::features::{auth, tracking};
use crate::server::AppState;
use crate::server::db::DbError;
use crate::server::services::{Progress, Service};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Turns frozen audiences into ledger rows, a chunk at a time.
pub struct Expander;

impl Service for Expander {
    const NAME: &'static str = "expander";
    const EVERY: Duration = Duration::from_millis(250);

    fn bell(app: &AppState) -> Option<Arc<Notify>> {
        Some(app.wake.expander.clone())
    }

    async fn tick(&self, app: &AppState) -> Result<Progress, AppError> {
        let Some((campaign, from)) = queue::find_unexpanded(&app.db).await? else {
            return Ok(Progress::Idle);
        };
        let mut batch = queue::expand(campaign, from, app.now()).to_vec();
        batch.push(queue::complete_campaign(campaign.0, app.now()));
        match app.db.batch(batch).await {
            Ok(_) => app.wake.delivery(),
            // Another instance made this chunk.
            Err(DbError::RowsAffected { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Progress::More)
    }
}

/// Cancels the waiting messages of cancelled campaigns, a chunk at a time.
pub struct Sweeper;

impl Service for Sweeper {
    const NAME: &'static str = "sweeper";
    const EVERY: Duration = Duration::from_secs(1);

    async fn tick(&self, app: &AppState) -> Result<Progress, AppError> {
        let Some(campaign) = queue::find_unswept(&app.db).await? else {
            return Ok(Progress::Idle);
        };
        app.db
            .exec(queue::cancel_ready(campaign, app.now()))
            .await?;
        Ok(Progress::More)
    }
}

/// Takes expired leases away and closes campaigns that have nothing left.
pub struct Rescuer {
    /// How long the database must have answered all calls before leases are judged: while it was away nobody could renew one, and
    /// whoever lives has results in hand that say more than a lease. A lease's length for a process that serves.
    pub grace: Duration,
}

impl Service for Rescuer {
    const NAME: &'static str = "rescuer";
    /// With a lease of 25 seconds, the work of a process that died goes on within 30.
    const EVERY: Duration = Duration::from_secs(3);

    async fn tick(&self, app: &AppState) -> Result<Progress, AppError> {
        let now = app.now();
        let mut batch = Vec::new();
        if app.db.steady_for() >= self.grace {
            batch.extend(queue::rescue(now));
        }
        batch.push(queue::complete_campaigns(now));
        let outcomes = app.db.batch(batch).await?;
        let [leased, _, sending, _] = outcomes.as_slice() else {
            return Ok(Progress::Idle);
        };
        let (ready, unconfirmed) = (leased.affected, sending.affected);
        if ready + unconfirmed > 0 {
            tracing::warn!(
                ready,
                unconfirmed,
                "took over messages of a process that stopped"
            );
            app.wake.delivery();
        }
        Ok(if ready.max(unconfirmed) >= queue::CHUNK as u64 {
            Progress::More
        } else {
            Progress::Idle
        })
    }
}

/// How long an unsubscribe link works after its campaign was deleted: longer than a yearly mailing, and no longer than needed.
const DELETED_MESSAGES_MS: i64 = 400 * 86_400_000;

/// Says that this process lives, follows the database's clock, and throws out what has expired.
pub struct Heartbeat;

impl Service for Heartbeat {
    const NAME: &'static str = "heartbeat";
    const EVERY: Duration = Duration::from_secs(5);

    async fn tick(&self, app: &AppState) -> Result<Progress, AppError> {
        app.clock.follow(app.db.now_ms().await?);
        let now = app.now();
        let host = host();
        let mut batch = vec![
            settings::insert_heartbeat(&app.instance, &host, env!("CARGO_PKG_VERSION"), now),
            settings::delete_silent_instances(now - 60_000),
            queue::delete_old_counts(now),
            tracking::repo::delete_forgotten(now - DELETED_MESSAGES_MS),
        ];
        batch.extend(auth::repo::delete_expired(now));
        app.db.batch(batch).await?;
        Ok(Progress::Idle)
    }
}

/// How a person finds this process: its machine and its number there.
fn host() -> String {
    let name = std::env::var("HOSTNAME")
        .or_else(|_| std::fs::read_to_string("/proc/sys/kernel/hostname"))
        .unwrap_or_default();
    let pid = std::process::id();
    match name.trim() {
        "" => format!("process {pid}"),
        name => format!("{name}, process {pid}"),
    }
}

/// This process is gone on purpose.
pub async fn sign_off(app: &AppState) {
    if let Err(error) = app.db.exec(settings::delete_instance(&app.instance)).await {
        tracing::debug!(%error, "the instance was not signed off");
    }
}
