//! Messages of the ledger as people see them: their states and what may be done with each. Pure.

use super::forecast::Forecast;
use super::narrow::{QueueQuery, Spot};
use super::waiting::{AccountUse, WaitKind, WaitReason, is_out_of_reach};
use crate::error::AppError;
use crate::features::campaigns::model::{CampaignState, Counts};
use crate::ids::{CampaignId, MessageId};
use crate::ui::badge::Tone;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageState {
    Ready,
    Held,
    Leased,
    Sending,
    Sent,
    Failed,
    Suppressed,
    Skipped,
    Cancelled,
    Unconfirmed,
}

impl MessageState {
    pub const ALL: [MessageState; 10] = [
        MessageState::Ready,
        MessageState::Held,
        MessageState::Leased,
        MessageState::Sending,
        MessageState::Sent,
        MessageState::Failed,
        MessageState::Suppressed,
        MessageState::Skipped,
        MessageState::Cancelled,
        MessageState::Unconfirmed,
    ];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            MessageState::Ready => "ready",
            MessageState::Held => "held",
            MessageState::Leased => "leased",
            MessageState::Sending => "sending",
            MessageState::Sent => "sent",
            MessageState::Failed => "failed",
            MessageState::Suppressed => "suppressed",
            MessageState::Skipped => "skipped",
            MessageState::Cancelled => "cancelled",
            MessageState::Unconfirmed => "unconfirmed",
        }
    }

    pub const fn words(self) -> &'static str {
        match self {
            MessageState::Ready => "Waiting",
            MessageState::Held => "Held",
            MessageState::Leased | MessageState::Sending => "Being sent",
            MessageState::Sent => "Sent",
            MessageState::Failed => "Failed",
            MessageState::Suppressed => "Suppressed",
            MessageState::Skipped => "Skipped",
            MessageState::Cancelled => "Cancelled",
            MessageState::Unconfirmed => "Unconfirmed",
        }
    }

    pub const fn tone(self) -> Tone {
        match self {
            MessageState::Ready | MessageState::Held => Tone::Neutral,
            MessageState::Leased | MessageState::Sending => Tone::Info,
            MessageState::Sent => Tone::Good,
            MessageState::Failed => Tone::Bad,
            MessageState::Unconfirmed => Tone::Warn,
            MessageState::Suppressed | MessageState::Skipped | MessageState::Cancelled => {
                Tone::Neutral
            }
        }
    }
}

impl std::str::FromStr for MessageState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        MessageState::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| format!("{text} is not a state of a message"))
    }
}

/// What a person can do with one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageAction {
    /// Try a failed message again.
    Retry,
    /// Do not wait for the time of the next try.
    SendNow,
    Cancel,
    /// Send an unconfirmed message once more; the recipient may get it twice.
    Resend,
    /// Take an unconfirmed message as sent.
    Confirm,
}

impl MessageAction {
    /// The states this may leave; the database guards the write by the same list.
    pub const fn leaves(self) -> &'static [MessageState] {
        match self {
            MessageAction::Retry => &[MessageState::Failed],
            MessageAction::SendNow => &[MessageState::Ready],
            MessageAction::Cancel => &[MessageState::Ready, MessageState::Held],
            MessageAction::Resend | MessageAction::Confirm => &[MessageState::Unconfirmed],
        }
    }

    /// Why this cannot be done, in a sentence; `None` when it can. `cancelled`: its campaign is.
    pub fn refusal(self, state: MessageState, cancelled: bool) -> Option<String> {
        if !self.leaves().contains(&state) {
            return Some(format!(
                "This message is {} now, so that is not possible.",
                state.words().to_lowercase()
            ));
        }
        let sends = matches!(
            self,
            MessageAction::Retry | MessageAction::Resend | MessageAction::SendNow
        );
        (sends && cancelled)
            .then(|| "Its campaign is cancelled. Nothing more is sent for it.".into())
    }

    pub fn check(self, state: MessageState, cancelled: bool) -> Result<(), AppError> {
        self.refusal(state, cancelled)
            .map_or(Ok(()), |sentence| Err(AppError::Conflict(sentence)))
    }
}

/// One message, as a line of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRow {
    pub id: MessageId,
    pub campaign: Option<CampaignId>,
    pub address: String,
    pub state: MessageState,
    pub account: Option<String>,
    pub reply_code: Option<i64>,
    /// The server's words, or the reason.
    pub reply: String,
    pub attempt: i64,
    pub due_at: i64,
    pub created_at: i64,
    pub finished_at: Option<i64>,
    pub opens: i64,
    pub clicks: i64,
}

/// One lane on the queue page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneSummary {
    /// `None`: the test mails.
    pub campaign: Option<CampaignId>,
    pub name: String,
    pub state: CampaignState,
    pub counts: Counts,
    pub waiting: i64,
    /// There are more than `waiting`: counting stopped there.
    pub is_more: bool,
    /// When the message that has waited longest was due.
    pub oldest_due_at: Option<i64>,
    pub reasons: Vec<WaitReason>,
    /// When they will have left; `None` while it is not being sent, or nothing waits.
    pub forecast: Option<Forecast>,
}

impl LaneSummary {
    /// As in addresses: the campaign's id, or 0.
    pub fn lane(&self) -> i64 {
        self.campaign.map_or(0, |id| id.0)
    }

    /// The forecast, where it can be kept: none while no server that could take the mail answers.
    pub fn promise(&self) -> Option<Forecast> {
        self.forecast
            .clone()
            .filter(|_| !is_out_of_reach(&self.reasons))
    }
}

/// Everything that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueOverview {
    /// Over all campaigns and test mails.
    pub waiting: i64,
    pub lanes: Vec<LaneSummary>,
    /// Running campaigns that are not among `lanes`.
    pub further: i64,
    pub accounts: Vec<AccountUse>,
    /// When daily caps start anew, and the zone whose midnight that is.
    pub resets_at: i64,
    pub zone: String,
    pub now: i64,
    pub can_edit: bool,
}

impl QueueOverview {
    pub fn oldest_due_at(&self) -> Option<i64> {
        self.lanes
            .iter()
            .filter_map(|lane| lane.oldest_due_at)
            .min()
    }

    /// How many messages wait for each reason that counts messages, over all lanes.
    pub fn totals(&self) -> Vec<(WaitKind, i64)> {
        let mut totals: Vec<(WaitKind, i64)> = Vec::new();
        for reason in self.lanes.iter().flat_map(|lane| &lane.reasons) {
            match totals.iter_mut().find(|(kind, _)| *kind == reason.kind) {
                _ if reason.messages == 0 => {}
                Some((_, n)) => *n += reason.messages,
                None => totals.push((reason.kind, reason.messages)),
            }
        }
        totals
    }
}

/// Messages that wait, in the order in which they are due, as the filters want them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingPage {
    pub query: QueueQuery,
    /// The campaign's, where only one is shown.
    pub name: Option<String>,
    /// Names of the campaigns whose messages may be among them.
    pub names: Vec<(CampaignId, String)>,
    pub rows: Vec<MessageRow>,
    pub next: Option<Spot>,
    pub is_first: bool,
    /// How many there are, on all pages; `is_more`: counting stopped there.
    pub matching: i64,
    pub is_more: bool,
    /// Not every message could be looked at for this page.
    pub is_part: bool,
    pub is_cancelled: bool,
    pub can_edit: bool,
}

/// Names a message, and where to go after the change: an address of the queue, or else the page of its recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub then: String,
}

impl MessageForm {
    pub fn id(&self) -> Result<MessageId, AppError> {
        self.id.parse().map_err(|_| AppError::not_found("message"))
    }

    /// Where the form stood, if that was the queue; what leads elsewhere is not followed.
    pub fn queue(&self) -> Option<&str> {
        let is_query = self.then == "/queue" || self.then.starts_with("/queue?");
        (is_query && self.then.bytes().all(|byte| byte.is_ascii_graphic()))
            .then_some(self.then.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_back_to_the_queue_and_nowhere_else() {
        for (then, is_followed) in [
            ("/queue", true),
            ("/queue?q=ann%40", true),
            ("/queue?q=a\r\nX: y", false),
            ("//elsewhere.example/queue?", false),
            ("", false),
        ] {
            let form = MessageForm {
                then: then.into(),
                ..MessageForm::default()
            };
            assert_eq!(form.queue().is_some(), is_followed, "{then}");
        }
    }

    #[test]
    fn a_message_moves_only_from_the_states_of_the_table() {
        use MessageAction::{Cancel, Confirm, Resend, Retry, SendNow};
        for state in MessageState::ALL {
            for action in [Retry, SendNow, Cancel, Resend, Confirm] {
                let expected = match state {
                    MessageState::Ready => matches!(action, SendNow | Cancel),
                    MessageState::Held => action == Cancel,
                    MessageState::Failed => action == Retry,
                    MessageState::Unconfirmed => matches!(action, Resend | Confirm),
                    _ => false,
                };
                assert_eq!(
                    action.refusal(state, false).is_none(),
                    expected,
                    "{action:?} from {state:?}"
                );
            }
        }
        assert!(Retry.refusal(MessageState::Failed, true).is_some());
        assert!(Confirm.refusal(MessageState::Unconfirmed, true).is_none());
    }
}
