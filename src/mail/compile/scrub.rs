//! Takes out of a finished HTML mail what mail clients refuse or readers fear: scripts, frames, event handlers,
//! addresses that run code. Every other byte stays as its author wrote it.

use std::ops::Range;

use crate::mail::block::has_safe_scheme;
use crate::mail::expr::{BLANK, blank};
use crate::mail::html::{Element, Token, tokens};

/// Elements that go with all they hold.
const REMOVED: [&str; 6] = ["script", "iframe", "object", "embed", "applet", "noscript"];

pub(super) fn scrub(html: &str) -> String {
    let shape = blank(html);
    let mut cuts: Vec<Range<usize>> = Vec::new();
    let mut inside: Option<(String, usize)> = None;
    for token in tokens(&shape) {
        match (&token, &inside) {
            (Token::Close { name, range }, Some((open, start))) if name == open => {
                cuts.push(*start..range.end);
                inside = None;
            }
            (_, Some(_)) => {}
            (Token::Open(element), None) if REMOVED.contains(&element.name.as_str()) => {
                if element.is_void() {
                    cuts.push(element.range.clone());
                } else {
                    inside = Some((element.name.clone(), element.range.start));
                }
            }
            (Token::Close { name, range }, None) if REMOVED.contains(&name.as_str()) => {
                cuts.push(range.clone());
            }
            (Token::Open(element), None) if is_unwanted(html, element) => {
                cuts.push(element.range.clone());
            }
            (Token::Open(element), None) => attributes(html, &shape, element, &mut cuts),
            _ => {}
        }
    }
    if let Some((_, start)) = inside {
        cuts.push(start..html.len());
    }
    let mut out = String::with_capacity(html.len());
    let mut last = 0;
    for cut in cuts {
        out.push_str(html.get(last..cut.start).unwrap_or_default());
        last = cut.end;
    }
    out.push_str(html.get(last..).unwrap_or_default());
    out
}

fn is_unwanted(html: &str, element: &Element) -> bool {
    element.name == "base"
        || (element.name == "meta"
            && element
                .value(html, "http-equiv")
                .is_some_and(|value| value.trim().eq_ignore_ascii_case("refresh")))
}

fn attributes(html: &str, shape: &str, element: &Element, cuts: &mut Vec<Range<usize>>) {
    for attribute in &element.attributes {
        let name = attribute.name.as_str();
        let handler = name.starts_with("on") || name == "srcdoc";
        let address = matches!(
            name,
            "href" | "src" | "action" | "formaction" | "xlink:href" | "background"
        );
        let blanked = shape.get(attribute.value.clone()).unwrap_or_default();
        let harmful = address && {
            let value = element.value(html, name).unwrap_or_default();
            let value: String = value.chars().filter(|c| !c.is_control()).collect();
            let value = value.trim();
            let scheme = value
                .split(['/', '?', '#'])
                .next()
                .and_then(|head| head.split_once(':'));
            let merged = blanked.trim_start().as_bytes().first() == Some(&BLANK);
            let picture = name != "href"
                && ["data:image/", "cid:"]
                    .iter()
                    .any(|kind| value.to_lowercase().starts_with(kind));
            scheme.is_some() && !merged && !picture && !has_safe_scheme(value)
        };
        if handler || harmful {
            // The blank before goes too; tags without attributes stay tags.
            let start = attribute.range.start;
            let space = html.as_bytes().get(start.wrapping_sub(1));
            let start = start - usize::from(space.is_some_and(u8::is_ascii_whitespace));
            cuts.push(start..attribute.range.end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::scrub;

    #[test]
    fn harm_is_taken_out_and_the_rest_left_alone() {
        for (html, expected) in [
            ("<p>a<script>b</script>c</p>", "<p>ac</p>"),
            ("<SCRIPT src=x>", ""),
            ("<p onclick='x' class=a ONLOAD=y>", "<p class=a>"),
            ("<a href=\" java&#10;script:x\">b</a>", "<a>b</a>"),
            (
                "<a href=\"{{ x }}\" title='\"'>",
                "<a href=\"{{ x }}\" title='\"'>",
            ),
            (
                "<img src=\"cid:logo\"><img src='data:image/png;base64,x'>",
                "<img src=\"cid:logo\"><img src='data:image/png;base64,x'>",
            ),
            ("<a href=\"data:text/html,x\">", "<a>"),
            (
                "<base href=x><meta http-equiv=Refresh content=0><meta charset=utf-8>",
                "<meta charset=utf-8>",
            ),
            ("<iframe src=x>y</iframe>z</iframe>", "z"),
            (
                "<a href=/rel?x:y>é {% if a > '<script>' %}",
                "<a href=/rel?x:y>é {% if a > '<script>' %}",
            ),
            ("<a href=https://x:8080/y>", "<a href=https://x:8080/y>"),
            (
                "<!--[if mso]><v:rect onload=x><![endif]-->",
                "<!--[if mso]><v:rect onload=x><![endif]-->",
            ),
        ] {
            assert_eq!(scrub(html), expected, "{html}");
        }
    }
}
