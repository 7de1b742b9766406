//! An HTML tokenizer that keeps byte offsets, after the tokenization rules of the HTML standard (13.2.5).
//! It builds no tree and changes nothing; expressions must be blanked before.

use std::borrow::Cow;
use std::ops::Range;

/// One token; ranges are bytes of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// Text in which entities are decoded.
    Text(Range<usize>),
    /// Content of `style`, `script` and the like, in which they are not.
    Raw(Range<usize>),
    Open(Element),
    Close {
        name: String,
        range: Range<usize>,
    },
    /// Comments, doctypes and what the standard calls bogus comments.
    Comment(Range<usize>),
}

/// A start tag; the name and attribute names are lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub range: Range<usize>,
    pub attributes: Vec<Attribute>,
    /// Whether the tag ends in `/>`.
    pub closed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    pub name: String,
    /// From the first byte of the name to the end of the value, closing quote included.
    pub range: Range<usize>,
    /// The value without quotes; empty where there is none.
    pub value: Range<usize>,
    pub quote: Option<u8>,
}

impl Element {
    /// The first attribute of that name, which is the one that counts.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|found| found.name == name)
    }

    /// The decoded value of an attribute.
    pub fn value<'a>(&self, source: &'a str, name: &str) -> Option<Cow<'a, str>> {
        let range = self.attribute(name)?.value.clone();
        Some(decode(source.get(range).unwrap_or_default(), true))
    }

    /// Whether the element can have no content.
    pub fn is_void(&self) -> bool {
        matches!(
            self.name.as_str(),
            "area"
                | "base"
                | "br"
                | "col"
                | "embed"
                | "hr"
                | "img"
                | "input"
                | "link"
                | "meta"
                | "param"
                | "source"
                | "track"
                | "wbr"
        )
    }
}

/// All tokens from first to last. A tag cut off by the end of the source is no token.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut scanner = Scanner {
        bytes: source.as_bytes(),
        at: 0,
        out: Vec::new(),
    };
    scanner.run();
    scanner.out
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    out: Vec<Token>,
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn find(&self, from: usize, needle: &[u8]) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        Some(
            from + rest
                .windows(needle.len())
                .position(|window| window == needle)?,
        )
    }

    fn lower(&self, range: Range<usize>) -> String {
        String::from_utf8_lossy(self.bytes.get(range).unwrap_or_default()).to_ascii_lowercase()
    }

    fn run(&mut self) {
        let mut text = 0;
        while let Some(byte) = self.peek(0) {
            if byte != b'<' {
                self.at += 1;
                continue;
            }
            let start = self.at;
            let token = match (self.peek(1), self.peek(2)) {
                (Some(b'!'), _) => Some(self.declaration()),
                (Some(b'?'), _) => Some(self.bogus(2)),
                (Some(b'/'), Some(next)) if next.is_ascii_alphabetic() => {
                    match self.tag(2) {
                        Some(tag) => Some(Token::Close {
                            name: tag.name,
                            range: tag.range,
                        }),
                        // The end of the source cuts the tag off: what is left is no token.
                        None => {
                            self.text(text, start);
                            return;
                        }
                    }
                }
                (Some(b'/'), Some(_)) => Some(self.bogus(2)),
                (Some(next), _) if next.is_ascii_alphabetic() => match self.tag(1) {
                    Some(tag) => Some(Token::Open(tag)),
                    None => {
                        self.text(text, start);
                        return;
                    }
                },
                _ => None,
            };
            let Some(token) = token else {
                self.at += 1;
                continue;
            };
            self.text(text, start);
            let opened = match &token {
                Token::Open(tag) => Some(tag.name.clone()),
                _ => None,
            };
            self.out.push(token);
            if let Some(name) = opened {
                self.content(&name);
            }
            text = self.at;
        }
        self.text(text, self.bytes.len());
    }

    fn text(&mut self, start: usize, end: usize) {
        if start < end {
            self.out.push(Token::Text(start..end));
        }
    }

    /// `<!--…-->`, or anything else that starts with `<!`.
    fn declaration(&mut self) -> Token {
        let start = self.at;
        if self.bytes.get(start..start + 4) != Some(b"<!--") {
            return self.bogus(2);
        }
        // `<!-->` and `<!--->` are whole comments.
        let body = start + 4;
        let end = if self.bytes.get(body) == Some(&b'>') {
            body + 1
        } else if self.bytes.get(body..body + 2) == Some(b"->") {
            body + 2
        } else {
            let plain = self.find(body, b"-->").map(|at| at + 3);
            let bang = self.find(body, b"--!>").map(|at| at + 4);
            match (plain, bang) {
                (Some(plain), Some(bang)) => plain.min(bang),
                (plain, bang) => plain.or(bang).unwrap_or(self.bytes.len()),
            }
        };
        self.at = end;
        Token::Comment(start..end)
    }

    fn bogus(&mut self, skip: usize) -> Token {
        let start = self.at;
        let end = self.find(start + skip, b">").map(|at| at + 1);
        self.at = end.unwrap_or(self.bytes.len());
        Token::Comment(start..self.at)
    }

    /// A tag whose name starts `skip` bytes from here.
    fn tag(&mut self, skip: usize) -> Option<Element> {
        let start = self.at;
        let mut at = start + skip;
        let name = at;
        while !matches!(*self.bytes.get(at)?, b'/' | b'>') && !is_space(*self.bytes.get(at)?) {
            at += 1;
        }
        let name = self.lower(name..at);
        let mut attributes: Vec<Attribute> = Vec::new();
        let closed = loop {
            let byte = *self.bytes.get(at)?;
            if is_space(byte) || (byte == b'/' && self.bytes.get(at + 1) != Some(&b'>')) {
                at += 1;
                continue;
            }
            if byte == b'>' {
                at += 1;
                break false;
            }
            if byte == b'/' {
                at += 2;
                break true;
            }
            let first = at;
            at += 1; // The first byte belongs to the name even if it is an equals sign.
            while !matches!(*self.bytes.get(at)?, b'/' | b'>' | b'=')
                && !is_space(*self.bytes.get(at)?)
            {
                at += 1;
            }
            let name_end = at;
            let mut next = at;
            while is_space(*self.bytes.get(next)?) {
                next += 1;
            }
            let mut value = name_end..name_end;
            let mut quote = None;
            if *self.bytes.get(next)? == b'=' {
                at = next + 1;
                while is_space(*self.bytes.get(at)?) {
                    at += 1;
                }
                let open = *self.bytes.get(at)?;
                if open == b'"' || open == b'\'' {
                    quote = Some(open);
                    let end = self.find(at + 1, &[open])?;
                    value = at + 1..end;
                    at = end + 1;
                } else {
                    let from = at;
                    while *self.bytes.get(at)? != b'>' && !is_space(*self.bytes.get(at)?) {
                        at += 1;
                    }
                    value = from..at;
                }
            }
            attributes.push(Attribute {
                name: self.lower(first..name_end),
                range: first..at.max(value.end),
                value,
                quote,
            });
        };
        self.at = at;
        Some(Element {
            name,
            range: start..at,
            attributes,
            closed,
        })
    }

    /// Content that is not markup, up to the closing tag of the element.
    fn content(&mut self, name: &str) {
        let raw = match name {
            "script" | "style" | "xmp" | "iframe" | "noembed" | "noframes" => true,
            "title" | "textarea" => false,
            _ => return,
        };
        let start = self.at;
        let mut at = start;
        let end = loop {
            let Some(found) = self.find(at, b"</") else {
                break self.bytes.len();
            };
            let after = found + 2 + name.len();
            let matches = self
                .bytes
                .get(found + 2..after)
                .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()));
            let ends = self
                .bytes
                .get(after)
                .is_some_and(|&byte| is_space(byte) || byte == b'/' || byte == b'>');
            if matches && ends {
                break found;
            }
            at = found + 2;
        };
        if start < end {
            self.out.push(if raw {
                Token::Raw(start..end)
            } else {
                Token::Text(start..end)
            });
        }
        self.at = end;
    }
}

/// Decodes character references: numeric ones and the names that occur in addresses and plain text.
/// In attributes a reference without its semicolon stays as it is before `=`, a letter or a digit.
pub fn decode(text: &str, in_attribute: bool) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        match reference(tail, in_attribute) {
            Some((character, length)) => {
                out.push(character);
                rest = tail.get(length..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = tail.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn reference(tail: &str, in_attribute: bool) -> Option<(char, usize)> {
    let body = tail.get(1..)?;
    if let Some(number) = body.strip_prefix('#') {
        let (digits, radix, offset) = match number.strip_prefix(['x', 'X']) {
            Some(hex) => (hex, 16, 3),
            None => (number, 10, 2),
        };
        let length = digits
            .bytes()
            .take_while(|b| (*b as char).is_digit(radix))
            .count();
        if length == 0 {
            return None;
        }
        let code = u32::from_str_radix(digits.get(..length)?, radix).unwrap_or(u32::MAX);
        let character = match code {
            0 => '\u{fffd}',
            _ => char::from_u32(code).unwrap_or('\u{fffd}'),
        };
        let semicolon = usize::from(digits.as_bytes().get(length) == Some(&b';'));
        return Some((character, offset + length + semicolon));
    }
    const NAMES: [(&str, char, bool); 30] = [
        ("amp", '&', true),
        ("lt", '<', true),
        ("gt", '>', true),
        ("quot", '"', true),
        ("apos", '\'', false),
        ("nbsp", '\u{a0}', true),
        ("copy", '©', true),
        ("reg", '®', true),
        ("trade", '™', false),
        ("euro", '€', false),
        ("pound", '£', true),
        ("yen", '¥', true),
        ("cent", '¢', true),
        ("sect", '§', true),
        ("deg", '°', true),
        ("middot", '·', true),
        ("bull", '•', false),
        ("hellip", '…', false),
        ("ndash", '–', false),
        ("mdash", '—', false),
        ("lsquo", '‘', false),
        ("rsquo", '’', false),
        ("ldquo", '“', false),
        ("rdquo", '”', false),
        ("laquo", '«', true),
        ("raquo", '»', true),
        ("zwnj", '\u{200c}', false),
        ("zwj", '\u{200d}', false),
        ("shy", '\u{ad}', true),
        ("rarr", '→', false),
    ];
    for (name, character, optional) in NAMES {
        if let Some(after) = body.strip_prefix(name) {
            if after.starts_with(';') {
                return Some((character, name.len() + 2));
            }
            let continues = after.starts_with(|c: char| c == '=' || c.is_ascii_alphanumeric());
            if optional && !(in_attribute && continues) {
                return Some((character, name.len() + 1));
            }
        }
    }
    None
}

/// Escapes for text and for quoted attributes alike.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    escape_into(text, &mut out);
    out
}

/// Appends the escaped text; runs that need no escaping are copied whole.
pub fn escape_into(text: &str, out: &mut String) {
    let mut last = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        out.push_str(text.get(last..at).unwrap_or_default());
        out.push_str(entity);
        last = at + 1;
    }
    out.push_str(text.get(last..).unwrap_or_default());
}

/// Escapes everything but the expressions.
pub fn escape_literals(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut last = 0;
    for span in super::expr::scan(text) {
        escape_into(
            text.get(last..span.range.start).unwrap_or_default(),
            &mut out,
        );
        out.push_str(text.get(span.range.clone()).unwrap_or_default());
        last = span.range.end;
    }
    escape_into(text.get(last..).unwrap_or_default(), &mut out);
    out
}

#[cfg(test)]
pub(crate) mod checker;
#[cfg(test)]
mod tests;
