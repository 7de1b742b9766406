//! Leaving the page while something is not stored yet: a link inside the app waits until it is, and whoever would lose something is
//! asked.

use super::canvas::closest;
use super::session::{Editor, Saving};
use leptos::ev::{BeforeUnloadEvent, MouseEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::web_sys::HtmlElement;
use leptos_router::hooks::use_navigate;

const QUESTION: &str = "Your last changes are not saved. Leave anyway and lose them?";

/// Watches for as long as the editor is on the page.
pub(super) fn guard_leaving(editor: Editor) {
    // Where a link leads that was followed while something was on its way.
    let goal = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        let unload =
            window_event_listener(leptos::ev::beforeunload, move |event: BeforeUnloadEvent| {
                finish_typing();
                if editor.is_unsaved() {
                    event.prevent_default();
                    // Older browsers ask only when this is set.
                    event.set_return_value(QUESTION);
                }
            });
        // The router takes clicks at the window; the document hears them before.
        let click = Closure::<dyn FnMut(MouseEvent)>::new(move |event: MouseEvent| {
            if let Some(address) = way_out(&event) {
                finish_typing();
                if editor.is_unsaved() {
                    event.prevent_default();
                    editor.save_now();
                    goal.set(Some(address));
                }
            }
        });
        let page = document();
        let _ = page.add_event_listener_with_callback("click", click.as_ref().unchecked_ref());
        let click = StoredValue::new_local(click);
        on_cleanup(move || {
            unload.remove();
            click.with_value(|click| {
                let page = document();
                let listener = click.as_ref().unchecked_ref();
                let _ = page.remove_event_listener_with_callback("click", listener);
            });
        });
    });
    let navigate = use_navigate();
    Effect::new(move |_| {
        let saving = editor.saving();
        let Some(address) = goal.get() else { return };
        let goes = match saving {
            Saving::Saved(_) => true,
            Saving::Underway => return,
            _ => window().confirm_with_message(QUESTION).unwrap_or(true),
        };
        goal.set(None);
        if goes {
            navigate(&address, Default::default());
        }
    });
}

/// The address of a link out of the editor that the app would follow by itself.
fn way_out(event: &MouseEvent) -> Option<String> {
    let is_plain = event.button() == 0
        && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
    let link = closest(event.target(), "a[href^='/']")?;
    let stays = closest(event.target(), ".editor").is_some();
    let is_ours = ["target", "download"]
        .iter()
        .all(|name| !link.has_attribute(name))
        && link
            .get_attribute("rel")
            .is_none_or(|rel| rel != "external");
    let goes = is_plain && !stays && is_ours && !event.default_prevented();
    goes.then(|| link.get_attribute("href")).flatten()
}

/// What is half typed counts as typed.
fn finish_typing() {
    let active = document().active_element();
    if let Some(element) = active.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.blur();
    }
}
