//! Server functions of the settings. Each is a public endpoint; the rules stand in service.rs.

use super::model::{
    About, SendingForm, SettingsView, ThemeForm, TrackingForm, WorkspaceForm, WorkspaceView,
};
use crate::error::AppError;
use crate::ui::theme::Theme;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    super::service, crate::server::request::referring_page, crate::server::serve,
    crate::ui::href::with_notice,
};

#[server(endpoint = "settings/find-settings")]
pub async fn find_settings() -> Result<SettingsView, AppError> {
    serve(|cx| async move { service::find(&cx).await }).await
}

#[server(endpoint = "settings/find-workspace")]
pub async fn find_workspace() -> Result<WorkspaceView, AppError> {
    serve(|cx| async move { service::find_workspace(&cx).await }).await
}

#[server(endpoint = "settings/find-about")]
pub async fn find_about() -> Result<About, AppError> {
    serve(|cx| async move { service::find_about(&cx).await }).await
}

#[server(endpoint = "settings/find-theme")]
pub async fn find_theme() -> Result<Theme, AppError> {
    serve(|cx| async move {
        cx.caller()?;
        Ok(crate::server::theme::current())
    })
    .await
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

#[server(endpoint = "settings/save-tracking")]
pub async fn save_tracking(form: TrackingForm) -> Result<(), AppError> {
    serve(|cx| async move {
        service::save_tracking(&cx, &form)
            .await
            .map_err(|error| error.with_typed(&form))?;
        leptos_axum::redirect("/settings/tracking?notice=settings-saved");
        Ok(())
    })
    .await
}

#[server(endpoint = "settings/save-sending")]
pub async fn save_sending(form: SendingForm) -> Result<(), AppError> {
    serve(|cx| async move {
        service::save_sending(&cx, &form)
            .await
            .map_err(|error| error.with_typed(&form))?;
        leptos_axum::redirect("/settings/sending?notice=settings-saved");
        Ok(())
    })
    .await
}

/// Chooses light or dark for this browser: a cookie, nothing in the database.
#[server(endpoint = "settings/choose-theme")]
pub async fn choose_theme(#[server(default)] form: ThemeForm) -> Result<(), AppError> {
    serve(|cx| async move {
        cx.caller()?;
        crate::server::theme::choose(&cx, form.theme)?;
        // The palette offers it on every page.
        let page = referring_page();
        let page = page.as_deref().unwrap_or("/settings/appearance");
        leptos_axum::redirect(&with_notice(page, "theme-chosen"));
        Ok(())
    })
    .await
}
