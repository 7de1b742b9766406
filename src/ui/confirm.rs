//! Asks before what cannot be undone. A popover of the platform: it opens, closes and keeps focus without JavaScript.

use super::icon::Icon;
use leptos::prelude::*;

/// A button that opens a question; the children are the form that does it (usually an `ActionForm` with a submit button).
#[component]
pub fn Confirm(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// The button that asks.
    #[prop(into)]
    label: String,
    #[prop(into)] question: Signal<String>,
    /// What will happen, in a sentence or two.
    #[prop(into)]
    detail: String,
    #[prop(into, default = "btn btn-sm btn-ghost not-disabled:text-error".to_string())]
    class: String,
    /// The answer that leaves everything as it is.
    #[prop(into, default = "Keep".to_string())]
    keep: String,
    /// What happens cannot be undone, and destroys something.
    #[prop(default = true)]
    is_danger: bool,
    /// There is nothing to ask about.
    #[prop(into, default = Signal::stored(false))]
    disabled: Signal<bool>,
    children: Children,
) -> impl IntoView {
    let (target, close, title) = (id.clone(), id.clone(), format!("{id}-title"));
    let labelled = title.clone();
    let mark = if is_danger {
        "text-error mt-0.5"
    } else {
        "text-primary mt-0.5"
    };
    let icon = if is_danger { "alert" } else { "question" };
    view! {
        <button type="button" class=class popovertarget=target disabled=move || disabled.get()>{label}</button>
        <div id=id popover="auto" role="dialog" aria-labelledby=labelled class="confirm" on:focusout=close_when_left>
            <div class="flex items-start gap-3">
                <span class=mark><Icon name=icon/></span>
                <div>
                    <h2 id=title class="text-base font-semibold">{move || question.get()}</h2>
                    <p class="mt-1 text-sm text-muted">{detail}</p>
                </div>
            </div>
            <div class="mt-5 flex flex-wrap justify-end gap-2">
                <button type="button" class="btn btn-sm" popovertarget=close popovertargetaction="hide" autofocus=true>{keep}</button>
                {children()}
            </div>
        </div>
    }
}

/// A question that the keyboard has left is answered: nobody is to walk about behind an open one.
fn close_when_left(event: leptos::ev::FocusEvent) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let to = event
            .related_target()
            .and_then(|to| to.dyn_into::<web_sys::Node>().ok());
        let question = event
            .current_target()
            .and_then(|question| question.dyn_into::<web_sys::HtmlElement>().ok());
        // Without a target the window was left, or something that takes no focus was clicked.
        if let (Some(to), Some(question)) = (to, question)
            && !question.contains(Some(&to))
        {
            super::popover::hide(&question);
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
}
