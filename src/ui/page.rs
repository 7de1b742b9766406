//! The head of a page: where one is, what it is called, and what can be done here.

use leptos::prelude::*;
use leptos_meta::Title;

/// Heading, optional line of explanation, and actions on the right (below on a phone). Also sets the document's title.
#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    #[prop(into, default = String::new())] lead: String,
    /// `(address, words)` of the page above this one.
    #[prop(optional)]
    back: Option<(String, String)>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let document_title = title.clone();
    view! {
        <Title text=document_title/>
        <header class="page-head">
            <div class="min-w-0">
                {back.map(|(href, words)| view! { <a href=href class="back-link">"← "{words}</a> })}
                <h1 class="page-title">{title}</h1>
                {(!lead.is_empty()).then(|| view! { <p class="page-lead">{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="flex flex-wrap items-center gap-2">{children()}</div> })}
        </header>
    }
}
