//! The relaxed canonicalisation of RFC 6376 (§3.4.2 and §3.4.4). Pure. Line ends are read as they go over the wire: a bare CR
//! or LF ends a line too, because `smtp` makes CRLF of it.

/// Canonical body bytes are handed on in pieces of about this size.
const PIECE: usize = 16 * 1024;

/// A header field as it stands in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub name: &'a [u8],
    /// Everything behind the colon, folds included.
    pub value: &'a [u8],
}

impl Field<'_> {
    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// The header fields in order, and the body. Lines without a colon are passed over.
pub(super) fn parse(message: &[u8]) -> (Vec<Field<'_>>, &[u8]) {
    let mut fields = Vec::with_capacity(16);
    let mut rest = message;
    while !rest.is_empty() {
        let start = rest;
        let (line, after) = cut_line(rest);
        rest = after;
        if line.is_empty() {
            return (fields, rest);
        }
        let mut length = line.len();
        while rest.first().is_some_and(|byte| is_blank(*byte)) {
            let (folded, after) = cut_line(rest);
            length = start.len() - rest.len() + folded.len();
            rest = after;
        }
        let whole = &start[..length];
        if let Some(colon) = memchr::memchr(b':', whole) {
            fields.push(Field {
                name: whole[..colon].trim_ascii_end(),
                value: &whole[colon + 1..],
            });
        }
    }
    (fields, rest)
}

/// Appends `name:value` and CRLF: name in lower case, value on one line, runs of blanks as one space, none at either end.
pub(super) fn relax_field(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    out.extend(name.iter().map(u8::to_ascii_lowercase));
    out.push(b':');
    let words = value
        .split(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
        .filter(|word| !word.is_empty());
    for (i, word) in words.enumerate() {
        if i > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
    out.extend_from_slice(b"\r\n");
}

/// Hands the canonical body to `take`, piece by piece: runs of blanks as one space, none at the end of a line, no empty lines
/// at the end, CRLF after the last line. An empty body stays empty.
pub(super) fn relax_body(body: &[u8], mut take: impl FnMut(&[u8])) {
    let mut out = Vec::with_capacity(body.len().min(PIECE + 1024));
    let mut empty_lines = 0_usize;
    let mut rest = body;
    while !rest.is_empty() {
        let (line, after) = cut_line(rest);
        rest = after;
        let end = line
            .iter()
            .rposition(|byte| !is_blank(*byte))
            .map_or(0, |at| at + 1);
        if end == 0 {
            empty_lines += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty_lines) {
            out.extend_from_slice(b"\r\n");
        }
        let mut was_blank = false;
        for &byte in &line[..end] {
            let blank = is_blank(byte);
            if !blank {
                out.push(byte);
            } else if !was_blank {
                out.push(b' ');
            }
            was_blank = blank;
        }
        out.extend_from_slice(b"\r\n");
        if out.len() >= PIECE {
            take(&out);
            out.clear();
        }
    }
    take(&out);
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The first line without its end, and what follows.
fn cut_line(text: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr2(b'\r', b'\n', text) {
        None => (text, &[]),
        Some(at) => {
            let end = at + 1 + usize::from(text[at..].starts_with(b"\r\n"));
            (&text[..at], &text[end..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(message: &str) -> String {
        let mut out = Vec::new();
        for field in parse(message.as_bytes()).0 {
            relax_field(field.name, field.value, &mut out);
        }
        String::from_utf8(out).unwrap()
    }

    fn body(body: &str) -> String {
        let mut out = Vec::new();
        relax_body(body.as_bytes(), |piece| out.extend_from_slice(piece));
        String::from_utf8(out).unwrap()
    }

    /// RFC 6376 §3.4.5, example 1.
    #[test]
    fn the_example_of_the_rfc_comes_out_as_printed_there() {
        let message = "A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        assert_eq!(header(message), "a:X\r\nb:Y Z\r\n");
        let (_, rest) = parse(message.as_bytes());
        assert_eq!(body(std::str::from_utf8(rest).unwrap()), " C\r\nD E\r\n");
    }

    #[test]
    fn bodies_end_in_exactly_one_line_end() {
        for (text, expected) in [
            ("", ""),
            ("\r\n", ""),
            (" \t\r\n\r\n", ""),
            ("a", "a\r\n"),
            ("a\r\n", "a\r\n"),
            ("a\r\n \r\n\r\n", "a\r\n"),
            ("\r\n\r\na\r\n\r\nb", "\r\n\r\na\r\n\r\nb\r\n"),
            ("a\nb\rc", "a\r\nb\r\nc\r\n"),
            (" a  b\t\tc \r\n", " a b c\r\n"),
        ] {
            assert_eq!(body(text), expected, "{text:?}");
        }
    }

    #[test]
    fn long_bodies_come_in_pieces_that_make_the_whole() {
        let line = "0123456789 ".repeat(6);
        let text = format!("{line}\r\n").repeat(2_000);
        let expected = format!("{}\r\n", line.trim_end()).repeat(2_000);
        assert_eq!(body(&text), expected);
    }

    #[test]
    fn folded_fields_are_one_field() {
        let text = "Subject: one\r\n two\r\n\tthree\r\nTo:x\r\nno colon\r\n\r\nTo: body\r\n";
        let (fields, rest) = parse(text.as_bytes());
        assert_eq!(fields.len(), 2);
        assert!(fields[0].is_named("subject") && fields[1].is_named("TO"));
        assert_eq!(fields[0].value, b" one\r\n two\r\n\tthree");
        assert_eq!(rest, b"To: body\r\n");
        assert_eq!(header(text), "subject:one two three\r\nto:x\r\n");
    }
}
