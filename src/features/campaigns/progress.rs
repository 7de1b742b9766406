//! How far a campaign is: what the live page shows and the event stream carries. Pure.

use super::model::{CampaignState, Counts};
use crate::features::queue::forecast::Forecast;
use crate::features::queue::waiting::{WaitReason, is_out_of_reach};
use crate::ids::MessageId;
use serde::{Deserialize, Serialize};

/// A moment of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub state: CampaignState,
    pub pause_reason: String,
    pub counts: Counts,
    /// Messages that reached an end in the last minute.
    pub rate_per_minute: i64,
    pub accounts: Vec<AccountShare>,
    /// Why messages failed, most frequent first.
    pub failures: Vec<ReplyGroup>,
    /// What happened last, newest first.
    pub recent: Vec<Recent>,
    /// Why messages wait.
    pub reasons: Vec<WaitReason>,
    /// When they will have left; `None` while the campaign is not being sent, or nothing waits.
    pub forecast: Option<Forecast>,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
}

impl Progress {
    /// Nothing will move any more unless a person asks for it.
    pub fn is_finished(&self) -> bool {
        self.state.is_finished() && self.counts.waiting() <= 0
    }

    /// The forecast, where it can be kept: none while no server that could take the mail answers.
    pub fn promise(&self) -> Option<Forecast> {
        self.forecast
            .clone()
            .filter(|_| !is_out_of_reach(&self.reasons))
    }
}

/// What one account did for a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountShare {
    pub name: String,
    pub sent: i64,
    pub failed: i64,
}

/// Something that happened to a message of the campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    pub at: i64,
    /// "sent", "failed", "open" or "click".
    pub kind: String,
    pub message: MessageId,
    pub address: String,
    /// In the server's words, or those of the link.
    pub words: String,
}

/// Events that a campaign's page shows.
pub const RECENT_SHOWN: i64 = 8;

/// Replies that say the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyGroup {
    pub code: Option<i64>,
    pub reply: String,
    pub count: i64,
}

/// How many of the latest failures are looked at for the groups: a page cannot read a million.
pub const FAILURES_READ: i64 = 5_000;
/// How many of the latest messages tell the rate.
pub const RATE_SAMPLE: i64 = 2_000;
const GROUPS_SHOWN: usize = 8;
const MINUTE_MS: i64 = 60_000;

/// Messages a minute, from the `n` latest ones that ended within the last minute, of which the oldest ended at `oldest`.
/// A full sample means that there were more: then its own span is what counts.
pub fn rate_per_minute(n: i64, oldest: Option<i64>, started_at: Option<i64>, now: i64) -> i64 {
    let Some(oldest) = oldest else { return 0 };
    let since = if n >= RATE_SAMPLE {
        oldest
    } else {
        started_at.unwrap_or(oldest).max(now - MINUTE_MS)
    };
    n * MINUTE_MS / (now - since).clamp(1_000, MINUTE_MS)
}

/// Puts replies together that differ only in addresses and the server's own reference numbers.
pub fn group_replies(rows: impl IntoIterator<Item = ReplyGroup>) -> Vec<ReplyGroup> {
    let mut groups: Vec<ReplyGroup> = Vec::new();
    for row in rows {
        let reply = general_reply(&row.reply);
        match groups
            .iter_mut()
            .find(|group| group.code == row.code && group.reply == reply)
        {
            Some(group) => group.count += row.count,
            None => groups.push(ReplyGroup { reply, ..row }),
        }
    }
    groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.reply.cmp(&b.reply)));
    groups.truncate(GROUPS_SHOWN);
    groups
}

/// A reply without what is particular to one message. Enhanced codes (RFC 3463) and plain words stay.
fn general_reply(reply: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in reply.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let digits = bare.bytes().filter(u8::is_ascii_digit).count();
        let general = if word.contains('@') {
            "…@…"
        } else if bare.len() >= 8 && digits >= 2 && !bare.contains('.') {
            "…"
        } else {
            word
        };
        words.push(general);
    }
    let text = words.join(" ");
    match text.char_indices().nth(240) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_counts_the_last_minute() {
        let cases = [
            // Two minutes in: what ended within the last minute.
            (600, Some(940_000), Some(880_000), 600),
            // Half a minute in: as if it went on.
            (600, Some(975_000), Some(970_000), 1_200),
            // A full sample of two seconds.
            (RATE_SAMPLE, Some(998_000), Some(0), 60_000),
            // A group that ended in this very millisecond is not infinitely fast.
            (50, Some(1_000_000), Some(1_000_000), 3_000),
            (0, None, Some(0), 0),
        ];
        for (n, oldest, started, expected) in cases {
            assert_eq!(rate_per_minute(n, oldest, started, 1_000_000), expected);
        }
    }

    #[test]
    fn replies_that_differ_in_an_address_or_reference_are_one_group() {
        let row = |code, reply: &str, count| ReplyGroup {
            code,
            reply: reply.into(),
            count,
        };
        let groups = group_replies([
            row(Some(550), "5.1.1 <ann@example.com>: user unknown", 2),
            row(Some(550), "5.1.1 <bob@example.org>: user unknown", 3),
            row(Some(550), "5.7.1 blocked, ref 4f2A91bc77", 1),
            row(Some(550), "5.7.1 blocked, ref 88d1ffe0a2", 1),
            row(Some(552), "5.2.2 mailbox full", 9),
        ]);
        assert_eq!(
            groups,
            [
                row(Some(552), "5.2.2 mailbox full", 9),
                row(Some(550), "5.1.1 …@… user unknown", 5),
                row(Some(550), "5.7.1 blocked, ref …", 2),
            ]
        );
    }
}
