//! Background duties and the supervisor that owns their loops, panics and stop. A service only ever ticks.

use super::state::AppState;
use crate::error::AppError;
use futures::FutureExt;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Whether a tick left more to do, so that the next one should come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Idle,
    More,
}

/// One background duty. Every tick is safe to run on all instances at once.
pub trait Service: Send + Sync + 'static {
    const NAME: &'static str;
    const EVERY: Duration;

    /// What rings when there is work that should not wait for the next tick.
    fn bell(_app: &AppState) -> Option<Arc<Notify>> {
        None
    }

    /// Does one bounded unit of work and says whether more is waiting.
    fn tick(&self, app: &AppState) -> impl Future<Output = Result<Progress, AppError>> + Send;
}

/// When each service last finished a tick well, and by when it must again: what `/readyz` and `/metrics` ask.
#[derive(Clone, Default)]
pub struct Ticks(Arc<Mutex<BTreeMap<&'static str, Tick>>>);

#[derive(Clone, Copy)]
struct Tick {
    /// Unix milliseconds.
    ended_at: i64,
    every_ms: i64,
}

/// What a tick may take on top of twice its interval: a database that is away for a while is waited for.
const PATIENCE_MS: i64 = 60_000;

impl Ticks {
    /// This service has just finished a tick well.
    pub fn note<S: Service>(&self, now: i64) {
        let tick = Tick {
            ended_at: now,
            every_ms: i64::try_from(S::EVERY.as_millis()).unwrap_or(i64::MAX),
        };
        self.lock().insert(S::NAME, tick);
    }

    /// The first service whose tick is overdue.
    pub fn overdue(&self, now: i64) -> Option<&'static str> {
        let is_overdue =
            |tick: &Tick| now - tick.ended_at > tick.every_ms.saturating_mul(2) + PATIENCE_MS;
        self.lock()
            .iter()
            .find(|(_, tick)| is_overdue(tick))
            .map(|(service, _)| *service)
    }

    /// For how many milliseconds each service's next tick has been due: a service that keeps its pace is at 0.
    pub fn lags(&self, now: i64) -> Vec<(&'static str, i64)> {
        let lag = |tick: &Tick| (now - tick.ended_at - tick.every_ms).max(0);
        self.lock()
            .iter()
            .map(|(service, tick)| (*service, lag(tick)))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Tick>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs services until told to stop; then waits for the ticks that are under way.
pub struct Supervisor {
    app: AppState,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Supervisor {
    pub fn new(app: AppState, stop: CancellationToken) -> Self {
        Supervisor {
            app,
            stop,
            tasks: TaskTracker::new(),
        }
    }

    pub fn run<S: Service>(&self, service: S) {
        let (app, stop) = (self.app.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            let mut failures = 0u32;
            let bell = S::bell(&app);
            app.ticks.note::<S>(app.now());
            while !stop.is_cancelled() {
                let started = tokio::time::Instant::now();
                let outcome = AssertUnwindSafe(service.tick(&app)).catch_unwind().await;
                metrics::histogram!("mailer_service_tick_seconds", "service" => S::NAME)
                    .record(started.elapsed());
                let wait = match outcome {
                    Ok(Ok(progress)) => {
                        failures = 0;
                        if progress == Progress::More {
                            Duration::ZERO
                        } else {
                            S::EVERY
                        }
                    }
                    Ok(Err(error)) => {
                        failures += 1;
                        tracing::warn!(service = S::NAME, %error, failures, "tick failed");
                        backoff(S::EVERY, failures)
                    }
                    Err(_) => {
                        failures += 1;
                        tracing::error!(service = S::NAME, failures, "tick panicked");
                        backoff(S::EVERY, failures)
                    }
                };
                if failures == 0 {
                    app.ticks.note::<S>(app.now());
                    metrics::gauge!("mailer_service_last_tick_timestamp_seconds", "service" => S::NAME)
                        .set(app.now() as f64 / 1_000.0);
                } else {
                    metrics::counter!("mailer_service_failures_total", "service" => S::NAME)
                        .increment(1);
                }
                if wait > Duration::ZERO {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(wait) => {}
                        () = rung(bell.as_deref()), if failures == 0 => {}
                    }
                }
            }
        });
    }

    /// Runs a loop of its own that ends when the token is cancelled: for delivery, whose pace is not a tick's.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(future);
    }

    /// Waits for everything to end; call after cancelling the token.
    pub async fn stopped(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Waits for the bell; for ever where there is none.
async fn rung(bell: Option<&Notify>) {
    match bell {
        Some(bell) => bell.notified().await,
        None => std::future::pending().await,
    }
}

fn backoff(every: Duration, failures: u32) -> Duration {
    every
        .max(Duration::from_millis(500))
        .saturating_mul(1 << failures.min(6))
        .min(Duration::from_secs(60))
}
