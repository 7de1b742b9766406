//! Finds the links of a mail and puts others in their place, so that clicks and opens can be counted.
//! Every byte that is no link target stays as it is.

use std::ops::Range;

use super::expr::{BLANK, Tag, blank, scan};
use super::html::{Element, Token, decode, tokens};

/// Names the mailer fills in itself; links to them are never counted as clicks.
pub const SYSTEM_LINKS: [&str; 4] = [
    "unsubscribe_url",
    "preferences_url",
    "browser_url",
    "confirm_url",
];

/// One link whose clicks can be counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Link {
    /// Counts from 0 in the order of the document, over counted links only.
    pub index: usize,
    /// Where it leads: template text with entities decoded and merge expressions kept.
    pub target: String,
    /// The words of the link, or the alternative text of its image.
    pub label: String,
}

/// The merge expression that stands for link `index` once links are rewritten.
pub fn placeholder(index: usize) -> String {
    format!("{{{{ __link_{index} }}}}")
}

/// The links of a document, in order.
pub fn extract_links(html: &str) -> Vec<Link> {
    let text = blank(html);
    let loops = loops(html);
    let tokens = tokens(&text);
    let mut links = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if let Some((_, target)) = counted(html, &text, &loops, token) {
            links.push(Link {
                index: links.len(),
                target,
                label: label(html, tokens.get(at + 1..).unwrap_or_default()),
            });
        }
    }
    links
}

/// The document with each counted link leading where `replacement` says; the indexes are those of [`extract_links`].
pub fn rewrite_links(html: &str, mut replacement: impl FnMut(usize) -> String) -> String {
    let text = blank(html);
    let loops = loops(html);
    let mut out = String::with_capacity(html.len() + 256);
    let mut last = 0;
    let mut index = 0;
    for token in tokens(&text) {
        if let Some((value, _)) = counted(html, &text, &loops, &token) {
            out.push_str(html.get(last..value.range.start).unwrap_or_default());
            let instead = replacement(index);
            match value.quote {
                Some(_) => out.push_str(&instead),
                // A value without quotes would end at the first blank of what we put there.
                None => out.extend(["\"", &instead, "\""]),
            }
            last = value.range.end;
            index += 1;
        }
    }
    out.push_str(html.get(last..).unwrap_or_default());
    out
}

/// What stands before and after the address of the image that counts opens.
const PIXEL: [&str; 2] = [
    "<img src=\"",
    "\" width=\"1\" height=\"1\" alt=\"\" border=\"0\" style=\"display:block;width:1px;height:1px;border:0\">",
];

/// The document with an invisible image for counting opens, at the end of its body.
pub fn insert_pixel(html: &str) -> String {
    let [before, after] = PIXEL;
    insert_last(html, &[before, "{{ __pixel }}", after].concat())
}

/// The document of a mail without that image, whatever its address became: to look at a mail here is not to open it.
pub fn remove_pixel(html: &str) -> String {
    let [before, after] = PIXEL;
    let Some((head, rest)) = html.rsplit_once(after) else {
        return html.to_owned();
    };
    match head.rsplit_once(before) {
        Some((head, address)) if !address.contains('"') => [head, rest].concat(),
        _ => html.to_owned(),
    }
}

/// The document with a link at the end of its body that no person can see, reach or hear: who follows it reads the source.
pub fn insert_trap(html: &str) -> String {
    insert_last(
        html,
        "<a href=\"{{ __trap }}\" style=\"display:none\" aria-hidden=\"true\" tabindex=\"-1\"></a>",
    )
}

/// Puts something before the end of the body.
fn insert_last(html: &str, what: &str) -> String {
    let found = tokens(&blank(html));
    let closing = |wanted: &str| {
        found.iter().rev().find_map(|token| match token {
            Token::Close { name, range } if name == wanted => Some(range.start),
            _ => None,
        })
    };
    let at = closing("body").or_else(|| closing("html"));
    let (before, after) = html.split_at(at.unwrap_or(html.len()));
    [before, what, after].concat()
}

/// The rewritten document with something in front of the words of each link, by the link's index.
pub fn mark_links(html: &str, mark: &(dyn Fn(usize) -> Option<String> + Send + Sync)) -> String {
    let text = blank(html);
    let mut out = String::with_capacity(html.len() + 1024);
    let mut last = 0;
    for token in tokens(&text) {
        let Token::Open(element) = token else {
            continue;
        };
        let target = element
            .attribute("href")
            .filter(|_| element.name == "a")
            .and_then(|href| html.get(href.value.clone()));
        if let Some(mark) = target.and_then(placeholder_index).and_then(mark) {
            out.push_str(html.get(last..element.range.end).unwrap_or_default());
            out.push_str(&mark);
            last = element.range.end;
        }
    }
    out.push_str(html.get(last..).unwrap_or_default());
    out
}

/// Of which link this is the placeholder.
fn placeholder_index(target: &str) -> Option<usize> {
    let inner = target.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    inner.trim().strip_prefix("__link_")?.parse().ok()
}

/// The addresses that stand in plain text, in order. Their indexes have nothing to do with those of the HTML part.
pub fn extract_text_links(text: &str) -> Vec<Link> {
    text_ranges(text)
        .into_iter()
        .enumerate()
        .map(|(index, range)| {
            let target = text.get(range).unwrap_or_default().to_owned();
            Link {
                index,
                label: target.clone(),
                target,
            }
        })
        .collect()
}

/// The text with each address replaced; the indexes are those of [`extract_text_links`].
pub fn rewrite_text_links(text: &str, mut replacement: impl FnMut(usize) -> String) -> String {
    let mut out = String::with_capacity(text.len() + 256);
    let mut last = 0;
    for (index, range) in text_ranges(text).into_iter().enumerate() {
        out.push_str(text.get(last..range.start).unwrap_or_default());
        out.push_str(&replacement(index));
        last = range.end;
    }
    out.push_str(text.get(last..).unwrap_or_default());
    out
}

struct Value {
    range: Range<usize>,
    quote: Option<u8>,
}

/// The text with expressions blanked and statements turned into spaces: `{% endif %}` right after an address
/// must not become part of it, or the condition would lose its end.
fn without_statements(text: &str) -> String {
    let mut bytes = blank(text).into_bytes();
    for span in scan(text) {
        if span.tag != Tag::Print
            && let Some(slice) = bytes.get_mut(span.range)
        {
            slice.fill(b' ');
        }
    }
    // Expressions start and end at ASCII bytes, so the rest is still UTF-8.
    String::from_utf8(bytes).unwrap_or_default()
}

/// The stretches of a template that repeat for each item of a list.
fn loops(template: &str) -> Vec<Range<usize>> {
    let mut open = Vec::new();
    let mut found = Vec::new();
    for span in scan(template) {
        if span.tag != Tag::Statement {
            continue;
        }
        let inner = template.get(span.range.start + 2..span.range.end - 2);
        let inner = inner.unwrap_or_default().trim_start_matches(['-', '+']);
        match inner.split_whitespace().next() {
            Some(word) if word.eq_ignore_ascii_case("for") => open.push(span.range.start),
            Some(word) if word.to_ascii_lowercase().starts_with("endfor") => {
                if let Some(start) = open.pop() {
                    found.push(start..span.range.end);
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether an address differs from item to item: it has no single target that could be kept for its clicks.
fn depends_on_loop(text: &str, loops: &[Range<usize>], address: &Range<usize>) -> bool {
    text.get(address.clone())
        .is_some_and(|value| value.as_bytes().contains(&BLANK))
        && loops
            .iter()
            .any(|range| range.start < address.start && address.end < range.end)
}

/// The target of a link that is to be counted.
fn counted(
    html: &str,
    text: &str,
    loops: &[Range<usize>],
    token: &Token,
) -> Option<(Value, String)> {
    let Token::Open(element) = token else {
        return None;
    };
    if !matches!(element.name.as_str(), "a" | "area") {
        return None;
    }
    let href = element.attribute("href")?;
    let target = decode(html.get(href.value.clone())?, true);
    let target = target.trim();
    let shape = text.get(href.value.clone())?.trim();
    let lower = shape.get(..8).unwrap_or(shape).to_ascii_lowercase();
    let counts = lower.starts_with("http://")
        || lower.starts_with("https://")
        || (shape.as_bytes().first() == Some(&BLANK) && !target.contains("mailto:"));
    if !counts || is_system(target) || depends_on_loop(text, loops, &href.value) {
        return None;
    }
    let value = Value {
        range: href.value.clone(),
        quote: href.quote,
    };
    Some((value, target.to_owned()))
}

/// Whether the target is one of the mailer's own pages, or was rewritten before.
pub(crate) fn is_system(target: &str) -> bool {
    let Some(inner) = target.strip_prefix("{{") else {
        return false;
    };
    let inner = inner.split("}}").next().unwrap_or_default();
    let name = inner.split('|').next().unwrap_or_default();
    let name = super::names::merge_name(name.trim_matches('-'));
    name.starts_with("__") || SYSTEM_LINKS.contains(&name.as_str())
}

/// The words up to the end of the link.
fn label(html: &str, rest: &[Token]) -> String {
    let mut words = String::new();
    let mut image = String::new();
    for token in rest {
        match token {
            Token::Text(range) => {
                words.push_str(&decode(html.get(range.clone()).unwrap_or_default(), false));
            }
            Token::Open(element) if element.name == "img" => {
                image.push_str(&alt(html, element));
                image.push(' ');
            }
            Token::Open(element) if matches!(element.name.as_str(), "a" | "body") => break,
            Token::Close { name, .. } if matches!(name.as_str(), "a" | "td" | "body") => break,
            _ => words.push(' '),
        }
        if words.len() > 2_000 {
            break;
        }
    }
    let source = if words.trim().is_empty() {
        image
    } else {
        words
    };
    let words: Vec<&str> = source.split_whitespace().collect();
    words.join(" ").chars().take(120).collect()
}

fn alt(html: &str, element: &Element) -> String {
    element
        .value(html, "alt")
        .map(|alt| alt.into_owned())
        .unwrap_or_default()
}

/// Addresses end at a blank or a bracket; punctuation at their end belongs to the sentence.
fn text_ranges(text: &str) -> Vec<Range<usize>> {
    let shape = without_statements(text);
    let loops = loops(text);
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(found) = shape.get(from..).and_then(|rest| rest.find("http")) {
        let start = from + found;
        let rest = shape.get(start..).unwrap_or_default();
        let scheme = ["https://", "http://"]
            .into_iter()
            .find(|scheme| rest.starts_with(scheme));
        let Some(scheme) = scheme else {
            from = start + 4;
            continue;
        };
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
            .unwrap_or(rest.len());
        let address = rest
            .get(..end)
            .unwrap_or_default()
            .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        let range = start..start + address.len();
        if address.len() > scheme.len() && !depends_on_loop(&shape, &loops, &range) {
            ranges.push(range);
        }
        from = start + end.max(4);
    }
    ranges
}

#[cfg(test)]
mod tests;
