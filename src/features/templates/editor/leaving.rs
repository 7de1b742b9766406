//! Leaving the page while something is not stored yet: a link inside the app waits until it is, and whoever would
//! lose something is asked. The browser's Back cannot be held up; what waits then is sent all the same (`sending.rs`).

use super::canvas::closest;
use super::session::{Editor, Saving};
use leptos::ev::{BeforeUnloadEvent, MouseEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::web_sys::{Event, EventTarget, HtmlElement};
use leptos_router::hooks::use_navigate;

const QUESTION: &str = "Your last changes are not saved. Leave anyway and lose them?";

/// Watches for as long as the editor is on the page.
pub(super) fn guard_leaving(editor: Editor) {
    // Where one was about to go while something was on its way.
    let goal = RwSignal::new(None::<String>);
    // Whoever agreed to lose something is not asked again.
    let is_going = StoredValue::new(false);
    // Whether the page is not left yet: it is once everything is stored, or when losing it was agreed to.
    let stays = move |way: String| {
        finish_typing();
        let stays = editor.is_unsaved() && !is_going.get_value();
        if stays {
            editor.save_now();
            goal.set(Some(way));
        }
        stays
    };
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
        let click = listen(document().into(), "click", move |event| {
            let way = event.dyn_ref().and_then(way_out);
            if let Some(address) = way.filter(|way| !is_within(&editor.page(), way))
                && stays(address)
            {
                event.prevent_default();
            }
        });
        on_cleanup(move || {
            unload.remove();
            click.remove();
        });
    });
    let navigate = use_navigate();
    Effect::new(move |_| {
        let saving = editor.saving();
        let Some(way) = goal.get() else { return };
        let goes = match saving {
            Saving::Underway => return,
            Saving::Saved(_) if editor.is_waiting_for_others() => return,
            Saving::Saved(_) => true,
            _ => window().confirm_with_message(QUESTION).unwrap_or(true),
        };
        goal.set(None);
        if goes {
            is_going.set_value(true);
            navigate(&way, Default::default());
        }
    });
}

type Heard = Closure<dyn FnMut(Event)>;

/// A listener for events that the router hears too.
#[derive(Clone, Copy)]
struct Listener {
    name: &'static str,
    parts: StoredValue<(EventTarget, Heard), LocalStorage>,
}

fn listen(target: EventTarget, name: &'static str, hear: impl FnMut(Event) + 'static) -> Listener {
    let heard = Heard::new(hear);
    let listener = heard.as_ref().unchecked_ref();
    let _ = target.add_event_listener_with_callback(name, listener);
    Listener {
        name,
        parts: StoredValue::new_local((target, heard)),
    }
}

impl Listener {
    fn remove(self) {
        self.parts.try_with_value(|(target, heard)| {
            let listener = heard.as_ref().unchecked_ref();
            let _ = target.remove_event_listener_with_callback(self.name, listener);
        });
    }
}

/// Whether an address of the app shows this page still: the same path, and nothing in its query that says otherwise.
fn is_within(page: &str, target: &str) -> bool {
    let split = |address: &str| {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let pairs = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        (path.to_owned(), pairs.collect::<Vec<_>>())
    };
    let ((here, wanted), (there, found)) = (split(page), split(target));
    here == there
        && wanted.iter().all(|(name, value)| {
            let mut same = found.iter().filter(|(other, _)| other == name);
            same.all(|(_, other)| other == value)
        })
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

#[cfg(test)]
mod tests {
    use super::is_within;

    #[test]
    fn a_page_is_left_by_another_path_or_another_step() {
        for (page, target, stays) in [
            ("/templates/7", "/templates/7?view=phone&block=3", true),
            ("/templates/7", "/templates/7", true),
            ("/templates/7", "/templates/7/history", false),
            ("/templates/7", "/templates/8", false),
            (
                "/drafts/7?step=content",
                "/drafts/7?step=content&view=dark",
                true,
            ),
            ("/drafts/7?step=content", "/drafts/7", true),
            ("/drafts/7?step=content", "/drafts/7?step=review", false),
            ("/drafts/7?step=content", "/drafts", false),
        ] {
            assert_eq!(is_within(page, target), stays, "{page} {target}");
        }
    }
}
