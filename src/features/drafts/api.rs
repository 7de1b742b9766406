//! Server functions of drafts. Each is a public endpoint; the rules stand in service.rs.

use super::model::{
    ContentStep, CreateForm, DesignForm, DraftForm, DraftPage, RenameForm, ReviewStep, SenderForm,
    TestForm,
};
use super::recipients::model::{ColumnForm, DomainForm, RecipientsStep, RowQuery};
use crate::error::AppError;
use crate::features::templates::editor::{EditForm, EditorData};
use crate::ids::DraftId;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    super::model::{Draft, Step},
    super::recipients::service::{self as recipients, Given},
    super::{review, service},
    crate::features::templates::editor,
    crate::server::request::{is_plain_post, serve},
};

#[server(endpoint = "drafts/list-drafts")]
pub async fn list_drafts(q: String, page: i64) -> Result<DraftPage, AppError> {
    serve(|cx| async move { service::list(&cx, &q, page).await }).await
}

#[server(endpoint = "drafts/create-draft")]
pub async fn create_draft(form: CreateForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let id = service::create(&cx, &form).await?;
        leave(id, Step::Content, "draft-created");
        Ok(())
    })
    .await
}

#[server(endpoint = "drafts/rename-draft")]
pub async fn rename_draft(form: RenameForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let id = service::rename(&cx, &form).await?;
        leave(id, Step::of(&form.step), "draft-renamed");
        Ok(())
    })
    .await
}

#[server(endpoint = "drafts/duplicate-draft")]
pub async fn duplicate_draft(id: DraftId) -> Result<(), AppError> {
    serve(|cx| async move {
        let copy = service::duplicate(&cx, id).await?;
        leave(copy, Step::Content, "draft-duplicated");
        Ok(())
    })
    .await
}

#[server(endpoint = "drafts/delete-draft")]
pub async fn delete_draft(form: DraftForm) -> Result<(), AppError> {
    serve(|cx| async move {
        service::delete(&cx, &form).await?;
        leptos_axum::redirect("/drafts?notice=draft-deleted");
        Ok(())
    })
    .await
}

#[server(endpoint = "drafts/open-content")]
pub async fn open_content(id: DraftId) -> Result<ContentStep, AppError> {
    serve(|cx| async move { service::open_content(&cx, id).await }).await
}

/// One change of the editor; see [`EditForm`].
#[server(endpoint = "drafts/edit-draft")]
pub async fn edit_draft(
    id: DraftId,
    revision: i64,
    edit: EditForm,
) -> Result<EditorData, AppError> {
    serve(|cx| async move {
        let result = service::edit(&cx, id, revision, &edit).await;
        let page = Draft::href(id, Step::Content);
        editor::answer(result, &page, &edit, async || {
            let copy = service::rescue(&cx, id, &edit).await?;
            let opened = service::open_content(&cx, copy).await?;
            let page = Draft::href(copy, Step::Content);
            Ok((format!("{page}&notice=draft-rescued"), opened.editor))
        })
        .await
    })
    .await
}

#[server(endpoint = "drafts/choose-design")]
pub async fn choose_design(form: DesignForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let id = service::choose_design(&cx, &form).await?;
        leave(id, Step::Content, "draft-design-chosen");
        Ok(())
    })
    .await
}

/// Returns the new revision. Without JavaScript it goes back to the content step.
#[server(endpoint = "drafts/save-sender")]
pub async fn save_sender(form: SenderForm) -> Result<i64, AppError> {
    serve(|cx| async move {
        let (id, revision) = service::save_sender(&cx, &form).await?;
        if is_plain_post() {
            leave(id, Step::Content, "draft-saved");
        }
        Ok(revision)
    })
    .await
}

#[server(endpoint = "drafts/open-recipients")]
pub async fn open_recipients(id: DraftId, query: RowQuery) -> Result<RecipientsStep, AppError> {
    serve(|cx| async move { recipients::open(&cx, id, &query.filter(), query.given.parse().ok()).await }).await
}

#[server(endpoint = "drafts/choose-column")]
pub async fn choose_column(form: ColumnForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let given = recipients::choose_column(&cx, &form).await?;
        leave_given(&form.id, given, "recipients-added")
    })
    .await
}

#[server(endpoint = "drafts/fix-domain")]
pub async fn fix_domain(form: DomainForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let given = recipients::fix_domain(&cx, &form).await?;
        leave_given(&form.id, given, "recipients-corrected")
    })
    .await
}

#[server(endpoint = "drafts/remove-recipients")]
pub async fn remove_recipients(form: DraftForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let id = recipients::remove(&cx, &form).await?;
        leave(id, Step::Recipients, "recipients-removed");
        Ok(())
    })
    .await
}

/// `recipient` is a position; the first recipient at or after it is shown.
#[server(endpoint = "drafts/open-review")]
pub async fn open_review(id: DraftId, recipient: i64) -> Result<ReviewStep, AppError> {
    serve(|cx| async move { review::open(&cx, id, recipient).await }).await
}

#[server(endpoint = "drafts/send-test")]
pub async fn send_test(form: TestForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let id = review::send_test(&cx, &form).await?;
        let page = Draft::href(id, Step::Review);
        let recipient: i64 = form.recipient.parse().unwrap_or_default();
        leptos_axum::redirect(&format!("{page}&recipient={recipient}&notice=test-queued"));
        Ok(())
    })
    .await
}

/// Starts sending; the draft becomes a campaign.
#[server(endpoint = "drafts/launch-draft")]
pub async fn launch_draft(form: DraftForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let (id, revision) = super::model::identity(&form.id, &form.revision)?;
        let campaign = crate::features::campaigns::service::launch(&cx, id, revision).await?;
        leptos_axum::redirect(&format!("/campaigns/{campaign}?notice=campaign-started"));
        Ok(())
    })
    .await
}

#[cfg(feature = "ssr")]
fn leave(id: DraftId, step: Step, notice: &str) {
    leptos_axum::redirect(&format!("{}&notice={notice}", Draft::href(id, step)));
}

#[cfg(feature = "ssr")]
fn leave_given(id: &str, given: Given, notice: &str) -> Result<(), AppError> {
    let id: DraftId = id.parse().map_err(|_| AppError::not_found("draft"))?;
    match given {
        Given::Taken => leave(id, Step::Recipients, notice),
        Given::Waits(set) => leptos_axum::redirect(&format!(
            "{}&given={set}",
            Draft::href(id, Step::Recipients)
        )),
    }
    Ok(())
}
