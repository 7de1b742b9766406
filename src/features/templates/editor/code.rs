//! The text of the code modes, with its mistake above it. What was typed is stored as it is, whether it compiles or not.

use super::properties::{send_after_typing, send_form};
use super::session::Editor;
use super::view::Common;
use crate::mail::design::Mode;
use leptos::prelude::*;

#[component]
pub(super) fn CodeForm(editor: Editor) -> impl IntoView {
    let source = move || editor.data().with(|data| data.content.source.clone());
    // The text area keeps what is typed; only a fresh page or an undo puts text into it.
    let stored = editor
        .data()
        .with_untracked(|data| data.content.source.clone());
    let label = match editor.mode() {
        Mode::Mjml => "MJML",
        _ => "HTML",
    };
    let fault = move || {
        editor.data().with(|data| {
            let fault = data.compiled.fault.clone();
            fault.filter(|fault| fault.field == "source")
        })
    };
    let message = move || {
        editor.field_message("source", "", "source").map(|text| {
            view! {
                <p role="alert" class="alert alert-error alert-soft">{text}</p>
            }
        })
    };
    let mistake = move || {
        fault().map(|fault| {
            let line = fault.line.and_then(|line| {
                let index = usize::try_from(line).ok()?.checked_sub(1)?;
                let text = source().lines().nth(index)?.trim().to_owned();
                let text = text.chars().take(120).collect::<String>();
                Some((line, text))
            });
            view! {
                <div role="alert" class="alert alert-warning alert-soft items-start">
                    <div class="min-w-0">
                        <p class="font-medium">"Saved, but it cannot be sent like this."</p>
                        <p>{fault.message}</p>
                        {line.map(|(line, text)| view! {
                            <p class="mt-1 text-sm">"Line "{line}": "<code class="break-all">{text}</code></p>
                        })}
                    </div>
                </div>
            }
        })
    };
    view! {
        <section class="panel grid gap-3" aria-label="Source">
            <div aria-live="polite" class="grid gap-2 empty:hidden">{message}{mistake}</div>
            <form method="post" action=editor.url() class="grid gap-3" on:submit=editor.on_submit() on:change=send_form
                on:input=send_after_typing()>
                <Common editor op="source"/>
                <label class="field-label" for="content-source">{label}</label>
                <textarea id="content-source" name="edit[fields][source]" rows="28" spellcheck="false" wrap="off"
                    autocomplete="off" readonly=!editor.can_edit() class="textarea w-full overflow-x-auto font-mono text-sm leading-5">
                    {stored}
                </textarea>
                {editor.can_edit().then(|| view! {
                    <div><button type="submit" class="btn btn-primary btn-sm">"Save"</button></div>
                })}
            </form>
        </section>
    }
}
