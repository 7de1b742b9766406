//! Recipients and their sets as both targets know them. Pure.

use super::columns::Column;
use crate::features::drafts::model::{Draft, DraftHead, Step};
use crate::ids::{DraftId, RecipientSetId};
use crate::ui::number::count;
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

impl RowStatus {
    /// The notice that says what became of a row that was saved.
    pub fn saved(self) -> &'static str {
        match self {
            RowStatus::Valid => "row-valid",
            RowStatus::Suppressed => "row-suppressed",
            RowStatus::Invalid | RowStatus::Duplicate => "draft-saved",
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
    /// The sheet of a workbook with several.
    pub sheet: String,
    /// Counts changes of its rows.
    pub edits: i64,
    pub progress: Progress,
    pub ready_at: Option<i64>,
    pub frozen_at: Option<i64>,
    pub created_at: i64,
}

/// How far a list is that is being read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub rows: i64,
    /// Per mille of the file.
    pub share: i64,
    /// When that was last true.
    pub touched_at: i64,
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

    pub fn rows(&self) -> i64 {
        self.valid + self.invalid + self.duplicate + self.suppressed
    }

    /// What became of the rows: "202 people can be mailed. Left out: 3 invalid, 2 duplicates."
    pub fn outcome(&self) -> String {
        let mut words = format!("{} can be mailed.", count(self.valid, "person", "people"));
        let left_out: Vec<String> = [
            (self.invalid, "invalid", "invalid"),
            (self.duplicate, "duplicate", "duplicates"),
            (self.suppressed, "suppressed", "suppressed"),
        ]
        .into_iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many)| count(n, one, many))
        .collect();
        if !left_out.is_empty() {
            words.push_str(&format!(" Left out: {}.", left_out.join(", ")));
        }
        words
    }

    /// What the page calls it: the file, and the sheet of it.
    pub fn title(&self) -> String {
        if self.sheet.is_empty() {
            self.source.clone()
        } else {
            format!("{}, sheet “{}”", self.source, self.sheet)
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
    /// Counts its changes.
    pub edits: i64,
}

impl Recipient {
    /// The value under a merge name; empty where there is none.
    pub fn value(&self, key: &str) -> &str {
        self.data
            .get(key)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
    }
}

/// Which rows a page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFilter {
    pub status: RowStatus,
    /// Part of an address, or of a name.
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
    /// The position of the row that is being edited.
    #[serde(default)]
    pub edit: String,
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
    /// Whether rows must be looked at one by one.
    pub fn is_searching(&self) -> bool {
        !self.search.is_empty() || !self.missing.is_empty()
    }

    /// Whether the search may be the name of a person, or anything else the list knows of them: it holds no @.
    pub fn is_person(&self) -> bool {
        !self.search.is_empty() && !self.search.contains('@') && self.missing.is_empty()
    }

    /// Whether the search is the beginning of an address up to its domain, which the index of addresses finds at once.
    pub fn is_beginning(&self) -> bool {
        let parts = self.search.split_once('@');
        let is_address =
            parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        is_address && self.missing.is_empty()
    }

    /// The address of this very page.
    pub fn here(&self, draft: DraftId) -> String {
        let place = match self.place {
            Place::After(0) => None,
            Place::After(position) => Some(("after", position)),
            Place::Before(position) => Some(("before", position)),
        };
        self.href(draft, place)
    }

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
    /// A search looks through a long list in parts; this is the position up to which it has come.
    pub looked_to: Option<i64>,
}

/// A row as it is to be: one that is edited, or, without a position, somebody new.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowForm {
    /// The draft's id.
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub set: String,
    #[serde(default)]
    pub position: String,
    /// The changes of the row that were seen.
    #[serde(default)]
    pub edits: String,
    /// Columns that are not named here stay as they are.
    #[serde(default)]
    pub fields: Vec<FieldValue>,
    /// The page of rows to come back to, as the part of its address after `?`.
    #[serde(default)]
    pub back: String,
}

impl RowForm {
    /// What a refusal calls what was typed for a column.
    pub fn typed_name(key: &str) -> String {
        format!("field:{key}")
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    pub value: String,
}

/// A list that could not be taken, or not yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenList {
    pub set: RecipientSet,
    /// What was pasted, to be put right.
    pub pasted: String,
    /// The first rows, to choose the address column by.
    pub sample: Vec<Recipient>,
    /// It is still being read, and somebody sees to it.
    pub is_alive: bool,
}

/// How far a list is that is being read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub progress: Progress,
    /// Where to look at what came of it, once it is over.
    pub href: Option<String>,
}

/// A sheet of the workbook that a list came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetLine {
    pub set: RecipientSetId,
    pub sheet: String,
    pub rows: i64,
    pub state: SetState,
}

/// Everything the recipients step shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientsStep {
    pub head: DraftHead,
    pub set: Option<RecipientSet>,
    pub page: RowPage,
    pub given: Option<GivenList>,
    /// The sheets to choose from, where there are several.
    pub sheets: Vec<SheetLine>,
    /// The first rows of the list, to see its columns by.
    pub sample: Vec<Recipient>,
    /// Another draft or a campaign uses the same list, so its rows stay as they are.
    pub is_shared: bool,
}

/// Takes another sheet of the workbook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub revision: String,
    #[serde(default)]
    pub set: String,
}

/// Moves the addresses of a misspelt domain to the one that was meant, or says that it is right as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub revision: String,
    /// Empty: all of them.
    #[serde(default)]
    pub from: String,
    /// `true`: it is right as it is.
    #[serde(default)]
    pub keep: bool,
    /// The step to come back to; empty: recipients.
    #[serde(default)]
    pub step: String,
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
}
