//! The encoded parts of a message (RFC 2045): text as 7bit, quoted-printable or base64, files as base64.
//! Encoding is ours because it is most of the work per message; headers are the library's.

use lettre::message::{
    Body, SinglePart,
    header::{ContentDisposition, ContentTransferEncoding, ContentType},
};

use super::{ComposeError, Text, checked};
use crate::mail::quoted_printable::{self, MAX_LINE};

/// A file that goes with the message, encoded once however many messages carry it.
#[derive(Clone, Debug)]
pub struct Attachment {
    name: String,
    content_type: String,
    encoded: Vec<u8>,
}

impl Attachment {
    /// `name`: as the recipient sees it, any script. `content_type`: like `application/pdf`.
    pub fn new(
        name: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl AsRef<[u8]>,
    ) -> Self {
        // Always base64: a text file must arrive byte for byte, line ends included.
        let encoded = base64(bytes.as_ref().to_vec());
        Self {
            name: name.into(),
            content_type: content_type.into(),
            encoded,
        }
    }

    /// Bytes in the message, about 4/3 of the file.
    pub fn encoded_len(&self) -> usize {
        self.encoded.len()
    }

    pub(super) fn part(&self) -> Result<SinglePart, ComposeError> {
        let name = checked("file name", &self.name)?;
        let content_type = ContentType::parse(&checked("content type", &self.content_type)?)
            .map_err(|_| ComposeError::ContentType {
                file: name.clone(),
                content_type: self.content_type.clone(),
            })?;
        let encoded =
            Body::dangerous_pre_encoded(self.encoded.clone(), ContentTransferEncoding::Base64);
        Ok(SinglePart::builder()
            .header(ContentDisposition::attachment(&name))
            .header(content_type)
            .body(encoded))
    }
}

/// Text in the encoding that suits it: 7bit where short ASCII lines allow it, base64 where more than a third would need
/// escapes (other scripts), quoted-printable for the rest, which is most HTML.
pub(super) fn text(text: Text<'_>) -> Body {
    match text {
        Text::Plain(text) => encoded(text),
        Text::QuotedPrintable(bytes) => quoted(bytes.to_vec()),
    }
}

fn encoded(text: &str) -> Body {
    let bytes = text.as_bytes();
    let escapes = bytes
        .iter()
        .filter(|&&b| !matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~'))
        .count();
    if escapes * 3 > bytes.len() {
        let encoded = base64(crlf(text).into_bytes());
        return Body::dangerous_pre_encoded(encoded, ContentTransferEncoding::Base64);
    }
    if escapes == 0 && lines(bytes).all(|(line, _)| line.len() <= MAX_LINE && !ends_in_blank(line))
    {
        let plain = crlf(text).into_bytes();
        return Body::dangerous_pre_encoded(plain, ContentTransferEncoding::SevenBit);
    }
    quoted(quoted_printable::encode(text))
}

/// Text that is quoted-printable already.
fn quoted(bytes: Vec<u8>) -> Body {
    Body::dangerous_pre_encoded(bytes, ContentTransferEncoding::QuotedPrintable)
}

/// Lines without their ends, and whether there was one; CRLF, LF and CR all end a line.
fn lines(mut rest: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(at) = memchr::memchr2(b'\r', b'\n', rest) else {
            return Some((std::mem::take(&mut rest), false));
        };
        let line = &rest[..at];
        let end = if rest[at..].starts_with(b"\r\n") {
            at + 2
        } else {
            at + 1
        };
        rest = &rest[end..];
        Some((line, true))
    })
}

/// Servers may strip blanks at the end of a line.
fn ends_in_blank(line: &[u8]) -> bool {
    matches!(line.last(), Some(b' ' | b'\t'))
}

/// CRLF line ends, in one pass.
pub(super) fn crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    let mut rest = text;
    while let Some(at) = memchr::memchr2(b'\r', b'\n', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        out.push_str("\r\n");
        let end = if rest[at..].starts_with("\r\n") {
            at + 2
        } else {
            at + 1
        };
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// RFC 2045 §6.8, lines of 76.
fn base64(bytes: Vec<u8>) -> Vec<u8> {
    let body = Body::new_with_encoding(bytes, ContentTransferEncoding::Base64);
    body.map_or_else(|refused| refused, Body::into_vec)
}
