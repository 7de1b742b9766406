//! Recipients and their sets as both targets know them. Pure.

use crate::features::drafts::model::{Draft, DraftHead, Step};
use crate::ids::{DraftId, RecipientSetId};
use crate::mail::names::merge_name;
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

/// The name under which a refused upload comes back to its page; see [`crate::ui::form::FormState::of_route`].
pub const UPLOAD_FORM: &str = "drafts/recipients";

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowStatus {
    #[default]
    Valid,
    Invalid,
    Duplicate,
    Suppressed,
}

impl RowStatus {
    /// What the page calls the rows.
    pub fn words(self) -> &'static str {
        match self {
            RowStatus::Valid => "Valid",
            RowStatus::Invalid => "Invalid",
            RowStatus::Duplicate => "Duplicates",
            RowStatus::Suppressed => "Suppressed",
        }
    }

    pub const ALL: [RowStatus; 4] = [
        RowStatus::Valid,
        RowStatus::Invalid,
        RowStatus::Duplicate,
        RowStatus::Suppressed,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            RowStatus::Valid => "valid",
            RowStatus::Invalid => "invalid",
            RowStatus::Duplicate => "duplicate",
            RowStatus::Suppressed => "suppressed",
        }
    }
}

impl std::str::FromStr for RowStatus {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        RowStatus::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| format!("{text} is not a status of a row"))
    }
}

/// Where a set is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SetState {
    /// Rows are being taken in.
    Reading,
    /// All rows are in, but nobody knows yet which column holds the addresses.
    Choosing,
    /// Complete; it never changes again.
    Ready,
    /// Could not be read; `problem` says why.
    Refused,
}

impl SetState {
    pub fn as_str(self) -> &'static str {
        match self {
            SetState::Reading => "reading",
            SetState::Choosing => "choosing",
            SetState::Ready => "ready",
            SetState::Refused => "refused",
        }
    }
}

impl std::str::FromStr for SetState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "reading" => Ok(SetState::Reading),
            "choosing" => Ok(SetState::Choosing),
            "ready" => Ok(SetState::Ready),
            "refused" => Ok(SetState::Refused),
            other => Err(format!("{other} is not a state of a recipient set")),
        }
    }
}

/// A column of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The heading as it stood in the file.
    pub name: String,
    /// The merge name: lower case, letters, digits and underscores, unique in the set.
    pub key: String,
    /// Valid rows without a value.
    #[serde(default)]
    pub empty: i64,
}

/// A domain that looks misspelt, and how often it occurs among the valid rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typo {
    pub from: String,
    pub to: String,
    pub count: i64,
}

/// An audience: what was uploaded or pasted, and how many rows came to what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientSet {
    pub id: RecipientSetId,
    pub state: SetState,
    /// Why it was refused.
    pub problem: String,
    /// The file's name, or "Pasted list".
    pub source: String,
    pub columns: Vec<Column>,
    /// Key of the address column.
    pub email_column: String,
    pub typos: Vec<Typo>,
    pub valid: i64,
    pub invalid: i64,
    pub duplicate: i64,
    pub suppressed: i64,
    pub ready_at: Option<i64>,
    pub frozen_at: Option<i64>,
    pub created_at: i64,
}

impl RecipientSet {
    pub fn count(&self, status: RowStatus) -> i64 {
        match status {
            RowStatus::Valid => self.valid,
            RowStatus::Invalid => self.invalid,
            RowStatus::Duplicate => self.duplicate,
            RowStatus::Suppressed => self.suppressed,
        }
    }
}

/// One row of a set. `data` holds merge names and values, `email` among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Counts the rows of the set from 1.
    pub position: i64,
    /// Line of the file where the row starts.
    pub line: i64,
    pub address: String,
    pub data: serde_json::Map<String, serde_json::Value>,
    pub status: RowStatus,
    /// Why it is not valid.
    pub problem: String,
}

/// Which rows a page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFilter {
    pub status: RowStatus,
    /// Part of an address.
    pub search: String,
    /// A merge name: rows without a value for it.
    pub missing: String,
    pub place: Place,
}

/// Where a page starts, by the position of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    After(i64),
    Before(i64),
}

impl Default for Place {
    fn default() -> Self {
        Place::After(0)
    }
}

/// What the page's address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowQuery {
    #[serde(default)]
    pub show: String,
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub missing: String,
    #[serde(default)]
    pub after: String,
    #[serde(default)]
    pub before: String,
    /// A list that was not taken: its id.
    #[serde(default)]
    pub given: String,
}

impl RowQuery {
    pub fn filter(&self) -> RowFilter {
        RowFilter {
            status: self.show.parse().unwrap_or_default(),
            search: self.q.trim().to_owned(),
            missing: self.missing.clone(),
            place: match (self.after.parse(), self.before.parse()) {
                (Ok(after), _) => Place::After(after),
                (_, Ok(before)) => Place::Before(before),
                _ => Place::default(),
            },
        }
    }
}

impl RowFilter {
    /// The address of the recipients step with this filter; `place` is a parameter such as `("after", "50")`.
    pub fn href(&self, draft: DraftId, place: Option<(&'static str, i64)>) -> String {
        let mut query = ParamsMap::new();
        query.insert("show", self.status.as_str().to_owned());
        for (name, value) in [("q", &self.search), ("missing", &self.missing)] {
            if !value.is_empty() {
                query.insert(name, value.clone());
            }
        }
        if let Some((name, position)) = place {
            query.insert(name, position.to_string());
        }
        let query = query.to_query_string();
        format!(
            "{}&{}",
            Draft::href(draft, Step::Recipients),
            query.trim_start_matches('?')
        )
    }
}

/// A page of rows, in order of position.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowPage {
    pub rows: Vec<Recipient>,
    pub has_previous: bool,
    pub has_next: bool,
}

/// A list that could not be taken, or not yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenList {
    pub set: RecipientSet,
    /// What was pasted, to be put right.
    pub pasted: String,
    /// The first rows, to choose the address column by.
    pub sample: Vec<Recipient>,
}

/// Everything the recipients step shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientsStep {
    pub head: DraftHead,
    pub set: Option<RecipientSet>,
    pub page: RowPage,
    pub given: Option<GivenList>,
}

/// Chooses the column of addresses of a list: one that was just given (`set`), or the draft's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub revision: String,
    #[serde(default)]
    pub set: String,
    #[serde(default)]
    pub column: String,
}

/// Moves the addresses of a misspelt domain to the one that was meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub revision: String,
    #[serde(default)]
    pub from: String,
}

/// Gives every heading a key that is unique in the list; the address column (an index) has the first choice, and no other
/// column may be `email`, which is always the address.
pub fn keyed(headings: &[String], email: Option<usize>) -> Vec<Column> {
    let mut taken = std::collections::HashSet::from(["email".to_owned()]);
    let mut columns = vec![Column::default(); headings.len()];
    let order = email
        .into_iter()
        .chain((0..headings.len()).filter(|i| Some(*i) != email));
    for i in order {
        let Some(name) = headings.get(i) else {
            continue;
        };
        let stem = match merge_name(name) {
            stem if stem.is_empty() => format!("column_{}", i + 1),
            stem => stem,
        };
        let mut key = stem.clone();
        let mut number = 2;
        while !(taken.insert(key.clone()) || Some(i) == email && key == "email") {
            key = format!("{stem}_{number}");
            number += 1;
        }
        columns[i] = Column {
            name: name.trim().to_owned(),
            key,
            empty: 0,
        };
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_kept_in_the_address() {
        let filter = RowFilter {
            search: "a&b".into(),
            ..RowFilter::default()
        };
        let href = filter.href(DraftId(7), Some(("after", 50)));
        assert_eq!(
            href,
            "/drafts/7?step=recipients&show=valid&q=a%26b&after=50"
        );
    }

    #[test]
    fn keys_are_unique_and_email_is_the_address() {
        let headings: Vec<String> = ["Email", "Name", "name", "E-Mail", "Name 2"]
            .map(String::from)
            .into();
        let keys = |email| -> Vec<String> {
            keyed(&headings, email)
                .into_iter()
                .map(|column| column.key)
                .collect()
        };
        assert_eq!(
            keys(Some(0)),
            ["email", "name", "name_2", "e_mail", "name_2_2"]
        );
        // Another column was chosen: the one headed "Email" makes room.
        assert_eq!(
            keys(Some(3)),
            ["email_2", "name", "name_2", "e_mail", "name_2_2"]
        );
        assert_eq!(keys(None)[0], "email_2");
    }
}
