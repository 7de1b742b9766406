//! Background duties and the supervisor that owns their loops, panics and stop. A service only ever ticks.

use super::state::AppState;
use crate::error::AppError;
use futures::FutureExt;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
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
    /// Does one bounded unit of work and says whether more is waiting.
    fn tick(&self, app: &AppState) -> impl Future<Output = Result<Progress, AppError>> + Send;
}

/// By when each service must have finished its next tick, in unix milliseconds: what `/readyz` asks.
#[derive(Clone, Default)]
pub struct Ticks(Arc<Mutex<BTreeMap<&'static str, i64>>>);

/// What a tick may take on top of twice its interval: a database that is away for a while is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

impl Ticks {
    fn note<S: Service>(&self, now: i64) {
        let within = i64::try_from((S::EVERY * 2 + PATIENCE).as_millis()).unwrap_or(i64::MAX);
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(S::NAME, now.saturating_add(within));
    }

    /// The first service whose tick is overdue.
    pub fn overdue(&self, now: i64) -> Option<&'static str> {
        let ticks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ticks
            .iter()
            .find(|(_, due)| **due < now)
            .map(|(service, _)| *service)
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

fn backoff(every: Duration, failures: u32) -> Duration {
    every
        .max(Duration::from_millis(500))
        .saturating_mul(1 << failures.min(6))
        .min(Duration::from_secs(60))
}
