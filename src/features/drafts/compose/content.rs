//! The content step: the editor, where the mail leaves, and the choice of another design.

use super::super::api::{ChooseDesign, EditDraft, SaveSender, open_content};
use super::super::copies::{self, Copies};
use super::super::create::modes;
use super::super::lacks::{self, Lacks};
use super::super::model::{ContentStep, Draft, Step, reply_to_problem};
use super::autosave::{AutoSave, Turn};
use super::{Composer, Identity, draft_id};
use crate::error::AppError;
use crate::features::accounts::model::AccountChoice;
use crate::features::templates::editor::{ContentEditor, Editor, Site};
use crate::ids::{AccountId, DraftId, TemplateId};
use crate::ui::form::{Field, FormMessage, FormState, Select, Submit};
use crate::ui::load::load;
use leptos::prelude::*;

#[component]
pub fn ContentPage() -> impl IntoView {
    let id = draft_id();
    let choose = ServerAction::<ChooseDesign>::new();
    let opened = Resource::new_blocking(
        move || (id.get(), choose.version().get()),
        |(id, _)| async move { open_content(id?).await },
    );
    load(opened, move |opened| view! { <Opened opened choose/> })
}

#[component]
fn Opened(opened: ContentStep, choose: ServerAction<ChooseDesign>) -> impl IntoView {
    let ContentStep {
        head,
        account_id,
        reply_to,
        cc,
        bcc,
        accounts,
        template,
        templates,
        columns,
        editor,
    } = opened;
    let recipients = head.recipients.unwrap_or_default();
    let (id, can_edit) = (head.id, head.can_edit);
    let edit = ServerAction::<EditDraft>::new();
    let site = Site {
        hidden: vec![("id", id.to_string())],
        page: Draft::href(id, Step::Content),
        preview: format!("/drafts/{id}/preview"),
        can_edit,
        fields: columns,
        kept: ("/drafts".to_owned(), "as a draft of its own"),
    };
    let editor = Editor::new(edit, editor, site, move |revision, edit| EditDraft {
        id,
        revision,
        edit,
    });
    let data = editor.data();
    let revision = Signal::derive(move || data.with(|data| data.revision));
    let known = head.lacks.clone();
    let lacks = Signal::derive(move || {
        data.with(|data| Lacks {
            content: lacks::content(
                data.content.mode,
                &data.content.source,
                &data.content.subject,
            )
            .into(),
            ..known.clone()
        })
    });
    let turn = Turn::new(editor);
    view! {
        <div on:submit:capture=move |event| turn.ask(&event)>
            <Composer head step=Step::Content revision lacks>
                <ContentEditor editor>
                    <div class="my-4 grid items-start gap-4 lg:grid-cols-2">
                        <Sender id account_id reply_to cc bcc recipients accounts can_edit revision turn
                            saved=Callback::new(move |revision| data.update(|data| data.revision = revision))/>
                        <Design id template templates can_edit revision choose/>
                    </div>
                </ContentEditor>
            </Composer>
        </div>
    }
}

/// Where the mail leaves, where answers go, and who gets copies.
#[component]
fn Sender(
    id: DraftId,
    account_id: Option<AccountId>,
    reply_to: String,
    cc: String,
    bcc: String,
    recipients: i64,
    accounts: Vec<AccountChoice>,
    can_edit: bool,
    revision: Signal<i64>,
    turn: Turn,
    /// Called with the new revision.
    saved: Callback<i64>,
) -> impl IntoView {
    let save = ServerAction::<SaveSender>::new();
    let form = FormState::of(save);
    let (value, pending) = (save.value(), save.pending());
    let auto = AutoSave::new("formreply_to");
    Effect::new(move |_| {
        if pending.get() {
            turn.set_saving(true);
        }
    });
    Effect::new(move |_| {
        let Some(result) = value.get() else { return };
        if let Ok(revision) = result {
            saved.run(revision);
        }
        turn.set_saving(false);
    });
    let state = move || match value.get() {
        _ if pending.get() || turn.has_waiting() => "Saving…",
        Some(Ok(_)) => "Saved",
        Some(Err(_)) => "Not saved",
        None => "",
    };
    let is_stale = move || value.with(|value| matches!(value, Some(Err(AppError::Conflict(_)))));
    let page = Draft::href(id, Step::Content);
    let chosen = account_id.map(|id| id.to_string()).unwrap_or_default();
    let hint = match reply_to_problem(&reply_to) {
        Some(problem) => format!("Please correct this. {problem}"),
        None => "If blank: answers go to the account's own address.".to_owned(),
    };
    let copies = Copies::of(&cc, &bcc);
    let (cc_problem, bcc_problem) = (copies::problem(&cc), copies::problem(&bcc));
    let has_copies = !cc.is_empty() || !bcc.is_empty();
    let warning = if copies.is_empty() || recipients == 0 {
        "Each of these gets a copy of every message: with 500 recipients, 500 copies. A copy holds its recipient's own unsubscribe link.".to_owned()
    } else {
        format!(
            "{} A copy holds its recipient's own unsubscribe link.",
            copies.in_words(recipients)
        )
    };
    let first = AccountChoice::first_ready(&accounts);
    let automatic = first.map_or("first ready account".to_owned(), AccountChoice::words);
    let automatic = (String::new(), format!("Automatic: {automatic}"));
    let options = std::iter::once(automatic).chain(accounts.into_iter().map(|account| {
        let off = if account.enabled {
            ""
        } else {
            " (switched off)"
        };
        (account.id.to_string(), format!("{}{off}", account.words()))
    }));
    view! {
        <section class="panel" aria-labelledby="sender-title">
            <h2 id="sender-title" class="mb-3 text-base font-semibold">"Sender"</h2>
            <ActionForm action=save>
                <FormMessage form=form/>
                {move || is_stale().then(|| view! { <p class="mb-3"><a class="link" rel="external" href=page.clone()>"Load the current version"</a></p> })}
                <Identity id revision/>
                <fieldset class="grid gap-3" disabled=!can_edit on:change=move |_| auto.changed()>
                    <Select form=form prefix="form" name="account" label="From account" value=chosen options=options.collect()/>
                    <Field form=form prefix="form" name="reply_to" label="Reply-to address" inputmode="email" value=reply_to hint=hint/>
                    <details open=has_copies>
                        <summary class="cursor-pointer text-sm font-medium">"Copies of every mail (CC, BCC)"</summary>
                        <p class="mb-3 mt-2 text-sm text-muted">{warning}</p>
                        <div class="grid gap-3">
                            <Field form=form prefix="form" name="cc" label="CC" inputmode="email" value=cc hint=copy_hint(cc_problem, "Recipients see these addresses.")/>
                            <Field form=form prefix="form" name="bcc" label="BCC" inputmode="email" value=bcc hint=copy_hint(bcc_problem, "Nobody sees these addresses.")/>
                        </div>
                    </details>
                    {can_edit.then(|| view! {
                        <div class="flex items-center gap-3">
                            <span class:hidden=move || auto.is_alive()><Submit form=form label="Save sender" class="btn"/></span>
                            <span role="status" class="text-sm text-muted">{move || auto.is_alive().then(state)}</span>
                        </div>
                    })}
                </fieldset>
            </ActionForm>
        </section>
    }
}

fn copy_hint(problem: Option<String>, otherwise: &str) -> String {
    match problem {
        Some(problem) => format!("Please correct this. {problem}"),
        None => otherwise.to_owned(),
    }
}

/// Another design for this draft.
#[component]
fn Design(
    id: DraftId,
    template: Option<String>,
    templates: Vec<(TemplateId, String)>,
    can_edit: bool,
    revision: Signal<i64>,
    choose: ServerAction<ChooseDesign>,
) -> impl IntoView {
    let form = FormState::of(choose);
    let origin = match template {
        Some(name) => {
            format!("Copied from the template “{name}”. Changes here leave the template as it is.")
        }
        None => "This draft's own.".to_owned(),
    };
    let none = (String::new(), "No template, start blank".to_owned());
    let options = std::iter::once(none).chain(
        templates
            .into_iter()
            .map(|(id, name)| (id.to_string(), name)),
    );
    view! {
        <section class="panel" aria-labelledby="design-title">
            <h2 id="design-title" class="text-base font-semibold">"Design"</h2>
            <p class="mt-1 text-sm text-muted">{origin}</p>
            {can_edit.then(|| view! {
                <details class="mt-3" open=move || form.summary().is_some()>
                    <summary class="cursor-pointer text-sm font-medium">"Use another design"</summary>
                    <ActionForm action=choose>
                        <FormMessage form=form/>
                        <Identity id revision/>
                        <div class="mt-3 grid gap-3">
                            <Select form=form prefix="form" name="template" label="Template" options=options.collect()/>
                            <Select form=form prefix="form" name="mode" label="If blank, write it as" options=modes()/>
                            <p class="text-sm text-muted">
                                "This replaces the content below. Subject and preheader stay, if there are any."
                            </p>
                            <div><Submit form=form label="Replace content" class="btn"/></div>
                        </div>
                    </ActionForm>
                </details>
            })}
        </section>
    }
}
