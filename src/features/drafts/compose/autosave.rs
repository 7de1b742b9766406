//! A form that saves itself when a field is left. Without JavaScript its button does that.

use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct AutoSave {
    field: &'static str,
    pending: Signal<bool>,
    alive: RwSignal<bool>,
    #[cfg_attr(
        not(feature = "hydrate"),
        allow(dead_code, reason = "only the browser waits for its own answers")
    )]
    again: RwSignal<bool>,
}

impl AutoSave {
    /// `pending`: whether the form is being saved; `field`: the id of a field of it.
    pub fn new(pending: Signal<bool>, field: &'static str) -> AutoSave {
        let alive = RwSignal::new(false);
        Effect::new(move |_| alive.set(true));
        AutoSave {
            field,
            pending,
            alive,
            again: RwSignal::new(false),
        }
    }

    /// Whether the form saves itself, so that it needs no button.
    pub fn is_alive(self) -> bool {
        self.alive.get()
    }

    /// A field was left with another value. One save at a time: each is made on what the last one left.
    #[cfg(feature = "hydrate")]
    pub fn changed(self) {
        if self.pending.get_untracked() {
            self.again.set(true);
        } else {
            submit(self.field);
        }
    }

    #[cfg(not(feature = "hydrate"))]
    pub fn changed(self) {
        let _ = (self.field, self.pending);
    }

    /// A save went well; what was changed meanwhile follows.
    #[cfg(feature = "hydrate")]
    pub fn ended(self) {
        if self.again.get_untracked() {
            self.again.set(false);
            // After the form shows the revision that was just saved.
            set_timeout(
                move || submit(self.field),
                std::time::Duration::from_millis(50),
            );
        }
    }

    #[cfg(not(feature = "hydrate"))]
    pub fn ended(self) {}
}

/// Sends the form that this field stands in, as its button would.
#[cfg(feature = "hydrate")]
fn submit(field: &str) {
    use leptos::wasm_bindgen::JsCast;
    let form = document()
        .get_element_by_id(field)
        .and_then(|element| element.closest("form").ok().flatten())
        .and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok());
    if let Some(form) = form {
        // A field that is not valid says so itself.
        let _ = form.request_submit();
    }
}
