//! The workspace's day: what a daily cap counts by.

use crate::delivery::timezone;
use crate::error::AppError;
use crate::features::settings::repo::find_workspace;
use crate::server::AppState;

/// A day of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// "2026-11-22", as in send_counts.
    pub name: String,
    /// When the next one starts, unix ms.
    pub ends_at: i64,
    /// IANA name of the zone.
    pub zone: String,
}

/// Today in the workspace's zone.
pub async fn today(app: &AppState) -> Result<Day, AppError> {
    let workspace = find_workspace(&app.db).await?;
    Ok(day(app.now(), &workspace.time_zone))
}

/// The day of a moment; UTC where the zone is not known.
pub fn day(now_ms: i64, zone: &str) -> Day {
    Day {
        name: timezone::day(zone, now_ms),
        ends_at: timezone::day_end(zone, now_ms),
        zone: zone.to_owned(),
    }
}
