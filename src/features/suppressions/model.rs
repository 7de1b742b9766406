//! Suppressions as pages show them.

use crate::ids::{CampaignId, SuppressionId};
use crate::ui::badge::Tone;
use serde::{Deserialize, Serialize};

/// Addresses on one page of the list.
pub const PAGE_SIZE: i64 = 50;
/// Lines that the form takes; more go into a file.
pub const MOST_LINES: usize = 1_000;
/// Bytes of a file to import.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;

/// The name under which a refused import comes back to its page; see [`crate::ui::form::FormState::of_route`].
pub const IMPORT_FORM: &str = "suppressions/import";

/// Why an address is not mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// The person asked for it, by the link in a mail.
    Unsubscribed,
    /// Mail to it came back.
    Bounced,
    /// The person reported a mail as spam.
    Complained,
    /// Somebody here put it on the list.
    Manual,
}

impl Reason {
    pub const ALL: [Reason; 4] = [
        Reason::Unsubscribed,
        Reason::Bounced,
        Reason::Complained,
        Reason::Manual,
    ];

    /// As stored, and as written in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::Unsubscribed => "unsubscribed",
            Reason::Bounced => "bounced",
            Reason::Complained => "complained",
            Reason::Manual => "manual",
        }
    }

    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Reason::Unsubscribed => "Unsubscribed",
            Reason::Bounced => "Bounced",
            Reason::Complained => "Complained",
            Reason::Manual => "Added by hand",
        }
    }

    pub const fn tone(self) -> Tone {
        match self {
            Reason::Unsubscribed => Tone::Info,
            Reason::Bounced => Tone::Warn,
            Reason::Complained => Tone::Bad,
            Reason::Manual => Tone::Neutral,
        }
    }
}

impl std::str::FromStr for Reason {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Reason::ALL
            .into_iter()
            .find(|reason| reason.as_str() == text)
            .ok_or_else(|| format!("{text} is not a reason of a suppression"))
    }
}

/// What the list shows: straight from the page's address, so nothing in it is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SuppressionQuery {
    /// Part of an address.
    pub search: String,
    /// A [`Reason`]; anything else means all.
    pub reason: String,
    /// Entries older than this one.
    pub before: Option<i64>,
    /// Entries newer than this one.
    pub after: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppressionLine {
    pub id: SuppressionId,
    pub address: String,
    pub reason: Reason,
    pub note: String,
    /// Whose mail the person unsubscribed from.
    pub campaign: Option<(CampaignId, String)>,
    /// Unix ms.
    pub created_at: i64,
}

/// One page of the list, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppressionPage {
    pub lines: Vec<SuppressionLine>,
    /// How many there are for each reason that has any; the search does not narrow them.
    pub reasons: Vec<(Reason, i64)>,
    pub has_newer: bool,
    pub has_older: bool,
    pub can_edit: bool,
}

impl SuppressionPage {
    /// All of them, or those of one reason.
    pub fn count(&self, reason: Option<Reason>) -> i64 {
        self.reasons
            .iter()
            .filter(|(known, _)| reason.is_none_or(|reason| reason == *known))
            .map(|(_, n)| n)
            .sum()
    }
}

/// Addresses to be added, one a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SuppressionAddForm {
    pub addresses: String,
    pub note: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SuppressionRemoveForm {
    pub id: String,
    /// Why the address may be mailed again; kept in the audit trail.
    pub why: String,
}

/// What adding came to. It travels in the page's address, as numbers only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    pub added: i64,
    /// These were on the list already.
    pub known: i64,
    /// Lines of a file that hold no address.
    pub wrong: i64,
}

impl Added {
    pub fn address(&self) -> String {
        format!(
            "/suppressions?added={}&known={}&wrong={}",
            self.added, self.known, self.wrong
        )
    }

    pub fn sentence(&self) -> String {
        let n = |n: i64, one: &str, many: &str| crate::ui::number::count(n, one, many);
        let mut out = match self.added {
            0 => "No address was added.".to_owned(),
            added => format!(
                "{} added. Mail that waited for {} is suppressed.",
                n(added, "address", "addresses"),
                if added == 1 { "it" } else { "them" }
            ),
        };
        if self.known > 0 {
            out.push_str(&format!(
                " {} on the list already.",
                n(self.known, "was", "were")
            ));
        }
        if self.wrong > 0 {
            out.push_str(&format!(
                " {} no valid address and {} left out.",
                n(self.wrong, "line holds", "lines hold"),
                if self.wrong == 1 { "was" } else { "were" }
            ));
        }
        out
    }
}

/// Why a file was not taken in; a key in the page's address, a sentence on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportProblem {
    NoFile,
    TooLarge,
    NoAddresses,
}

impl ImportProblem {
    const ALL: [ImportProblem; 3] = [
        ImportProblem::NoFile,
        ImportProblem::TooLarge,
        ImportProblem::NoAddresses,
    ];

    pub fn key(self) -> &'static str {
        match self {
            ImportProblem::NoFile => "no-file",
            ImportProblem::TooLarge => "too-large",
            ImportProblem::NoAddresses => "no-addresses",
        }
    }

    pub fn of(key: &str) -> Option<ImportProblem> {
        ImportProblem::ALL
            .into_iter()
            .find(|problem| problem.key() == key)
    }

    pub fn sentence(self) -> &'static str {
        match self {
            ImportProblem::NoFile => "No file was chosen. Choose a CSV file first.",
            ImportProblem::TooLarge => {
                "The file is larger than 20 MB. Split it and import the parts."
            }
            ImportProblem::NoAddresses => {
                "The file has no column of email addresses. Nothing was added."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_stored_under_the_words_of_the_schema() {
        for reason in Reason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
        }
        assert!("bored".parse::<Reason>().is_err());
    }

    #[test]
    fn what_adding_came_to_reads_well() {
        let one = Added {
            added: 1,
            known: 1,
            wrong: 1,
        };
        assert_eq!(
            one.sentence(),
            "1 address added. Mail that waited for it is suppressed. 1 was on the list already. \
             1 line holds no valid address and was left out."
        );
        let many = Added {
            added: 1_200,
            known: 3,
            wrong: 0,
        };
        assert_eq!(
            many.sentence(),
            "1,200 addresses added. Mail that waited for them is suppressed. 3 were on the list already."
        );
        assert_eq!(Added::default().sentence(), "No address was added.");
    }
}
