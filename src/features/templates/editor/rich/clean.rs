//! Rich text before it is put into the page: on the server by the mail's own cleaner, in the browser by the browser's parser and the
//! same list. What is parsed in a template runs nothing and loads nothing.

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
    in_browser::clean(html, false)
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
