//! A campaign's report, and what its numbers mean. Pure.

use crate::features::campaigns::model::Counts;
use crate::features::campaigns::progress::ReplyGroup;
use crate::features::tracking::model::Rule;
use crate::hydration::Sealed;
use crate::ids::{CampaignId, MessageId};
use crate::ui::chart::Bucket;
use serde::{Deserialize, Serialize};

/// Links that a report shows.
pub const LINKS_SHOWN: i64 = 50;
pub const DOMAINS_SHOWN: i64 = 15;
pub const EARLIER_SHOWN: i64 = 10;
pub const ACTIVITY_SHOWN: usize = 10;
/// Campaigns that fit side by side.
pub const MOST_COMPARED: usize = 4;
/// Hours of the chart that compares them.
pub const HOURS_COMPARED: i64 = 24;

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
            "The recipient's mail server took the message, or the sandbox did, which passes nothing on.",
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
            "The message could not be made for this recipient; the list of recipients says why.",
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

/// What people did with the mail, and machines apart. Unique numbers count messages, the others every time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engagement {
    pub opens: i64,
    pub unique_opens: i64,
    pub clicks: i64,
    pub unique_clicks: i64,
    pub unsubscribes: i64,
    pub machine: Machines,
}

/// What mail filters, privacy proxies and the like did with the mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machines {
    pub opens: i64,
    pub unique_opens: i64,
    pub clicks: i64,
    pub unique_clicks: i64,
}

/// How many opens and clicks a rule gave to machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleLine {
    pub rule: Rule,
    pub opens: i64,
    pub clicks: i64,
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
    /// Its place in the mail, from 0.
    pub position: i64,
    pub label: String,
    /// Merge expressions and all.
    pub target: String,
    pub clicks: i64,
    /// Messages it was clicked in.
    pub unique_clicks: i64,
    pub machine_clicks: i64,
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
    /// Those that fired.
    pub rules: Vec<RuleLine>,
    /// What people read with: opens and clicks in all.
    pub devices: Vec<ReaderLine>,
    pub programs: Vec<ReaderLine>,
    /// The domains with most recipients; empty for campaigns older than their counting.
    pub domains: Vec<DomainLine>,
    /// The campaigns before this one, newest first.
    pub earlier: Vec<CampaignLine>,
    /// What people did last, newest first.
    pub activity: Vec<Activity>,
}

/// A report, and what its page says of it before a browser opens it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReportPage {
    pub id: CampaignId,
    pub name: String,
    pub subject: String,
    pub report: Sealed<Report>,
}

impl From<Report> for ReportPage {
    fn from(report: Report) -> Self {
        ReportPage {
            id: report.id,
            name: report.name.clone(),
            subject: report.subject.clone(),
            report: Sealed::Open(report),
        }
    }
}

/// Opens and clicks by people with one device or mail program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReaderLine {
    pub name: String,
    pub opens: i64,
    pub clicks: i64,
}

/// One domain of the audience. `opened` and `clicked` count messages, by people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainLine {
    pub domain: String,
    pub total: i64,
    pub failed: i64,
    pub unconfirmed: i64,
    /// Suppressed, skipped or cancelled.
    pub left_out: i64,
    pub opened: i64,
    pub clicked: i64,
}

impl DomainLine {
    /// Messages that the domain's servers took, once nothing of the campaign waits.
    pub fn sent(&self) -> i64 {
        (self.total - self.failed - self.unconfirmed - self.left_out).max(0)
    }

    /// Everybody whose domain has no line of its own.
    pub fn rest(lines: &[DomainLine], delivery: &Counts, engagement: &Engagement) -> DomainLine {
        let sum = |of: fn(&DomainLine) -> i64| lines.iter().map(of).sum::<i64>();
        let left_out = delivery.suppressed + delivery.skipped + delivery.cancelled;
        DomainLine {
            domain: "All others".into(),
            total: (delivery.total - sum(|line| line.total)).max(0),
            failed: (delivery.failed - sum(|line| line.failed)).max(0),
            unconfirmed: (delivery.unconfirmed - sum(|line| line.unconfirmed)).max(0),
            left_out: (left_out - sum(|line| line.left_out)).max(0),
            opened: (engagement.unique_opens - sum(|line| line.opened)).max(0),
            clicked: (engagement.unique_clicks - sum(|line| line.clicked)).max(0),
        }
    }
}

/// A campaign among others: what a comparison needs of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignLine {
    pub id: CampaignId,
    pub name: String,
    pub started_at: Option<i64>,
    pub delivery: Counts,
    pub engagement: Engagement,
}

impl CampaignLine {
    /// Of the messages sent, how many were clicked by people: in thousandths.
    pub fn click_rate(&self) -> i64 {
        self.engagement.unique_clicks * 1_000 / self.delivery.sent.max(1)
    }
}

/// Campaigns side by side, in the order they were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideBySide {
    pub campaigns: Vec<ComparedCampaign>,
    /// Opens by people in each hour since the start: a value per campaign.
    pub hours: Vec<Bucket>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedCampaign {
    pub line: CampaignLine,
    pub subject: String,
    pub tracks_opens: bool,
    pub tracks_clicks: bool,
}

/// Something a person did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub message: MessageId,
    pub address: String,
    pub is_click: bool,
    /// The words of the link.
    pub link: Option<String>,
    pub at: i64,
}

impl Report {
    /// Opens and clicks that lie outside the chart.
    pub fn undrawn(&self) -> i64 {
        let drawn: i64 = self.buckets.iter().flat_map(|bucket| &bucket.values).sum();
        (self.engagement.opens + self.engagement.clicks - drawn).max(0)
    }
}

/// Words and their meaning, as the report uses them.
pub const GLOSSARY: [(&str, &str); 9] = [
    (
        "Audience",
        "Everybody the campaign was made for when it was started. Each one is counted in exactly one row of the table.",
    ),
    (
        "Open rate",
        "Messages that people opened at least once, divided by messages sent. An open is noticed when the mail's images are \
         loaded, so mail programs that show no images hide opens.",
    ),
    (
        "Opens",
        "Every time a person opened a message, also the same person again. A message whose link was clicked counts as opened.",
    ),
    (
        "Click-through rate",
        "Messages in which a person clicked at least one link, divided by messages sent.",
    ),
    (
        "Clicks",
        "Every click of a person on a link of the mail, also the same person again. The unsubscribe link does not count.",
    ),
    (
        "Click-to-open rate",
        "Messages with a click, divided by messages opened: of those who looked, how many acted.",
    ),
    (
        "Machines",
        "Mail filters follow links to check them, and privacy proxies load images of mail that nobody has opened. Such opens and \
         clicks are recognised by name, timing and behaviour, and counted apart. No rule is perfect: some of each still counts \
         for the other.",
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
