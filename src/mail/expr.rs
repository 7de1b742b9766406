//! Finds merge expressions in any text, so that other steps can leave them alone. Knows no language beyond the braces.

use std::ops::Range;

/// What stands between the braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// `{{ name }}`
    Print,
    /// `{% if name %}`
    Statement,
    /// `{# note #}`; a blank must follow `{#`, because style sheets hold `{#id`.
    Comment,
}

/// One expression; the range includes the braces, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub range: Range<usize>,
    pub tag: Tag,
}

/// The byte that stands for expressions in [`blank`].
pub const BLANK: u8 = 1;

/// All closed expressions, in order; opening braces that are never closed are left out.
pub fn scan(source: &str) -> Vec<Span> {
    let bytes = source.as_bytes();
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(found) = find(bytes, at, b'{') {
        at = found;
        match opens(bytes, at).and_then(|tag| Some((tag, close(bytes, at + 2, tag)?))) {
            Some((tag, end)) => {
                spans.push(Span {
                    range: at..end,
                    tag,
                });
                at = end;
            }
            None => at += 1,
        }
    }
    spans
}

/// The tag that opens at this byte, closed or not.
pub fn opens(bytes: &[u8], at: usize) -> Option<Tag> {
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    match bytes.get(at + 1)? {
        b'{' => Some(Tag::Print),
        b'%' => Some(Tag::Statement),
        b'#' if matches!(bytes.get(at + 2), Some(b' ' | b'\n' | b'\r' | b'\t' | b'-')) => {
            Some(Tag::Comment)
        }
        _ => None,
    }
}

fn find(bytes: &[u8], from: usize, needle: u8) -> Option<usize> {
    let rest = bytes.get(from..)?;
    Some(from + rest.iter().position(|&byte| byte == needle)?)
}

/// Where the tag ends, braces included. Quoted strings may hold closing braces, but a quote that never
/// closes (an apostrophe in a name, say) does not hide the end.
fn close(bytes: &[u8], from: usize, tag: Tag) -> Option<usize> {
    let end: &[u8] = match tag {
        Tag::Print => b"}}",
        Tag::Statement => b"%}",
        Tag::Comment => b"#}",
    };
    let plain = |from: usize| {
        let rest = bytes.get(from..)?;
        Some(from + rest.windows(2).position(|pair| pair == end)? + 2)
    };
    if tag == Tag::Comment {
        return plain(from);
    }
    let mut quote = None;
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match quote {
            Some(_) if byte == b'\\' => at += 1,
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if byte == b'"' || byte == b'\'' => quote = Some(byte),
            None if bytes.get(at..at + 2) == Some(end) => return Some(at + 2),
            None => {}
        }
        at += 1;
    }
    plain(from)
}

/// The same text with every byte of an expression replaced by [`BLANK`]: offsets stay, and no quote or
/// angle bracket of an expression can mislead an HTML tokenizer. Stray BLANK bytes of the source become spaces.
pub fn blank(source: &str) -> String {
    let mut bytes = source.as_bytes().to_vec();
    for byte in &mut bytes {
        if *byte == BLANK {
            *byte = b' ';
        }
    }
    for span in scan(source) {
        if let Some(slice) = bytes.get_mut(span.range) {
            slice.fill(BLANK);
        }
    }
    // Expressions start and end at ASCII bytes, so the rest is still UTF-8.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Swaps pieces of text for inert words and back, so that they pass through other programs untouched.
#[derive(Debug)]
pub struct Mask {
    prefix: String,
    pieces: Vec<String>,
}

impl Mask {
    /// A mask whose words occur nowhere in `avoid`.
    pub fn new(avoid: &str) -> Self {
        let mut number = 0u32;
        let mut prefix = "mgx0n".to_owned();
        while avoid.contains(&prefix) {
            number += 1;
            prefix = format!("mgx{number}n");
        }
        Self {
            prefix,
            pieces: Vec::new(),
        }
    }

    /// The word that stands for this piece.
    pub fn hide(&mut self, piece: impl Into<String>) -> String {
        let word = format!("{}{}z", self.prefix, self.pieces.len());
        self.pieces.push(piece.into());
        word
    }

    /// The text with each expression hidden; `word` may dress the word it is given.
    pub fn hide_expressions(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut last = 0;
        for span in scan(text) {
            out.push_str(text.get(last..span.range.start).unwrap_or_default());
            let piece = text.get(span.range.clone()).unwrap_or_default();
            let word = self.hide(piece);
            out.push_str(&word);
            last = span.range.end;
        }
        out.push_str(text.get(last..).unwrap_or_default());
        out
    }

    /// Puts the pieces back; a word in an HTML comment of its own loses the comment. Pieces may hold words of this mask.
    pub fn reveal(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() * 2);
        self.reveal_into(text, &mut out, 0);
        out
    }

    fn reveal_into(&self, text: &str, out: &mut String, depth: u8) {
        let mut rest = text;
        while let Some(at) = rest.find(&self.prefix) {
            let (before, tail) = rest.split_at(at);
            let digits = tail.get(self.prefix.len()..).unwrap_or_default();
            let end = digits.bytes().take_while(u8::is_ascii_digit).count();
            let piece = digits.get(..end).and_then(|number| {
                let index: usize = number.parse().ok()?;
                self.pieces.get(index)
            });
            match piece {
                Some(piece) if digits.as_bytes().get(end) == Some(&b'z') && depth < 4 => {
                    let mut after = digits.get(end + 1..).unwrap_or_default();
                    let mut before = before;
                    if let (Some(outer), Some(inner)) =
                        (before.strip_suffix("<!--"), after.strip_prefix("-->"))
                    {
                        (before, after) = (outer, inner);
                    }
                    out.push_str(before);
                    self.reveal_into(piece, out, depth + 1);
                    rest = after;
                }
                _ => {
                    out.push_str(before);
                    out.push_str(&self.prefix);
                    rest = digits;
                }
            }
        }
        out.push_str(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(source: &str) -> Vec<&str> {
        scan(source)
            .into_iter()
            .map(|span| &source[span.range])
            .collect()
    }

    #[test]
    fn expressions_are_found_whatever_surrounds_them() {
        let cases: [(&str, &[&str]); 9] = [
            ("Hi {{ name }}!", &["{{ name }}"]),
            (
                "{% if a %}x{% endif %}{# no #}",
                &["{% if a %}", "{% endif %}", "{# no #}"],
            ),
            (
                r#"<a href="{{ u | default("}}") }}">"#,
                &[r#"{{ u | default("}}") }}"#],
            ),
            ("{{ it's }} fine", &["{{ it's }}"]),
            ("a{#id{color:red}}", &[]),
            ("{{ open", &[]),
            ("{ {{a}} }", &["{{a}}"]),
            ("{{ \"\\\"}}\" }}", &["{{ \"\\\"}}\" }}"]),
            ("{{ grüße }}ß{{b}}", &["{{ grüße }}", "{{b}}"]),
        ];
        for (source, expected) in cases {
            assert_eq!(found(source), expected, "{source}");
        }
    }

    proptest! {
        #[test]
        fn blanking_keeps_offsets_and_masking_is_undone(parts in prop::collection::vec(
            prop_oneof![Just("{{ a }}".to_owned()), Just("{% if 'x' %}".to_owned()), Just("mgx0n0z".to_owned()), "\\PC{0,8}"], 0..12)
        ) {
            let source = parts.concat();
            prop_assert_eq!(blank(&source).len(), source.len());
            let mut mask = Mask::new(&source);
            let hidden = mask.hide_expressions(&source);
            prop_assert!(scan(&hidden).len() <= scan(&source).len());
            prop_assert_eq!(mask.reveal(&hidden), source);
        }
    }
}
