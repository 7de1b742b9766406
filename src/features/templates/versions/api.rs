//! Server functions of a template's history: one call each; rules stand in service.rs.

use super::model::{KeepForm, TemplateHistory};
use crate::error::AppError;
use crate::ids::{TemplateId, TemplateVersionId};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

#[server(endpoint = "templates/open-history")]
pub async fn open_history(
    id: TemplateId,
    version: Option<TemplateVersionId>,
) -> Result<TemplateHistory, AppError> {
    serve(|cx| async move { service::open(&cx, id, version).await }).await
}

#[server(endpoint = "templates/keep-version")]
pub async fn keep_version(form: KeepForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let id = service::keep(&cx, &form).await?;
        leptos_axum::redirect(&format!("/templates/{id}/history?notice=version-kept"));
        Ok(())
    })
    .await
}

#[server(endpoint = "templates/restore-version")]
pub async fn restore_version(
    id: TemplateId,
    version: TemplateVersionId,
    revision: i64,
) -> Result<(), AppError> {
    serve(|cx| async move {
        service::restore(&cx, id, version, revision).await?;
        leptos_axum::redirect(&format!("/templates/{id}?notice=version-restored"));
        Ok(())
    })
    .await
}
