//! When a campaign will have left, as the daily caps of its accounts allow. Pure.

use crate::ui::number::{count, thousands};

/// What one account may send for a campaign; `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    pub today: Option<i64>,
    pub any_day: Option<i64>,
}

impl Room {
    /// From the caps of an account (0 is none) and what it has sent today.
    pub fn of(daily_cap: i64, campaign_cap: i64, used_today: i64) -> Room {
        let limit = |cap: i64| (cap > 0).then_some(cap);
        let smaller = |a: Option<i64>, b: Option<i64>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let left = limit(daily_cap).map(|cap| (cap - used_today).max(0));
        Room {
            today: smaller(left, limit(campaign_cap)),
            any_day: smaller(limit(daily_cap), limit(campaign_cap)),
        }
    }
}

/// How many leave each day, from today on; at most `MAX_DAYS` of them.
pub fn days(recipients: i64, rooms: &[Room]) -> Vec<i64> {
    const MAX_DAYS: usize = 3_650;
    // One account without a limit takes everything.
    let sum = |limit: fn(&Room) -> Option<i64>| {
        rooms
            .iter()
            .try_fold(0_i64, |sum, room| Some(sum.saturating_add(limit(room)?)))
    };
    let today = sum(|room| room.today);
    let any_day = sum(|room| room.any_day);
    let mut left = recipients;
    let mut days = Vec::new();
    while left > 0 && days.len() < MAX_DAYS {
        let room = if days.is_empty() { today } else { any_day };
        let leaving = room.map_or(left, |room| room.min(left));
        if leaving == 0 && !days.is_empty() {
            break;
        }
        days.push(leaving);
        left -= leaving;
    }
    days
}

/// The forecast as a sentence. Empty when there is nothing to send or nothing to send it through.
pub fn sentence(recipients: i64, rooms: &[Room]) -> String {
    let days = days(recipients, rooms);
    match days.as_slice() {
        [] => String::new(),
        [all] if *all == recipients => format!(
            "All {} can leave today.",
            count(recipients, "mail", "mails")
        ),
        [today, tomorrow] if today + tomorrow == recipients => {
            format!(
                "The caps of the sender accounts let {} leave today, {} tomorrow.",
                thousands(*today),
                thousands(*tomorrow)
            )
        }
        [today, next, ..] => format!(
            "The caps of the sender accounts let {} leave today, {} tomorrow, and so on: the last {} in {} days.",
            thousands(*today),
            thousands(*next),
            if days.iter().sum::<i64>() == recipients {
                "leave"
            } else {
                "do not leave"
            },
            thousands(days.len() as i64 - 1)
        ),
        [_] => "The sender accounts have reached their caps, and nothing leaves today.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_cap_counts_and_what_is_used_up_is_gone() {
        let room = |today, any_day| Room { today, any_day };
        assert_eq!(Room::of(500, 100, 0), room(Some(100), Some(100)));
        assert_eq!(Room::of(500, 0, 450), room(Some(50), Some(500)));
        assert_eq!(Room::of(500, 100, 600), room(Some(0), Some(100)));
        assert_eq!(Room::of(0, 0, 9), room(None, None));
    }

    #[test]
    fn days_add_up_to_the_audience() {
        let capped = [Room::of(0, 100, 0)];
        assert_eq!(days(195, &capped), [100, 95]);
        assert_eq!(days(100, &capped), [100]);
        assert_eq!(days(0, &capped), Vec::<i64>::new());
        assert_eq!(days(250, &[Room::of(100, 0, 100)]), [0, 100, 100, 50]);
        assert_eq!(
            days(250, &[Room::of(100, 0, 20), Room::of(0, 50, 0)]),
            [130, 120]
        );
        assert_eq!(
            days(9_000, &[Room::of(100, 0, 0), Room::of(0, 0, 0)]),
            [9_000]
        );
        assert_eq!(days(5, &[]), [0]);
    }

    #[test]
    fn the_forecast_is_a_sentence() {
        let capped = [Room::of(0, 100, 0)];
        assert_eq!(sentence(1, &capped), "All 1 mail can leave today.");
        assert_eq!(
            sentence(195, &capped),
            "The caps of the sender accounts let 100 leave today, 95 tomorrow."
        );
        assert!(
            sentence(1_000, &capped)
                .ends_with("100 tomorrow, and so on: the last leave in 9 days.")
        );
        assert_eq!(sentence(0, &capped), "");
    }
}
