//! `/readyz`: whether this process can do its work. Everybody may ask, so the answer is short and costs the database little.

use super::db::DbKind;
use super::state::AppState;
use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// However many ask, the database is asked once in this time.
const FRESH: Duration = Duration::from_secs(1);

/// When the database was asked, and how long it took to answer, if it did.
type Look = (Instant, Option<Duration>);

/// The last look at the database, shared by all who ask.
#[derive(Clone, Default)]
pub struct Pulse(Arc<Mutex<Option<Look>>>);

impl Pulse {
    /// The lock lets those who ask together share one look.
    async fn take(&self, app: &AppState) -> Option<Duration> {
        let mut last = self.0.lock().await;
        if let Some((at, latency)) = *last
            && at.elapsed() < FRESH
        {
            return latency;
        }
        let latency = match app.db.ping().await {
            Ok(latency) => Some(latency),
            Err(error) => {
                tracing::warn!(%error, "not ready");
                None
            }
        };
        *last = Some((Instant::now(), latency));
        latency
    }
}

/// Ready when the database answers and every background service still ticks; says what is wrong otherwise, and to whoever runs
/// this instance how much the database was asked.
pub async fn ready(State(app): State<AppState>, request: Request) -> Response {
    let Some(latency) = app.pulse.take(&app).await else {
        return not_ready("the database does not answer");
    };
    if let Some(service) = app.ticks.overdue(app.now()) {
        return not_ready(&format!("the service {service} does not tick"));
    }
    if app.db.is_full() {
        return not_ready("the disk of the database is full");
    }
    if !is_operator(&app, &request) {
        return Json(serde_json::json!({ "ready": true })).into_response();
    }
    let database = match app.db.kind() {
        DbKind::Embedded => "embedded",
        DbKind::Remote => "remote",
    };
    Json(serde_json::json!({
        "ready": true,
        "version": env!("CARGO_PKG_VERSION"),
        "database": database,
        "database_latency_ms": latency.as_secs_f64() * 1000.0,
        "database_round_trips": app.db.round_trips(),
        "database_statements": app.db.statements(),
        "database_retries": app.db.retries(),
    }))
    .into_response()
}

/// Somebody on this machine itself, not through a proxy on it; or who may read the metrics.
fn is_operator(app: &AppState, request: &Request) -> bool {
    const FORWARDED: [&str; 6] = [
        "forwarded",
        "via",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
    ];
    let is_local = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
    let headers = request.headers();
    let is_forwarded = FORWARDED.iter().any(|name| headers.contains_key(*name));
    (is_local && !is_forwarded) || app.config.metrics.admits(headers)
}

fn not_ready(reason: &str) -> Response {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        Json(serde_json::json!({ "ready": false, "reason": reason })),
    )
        .into_response()
}
