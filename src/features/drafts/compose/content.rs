//! The content step: the editor, where the mail leaves, and the choice of another design.

use super::super::api::{ChooseDesign, EditDraft, SaveSender, open_content};
use super::super::create::modes;
use super::super::model::{ContentStep, Draft, Step, reply_to_problem};
use super::{Composer, Identity, draft_id};
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
        accounts,
        template,
        templates,
        columns,
        editor,
    } = opened;
    let (id, can_edit) = (head.id, head.can_edit);
    let edit = ServerAction::<EditDraft>::new();
    let site = Site {
        hidden: vec![("id", id.to_string())],
        page: Draft::href(id, Step::Content),
        preview: format!("/drafts/{id}/preview"),
        can_edit,
        fields: columns,
    };
    let editor = Editor::new(edit, editor, site, move |revision, edit| EditDraft {
        id,
        revision,
        edit,
    });
    let data = editor.data();
    let revision = Signal::derive(move || data.with(|data| data.revision));
    view! {
        <Composer head step=Step::Content revision>
            <div class="mb-6 grid items-start gap-4 lg:grid-cols-2">
                <Sender id account_id reply_to accounts can_edit revision
                    saved=Callback::new(move |revision| data.update(|data| data.revision = revision))/>
                <Design id template templates can_edit revision choose/>
            </div>
            <ContentEditor editor/>
        </Composer>
    }
}

/// Where the mail leaves and where answers go.
#[component]
fn Sender(
    id: DraftId,
    account_id: Option<AccountId>,
    reply_to: String,
    accounts: Vec<AccountChoice>,
    can_edit: bool,
    revision: Signal<i64>,
    /// Called with the new revision.
    saved: Callback<i64>,
) -> impl IntoView {
    let save = ServerAction::<SaveSender>::new();
    let form = FormState::of(save);
    let value = save.value();
    Effect::new(move |_| {
        if let Some(Ok(revision)) = value.get() {
            saved.run(revision);
        }
    });
    let is_saved = move || value.with(|value| matches!(value, Some(Ok(_))));
    let chosen = account_id.map(|id| id.to_string()).unwrap_or_default();
    let hint = match reply_to_problem(&reply_to) {
        Some(problem) => format!("Please correct this. {problem}"),
        None => "Empty: answers go to the account's own address.".to_owned(),
    };
    let automatic = (
        String::new(),
        "Automatic: the first account that may send".to_owned(),
    );
    let options = std::iter::once(automatic).chain(accounts.into_iter().map(|account| {
        let off = if account.enabled {
            ""
        } else {
            " (switched off)"
        };
        (
            account.id.to_string(),
            format!("{} · {}{off}", account.name, account.from_address),
        )
    }));
    view! {
        <section class="panel" aria-labelledby="sender-title">
            <h2 id="sender-title" class="mb-3 text-base font-semibold">"Sender"</h2>
            <ActionForm action=save>
                <FormMessage form=form/>
                <Identity id revision/>
                <fieldset class="grid gap-3" disabled=!can_edit>
                    <Select form=form prefix="form" name="account" label="From account" value=chosen options=options.collect()/>
                    <Field form=form prefix="form" name="reply_to" label="Reply-To" inputmode="email" value=reply_to hint=hint/>
                    {can_edit.then(|| view! {
                        <div class="flex items-center gap-3">
                            <Submit form=form label="Save sender" class="btn"/>
                            <span role="status" class="text-sm text-muted">{move || is_saved().then_some("Saved")}</span>
                        </div>
                    })}
                </fieldset>
            </ActionForm>
        </section>
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
