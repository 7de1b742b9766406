//! Rich text: on the canvas it is written in place; without JavaScript in a text area that takes HTML, or plain text with empty lines
//! between paragraphs.

mod clean;
mod tools;

use self::clean::{clean, clean_pasted};
use super::canvas::{call, get};
use super::edit::EditForm;
use super::session::Editor;
use crate::mail::block::{Block, BlockKind};
use leptos::ev::{ClipboardEvent, FocusEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

pub(super) use tools::TextTools;

/// The text area of pages without JavaScript.
#[component]
pub(super) fn RichSource(id: String, name: String, value: String, note: String) -> impl IntoView {
    view! {
        <textarea id=id name=name rows="9" data-merge="" class="textarea w-full font-mono text-sm" aria-describedby=note>
            {value}
        </textarea>
    }
}

/// The text of a block on the canvas. It can be written in while its block is selected.
#[component]
pub(super) fn RichText(editor: Editor, id: u32, style: String) -> impl IntoView {
    let document = editor.document();
    let text = Memo::new(move |_| {
        document.with(|document| document.find(id).map(text_of).unwrap_or_default())
    });
    // What stands in the element as far as we know: what was typed there is not put there again, or the caret would jump.
    let known = StoredValue::new(text.get_untracked());
    let first = clean(&text.get_untracked());
    let node = NodeRef::<html::Div>::new();
    let is_open = move || editor.is_alive() && editor.can_edit() && editor.selected() == Some(id);
    Effect::new(move |_| {
        let text = text.get();
        if known.with_value(|known| *known != text)
            && let Some(element) = node.get_untracked()
        {
            element.set_inner_html(&clean(&text));
            known.set_value(text);
        }
    });
    let take = move |done: bool| {
        let Some(element) = node.get_untracked() else {
            return;
        };
        let text = tidy(&element.inner_html());
        known.set_value(text.clone());
        editor.apply(
            EditForm {
                op: "text".into(),
                block: id.to_string(),
                fields: [("text".to_owned(), text)].into(),
                ..EditForm::default()
            },
            "text".into(),
            done,
        );
    };
    // The words of a fresh text are there to be written over.
    let mark_fresh = move || {
        let is_marked = has_focus(node) && is_open() && known.with_value(|text| is_fresh(text));
        if is_marked && let Some(words) = node.get_untracked() {
            // Not by the browser's "select all", which means the whole page while the caret is not in here yet.
            let selection = call(&window(), "getSelection", &[]);
            call(&selection, "selectAllChildren", &[words.into()]);
        }
        is_marked
    };
    // Where the mouse was pressed: whoever draws it over some of the words marks those.
    let pressed = StoredValue::new((0, 0));
    let is_click = move |event: &MouseEvent| {
        let (x, y) = pressed.get_value();
        (event.client_x() - x)
            .abs()
            .max((event.client_y() - y).abs())
            <= 4
    };
    let on_press = move |event: MouseEvent| pressed.set_value((event.client_x(), event.client_y()));
    let on_release = move |event: MouseEvent| {
        // A browser puts the caret into what is marked already only after this: then no word would be marked any more.
        if is_click(&event) && mark_fresh() {
            event.prevent_default();
        }
    };
    let on_click = move |event: MouseEvent| {
        if is_click(&event) && mark_fresh() {
            set_timeout(
                move || {
                    if pressed.try_get_value().is_some() {
                        mark_fresh();
                    }
                },
                Duration::ZERO,
            );
        }
    };
    let on_focus = move |_: FocusEvent| {
        let page = leptos::prelude::document();
        command(&page, "defaultParagraphSeparator", "p");
        if let Some(element) = node.get_untracked()
            && element.text_content().unwrap_or_default().trim().is_empty()
        {
            element.set_inner_html("<p><br></p>");
        }
        mark_fresh();
    };
    let on_paste = move |event: ClipboardEvent| {
        let data = get(&event, "clipboardData");
        let read = |kind: &str| call(&data, "getData", &[kind.into()]).as_string();
        let page = leptos::prelude::document();
        event.prevent_default();
        match read("text/html").filter(|html| !html.is_empty()) {
            Some(html) => command(&page, "insertHTML", &clean_pasted(&html)),
            None => command(&page, "insertText", &read("text/plain").unwrap_or_default()),
        }
    };
    view! {
        <div class="mail-rich" style=style node_ref=node inner_html=first data-text=id.to_string()
            tabindex=move || is_open().then_some("-1")
            contenteditable=move || is_open().then_some("true") role=move || is_open().then_some("textbox")
            aria-multiline=move || is_open().then_some("true") aria-autocomplete=move || is_open().then_some("list") aria-label=move || is_open().then_some("Text")
            on:input=move |_| take(false) on:blur=move |_| take(true) on:focus=on_focus
            on:mousedown=on_press on:mouseup=on_release on:click=on_click on:paste=on_paste></div>
    }
}

fn has_focus(node: NodeRef<html::Div>) -> bool {
    let active = leptos::prelude::document().active_element();
    node.get_untracked()
        .is_some_and(|node| active.as_deref() == Some(node.as_ref()))
}

/// One of the browser's own editing commands; it keeps their undo steps.
pub(super) fn command(page: &leptos::web_sys::Document, name: &str, value: &str) {
    call(
        page,
        "execCommand",
        &[name.into(), false.into(), value.into()],
    );
}

/// The rich text of a block.
pub(super) fn text_of(block: &Block) -> String {
    text_of_kind(&block.kind)
}

fn text_of_kind(kind: &BlockKind) -> String {
    match kind {
        BlockKind::Text { html, .. } => html.clone(),
        BlockKind::Footer { text, .. } => text.clone(),
        _ => String::new(),
    }
}

/// Whether a text still says what the palette put there.
fn is_fresh(text: &str) -> bool {
    text == text_of_kind(&BlockKind::new_text())
}

/// What was typed, as it is stored: clean, no hard spaces in merge fields, empty when there are no words.
fn tidy(html: &str) -> String {
    let html = soft_spaces(&clean(html));
    let has_words = html.contains("<hr")
        || html.split('<').enumerate().any(|(i, part)| {
            let words = if i == 0 {
                part
            } else {
                part.split_once('>').map_or("", |(_, words)| words)
            };
            !words.replace("&nbsp;", " ").trim().is_empty()
        });
    if has_words {
        html.trim().to_owned()
    } else {
        String::new()
    }
}

/// Browsers make a hard space of the second of two, and at the end of a line; between braces it would be part of a name.
fn soft_spaces(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find("{{").or_else(|| rest.find("{%")) {
        let (before, from) = rest.split_at(open);
        let end = from.find(['}', '<']).unwrap_or(from.len());
        let (inside, after) = from.split_at(end);
        out.push_str(before);
        out.push_str(&inside.replace("&nbsp;", " ").replace('\u{a0}', " "));
        rest = after;
        if rest == from {
            break;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_stored_clean_and_empty_without_words() {
        for (typed, stored) in [
            ("<p>Hello</p>", "<p>Hello</p>"),
            ("<p><br></p>", ""),
            (" <p>&nbsp;</p><p></p>", ""),
            ("<p onclick=x>Hi<script>x</script></p>", "<p>Hi</p>"),
            ("Hello", "Hello"),
        ] {
            assert_eq!(tidy(typed), stored, "{typed}");
        }
    }

    #[test]
    fn merge_fields_hold_no_hard_spaces() {
        for (typed, stored) in [
            (
                "a&nbsp; b {{&nbsp;name }} c&nbsp;d",
                "a&nbsp; b {{ name }} c&nbsp;d",
            ),
            (
                "{% if a\u{a0}%}x&nbsp;{% endif %}",
                "{% if a %}x&nbsp;{% endif %}",
            ),
            ("{{&nbsp;never closed", "{{ never closed"),
            ("no braces&nbsp;", "no braces&nbsp;"),
        ] {
            assert_eq!(soft_spaces(typed), stored);
        }
    }
}
