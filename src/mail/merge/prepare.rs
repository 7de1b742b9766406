//! From what marketers write to what the engine reads: names with spaces, any case, typographic quotes;
//! and from what the engine could do to what a mail may do: a short list of statements, filters and tests.

mod lexer;
mod limits;

use std::collections::BTreeSet;

use self::lexer::{Kind, Piece, pieces};
use super::filters::{FILTERS, TESTS};
use super::place::{Place, places, url_places};
use super::{Escape, MergeError};
use crate::mail::expr::{Span, Tag, opens, scan};
use crate::mail::html::decode;
use crate::mail::names::{KEYWORDS, merge_name};

/// Deepest loop inside loops.
const MAX_LOOPS: usize = 2;
/// Most `elif` of the conditions around one place: the engine calls itself for each.
const MAX_ELIFS: usize = 100;

pub(super) struct Prepared {
    pub text: String,
    pub has_expressions: bool,
    pub map: Map,
}

/// Leads from offsets of the prepared text back to the source.
pub(super) struct Map {
    pub source: String,
    /// (offset in the prepared text, offset in the source), ascending.
    marks: Vec<(usize, usize)>,
    /// Names printed on their own, without a `default`.
    pub bare: BTreeSet<String>,
}

impl Map {
    pub fn origin(&self, offset: usize) -> usize {
        let after = self.marks.partition_point(|(out, _)| *out <= offset);
        match after.checked_sub(1).and_then(|at| self.marks.get(at)) {
            Some((out, source)) => source + (offset - out),
            None => offset,
        }
    }
}

pub(super) fn prepare(source: &str, escape: Escape) -> Result<Prepared, MergeError> {
    let spans = scan(source);
    let places = match escape {
        Escape::Html => places(source, &spans),
        Escape::Url => url_places(source, &spans),
        Escape::Text | Escape::Header => vec![Place::Text; spans.len()],
    };
    let mut writer = Writer {
        source,
        escape,
        out: String::with_capacity(source.len() + 64),
        marks: vec![(0, 0)],
        bare: BTreeSet::new(),
        open: Vec::new(),
        wrote: false,
    };
    let mut last = 0;
    for (span, place) in spans.iter().zip(places) {
        writer.literal(last, span.range.start)?;
        writer.span(span, place)?;
        last = span.range.end;
    }
    writer.literal(last, source.len())?;
    if let Some(Open { word, at, .. }) = writer.open.pop() {
        return Err(MergeError::at(
            source,
            at,
            format!("This {{% {word} %}} is never closed. Add {{% end{word} %}} where it ends."),
        ));
    }
    Ok(Prepared {
        has_expressions: writer.wrote,
        text: writer.out,
        map: Map {
            source: source.to_owned(),
            marks: writer.marks,
            bare: writer.bare,
        },
    })
}

struct Writer<'a> {
    source: &'a str,
    escape: Escape,
    out: String,
    marks: Vec<(usize, usize)>,
    bare: BTreeSet<String>,
    /// Statements not yet closed.
    open: Vec<Open>,
    wrote: bool,
}

/// A statement that waits for its end.
struct Open {
    word: &'static str,
    /// The offset it opened at.
    at: usize,
    elifs: usize,
}

impl Writer<'_> {
    fn fail<T>(&self, at: usize, message: impl Into<String>) -> Result<T, MergeError> {
        Err(MergeError::at(self.source, at, message))
    }

    fn mark(&mut self, origin: usize) {
        self.marks.push((self.out.len(), origin));
    }

    /// Copies text that holds no closed expression.
    fn literal(&mut self, from: usize, to: usize) -> Result<(), MergeError> {
        self.mark(from);
        let text = self.source.get(from..to).unwrap_or_default();
        let mut last = 0;
        for (at, _) in text.match_indices('{') {
            match opens(self.source.as_bytes(), from + at) {
                Some(Tag::Print) => {
                    return self.fail(
                        from + at,
                        "This merge field is never closed. Add }} where it ends.",
                    );
                }
                Some(Tag::Statement) => {
                    return self.fail(
                        from + at,
                        "This statement is never closed. Add %} where it ends.",
                    );
                }
                // Style sheets hold `{#id`, which the engine would take for a comment.
                _ if text.as_bytes().get(at + 1) == Some(&b'#') => {
                    self.out.push_str(text.get(last..at).unwrap_or_default());
                    self.out.push_str("{{ '{#'|__literal }}");
                    self.wrote = true;
                    last = at + 2;
                    self.mark(from + last);
                }
                _ => {}
            }
        }
        self.out.push_str(text.get(last..).unwrap_or_default());
        Ok(())
    }

    fn span(&mut self, span: &Span, place: Place) -> Result<(), MergeError> {
        if span.tag == Tag::Comment {
            // The lines stay, so that errors further down name the right one.
            let text = self.source.get(span.range.clone()).unwrap_or_default();
            let lines = text.matches('\n').count();
            if lines > 0 {
                self.out.push_str("{#");
                self.out.extend(std::iter::repeat_n('\n', lines));
                self.out.push_str("#}");
                self.wrote = true;
            }
            return Ok(());
        }
        self.wrote = true;
        let mut start = span.range.start + 2;
        let mut end = span.range.end - 2;
        let bytes = self.source.as_bytes();
        let dash = |at: usize| matches!(bytes.get(at), Some(b'-' | b'+'));
        let before = start < end && dash(start);
        start += usize::from(before);
        let after = start < end && dash(end - 1);
        end -= usize::from(after);
        let raw = self.source.get(start..end).unwrap_or_default();
        let inner = if self.escape == Escape::Html {
            decode(raw, false)
        } else {
            raw.into()
        };
        let pieces = pieces(&inner)
            .map_err(|(at, message)| MergeError::at(self.source, start + at, message))?;
        if span.tag == Tag::Statement {
            self.statement(&pieces, span.range.start)?;
        }
        self.check(&pieces, start)?;
        let braces = match span.tag {
            Tag::Print => ("{{", "}}"),
            _ => ("{%", "%}"),
        };
        self.out.push_str(braces.0);
        if before {
            self.out.push_str(bytes_str(self.source, start - 1));
        }
        if span.tag == Tag::Statement {
            self.out.push(' ');
            self.expression(&pieces, start);
        } else {
            if pieces.iter().all(|piece| piece.kind == Kind::Space) {
                return self.fail(
                    span.range.start,
                    "This merge field is empty. Write a name between the braces.",
                );
            }
            if let [only] = joined(&pieces).as_slice() {
                self.bare.insert(only.clone());
            }
            let filter = match place {
                Place::Text => None,
                Place::UrlStart => Some("__url"),
                Place::UrlPart if raw.contains("urlencode") => None,
                Place::UrlPart => Some("__part"),
                Place::Bare => Some("__bare"),
                Place::Raw => Some("__css"),
            };
            match filter {
                Some(filter) => {
                    self.out.push_str(" (");
                    self.expression(&pieces, start);
                    self.out.push_str(")|");
                    self.out.push_str(filter);
                    self.out.push(' ');
                }
                None => {
                    self.out.push(' ');
                    self.expression(&pieces, start);
                    self.out.push(' ');
                }
            }
        }
        if after {
            self.out.push_str(bytes_str(self.source, end));
        }
        self.out.push_str(braces.1);
        Ok(())
    }

    /// Writes an expression the way the engine reads it.
    fn expression(&mut self, pieces: &[Piece<'_>], start: usize) {
        let mut at = 0;
        while let Some(piece) = pieces.get(at) {
            self.mark(start + piece.at);
            let words = name_length(pieces, at);
            if words > 0 {
                let text: String = pieces
                    .get(at..at + words)
                    .unwrap_or_default()
                    .iter()
                    .map(|piece| piece.text.as_ref())
                    .collect();
                self.out.push_str(&merge_name(&text));
                at += words;
                continue;
            }
            match piece.kind {
                Kind::Word => self.out.push_str(&piece.text.to_lowercase()),
                _ => self.out.push_str(&piece.text),
            }
            at += 1;
        }
    }

    fn open(&mut self, word: &'static str, at: usize) {
        self.open.push(Open { word, at, elifs: 0 });
    }

    /// Keeps track of what is open, and refuses what mails do not need.
    fn statement(&mut self, pieces: &[Piece<'_>], at: usize) -> Result<(), MergeError> {
        let word = pieces
            .iter()
            .find(|piece| piece.kind != Kind::Space)
            .map(|piece| piece.text.to_lowercase())
            .unwrap_or_default();
        match word.as_str() {
            "if" => self.open("if", at),
            "for" => {
                if self.open.iter().filter(|open| open.word == "for").count() >= MAX_LOOPS {
                    return self.fail(at, "At most two loops may stand inside one another.");
                }
                self.open("for", at);
            }
            "elif" => {
                let elifs: usize = self.open.iter().map(|open| open.elifs).sum();
                match self.open.last_mut() {
                    Some(open) if open.word == "if" => open.elifs += 1,
                    _ => return self.fail(at, "{% elif %} stands outside of an {% if %}."),
                }
                if elifs >= MAX_ELIFS {
                    return self.fail(at, "One {% if %} may have at most 100 {% elif %}.");
                }
            }
            "else" if self.open.is_empty() => {
                return self.fail(at, "{% else %} stands outside of an {% if %}.");
            }
            "else" => {}
            "endif" | "endfor" => {
                let opener = if word == "endif" { "if" } else { "for" };
                match self.open.pop() {
                    Some(open) if open.word == opener => {}
                    Some(open) => {
                        let due = open.word;
                        return self.fail(
                            at,
                            format!("{{% {word} %}} stands where {{% end{due} %}} is due."),
                        );
                    }
                    None => {
                        return self.fail(
                            at,
                            format!("{{% {word} %}} has no {{% {opener} %}} before it."),
                        );
                    }
                }
            }
            "" => return self.fail(at, "This statement is empty."),
            _ => {
                return self.fail(
                    at,
                    format!(
                        "“{word}” is not a statement we know. Use {{% if %}}, {{% elif %}}, {{% else %}} or {{% for %}}."
                    ),
                );
            }
        }
        Ok(())
    }

    /// Filters, tests and calls must be known before the first recipient is reached.
    fn check(&self, pieces: &[Piece<'_>], start: usize) -> Result<(), MergeError> {
        let solid: Vec<&Piece<'_>> = pieces.iter().filter(|p| p.kind != Kind::Space).collect();
        for (index, piece) in solid.iter().enumerate() {
            let text_at = |back: usize| {
                let at = index.checked_sub(back)?;
                solid.get(at).map(|piece| piece.text.to_lowercase())
            };
            let at = start + piece.at;
            if piece.kind == Kind::Other && "{}".contains(piece.text.as_ref()) {
                return self.fail(
                    at,
                    "There is a brace too many. A merge field has two on each side: {{ name }}.",
                );
            }
            if piece.kind != Kind::Word {
                continue;
            }
            let word = piece.text.to_lowercase();
            let calls = solid.get(index + 1).is_some_and(|next| next.text == "(");
            if text_at(1).as_deref() == Some("|") {
                if !FILTERS.contains(&word.as_str()) {
                    return self.fail(
                        at,
                        format!(
                            "There is no filter “{}”. The filters are: {}.",
                            piece.text,
                            FILTERS.join(", ")
                        ),
                    );
                }
            } else if is_test(&solid, index) {
                if !TESTS.contains(&word.as_str()) && !KEYWORDS.contains(&word.as_str()) {
                    return self.fail(
                        at,
                        format!(
                            "There is no test “{}”. The tests are: {}.",
                            piece.text,
                            TESTS.join(", ")
                        ),
                    );
                }
            } else if calls && !KEYWORDS.contains(&word.as_str()) {
                return self.fail(
                    at,
                    format!(
                        "“{}(…)” is not something we can do. To change a value use a filter, such as {{{{ name|upper }}}}.",
                        piece.text
                    ),
                );
            }
        }
        limits::check(pieces).or_else(|(at, words)| self.fail(start + at, words))
    }
}

fn bytes_str(source: &str, at: usize) -> &str {
    source.get(at..at + 1).unwrap_or_default()
}

/// Whether the word at this index follows `is` or `is not`.
fn is_test(solid: &[&Piece<'_>], index: usize) -> bool {
    let word = |back: usize| {
        let at = index.checked_sub(back)?;
        solid.get(at).map(|piece| piece.text.to_lowercase())
    };
    match word(1).as_deref() {
        Some("is") => solid
            .get(index)
            .is_some_and(|piece| !piece.text.eq_ignore_ascii_case("not")),
        Some("not") => word(2).as_deref() == Some("is"),
        _ => false,
    }
}

fn is_keyword(piece: &Piece<'_>) -> bool {
    let word = piece.text.to_lowercase();
    KEYWORDS.contains(&word.as_str()) || matches!(word.as_str(), "endif" | "endfor" | "recursive")
}

/// How many pieces from here make up one name: words with blanks or hyphens between them. 0: no name starts here.
fn name_length(pieces: &[Piece<'_>], at: usize) -> usize {
    let is_part =
        |piece: &Piece<'_>| matches!(piece.kind, Kind::Word | Kind::Number) && !is_keyword(piece);
    let Some(first) = pieces.get(at) else {
        return 0;
    };
    if first.kind != Kind::Word || is_keyword(first) {
        return 0;
    }
    let solid: Vec<&Piece<'_>> = pieces
        .get(..=at)
        .unwrap_or_default()
        .iter()
        .filter(|piece| piece.kind != Kind::Space)
        .collect();
    let index = solid.len() - 1;
    let filter = index
        .checked_sub(1)
        .and_then(|back| solid.get(back))
        .is_some_and(|piece| piece.text == "|");
    if filter || is_test(&solid, index) {
        return 0;
    }
    let mut length = 1;
    while let Some(gap) = pieces.get(at + length) {
        let joins = gap.kind == Kind::Space || gap.text == "-";
        let next = pieces.get(at + length + 1);
        if !joins || !next.is_some_and(is_part) {
            break;
        }
        length += 2;
    }
    length
}

/// The name an expression consists of, if it is nothing but a name.
fn joined(pieces: &[Piece<'_>]) -> Vec<String> {
    let first = pieces
        .iter()
        .take_while(|piece| piece.kind == Kind::Space)
        .count();
    let length = name_length(pieces, first);
    let rest = pieces.get(first + length..).unwrap_or_default();
    if length == 0 || rest.iter().any(|piece| piece.kind != Kind::Space) {
        return Vec::new();
    }
    let words = pieces.get(first..first + length).unwrap_or_default();
    let text: String = words.iter().map(|piece| piece.text.as_ref()).collect();
    vec![merge_name(&text)]
}
