//! Removes lists that no draft and no campaign uses any more, a few thousand rows at a time.

use super::recipients::repo;
use crate::error::AppError;
use crate::server::AppState;
use crate::server::services::{Progress, Service};
use std::time::Duration;

/// A list that is being read, or waits for somebody to choose its column, is left alone for a day.
const KEEP_MS: i64 = 24 * 3600 * 1000;
/// Rows per statement: well under 200 ms even on a slow disk.
const ROWS: i64 = 2_000;

pub struct ListCleaner;

impl Service for ListCleaner {
    const NAME: &'static str = "list-cleaner";
    const EVERY: Duration = Duration::from_secs(600);

    async fn tick(&self, app: &AppState) -> Result<Progress, AppError> {
        let Some(set) = repo::find_orphan(&app.db, app.now() - KEEP_MS).await? else {
            return Ok(Progress::Idle);
        };
        app.db
            .batch(vec![repo::delete_rows(set, ROWS), repo::delete_set(set)])
            .await?;
        Ok(Progress::More)
    }
}
