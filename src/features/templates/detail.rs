//! One template in its editor, with its name and what can be done with it as a whole.

use super::api::{DeleteTemplate, DuplicateTemplate, EditTemplate, RenameTemplate, open_template};
use super::editor::{ContentEditor, Editor, Site};
use super::entry::OpenedTemplate;
use crate::error::AppError;
use crate::ids::TemplateId;
use crate::ui::confirm::Confirm;
use crate::ui::form::{Field, FormMessage, FormState, Submit};
use crate::ui::load::load;
use crate::ui::page::PageHead;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

#[component]
pub fn TemplateEditPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let rename = ServerAction::<RenameTemplate>::new();
    let opened = Resource::new_blocking(
        move || (id.get(), rename.version().get()),
        |(id, _)| async move {
            let id: TemplateId = id.parse().map_err(|_| AppError::not_found("template"))?;
            open_template(id).await
        },
    );
    load(opened, move |opened| view! { <Opened opened rename/> })
}

#[component]
fn Opened(opened: OpenedTemplate, rename: ServerAction<RenameTemplate>) -> impl IntoView {
    let OpenedTemplate {
        id,
        name,
        usage,
        editor,
        can_edit,
    } = opened;
    let edit = ServerAction::<EditTemplate>::new();
    let duplicate = ServerAction::<DuplicateTemplate>::new();
    let delete = ServerAction::<DeleteTemplate>::new();
    let site = Site {
        hidden: vec![("id", id.to_string())],
        page: format!("/templates/{id}"),
        preview: format!("/templates/{id}/preview"),
        can_edit,
        fields: Vec::new(),
        kept: (
            format!("/templates/{id}/history"),
            "among the versions of this template",
        ),
    };
    let editor = Editor::new(edit, editor, site, move |revision, edit| EditTemplate {
        id,
        revision,
        edit,
    });
    let form = FormState::of(rename);
    let question = format!("Delete “{name}”?");
    view! {
        <PageHead title=name.clone() back=("/templates".to_owned(), "Templates".to_owned())>
            <a class="btn btn-sm" href=format!("/templates/{id}/history")>"Versions"</a>
            <a class="btn btn-sm" rel="external" download="" href=format!("/templates/{id}/export")>"Export"</a>
            {can_edit.then(|| view! {
                <ActionForm action=duplicate>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button type="submit" class="btn btn-sm">"Duplicate template"</button>
                </ActionForm>
                <Confirm id="delete-template" label="Delete" question=question detail=usage.consequence()>
                    <ActionForm action=delete>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <button type="submit" class="btn btn-sm btn-error">"Delete template"</button>
                    </ActionForm>
                </Confirm>
            })}
        </PageHead>
        <FormMessage form=FormState::of(duplicate)/>
        <FormMessage form=FormState::of(delete)/>
        {can_edit.then(|| view! {
            <details class="mb-4" open=move || form.message("name").is_some()>
                <summary class="cursor-pointer text-sm text-muted">"Rename"</summary>
                <ActionForm action=rename>
                    <div class="mt-2 flex max-w-xl items-start gap-2">
                        <input type="hidden" name="form[id]" value=id.to_string()/>
                        <div class="grow"><Field form=form name="name" label="Template name" prefix="form" value=name required=true/></div>
                        <div class="pt-6"><Submit form=form label="Rename" class="btn"/></div>
                    </div>
                </ActionForm>
            </details>
        })}
        <ContentEditor editor/>
    }
}
