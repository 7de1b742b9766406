//! What a page shows while there is nothing: what the thing is for, and the next step.

use super::icon::Icon;
use leptos::prelude::*;

#[component]
pub fn Empty(
    icon: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    /// The next step: a link or a form.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty-state">
            <div class="empty-state-icon"><Icon name=icon/></div>
            <h2 class="text-lg font-semibold">{title}</h2>
            <p class="mt-1 max-w-md text-muted">{text}</p>
            {children.map(|children| view! { <div class="mt-5 flex flex-wrap justify-center gap-2">{children()}</div> })}
        </div>
    }
}
