//! Server functions of the queue. Each is a public endpoint; the rules stand in service.rs.

use super::model::{MessageForm, QueueOverview, WaitingPage};
use super::narrow::{ManyForm, QueueQuery};
use crate::error::AppError;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    super::model::{MessageAction, MessageRow},
    super::{pick, service},
    crate::server::serve,
    crate::ui::href::with_notice,
};

#[server(endpoint = "queue/find-queue")]
pub async fn find_queue() -> Result<QueueOverview, AppError> {
    serve(|cx| async move { service::find_queue(&cx).await }).await
}

#[server(endpoint = "queue/list-waiting")]
pub async fn list_waiting(query: QueueQuery) -> Result<WaitingPage, AppError> {
    serve(|cx| async move { pick::list_waiting(&cx, &query).await }).await
}

#[server(endpoint = "queue/change-messages")]
pub async fn change_messages(form: ManyForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let changed = pick::change_messages(&cx, &form).await?;
        leptos_axum::redirect(&with_notice(&form.query().href(""), changed.notice()));
        Ok(())
    })
    .await
}

/// `lane` is a campaign's id, 0 for test mails, or empty for all.
#[server(endpoint = "queue/process-now")]
pub async fn process_now(#[server(default)] lane: String) -> Result<(), AppError> {
    serve(|cx| async move {
        service::process_now(&cx, lane.parse().ok()).await?;
        leptos_axum::redirect("/queue?notice=queue-processed");
        Ok(())
    })
    .await
}

#[server(endpoint = "queue/retry-message")]
pub async fn retry_message(form: MessageForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let row = service::change_message(&cx, form.id()?, MessageAction::Retry).await?;
        form.leave(&row, "messages-again")
    })
    .await
}

#[server(endpoint = "queue/hasten-message")]
pub async fn hasten_message(form: MessageForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let row = service::change_message(&cx, form.id()?, MessageAction::SendNow).await?;
        form.leave(&row, "message-hastened")
    })
    .await
}

#[server(endpoint = "queue/cancel-message")]
pub async fn cancel_message(form: MessageForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let row = service::change_message(&cx, form.id()?, MessageAction::Cancel).await?;
        form.leave(&row, "message-cancelled")
    })
    .await
}

#[server(endpoint = "queue/resend-message")]
pub async fn resend_message(form: MessageForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let row = service::change_message(&cx, form.id()?, MessageAction::Resend).await?;
        form.leave(&row, "messages-again")
    })
    .await
}

#[server(endpoint = "queue/confirm-message")]
pub async fn confirm_message(form: MessageForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let row = service::change_message(&cx, form.id()?, MessageAction::Confirm).await?;
        form.leave(&row, "messages-confirmed")
    })
    .await
}

#[cfg(feature = "ssr")]
impl MessageForm {
    /// Goes back to where the form stood, with a sentence about what happened.
    fn leave(&self, row: &MessageRow, notice: &str) -> Result<(), AppError> {
        let path = match (self.queue(), row.campaign) {
            (Some(queue), _) => queue.to_owned(),
            (None, Some(campaign)) => format!("/campaigns/{campaign}/recipients/{}", row.id),
            (None, None) => "/queue?lane=0".to_owned(),
        };
        leptos_axum::redirect(&with_notice(&path, notice));
        Ok(())
    }
}
