//! What a word means, one hover or tap away. A popover of the platform: it works without JavaScript and closes with Escape.

use leptos::prelude::*;

/// A small question mark that tells the meaning of the word it stands beside.
#[component]
pub fn Term(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    #[prop(into)] word: String,
    #[prop(into)] meaning: String,
) -> impl IntoView {
    let (target, title) = (id.clone(), meaning.clone());
    view! {
        <button type="button" class="term" popovertarget=target title=title aria-label=format!("What {word} means")>"?"</button>
        <span id=id popover="auto" role="note" class="term-text">
            <strong class="block">{word}</strong>
            {meaning}
        </span>
    }
}
