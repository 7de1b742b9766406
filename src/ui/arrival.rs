//! Takes the reader to what the address names after `#`. The browser and the router look for it before the page has its content.

use leptos::prelude::*;

/// Once what the caller shows is on the page: puts the focus on the element that is named, or else shows it.
pub fn arrive() {
    Effect::new(|_| {
        request_animation_frame(|| {
            let hash = window().location().hash().unwrap_or_default();
            let name = hash.trim_start_matches('#');
            if !name.is_empty() {
                show(name);
            }
        });
    });
}

#[cfg(feature = "hydrate")]
fn show(name: &str) {
    use leptos::wasm_bindgen::JsCast;
    let Some(element) = document().get_element_by_id(name) else {
        return;
    };
    // What is folded away cannot take the focus.
    if let Ok(Some(details)) = element.closest("details:not([open])") {
        let _ = details.set_attribute("open", "");
    }
    element.scroll_into_view();
    if let Some(element) = element.dyn_ref::<leptos::web_sys::HtmlElement>() {
        let _ = element.focus();
    }
}

#[cfg(not(feature = "hydrate"))]
fn show(_name: &str) {}
