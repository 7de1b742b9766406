//! The live preview: the compiled mail in a frame that runs nothing, its source and plain text, and its size.

use super::session::{Editor, View};
use leptos::prelude::*;

/// Gmail shows this many bytes of a mail and hides the rest.
const CLIP_BYTES: i64 = 102 * 1024;

#[component]
pub(super) fn Preview(editor: Editor) -> impl IntoView {
    let tabs = View::ALL
        .into_iter()
        .map(|view| view! {
            <a role="tab" class="tab" data-noscroll="" class:tab-active=move || editor.view() == view
                aria-selected=move || (editor.view() == view).to_string() href=move || editor.href(editor.selected(), view)>
                {view.words()}
            </a>
        })
        .collect_view();
    // A new frame for each document: changing a frame's address would add a step to the browser's history.
    let frames = move || {
        vec![(
            editor.view() == View::Phone,
            editor.preview(editor.view().part()),
        )]
    };
    let bytes = Memo::new(move |_| editor.data().with(|data| data.compiled.bytes));
    let fault = move || editor.data().with(|data| data.compiled.fault.clone());
    view! {
        <section class="panel min-w-0 xl:sticky xl:top-4" aria-labelledby="preview-title">
            <div class="mb-3 flex flex-wrap items-center justify-between gap-2">
                <h2 id="preview-title" class="font-semibold">"Preview"</h2>
                <span class="text-sm text-muted">{move || (bytes.get() > 0).then(|| size(bytes.get()))}</span>
            </div>
            {move || (bytes.get() >= CLIP_BYTES).then(|| view! {
                <p role="alert" class="alert alert-warning alert-soft mb-3">
                    "Gmail cuts mails at 102 KB, so the end of this one, often the unsubscribe link, is hidden there. Make it shorter."
                </p>
            })}
            <div role="tablist" aria-label="Preview as" class="tabs tabs-box tabs-sm mb-3">{tabs}</div>
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
fn size(bytes: i64) -> String {
    let tenths = bytes * 10 / 1024;
    format!("{}.{} KB", tenths / 10, tenths % 10)
}
