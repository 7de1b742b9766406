//! Takes a stored message apart (RFC 5322, MIME) and makes the document that shows it. Pure.

use super::model::{Attachment, Excerpt, SHOWN_BYTES, Shown, Tab};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{HeaderValue, Message, MessageParser, MessagePart, MimeHeaders};
use std::fmt::Write;

/// An inline image larger than this is left out of the document.
const INLINE_MAX: usize = 5_000_000;

/// `None` if this is no message at all.
pub fn parse(raw: &[u8]) -> Option<Message<'_>> {
    MessageParser::default().parse(raw)
}

pub fn shown(message: &Message<'_>, tab: Tab) -> Shown {
    match tab {
        Tab::Rendered => Shown::Rendered,
        Tab::Text => Shown::Text(plain_text(message).map(|text| excerpt(&text))),
        Tab::Source => Shown::Source(excerpt(&String::from_utf8_lossy(message.raw_message()))),
        Tab::Headers => Shown::Headers(headers(message)),
        Tab::Attachments => Shown::Attachments(attachments(message)),
    }
}

/// The plain-text part as it was sent; a text made from the HTML would be no part of the mail.
fn plain_text(message: &Message<'_>) -> Option<String> {
    let part = message
        .text_bodies()
        .find(|part| part.is_text() && !part.is_text_html())?;
    part.text_contents().map(str::to_owned)
}

fn html(message: &Message<'_>) -> Option<String> {
    let part = message.html_bodies().find(|part| part.is_text_html())?;
    part.text_contents().map(str::to_owned)
}

fn excerpt(text: &str) -> Excerpt {
    let mut end = text.len().min(SHOWN_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Excerpt {
        text: text[..end].to_owned(),
        is_cut: end < text.len(),
    }
}

/// Unfolded; encoded words (RFC 2047) are decoded where the value is text.
fn headers(message: &Message<'_>) -> Vec<(String, String)> {
    let raw = message.headers_raw();
    let parsed = message.headers();
    raw.zip(parsed)
        .map(|((name, raw), header)| {
            let value = match header.value() {
                HeaderValue::Text(text) if raw.contains("=?") => text.to_string(),
                _ => raw.split_whitespace().collect::<Vec<_>>().join(" "),
            };
            (name.to_owned(), value)
        })
        .collect()
}

fn attachments(message: &Message<'_>) -> Vec<Attachment> {
    (0u32..)
        .zip(message.attachments())
        .map(|(index, part)| Attachment {
            index,
            name: file_name(part, index),
            content_type: content_type(part),
            size: i64::try_from(part.contents().len()).unwrap_or(i64::MAX),
        })
        .collect()
}

fn file_name(part: &MessagePart<'_>, index: u32) -> String {
    part.attachment_name()
        .map_or_else(|| format!("attachment-{}", index + 1), str::to_owned)
}

fn content_type(part: &MessagePart<'_>) -> String {
    match part.content_type() {
        Some(kind) => format!(
            "{}/{}",
            kind.ctype(),
            kind.subtype().unwrap_or("octet-stream")
        ),
        None => "application/octet-stream".into(),
    }
}

/// Name and bytes of the attachment at this place.
pub fn attachment(message: &Message<'_>, index: u32) -> Option<(String, Vec<u8>)> {
    let part = message.attachment(index)?;
    Some((file_name(part, index), part.contents().to_vec()))
}

/// The document that shows the mail: its HTML with inline images put in, or its text. Links open in a page of their own.
pub fn document(message: &Message<'_>) -> String {
    const BASE: &str = "<base target=\"_blank\">";
    match html(message) {
        Some(html) => {
            let html = with_inline_images(&html, message);
            match after_head(&html) {
                Some(at) => format!("{}{BASE}{}", &html[..at], &html[at..]),
                None => format!("<!doctype html><meta charset=\"utf-8\">{BASE}{html}"),
            }
        }
        None => {
            let text = plain_text(message).unwrap_or_default();
            let mut out = format!(
                "<!doctype html><meta charset=\"utf-8\"><title>Mail</title>{BASE}<pre style=\"white-space:pre-wrap;overflow-wrap:anywhere;font:14px/1.5 sans-serif\">"
            );
            escape(&text, &mut out);
            out.push_str("</pre>");
            out
        }
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
}

/// Just behind the opening tag of the head.
fn after_head(html: &str) -> Option<usize> {
    let lower = html.to_ascii_lowercase();
    let at = lower.match_indices("<head").map(|(at, _)| at).find(|at| {
        let next = lower.as_bytes().get(at + 5);
        next.is_some_and(|byte| *byte == b'>' || byte.is_ascii_whitespace())
    })?;
    lower[at..].find('>').map(|end| at + end + 1)
}

/// `cid:` addresses (RFC 2392) become the images they stand for.
fn with_inline_images(html: &str, message: &Message<'_>) -> String {
    if !html.contains("cid:") {
        return html.to_owned();
    }
    let mut out = html.to_owned();
    for part in &message.parts {
        let (Some(id), Some(kind)) = (part.content_id(), part.content_type()) else {
            continue;
        };
        let bytes = part.contents();
        if kind.ctype() != "image" || bytes.len() > INLINE_MAX || id.is_empty() {
            continue;
        }
        let mut data = String::from("data:image/");
        let subtype = kind.subtype().unwrap_or("png");
        if !subtype
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
        {
            continue;
        }
        let _ = write!(data, "{subtype};base64,{}", STANDARD.encode(bytes));
        let id = id.trim_start_matches('<').trim_end_matches('>');
        for quote in ['"', '\''] {
            out = out.replace(&format!("cid:{id}{quote}"), &format!("{data}{quote}"));
        }
        out = out.replace(&format!("cid:{id})"), &format!("{data})"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "From: Ann <ann@example.com>\r\nMessage-ID: <1@example.com>\r\nTo: bob@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\
        List-Unsubscribe:\r\n <https://example.com/u/1>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=M\r\n\r\n\
        --M\r\nContent-Type: multipart/related; boundary=R\r\n\r\n\
        --R\r\nContent-Type: multipart/alternative; boundary=A\r\n\r\n\
        --A\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello <Bob>\r\n\
        --A\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head lang=en><title>x</title></head><body><img src=\"cid:logo@x\">Hi</body></html>\r\n\
        --A--\r\n\
        --R\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\nContent-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n\
        --R--\r\n\
        --M\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n\
        --M--\r\n";

    #[test]
    fn headers_are_unfolded_and_decoded() {
        let message = parse(MAIL.as_bytes()).unwrap();
        let Shown::Headers(headers) = shown(&message, Tab::Headers) else {
            panic!()
        };
        let value = |name: &str| {
            let found = headers.iter().find(|(other, _)| other == name);
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        assert_eq!(value("Subject"), "Grüße");
        assert_eq!(value("List-Unsubscribe"), "<https://example.com/u/1>");
        assert_eq!(value("From"), "Ann <ann@example.com>");
        assert_eq!(value("Message-ID"), "<1@example.com>");
    }

    #[test]
    fn the_document_holds_its_images_and_opens_links_elsewhere() {
        let document = document(&parse(MAIL.as_bytes()).unwrap());
        assert!(
            document.starts_with("<html><head lang=en><base target=\"_blank\"><title>"),
            "{document}"
        );
        assert!(
            document.contains("src=\"data:image/png;base64,aGVsbG8=\""),
            "{document}"
        );
    }

    #[test]
    fn a_mail_of_text_alone_is_shown_as_text() {
        let raw =
            "From: a@example.com\r\nContent-Type: text/plain\r\n\r\n<script>alert(1)</script>\r\n";
        let message = parse(raw.as_bytes()).unwrap();
        assert!(document(&message).contains("&lt;script&gt;alert(1)"));
        let raw = "From: a@example.com\r\nContent-Type: text/html\r\n\r\n<p>Hi</p>\r\n";
        assert_eq!(
            shown(&parse(raw.as_bytes()).unwrap(), Tab::Text),
            Shown::Text(None)
        );
    }

    #[test]
    fn attachments_keep_their_names_and_bytes() {
        let message = parse(MAIL.as_bytes()).unwrap();
        let Shown::Attachments(list) = shown(&message, Tab::Attachments) else {
            panic!()
        };
        let pdf = list.iter().find(|file| file.name == "Grüße.pdf").unwrap();
        assert_eq!(
            (pdf.content_type.as_str(), pdf.size),
            ("application/pdf", 4)
        );
        assert_eq!(attachment(&message, pdf.index).unwrap().1, b"%PDF");
        assert!(attachment(&message, 99).is_none());
    }

    #[test]
    fn a_long_source_is_cut_between_characters() {
        let text = "ü".repeat(SHOWN_BYTES);
        let cut = excerpt(&text);
        assert!(cut.is_cut && cut.text.len() <= SHOWN_BYTES && cut.text.ends_with('ü'));
        assert!(!excerpt("short").is_cut);
    }
}
