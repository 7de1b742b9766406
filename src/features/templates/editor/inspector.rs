//! The panel beside the canvas: the settings of the selected block, or of the whole mail.

use super::fields::{Input, properties, theme_properties};
use super::properties::PropertyForm;
use super::rich::TextTools;
use super::session::Editor;
use super::summary::title;
use crate::mail::block::{BlockKind, Problem};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

#[component]
pub(super) fn Inspector(editor: Editor) -> impl IntoView {
    let document = editor.document();
    // Drawn anew when another block, an undo or another number of fields asks for it, not while one types.
    let shape = Memo::new(move |_| {
        let selected = editor.selected().and_then(|id| {
            document.with(|document| {
                let block = document.find(id)?;
                let fields = match &block.kind {
                    BlockKind::Social { links, .. } => links.len(),
                    kind => kind.columns().len(),
                };
                Some((id, fields))
            })
        });
        (selected, editor.epoch())
    });
    let panel = move || match shape.get().0 {
        Some((id, _)) => view! { <BlockSettings editor id/> }.into_any(),
        None => view! { <MailSettings editor/> }.into_any(),
    };
    let on_key = move |event: KeyboardEvent| {
        let is_free = !editor.choosing().get_untracked() && !event.default_prevented();
        if event.key() == "Escape" && is_free {
            super::canvas::focus_block(editor.selected_untracked());
        }
    };
    view! { <section class="inspector panel" aria-label="Settings" on:keydown=on_key>{panel}</section> }
}

#[component]
fn BlockSettings(editor: Editor, id: u32) -> AnyView {
    let document = editor.document();
    let Some((name, has_text, list)) = document.with_untracked(|document| {
        let block = document.find(id)?;
        let mut list = properties(block, &document.theme);
        // Text is written in the mail itself.
        let count = list.len();
        list.retain(|property| property.input != Input::Rich);
        Some((block.kind.name(), list.len() < count, list))
    }) else {
        return ().into_any();
    };
    let on_close = move |_| editor.select(None);
    view! {
        <div class="inspector-head">
            <h2 class="font-semibold">{name}</h2>
            <button type="button" class="btn btn-ghost btn-sm" on:click=on_close>"Done"</button>
        </div>
        <Problems editor block=id/>
        {has_text.then(|| view! { <TextTools editor id/> })}
        <PropertyForm editor op="set" block=id list label=""/>
    }
    .into_any()
}

/// What is wrong with one block.
#[component]
fn Problems(editor: Editor, block: u32) -> impl IntoView {
    let list = move || {
        editor.data().with(|data| {
            let all = data.compiled.problems.iter();
            all.filter(|problem| problem.block == Some(block))
                .map(|problem| view! { <li>{problem.message.clone()}</li> })
                .collect_view()
        })
    };
    view! { <ul class="problems">{list}</ul> }
}

#[component]
fn MailSettings(editor: Editor) -> impl IntoView {
    let document = editor.document();
    let list = document.with_untracked(|document| theme_properties(&document.theme));
    let problems = Memo::new(move |_| editor.data().with(|data| data.compiled.problems.clone()));
    let row = move |Problem { block, message, .. }: Problem| {
        let name =
            block.and_then(|id| document.with_untracked(|document| document.find(id).map(title)));
        let words = match name {
            Some(name) => format!("{name}: {message}"),
            None => message,
        };
        view! {
            <li>
                {match block {
                    Some(_) => view! {
                        <button type="button" class="link text-left" on:click=move |_| {
                            editor.select(block);
                            super::canvas::focus_block(block);
                        }>{words}</button>
                    }.into_any(),
                    None => words.into_any(),
                }}
            </li>
        }
    };
    view! {
        <div class="inspector-head"><h2 class="font-semibold">"The whole mail"</h2></div>
        <p class="mb-4 text-sm text-muted">"Select a block in the mail to change it. These colours and fonts are for all of them."</p>
        {move || {
            let list = problems.get();
            (!list.is_empty()).then(|| view! {
                <h3 class="text-sm font-semibold">"Still to do"</h3>
                <ul class="problems">{list.into_iter().map(row).collect_view()}</ul>
            })
        }}
        <PropertyForm editor op="theme" list label=""/>
    }
}
