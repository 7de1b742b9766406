//! Builds one outgoing message (RFC 5322, MIME) and its envelope with lettre's builder. Pure: no I/O, no clock, no merge.
//! Whatever a value holds, it cannot add a header or a recipient: line breaks are refused with a sentence.

use std::{
    borrow::Cow,
    time::{Duration, UNIX_EPOCH},
};

use lettre::{
    Address,
    message::{
        Mailbox, Mailboxes, Message, MessageBuilder, MultiPart, SinglePart,
        header::{Cc, From as FromHeader, HeaderName, HeaderValue, ReplyTo, To},
    },
};

use super::smtp::Envelope;

mod body;

pub use body::Attachment;

/// A person or role: display name and address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party<'a> {
    /// Empty or `None`: the address stands alone.
    pub name: Option<&'a str>,
    pub address: &'a str,
}

impl<'a> Party<'a> {
    pub fn bare(address: &'a str) -> Self {
        Self {
            name: None,
            address,
        }
    }

    pub fn named(name: &'a str, address: &'a str) -> Self {
        Self {
            name: Some(name),
            address,
        }
    }
}

/// A text part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text<'a> {
    Plain(&'a str),
    /// Encoded already.
    QuotedPrintable(&'a [u8]),
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Text::Plain(text)
    }
}

/// Everything one message consists of, merged already. `bcc` goes into the envelope only.
#[derive(Clone, Debug)]
pub struct OutgoingMessage<'a> {
    pub from: Party<'a>,
    pub to: Party<'a>,
    pub reply_to: Option<Party<'a>>,
    pub cc: &'a [Party<'a>],
    pub bcc: &'a [Party<'a>],
    /// Where bounces go if not to `from` (VERP).
    pub return_path: Option<&'a str>,
    pub subject: &'a str,
    /// With or without angle brackets. The same again on a resend.
    pub message_id: &'a str,
    /// Unix milliseconds, for the Date header.
    pub date_ms: i64,
    pub text: Option<Text<'a>>,
    pub html: Option<Text<'a>>,
    pub unsubscribe: Option<Unsubscribe<'a>>,
    pub attachments: &'a [Attachment],
    /// Further headers such as `Feedback-ID` and `X-…`; those this module sets itself are refused.
    pub headers: &'a [(&'a str, &'a str)],
}

/// List-Unsubscribe (RFC 2369) and one-click List-Unsubscribe-Post (RFC 8058).
#[derive(Clone, Copy, Debug)]
pub struct Unsubscribe<'a> {
    /// `https://…`, takes the one-click POST.
    pub url: &'a str,
    /// An address for mail programs that unsubscribe by mail.
    pub mailto: Option<&'a str>,
}

/// A message ready for [`super::smtp::Connection::send`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    pub envelope: Envelope,
    pub message: Vec<u8>,
}

/// Why a message cannot be built. The sentence is for the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    #[error("The {field} holds a line break or another control character.")]
    ControlCharacter { field: &'static str },
    #[error("The {field} “{value}” is not an e-mail address.")]
    Address { field: &'static str, value: String },
    #[error("The {field} is missing.")]
    Missing { field: &'static str },
    #[error("The {field} is too long.")]
    TooLong { field: &'static str },
    #[error("The header “{name}” cannot be added.")]
    Header { name: String },
    #[error("“{content_type}” is not a content type (attachment “{file}”).")]
    ContentType { file: String, content_type: String },
    #[error("The date of the message lies outside the years 1970 to 9999.")]
    Date,
    #[error("The message could not be put together ({0}).")]
    Build(String),
}

/// Longest header value in characters; longer ones break servers, not only taste.
const MAX_HEADER_CHARS: usize = 2_000;
/// Longest run without a space: it cannot be folded, and a line ends at 998 bytes (RFC 5322 §2.1.1).
const MAX_WORD_BYTES: usize = 900;
/// 9999-12-31T23:59:59Z.
const LAST_DATE_MS: i64 = 253_402_300_799_000;

/// Builds the message. The envelope names the addressee first, then CC, then BCC.
///
/// # Errors
/// [`ComposeError`] with the field at fault; other messages are not affected.
pub fn compose(outgoing: &OutgoingMessage<'_>) -> Result<Composed, ComposeError> {
    let from = mailbox("sender", &outgoing.from)?;
    let to = mailbox("recipient", &outgoing.to)?;
    let reply_to = outgoing
        .reply_to
        .as_ref()
        .map(|party| mailbox("reply-to address", party))
        .transpose()?;
    let cc = mailboxes("CC address", outgoing.cc)?;
    let bcc = mailboxes("BCC address", outgoing.bcc)?;

    let return_path = match outgoing.return_path {
        Some(path) => address("return path", path)?.to_string(),
        None => from.email.to_string(),
    };
    let recipients = [&to]
        .into_iter()
        .chain(&cc)
        .chain(&bcc)
        .map(|party| party.email.to_string())
        .collect();
    let envelope = Envelope {
        from: return_path,
        to: recipients,
    };
    // The builder wants an envelope of its own kind; ours is the one that counts.
    let unused = lettre::address::Envelope::new(Some(from.email.clone()), vec![to.email.clone()])
        .map_err(build)?;

    let mut builder = Message::builder()
        .envelope(unused)
        .header(FromHeader::from(Mailboxes::from(from)))
        .header(To::from(Mailboxes::from(to)))
        .raw_header(raw("Message-ID", message_id(outgoing.message_id)?))
        .date(date(outgoing.date_ms)?)
        .subject(checked("subject", outgoing.subject)?);
    if let Some(reply_to) = reply_to {
        builder = builder.header(ReplyTo::from(Mailboxes::from(reply_to)));
    }
    if !cc.is_empty() {
        builder = builder.header(Cc::from(cc.into_iter().collect::<Mailboxes>()));
    }
    if let Some(unsubscribe) = &outgoing.unsubscribe {
        builder = list_unsubscribe(builder, unsubscribe)?;
    }
    for (name, value) in outgoing.headers {
        builder = builder.raw_header(extra_header(name, value)?);
    }
    let message = assemble(builder, outgoing)?;
    Ok(Composed {
        envelope,
        message: message.formatted(),
    })
}

/// `value` on one line: line breaks, tabs and control characters become single spaces. For merged subjects and names.
pub fn one_line(value: &str) -> Cow<'_, str> {
    if !value.contains(|c: char| c.is_control()) {
        return Cow::Borrowed(value);
    }
    let words: Vec<&str> = value
        .split(|c: char| c.is_control() || c == ' ')
        .filter(|word| !word.is_empty())
        .collect();
    Cow::Owned(words.join(" "))
}

fn assemble(
    builder: MessageBuilder,
    outgoing: &OutgoingMessage<'_>,
) -> Result<Message, ComposeError> {
    let text = outgoing
        .text
        .map(|text| SinglePart::plain(body::text(text)));
    let html = outgoing.html.map(|html| SinglePart::html(body::text(html)));
    let parts = match (text, html) {
        (Some(text), Some(html)) => Ok(MultiPart::alternative().singlepart(text).singlepart(html)),
        (Some(only), None) | (None, Some(only)) => Err(only),
        (None, None) => return Err(ComposeError::Missing { field: "content" }),
    };
    let message = if outgoing.attachments.is_empty() {
        match parts {
            Ok(alternative) => builder.multipart(alternative),
            Err(single) => builder.singlepart(single),
        }
    } else {
        let mut mixed = match parts {
            Ok(alternative) => MultiPart::mixed().multipart(alternative),
            Err(single) => MultiPart::mixed().singlepart(single),
        };
        for attachment in outgoing.attachments {
            mixed = mixed.singlepart(attachment.part()?);
        }
        builder.multipart(mixed)
    };
    message.map_err(build)
}

fn mailboxes(field: &'static str, parties: &[Party<'_>]) -> Result<Vec<Mailbox>, ComposeError> {
    parties.iter().map(|party| mailbox(field, party)).collect()
}

fn mailbox(field: &'static str, party: &Party<'_>) -> Result<Mailbox, ComposeError> {
    let name = party.name.map(str::trim).filter(|name| !name.is_empty());
    let name = name.map(|name| checked(field, name)).transpose()?;
    Ok(Mailbox::new(name, address(field, party.address)?))
}

/// Domains beyond ASCII go out as A-labels (RFC 5891); the part before the @ stays as it is and then needs SMTPUTF8.
fn address(field: &'static str, value: &str) -> Result<Address, ComposeError> {
    if value.contains(|c: char| c.is_control()) {
        return Err(ComposeError::ControlCharacter { field });
    }
    let wrong = || ComposeError::Address {
        field,
        value: value.to_owned(),
    };
    let value = value.trim();
    let (local, domain) = value.rsplit_once('@').ok_or_else(wrong)?;
    if domain.is_ascii() {
        return value.parse().map_err(|_| wrong());
    }
    let domain = idna::domain_to_ascii(domain).map_err(|_| wrong())?;
    Address::new(local, domain).map_err(|_| wrong())
}

/// The value, if it may stand in a header.
fn checked(field: &'static str, value: &str) -> Result<String, ComposeError> {
    if value.contains(|c: char| c.is_control() && c != '\t') {
        return Err(ComposeError::ControlCharacter { field });
    }
    if value.chars().count() > MAX_HEADER_CHARS
        || value
            .split([' ', '\t'])
            .any(|word| word.len() > MAX_WORD_BYTES && word.is_ascii())
    {
        return Err(ComposeError::TooLong { field });
    }
    Ok(value.to_owned())
}

fn message_id(id: &str) -> Result<String, ComposeError> {
    let field = "message id";
    let bare = id
        .strip_prefix('<')
        .and_then(|id| id.strip_suffix('>'))
        .unwrap_or(id);
    let fits = |c: char| c.is_ascii_graphic() && c != '<' && c != '>';
    if bare.is_empty() {
        return Err(ComposeError::Missing { field });
    }
    if !bare.chars().all(fits) || !bare.contains('@') {
        return Err(ComposeError::ControlCharacter { field });
    }
    if bare.len() > 200 {
        return Err(ComposeError::TooLong { field });
    }
    Ok(format!("<{bare}>"))
}

fn date(unix_ms: i64) -> Result<std::time::SystemTime, ComposeError> {
    if !(0..=LAST_DATE_MS).contains(&unix_ms) {
        return Err(ComposeError::Date);
    }
    Ok(UNIX_EPOCH + Duration::from_millis(unix_ms.unsigned_abs()))
}

fn list_unsubscribe(
    builder: MessageBuilder,
    unsubscribe: &Unsubscribe<'_>,
) -> Result<MessageBuilder, ComposeError> {
    let field = "unsubscribe link";
    let is_link = |value: &str| {
        value
            .chars()
            .all(|c| c.is_ascii_graphic() && c != '<' && c != '>' && c != ',')
    };
    if !is_link(unsubscribe.url) || !unsubscribe.mailto.is_none_or(is_link) {
        return Err(ComposeError::ControlCharacter { field });
    }
    let mut value = format!("<{}>", unsubscribe.url);
    if let Some(mailto) = unsubscribe.mailto {
        value.push_str(&format!(
            ", <mailto:{}>",
            mailto.trim_start_matches("mailto:")
        ));
    }
    Ok(builder
        .raw_header(raw("List-Unsubscribe", checked(field, &value)?))
        .raw_header(raw(
            "List-Unsubscribe-Post",
            "List-Unsubscribe=One-Click".to_owned(),
        )))
}

fn extra_header(name: &str, value: &str) -> Result<HeaderValue, ComposeError> {
    const OURS: [&str; 13] = [
        "bcc",
        "cc",
        "date",
        "from",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "message-id",
        "mime-version",
        "reply-to",
        "return-path",
        "sender",
        "subject",
        "to",
    ];
    let refused = || ComposeError::Header {
        name: name.to_owned(),
    };
    let lower = name.to_ascii_lowercase();
    let is_token = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !is_token || lower.starts_with("content-") || OURS.contains(&lower.as_str()) {
        return Err(refused());
    }
    let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|_| refused())?;
    Ok(HeaderValue::new(name, checked("header value", value)?))
}

fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn build(error: impl std::fmt::Display) -> ComposeError {
    ComposeError::Build(error.to_string())
}

#[cfg(test)]
mod tests;
