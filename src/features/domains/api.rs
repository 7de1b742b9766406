//! Server functions of sending domains. Each is a public endpoint; the rules stand in service.rs.

use super::model::{DomainsOverview, KeyForm};
use crate::error::AppError;
use crate::ids::DkimKeyId;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

#[server(endpoint = "domains/list-domains")]
pub async fn list_domains() -> Result<DomainsOverview, AppError> {
    serve(|cx| async move { service::list(&cx).await }).await
}

#[server(endpoint = "domains/create-key")]
pub async fn create_domain_key(form: KeyForm) -> Result<(), AppError> {
    serve(|cx| async move {
        service::create_key(&cx, &form).await?;
        leptos_axum::redirect("/settings/domains?notice=key-created");
        Ok(())
    })
    .await
}

#[server(endpoint = "domains/activate-key")]
pub async fn activate_domain_key(id: DkimKeyId) -> Result<(), AppError> {
    serve(|cx| async move {
        service::activate_key(&cx, id).await?;
        leptos_axum::redirect("/settings/domains?notice=key-activated");
        Ok(())
    })
    .await
}

#[server(endpoint = "domains/retire-key")]
pub async fn retire_domain_key(id: DkimKeyId) -> Result<(), AppError> {
    serve(|cx| async move {
        service::retire_key(&cx, id).await?;
        leptos_axum::redirect("/settings/domains?notice=key-retired");
        Ok(())
    })
    .await
}

#[server(endpoint = "domains/delete-key")]
pub async fn delete_domain_key(id: DkimKeyId) -> Result<(), AppError> {
    serve(|cx| async move {
        service::delete_key(&cx, id).await?;
        leptos_axum::redirect("/settings/domains?notice=key-deleted");
        Ok(())
    })
    .await
}
