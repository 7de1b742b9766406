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
    #[prop(into, default = "btn btn-sm btn-ghost text-error".to_string())] class: String,
    /// There is nothing to ask about.
    #[prop(into, default = Signal::stored(false))]
    disabled: Signal<bool>,
    children: Children,
) -> impl IntoView {
    let (target, close, title) = (id.clone(), id.clone(), format!("{id}-title"));
    let labelled = title.clone();
    view! {
        <button type="button" class=class popovertarget=target disabled=move || disabled.get()>{label}</button>
        <div id=id popover="auto" role="dialog" aria-labelledby=labelled class="confirm">
            <div class="flex items-start gap-3">
                <span class="text-error mt-0.5"><Icon name="alert"/></span>
                <div>
                    <h2 id=title class="text-base font-semibold">{move || question.get()}</h2>
                    <p class="mt-1 text-sm text-muted">{detail}</p>
                </div>
            </div>
            <div class="mt-5 flex flex-wrap justify-end gap-2">
                <button type="button" class="btn btn-sm" popovertarget=close popovertargetaction="hide">"Keep"</button>
                {children()}
            </div>
        </div>
    }
}
