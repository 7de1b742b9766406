//! Time zones on the server: which exist, and when a day of one starts and ends. The browser never computes with zones.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// A calendar day in a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// `2026-11-22`: the period of `send_counts`.
    pub key: String,
    /// The first moment of the next day, unix ms. A day may have 23 or 25 hours.
    pub ends_at: i64,
}

/// The day in which this moment (unix ms) lies. A zone that is not known counts as UTC.
pub fn day_of(zone: &str, now: i64) -> Day {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let local = Timestamp::from_millisecond(now)
        .unwrap_or_default()
        .to_zoned(zone);
    let next = local.tomorrow().and_then(|next| next.start_of_day());
    Day {
        key: local.date().to_string(),
        ends_at: next.map_or(now.saturating_add(86_400_000), |next| {
            next.timestamp().as_millisecond()
        }),
    }
}

pub fn is_known(zone: &str) -> bool {
    !zone.is_empty() && TimeZone::get(zone).is_ok()
}

/// The zones people choose from: IANA names by place, and UTC.
pub fn list() -> Vec<String> {
    let database = TimeZoneDatabase::bundled();
    let mut names: Vec<String> = database
        .available()
        .map(|name| name.as_str().to_owned())
        .filter(|name| name == "UTC" || is_place(name))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn is_place(name: &str) -> bool {
    const AREAS: [&str; 10] = [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ];
    name.split_once('/')
        .is_some_and(|(area, _)| AREAS.contains(&area))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn a_day_ends_at_midnight_of_its_zone_also_when_the_clocks_change() {
        let table = [
            (
                "UTC",
                "2026-11-22T14:05:00Z",
                "2026-11-22",
                "2026-11-23T00:00:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-11-22T23:30:00Z",
                "2026-11-23",
                "2026-11-23T23:00:00Z",
            ),
            (
                "America/New_York",
                "2026-11-22T03:00:00Z",
                "2026-11-21",
                "2026-11-22T05:00:00Z",
            ),
            // 25 hours: the clocks go back.
            (
                "Europe/Berlin",
                "2026-10-24T22:00:00Z",
                "2026-10-25",
                "2026-10-25T23:00:00Z",
            ),
            // There is no midnight: the day starts at one.
            (
                "America/Santiago",
                "2026-09-06T02:00:00Z",
                "2026-09-05",
                "2026-09-06T04:00:00Z",
            ),
            (
                "Nowhere/Land",
                "2026-11-22T14:05:00Z",
                "2026-11-22",
                "2026-11-23T00:00:00Z",
            ),
        ];
        for (zone, now, key, ends_at) in table {
            let day = day_of(zone, ms(now));
            assert_eq!(
                (day.key.as_str(), day.ends_at),
                (key, ms(ends_at)),
                "{zone} {now}"
            );
        }
    }

    #[test]
    fn zones_to_choose_from_are_all_known() {
        let zones = list();
        assert!(zones.len() > 300);
        for name in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"] {
            assert!(zones.iter().any(|zone| zone == name), "{name}");
        }
        assert!(zones.iter().all(|zone| is_known(zone)));
        assert!(!is_known("Europe/Atlantis") && !is_known(""));
    }
}
