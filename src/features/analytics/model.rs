//! A campaign's report, and what its numbers mean. Pure.

use crate::features::campaigns::model::Counts;
use crate::features::campaigns::progress::ReplyGroup;
use crate::ids::CampaignId;
use crate::ui::chart::Bucket;
use serde::{Deserialize, Serialize};

/// Links and groups of failures that a report shows.
pub const LINKS_SHOWN: i64 = 50;

/// See [`parts`].
pub type Part = (&'static str, i64, &'static str, &'static str, &'static str);

/// Where every recipient of a campaign is, in parts that add up to the audience: label, number, fill, the state that the
/// campaign's log is filtered by, and what the number means.
pub fn parts(counts: &Counts) -> [Part; 7] {
    [
        (
            "Sent",
            counts.sent,
            "fill-success",
            "sent",
            "The recipient's mail server took the message.",
        ),
        (
            "Failed",
            counts.failed,
            "fill-error",
            "failed",
            "The mail server refused the message for good, or every try failed.",
        ),
        (
            "Unconfirmed",
            counts.unconfirmed,
            "fill-warning",
            "unconfirmed",
            "The program stopped before it heard whether the message was taken. Such mail is never sent again by itself.",
        ),
        (
            "Suppressed",
            counts.suppressed,
            "fill-info",
            "suppressed",
            "The address is on the suppression list.",
        ),
        (
            "Skipped",
            counts.skipped,
            "fill-secondary",
            "skipped",
            "The message could not be made for this recipient; the log says why.",
        ),
        (
            "Cancelled",
            counts.cancelled,
            "fill-neutral",
            "cancelled",
            "The campaign was cancelled before the message left.",
        ),
        (
            "Waiting",
            counts.waiting(),
            "fill-base-content/30",
            "waiting",
            "The message has not left yet.",
        ),
    ]
}

/// What people did with the mail. Unique numbers count messages, the others every time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engagement {
    pub opens: i64,
    pub unique_opens: i64,
    pub clicks: i64,
    pub unique_clicks: i64,
    pub unsubscribes: i64,
}

/// How finely the chart divides time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// The first 48 hours, hour by hour.
    Hours,
    /// Day by day.
    #[default]
    Days,
}

impl Period {
    pub fn as_str(self) -> &'static str {
        match self {
            Period::Hours => "hours",
            Period::Days => "days",
        }
    }

    /// What the page's address asks for.
    pub fn of(text: &str) -> Option<Period> {
        [Period::Hours, Period::Days]
            .into_iter()
            .find(|period| period.as_str() == text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkLine {
    pub label: String,
    /// Merge expressions and all.
    pub target: String,
    pub clicks: i64,
    /// Messages it was clicked in.
    pub unique_clicks: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub id: CampaignId,
    pub name: String,
    pub subject: String,
    pub delivery: Counts,
    pub engagement: Engagement,
    /// Whether the campaign's mail was made so that these can be counted.
    pub tracks_opens: bool,
    pub tracks_clicks: bool,
    /// Unix ms; `None` before it starts.
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
    /// The zone of the chart's times: an IANA name.
    pub zone: String,
    pub period: Period,
    /// Values: opens, clicks.
    pub buckets: Vec<Bucket>,
    /// Most clicked first.
    pub links: Vec<LinkLine>,
    /// Also those that are not shown.
    pub link_count: i64,
    pub failures: Vec<ReplyGroup>,
}

impl Report {
    /// Opens and clicks that lie outside the chart.
    pub fn undrawn(&self) -> i64 {
        let drawn: i64 = self.buckets.iter().flat_map(|bucket| &bucket.values).sum();
        (self.engagement.opens + self.engagement.clicks - drawn).max(0)
    }
}

/// Words and their meaning, as the report uses them.
pub const GLOSSARY: [(&str, &str); 8] = [
    (
        "Audience",
        "Everybody the campaign was made for when it was started. Each one is counted in exactly one row of the table.",
    ),
    (
        "Open rate",
        "Messages opened at least once, divided by messages sent. An open is counted when the mail's images are loaded, so programs \
         that load no images hide opens, and programs that load all images by themselves add some.",
    ),
    (
        "Opens",
        "Every time a message was opened, also by the same person again. A message whose link was clicked counts as opened.",
    ),
    (
        "Click-through rate",
        "Messages in which at least one link was clicked, divided by messages sent. Security software that follows links adds some.",
    ),
    (
        "Clicks",
        "Every click on a link of the mail, also by the same person again. The unsubscribe link does not count.",
    ),
    (
        "Click-to-open rate",
        "Messages with a click, divided by messages opened: of those who looked, how many acted.",
    ),
    (
        "Unsubscribe rate",
        "People who unsubscribed by the link in this campaign, divided by messages sent. Those who took it back are not counted.",
    ),
    (
        "Not counted",
        "Test messages, browsers that ask not to be tracked (Global Privacy Control), and opens or clicks while tracking is off.",
    ),
];

/// What a word of the glossary means.
pub fn meaning(word: &str) -> &'static str {
    GLOSSARY
        .iter()
        .find(|(known, _)| *known == word)
        .map_or("", |(_, meaning)| meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_add_up_to_the_audience() {
        let counts = Counts {
            total: 100,
            sent: 60,
            failed: 7,
            suppressed: 5,
            skipped: 4,
            cancelled: 3,
            unconfirmed: 2,
        };
        let sum: i64 = parts(&counts).iter().map(|part| part.1).sum();
        assert_eq!(sum, counts.total);
        assert_eq!(counts.waiting(), 19);
    }

    #[test]
    fn every_rate_has_a_meaning() {
        for word in [
            "Open rate",
            "Click-through rate",
            "Click-to-open rate",
            "Unsubscribe rate",
        ] {
            assert!(!meaning(word).is_empty(), "{word}");
        }
    }
}
