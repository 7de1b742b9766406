//! The editor on the page: subject, a bar of views and states, and the desk. Each part but the canvas works as plain forms and links.

use super::address::{View, number};
use super::blocks::BlockList;
use super::canvas::{Canvas, Drag, DragShapes, focus_block};
use super::code::CodeForm;
use super::inspector::Inspector;
use super::leaving::guard_leaving;
use super::palette::Palette;
use super::preview::{CLIP_BYTES, Preview, size};
use super::properties::{PropertyForm, take};
use super::session::{Editor, Saving};
use super::shortcuts::Shortcuts;
use super::theme_properties;
use super::variables::MergeMenu;
use crate::mail::design::Mode;
use crate::ui::arrival::arrive;
use crate::ui::icon::Icon;
use leptos::prelude::*;

/// Shows and edits one mail. See the module's comment for how to embed it.
#[component]
pub fn ContentEditor(
    editor: Editor,
    /// What the embedder shows between the subject and the mail; it is no part of the editor.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    if editor.can_edit() {
        guard_leaving(editor);
    }
    arrive();
    arrive_at_block(editor);
    view! {
        <div class="editor">
            <Messages editor/>
            <Headline editor/>
        </div>
        {children.map(|children| children())}
        <div class="editor">
            <Bar editor/>
            {if editor.mode() == Mode::Blocks && editor.can_edit() {
                view! { <BlockDesk editor/> }.into_any()
            } else {
                view! { <CodeDesk editor/> }.into_any()
            }}
            <MergeFields editor/>
            {editor.can_edit().then(|| view! { <MergeMenu editor/> })}
        </div>
    }
}

/// A link to a block (`?block=3#block-3`) leads to it on the canvas too, once it is there.
fn arrive_at_block(editor: Editor) {
    Effect::new(move |_| {
        let hash = window().location().hash().unwrap_or_default();
        let named = hash.strip_prefix("#block-").and_then(|id| id.parse().ok());
        if named.is_some() {
            editor.select(named);
            focus_block(named);
        }
    });
}

/// The canvas between palette and settings, or a preview. Where no script runs: the list of blocks beside the preview.
#[component]
fn BlockDesk(editor: Editor) -> impl IntoView {
    let drag = Drag::new(editor);
    let is_canvas = Memo::new(move |_| editor.view() == View::Edit);
    let plain = move || {
        (!editor.is_alive()).then(|| {
            view! {
                <div class="without-script grid gap-4">
                    <BlockList editor/>
                    <ThemePanel editor/>
                </div>
            }
        })
    };
    let plain_preview = move || {
        (is_canvas.get() && !editor.is_alive())
            .then(|| view! { <div class="without-script"><Preview editor/></div> })
    };
    view! {
        <div class="plain-desk">{plain}{plain_preview}</div>
        {move || if is_canvas.get() {
            view! {
                <div class="desk with-script">
                    <Palette editor drag/>
                    <Canvas editor drag/>
                    <div class="desk-side">{move || editor.is_alive().then(|| view! { <Inspector editor/> })}</div>
                    <DragShapes drag/>
                </div>
            }.into_any()
        } else {
            view! { <Preview editor/> }.into_any()
        }}
    }
}

/// Code, or blocks that may only be looked at, beside the preview.
#[component]
fn CodeDesk(editor: Editor) -> impl IntoView {
    let is_code = editor.mode() != Mode::Blocks;
    view! {
        <div class="code-desk" class:is-single=!is_code>
            {is_code.then(|| view! { <CodeForm editor/> })}
            <Preview editor/>
        </div>
    }
}

/// The inputs that every form of the editor carries.
#[component]
pub(super) fn Common(
    editor: Editor,
    /// Empty: the form's buttons say it.
    op: &'static str,
    #[prop(optional)] block: Option<u32>,
) -> impl IntoView {
    let revision = move || editor.data().with(|data| data.revision.to_string());
    view! {
        {editor
            .hidden()
            .into_iter()
            .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
            .collect_view()}
        <input type="hidden" name="revision" value=revision/>
        {(!op.is_empty()).then(|| view! { <input type="hidden" name="edit[op]" value=op/> })}
        {block.map(|block| view! { <input type="hidden" name="edit[block]" value=block.to_string()/> })}
        <input type="hidden" name="edit[selected]" value=move || number(editor.selected())/>
        <input type="hidden" name="edit[view]" value=move || editor.view().as_str()/>
    }
}

/// What the last change came to, announced when it appears.
#[component]
fn Messages(editor: Editor) -> impl IntoView {
    view! {
        <div aria-live="assertive">
            {move || {
                editor.message().map(|text| view! {
                    <div role="alert" class="alert alert-error alert-soft items-start">
                        <Icon name="alert"/>
                        <div>
                            <p>{text}</p>
                            {editor.is_stale().then(|| view! { <Choice editor/> })}
                        </div>
                    </div>
                })
            }}
        </div>
        <div aria-live="polite">
            {move || editor.kept().map(|(href, words)| view! {
                <p role="status" class="alert alert-success alert-soft">
                    <span>"Your version is saved. The other one is kept "<a class="link" href=href>{words}</a>"."</span>
                </p>
            })}
        </div>
    }
}

/// Theirs or mine, after somebody else saved. Mine is only in the page, so without JavaScript there is none.
#[component]
fn Choice(editor: Editor) -> impl IntoView {
    let (_, words) = editor.kept_words();
    view! {
        <p class="mt-2 flex flex-wrap gap-2">
            <a class="btn btn-sm" rel="external" href=editor.page()>"Load the current version"</a>
            {move || editor.is_alive().then(|| view! {
                <button type="button" class="btn btn-sm" on:click=move |_| editor.keep_mine()>"Keep my version"</button>
            })}
        </p>
        {move || editor.is_alive().then(|| view! {
            <p class="mt-1 text-sm">"If you keep yours, the other one is kept "{words}"."</p>
        })}
    }
}

/// What is looked at, how large the mail is, whether it is stored, undo and redo. Steps live in the page, so their buttons wait for it
/// to come alive.
#[component]
fn Bar(editor: Editor) -> impl IntoView {
    let tabs = View::of_mode(editor.mode(), editor.can_edit())
        .iter()
        .enumerate()
        .map(|(at, view)| {
            let is_current =
                move || editor.view() == *view || (at == 0 && editor.view() == View::Edit);
            view! {
                <a class="tab" data-noscroll="" aria-current=move || is_current().then_some("true")
                    href=move || editor.href(editor.selected(), *view)>
                    {view.words()}
                </a>
            }
        })
        .collect_view();
    let bytes = Memo::new(move |_| editor.data().with(|data| data.compiled.bytes));
    let is_blocks = editor.mode() == Mode::Blocks;
    view! {
        <div class="editor-bar">
            <nav aria-label="Show the mail as" class="tabs tabs-box tabs-sm">{tabs}</nav>
            <span class="text-sm text-muted">{move || (bytes.get() > 0).then(|| size(bytes.get()))}</span>
            {editor.can_edit().then(|| view! {
                <div class="ml-auto flex flex-wrap items-center gap-2">
                    <SaveState editor/>
                    {is_blocks.then(|| view! {
                        <div class="join">
                            <button type="button" class="btn btn-sm join-item" title="Undo (Ctrl+Z)" disabled=move || !editor.can_undo()
                                on:click=move |_| editor.step(true)>"Undo"</button>
                            <button type="button" class="btn btn-sm join-item" title="Redo (Ctrl+Shift+Z)"
                                disabled=move || !editor.can_redo() on:click=move |_| editor.step(false)>"Redo"</button>
                        </div>
                        <div class="with-script"><Shortcuts editor/></div>
                    })}
                </div>
            })}
        </div>
        {move || (bytes.get() >= CLIP_BYTES).then(|| view! {
            <p role="alert" class="alert alert-warning alert-soft">
                "Gmail cuts mails at 102 KB, so the end of this one, often the unsubscribe link, is hidden there. Make it shorter."
            </p>
        })}
    }
}

/// Whether everything is stored.
#[component]
fn SaveState(editor: Editor) -> impl IntoView {
    let words = move || match editor.saving() {
        Saving::Saved(None) => "All changes are saved".to_owned(),
        Saving::Saved(Some(time)) => format!("Saved {time}"),
        Saving::Underway => "Saving…".to_owned(),
        Saving::Waiting(why) => format!("Not saved yet, trying again. {why}"),
        Saving::Refused => "Not saved".to_owned(),
        Saving::Conflict => "Not saved: changed elsewhere".to_owned(),
    };
    let is_well = move || matches!(editor.saving(), Saving::Saved(_) | Saving::Underway);
    view! {
        <p role="status" class="save-state" class:text-muted=is_well class:text-error=move || !is_well()>{words}</p>
    }
}

/// Subject and preheader.
#[component]
fn Headline(editor: Editor) -> impl IntoView {
    let line = move |name: &'static str, label: &'static str, hint: &'static str| {
        let id = format!("content-{name}");
        let note = format!("{id}-note");
        let stored = editor.data().with_untracked(|data| match name {
            "subject" => data.content.subject.clone(),
            _ => data.content.preheader.clone(),
        });
        let value = editor.typed("headline", "", name).unwrap_or(stored);
        let message = move || {
            let fault = move || {
                editor.data().with(|data| {
                    let fault = data.compiled.fault.as_ref();
                    fault
                        .filter(|fault| fault.field == name)
                        .map(|fault| fault.message.clone())
                })
            };
            editor.field_message("headline", "", name).or_else(fault)
        };
        view! {
            <div class="field">
                <label class="field-label" for=id.clone()>{label}</label>
                <input id=id type="text" class="input w-full" name=format!("edit[fields][{name}]") value=value autocomplete="off" data-merge=""
                    maxlength="500" readonly=!editor.can_edit() class:input-error=move || message().is_some()
                    aria-invalid=move || message().is_some().then_some("true") aria-describedby=note.clone()/>
                <p id=note class="field-note" class:text-error=move || message().is_some()>
                    {move || message().unwrap_or_else(|| hint.to_owned())}
                </p>
            </div>
        }
    };
    view! {
        <section class="panel" aria-label="Subject and preheader">
            <form method="post" action=editor.url() class="headline" on:submit=editor.on_submit()
                on:change=move |event| take(editor, &event, true) on:input=move |event| take(editor, &event, false)>
                <Common editor op="headline"/>
                {line("subject", "Subject", "")}
                {line("preheader", "Preheader", "Inboxes show it after the subject. It is hidden in the mail.")}
                {editor.can_edit().then(|| view! {
                    <div class="without-script"><button type="submit" class="btn btn-sm">"Save subject"</button></div>
                })}
            </form>
        </section>
    }
}

/// Colours, fonts and width of a block design.
#[component]
fn ThemePanel(editor: Editor) -> impl IntoView {
    let document = editor.document();
    let form = move || {
        editor.epoch();
        let list = document.with_untracked(|document| theme_properties(&document.theme));
        view! { <PropertyForm editor op="theme" list label="Save theme"/> }
    };
    editor.can_edit().then(|| {
        view! {
            <details class="panel">
                <summary class="cursor-pointer font-medium">"Theme: colours, fonts, width"</summary>
                <div class="mt-4">{form}</div>
            </details>
        }
    })
}

/// What can be merged, and which names this mail uses.
#[component]
fn MergeFields(editor: Editor) -> impl IntoView {
    const HINTS: [(&str, &str); 5] = [
        ("{{ first_name }}", "the value of the column “First name”"),
        (
            "{{ first_name | default(\"there\") }}",
            "with a word for those who have none",
        ),
        ("{{ email }}", "the recipient's address"),
        (
            "{% if company %}…{% endif %}",
            "only for recipients with a value",
        ),
        (
            "{{ unsubscribe_url }}",
            "the link to unsubscribe; the footer block has it",
        ),
    ];
    let used = move || {
        editor.data().with(|data| {
            let fields = data.compiled.fields.iter();
            fields
                .map(|name| format!("{{{{ {name} }}}}"))
                .collect::<Vec<_>>()
        })
    };
    view! {
        <details class="panel">
            <summary class="cursor-pointer font-medium">"Merge fields"</summary>
            <dl class="mt-3 grid gap-2 text-sm">
                {HINTS
                    .iter()
                    .map(|(code, words)| view! {
                        <div>
                            <dt><code class="break-all">{*code}</code></dt>
                            <dd class="text-muted">{*words}</dd>
                        </div>
                    })
                    .collect_view()}
            </dl>
            <p class="mt-3 text-sm">
                {move || match used() {
                    names if names.is_empty() => "This mail uses no merge fields yet.".to_owned(),
                    names => format!("This mail uses {}.", names.join(", ")),
                }}
            </p>
        </details>
    }
}
