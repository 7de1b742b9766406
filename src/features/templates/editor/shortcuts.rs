//! The keys that work anywhere in the editor, and the sheet that lists all of them.

use super::canvas::is_typed_in;
use super::session::Editor;
use crate::mail::design::Mode;
use crate::ui::icon::Icon;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

const KEYS: [(&str, &[(&str, &str)]); 3] = [
    (
        "Anywhere",
        &[
            ("Ctrl S", "Save now"),
            ("Ctrl Z", "Undo"),
            ("Ctrl Shift Z or Ctrl Y", "Redo"),
            ("?", "Show these shortcuts"),
        ],
    ),
    (
        "On a block",
        &[
            ("Tab, ↓, ↑", "Select the next or previous block"),
            ("→, ←", "Into columns, across them, and out"),
            ("Alt ↑, Alt ↓", "Move the block"),
            ("Alt →, Alt ←", "Move it into a column, or out"),
            ("Ctrl D", "Duplicate it"),
            ("Delete", "Delete it"),
            ("Enter", "Write in it, or go to its settings"),
            ("Esc", "To the columns around it, or select nothing"),
        ],
    ),
    (
        "In a text",
        &[
            ("Ctrl B, Ctrl I", "Bold, italic"),
            ("Ctrl K", "Link"),
            ("{{", "Insert a merge field"),
            ("Esc", "Back to the block"),
        ],
    ),
];

/// The button that opens the sheet, the sheet, and the keys of the whole editor.
#[component]
pub(super) fn Shortcuts(editor: Editor) -> impl IntoView {
    let sheet = NodeRef::<html::Dialog>::new();
    let open = move || {
        if let Some(sheet) = sheet.get_untracked()
            && !sheet.open()
        {
            let _ = sheet.show_modal();
        }
    };
    let close = move |_| {
        if let Some(sheet) = sheet.get_untracked() {
            sheet.close();
        }
    };
    Effect::new(move |_| {
        let keys = window_event_listener(leptos::ev::keydown, move |event| {
            on_key(editor, &event, open);
        });
        on_cleanup(move || keys.remove());
    });
    let groups = KEYS
        .into_iter()
        .map(|(title, keys)| {
            let rows = keys
                .iter()
                .map(|(keys, words)| view! { <div><dt><kbd>{*keys}</kbd></dt><dd>{*words}</dd></div> })
                .collect_view();
            view! { <section><h3>{title}</h3><dl>{rows}</dl></section> }
        })
        .collect_view();
    view! {
        <button type="button" class="btn btn-sm btn-square" title="Keyboard shortcuts (?)" aria-label="Keyboard shortcuts"
            on:click=move |_| open()>
            <Icon name="keyboard"/>
        </button>
        <dialog node_ref=sheet class="sheet" aria-labelledby="shortcuts-title">
            <div class="flex items-center justify-between gap-4">
                <h2 id="shortcuts-title" class="text-lg font-semibold">"Keyboard shortcuts"</h2>
                <button type="button" class="btn btn-sm" on:click=close>"Close"</button>
            </div>
            <div class="shortcut-groups">{groups}</div>
            <p class="mt-4 text-sm text-muted">"On a Mac, the Command key takes the place of Ctrl."</p>
        </dialog>
    }
}

fn on_key(editor: Editor, event: &KeyboardEvent, open: impl Fn()) {
    let command = event.ctrl_key() || event.meta_key();
    let key = event.key().to_lowercase();
    let is_blocks = editor.mode() == Mode::Blocks;
    // In a field, the browser undoes what was typed there.
    let is_typed_in = is_typed_in(event.target());
    let is_taken = match (key.as_str(), command, event.shift_key()) {
        ("s", true, false) => {
            editor.save_now();
            true
        }
        ("z", true, again) if is_blocks && !is_typed_in => {
            editor.step(!again);
            true
        }
        ("y", true, false) if is_blocks && !is_typed_in => {
            editor.step(false);
            true
        }
        ("?", false, _) if !is_typed_in => {
            open();
            true
        }
        _ => false,
    };
    if is_taken {
        event.prevent_default();
    }
}
