//! The encoded parts of a message (RFC 2045): text as 7bit, quoted-printable or base64, files as base64.
//! Encoding is ours because it is most of the work per message; headers are the library's.

use lettre::message::{
    Body, SinglePart,
    header::{ContentDisposition, ContentTransferEncoding, ContentType},
};

use super::{ComposeError, checked};

/// Longest line of 7bit and quoted-printable text, without CRLF.
const MAX_LINE: usize = 76;

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
pub(super) fn text(text: &str) -> Body {
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
    Body::dangerous_pre_encoded(
        quoted_printable(bytes),
        ContentTransferEncoding::QuotedPrintable,
    )
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

/// RFC 2045 §6.7, a run of literal bytes at a time.
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    // One column of each line is kept for the "=" of a soft break.
    const ROOM: usize = MAX_LINE - 1;
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8 + 16);
    for (line, is_ended) in lines(bytes) {
        let mut rest = line;
        let mut column = 0;
        while let Some(&next) = rest.first() {
            let window = &rest[..rest.len().min(ROOM - column)];
            let mut run = window
                .iter()
                .position(|&b| !is_literal(b))
                .unwrap_or(window.len());
            // A blank at the end of the line is escaped.
            if run == rest.len() && ends_in_blank(rest) {
                run -= 1;
            }
            if run > 0 {
                out.extend_from_slice(&rest[..run]);
                rest = &rest[run..];
                column += run;
            } else if needs_escape(rest, next) && column + 3 <= ROOM {
                out.extend_from_slice(&[
                    b'=',
                    HEX[usize::from(next >> 4)],
                    HEX[usize::from(next & 15)],
                ]);
                rest = &rest[1..];
                column += 3;
            } else {
                out.extend_from_slice(b"=\r\n");
                column = 0;
            }
        }
        if is_ended {
            out.extend_from_slice(b"\r\n");
        }
    }
    out
}

fn needs_escape(rest: &[u8], next: u8) -> bool {
    !is_literal(next) || (rest.len() == 1 && ends_in_blank(rest))
}

fn is_literal(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'<' | b'>'..=b'~')
}

/// RFC 2045 §6.8, lines of 76.
fn base64(bytes: Vec<u8>) -> Vec<u8> {
    let body = Body::new_with_encoding(bytes, ContentTransferEncoding::Base64);
    body.map_or_else(|refused| refused, Body::into_vec)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(text: &str) -> String {
        String::from_utf8(quoted_printable(text.as_bytes())).unwrap()
    }

    #[test]
    fn quoted_printable_follows_the_rfc() {
        let full = "x".repeat(75);
        let table = [
            (String::new(), String::new()),
            ("plain".into(), "plain".into()),
            ("a=b".into(), "a=3Db".into()),
            ("ü".into(), "=C3=BC".into()),
            ("end \n".into(), "end=20\r\n".into()),
            ("end\t".into(), "end=09".into()),
            ("  ".into(), " =20".into()),
            ("a b\nc\r\nd\re".into(), "a b\r\nc\r\nd\r\ne".into()),
            ("nul\0".into(), "nul=00".into()),
            (full.clone(), full.clone()),
            (format!("{full}y"), format!("{full}=\r\ny")),
            (format!("{full} "), format!("{full}=\r\n=20")),
            (
                format!("{}ü", "x".repeat(73)),
                format!("{}=\r\n=C3=BC", "x".repeat(73)),
            ),
            (
                format!("{}=", "x".repeat(72)),
                format!("{}=3D", "x".repeat(72)),
            ),
        ];
        for (text, expected) in table {
            assert_eq!(encoded(&text), expected, "{text:?}");
        }
    }

    /// A decoder of its own, written from the RFC and not from the encoder.
    fn decode(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for (index, line) in text.split("\r\n").enumerate() {
            if index > 0 && !text.split("\r\n").nth(index - 1).unwrap().ends_with('=') {
                out.extend_from_slice(b"\r\n");
            }
            let line = line.strip_suffix('=').unwrap_or(line).as_bytes();
            let mut at = 0;
            while at < line.len() {
                if line[at] == b'=' {
                    let hex = std::str::from_utf8(&line[at + 1..at + 3]).unwrap();
                    out.push(u8::from_str_radix(hex, 16).unwrap());
                    at += 3;
                } else {
                    out.push(line[at]);
                    at += 1;
                }
            }
        }
        out
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_lines_stay_short(text in "([a-z=. \t]|[a-z]{30}|ü|\u{1f4e7}|\n|\r\n|\r|\u{0}){0,120}") {
            let quoted = encoded(&text);
            prop_assert!(quoted.split("\r\n").all(|line| line.len() <= MAX_LINE));
            prop_assert!(quoted.split("\r\n").all(|line| !ends_in_blank(line.as_bytes())));
            prop_assert!(quoted.is_ascii());
            prop_assert_eq!(decode(&quoted), crlf(&text).into_bytes());
        }
    }
}
