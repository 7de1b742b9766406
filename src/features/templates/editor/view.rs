//! The editor on the page: subject, blocks or code on one side, the preview on the other. Each part works as plain forms and links.

use super::blocks::BlockList;
use super::code::CodeForm;
use super::preview::Preview;
use super::properties::PropertyForm;
use super::session::{Editor, number};
use super::theme_properties;
use crate::mail::design::Mode;
use crate::ui::icon::Icon;
use leptos::prelude::*;

/// Shows and edits one mail. See the module's comment for how to embed it.
#[component]
pub fn ContentEditor(editor: Editor) -> impl IntoView {
    let is_blocks = editor.mode() == Mode::Blocks;
    view! {
        <div class="grid items-start gap-6 xl:grid-cols-[minmax(22rem,27rem)_minmax(0,1fr)]">
            <div class="grid min-w-0 gap-4">
                <Messages editor/>
                {editor.can_edit().then(|| view! { <Toolbar editor/> })}
                <Headline editor/>
                {if is_blocks {
                    view! { <BlockList editor/> <ThemePanel editor/> }.into_any()
                } else {
                    view! { <CodeForm editor/> }.into_any()
                }}
                <MergeFields editor/>
            </div>
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
                            {editor.is_stale().then(|| view! {
                                <a class="link" rel="external" href=editor.page()>"Load the current version"</a>
                            })}
                        </div>
                    </div>
                })
            }}
        </div>
    }
}

/// Undo, redo and whether everything is stored. The steps live in the page, so the buttons wait for it to come alive.
#[component]
fn Toolbar(editor: Editor) -> impl IntoView {
    let state = move || {
        if editor.pending() {
            "Saving…"
        } else if editor.is_refused() {
            "Not saved"
        } else {
            "All changes are saved"
        }
    };
    let is_blocks = editor.mode() == Mode::Blocks;
    view! {
        <div class="flex min-h-8 items-center justify-between gap-2">
            <p role="status" class="text-sm text-muted">{state}</p>
            {is_blocks.then(|| view! {
                <div class="join">
                    <button type="button" class="btn btn-sm join-item" disabled=move || !editor.can_undo() on:click=move |_| editor.step(true)>
                        "Undo"
                    </button>
                    <button type="button" class="btn btn-sm join-item" disabled=move || !editor.can_redo() on:click=move |_| editor.step(false)>
                        "Redo"
                    </button>
                </div>
            })}
        </div>
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
                <input id=id type="text" class="input w-full" name=format!("edit[fields][{name}]") value=value autocomplete="off"
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
            <form method="post" action=editor.url() class="grid gap-3" on:submit=editor.on_submit() on:change=super::properties::send_form>
                <Common editor op="headline"/>
                {line("subject", "Subject", "")}
                {line("preheader", "Preheader", "Inboxes show it after the subject. It is hidden in the mail.")}
                {editor.can_edit().then(|| view! {
                    <div><button type="submit" class="btn btn-sm">"Save subject"</button></div>
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
