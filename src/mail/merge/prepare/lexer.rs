//! Splits the inside of an expression into words, numbers, quoted texts and the rest.

use std::borrow::Cow;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    Word,
    Number,
    Text,
    Other,
}

#[derive(Debug)]
pub(super) struct Piece<'a> {
    pub kind: Kind,
    /// As it is to be written.
    pub text: Cow<'a, str>,
    /// Offset in the inner text.
    pub at: usize,
}

fn closers(open: char) -> Option<&'static [char]> {
    match open {
        '"' => Some(&['"']),
        '\'' => Some(&['\'']),
        '“' | '”' | '„' => Some(&['“', '”']),
        '‘' | '’' | '‚' => Some(&['‘', '’']),
        _ => None,
    }
}

/// The pieces in order, or the offset and the words of a mistake.
pub(super) fn pieces(inner: &str) -> Result<Vec<Piece<'_>>, (usize, String)> {
    let mut out = Vec::new();
    let mut rest = inner;
    while let Some(first) = rest.chars().next() {
        let at = inner.len() - rest.len();
        let (kind, length, text) = if let Some(closers) = closers(first) {
            let (length, text) = quoted(rest, first, closers).ok_or_else(|| {
                (
                    at,
                    "A quoted text is not closed. Add the second quotation mark.".to_owned(),
                )
            })?;
            (Kind::Text, length, text)
        } else {
            let (kind, length) = run(rest, first);
            let text = rest.get(..length).unwrap_or_default();
            // Pasted text holds no-break spaces, which the engine does not take for blanks.
            let text = if kind == Kind::Space {
                Cow::Owned(text.replace(|c| c != '\n', " "))
            } else {
                Cow::Borrowed(text)
            };
            (kind, length, text)
        };
        out.push(Piece { kind, text, at });
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(out)
}

fn run(rest: &str, first: char) -> (Kind, usize) {
    let while_true = |test: fn(char) -> bool| rest.find(|c| !test(c)).unwrap_or(rest.len());
    if first.is_whitespace() || first == '\u{feff}' {
        return (
            Kind::Space,
            while_true(|c| c.is_whitespace() || c == '\u{feff}'),
        );
    }
    let word: fn(char) -> bool = |c| unicode_ident::is_xid_continue(c) && c != '·';
    if first == '_' || unicode_ident::is_xid_start(first) {
        return (Kind::Word, while_true(word));
    }
    if first.is_ascii_digit() {
        let digits = while_true(|c| c.is_ascii_digit());
        let all = while_true(word);
        if all > digits {
            return (Kind::Word, all);
        }
        let fraction = rest
            .get(digits..)
            .and_then(|rest| rest.strip_prefix('.'))
            .map_or(0, |rest| {
                rest.bytes().take_while(u8::is_ascii_digit).count()
            });
        let length = if fraction > 0 {
            digits + 1 + fraction
        } else {
            digits
        };
        return (Kind::Number, length);
    }
    (Kind::Other, first.len_utf8())
}

/// Length in bytes of a quoted text, quotes included, and how to write it with plain quotes.
fn quoted<'a>(rest: &'a str, open: char, closers: &[char]) -> Option<(usize, Cow<'a, str>)> {
    let body = rest.get(open.len_utf8()..)?;
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if closers.contains(&c) {
            let length = open.len_utf8() + at + c.len_utf8();
            let text = if open == '"' || open == '\'' {
                Cow::Borrowed(rest.get(..length)?)
            } else {
                Cow::Owned(straight(body.get(..at)?))
            };
            return Some((length, text));
        }
    }
    None
}

/// The inside of a quoted text between plain quotation marks. One that is escaped already stays so: escaped once more it would
/// end the text for the engine.
fn straight(body: &str) -> String {
    let mut out = String::from("\"");
    let mut escaped = false;
    for c in body.chars() {
        if c == '"' && !escaped {
            out.push('\\');
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out.push('"');
    out
}
