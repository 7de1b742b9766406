//! Writes what pixels and links collected, five times a second; and deletes what is older than it may be.

use super::{privacy, service};
use crate::error::AppError;
use crate::server::AppState;
use crate::server::services::{Progress, Service};
use std::time::Duration;

pub struct Recorder;

impl Service for Recorder {
    const NAME: &'static str = "tracking";
    const EVERY: Duration = Duration::from_millis(200);

    async fn tick(&self, app: &AppState) -> Result<Progress, AppError> {
        service::flush_some(app).await
    }
}

/// Holds the workspace to how long it keeps things, a share at a time.
pub struct Retention;

impl Service for Retention {
    const NAME: &'static str = "retention";
    const EVERY: Duration = Duration::from_secs(300);

    async fn tick(&self, app: &AppState) -> Result<Progress, AppError> {
        privacy::forget(app).await
    }
}
