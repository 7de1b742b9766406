//! Divides the time since a campaign started into hours or days of the workspace's zone.

use super::model::Period;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

const HOUR_MS: i64 = 3_600_000;
const MOST_HOURS: i64 = 48;
/// Later days are not drawn: hardly anything happens then.
const MOST_DAYS: i64 = 60;

/// A step of the time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Unix ms, the end not included.
    pub from: i64,
    pub to: i64,
    /// "1 Mar 14:00" or "Sun 1 Mar".
    pub label: String,
    /// "14:00" or "1 Mar".
    pub short: String,
}

/// What suits a campaign of this age: hours for two days, then days.
pub fn suited(started_at: i64, now: i64) -> Period {
    if now - started_at < MOST_HOURS * HOUR_MS {
        Period::Hours
    } else {
        Period::Days
    }
}

/// The steps from the start to now. A zone that is not known counts as UTC.
pub fn steps(period: Period, started_at: i64, now: i64, zone: &str) -> Vec<Step> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let local = |ms: i64| {
        Timestamp::from_millisecond(ms)
            .unwrap_or_default()
            .to_zoned(zone.clone())
    };
    let start = local(started_at);
    match period {
        Period::Hours => {
            // Full hours of the zone, of which some stand half an hour aside.
            let minutes = i64::from(start.minute()) * 60_000;
            let seconds = i64::from(start.second()) * 1_000;
            let first = started_at - minutes - seconds - started_at.rem_euclid(1_000);
            let n = ((now - first) / HOUR_MS + 1).clamp(6, MOST_HOURS);
            (0..n)
                .map(|i| {
                    let from = first + i * HOUR_MS;
                    let at = local(from);
                    Step {
                        from,
                        to: from + HOUR_MS,
                        label: at.strftime("%-d %b %H:%M").to_string(),
                        short: at.strftime("%H:%M").to_string(),
                    }
                })
                .collect()
        }
        Period::Days => {
            let today = local(now.max(started_at)).date();
            let mut days = Vec::new();
            let mut day = start.start_of_day().ok();
            while let Some(at) = day.take() {
                let Some(next) = next_day(&at) else { break };
                if days.len() as i64 >= MOST_DAYS || at.date() > today {
                    break;
                }
                days.push(Step {
                    from: at.timestamp().as_millisecond(),
                    to: next.timestamp().as_millisecond(),
                    label: at.strftime("%a %-d %b").to_string(),
                    short: at.strftime("%-d %b").to_string(),
                });
                day = Some(next);
            }
            days
        }
    }
}

/// The first moment of the day after; not always 24 hours later.
fn next_day(at: &Zoned) -> Option<Zoned> {
    at.checked_add(1.day()).ok()?.start_of_day().ok()
}

/// The last `n` days up to today: `("2026-03-01", "Sun 1 Mar", "1 Mar")`.
pub fn last_days(n: i64, now: i64, zone: &str) -> Vec<(String, String, String)> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let today = Timestamp::from_millisecond(now)
        .unwrap_or_default()
        .to_zoned(zone)
        .date();
    (0..n)
        .rev()
        .filter_map(|back| today.checked_sub(back.days()).ok())
        .map(|date| {
            (
                date.to_string(),
                date.strftime("%a %-d %b").to_string(),
                date.strftime("%-d %b").to_string(),
            )
        })
        .collect()
}

/// The last `n` weeks, from Monday to Monday, the present one at the end.
pub fn last_weeks(n: i64, now: i64, zone: &str) -> Vec<Step> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let today = Timestamp::from_millisecond(now)
        .unwrap_or_default()
        .to_zoned(zone.clone())
        .date();
    let monday = |back: i64| {
        let days = i64::from(today.weekday().to_monday_zero_offset()) + 7 * back;
        today.checked_sub(days.days()).ok()
    };
    (0..n)
        .rev()
        .filter_map(|back| {
            let first = monday(back)?;
            let next = first.checked_add(7.days()).ok()?;
            let ms = |date: jiff::civil::Date| {
                let midnight = date.to_zoned(zone.clone()).ok()?;
                Some(midnight.timestamp().as_millisecond())
            };
            Some(Step {
                from: ms(first)?,
                to: ms(next)?,
                label: first.strftime("Week of %-d %b").to_string(),
                short: first.strftime("%-d %b").to_string(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn hours_follow_each_other_without_a_gap() {
        let start = ms("2026-03-01T12:20:05.5Z");
        let hours = steps(Period::Hours, start, start + 10 * HOUR_MS, "Asia/Kolkata");
        // 17:50 in Kolkata: its hour began at 17:00, which is 11:30 UTC.
        assert_eq!(hours[0].from, ms("2026-03-01T11:30:00Z"));
        assert_eq!(hours[0].label, "1 Mar 17:00");
        assert_eq!(hours.len(), 11);
        assert!(hours.windows(2).all(|pair| pair[0].to == pair[1].from));
        assert_eq!(
            steps(Period::Hours, start, start + 500 * HOUR_MS, "UTC").len(),
            48
        );
    }

    #[test]
    fn days_are_those_of_the_zone_also_when_the_clocks_change() {
        let start = ms("2026-10-24T21:30:00Z");
        let days = steps(Period::Days, start, start + 50 * HOUR_MS, "Europe/Berlin");
        let labels: Vec<&str> = days.iter().map(|day| day.label.as_str()).collect();
        assert_eq!(
            labels,
            ["Sat 24 Oct", "Sun 25 Oct", "Mon 26 Oct", "Tue 27 Oct"]
        );
        assert_eq!(days[1].to - days[1].from, 25 * HOUR_MS);
        assert!(days.windows(2).all(|pair| pair[0].to == pair[1].from));
        assert!(days.last().unwrap().to > start + 50 * HOUR_MS);
        assert_eq!(
            steps(Period::Days, start, start + 10_000 * HOUR_MS, "UTC").len(),
            60
        );
    }

    #[test]
    fn hours_suit_a_campaign_for_two_days() {
        assert_eq!(suited(0, 47 * HOUR_MS), Period::Hours);
        assert_eq!(suited(0, 48 * HOUR_MS), Period::Days);
    }

    #[test]
    fn weeks_begin_on_monday_in_the_zone() {
        // Sunday in London, Monday already in Tokyo.
        let weeks = last_weeks(2, ms("2026-03-01T20:00:00Z"), "Europe/London");
        assert_eq!(weeks[1].label, "Week of 23 Feb");
        assert_eq!(weeks[0].to, weeks[1].from);
        let weeks = last_weeks(2, ms("2026-03-01T20:00:00Z"), "Asia/Tokyo");
        assert_eq!(weeks[1].short, "2 Mar");
        assert_eq!(weeks[1].from, ms("2026-03-01T15:00:00Z"));
    }

    #[test]
    fn the_last_days_end_today() {
        let days = last_days(3, ms("2026-03-01T23:30:00Z"), "Europe/Berlin");
        let keys: Vec<&str> = days.iter().map(|day| day.0.as_str()).collect();
        assert_eq!(keys, ["2026-02-28", "2026-03-01", "2026-03-02"]);
        assert_eq!(days[2].2, "2 Mar");
    }
}
