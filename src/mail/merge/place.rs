//! Where each expression of an HTML document stands, which decides how its value must be escaped.

use std::ops::Range;

use crate::mail::expr::{BLANK, Span, Tag, blank};
use crate::mail::html::{Attribute, Token, tokens};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Text, or a quoted attribute that holds no address.
    Text,
    /// The start of an address: the value decides the scheme.
    UrlStart,
    /// Further on in an address.
    UrlPart,
    /// Inside a tag, but not in a quoted value.
    Bare,
    /// A style sheet or script, where entities are not decoded.
    Raw,
}

/// The place of every span of the source, in order.
pub(super) fn places(source: &str, spans: &[Span]) -> Vec<Place> {
    let text = blank(source);
    let mut places = vec![Place::Text; spans.len()];
    let mut mark = |range: &Range<usize>, place: Place| {
        let first = spans.partition_point(|span| span.range.start < range.start);
        for (span, found) in spans.iter().zip(places.iter_mut()).skip(first) {
            if span.range.start >= range.end {
                break;
            }
            *found = place;
        }
    };
    let mut end_of_markup = 0;
    for token in tokens(&text) {
        match token {
            Token::Raw(range) => {
                mark(&range, Place::Raw);
                end_of_markup = range.end;
            }
            Token::Text(range) | Token::Comment(range) => end_of_markup = range.end,
            Token::Close { range, .. } => {
                mark(&range, Place::Bare);
                end_of_markup = range.end;
            }
            Token::Open(element) => {
                mark(&element.range, Place::Bare);
                for attribute in &element.attributes {
                    if attribute.quote.is_some() {
                        mark(&attribute.value, Place::Text);
                    }
                }
                end_of_markup = element.range.end;
            }
        }
    }
    // A tag that is never closed swallows the rest of the document.
    if end_of_markup < text.len() {
        mark(&(end_of_markup..text.len()), Place::Bare);
    }
    for token in tokens(&text) {
        let Token::Open(element) = token else {
            continue;
        };
        for attribute in &element.attributes {
            if is_address(&element.name, attribute) {
                address(&text, spans, attribute, &mut places);
            } else if is_code(&attribute.name) {
                let first = spans.partition_point(|s| s.range.start < attribute.value.start);
                for (span, place) in spans.iter().zip(places.iter_mut()).skip(first) {
                    if span.range.start < attribute.value.end {
                        *place = Place::Raw;
                    }
                }
            }
        }
    }
    places
}

fn is_address(element: &str, attribute: &Attribute) -> bool {
    match attribute.name.as_str() {
        "href" | "src" | "background" | "action" | "formaction" | "cite" | "poster"
        | "xlink:href" => true,
        "data" => element == "object",
        _ => false,
    }
}

/// Attributes that are read as code once their entities are decoded.
fn is_code(name: &str) -> bool {
    name == "style" || name == "srcdoc" || name.starts_with("on")
}

fn address(text: &str, spans: &[Span], attribute: &Attribute, places: &mut [Place]) {
    let value = &attribute.value;
    let first = spans.partition_point(|span| span.range.start < value.start);
    let mut literal_from = value.start;
    for (span, place) in spans.iter().zip(places.iter_mut()).skip(first) {
        if span.range.start >= value.end {
            break;
        }
        match span.tag {
            // Each branch of a condition may start the address anew.
            Tag::Statement => literal_from = span.range.end,
            Tag::Comment => {}
            Tag::Print => {
                let before = text.get(literal_from..span.range.start).unwrap_or_default();
                *place = if before.trim().is_empty() {
                    Place::UrlStart
                } else {
                    Place::UrlPart
                };
            }
        }
    }
}

/// The places of an address on its own.
pub(super) fn url_places(source: &str, spans: &[Span]) -> Vec<Place> {
    let text = blank(source);
    let mut places = vec![Place::Text; spans.len()];
    let whole = Attribute {
        name: String::new(),
        range: 0..text.len(),
        value: 0..text.len(),
        quote: Some(BLANK),
    };
    address(&text, spans, &whole, &mut places);
    places
}
