//! Rich text before it is put into the page: on the server by the mail's own cleaner, in the browser by the browser's parser and the
//! same list. What is parsed in a template runs nothing and loads nothing; handlers are taken out of pasted text before, because the
//! page's policy reports even those that never run.

/// Rich text with only what a mail may hold.
#[cfg(feature = "ssr")]
pub(in super::super) fn clean(html: &str) -> String {
    crate::mail::compile::clean_rich(html)
}

/// Rich text with only what a mail may hold.
#[cfg(not(feature = "ssr"))]
pub(in super::super) fn clean(html: &str) -> String {
    in_browser::clean(html, true)
}

/// Pasted text: its structure without its looks.
pub(super) fn clean_pasted(html: &str) -> String {
    #[cfg(feature = "ssr")]
    return crate::mail::compile::clean_rich(html);
    #[cfg(not(feature = "ssr"))]
    in_browser::clean(&without_handlers(html), false)
}

/// HTML without the attributes of its tags that are handlers (`onclick`). What this overlooks is removed after parsing.
#[cfg_attr(
    feature = "ssr",
    allow(dead_code, reason = "only the browser parses what is pasted")
)]
fn without_handlers(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let named = tag.get(1..).unwrap_or_default();
        let length = named
            .find(|c: char| c.is_ascii_whitespace() || "/>".contains(c))
            .unwrap_or(named.len());
        let (open, mut inside) = tag.split_at(1 + length);
        out.push_str(open);
        // A comment, an end tag or a bare sign has no attributes.
        if named.starts_with(|c: char| c.is_ascii_alphabetic()) {
            while let Some(attribute) = Attribute::first(inside) {
                if !attribute.is_handler {
                    out.push_str(attribute.text);
                }
                inside = attribute.rest;
            }
        }
        rest = inside;
    }
    out.push_str(rest);
    out
}

/// What stands first in the rest of a tag, with the space and slashes before it.
struct Attribute<'a> {
    text: &'a str,
    is_handler: bool,
    rest: &'a str,
}

impl<'a> Attribute<'a> {
    /// `None` at the end of the tag.
    fn first(tag: &'a str) -> Option<Self> {
        let is_space = |c: char| c.is_ascii_whitespace();
        let start = tag.find(|c: char| !is_space(c) && c != '/')?;
        let from = tag.get(start..)?;
        if from.starts_with('>') {
            return None;
        }
        // A name may begin with the sign that else ends it.
        let end = from
            .char_indices()
            .skip(1)
            .find(|(_, c)| is_space(*c) || "=/>".contains(*c));
        let (name, after) = from.split_at(end.map_or(from.len(), |(at, _)| at));
        let value = after.trim_start_matches(is_space).strip_prefix('=');
        let rest = value.map_or(after, |value| {
            let value = value.trim_start_matches(is_space);
            let quote = value.chars().next().filter(|c| "\"'".contains(*c));
            match quote {
                Some(quote) => value
                    .get(1..)
                    .and_then(|inside| inside.split_once(quote))
                    .map_or("", |(_, rest)| rest),
                None => {
                    let end = value.find(|c: char| is_space(c) || c == '>');
                    value.get(end.unwrap_or(value.len())..).unwrap_or_default()
                }
            }
        });
        Some(Self {
            text: tag.get(..tag.len() - rest.len())?,
            is_handler: name
                .get(..2)
                .is_some_and(|on| on.eq_ignore_ascii_case("on")),
            rest,
        })
    }
}

#[cfg(not(feature = "ssr"))]
mod in_browser {
    use crate::mail::allowed::{DROPPED, ELEMENTS, is_attribute, kept_styles};
    use leptos::prelude::document;
    use leptos::wasm_bindgen::JsCast;
    use leptos::web_sys::{Element, HtmlTemplateElement, Node};

    pub(super) fn clean(html: &str, with_styles: bool) -> String {
        let template = document()
            .create_element("template")
            .ok()
            .and_then(|element| element.dyn_into::<HtmlTemplateElement>().ok());
        let Some(template) = template else {
            return String::new();
        };
        template.set_inner_html(html);
        clean_inside(&template.content(), with_styles);
        template.inner_html()
    }

    fn clean_inside(parent: &Node, with_styles: bool) {
        let mut next = parent.first_child();
        while let Some(node) = next {
            next = node.next_sibling();
            match node.node_type() {
                Node::TEXT_NODE => {}
                Node::ELEMENT_NODE => {
                    if let Some(element) = node.dyn_ref::<Element>() {
                        clean_element(parent, element, with_styles);
                    }
                }
                _ => {
                    let _ = parent.remove_child(&node);
                }
            }
        }
    }

    fn clean_element(parent: &Node, element: &Element, with_styles: bool) {
        let name = element.tag_name().to_lowercase();
        if DROPPED.contains(&name.as_str()) {
            let _ = parent.remove_child(element);
            return;
        }
        clean_inside(element, with_styles);
        let is_bare = !with_styles && name == "span";
        if !ELEMENTS.contains(&name.as_str()) || is_bare {
            while let Some(child) = element.first_child() {
                let _ = parent.insert_before(&child, Some(element));
            }
            let _ = parent.remove_child(element);
            return;
        }
        for attribute in element.get_attribute_names().iter() {
            let Some(attribute) = attribute.as_string() else {
                continue;
            };
            let value = element.get_attribute(&attribute).unwrap_or_default();
            if attribute == "style" && with_styles {
                match kept_styles(&value) {
                    styles if styles.is_empty() => drop(element.remove_attribute("style")),
                    styles => drop(element.set_attribute("style", &styles)),
                }
            } else if attribute == "style" || !is_attribute(&name, &attribute, &value) {
                let _ = element.remove_attribute(&attribute);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_handlers;

    #[test]
    fn handlers_are_taken_out_of_pasted_tags_and_nothing_else() {
        for (pasted, kept) in [
            (
                "<p class=a onclick=\"x('>')\" title=\"b\">on <b>c</b></p>",
                "<p class=a title=\"b\">on <b>c</b></p>",
            ),
            ("<img src=x ONERROR=alert(1)>", "<img src=x>"),
            ("<img/onerror='a' src=x/>", "<img src=x/>"),
            (
                "<a href=\"?on=1\"\nonfocus = 'a'>b</a>",
                "<a href=\"?on=1\">b</a>",
            ),
            (
                "<a title='onclick=\"x\"'>b</a>",
                "<a title='onclick=\"x\"'>b</a>",
            ),
            (
                "a < b onclick=x <!-- onload=x --> </p>",
                "a < b onclick=x <!-- onload=x --> </p>",
            ),
            ("<p =on onload>ä</p>", "<p =on>ä</p>"),
            ("<p onclick=\"never closed", "<p"),
            ("<", "<"),
        ] {
            assert_eq!(without_handlers(pasted), kept, "{pasted}");
        }
    }
}
