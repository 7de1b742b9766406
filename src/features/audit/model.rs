//! What the page of the audit trail asks for and shows.

use serde::{Deserialize, Serialize};

/// Lines on a page.
pub const PAGE_SIZE: usize = 50;

/// What the trail can be narrowed to: the word before the dot of an event, and what people call it.
pub const AREAS: [(&str, &str); 7] = [
    ("sign-in", "Sign-ins"),
    ("user", "People"),
    ("account", "Sender accounts"),
    ("dkim-key", "Sending domains"),
    ("settings", "Settings"),
    ("suppression", "Suppressions"),
    ("campaign", "Campaigns"),
];

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// One of [`AREAS`], or empty for all.
    pub area: String,
    /// A user's id, or empty for everybody.
    pub person: String,
    /// Lines older than this one.
    pub before: Option<i64>,
    /// Lines newer than this one.
    pub after: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    pub id: i64,
    /// Unix ms.
    pub at: i64,
    /// The name at that time; empty when nobody was signed in.
    pub actor: String,
    /// "Changed the sender account".
    pub words: String,
    /// What it was done to, by name.
    pub subject: String,
    /// More to know: the device of a sign-in, the settings that changed.
    pub detail: String,
    /// Somebody was turned away.
    pub is_refusal: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The newest first.
    pub lines: Vec<AuditLine>,
    pub has_newer: bool,
    pub has_older: bool,
    /// Who can be chosen: id and name.
    pub people: Vec<(String, String)>,
}
