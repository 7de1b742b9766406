//! Server functions of the suppression list. Each is a public endpoint; the rules stand in service.rs.

use super::model::{SuppressionAddForm, SuppressionPage, SuppressionQuery, SuppressionRemoveForm};
use crate::error::AppError;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

#[server(endpoint = "suppressions/list")]
pub async fn list_suppressions(query: SuppressionQuery) -> Result<SuppressionPage, AppError> {
    serve(|cx| async move { service::list(&cx, &query).await }).await
}

#[server(endpoint = "suppressions/add")]
pub async fn add_suppressions(form: SuppressionAddForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let added = service::add(&cx, &form).await?;
        leptos_axum::redirect(&added.address());
        Ok(())
    })
    .await
}

#[server(endpoint = "suppressions/remove")]
pub async fn remove_suppression(form: SuppressionRemoveForm) -> Result<(), AppError> {
    serve(|cx| async move {
        service::remove(&cx, &form).await?;
        leptos_axum::redirect("/suppressions?notice=suppression-removed");
        Ok(())
    })
    .await
}
