//! The palette: every kind of block, to click or to drag into the mail.

use super::canvas::{Drag, Load, add, kind_words};
use super::edit::kind_key;
use super::session::Editor;
use crate::mail::block::{BlockKind, Document};
use crate::ui::icon::Icon;
use leptos::prelude::*;

#[component]
pub(super) fn Palette(editor: Editor, drag: Drag) -> impl IntoView {
    let mut kinds: Vec<&'static str> = BlockKind::palette().iter().map(kind_key).collect();
    let at = kinds.iter().position(|key| *key == "columns");
    kinds.insert(at.map_or(kinds.len(), |at| at + 1), "columns-3");
    let buttons = kinds
        .into_iter()
        .map(|key| {
            let on_click = move |_| {
                if !drag.has_dropped() {
                    let selected = editor.selected_untracked();
                    let place = editor
                        .document()
                        .with_untracked(|document| place(document, selected, key));
                    add(editor, key, place);
                }
            };
            view! {
                <li>
                    <button type="button" class="palette-item" data-kind=key on:click=on_click
                        on:pointerdown=move |event| drag.pressed(&event, Load::New(key))>
                        <Icon name=key/>
                        <span>{kind_words(key)}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="palette" aria-label="Add a block">
            <ul>{buttons}</ul>
        </section>
    }
}

/// Where a click puts a fresh block: after the selected one, in its column if it may stand there, or at the end.
fn place(document: &Document, selected: Option<u32>, key: &str) -> String {
    let nests = !matches!(key, "header" | "footer" | "columns" | "columns-3");
    let Some(id) = selected else {
        return "end".into();
    };
    let is_top = document.blocks.iter().any(|block| block.id == id);
    if is_top || nests {
        return format!("after:{id}");
    }
    let around = document.blocks.iter().find(|block| {
        let mut inner = block
            .kind
            .columns()
            .iter()
            .flat_map(|column| &column.blocks);
        inner.any(|block| block.id == id)
    });
    around.map_or_else(|| "end".to_owned(), |block| format!("after:{}", block.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::block::Place;

    #[test]
    fn a_fresh_block_stands_after_the_selected_one_where_it_may() {
        let mut document = Document::default();
        let block = document
            .insert(Place::Bottom, BlockKind::new_columns(2))
            .unwrap();
        let inner = document
            .insert(Place::InColumn { block, column: 0 }, BlockKind::new_text())
            .unwrap();
        assert_eq!(place(&document, None, "text"), "end");
        assert_eq!(
            place(&document, Some(block), "text"),
            format!("after:{block}")
        );
        assert_eq!(
            place(&document, Some(inner), "button"),
            format!("after:{inner}")
        );
        assert_eq!(
            place(&document, Some(inner), "footer"),
            format!("after:{block}")
        );
    }
}
