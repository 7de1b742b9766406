//! What a mail server's reply says (RFC 5321 §4.2, RFC 2034, RFC 3463) and whose fault it is.
//! Pure: reads no socket and decides nothing about queues.

use std::fmt;

/// Longest reply text that is kept, in characters: enough for any server's sentence and its link.
pub const MAX_TEXT_CHARS: usize = 500;
/// Most lines one reply may have before it is taken for garbage.
const MAX_LINES: usize = 256;

/// A complete reply: code, enhanced status code if the server sent one, and its words on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Three digits, 200 to 599.
    pub code: u16,
    pub enhanced: Option<EnhancedCode>,
    /// Lines joined by a space, without codes and control characters, at most [`MAX_TEXT_CHARS`].
    pub text: String,
}

/// `class.subject.detail` of RFC 3463; the class equals the first digit of the reply code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnhancedCode {
    pub class: u8,
    pub subject: u16,
    pub detail: u16,
}

/// The step of the dialogue that a reply or an error belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Finding the server and opening the TCP connection.
    Connect,
    /// STARTTLS and the TLS handshake.
    Tls,
    Greeting,
    Hello,
    Auth,
    Reset,
    Mail,
    Rcpt,
    /// The DATA command, before any content.
    Data,
    /// The content and the reply to its final dot.
    Content,
    Quit,
}

/// Whose fault a failed delivery is; this alone decides retry, breaker and suppression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The address is refused for good: a hard bounce, the address may be suppressed.
    PermanentRecipient,
    /// This recipient cannot be served now (greylisted, mailbox full, busy): try again later.
    TemporaryRecipient,
    /// The server asks this account to slow down or come back later.
    AccountTemporary,
    /// The server refuses this account: wrong password, sender not allowed, blocked.
    AccountPermanent,
    /// The message is refused for what it is (5.7.x, 5.6.x). Says nothing about the address.
    Policy,
    /// The message is larger than the server takes.
    TooBig,
    /// No usable answer: network, TLS, time-out or a broken reply, before the message could leave.
    Transport,
    /// The connection failed after the final dot and before the reply: the message may have left.
    Unconfirmed,
}

/// What a reply means at a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// 2yz: done.
    Accepted,
    /// 3yz: the server waits for more (354 after DATA, 334 in AUTH).
    Continue,
    Failed(FailureKind),
}

impl FailureKind {
    /// True where the account, not the recipient or the message, is at fault: only these count for the breaker.
    /// A lost confirmation counts too: a server that hangs after each message must not get the next one.
    pub fn is_account_fault(self) -> bool {
        use FailureKind::*;
        match self {
            AccountTemporary | AccountPermanent | Transport | Unconfirmed => true,
            PermanentRecipient | TemporaryRecipient | Policy | TooBig => false,
        }
    }

    /// The name kept in the database; [`FailureKind::from_name`] reads it back.
    pub fn name(self) -> &'static str {
        use FailureKind::*;
        match self {
            PermanentRecipient => "permanent_recipient",
            TemporaryRecipient => "temporary_recipient",
            AccountTemporary => "account_temporary",
            AccountPermanent => "account_permanent",
            Policy => "policy",
            TooBig => "too_big",
            Transport => "transport",
            Unconfirmed => "unconfirmed",
        }
    }

    /// `None` for a name that [`FailureKind::name`] never gives.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Every kind, for tables and tests.
    pub const ALL: [Self; 8] = [
        Self::PermanentRecipient,
        Self::TemporaryRecipient,
        Self::AccountTemporary,
        Self::AccountPermanent,
        Self::Policy,
        Self::TooBig,
        Self::Transport,
        Self::Unconfirmed,
    ];
}

/// See [`FailureKind::is_account_fault`].
pub fn is_account_fault(kind: FailureKind) -> bool {
    kind.is_account_fault()
}

/// What `reply` means at `stage`.
///
/// The enhanced code (RFC 3463) decides where it is specific, the basic code otherwise. Choices the RFCs leave open:
/// a full mailbox (`x.2.2`, and a bare 552 at RCPT, RFC 5321 §4.5.3.1.10) is tried again although servers send it as
/// 5yz, because the address lives; a 5yz without a cause after the content is the content's fault, never the address's.
pub fn classify(stage: Stage, reply: &Reply) -> Class {
    match reply.code / 100 {
        2 => Class::Accepted,
        3 => Class::Continue,
        _ => Class::Failed(failure(stage, reply)),
    }
}

fn failure(stage: Stage, reply: &Reply) -> FailureKind {
    use FailureKind::*;
    let status = reply.enhanced.map(|code| (code.subject, code.detail));
    // The same at every stage: leaving, sign-in, size, a sending limit (Gmail's 5.4.5 and 4.4.5).
    match (reply.code, status) {
        (421, _) => return AccountTemporary,
        (530 | 534 | 535 | 538, _) => return AccountPermanent,
        (500..=599, Some((7, 8 | 9 | 11 | 14))) => return AccountPermanent,
        (500..=599, Some((3, 4) | (2, 3))) => return TooBig,
        (_, Some((4, 5))) => return AccountTemporary,
        // Bad sender (5.1.7, 5.1.8): every message of this account would fail the same way.
        (500..=599, Some((1, 7 | 8))) => return AccountPermanent,
        (503, _) if stage != Stage::Auth => return AccountTemporary,
        _ => {}
    }
    let temporary = reply.code < 500;
    match stage {
        Stage::Connect
        | Stage::Tls
        | Stage::Greeting
        | Stage::Hello
        | Stage::Auth
        | Stage::Reset
        | Stage::Quit => {
            if temporary {
                AccountTemporary
            } else {
                AccountPermanent
            }
        }
        Stage::Mail => match reply.code {
            552 if status.is_none_or(|(subject, _)| subject != 7) => TooBig,
            _ if temporary => AccountTemporary,
            // Non-ASCII addresses not accepted (RFC 6531 §3.5): this message, not the account.
            _ if status == Some((6, 7)) => Policy,
            _ => AccountPermanent,
        },
        Stage::Rcpt if temporary => temporary_failure(status),
        Stage::Rcpt => match (reply.code, status) {
            (_, Some((2, 2))) | (552, None | Some((0, 0))) => TemporaryRecipient,
            (_, Some((1 | 2 | 4, _))) => PermanentRecipient,
            (_, Some((3 | 6 | 7, _))) => Policy,
            (501 | 521 | 550 | 551 | 553 | 556, _) => PermanentRecipient,
            _ => Policy,
        },
        Stage::Data | Stage::Content if temporary => temporary_failure(status),
        Stage::Data | Stage::Content => match (reply.code, status) {
            (_, Some((2, 2))) => TemporaryRecipient,
            (_, Some((1 | 2, 1..))) => PermanentRecipient,
            (552, None | Some((0, 0))) => TooBig,
            _ => Policy,
        },
    }
}

/// 4yz from RCPT on: the server's own trouble (4.3.x: storage, not accepting) and what it holds against the sender (4.7.28: rate,
/// 4.7.650: reputation) pause the account; everything else (busy mailbox, full mailbox) is this recipient's, greylisting
/// (4.7.1, and 4.7.0 where nothing finer is said) among it.
fn temporary_failure(status: Option<(u16, u16)>) -> FailureKind {
    match status {
        Some((3, _) | (7, 2..)) => FailureKind::AccountTemporary,
        _ => FailureKind::TemporaryRecipient,
    }
}

/// Why a line cannot be part of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

/// Puts a reply together line by line (RFC 5321 §4.2.1); lenient about missing text and bare LF, strict about codes.
#[derive(Debug, Default)]
pub struct ReplyParser {
    code: Option<u16>,
    enhanced: Option<EnhancedCode>,
    text: String,
    chars: usize,
    lines: usize,
    /// The bare text of each line, only where the caller wants it (EHLO).
    keep: Option<Vec<String>>,
}

impl ReplyParser {
    /// A parser that also keeps each line's text for [`ReplyParser::take_lines`].
    pub fn keeping_lines() -> Self {
        Self {
            keep: Some(Vec::new()),
            ..Self::default()
        }
    }

    /// Takes one line, with or without its line ending. `Ok(Some)` once the reply is complete.
    ///
    /// # Errors
    /// [`Malformed`] if the line is no reply line, its code differs from the lines before, or there are too many.
    pub fn line(&mut self, line: &[u8]) -> Result<Option<Reply>, Malformed> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let code = match line {
            [a @ b'2'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9', ..] => {
                u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0')
            }
            _ => return Err(Malformed("a reply did not start with a code")),
        };
        if self.code.is_some_and(|first| first != code) {
            return Err(Malformed("the lines of one reply carried different codes"));
        }
        let last = match line.get(3) {
            None | Some(b' ') => true,
            Some(b'-') => false,
            Some(_) => {
                return Err(Malformed(
                    "a reply code was followed by neither a space nor a hyphen",
                ));
            }
        };
        self.lines += 1;
        if self.lines > MAX_LINES {
            return Err(Malformed("a reply had too many lines"));
        }
        self.code = Some(code);
        self.push_text(code, line.get(4..).unwrap_or_default());
        Ok(last.then(|| Reply {
            code,
            enhanced: self.enhanced,
            text: std::mem::take(&mut self.text),
        }))
    }

    /// The text of each line; empty unless made by [`ReplyParser::keeping_lines`].
    pub fn take_lines(&mut self) -> Vec<String> {
        self.keep.take().unwrap_or_default()
    }

    fn push_text(&mut self, code: u16, raw: &[u8]) {
        let text = String::from_utf8_lossy(raw);
        if let Some(keep) = &mut self.keep {
            keep.push(text.trim().to_owned());
        }
        let (enhanced, words) = match split_enhanced(code, &text) {
            Some((enhanced, words)) => (Some(enhanced), words),
            None => (None, text.as_ref()),
        };
        // Servers repeat the enhanced code on each line; the last one wins nothing, the first is kept.
        self.enhanced = self.enhanced.or(enhanced);
        for word in words
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty())
        {
            let gap = usize::from(!self.text.is_empty());
            let room = MAX_TEXT_CHARS.saturating_sub(self.chars + gap);
            if room == 0 {
                return;
            }
            if gap == 1 {
                self.text.push(' ');
                self.chars += 1;
            }
            for c in word.chars().take(room) {
                self.text.push(c);
                self.chars += 1;
            }
        }
    }
}

/// `"5.1.1 User unknown"` → the code and the rest; `None` unless its class fits the basic code (RFC 2034 §4).
fn split_enhanced(code: u16, text: &str) -> Option<(EnhancedCode, &str)> {
    let text = text.trim_start();
    let (token, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let enhanced = EnhancedCode::parse(token)?;
    (u16::from(enhanced.class) == code / 100).then_some((enhanced, rest))
}

impl EnhancedCode {
    /// Reads `class.subject.detail`, subject and detail of one to three digits; the class is 2, 4 or 5.
    pub fn parse(token: &str) -> Option<Self> {
        let number = |part: &str| {
            let fits = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            fits.then(|| part.parse::<u16>().ok()).flatten()
        };
        let mut parts = token.split('.');
        let class = match parts.next()? {
            "2" => 2,
            "4" => 4,
            "5" => 5,
            _ => return None,
        };
        let subject = number(parts.next()?)?;
        let detail = number(parts.next()?)?;
        parts.next().is_none().then_some(Self {
            class,
            subject,
            detail,
        })
    }
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(enhanced) = self.enhanced {
            write!(f, " {enhanced}")?;
        }
        if !self.text.is_empty() {
            write!(f, " {}", self.text)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
