//! Writes what pixels and links collected, five times a second.

use super::service;
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
