//! A campaign as both targets know it: its states, what may be done in each, its counts. Pure.

use super::progress::Progress;
use crate::error::AppError;
use crate::features::drafts::copies::Copies;
use crate::ids::CampaignId;
use crate::ui::badge::Tone;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CampaignState {
    Scheduled,
    Sending,
    Paused,
    Completed,
    Cancelled,
    /// It ended and nothing could be sent.
    Failed,
}

impl CampaignState {
    pub const ALL: [CampaignState; 6] = [
        CampaignState::Sending,
        CampaignState::Paused,
        CampaignState::Scheduled,
        CampaignState::Completed,
        CampaignState::Cancelled,
        CampaignState::Failed,
    ];

    /// As stored, and as written in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            CampaignState::Scheduled => "scheduled",
            CampaignState::Sending => "sending",
            CampaignState::Paused => "paused",
            CampaignState::Completed => "completed",
            CampaignState::Cancelled => "cancelled",
            CampaignState::Failed => "failed",
        }
    }

    pub const fn words(self) -> &'static str {
        match self {
            CampaignState::Scheduled => "Scheduled",
            CampaignState::Sending => "Sending",
            CampaignState::Paused => "Paused",
            CampaignState::Completed => "Completed",
            CampaignState::Cancelled => "Cancelled",
            CampaignState::Failed => "Failed",
        }
    }

    pub const fn tone(self) -> Tone {
        match self {
            CampaignState::Scheduled | CampaignState::Sending => Tone::Info,
            CampaignState::Paused => Tone::Warn,
            CampaignState::Completed => Tone::Good,
            CampaignState::Cancelled => Tone::Neutral,
            CampaignState::Failed => Tone::Bad,
        }
    }

    /// It has ended; only a person can set it going again.
    pub const fn is_finished(self) -> bool {
        matches!(
            self,
            CampaignState::Completed | CampaignState::Cancelled | CampaignState::Failed
        )
    }
}

impl std::str::FromStr for CampaignState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        CampaignState::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| format!("{text} is not a state of a campaign"))
    }
}

/// What a person can do with a campaign. The rule that disables a button is the rule that rejects the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CampaignAction {
    Pause,
    Resume,
    Cancel,
    RetryFailed,
    ResendUnconfirmed,
    ConfirmUnconfirmed,
    Delete,
}

impl CampaignAction {
    /// The states this may leave; the database guards the write by the same list.
    pub const fn leaves(self) -> &'static [CampaignState] {
        use CampaignState::{Cancelled, Completed, Failed, Paused, Scheduled, Sending};
        match self {
            CampaignAction::Pause => &[Sending],
            CampaignAction::Resume => &[Paused],
            CampaignAction::Cancel => &[Scheduled, Sending, Paused],
            CampaignAction::RetryFailed | CampaignAction::ResendUnconfirmed => {
                &[Sending, Paused, Completed, Failed]
            }
            CampaignAction::ConfirmUnconfirmed => {
                &[Scheduled, Sending, Paused, Completed, Cancelled, Failed]
            }
            CampaignAction::Delete => &[Completed, Cancelled, Failed],
        }
    }

    /// Why this cannot be done now, in a sentence; `None` when it can.
    pub fn refusal(self, state: CampaignState, counts: &Counts) -> Option<String> {
        if !self.leaves().contains(&state) {
            let words = state.words().to_lowercase();
            return Some(match self {
                CampaignAction::Pause => {
                    format!("Only a campaign that is sending can be paused. This one is {words}.")
                }
                CampaignAction::Resume => {
                    format!("Only a paused campaign can be resumed. This one is {words}.")
                }
                CampaignAction::Cancel => {
                    format!("This campaign has ended already: it is {words}.")
                }
                CampaignAction::RetryFailed
                | CampaignAction::ResendUnconfirmed
                | CampaignAction::ConfirmUnconfirmed => {
                    format!("Nothing more can be sent for this campaign: it is {words}.")
                }
                CampaignAction::Delete => format!(
                    "A campaign can be deleted once it has ended. This one is {words}: cancel it first."
                ),
            });
        }
        match self {
            CampaignAction::RetryFailed if counts.failed == 0 => {
                Some("No message of this campaign failed.".into())
            }
            CampaignAction::ResendUnconfirmed | CampaignAction::ConfirmUnconfirmed
                if counts.unconfirmed == 0 =>
            {
                Some("No message of this campaign is unconfirmed.".into())
            }
            CampaignAction::Delete if counts.waiting() > 0 => Some(
                "Some messages of this campaign are still being put away. Try again in a moment."
                    .into(),
            ),
            _ => None,
        }
    }

    /// The refusal as an error for the caller.
    pub fn check(self, state: CampaignState, counts: &Counts) -> Result<(), AppError> {
        self.refusal(state, counts)
            .map_or(Ok(()), |sentence| Err(AppError::Conflict(sentence)))
    }
}

/// Where every recipient of a campaign is. The parts always add up to `total`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub total: i64,
    pub sent: i64,
    pub failed: i64,
    pub suppressed: i64,
    pub skipped: i64,
    pub cancelled: i64,
    pub unconfirmed: i64,
}

impl Counts {
    /// Accounted for: each with an end of its own.
    pub fn done(&self) -> i64 {
        self.sent + self.failed + self.suppressed + self.skipped + self.cancelled + self.unconfirmed
    }

    pub fn waiting(&self) -> i64 {
        self.total - self.done()
    }

    /// Whole percent that is done; 100 only when nothing waits.
    pub fn percent_done(&self) -> i64 {
        if self.waiting() <= 0 {
            100
        } else {
            (self.done() * 100 / self.total.max(1)).min(99)
        }
    }
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignSummary {
    pub id: CampaignId,
    pub name: String,
    pub subject: String,
    pub state: CampaignState,
    pub counts: Counts,
    pub unique_opens: i64,
    pub unique_clicks: i64,
    pub created_at: i64,
}

/// What the list shows: straight from the page's address, so nothing in it is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignQuery {
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub q: String,
    /// Id of the sender account that sent some of it, or is to.
    #[serde(default)]
    pub account: String,
    /// Days in the workspace's zone, both included: "2026-03-01".
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
    /// Show campaigns older than this id, or newer.
    #[serde(default)]
    pub before: String,
    #[serde(default)]
    pub after: String,
}

impl CampaignQuery {
    /// By more than the state.
    pub fn is_narrowed(&self) -> bool {
        [&self.q, &self.account, &self.from, &self.to]
            .iter()
            .any(|filter| !filter.trim().is_empty())
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignList {
    pub campaigns: Vec<CampaignSummary>,
    /// How many there are in each state that has any.
    pub states: Vec<(CampaignState, i64)>,
    pub newer: Option<CampaignId>,
    pub older: Option<CampaignId>,
    /// What can be filtered by: id and name.
    pub accounts: Vec<(i64, String)>,
    /// The caller may change things.
    pub can_edit: bool,
}

impl CampaignList {
    pub fn count(&self) -> i64 {
        self.states.iter().map(|(_, n)| n).sum()
    }
}

/// Names a campaign, and where to go after the change: "queue", or else the campaign's own page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub then: String,
}

impl CampaignForm {
    pub fn id(&self) -> Result<CampaignId, AppError> {
        self.id.parse().map_err(|_| AppError::not_found("campaign"))
    }
}

/// What can be done with several campaigns at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkAction {
    Pause,
    Resume,
    Cancel,
    Duplicate,
    Delete,
}

impl BulkAction {
    pub const ALL: [BulkAction; 5] = [
        BulkAction::Pause,
        BulkAction::Resume,
        BulkAction::Cancel,
        BulkAction::Duplicate,
        BulkAction::Delete,
    ];

    /// As the form sends it.
    pub const fn as_str(self) -> &'static str {
        match self {
            BulkAction::Pause => "pause",
            BulkAction::Resume => "resume",
            BulkAction::Cancel => "cancel",
            BulkAction::Duplicate => "duplicate",
            BulkAction::Delete => "delete",
        }
    }

    pub const fn words(self) -> &'static str {
        match self {
            BulkAction::Pause => "Pause",
            BulkAction::Resume => "Resume",
            BulkAction::Cancel => "Cancel",
            BulkAction::Duplicate => "Duplicate",
            BulkAction::Delete => "Delete",
        }
    }
}

/// The selected campaigns, and what is to be done with them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkForm {
    #[serde(default)]
    pub ids: Vec<String>,
    #[serde(default)]
    pub action: String,
}

/// The page of one campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignDetail {
    pub id: CampaignId,
    pub name: String,
    pub subject: String,
    pub preheader: String,
    pub reply_to: String,
    /// Who gets a copy of every mail.
    pub copies: Copies,
    /// The account it is tied to; `None`: chosen automatically.
    pub account: Option<String>,
    pub recipients: String,
    pub unique_opens: i64,
    pub unique_clicks: i64,
    pub unsubscribes: i64,
    pub created_at: i64,
    /// The caller may change things.
    pub can_edit: bool,
    pub progress: Progress,
}

#[cfg(test)]
mod tests {
    use super::*;
    use CampaignAction::*;
    use CampaignState::*;

    const ACTIONS: [CampaignAction; 7] = [
        Pause,
        Resume,
        Cancel,
        RetryFailed,
        ResendUnconfirmed,
        ConfirmUnconfirmed,
        Delete,
    ];

    fn allowed(state: CampaignState, counts: &Counts) -> Vec<CampaignAction> {
        ACTIONS
            .into_iter()
            .filter(|action| action.refusal(state, counts).is_none())
            .collect()
    }

    #[test]
    fn each_state_allows_what_the_table_says() {
        let done = Counts {
            total: 10,
            sent: 7,
            failed: 2,
            unconfirmed: 1,
            ..Counts::default()
        };
        let going = Counts { total: 12, ..done };
        let table: [(CampaignState, &Counts, &[CampaignAction]); 7] = [
            (Scheduled, &going, &[Cancel, ConfirmUnconfirmed]),
            (
                Sending,
                &going,
                &[
                    Pause,
                    Cancel,
                    RetryFailed,
                    ResendUnconfirmed,
                    ConfirmUnconfirmed,
                ],
            ),
            (
                Paused,
                &going,
                &[
                    Resume,
                    Cancel,
                    RetryFailed,
                    ResendUnconfirmed,
                    ConfirmUnconfirmed,
                ],
            ),
            (
                Completed,
                &done,
                &[RetryFailed, ResendUnconfirmed, ConfirmUnconfirmed, Delete],
            ),
            (Cancelled, &done, &[ConfirmUnconfirmed, Delete]),
            (
                Failed,
                &done,
                &[RetryFailed, ResendUnconfirmed, ConfirmUnconfirmed, Delete],
            ),
            // Its last messages are still being put away.
            (Cancelled, &going, &[ConfirmUnconfirmed]),
        ];
        for (state, counts, expected) in table {
            assert_eq!(allowed(state, counts), expected, "{state:?}");
        }
    }

    #[test]
    fn nothing_is_retried_where_nothing_failed() {
        let counts = Counts {
            total: 3,
            sent: 3,
            ..Counts::default()
        };
        assert_eq!(allowed(Completed, &counts), [Delete]);
    }

    #[test]
    fn the_parts_add_up_to_the_audience() {
        let counts = Counts {
            total: 100,
            sent: 40,
            failed: 5,
            suppressed: 4,
            skipped: 3,
            cancelled: 2,
            unconfirmed: 1,
        };
        assert_eq!(counts.done() + counts.waiting(), counts.total);
        assert_eq!(counts.percent_done(), 55);
        let nearly = Counts {
            total: 1_000,
            sent: 999,
            ..Counts::default()
        };
        assert_eq!(nearly.percent_done(), 99);
        assert_eq!(Counts::default().percent_done(), 100);
    }

    #[test]
    fn states_are_stored_under_the_words_of_the_schema() {
        for state in CampaignState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("done".parse::<CampaignState>().is_err());
    }
}
