//! Sender accounts as the browser sees them: everything but the password.

use crate::error::AppError;
use crate::ids::AccountId;
use serde::{Deserialize, Serialize};

/// Where an account's mail goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A mail server of the operator's choice.
    #[default]
    Smtp,
    /// Google's server, with an app password.
    Gmail,
    /// The outbox inside the app; nothing leaves.
    Sandbox,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Smtp, Kind::Gmail, Kind::Sandbox];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Smtp => "smtp",
            Kind::Gmail => "gmail",
            Kind::Sandbox => "sandbox",
        }
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Smtp => "SMTP server",
            Kind::Gmail => "Gmail",
            Kind::Sandbox => "Sandbox",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Kind::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| format!("{text} is not a kind of account"))
    }
}

/// How the connection is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Plain text, the password too.
    None,
    /// Plain greeting, then encryption (RFC 3207); usually port 587.
    #[default]
    Starttls,
    /// Encrypted from the first byte (RFC 8314); usually port 465.
    Implicit,
}

impl Tls {
    pub const ALL: [Tls; 3] = [Tls::Starttls, Tls::Implicit, Tls::None];

    pub fn as_str(self) -> &'static str {
        match self {
            Tls::None => "none",
            Tls::Starttls => "starttls",
            Tls::Implicit => "implicit",
        }
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Tls::None => "None (only for a server on this machine)",
            Tls::Starttls => "STARTTLS (usually port 587)",
            Tls::Implicit => "TLS from the start (usually port 465)",
        }
    }
}

impl std::str::FromStr for Tls {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Tls::ALL.into_iter().find(|tls| tls.as_str() == text);
        found.ok_or_else(|| format!("{text} is not an encryption mode"))
    }
}

/// The circuit breaker's state, as stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// Mail flows.
    #[default]
    Closed,
    /// The account is left alone until a moment.
    Open,
    /// One message is out to see whether the account works again.
    HalfOpen,
}

impl std::str::FromStr for BreakerState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "closed" => Ok(BreakerState::Closed),
            "open" => Ok(BreakerState::Open),
            "half_open" => Ok(BreakerState::HalfOpen),
            other => Err(format!("{other} is not a state of a breaker")),
        }
    }
}

/// One account, without its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    pub name: String,
    pub kind: Kind,
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub username: String,
    pub has_password: bool,
    pub from_name: String,
    pub from_address: String,
    pub reply_to: String,
    /// Messages per day of the workspace's time zone; 0 means no cap.
    pub daily_cap: i64,
    /// Messages of one campaign per day; 0 means no cap.
    pub campaign_cap: i64,
    /// 0 means as fast as the server takes them.
    pub rate_per_second: i64,
    pub rate_per_minute: i64,
    pub max_connections: i64,
    pub enabled: bool,
    pub breaker: BreakerState,
    /// Faults in a row.
    pub breaker_failures: i64,
    /// Unix ms; until then an open breaker keeps the account out of use.
    pub breaker_until: i64,
    /// What opened it, in words.
    pub breaker_reason: String,
}

impl Account {
    /// `Ann <ann@example.com>`, for reading.
    pub fn from_words(&self) -> String {
        if self.from_name.is_empty() {
            self.from_address.clone()
        } else {
            format!("{} <{}>", self.from_name, self.from_address)
        }
    }
}

/// Whose turn it is when mail insists on no account. The sandbox only looks like sending: it has no turn while another account is on,
/// or it would take the mail of one that is at its cap, or resting.
#[derive(Clone, Copy)]
pub struct Turns {
    has_real: bool,
}

impl Turns {
    /// Of the accounts that are on.
    pub fn among(on: impl IntoIterator<Item = Kind>) -> Self {
        let has_real = on.into_iter().any(|kind| kind != Kind::Sandbox);
        Turns { has_real }
    }

    /// Whether an account of this kind is passed over.
    pub fn passes_over(self, kind: Kind) -> bool {
        self.has_real && kind == Kind::Sandbox
    }
}

/// An account in the list, with what it has sent today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLine {
    pub account: Account,
    /// Messages counted against the daily cap so far today.
    pub used_today: i64,
    /// Whether the breaker keeps the account out of use at this moment.
    pub is_paused: bool,
    /// Has no turn: it takes only what insists on it.
    pub is_idle: bool,
}

/// The page of all accounts, in the order they are used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountsOverview {
    pub lines: Vec<AccountLine>,
    /// When the day of the daily caps ends, unix ms.
    pub resets_at: i64,
    pub time_zone: String,
    pub can_edit: bool,
}

/// The page of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountDetail {
    pub account: Account,
    /// Where a test mail goes unless another address is typed.
    pub test_address: String,
    pub can_edit: bool,
}

/// What other pages need to let somebody choose an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountChoice {
    pub id: AccountId,
    pub name: String,
    pub kind: Kind,
    pub from_address: String,
    pub enabled: bool,
    /// Until when its breaker keeps it back; 0 when it does not.
    pub paused_until: i64,
}

impl AccountChoice {
    /// `Company server · news@example.com`, for a choice.
    pub fn words(&self) -> String {
        format!("{} · {}", self.name, self.from_address)
    }

    /// The accounts that mail goes through which insists on `pinned`, or on none, of all in their order.
    pub fn usable(accounts: &[AccountChoice], pinned: Option<AccountId>) -> Vec<&AccountChoice> {
        let ready = accounts.iter().filter(|account| account.enabled);
        match pinned {
            Some(id) => ready.filter(|account| account.id == id).collect(),
            None => {
                let turns = Turns::among(ready.clone().map(|account| account.kind));
                ready
                    .filter(|account| !turns.passes_over(account.kind))
                    .collect()
            }
        }
    }

    /// The account that is asked first for mail that insists on none, of all in their order.
    pub fn first_ready(accounts: &[AccountChoice]) -> Option<&AccountChoice> {
        AccountChoice::usable(accounts, None).first().copied()
    }
}

/// What a test of the connection, or a test mail, came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestReport {
    pub works: bool,
    /// What happened, in a sentence or two.
    pub text: String,
    /// The server's own words, if it said any.
    pub said: String,
    /// A page to look at next.
    pub link: Option<String>,
}

/// Under this name a report travels among what was typed; see `api::answer`.
pub const REPORT: &str = "test-report";

impl TestReport {
    /// The report in the last answer of a form, however it travelled.
    pub fn of(answer: &Result<Option<TestReport>, AppError>) -> Option<TestReport> {
        match answer {
            Ok(report) => report.clone(),
            Err(AppError::Invalid(invalid)) => {
                serde_json::from_str(invalid.typed.get(REPORT)?).ok()
            }
            Err(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sandbox_is_ready_only_while_no_other_account_is_on() {
        let account = |id: i64, kind: Kind, enabled: bool| AccountChoice {
            id: AccountId(id),
            name: String::new(),
            kind,
            from_address: String::new(),
            enabled,
            paused_until: 0,
        };
        let first = |real_is_on: bool, sandbox_is_on: bool| {
            let accounts = [
                account(1, Kind::Sandbox, sandbox_is_on),
                account(2, Kind::Smtp, real_is_on),
                account(3, Kind::Gmail, real_is_on),
            ];
            AccountChoice::first_ready(&accounts).map(|account| account.id.0)
        };
        assert_eq!(first(true, true), Some(2));
        assert_eq!(first(false, true), Some(1));
        assert_eq!(first(false, false), None);
    }
}
