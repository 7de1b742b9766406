//! Mails of the sandbox as pages show them.

use crate::ids::OutboxId;
use serde::{Deserialize, Serialize};

/// Mails on one page of the list.
pub const PAGE_SIZE: i64 = 50;
/// Of the source and the text, pages show this many bytes; the whole mail can be downloaded.
pub const SHOWN_BYTES: usize = 200_000;

/// Which page of the list: what is searched for, and the mail the page starts before or ends after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OutboxQuery {
    /// Part of an address or subject.
    pub search: String,
    /// Mails older than this one.
    pub before: Option<i64>,
    /// Mails newer than this one.
    pub after: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxLine {
    pub id: OutboxId,
    pub from: String,
    pub to: String,
    pub subject: String,
    /// Bytes.
    pub size: i64,
    /// Unix ms.
    pub delivered_at: i64,
}

/// One page of the list, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxPage {
    pub lines: Vec<OutboxLine>,
    /// Mails that match the search.
    pub total: i64,
    pub has_newer: bool,
    pub has_older: bool,
    pub can_edit: bool,
}

/// The ways to look at a mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tab {
    #[default]
    Rendered,
    Text,
    Source,
    Headers,
    Attachments,
}

impl Tab {
    pub const ALL: [Tab; 5] = [
        Tab::Rendered,
        Tab::Text,
        Tab::Source,
        Tab::Headers,
        Tab::Attachments,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Tab::Rendered => "rendered",
            Tab::Text => "text",
            Tab::Source => "source",
            Tab::Headers => "headers",
            Tab::Attachments => "attachments",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Tab::Rendered => "As it looks",
            Tab::Text => "Text",
            Tab::Source => "Source",
            Tab::Headers => "Headers",
            Tab::Attachments => "Attachments",
        }
    }

    /// What the address names; anything else is the first tab.
    pub fn of(text: &str) -> Tab {
        let found = Tab::ALL.into_iter().find(|tab| tab.as_str() == text);
        found.unwrap_or_default()
    }
}

/// A text of a mail, cut at [`SHOWN_BYTES`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    pub text: String,
    pub is_cut: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its place in the mail, from 0: the last part of its address.
    pub index: u32,
    pub name: String,
    pub content_type: String,
    /// Bytes, decoded.
    pub size: i64,
}

/// What the chosen tab shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shown {
    /// A document of its own shows it.
    Rendered,
    /// `None`: the mail has no plain text.
    Text(Option<Excerpt>),
    Source(Excerpt),
    /// Name and value, unfolded and decoded where the standard allows.
    Headers(Vec<(String, String)>),
    Attachments(Vec<Attachment>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxMail {
    pub line: OutboxLine,
    /// The account that delivered it.
    pub account: String,
    pub attachment_count: i64,
    pub tab: Tab,
    pub shown: Shown,
    pub can_edit: bool,
}

/// `512 bytes`, `14 KB`, `3.2 MB`.
pub fn size_words(bytes: i64) -> String {
    match bytes {
        ..=1 => format!("{bytes} byte{}", if bytes == 1 { "" } else { "s" }),
        2..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", (bytes + 500) / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (14_400, "14 KB"),
            (3_250_000, "3.2 MB"),
        ] {
            assert_eq!(size_words(bytes), words);
        }
    }

    #[test]
    fn an_unknown_tab_is_the_first() {
        assert_eq!(Tab::of("headers"), Tab::Headers);
        assert_eq!(Tab::of("<script>"), Tab::Rendered);
    }
}
