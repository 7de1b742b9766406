//! Server functions of drafts. Each is a public endpoint; the rules stand in service.rs.

use super::model::{
    ContentStep, CreateForm, DesignForm, DraftForm, DraftPage, FixForm, LaunchForm, RenameForm,
    ReviewStep, SenderForm, TestForm,
};
use super::recipients::columns::ColumnsForm;
use super::recipients::model::{DomainForm, Reading, RecipientsStep, RowForm, RowQuery, SheetForm};
use crate::error::AppError;
use crate::features::templates::editor::{EditForm, EditorData};
use crate::ids::{DraftId, RecipientSetId};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    super::model::{Draft, Step},
    super::recipients::take::{self, Given},
    super::recipients::{edit, model::RowStatus, service as recipients},
    super::{review, service},
    crate::features::campaigns::service as campaigns,
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

/// How far a list is that is being read.
#[server(endpoint = "drafts/find-reading")]
pub async fn find_reading(id: DraftId, set: RecipientSetId) -> Result<Reading, AppError> {
    serve(|cx| async move { recipients::find_reading(&cx, id, set).await }).await
}

#[server(endpoint = "drafts/map-columns")]
pub async fn map_columns(form: ColumnsForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let given = take::map_columns(&cx, &form).await?;
        leave_given(&form.id, given, "columns-saved")
    })
    .await
}

#[server(endpoint = "drafts/choose-sheet")]
pub async fn choose_sheet(form: SheetForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let given = take::choose_sheet(&cx, &form).await?;
        leave_given(&form.id, given, "recipients-added")
    })
    .await
}

#[server(endpoint = "drafts/fix-domain")]
pub async fn fix_domain(form: DomainForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let given = take::fix_domain(&cx, &form).await?;
        let notice = if form.keep {
            "domains-kept"
        } else {
            "recipients-corrected"
        };
        let is_review = Step::of(&form.step) == Step::Review;
        if given == Given::Taken && is_review {
            let (id, _) = super::model::identity(&form.id, &form.revision)?;
            leave(id, Step::Review, notice);
            return Ok(());
        }
        leave_given(&form.id, given, notice)
    })
    .await
}

/// Gives the draft a list of its own, which may be edited.
#[server(endpoint = "drafts/copy-recipients")]
pub async fn copy_recipients(form: DraftForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let given = take::copy(&cx, &form).await?;
        leave_given(&form.id, given, "recipients-copied")
    })
    .await
}

/// Corrects a row of the list.
#[server(endpoint = "drafts/save-row")]
pub async fn save_row(form: RowForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let status = edit::save(&cx, &form).await?;
        leave_row(&form, status.saved())
    })
    .await
}

#[server(endpoint = "drafts/add-row")]
pub async fn add_row(form: RowForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let status = edit::add(&cx, &form).await?;
        let notice = match status {
            RowStatus::Suppressed => status.saved(),
            _ => "row-added",
        };
        leave_row(&form, notice)
    })
    .await
}

#[server(endpoint = "drafts/remove-row")]
pub async fn remove_row(form: RowForm) -> Result<(), AppError> {
    serve(|cx| async move {
        edit::remove(&cx, &form).await?;
        leave_row(&form, "row-removed")
    })
    .await
}

#[server(endpoint = "drafts/remove-recipients")]
pub async fn remove_recipients(form: DraftForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let id = take::remove(&cx, &form).await?;
        leave(id, Step::Recipients, "recipients-removed");
        Ok(())
    })
    .await
}

/// Puts something right that the review found.
#[server(endpoint = "drafts/apply-fix")]
pub async fn apply_fix(form: FixForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let id = service::apply_fix(&cx, &form).await?;
        leave(id, Step::Review, "fix-applied");
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
        let (id, fate) = review::send_test(&cx, &form).await?;
        let page = Draft::href(id, Step::Review);
        let recipient: i64 = form.recipient.parse().unwrap_or_default();
        let notice = fate.notice();
        leptos_axum::redirect(&format!("{page}&recipient={recipient}&notice={notice}"));
        Ok(())
    })
    .await
}

/// Starts sending; the draft becomes a campaign.
#[server(endpoint = "drafts/launch-draft")]
pub async fn launch_draft(form: LaunchForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let (id, revision) = super::model::identity(&form.id, &form.revision)?;
        let campaign = campaigns::launch_agreed(&cx, id, revision, form.copies).await?;
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

/// Back to the page of rows that was left.
#[cfg(feature = "ssr")]
fn leave_row(form: &RowForm, notice: &str) -> Result<(), AppError> {
    let id: DraftId = form.id.parse().map_err(|_| AppError::not_found("draft"))?;
    let step = Draft::href(id, Step::Recipients);
    let back = format!("/drafts/{id}?{}", form.back);
    let is_ours = back.starts_with(&step) && back.chars().all(|c| c.is_ascii_graphic() && c != '#');
    let page = if is_ours { back } else { step };
    // On to the list: the keyboard is where it was, and without JavaScript the page is not back at its top.
    leptos_axum::redirect(&format!("{page}&notice={notice}#rows-title"));
    Ok(())
}
