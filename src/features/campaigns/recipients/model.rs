//! The log as both targets know it: its filters, a page of it, and one recipient with every attempt. Pure.

use crate::features::campaigns::model::{CampaignState, Counts};
use crate::features::queue::model::{MessageRow, MessageState};
use crate::features::tracking::model::Rule;
use crate::ids::{CampaignId, MessageId};
use serde::{Deserialize, Serialize};

/// What the log can be narrowed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogFilter {
    #[default]
    All,
    Waiting,
    Sent,
    Failed,
    Unconfirmed,
    Suppressed,
    Skipped,
    Cancelled,
    /// By a person.
    Opened,
    Clicked,
}

impl LogFilter {
    /// By state: those after the first hold every recipient once.
    pub const ALL: [LogFilter; 8] = [
        LogFilter::All,
        LogFilter::Waiting,
        LogFilter::Sent,
        LogFilter::Failed,
        LogFilter::Unconfirmed,
        LogFilter::Suppressed,
        LogFilter::Skipped,
        LogFilter::Cancelled,
    ];

    /// By what people did.
    pub const DONE: [LogFilter; 2] = [LogFilter::Opened, LogFilter::Clicked];

    /// As written in addresses; nothing for all.
    pub const fn as_str(self) -> &'static str {
        match self {
            LogFilter::All => "",
            LogFilter::Waiting => "waiting",
            LogFilter::Sent => "sent",
            LogFilter::Failed => "failed",
            LogFilter::Unconfirmed => "unconfirmed",
            LogFilter::Suppressed => "suppressed",
            LogFilter::Skipped => "skipped",
            LogFilter::Cancelled => "cancelled",
            LogFilter::Opened => "opened",
            LogFilter::Clicked => "clicked",
        }
    }

    /// The filter an address asks for; all for anything unknown.
    pub fn of(text: &str) -> LogFilter {
        LogFilter::ALL
            .into_iter()
            .chain(LogFilter::DONE)
            .find(|filter| filter.as_str() == text)
            .unwrap_or_default()
    }

    pub const fn words(self) -> &'static str {
        match self {
            LogFilter::All => "All",
            LogFilter::Waiting => "Waiting",
            LogFilter::Sent => "Sent",
            LogFilter::Failed => "Failed",
            LogFilter::Unconfirmed => "Unconfirmed",
            LogFilter::Suppressed => "Suppressed",
            LogFilter::Skipped => "Skipped",
            LogFilter::Cancelled => "Cancelled",
            LogFilter::Opened => "Opened",
            LogFilter::Clicked => "Clicked",
        }
    }

    /// The states it lets through; none named means any.
    pub const fn states(self) -> &'static [MessageState] {
        use MessageState as M;
        match self {
            LogFilter::All | LogFilter::Opened | LogFilter::Clicked => &[],
            LogFilter::Waiting => &[M::Ready, M::Held, M::Leased, M::Sending],
            LogFilter::Sent => &[M::Sent],
            LogFilter::Failed => &[M::Failed],
            LogFilter::Unconfirmed => &[M::Unconfirmed],
            LogFilter::Suppressed => &[M::Suppressed],
            LogFilter::Skipped => &[M::Skipped],
            LogFilter::Cancelled => &[M::Cancelled],
        }
    }

    /// How many recipients it holds, from the campaign's counters.
    pub fn count(self, counts: &Counts, opened: i64, clicked: i64) -> i64 {
        match self {
            LogFilter::Opened => opened,
            LogFilter::Clicked => clicked,
            LogFilter::All => counts.total,
            LogFilter::Waiting => counts.waiting(),
            LogFilter::Sent => counts.sent,
            LogFilter::Failed => counts.failed,
            LogFilter::Unconfirmed => counts.unconfirmed,
            LogFilter::Suppressed => counts.suppressed,
            LogFilter::Skipped => counts.skipped,
            LogFilter::Cancelled => counts.cancelled,
        }
    }
}

/// What the log shows: straight from the page's address, so nothing in it is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogQuery {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub before: String,
    #[serde(default)]
    pub after: String,
    /// A `ReplyFilter`: only who was refused so.
    #[serde(default)]
    pub reply: String,
    /// A position of the campaign's list, from which on people are looked for by their names.
    #[serde(default)]
    pub from: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPage {
    pub id: CampaignId,
    pub filter: LogFilter,
    pub search: String,
    pub counts: Counts,
    /// Recipients who opened, and who clicked.
    pub opened: i64,
    pub clicked: i64,
    /// Recipients that have no message yet.
    pub unprepared: i64,
    pub rows: Vec<MessageRow>,
    /// The row that the previous page ends before, and the one that the next page starts after.
    pub previous: Option<MessageId>,
    pub next: Option<MessageId>,
    /// Of refusals of one kind: in plain words, and as the address has it.
    pub reply: Option<(String, String)>,
    /// Where looking for people by their names goes on.
    pub further: Option<i64>,
    /// Looking stopped before the last recipient: this page may be short, or empty.
    pub is_part: bool,
}

/// One recipient of a campaign, with everything that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientDetail {
    pub campaign: CampaignId,
    pub campaign_name: String,
    pub campaign_state: CampaignState,
    pub row: MessageRow,
    /// RFC 5322 §3.6.4; known once an account has taken the message on.
    pub message_id: Option<String>,
    /// Merge data, as `(name, value)`.
    pub data: Vec<(String, String)>,
    pub attempts: Vec<Attempt>,
    pub events: Vec<Event>,
    pub can_edit: bool,
}

/// What the server said at one attempt that did not end in `sent`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub number: i64,
    pub at: i64,
    pub account: Option<String>,
    pub outcome: MessageState,
    pub reply_code: Option<i64>,
    pub reply: String,
}

impl Attempt {
    pub fn words(&self) -> &'static str {
        match self.outcome {
            MessageState::Ready => "Will be tried again",
            other => other.words(),
        }
    }
}

/// An open, a click or an unsubscribe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub at: i64,
    pub kind: String,
    /// The machine's rule; `None`: a person's.
    pub rule: Option<Rule>,
    /// Of a click, or of an open that was concluded from one.
    pub link: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_under_exactly_one_filter_and_the_filters_add_up() {
        for state in MessageState::ALL {
            let holding = LogFilter::ALL
                .iter()
                .filter(|filter| filter.states().contains(&state))
                .count();
            assert_eq!(holding, 1, "{state:?}");
        }
        let counts = Counts {
            total: 50,
            sent: 20,
            failed: 4,
            suppressed: 3,
            skipped: 2,
            cancelled: 1,
            unconfirmed: 5,
        };
        let parts: i64 = LogFilter::ALL
            .iter()
            .skip(1)
            .map(|filter| filter.count(&counts, 0, 0))
            .sum();
        assert_eq!(parts, LogFilter::All.count(&counts, 0, 0));
    }

    #[test]
    fn an_unknown_filter_shows_all() {
        assert_eq!(LogFilter::of("failed"), LogFilter::Failed);
        assert_eq!(LogFilter::of("clicked"), LogFilter::Clicked);
        assert_eq!(LogFilter::of("'; DROP"), LogFilter::All);
    }
}
