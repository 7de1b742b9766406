//! What went wrong, where, whose fault it is, in a sentence for the user, with the server's own words.

use std::fmt;

use crate::delivery::reply::{Class, FailureKind, Reply, Stage, classify};

/// Connecting, encrypting or signing in failed. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpError {
    pub stage: Stage,
    /// `Transport`, `AccountTemporary` or `AccountPermanent`: always a fault of the account.
    pub kind: FailureKind,
    /// The server's reply, if there was one.
    pub reply: Option<Reply>,
    /// One or two sentences for the user, without the reply.
    pub detail: String,
}

/// A message was not accepted, or (kind `Unconfirmed`) nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendError {
    pub stage: Stage,
    pub reply: Option<Reply>,
    pub kind: FailureKind,
    /// One or two sentences for the user, without the reply.
    pub detail: String,
    /// Whether the next message may use this connection.
    pub connection_usable: bool,
    /// The server had ended a connection that was used before (idle too long, enough messages). Nothing was sent and it
    /// is nobody's fault: send the message again at once over a new connection, and do not tell the breaker.
    pub stale: bool,
}

impl SmtpError {
    pub(super) fn transport(stage: Stage, detail: impl Into<String>) -> Self {
        Self {
            stage,
            kind: FailureKind::Transport,
            reply: None,
            detail: detail.into(),
        }
    }

    pub(super) fn account(stage: Stage, detail: impl Into<String>) -> Self {
        Self {
            stage,
            kind: FailureKind::AccountPermanent,
            reply: None,
            detail: detail.into(),
        }
    }

    pub(super) fn refused(stage: Stage, reply: Reply) -> Self {
        let kind = kind_of(stage, &reply);
        Self {
            stage,
            kind,
            detail: refusal(stage, kind).to_owned(),
            reply: Some(reply),
        }
    }
}

impl SendError {
    pub(super) fn refused(stage: Stage, reply: Reply) -> Self {
        let kind = kind_of(stage, &reply);
        // 421 announces that the server closes the connection (RFC 5321 §3.8), at any stage.
        let connection_usable = reply.code != 421 && kind != FailureKind::Transport;
        Self {
            stage,
            kind,
            detail: refusal(stage, kind).to_owned(),
            reply: Some(reply),
            connection_usable,
            stale: false,
        }
    }

    pub(super) fn transport(stage: Stage, detail: impl Into<String>) -> Self {
        Self {
            stage,
            kind: FailureKind::Transport,
            reply: None,
            detail: detail.into(),
            connection_usable: false,
            stale: false,
        }
    }

    pub(super) fn unconfirmed(reason: &str) -> Self {
        let detail = format!(
            "The message was handed over, but the mail server did not confirm it: {reason}. It may have been delivered."
        );
        Self {
            kind: FailureKind::Unconfirmed,
            ..Self::transport(Stage::Content, detail)
        }
    }

    /// We refuse the message before the server sees it; the connection is untouched.
    pub(super) fn local(stage: Stage, kind: FailureKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            connection_usable: true,
            ..Self::transport(stage, detail)
        }
    }
}

/// A reply that is neither an error nor what the stage calls for is a broken dialogue.
fn kind_of(stage: Stage, reply: &Reply) -> FailureKind {
    match classify(stage, reply) {
        Class::Failed(kind) => kind,
        Class::Accepted | Class::Continue => FailureKind::Transport,
    }
}

fn refusal(stage: Stage, kind: FailureKind) -> &'static str {
    use FailureKind::*;
    match (stage, kind) {
        (_, Transport) => "The mail server gave an answer that does not belong here.",
        (_, TooBig) => "The message is larger than the mail server takes.",
        (Stage::Auth, AccountPermanent) => "The mail server refused the user name or password.",
        (Stage::Auth, _) => "The mail server cannot check the sign-in right now.",
        (Stage::Tls, _) => "The mail server refused to start encryption.",
        (Stage::Connect | Stage::Greeting | Stage::Hello, AccountPermanent) => {
            "The mail server refused the connection."
        }
        (Stage::Mail, AccountPermanent) => "The mail server refused the sender.",
        (_, AccountPermanent) => "The mail server refused this account.",
        (_, AccountTemporary) => "The mail server asked to try again later.",
        (_, PermanentRecipient) => "The mail server refused the address.",
        (_, TemporaryRecipient) => "The mail server cannot take mail for this address right now.",
        (_, Policy) => "The mail server refused the message.",
        (_, Unconfirmed) => "The mail server did not confirm the message.",
    }
}

fn write(f: &mut fmt::Formatter<'_>, detail: &str, reply: Option<&Reply>) -> fmt::Result {
    match reply {
        Some(reply) => write!(f, "{detail} It said: {reply}"),
        None => f.write_str(detail),
    }
}

impl fmt::Display for SmtpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.detail, self.reply.as_ref())
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.detail, self.reply.as_ref())
    }
}

impl std::error::Error for SmtpError {}
impl std::error::Error for SendError {}

/// A message whose connection could not be opened was not sent.
impl From<SmtpError> for SendError {
    fn from(error: SmtpError) -> Self {
        let SmtpError {
            stage,
            kind,
            reply,
            detail,
        } = error;
        Self {
            stage,
            reply,
            kind,
            detail,
            connection_usable: false,
            stale: false,
        }
    }
}
