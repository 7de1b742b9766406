//! The code modes: MJML to HTML, and what every document must have around its body.

use std::collections::HashMap;

use mrml::prelude::parser::Error;
use mrml::prelude::render::RenderOptions;

use super::depth::{MAX_DEPTH, too_deep};
use super::{CompileContext, CompileError};
use crate::mail::expr::{Mask, Tag, blank, scan};
use crate::mail::html::{Token, escape_literals, tokens};

/// Renders MJML. Expressions are masked, because neither parser nor renderer knows them.
pub(super) fn mjml(source: &str, lang: &str) -> Result<String, CompileError> {
    let shape = blank(source);
    let found = tokens(&shape);
    let include = found.iter().find_map(|token| match token {
        Token::Open(element) if element.name == "mj-include" => Some(element.range.start),
        _ => None,
    });
    if let Some(at) = include {
        return Err(at_line(
            source,
            at,
            "mj-include is not available. Paste the content here instead.",
        ));
    }
    // The parser keeps elements it does not know, and no client would show them.
    let unknown = found.iter().find_map(|token| match token {
        Token::Open(element) if is_unknown(&element.name) => Some(element),
        _ => None,
    });
    if let Some(element) = unknown {
        let words = format!("There is no element <{}> in MJML.", element.name);
        return Err(at_line(source, element.range.start, &words));
    }
    let mut mask = Mask::new(source);
    let mut masked = hide(source, &found, &mut mask);
    let speaks = found.iter().any(|token| {
        matches!(token, Token::Open(root) if root.name == "mjml" && root.attribute("lang").is_some())
    });
    if !speaks {
        let lang = mask.hide(escape_literals(lang));
        masked = masked.replacen("<mjml", &format!("<mjml lang=\"{lang}\""), 1);
    }
    let html = render(&masked).map_err(|(at, message)| {
        // The masked text before the mistake, revealed, has the lines of the source.
        let at = at.map(|at| mask.reveal(prefix(&masked, at)));
        CompileError {
            line: at.map(|before| before.matches('\n').count() + 1),
            message,
        }
    })?;
    Ok(mask.reveal(&html))
}

/// Whether this claims to be MJML, but is none of its elements.
fn is_unknown(name: &str) -> bool {
    const KNOWN: [&str; 34] = [
        "mj-accordion",
        "mj-accordion-element",
        "mj-accordion-text",
        "mj-accordion-title",
        "mj-all",
        "mj-attributes",
        "mj-body",
        "mj-breakpoint",
        "mj-button",
        "mj-carousel",
        "mj-carousel-image",
        "mj-class",
        "mj-column",
        "mj-divider",
        "mj-font",
        "mj-group",
        "mj-head",
        "mj-hero",
        "mj-image",
        "mj-include",
        "mj-navbar",
        "mj-navbar-link",
        "mj-preview",
        "mj-raw",
        "mj-section",
        "mj-social",
        "mj-social-element",
        "mj-spacer",
        "mj-style",
        "mj-table",
        "mj-text",
        "mj-title",
        "mj-wrapper",
        "mj-selector",
    ];
    name.starts_with("mj-") && !KNOWN.contains(&name)
}

fn prefix(text: &str, mut at: usize) -> &str {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text.get(..at).unwrap_or_default()
}

fn at_line(source: &str, at: usize, message: &str) -> CompileError {
    CompileError {
        line: Some(prefix(source, at).matches('\n').count() + 1),
        message: message.to_owned(),
    }
}

/// Masks expressions; statements between structural elements become comments, which the renderer carries along.
fn hide(source: &str, found: &[Token], mask: &mut Mask) -> String {
    let mut structural = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    for token in found {
        match token {
            // What stands deeper than may be is refused below; until then it must not be searched again and again.
            Token::Open(element)
                if !element.closed && !element.is_void() && open.len() <= MAX_DEPTH =>
            {
                open.push(&element.name);
            }
            Token::Close { name, .. } => {
                if let Some(at) = open.iter().rposition(|open| open == name) {
                    open.truncate(at);
                }
            }
            Token::Text(range) => {
                let holds_elements = open.last().is_some_and(|name| {
                    matches!(
                        *name,
                        "mj-body"
                            | "mj-section"
                            | "mj-column"
                            | "mj-wrapper"
                            | "mj-group"
                            | "mj-hero"
                            | "mj-head"
                            | "mj-social"
                            | "mj-navbar"
                            | "mj-accordion"
                            | "mj-carousel"
                    )
                });
                if holds_elements {
                    structural.push(range.clone());
                }
            }
            _ => {}
        }
    }
    let mut out = String::with_capacity(source.len());
    let mut last = 0;
    for span in scan(source) {
        out.push_str(source.get(last..span.range.start).unwrap_or_default());
        let word = mask.hide(source.get(span.range.clone()).unwrap_or_default());
        let between = structural
            .iter()
            .any(|range| range.start <= span.range.start && span.range.end <= range.end);
        if between && span.tag != Tag::Print {
            out.push_str(&format!("<!--{word}-->"));
        } else {
            out.push_str(&word);
        }
        last = span.range.end;
    }
    out.push_str(source.get(last..).unwrap_or_default());
    out
}

/// Renders MJML without expressions; a mistake comes with its byte offset where known.
pub(super) fn render(mjml: &str) -> Result<String, (Option<usize>, String)> {
    if let Some(at) = too_deep(mjml) {
        let words = format!("More than {MAX_DEPTH} elements stand inside one another here.");
        return Err((Some(at), words));
    }
    let parsed = mrml::parse(mjml).map_err(|error| explain(mjml, &error))?;
    let options = RenderOptions {
        disable_comments: false,
        social_icon_origin: None,
        // No fonts from other people's servers: they would see every reader.
        fonts: HashMap::new(),
    };
    parsed
        .element
        .render(&options)
        .map_err(|error| (None, format!("The MJML cannot be rendered: {error}.")))
}

fn explain(mjml: &str, error: &Error) -> (Option<usize>, String) {
    let near = |start: usize, end: usize| {
        let text: String = mjml
            .get(start..end)
            .unwrap_or_default()
            .chars()
            .take(40)
            .collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    match error {
        Error::UnexpectedElement { position, .. } => (
            Some(position.start),
            format!(
                "The element “{}” cannot stand here.",
                near(position.start, position.end).trim_start_matches('<')
            ),
        ),
        Error::UnexpectedToken { position, .. } => (
            Some(position.start),
            format!(
                "“{}” cannot stand here.",
                near(position.start, position.end)
            ),
        ),
        Error::MissingAttribute { name, position, .. } => (
            Some(position.start),
            format!("The attribute “{name}” is missing."),
        ),
        Error::InvalidAttribute { position, .. } => (
            Some(position.start),
            format!(
                "“{}” is not a valid attribute.",
                near(position.start, position.end)
            ),
        ),
        Error::InvalidFormat { position, .. } => (
            Some(position.start),
            format!(
                "“{}” is not in a form we can read.",
                near(position.start, position.end)
            ),
        ),
        Error::EndOfStream { .. } => (
            Some(mjml.trim_end().len()),
            "The source ends too early. An element is not closed.".to_owned(),
        ),
        Error::SizeLimit { .. } => (None, "The source is too large.".to_owned()),
        Error::NoRootNode => (
            None,
            "There is no <mjml> element around the content.".to_owned(),
        ),
        Error::IncludeLoaderError { position, .. } => (
            Some(position.start),
            "mj-include is not available. Paste the content here instead.".to_owned(),
        ),
        Error::ParserError { source, .. } => {
            let words = source.to_string();
            (
                offset(mjml, &words),
                format!("The markup cannot be read: {words}."),
            )
        }
    }
}

/// The tokenizer of the MJML parser says "… at LINE:COLUMN" and nothing else.
fn offset(mjml: &str, words: &str) -> Option<usize> {
    let (_, place) = words.rsplit_once(" at ")?;
    let line: usize = place.split(':').next()?.trim().parse().ok()?;
    let before = mjml.split_inclusive('\n').take(line.checked_sub(1)?);
    Some(before.map(str::len).sum())
}

/// Sees to it that the document is whole: shell, character set, language, title, colour scheme, preheader.
pub(super) fn finish(html: &str, context: &CompileContext) -> String {
    let shape = blank(html);
    let found = tokens(&shape);
    let element = |name: &str| {
        found.iter().find_map(|token| match token {
            Token::Open(element) if element.name == name => Some(element),
            _ => None,
        })
    };
    let has_meta = |wanted: &str| {
        found.iter().any(|token| {
            matches!(token, Token::Open(meta) if meta.name == "meta"
                && meta.value(html, "name").is_some_and(|name| name.eq_ignore_ascii_case(wanted)))
        })
    };
    let lang = escape_literals(&context.lang);
    let subject = escape_literals(context.subject.trim());
    let mut head = String::new();
    if !has_meta("color-scheme") {
        // Without rules for dark mode of its own a mail is safest as it was drawn.
        head.push_str("<meta name=\"color-scheme\" content=\"light\"><meta name=\"supported-color-schemes\" content=\"light\">");
    }
    let preheader = preheader(context.preheader.trim());
    let Some(root) = element("html") else {
        return format!(
            "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">{head}<title>{subject}</title></head><body>{preheader}{html}</body></html>"
        );
    };
    let mut edits: Vec<(usize, usize, String)> = Vec::new();
    if root.attribute("lang").is_none() {
        let at = root.range.start + "<html".len();
        edits.push((at, at, format!(" lang=\"{lang}\"")));
    }
    match title(&found) {
        Some((start, end)) if html.get(start..end).is_some_and(|t| t.trim().is_empty()) => {
            edits.push((start, end, subject));
        }
        Some(_) => {}
        None => head.push_str(&format!("<title>{subject}</title>")),
    }
    match element("head") {
        Some(found) => edits.push((found.range.end, found.range.end, head)),
        None => edits.push((
            root.range.end,
            root.range.end,
            format!("<head>{head}</head>"),
        )),
    }
    if let Some(body) = element("body") {
        edits.push((body.range.end, body.range.end, preheader));
    }
    edits.sort_by_key(|(start, _, _)| *start);
    let mut out = String::with_capacity(html.len() + 1024);
    let mut last = 0;
    for (start, end, text) in edits {
        if start < last {
            continue;
        }
        out.push_str(html.get(last..start).unwrap_or_default());
        out.push_str(&text);
        last = end;
    }
    out.push_str(html.get(last..).unwrap_or_default());
    out
}

/// Where the words of the title stand.
fn title(found: &[Token]) -> Option<(usize, usize)> {
    let at = found
        .iter()
        .position(|token| matches!(token, Token::Open(element) if element.name == "title"))?;
    let Token::Open(element) = found.get(at)? else {
        return None;
    };
    let start = element.range.end;
    match found.get(at + 1) {
        Some(Token::Text(range)) => Some((start, range.end)),
        _ => Some((start, start)),
    }
}

/// Hidden text for the inbox list, followed by blanks that keep the body's first words out of it.
pub(super) fn preheader(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!(
        "<div style=\"display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all\">{}{}</div>",
        escape_literals(text),
        "&#847;&zwnj;&nbsp;".repeat(60)
    )
}
