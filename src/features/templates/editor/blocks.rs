//! The list of blocks: what stands where, buttons that move, copy and delete, the selected block's form, and adding.

use super::edit::kind_key;
use super::fields::properties;
use super::properties::PropertyForm;
use super::session::Editor;
use super::summary::{summary, title};
use super::view::Common;
use crate::mail::block::{Block, BlockKind, Document};
use crate::ui::icon::Icon;
use leptos::prelude::*;

#[component]
pub(super) fn BlockList(editor: Editor) -> impl IntoView {
    let document = editor.document();
    let ids = move || document.with(|document| ids(&document.blocks));
    let is_empty = move || document.with(Document::is_empty);
    view! {
        <section class="panel grid gap-3" aria-labelledby="blocks-title">
            <h2 id="blocks-title" class="font-semibold">"Blocks"</h2>
            {move || is_empty().then(|| view! { <p class="text-muted">"There is nothing here yet. Add the first block below."</p> })}
            <ol class="grid gap-2">
                <For each=ids key=|id| *id let:id>
                    <Row editor document id/>
                </For>
            </ol>
            {editor.can_edit().then(|| view! { <AddBlock editor/> })}
        </section>
    }
}

fn ids(blocks: &[Block]) -> Vec<u32> {
    blocks.iter().map(|block| block.id).collect()
}

/// One block with what it holds. Its parts change one by one, so that a form one is typing in stays as it is.
#[component]
fn Row(editor: Editor, document: Memo<Document>, id: u32) -> AnyView {
    let block = Memo::new(move |_| document.with(|document| document.find(id).cloned()));
    let name = move || block.with(|block| block.as_ref().map_or("", |block| block.kind.name()));
    let summary = Memo::new(move |_| {
        block.with(|block| {
            block
                .as_ref()
                .map_or_else(String::new, |block| summary(&block.kind))
        })
    });
    let is_selected = Memo::new(move |_| editor.selected() == Some(id));
    let href = move || {
        let target = (!is_selected.get()).then_some(id);
        format!("{}#block-{id}", editor.href(target, editor.view()))
    };
    let problems = move || {
        editor.data().with(|data| {
            let all = data.compiled.problems.iter();
            all.filter(|problem| problem.block == Some(id))
                .map(|problem| view! { <li>{problem.message.clone()}</li> })
                .collect_view()
        })
    };
    // The form is drawn anew when another block, an undo or another number of fields asks for it, not while one types.
    let shape = Memo::new(move |_| {
        is_selected.get().then(|| {
            let fields = block.with(|block| block.as_ref().map_or(0, field_count));
            (editor.epoch(), fields)
        })
    });
    let form = move || {
        shape.get()?;
        let list = document
            .with_untracked(|document| Some(properties(document.find(id)?, &document.theme)))?;
        editor.can_edit().then(|| {
            view! {
                <div class="border-t border-base-300 px-3 py-4">
                    <PropertyForm editor op="set" block=id list label="Save block"/>
                    <MoveTo editor document id/>
                </div>
            }
        })
    };
    let columns = Memo::new(move |_| {
        block.with(|block| block.as_ref().map_or(0, |block| block.kind.columns().len()))
    });
    view! {
        <li id=format!("block-{id}") class="min-w-0 scroll-mt-20 rounded-box border border-base-300" class:border-primary=move || is_selected.get()>
            <div class="flex items-center gap-1 pr-1">
                <a href=href data-noscroll="" class="min-w-0 grow truncate rounded-box px-3 py-2.5 hover:bg-base-200"
                    aria-current=move || is_selected.get().then_some("true")>
                    <span class="font-medium">{name}</span>
                    " "
                    <span class="text-sm text-muted">{summary}</span>
                </a>
                {editor.can_edit().then(|| view! { <RowButtons editor id name=Signal::derive(name) summary/> })}
            </div>
            <ul class="px-3 text-sm text-warning-content/80 empty:hidden [&>li]:pb-2">{problems}</ul>
            {form}
            {move || (0..columns.get())
                .map(|column| view! { <ColumnBlocks editor document id column/> })
                .collect_view()}
        </li>
    }
    .into_any()
}

fn field_count(block: &Block) -> usize {
    match &block.kind {
        BlockKind::Social { links, .. } => links.len(),
        kind => kind.columns().len(),
    }
}

#[component]
fn RowButtons(
    editor: Editor,
    id: u32,
    name: Signal<&'static str>,
    summary: Memo<String>,
) -> impl IntoView {
    let button = move |op: &'static str, verb: &'static str, icon: &'static str| {
        let label = move || match summary.get() {
            words if words.is_empty() => format!("{verb}: {} {id}", name.get()),
            words => format!("{verb}: {} “{words}”", name.get()),
        };
        view! {
            <button type="submit" name="edit[op]" value=op class="btn btn-ghost btn-square btn-sm" title=verb aria-label=label>
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        <form method="post" action=editor.url() class="flex shrink-0" on:submit=editor.on_submit()>
            <Common editor op="" block=id/>
            {button("move-up", "Move up", "up")}
            {button("move-down", "Move down", "down")}
            {button("duplicate", "Duplicate", "copy")}
            {button("delete", "Delete", "trash")}
        </form>
    }
}

/// One column of a columns block: its blocks, and a form that adds one.
#[component]
fn ColumnBlocks(editor: Editor, document: Memo<Document>, id: u32, column: usize) -> impl IntoView {
    let ids = move || {
        document.with(|document| {
            let block = document.find(id);
            let column = block.and_then(|block| block.kind.columns().get(column));
            column.map_or_else(Vec::new, |column| ids(&column.blocks))
        })
    };
    let title = format!("Column {}", column + 1);
    let select_id = format!("add-{id}-{column}");
    let for_select = select_id.clone();
    let kinds = BlockKind::palette().into_iter().filter(BlockKind::can_nest);
    let options = kinds
        .map(|kind| view! { <option value=kind_key(&kind)>{kind.name()}</option> })
        .collect_view();
    view! {
        <div class="mx-2 mb-2 rounded-box bg-base-200 p-2">
            <p class="mb-2 text-sm font-medium">{title.clone()}</p>
            <ol class="grid gap-2">
                <For each=ids key=|id| *id let:inner>
                    <Row editor document id=inner/>
                </For>
            </ol>
            {editor.can_edit().then(|| view! {
                <form method="post" action=editor.url() class="mt-2 flex gap-2" on:submit=editor.on_submit()>
                    <Common editor op="add"/>
                    <input type="hidden" name="edit[place]" value=format!("in:{id}:{column}")/>
                    <label class="sr-only" for=for_select>{format!("Block to add to {title} of block {id}")}</label>
                    <select id=select_id name="edit[kind]" class="select select-sm min-w-0 grow">{options}</select>
                    <button type="submit" class="btn btn-sm" aria-label=format!("Add to {title} of block {id}")>"Add"</button>
                </form>
            })}
        </div>
    }
}

/// Buttons for every kind of block. The new one stands after the selected block, or at the end.
#[component]
fn AddBlock(editor: Editor) -> impl IntoView {
    let document = editor.document();
    let place = move || {
        let selected = editor.selected();
        let top = document.with(|document| {
            let blocks = document.blocks.iter();
            blocks
                .map(|block| block.id)
                .find(|id| Some(*id) == selected)
        });
        top.map_or_else(|| "end".to_owned(), |id| format!("after:{id}"))
    };
    let mut kinds: Vec<(&'static str, &'static str)> = BlockKind::palette()
        .iter()
        .map(|kind| (kind_key(kind), kind.name()))
        .collect();
    for entry in &mut kinds {
        if entry.0 == "columns" {
            entry.1 = "Two columns";
        }
    }
    let at = kinds.iter().position(|(key, _)| *key == "columns");
    kinds.insert(
        at.map_or(kinds.len(), |at| at + 1),
        ("columns-3", "Three columns"),
    );
    let buttons = kinds
        .into_iter()
        .map(|(key, words)| view! {
            <button type="submit" name="edit[kind]" value=key class="btn btn-sm">{words}</button>
        })
        .collect_view();
    view! {
        <form method="post" action=editor.url() class="border-t border-base-300 pt-3" on:submit=editor.on_submit()>
            <Common editor op="add"/>
            <input type="hidden" name="edit[place]" value=place/>
            <fieldset>
                <legend class="mb-2 text-sm font-medium">"Add a block"</legend>
                <div class="flex flex-wrap gap-1.5">{buttons}</div>
            </fieldset>
        </form>
    }
}

/// Takes the selected block to another place, into and out of columns too.
#[component]
fn MoveTo(editor: Editor, document: Memo<Document>, id: u32) -> impl IntoView {
    let places = move || document.with(|document| places(document, id));
    let select_id = format!("move-{id}");
    let for_select = select_id.clone();
    view! {
        <form method="post" action=editor.url() class="mt-4 flex items-end gap-2" on:submit=editor.on_submit()>
            <Common editor op="move" block=id/>
            <div class="field min-w-0 grow">
                <label class="field-label" for=for_select>"Move to"</label>
                <select id=select_id name="edit[place]" class="select select-sm w-full">
                    {move || {
                        places()
                            .into_iter()
                            .map(|(place, words)| view! { <option value=place>{words}</option> })
                            .collect_view()
                    }}
                </select>
            </div>
            <button type="submit" class="btn btn-sm">"Move"</button>
        </form>
    }
}

/// Every place the block can go, in the order of the design.
fn places(document: &Document, id: u32) -> Vec<(String, String)> {
    let mut list = vec![("top".to_owned(), "Top".to_owned())];
    let nests = document.find(id).is_some_and(|block| block.kind.can_nest());
    for block in document.blocks.iter().filter(|block| block.id != id) {
        list.push((
            format!("after:{}", block.id),
            format!("After {}", title(block)),
        ));
        if nests {
            for column in 0..block.kind.columns().len() {
                let words = format!("Into column {} of block {}", column + 1, block.id);
                list.push((format!("in:{}:{column}", block.id), words));
            }
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::block::Place;

    #[test]
    fn a_block_can_go_everywhere_but_to_itself_and_columns_stay_flat() {
        let mut document = Document::default();
        let text = document
            .insert(Place::Bottom, BlockKind::new_text())
            .unwrap();
        let columns = document
            .insert(Place::Bottom, BlockKind::new_columns(2))
            .unwrap();
        let keys = |id| {
            places(&document, id)
                .into_iter()
                .map(|(key, _)| key)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            keys(text),
            [
                "top".to_owned(),
                format!("after:{columns}"),
                format!("in:{columns}:0"),
                format!("in:{columns}:1")
            ]
        );
        assert_eq!(keys(columns), ["top".to_owned(), format!("after:{text}")]);
    }
}
