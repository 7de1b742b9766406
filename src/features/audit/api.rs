//! The audit trail's server function. A public endpoint; the rules stand in service.rs.

use super::model::{AuditPage, AuditQuery};
use crate::error::AppError;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

#[server(endpoint = "audit/list-audit")]
pub async fn list_audit(#[server(default)] query: AuditQuery) -> Result<AuditPage, AppError> {
    serve(|cx| async move { service::list(&cx, &query).await }).await
}
