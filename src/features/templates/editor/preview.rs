//! The compiled mail in a frame that runs nothing: as on a desktop, on a phone, in the dark, its source and its plain text.

use super::address::View;
use super::session::Editor;
use leptos::prelude::*;

/// Gmail shows this many bytes of a mail and hides the rest.
pub(super) const CLIP_BYTES: i64 = 102 * 1024;

#[component]
pub(super) fn Preview(editor: Editor) -> impl IntoView {
    // A new frame for each document: changing a frame's address would add a step to the browser's history.
    let frames = move || {
        let view = editor.view();
        vec![(view == View::Phone, editor.preview(view.part()))]
    };
    let fault = move || editor.data().with(|data| data.compiled.fault.clone());
    view! {
        <section class="panel min-w-0" aria-labelledby="preview-title">
            <h2 id="preview-title" class="mb-3 font-semibold">"Preview"</h2>
            {move || fault().map(|fault| view! {
                <p role="alert" class="alert alert-warning alert-soft mb-3">
                    {format!("There is no preview until this is put right. {}", fault.message)}
                </p>
            })}
            <div class="flex justify-center overflow-hidden rounded-box border border-base-300 bg-base-200">
                <For each=frames key=Clone::clone let:frame>
                    <iframe title="Preview of the mail" sandbox="" src=frame.1 class="h-[70vh] bg-white"
                        class=("w-full", !frame.0) class=("w-[390px]", frame.0) class=("max-w-full", frame.0)></iframe>
                </For>
            </div>
        </section>
    }
}

/// "37.4 KB" of 1,024 bytes.
pub(super) fn size(bytes: i64) -> String {
    let tenths = bytes * 10 / 1024;
    format!("{}.{} KB", tenths / 10, tenths % 10)
}
