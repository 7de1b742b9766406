//! Days and moments of a named time zone.

use jiff::{Timestamp, tz::TimeZone};

/// The zone, or UTC when the name is not known: settings are checked when they are saved.
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// The date in the zone at a moment, "2026-11-22".
pub fn day(zone_name: &str, now_ms: i64) -> String {
    let at = Timestamp::from_millisecond(now_ms).unwrap_or_default();
    at.to_zoned(zone(zone_name)).date().to_string()
}

/// The day of a moment in the zone, for people: "Thursday 26 November".
pub fn day_words(zone_name: &str, now_ms: i64) -> String {
    let at = Timestamp::from_millisecond(now_ms).unwrap_or_default();
    let at = at.to_zoned(zone(zone_name));
    at.strftime("%A %-d %B").to_string()
}

/// When the day of a moment ends in the zone: the next midnight, or the first moment after a gap there. Unix milliseconds.
pub fn day_end(zone_name: &str, now_ms: i64) -> i64 {
    let at = Timestamp::from_millisecond(now_ms)
        .unwrap_or_default()
        .to_zoned(zone(zone_name));
    let next = at
        .date()
        .tomorrow()
        .and_then(|date| date.to_zoned(zone(zone_name)));
    next.map_or(now_ms + 86_400_000, |start| {
        start.timestamp().as_millisecond()
    })
}

/// When a date begins in the zone, or the one that many days later: "2026-03-01" in unix milliseconds. `None`: it is no date.
pub fn day_start(zone_name: &str, date: &str, days_later: i64) -> Option<i64> {
    let date: jiff::civil::Date = date.trim().parse().ok()?;
    let date = date.checked_add(jiff::Span::new().days(days_later)).ok()?;
    let start = date.to_zoned(zone(zone_name)).ok()?;
    Some(start.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_zones_own() {
        let new_year = 1_767_225_600_000; // 2026-01-01T00:00:00Z
        assert_eq!(day("UTC", new_year), "2026-01-01");
        assert_eq!(day("America/New_York", new_year), "2025-12-31");
        assert_eq!(
            day_end("America/New_York", new_year),
            new_year + 5 * 3_600_000
        );
        assert_eq!(day("No/Such", new_year), "2026-01-01");
        assert_eq!(day_start("UTC", "2026-01-01", 0), Some(new_year));
        assert_eq!(
            day_start("America/New_York", "2025-12-31", 1),
            Some(new_year + 5 * 3_600_000)
        );
        assert_eq!(day_start("UTC", "yesterday", 0), None);
        assert_eq!(day_words("UTC", new_year), "Thursday 1 January");
    }

    #[test]
    fn a_day_without_midnight_ends_when_the_next_begins() {
        // Cairo skipped 2014-05-16T00:00 to 01:00.
        let evening = 1_400_178_600_000; // 2014-05-15T18:30Z, 20:30 there
        assert_eq!(day("Africa/Cairo", evening), "2014-05-15");
        assert_eq!(day_end("Africa/Cairo", evening), 1_400_191_200_000);
    }
}
