//! When what waits will have left: by which account, on which day, and what sets the pace. One rule for drafts, campaigns and the
//! queue: `simulate` plays delivery forward, `gather` (server) feeds it from the database, `outlook` shows what it found.

mod desk;
mod line;
pub mod outlook;
pub mod simulate;

#[cfg(feature = "ssr")]
pub mod gather;

#[cfg(test)]
mod tests;

use crate::ui::number::thousands;
use serde::{Deserialize, Serialize};

/// The forecast of one campaign, or of a draft as if it were sent now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// Messages that no account has taken yet: what the forecast is about.
    pub messages: i64,
    pub end: End,
    /// What makes it last as long as it does; `None` where nothing but waiting for another try does.
    pub pace: Option<Pace>,
    /// What leaves on the first days, in order: a row for each account of a day.
    pub rows: Vec<Row>,
    /// Days on which something leaves, and the messages of those that have no rows.
    pub days: i64,
    pub further: i64,
}

/// What one account sends of a campaign on one day of the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// "today", "tomorrow", "Thursday 26 November".
    pub day: String,
    pub account: String,
    pub messages: i64,
    /// Unix ms of whole minutes, so that a forecast stays the same while nothing happens: rounded down, and up.
    pub starts_at: i64,
    pub ends_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// The last message leaves then (unix ms).
    At(i64),
    /// So many still wait after the days that are looked ahead.
    Beyond { left: i64 },
    /// It waits for a person: the account it insists on is switched off.
    AccountOff { account: String },
    /// No account is switched on.
    NoAccount,
}

/// What makes a campaign last, and of which account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    pub kind: PaceKind,
    pub account: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaceKind {
    DailyCap,
    CampaignCap,
    Rate,
    /// The speed of the last minute.
    Measured,
    /// Nobody has measured it yet: a usual speed is assumed.
    FullSpeed,
}

/// Days that a sentence names one by one.
const DAYS_NAMED: usize = 3;

impl Forecast {
    /// "1,000 today, 1,000 tomorrow, and so on". Empty when everything leaves today.
    pub fn by_day(&self) -> String {
        let mut days: Vec<(&str, i64)> = Vec::new();
        for row in &self.rows {
            match days.last_mut() {
                Some((day, messages)) if *day == row.day => *messages += row.messages,
                _ => days.push((&row.day, row.messages)),
            }
        }
        let is_today = |day: &str| day == TODAY;
        if days.iter().all(|(day, _)| is_today(day)) {
            return String::new();
        }
        let mut words: Vec<String> = days
            .iter()
            .take(DAYS_NAMED)
            .map(|(day, messages)| {
                let on = if is_today(day) || *day == TOMORROW {
                    ""
                } else {
                    "on "
                };
                format!("{} {on}{day}", thousands(*messages))
            })
            .collect();
        if !days.iter().any(|(day, _)| is_today(day)) {
            words.insert(0, "none today".into());
        }
        if self.days > DAYS_NAMED as i64 {
            words.push("and so on".into());
        }
        words.join(", ")
    }

    /// What sets the pace, as the end of a sentence: ", at full speed." or ". The daily cap of Main sets the pace."
    pub fn pace_words(&self) -> String {
        let Some(Pace { kind, account }) = &self.pace else {
            return ".".into();
        };
        let what = match kind {
            PaceKind::DailyCap => "daily cap",
            PaceKind::CampaignCap => "campaign cap",
            PaceKind::Rate => "rate",
            PaceKind::Measured => return ", at the speed of the last minute.".into(),
            PaceKind::FullSpeed => return ", at full speed.".into(),
        };
        format!(". The {what} of {account} sets the pace.")
    }
}

/// The names of the first two days.
const TODAY: &str = "today";
const TOMORROW: &str = "tomorrow";
