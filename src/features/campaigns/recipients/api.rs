//! Server functions of the log. Each is a public endpoint; the rules stand in service.rs.

use super::model::{LogPage, LogQuery, RecipientDetail};
use crate::error::AppError;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

#[server(endpoint = "campaigns/list-recipients")]
pub async fn list_recipients(query: LogQuery) -> Result<LogPage, AppError> {
    serve(|cx| async move { service::list_recipients(&cx, &query).await }).await
}

/// `campaign` and `message` are ids, as the page's address has them.
#[server(endpoint = "campaigns/find-recipient")]
pub async fn find_recipient(
    campaign: String,
    message: String,
) -> Result<RecipientDetail, AppError> {
    serve(|cx| async move {
        let (Ok(campaign), Ok(message)) = (campaign.parse(), message.parse()) else {
            return Err(AppError::not_found("message"));
        };
        service::find_recipient(&cx, campaign, message).await
    })
    .await
}
