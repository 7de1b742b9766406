//! The input of rich text. Without JavaScript it is a text area that takes HTML, or plain text with empty lines between paragraphs.

use leptos::prelude::*;

#[component]
pub(super) fn RichText(id: String, name: String, value: String, note: String) -> impl IntoView {
    view! {
        <textarea id=id name=name rows="9" class="textarea w-full font-mono text-sm" aria-describedby=note>
            {value}
        </textarea>
    }
}
