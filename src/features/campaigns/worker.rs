//! Takes away what deleted campaigns leave behind, a chunk a tick: one long delete can hang a remote server.

use super::repo;
use crate::error::AppError;
use crate::server::AppState;
use crate::server::services::{Progress, Service};
use std::time::Duration;

/// Messages a chunk, each with its attempts and events.
const CHUNK: i64 = 500;

pub struct CampaignRemover;

impl Service for CampaignRemover {
    const NAME: &'static str = "campaign-remover";
    const EVERY: Duration = Duration::from_secs(20);

    async fn tick(&self, app: &AppState) -> Result<Progress, AppError> {
        let Some((id, snapshot)) = repo::find_deleted(&app.db).await? else {
            return Ok(Progress::Idle);
        };
        if app.db.exec(repo::delete_messages(id, CHUNK)).await? == 0 {
            app.db.batch(repo::delete(id, snapshot).to_vec()).await?;
        }
        Ok(Progress::More)
    }
}
