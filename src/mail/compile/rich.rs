//! Rich text: cleaned to an allow-list, then given the styles mail clients need on each element.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::mail::allowed;
use crate::mail::html::{Token, tokens};

/// How the elements of a text look.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub heading_font: &'static str,
    pub serif_headings: bool,
    pub link: String,
    pub accent: String,
    pub muted: String,
    pub rule: String,
}

static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = ammonia::Builder::empty();
    cleaner
        .tags(HashSet::from(allowed::ELEMENTS))
        .clean_content_tags(HashSet::from(allowed::DROPPED))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "title"])),
            ("ol", HashSet::from(["start"])),
        ]))
        .generic_attributes(HashSet::from(["style", "dir", "lang"]))
        .filter_style_properties(HashSet::from(allowed::STYLES))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(None)
        .attribute_filter(|_, name, value| match name {
            "style" if !allowed::is_plain_style(value) => None,
            _ => Some(Cow::Borrowed(value)),
        });
    cleaner
});

/// Only harmless elements, attributes and addresses. Expressions must be masked before.
pub(super) fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

/// Puts inline styles on every element; the author's own styles come later and win.
pub(super) fn style(html: &str, look: &Look) -> String {
    let tokens = tokens(html);
    let last = last_blocks(&tokens);
    let mut out = String::with_capacity(html.len() * 2);
    let mut at = 0;
    for (index, token) in tokens.iter().enumerate() {
        let Token::Open(element) = token else {
            continue;
        };
        let mut base = element_style(&element.name, look);
        if last.contains(&index) {
            for margin in ["16px", "12px", "8px"] {
                base = base.replace(&format!("margin:0 0 {margin}"), "margin:0");
            }
        }
        if base.is_empty() {
            continue;
        }
        match element.attribute("style") {
            Some(own) => {
                out.push_str(html.get(at..own.value.start).unwrap_or_default());
                out.push_str(&base);
                out.push(';');
                at = own.value.start;
            }
            None => {
                let end = element.range.start + 1 + element.name.len();
                out.push_str(html.get(at..end).unwrap_or_default());
                out.push_str(&format!(" style=\"{base}\""));
                at = end;
            }
        }
    }
    out.push_str(html.get(at..).unwrap_or_default());
    out
}

/// The last element of the text and of every container: the space after it belongs to what surrounds it.
fn last_blocks(tokens: &[Token]) -> HashSet<usize> {
    let mut last = HashSet::new();
    // For each open element: whether it is a container, and its last child.
    let mut open: Vec<(bool, Option<usize>)> = vec![(true, None)];
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Open(element) => {
                if let Some((_, child)) = open.last_mut() {
                    *child = Some(index);
                }
                if !element.is_void() {
                    let name = element.name.as_str();
                    open.push((matches!(name, "blockquote" | "li" | "div"), None));
                }
            }
            Token::Close { .. } if open.len() > 1 => {
                if let Some((true, Some(child))) = open.pop() {
                    last.insert(child);
                }
            }
            _ => {}
        }
    }
    if let Some((_, Some(child))) = open.first() {
        last.insert(*child);
    }
    last
}

fn element_style(name: &str, look: &Look) -> String {
    let heading = |size: u8, line: &str, bold: u16, spacing: &str, margin: u8| {
        // Serif faces carry a headline without being bold.
        let weight = if look.serif_headings { 400 } else { bold };
        format!(
            "margin:0 0 {margin}px;font-family:{};font-size:{size}px;line-height:{line};font-weight:{weight};letter-spacing:{spacing}",
            look.heading_font
        )
    };
    match name {
        "p" => "margin:0 0 16px".to_owned(),
        "h1" => heading(36, "1.15", 700, "-0.025em", 16),
        "h2" => heading(25, "1.25", 700, "-0.015em", 12),
        "h3" => heading(18, "1.35", 600, "-0.01em", 8),
        "h4" => format!(
            "margin:0 0 12px;font-size:12px;line-height:1.4;font-weight:700;letter-spacing:0.1em;text-transform:uppercase;color:{}",
            look.accent
        ),
        "a" => format!("color:{};text-decoration:underline", look.link),
        "ul" | "ol" => "margin:0 0 16px;padding-left:22px".to_owned(),
        "li" => "margin:0 0 8px".to_owned(),
        "blockquote" => format!(
            "margin:0 0 16px;padding:2px 0 2px 18px;border-left:3px solid {}",
            look.accent
        ),
        "code" => "font-family:'Courier New',Courier,monospace;font-size:0.92em".to_owned(),
        "small" => format!("font-size:13px;line-height:1.5;color:{}", look.muted),
        "hr" => format!(
            "border:0;border-top:1px solid {};margin:0 0 16px",
            look.rule
        ),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_do_harm_is_gone() {
        for (html, expected) in [
            ("<p onclick=x>a<script>b</script></p>", "<p>a</p>"),
            ("<a href=\"javascript:x\">a</a>", "<a>a</a>"),
            ("<a href=\"mgx0n0z\">a</a>", "<a href=\"mgx0n0z\">a</a>"),
            (
                "<p style=\"color:red;position:fixed\">a</p>",
                "<p style=\"color:red\">a</p>",
            ),
            ("<p style=\"color:url(//x)\">a</p>", "<p>a</p>"),
            ("<img src=x onerror=y><table><td>t</table>", "t"),
            ("<b>unclosed", "<b>unclosed</b>"),
            ("</div><p>x</p></td>", "<p>x</p>"),
            ("a < b & c", "a &lt; b &amp; c"),
        ] {
            assert_eq!(clean(html), expected, "{html}");
        }
    }

    #[test]
    fn every_element_carries_its_style_and_the_last_no_margin() {
        let look = Look {
            heading_font: "Georgia",
            serif_headings: true,
            link: "#00f".into(),
            accent: "#f00".into(),
            muted: "#888".into(),
            rule: "#eee".into(),
        };
        assert_eq!(
            style(
                "<p>a</p><p style=\"color:red\"><a href=\"x\">b</a></p>",
                &look
            ),
            "<p style=\"margin:0 0 16px\">a</p><p style=\"margin:0;color:red\"><a style=\"color:#00f;text-decoration:underline\" href=\"x\">b</a></p>"
        );
    }
}
