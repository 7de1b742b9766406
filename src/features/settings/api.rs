//! Server functions of the settings. Each is a public endpoint; the rules stand in service.rs.

use super::model::{SettingsView, WorkspaceForm};
use crate::error::AppError;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

#[server(endpoint = "settings/find-settings")]
pub async fn find_settings() -> Result<SettingsView, AppError> {
    serve(|cx| async move { service::find(&cx).await }).await
}

#[server(endpoint = "settings/save-workspace")]
pub async fn save_workspace(form: WorkspaceForm) -> Result<(), AppError> {
    serve(|cx| async move {
        service::save_workspace(&cx, &form)
            .await
            .map_err(|error| error.with_typed(&form))?;
        leptos_axum::redirect("/settings?notice=settings-saved");
        Ok(())
    })
    .await
}
