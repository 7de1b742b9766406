//! What the list of waiting messages is narrowed to, and what can be done with several of them at once. Pure.

use crate::ids::MessageId;
use crate::ui::href::href;
use serde::{Deserialize, Serialize};

/// Why the messages wait that the list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum WaitFilter {
    /// All that no server was given yet, or that a server asked to send later.
    #[default]
    All,
    Due,
    Later,
    Sending,
}

impl WaitFilter {
    pub const ALL: [WaitFilter; 4] = [
        WaitFilter::All,
        WaitFilter::Due,
        WaitFilter::Later,
        WaitFilter::Sending,
    ];

    /// As written in addresses; nothing for all.
    pub const fn as_str(self) -> &'static str {
        match self {
            WaitFilter::All => "",
            WaitFilter::Due => "due",
            WaitFilter::Later => "later",
            WaitFilter::Sending => "sending",
        }
    }

    /// The filter an address asks for; all for anything unknown.
    pub fn of(text: &str) -> WaitFilter {
        WaitFilter::ALL
            .into_iter()
            .find(|filter| filter.as_str() == text)
            .unwrap_or_default()
    }

    pub const fn words(self) -> &'static str {
        match self {
            WaitFilter::All => "All that wait",
            WaitFilter::Due => "Ready to go",
            WaitFilter::Later => "To be tried again later",
            WaitFilter::Sending => "Being sent now",
        }
    }
}

/// The list's filters, straight from the page's address: nothing in them is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueQuery {
    /// A campaign's id, 0 for test mails, or nothing for all.
    #[serde(default)]
    pub lane: String,
    #[serde(default)]
    pub state: String,
    /// A sender account that the message insists on, or that tried it last.
    #[serde(default)]
    pub account: String,
    /// An address or a part of one.
    #[serde(default)]
    pub q: String,
    /// A [`Spot`].
    #[serde(default)]
    pub after: String,
}

impl QueueQuery {
    pub fn is_narrowed(&self) -> bool {
        !(self.lane.is_empty()
            && self.state.is_empty()
            && self.account.is_empty()
            && self.q.is_empty())
    }

    /// The page with these filters, from a spot on.
    pub fn href(&self, after: &str) -> String {
        let query = [
            ("lane", self.lane.as_str()),
            ("state", &self.state),
            ("account", &self.account),
            ("q", &self.q),
            ("after", after),
        ];
        href("/queue", &query)
    }
}

/// Where a page of the list ends, in the order in which messages are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    pub due_at: i64,
    pub id: MessageId,
}

impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.due_at, self.id)
    }
}

impl std::str::FromStr for Spot {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (due_at, id) = text.split_once('.').ok_or(())?;
        Ok(Spot {
            due_at: due_at.parse().map_err(|_| ())?,
            id: id.parse().map_err(|_| ())?,
        })
    }
}

/// What is done with several messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManyAction {
    SendNow,
    Cancel,
}

/// The chosen messages, or the filters whose messages are meant, and what is to be done with them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManyForm {
    #[serde(default)]
    pub ids: Vec<String>,
    #[serde(default)]
    pub action: String,
    #[serde(default)]
    pub lane: String,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub account: String,
    #[serde(default)]
    pub q: String,
}

impl ManyForm {
    /// As the buttons name them: what to do, and whether with all that the filters show.
    pub const ACTIONS: [(&'static str, ManyAction, bool); 4] = [
        ("send-selected", ManyAction::SendNow, false),
        ("cancel-selected", ManyAction::Cancel, false),
        ("send-all", ManyAction::SendNow, true),
        ("cancel-all", ManyAction::Cancel, true),
    ];

    pub fn action(&self) -> Option<(ManyAction, bool)> {
        ManyForm::ACTIONS
            .into_iter()
            .find(|(name, ..)| *name == self.action)
            .map(|(_, action, is_all)| (action, is_all))
    }

    /// The filters, from the first page on.
    pub fn query(&self) -> QueueQuery {
        QueueQuery {
            lane: self.lane.clone(),
            state: self.state.clone(),
            account: self.account.clone(),
            q: self.q.clone(),
            after: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_stand_in_the_address_and_are_read_from_it() {
        for filter in WaitFilter::ALL {
            assert_eq!(WaitFilter::of(filter.as_str()), filter);
        }
        assert_eq!(WaitFilter::of("'; DROP"), WaitFilter::All);
        let query = QueueQuery {
            lane: "7".into(),
            q: "ann@".into(),
            ..QueueQuery::default()
        };
        assert!(query.is_narrowed() && !QueueQuery::default().is_narrowed());
        let spot = Spot {
            due_at: 5,
            id: MessageId(9),
        };
        assert_eq!(
            query.href(&spot.to_string()),
            "/queue?lane=7&q=ann%40&after=5.9"
        );
        assert_eq!("5.9".parse(), Ok(spot));
        assert!("9".parse::<Spot>().is_err());
    }

    #[test]
    fn a_button_that_is_not_known_does_nothing() {
        let form = |action: &str| ManyForm {
            action: action.into(),
            ..ManyForm::default()
        };
        assert_eq!(
            form("cancel-all").action(),
            Some((ManyAction::Cancel, true))
        );
        assert_eq!(
            form("send-selected").action(),
            Some((ManyAction::SendNow, false))
        );
        assert_eq!(form("").action(), None);
    }
}
