//! Server functions of the queue. Each is a public endpoint; the rules stand in service.rs.

use super::model::{MessageForm, QueueOverview, WaitingPage};
use crate::error::AppError;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    super::model::{MessageAction, MessageRow},
    super::service,
    crate::server::serve,
};

#[server(endpoint = "queue/find-queue")]
pub async fn find_queue() -> Result<QueueOverview, AppError> {
    serve(|cx| async move { service::find_queue(&cx).await }).await
}

/// `lane` is a campaign's id, or 0 for test mails; `after` a message of it, or empty.
#[server(endpoint = "queue/list-waiting")]
pub async fn list_waiting(lane: String, after: String) -> Result<WaitingPage, AppError> {
    serve(|cx| async move {
        let lane = lane.parse().map_err(|_| AppError::not_found("campaign"))?;
        service::list_waiting(&cx, lane, after.parse().ok()).await
    })
    .await
}

/// `lane` as above, or empty for all.
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
        let path = match row.campaign {
            Some(campaign) if self.then != "queue" => {
                format!("/campaigns/{campaign}/recipients/{}?", row.id)
            }
            campaign => format!("/queue?lane={}&", campaign.map_or(0, |id| id.0)),
        };
        leptos_axum::redirect(&format!("{path}notice={notice}"));
        Ok(())
    }
}
