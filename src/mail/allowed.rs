//! What the rich text of a mail may hold. The server cleans by it when a mail is compiled, the editor when text is pasted or shown.
//! Both targets.

use super::block::is_link_target;

pub const ELEMENTS: [&str; 25] = [
    "p",
    "div",
    "br",
    "h1",
    "h2",
    "h3",
    "h4",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "del",
    "span",
    "a",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "small",
    "sub",
    "sup",
    "hr",
];
/// Elements that go with all they hold; any other unknown element leaves its text behind.
pub const DROPPED: [&str; 5] = ["script", "style", "title", "iframe", "noscript"];
pub const STYLES: [&str; 6] = [
    "color",
    "background-color",
    "text-align",
    "text-decoration",
    "font-weight",
    "font-style",
];

/// Whether an element may carry this attribute with this value.
pub fn is_attribute(element: &str, name: &str, value: &str) -> bool {
    match (element, name) {
        ("a", "href") => is_link_target(value),
        ("a", "title") | ("ol", "start") | (_, "dir" | "lang") => true,
        (_, "style") => is_plain_style(value),
        _ => false,
    }
}

/// A style may name colours and keywords; a function or an address in it is a trick.
pub fn is_plain_style(value: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || " #(),.%-:;".contains(c);
    value.chars().all(plain) && !value.contains("expression")
}

/// A style's declarations without those that are not allowed; empty when none is left.
pub fn kept_styles(value: &str) -> String {
    if !is_plain_style(value) {
        return String::new();
    }
    let kept = value.split(';').filter(|part| {
        let name = part.split(':').next().unwrap_or_default().trim();
        STYLES.iter().any(|style| style.eq_ignore_ascii_case(name))
    });
    kept.map(str::trim).collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_keep_colours_and_keywords() {
        for (style, kept) in [
            ("color: red; position: fixed", "color: red"),
            (
                "COLOR: rgb(1, 2, 3);text-align:center",
                "COLOR: rgb(1, 2, 3);text-align:center",
            ),
            ("background-color: url(//x)", ""),
            ("font-size: 3px", ""),
            ("", ""),
        ] {
            assert_eq!(kept_styles(style), kept, "{style}");
        }
    }

    #[test]
    fn attributes_are_few_and_links_harmless() {
        assert!(is_attribute("a", "href", "https://example.com"));
        assert!(is_attribute("a", "href", "{{ link }}"));
        assert!(!is_attribute("a", "href", "javascript:x"));
        assert!(!is_attribute("p", "href", "https://example.com"));
        assert!(!is_attribute("p", "onclick", "x"));
    }
}
