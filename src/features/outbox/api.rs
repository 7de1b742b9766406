//! Server functions of the outbox. Each is a public endpoint; the rules stand in service.rs.

use super::model::{OutboxMail, OutboxPage, OutboxQuery, Tab};
use crate::error::AppError;
use crate::ids::OutboxId;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

#[server(endpoint = "outbox/list-mails")]
pub async fn list_outbox(query: OutboxQuery) -> Result<OutboxPage, AppError> {
    serve(|cx| async move { service::list(&cx, &query).await }).await
}

#[server(endpoint = "outbox/find-mail")]
pub async fn find_outbox_mail(id: OutboxId, tab: Tab) -> Result<OutboxMail, AppError> {
    serve(|cx| async move { service::find(&cx, id, tab).await }).await
}

#[server(endpoint = "outbox/delete-mail")]
pub async fn delete_outbox_mail(id: OutboxId) -> Result<(), AppError> {
    serve(|cx| async move {
        service::delete(&cx, id).await?;
        leptos_axum::redirect("/outbox?notice=outbox-deleted");
        Ok(())
    })
    .await
}

#[server(endpoint = "outbox/clear-mails")]
pub async fn clear_outbox() -> Result<(), AppError> {
    serve(|cx| async move {
        service::clear(&cx).await?;
        leptos_axum::redirect("/outbox?notice=outbox-cleared");
        Ok(())
    })
    .await
}
