//! `GET /metrics` in Prometheus' text format: what this process counted, and how the shared queue stands. Labels hold ids and
//! kinds, never addresses, names or subjects.

mod access;

pub use access::MetricsAccess;

use super::db::DbKind;
use super::errors::internal;
use super::services::{Progress, Service};
use super::state::AppState;
use crate::delivery::queue;
use crate::error::AppError;
use crate::features::accounts::model::BreakerState;
use crate::features::accounts::repo as accounts;
use crate::features::queue::model::LaneSummary;
use crate::features::queue::service::survey;
use crate::features::queue::waiting::WaitKind;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::fmt::Write;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Mutex;

/// One recorder per process, whatever holds a database there.
static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Upper ends of what durations are sorted into, in seconds.
const BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0,
];

/// How the queue stands is read at most this often, however many ask.
const FRESH_MS: i64 = 5_000;

/// What was last read of the queue: when (unix ms), and as lines.
#[derive(Clone, Default)]
pub struct Gauges(Arc<Mutex<Option<(i64, String)>>>);

/// Starts counting, if anybody may read it; before that, and without it, every count is a no-op.
pub fn install(access: &MetricsAccess) {
    if access.is_off() || HANDLE.get().is_some() {
        return;
    }
    let builder = match PrometheusBuilder::new().set_buckets(&BUCKETS) {
        Ok(builder) => builder,
        Err(error) => return tracing::error!(%error, "nothing is counted"),
    };
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    // Lost by whoever comes second.
    if metrics::set_global_recorder(recorder).is_ok() && HANDLE.set(handle).is_ok() {
        describe();
    }
}

fn describe() {
    use Unit::Seconds;
    for (name, words) in [
        (
            "mailer_messages_total",
            "Messages by what became of them and the account that tried",
        ),
        ("mailer_claimed_messages_total", "Messages claimed"),
        ("mailer_database_errors_total", "Database calls that failed"),
        (
            "mailer_service_failures_total",
            "Ticks of a service that failed or panicked",
        ),
    ] {
        describe_counter!(name, words);
    }
    for (name, words) in [
        (
            "mailer_claim_seconds",
            "Round trips that recorded results, marked and claimed messages",
        ),
        (
            "mailer_handover_seconds",
            "Handing one message to a mail server, connecting included",
        ),
        (
            "mailer_database_seconds",
            "Database calls, waiting and retries included",
        ),
        (
            "mailer_service_tick_seconds",
            "One tick of a background service",
        ),
        (
            "mailer_http_request_seconds",
            "Requests until the head of the answer",
        ),
    ] {
        describe_histogram!(name, Seconds, words);
    }
    describe_gauge!(
        "mailer_service_last_tick_timestamp_seconds",
        Seconds,
        "When a service last finished a tick well"
    );
}

/// Sorts what was measured into its buckets, so that it takes no memory while nobody asks.
pub struct Upkeep;

impl Service for Upkeep {
    const NAME: &'static str = "metrics";
    const EVERY: Duration = Duration::from_secs(5);

    async fn tick(&self, _: &AppState) -> Result<Progress, AppError> {
        if let Some(handle) = HANDLE.get() {
            handle.run_upkeep();
        }
        Ok(Progress::Idle)
    }
}

/// 404 while metrics are off; 401 without the token.
pub async fn scrape(State(app): State<AppState>, headers: HeaderMap) -> Response {
    if app.config.metrics.is_off() {
        return StatusCode::NOT_FOUND.into_response();
    }
    if !app.config.metrics.admits(&headers) {
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
        return (StatusCode::UNAUTHORIZED, challenge).into_response();
    }
    let Some(handle) = HANDLE.get() else {
        return internal(&"metrics are wanted, but nothing counts").into_response();
    };
    let mut out = handle.render();
    out.push_str(&database_lines(&app));
    out.push_str(&service_lines(&app));
    // What this process counted is worth having while the database is away.
    match gauges(&app).await {
        Ok(lines) => out.push_str(&lines),
        Err(error) => tracing::warn!(%error, "the queue was not measured"),
    }
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        out,
    )
        .into_response()
}

fn database_lines(app: &AppState) -> String {
    let backend = match app.db.kind() {
        DbKind::Embedded => "embedded",
        DbKind::Remote => "remote",
    };
    let mut out = Lines::default();
    out.family(
        "mailer_build_info",
        "gauge",
        "Always 1; the labels say what runs",
    );
    out.line(
        &format!(
            "{{version=\"{}\",database=\"{backend}\"}}",
            env!("CARGO_PKG_VERSION")
        ),
        1,
    );
    out.family(
        "mailer_database_calls_total",
        "counter",
        "Database calls, each a round trip",
    );
    out.line("", app.db.round_trips());
    out.family(
        "mailer_database_retries_total",
        "counter",
        "Database calls repeated because it was busy or away",
    );
    out.line("", app.db.retries());
    out.text
}

fn service_lines(app: &AppState) -> String {
    let mut out = Lines::default();
    out.family(
        "mailer_service_tick_lag_seconds",
        "gauge",
        "For how long the next tick of a service has been due",
    );
    for (service, lag) in app.ticks.lags(app.now()) {
        out.line(&format!("{{service=\"{service}\"}}"), lag as f64 / 1_000.0);
    }
    out.text
}

/// How the queue stands, at most [`FRESH_MS`] old. The lock lets those who ask together share one look.
async fn gauges(app: &AppState) -> Result<String, AppError> {
    let mut kept = app.gauges.0.lock().await;
    let now = app.now();
    if let Some((at, lines)) = kept.as_ref()
        && (now - at).abs() < FRESH_MS
    {
        return Ok(lines.clone());
    }
    let lines = read_gauges(app, now).await?;
    *kept = Some((now, lines.clone()));
    Ok(lines)
}

async fn read_gauges(app: &AppState, now: i64) -> Result<String, AppError> {
    let standing = queue::find_standing(&app.db, now).await?;
    let accounts = accounts::list_for_delivery(&app.db).await?;
    let mut out = Lines::default();
    out.family(
        "mailer_queue_messages",
        "gauge",
        "Messages that have not ended, by why they wait; those of campaigns count until they end",
    );
    for (reason, n) in &standing.waiting {
        out.line(&format!("{{reason=\"{reason}\"}}"), n);
    }
    out.family(
        "mailer_queue_claimed_messages",
        "gauge",
        "Messages that a process holds, by state",
    );
    for (state, n) in &standing.claimed {
        out.line(&format!("{{state=\"{state}\"}}"), n);
    }
    out.family(
        "mailer_queue_retry_messages",
        "gauge",
        "Messages whose next try lies ahead, counted to 1000 per campaign",
    );
    out.line("", standing.later);
    out.family(
        "mailer_queue_oldest_due_seconds",
        "gauge",
        "For how long the message has been due that has waited longest",
    );
    let age = standing.oldest_due_at.map_or(0, |at| (now - at).max(0));
    out.line("", age / 1_000);
    let survey = survey(app).await?;
    out.family(
        "mailer_queue_lanes",
        "gauge",
        "Campaigns, and the lane of test mails, with mail that waits for this reason; one may have several",
    );
    for kind in WaitKind::ALL {
        let has = |lane: &&LaneSummary| lane.reasons.iter().any(|reason| reason.kind == kind);
        let n = survey.lanes.iter().filter(has).count();
        out.line(&format!("{{reason=\"{}\"}}", kind.as_str()), n);
    }
    out.family(
        "mailer_account_breaker_state",
        "gauge",
        "0 closed, 1 being tried again, 2 open",
    );
    for account in &accounts {
        let state = match account.breaker_state {
            BreakerState::Closed => 0,
            BreakerState::HalfOpen => 1,
            BreakerState::Open => 2,
        };
        out.line(&format!("{{account=\"{}\"}}", account.id), state);
    }
    out.family("mailer_account_enabled", "gauge", "1 when mail may leave");
    for account in &accounts {
        out.line(
            &format!("{{account=\"{}\"}}", account.id),
            u8::from(account.enabled),
        );
    }
    Ok(out.text)
}

/// Lines of the text format, family by family.
#[derive(Default)]
struct Lines {
    text: String,
    name: &'static str,
}

impl Lines {
    fn family(&mut self, name: &'static str, kind: &str, words: &str) {
        self.name = name;
        // Writing into a String does not fail.
        let _ = write!(self.text, "# HELP {name} {words}\n# TYPE {name} {kind}\n");
    }

    fn line(&mut self, labels: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.text, "{}{labels} {value}", self.name);
    }
}
