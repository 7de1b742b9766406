//! What every request and every background tick share: built once, cheap to clone.

use super::{clock::Clock, config::Config, db::Db, secrets::Keys};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

#[derive(Clone, FromRef)]
pub struct AppState {
    pub db: Db,
    #[from_ref(skip)]
    pub config: Arc<Config>,
    #[from_ref(skip)]
    pub keys: Arc<Keys>,
    #[from_ref(skip)]
    pub clock: Clock,
    #[from_ref(skip)]
    pub wake: Wake,
    /// Names this process in leases and heartbeats.
    #[from_ref(skip)]
    pub instance: Arc<str>,
    #[from_ref(skip)]
    pub ticks: super::services::Ticks,
    #[from_ref(skip)]
    pub connections: crate::delivery::connections::Connections,
    /// Opens and clicks that wait to be written.
    #[from_ref(skip)]
    pub events: crate::features::tracking::buffer::EventBuffer,
    /// How the queue stood when `/metrics` last looked.
    #[from_ref(skip)]
    pub gauges: super::metrics::Gauges,
    /// Whether the database answered just now, for `/readyz`.
    #[from_ref(skip)]
    pub pulse: super::ready::Pulse,
    /// Cancelled when the process is to end: what would go on for ever, like event streams, ends with it.
    #[from_ref(skip)]
    pub stop: CancellationToken,
    pub leptos: LeptosOptions,
}

/// Rings when mail was queued here, so that delivery need not wait for its next poll.
#[derive(Clone, Default)]
pub struct Wake {
    pub delivery: Arc<Notify>,
    pub expander: Arc<Notify>,
}

impl Wake {
    /// There may be something to send.
    pub fn delivery(&self) {
        self.delivery.notify_one();
    }

    /// There is an audience to turn into messages.
    pub fn expander(&self) {
        self.expander.notify_one();
    }
}

impl AppState {
    pub fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    /// An absolute address in this app: `url("/t/o/…")`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.config.base_url)
    }
}
