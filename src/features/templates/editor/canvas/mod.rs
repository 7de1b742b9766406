//! The canvas: the mail itself as the place to edit it. Blocks are selected, moved, copied and deleted by pointer and by keyboard.

mod block;
mod dom;
mod drag;
mod keys;
mod look;

use self::keys::Arrow;
use super::edit::{EditForm, kind_key};
use super::session::Editor;
use crate::mail::block::{BlockKind, Document};
use block::CanvasBlock;
use leptos::ev::{FocusEvent, KeyboardEvent, MouseEvent};
use leptos::prelude::*;

pub(super) use dom::{Rect, call, closest, focus_block, get, is_typed_in, rect};
pub(super) use drag::{Drag, DragShapes, Load, add};

#[component]
pub(super) fn Canvas(editor: Editor, drag: Drag) -> impl IntoView {
    let document = editor.document();
    let ids = move || {
        document.with(|document| {
            let blocks = document.blocks.iter();
            blocks.map(|block| block.id).collect::<Vec<_>>()
        })
    };
    let page = Memo::new(move |_| document.with(|document| look::page(&document.theme)));
    let width = move || document.with(|document| look::width(&document.theme));
    let is_empty = move || document.with(Document::is_empty);
    let on_focus = move |event: FocusEvent| {
        if let Some(id) = dom::block_at(event.target()) {
            editor.select(Some(id));
        }
    };
    let on_click = move |event: MouseEvent| {
        if drag.has_dropped() {
            return;
        }
        // A link of the mail leads nowhere here.
        if dom::closest(event.target(), "a").is_some() {
            event.prevent_default();
        }
        if dom::block_at(event.target()).is_none() {
            editor.select(None);
        }
    };
    view! {
        <div class="mail-canvas" style=page role="group" aria-label="The mail" tabindex="-1" on:focusin=on_focus on:click=on_click
            class:is-dragging=move || drag.load().is_some() on:keydown=move |event| on_key(editor, &event)
            on:pointerdown=move |event| drag.pressed_canvas(&event) on:dragstart=move |event| event.prevent_default()>
            <div class="mail-sheet" style=width>
                {move || is_empty().then(|| view! {
                    <p class="mail-hint">"This mail is empty. Click a block on the side, or drag it here."</p>
                })}
                <For each=ids key=|id| *id let:id>
                    <CanvasBlock editor id/>
                </For>
            </div>
        </div>
        <p role="status" class="sr-only">{editor.said()}</p>
    }
}

/// Keys on a block that is selected.
fn on_key(editor: Editor, event: &KeyboardEvent) {
    let Some(id) = dom::block_at(event.target()) else {
        return;
    };
    if dom::is_typed_in(event.target()) {
        match event.key().as_str() {
            "Escape" if !editor.choosing().get_untracked() => {
                event.prevent_default();
                focus_block(Some(id));
            }
            "k" if event.ctrl_key() || event.meta_key() => {
                event.prevent_default();
                event.stop_propagation();
                editor.linking().set(true);
            }
            _ => {}
        }
        return;
    }
    // A button of the toolbar has its own keys.
    if dom::closest(event.target(), "button").is_some() {
        return;
    }
    let key = event.key();
    let command = event.ctrl_key() || event.meta_key();
    let is_taken = match (key.as_str(), command, event.alt_key()) {
        ("Delete" | "Backspace", false, false) => delete(editor, id),
        ("d" | "D", true, false) => duplicate(editor, id),
        ("Escape", false, false) => leave(editor, id),
        ("Enter" | "F2", false, false) => enter(id),
        (key, false, is_alt) => match Arrow::of(key) {
            Some(arrow) if is_alt => shift(editor, id, arrow),
            Some(arrow) => walk(editor, id, arrow),
            None => false,
        },
        _ => false,
    };
    if is_taken {
        event.prevent_default();
        event.stop_propagation();
    }
}

fn on(op: &str, id: u32) -> EditForm {
    EditForm {
        op: op.into(),
        block: id.to_string(),
        ..EditForm::default()
    }
}

/// Deletes a block; the one beside it is selected next.
fn delete(editor: Editor, id: u32) -> bool {
    let (name, heir) = editor.document().with_untracked(|document| {
        let name = document.find(id).map_or("", |block| block.kind.name());
        (name, keys::heir(document, id))
    });
    editor.change(on("delete", id));
    editor.select(heir);
    editor.say(format!("{name} deleted"));
    focus_block(heir);
    true
}

/// Copies a block; the copy is selected.
fn duplicate(editor: Editor, id: u32) -> bool {
    editor.change(on("duplicate", id));
    drag::announce(
        editor,
        editor.selected_untracked(),
        "copied, the copy stands",
    );
    focus_block(editor.selected_untracked());
    true
}

/// Takes a block one place further.
fn shift(editor: Editor, id: u32, arrow: Arrow) -> bool {
    let place = editor
        .document()
        .with_untracked(|document| keys::shifted(document, id, arrow));
    match place {
        Some(place) => drag::shift(editor, id, place),
        None => editor.say("It cannot move further that way"),
    }
    true
}

fn walk(editor: Editor, id: u32, arrow: Arrow) -> bool {
    let next = editor
        .document()
        .with_untracked(|document| keys::neighbour(document, id, arrow));
    if next.is_some() {
        focus_block(next);
    }
    true
}

/// To the block around this one, or away from all of them.
fn leave(editor: Editor, id: u32) -> bool {
    let parent = editor
        .document()
        .with_untracked(|document| keys::parent(document, id));
    editor.select(parent);
    focus_block(parent);
    true
}

/// Into the text of a block, or to its settings.
fn enter(id: u32) -> bool {
    let text = format!(".mail-block[data-block='{id}'] > .mail-body [contenteditable]");
    let has_text = document().query_selector(&text).ok().flatten().is_some();
    dom::focus_now(if has_text {
        &text
    } else {
        ".inspector :is(input:not([type=hidden]), select, textarea)"
    });
    true
}

/// A fresh block of the kind called so in forms.
fn kind_of(key: &str) -> Option<BlockKind> {
    if key == "columns-3" {
        return Some(BlockKind::new_columns(3));
    }
    let mut kinds = BlockKind::palette().into_iter();
    kinds.find(|kind| kind_key(kind) == key)
}

/// What the palette calls a kind.
pub(super) fn kind_words(key: &str) -> &'static str {
    match key {
        "columns" => "Two columns",
        "columns-3" => "Three columns",
        other => kind_of(other).map_or("", |kind| kind.name()),
    }
}
