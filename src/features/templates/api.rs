//! Server functions of templates: one call each; rules stand in service.rs.

use super::editor::{EditForm, EditorData};
use super::entry::{ImportForm, NewForm, OpenedTemplate, RenameForm, StarterCard, TemplateList};
use crate::error::AppError;
use crate::ids::TemplateId;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::editor, super::service, crate::server::serve};

#[server(endpoint = "templates/list-templates")]
pub async fn list_templates(words: String, page: i64) -> Result<TemplateList, AppError> {
    serve(|cx| async move { service::list(&cx, &words, page).await }).await
}

/// Id and name of every template, for a choice.
#[server(endpoint = "templates/list-names")]
pub async fn list_template_names() -> Result<Vec<(TemplateId, String)>, AppError> {
    serve(|cx| async move { service::list_names(&cx).await }).await
}

#[server(endpoint = "templates/open-template")]
pub async fn open_template(id: TemplateId) -> Result<OpenedTemplate, AppError> {
    serve(|cx| async move { service::open(&cx, id).await }).await
}

#[server(endpoint = "templates/list-starters")]
pub async fn list_starters() -> Result<Vec<StarterCard>, AppError> {
    serve(|cx| async move { service::list_starters(&cx) }).await
}

#[server(endpoint = "templates/create-template")]
pub async fn create_template(form: NewForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let id = service::create(&cx, &form).await?;
        leptos_axum::redirect(&format!("/templates/{id}"));
        Ok(())
    })
    .await
}

#[server(endpoint = "templates/rename-template")]
pub async fn rename_template(form: RenameForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let id = service::rename(&cx, &form).await?;
        leptos_axum::redirect(&format!("/templates/{id}?notice=template-renamed"));
        Ok(())
    })
    .await
}

#[server(endpoint = "templates/duplicate-template")]
pub async fn duplicate_template(id: TemplateId) -> Result<(), AppError> {
    serve(|cx| async move {
        let copy = service::duplicate(&cx, id).await?;
        leptos_axum::redirect(&format!("/templates/{copy}?notice=template-duplicated"));
        Ok(())
    })
    .await
}

#[server(endpoint = "templates/delete-template")]
pub async fn delete_template(id: TemplateId) -> Result<(), AppError> {
    serve(|cx| async move {
        service::delete(&cx, id).await?;
        leptos_axum::redirect("/templates?notice=template-deleted");
        Ok(())
    })
    .await
}

#[server(endpoint = "templates/import-template")]
pub async fn import_template(form: ImportForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let id = service::import(&cx, &form).await?;
        leptos_axum::redirect(&format!("/templates/{id}?notice=template-imported"));
        Ok(())
    })
    .await
}

/// One change of the editor; see [`EditForm`].
#[server(endpoint = "templates/edit-template")]
pub async fn edit_template(
    id: TemplateId,
    revision: i64,
    edit: EditForm,
) -> Result<EditorData, AppError> {
    serve(|cx| async move {
        let result = service::edit(&cx, id, revision, &edit).await;
        editor::answer(result, &format!("/templates/{id}"), &edit, async || {
            let copy = service::rescue(&cx, id, &edit).await?;
            let opened = service::open(&cx, copy).await?;
            let page = format!("/templates/{copy}?notice=template-rescued");
            Ok((page, opened.editor))
        })
        .await
    })
    .await
}
