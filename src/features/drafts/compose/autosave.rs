//! A form that saves itself when a field is left, and the turns that the forms of a draft take. Without JavaScript a button saves, and
//! the page that comes back knows the new revision.

use crate::features::templates::editor::Editor;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// One save at a time: each is made on what the last one left, or a page would be told that somebody else was faster when it was
/// itself. A form that is sent while another save is under way waits for it.
#[derive(Clone, Copy)]
pub struct Turn {
    editor: Editor,
    /// Whether a form of the page is being saved.
    is_saving: RwSignal<bool>,
    /// Whether one waits for its turn.
    has_waiting: RwSignal<bool>,
    #[cfg_attr(
        not(feature = "hydrate"),
        allow(dead_code, reason = "only the browser lets a form wait")
    )]
    waiting: Option<StoredValue<Option<leptos::web_sys::HtmlFormElement>, LocalStorage>>,
}

impl Turn {
    pub fn new(editor: Editor) -> Turn {
        let turn = Turn {
            editor,
            is_saving: RwSignal::new(false),
            has_waiting: RwSignal::new(false),
            // Not on the server: what one of its threads made there another must not drop.
            waiting: cfg!(feature = "hydrate").then(|| StoredValue::new_local(None)),
        };
        let Turn {
            is_saving,
            has_waiting,
            ..
        } = turn;
        let is_unsaved = Signal::derive(move || is_saving.get() || has_waiting.get());
        editor.hold_while(is_saving.into(), is_unsaved);
        let is_busy = turn.is_busy();
        Effect::new(move |_| {
            if !is_busy.get() {
                turn.send_waiting();
            }
        });
        turn
    }

    fn is_busy(self) -> Signal<bool> {
        let (editor, is_saving) = (self.editor.is_saving(), self.is_saving);
        Signal::derive(move || editor.get() || is_saving.get())
    }

    /// Whether a form waits for its turn.
    pub fn has_waiting(self) -> bool {
        self.has_waiting.get()
    }

    /// A form of the page began to be saved, or ended and the page knows its revision.
    pub fn set_saving(self, is_saving: bool) {
        self.is_saving.set(is_saving);
    }

    /// A form is about to be sent: now, or when its turn comes. The editor's own forms have their queue.
    #[cfg(feature = "hydrate")]
    pub fn ask(self, event: &SubmitEvent) {
        use leptos::wasm_bindgen::JsCast;
        let form = event.target().and_then(|form| form.dyn_into().ok());
        let form = form.filter(|form: &leptos::web_sys::HtmlFormElement| {
            !matches!(form.closest(".editor"), Ok(Some(_)))
        });
        if form.is_some() && self.is_busy().get_untracked() {
            event.prevent_default();
            event.stop_propagation();
            if let Some(waiting) = self.waiting {
                waiting.set_value(form);
            }
            self.has_waiting.set(true);
            self.editor.save_now();
        }
    }

    #[cfg(not(feature = "hydrate"))]
    pub fn ask(self, _event: &SubmitEvent) {}

    #[cfg(feature = "hydrate")]
    fn send_waiting(self) {
        let waiting = self.waiting;
        if let Some(form) = waiting
            .and_then(|waiting| waiting.try_update_value(Option::take))
            .flatten()
        {
            // After the form shows the revision that was just saved.
            set_timeout(
                move || {
                    // A field that is not valid says so itself.
                    let _ = form.request_submit();
                    let is_left =
                        waiting.and_then(|waiting| waiting.try_with_value(Option::is_some));
                    let _ = self.has_waiting.try_set(is_left == Some(true));
                },
                std::time::Duration::ZERO,
            );
        }
    }

    #[cfg(not(feature = "hydrate"))]
    fn send_waiting(self) {}
}

#[derive(Clone, Copy)]
pub struct AutoSave {
    field: &'static str,
    alive: RwSignal<bool>,
}

impl AutoSave {
    /// `field`: the id of a field of the form.
    pub fn new(field: &'static str) -> AutoSave {
        let alive = RwSignal::new(false);
        Effect::new(move |_| alive.set(true));
        AutoSave { field, alive }
    }

    /// Whether the form saves itself, so that it needs no button.
    pub fn is_alive(self) -> bool {
        self.alive.get()
    }

    /// A field was left with another value.
    pub fn changed(self) {
        submit(self.field);
    }
}

/// Sends the form that this field stands in, as its button would.
#[cfg(feature = "hydrate")]
fn submit(field: &str) {
    use leptos::wasm_bindgen::JsCast;
    let form = document()
        .get_element_by_id(field)
        .and_then(|element| element.closest("form").ok().flatten())
        .and_then(|form| form.dyn_into::<leptos::web_sys::HtmlFormElement>().ok());
    if let Some(form) = form {
        // A field that is not valid says so itself.
        let _ = form.request_submit();
    }
}

#[cfg(not(feature = "hydrate"))]
fn submit(_field: &str) {}
