//! What a mail server's refusal means in plain words, and which messages were refused so. Pure.

use super::progress::ReplyGroup;
use std::fmt;
use std::str::FromStr;

/// Of a status code (RFC 3463, with the codes registered since): subject, detail, words. The class, permanent or for now, is
/// told by the message's state.
const MEANINGS: &[(u16, u16, &str)] = &[
    (1, 1, "The address does not exist."),
    (1, 2, "The domain does not exist, or takes no mail."),
    (1, 3, "The address is not written right."),
    (1, 4, "The address stands for more than one mailbox."),
    (1, 6, "The mailbox has moved away."),
    (1, 7, "The sender's address is not written right."),
    (1, 8, "The sender's address was not accepted."),
    (1, 10, "The domain takes no mail."),
    (2, 1, "The mailbox is switched off."),
    (2, 2, "The mailbox is full."),
    (2, 3, "The mail is too large for the mailbox."),
    (3, 1, "The mail server has no space left."),
    (3, 2, "The mail server takes no mail at the moment."),
    (3, 4, "The mail is too large for the mail server."),
    (4, 1, "The mail server did not answer."),
    (4, 2, "The connection to the mail server broke off."),
    (4, 4, "No way to the mail server was found."),
    (4, 5, "The mail server is too busy."),
    (4, 7, "The mail server did not take the mail in time."),
    (5, 3, "The mail has too many recipients at once."),
    (
        7,
        8,
        "The mail server did not accept the account's password.",
    ),
    (7, 13, "The sender's account is switched off."),
    (
        7,
        20,
        "The mail is not signed in a way the server accepts (DKIM).",
    ),
    (
        7,
        21,
        "The mail is not signed in a way the server accepts (DKIM).",
    ),
    (
        7,
        22,
        "The mail is not signed by the sender's domain (DKIM).",
    ),
    (
        7,
        23,
        "The sender's domain does not allow this server (SPF).",
    ),
    (7, 24, "The sender's domain could not be checked (SPF)."),
    (7, 25, "The sending server's name could not be checked."),
    (
        7,
        26,
        "The sender's domain could not be proven (SPF, DKIM, DMARC).",
    ),
    (7, 27, "The sender's domain takes no mail itself."),
    (7, 28, "Too much mail came at once."),
];

/// What a refusal for the time being means otherwise (class 4).
const FOR_NOW: &[(u16, u16, &str)] = &[
    (2, 1, "The mailbox takes no mail at the moment."),
    (7, 0, "Put off as possible spam, or by policy."),
    (7, 1, "Put off as possible spam, or by policy."),
];

/// Where the detail says nothing more.
const SUBJECTS: &[(u16, &str)] = &[
    (1, "The address was not accepted."),
    (2, "The mailbox takes no mail."),
    (3, "The mail server has a problem of its own."),
    (4, "The mail server was not reached."),
    (5, "The servers did not understand each other."),
    (6, "The form of the mail was not accepted."),
    (7, "Blocked as spam or by policy."),
];

/// Where there is no status code: by the reply code (RFC 5321).
const CODES: &[(i64, &str)] = &[
    (421, "The mail server takes no mail at the moment."),
    (450, "The mailbox was not free at that time."),
    (451, "The mail server has a problem of its own."),
    (452, "The mail server has no space left."),
    (530, "The mail server asks the account to sign in."),
    (
        535,
        "The mail server did not accept the account's password.",
    ),
    (550, "The address does not exist, or the mail is blocked."),
    (551, "The mailbox has moved away."),
    (552, "The mailbox is full, or the mail is too large."),
    (553, "The address was not accepted."),
    (554, "The mail server refused the mail."),
    (556, "The domain takes no mail."),
];

/// The status code in a reply: "5.1.1 User unknown" has (5, 1, 1).
fn status(reply: &str) -> Option<(u16, u16, u16)> {
    reply.split_whitespace().find_map(|word| {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let mut parts = word.split('.').map(|part| {
            let is_number =
                (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            is_number.then(|| part.parse::<u16>().ok()).flatten()
        });
        let code = (parts.next()??, parts.next()??, parts.next()??);
        (parts.next().is_none() && matches!(code.0, 2 | 4 | 5)).then_some(code)
    })
}

/// In plain words; empty where a reply says nothing that is known, or is in our own words already.
pub fn meaning(code: Option<i64>, reply: &str) -> &'static str {
    if let Some((class, subject, detail)) = status(reply) {
        let for_now = if class == 4 { FOR_NOW } else { &[] };
        let known = for_now
            .iter()
            .chain(MEANINGS)
            .find(|(s, d, _)| (*s, *d) == (subject, detail))
            .map(|(.., words)| *words);
        let general = || {
            SUBJECTS
                .iter()
                .find(|(s, _)| *s == subject)
                .map(|(_, words)| *words)
        };
        if let Some(words) = known.or_else(general) {
            return words;
        }
    }
    let Some(code) = code else { return "" };
    let known = CODES.iter().find(|(known, _)| *known == code);
    known.map_or(
        match code {
            400..=499 => "The mail server could not take the mail at that time.",
            500..=599 => "The mail server refused the mail.",
            _ => "",
        },
        |(_, words)| *words,
    )
}

impl ReplyGroup {
    pub fn meaning(&self) -> &'static str {
        meaning(self.code, &self.reply)
    }

    /// The messages of this group, and those that were refused with the same codes.
    pub fn filter(&self) -> ReplyFilter {
        ReplyFilter {
            code: self.code,
            status: status(&self.reply),
        }
    }
}

/// Which refusals are meant: by reply code and status code. As written in addresses: "550-5.1.1", "550", "none".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyFilter {
    /// None: no server said anything.
    pub code: Option<i64>,
    pub status: Option<(u16, u16, u16)>,
}

impl ReplyFilter {
    /// The status code, as servers write it.
    pub fn status_words(&self) -> Option<String> {
        self.status.map(|(a, b, c)| format!("{a}.{b}.{c}"))
    }

    /// In plain words, or by its codes.
    pub fn words(&self) -> String {
        let status = self.status_words().unwrap_or_default();
        match (meaning(self.code, &status), self.code) {
            ("", None) => "No mail server said anything.".into(),
            ("", Some(code)) => format!("The server's answer was {code} {status}."),
            (words, _) => words.into(),
        }
    }
}

impl fmt::Display for ReplyFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "{code}")?,
            None => write!(f, "none")?,
        }
        match self.status_words() {
            Some(status) => write!(f, "-{status}"),
            None => Ok(()),
        }
    }
}

impl FromStr for ReplyFilter {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (code, rest) = match text.split_once('-') {
            Some((code, rest)) => (code, Some(rest)),
            None => (text, None),
        };
        Ok(ReplyFilter {
            code: match code {
                "none" => None,
                code => Some(code.parse().map_err(|_| ())?),
            },
            status: rest.map(|rest| status(rest).ok_or(())).transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_meaning() {
        let cases = [
            (
                Some(550),
                "5.1.1 <ann@example.com>: user unknown",
                "The address does not exist.",
            ),
            (Some(550), "#5.1.1 no", "The address does not exist."),
            (Some(552), "5.2.2 Over quota", "The mailbox is full."),
            (Some(452), "4.2.2 Over quota", "The mailbox is full."),
            (
                Some(450),
                "4.2.1 Try again",
                "The mailbox takes no mail at the moment.",
            ),
            (Some(550), "5.2.1 Disabled", "The mailbox is switched off."),
            (
                Some(451),
                "4.7.1 Greylisted",
                "Put off as possible spam, or by policy.",
            ),
            (Some(554), "5.7.1 Spam", "Blocked as spam or by policy."),
            (
                Some(550),
                "5.7.509 Access denied",
                "Blocked as spam or by policy.",
            ),
            (
                Some(550),
                "5.7.26 Unauthenticated",
                "The sender's domain could not be proven (SPF, DKIM, DMARC).",
            ),
            (Some(556), "5.1.10 Null MX", "The domain takes no mail."),
            (
                Some(550),
                "5.1.99 Something",
                "The address was not accepted.",
            ),
            (
                Some(550),
                "5.9.9 Something",
                "The address does not exist, or the mail is blocked.",
            ),
            (
                Some(550),
                "No such user",
                "The address does not exist, or the mail is blocked.",
            ),
            (Some(599), "Go away", "The mail server refused the mail."),
            (
                Some(499),
                "Later",
                "The mail server could not take the mail at that time.",
            ),
            // An address of a network is no status code, nor is a version.
            (
                Some(554),
                "Host 4.1.1.9 blocked by 1.2.3",
                "The mail server refused the mail.",
            ),
            (None, "The file of this recipient is missing.", ""),
        ];
        for (code, reply, expected) in cases {
            assert_eq!(meaning(code, reply), expected, "{code:?} {reply}");
        }
        for (subject, detail, words) in MEANINGS {
            assert!(words.ends_with('.'), "{subject}.{detail}");
            assert_eq!(meaning(None, &format!("5.{subject}.{detail}")), *words);
        }
    }

    #[test]
    fn a_filter_stands_in_an_address() {
        let group = ReplyGroup {
            code: Some(550),
            reply: "5.1.1 …@… user unknown".into(),
            count: 2,
        };
        assert_eq!(group.filter().to_string(), "550-5.1.1");
        for text in ["550-5.1.1", "550", "none", "none-4.4.1"] {
            let filter: ReplyFilter = text.parse().unwrap();
            assert_eq!(filter.to_string(), text);
            assert!(!filter.words().is_empty());
        }
        for text in ["", "x", "550-", "550-x", "5.1.1"] {
            assert!(text.parse::<ReplyFilter>().is_err(), "{text}");
        }
    }
}
