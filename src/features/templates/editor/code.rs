//! The text of the code modes, with its mistake above it. What was typed is stored as it is, whether it compiles or not.

use super::properties::take;
use super::session::{Editor, TYPING_PAUSE};
use super::view::Common;
use crate::mail::design::Mode;
use leptos::ev::Event;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlFormElement;

#[component]
pub(super) fn CodeForm(editor: Editor) -> impl IntoView {
    let source = move || editor.data().with(|data| data.content.source.clone());
    // The text area keeps what is typed; only a fresh page puts text into it.
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
    let area = NodeRef::<html::Textarea>::new();
    let go_to = move |line: i64| {
        if let Some(area) = area.get_untracked() {
            let text = area.value();
            let from = start_of(&text, line);
            let _ = area.focus();
            let _ = area.set_selection_range(from, from);
        }
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
                            <div class="with-script mt-2">
                                <button type="button" class="btn btn-sm" on:click=move |_| go_to(line)>{format!("Go to line {line}")}</button>
                            </div>
                        })}
                    </div>
                </div>
            }
        })
    };
    // As tall as its text: the box around it scrolls, and the numbers with it.
    let lines = RwSignal::new(count(&stored));
    let numbers = move || {
        let numbers: Vec<String> = (1..=lines.get()).map(|n| n.to_string()).collect();
        numbers.join("\n")
    };
    let at_fault = move || fault().and_then(|fault| fault.line);
    // A whole source is not read at every keystroke.
    let mut send = debounce(TYPING_PAUSE, move |form: HtmlFormElement| {
        editor.take_form(&form, "source".into(), true);
    });
    let on_input = move |event: Event| {
        let form = event.current_target().and_then(|form| form.dyn_into().ok());
        if let Some(form) = form {
            editor.typing();
            send(form);
            if let Some(area) = area.get_untracked() {
                lines.set(count(&area.value()));
            }
        }
    };
    view! {
        <section class="panel grid gap-3" aria-label="Source">
            <div aria-live="polite" class="grid gap-2 empty:hidden">{message}{mistake}</div>
            <form method="post" action=editor.url() class="grid gap-3" on:submit=editor.on_submit()
                on:change=move |event| take(editor, &event, true) on:input=on_input>
                <Common editor op="source"/>
                <label class="field-label" for="content-source">{label}</label>
                <div class="code-area">
                    <pre class="code-lines" aria-hidden="true">{numbers}</pre>
                    {move || at_fault().map(|line| view! { <div class="code-mark" style=format!("--line:{line}")></div> })}
                    <textarea id="content-source" data-merge="" node_ref=area name="edit[fields][source]" rows=move || lines.get().to_string()
                        spellcheck="false" wrap="off" autocomplete="off" autocapitalize="off" readonly=!editor.can_edit() class="code-text">
                        {stored}
                    </textarea>
                </div>
                {editor.can_edit().then(|| view! {
                    <div><button type="submit" class="btn btn-primary btn-sm">"Save"</button></div>
                })}
            </form>
        </section>
    }
}

/// Lines of a text as an editor counts them.
fn count(text: &str) -> usize {
    text.matches('\n').count() + 1
}

/// Where a line begins, counted from 1, in UTF-16 units.
fn start_of(text: &str, line: i64) -> u32 {
    let before = usize::try_from(line - 1).unwrap_or(0);
    let units: usize = text
        .split_inclusive('\n')
        .take(before)
        .map(|line| line.encode_utf16().count())
        .sum();
    u32::try_from(units).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_and_found() {
        assert_eq!((count(""), count("a\nb\n")), (1, 3));
        for (line, start) in [(1, 0), (2, 2), (3, 5), (9, 6)] {
            assert_eq!(start_of("ä\n😀\nc", line), start);
        }
    }
}
