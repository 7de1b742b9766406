//! The workspace's day: what a daily cap counts by.

use crate::error::AppError;
use crate::features::settings::repo::find_workspace;
use crate::server::AppState;
use jiff::Timestamp;
use jiff::tz::TimeZone;

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
    let time_zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let now = Timestamp::from_millisecond(now_ms)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(time_zone);
    let ends_at = now
        .tomorrow()
        .and_then(|tomorrow| tomorrow.start_of_day())
        .map_or(now_ms + 86_400_000, |next| {
            next.timestamp().as_millisecond()
        });
    Day {
        name: now.date().to_string(),
        ends_at,
        zone: zone.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_the_midnight_of_its_zone() {
        let noon = 1_795_348_800_000; // 2026-11-22 12:00 UTC
        assert_eq!(
            day(noon, "UTC"),
            Day {
                name: "2026-11-22".into(),
                ends_at: noon + 12 * 3_600_000,
                zone: "UTC".into()
            }
        );
        assert_eq!(day(noon, "Pacific/Auckland").name, "2026-11-23");
        assert_eq!(day(noon, "nowhere").name, "2026-11-22");
    }

    #[test]
    fn the_day_clocks_go_back_is_an_hour_longer() {
        let start = 1_792_879_200_000; // 2026-10-25 00:00 in Berlin, 2026-10-24 22:00 UTC
        assert_eq!(day(start, "Europe/Berlin").ends_at - start, 25 * 3_600_000);
    }
}
