//! The server function of the unsubscribe page. Public: the token in it is the proof.

use super::model::UnsubscribeView;
use crate::error::AppError;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

/// Only looks; unsubscribing is a plain form post to the page's own address.
#[server(endpoint = "unsubscribe")]
pub async fn find_unsubscribe(token: String) -> Result<UnsubscribeView, AppError> {
    serve(|cx| async move { service::find_unsubscribe(&cx, &token).await }).await
}
