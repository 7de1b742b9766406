//! The home page's server function. A public endpoint; the rules stand in service.rs.

use super::model::Overview;
use crate::error::AppError;
use crate::hydration::Sealed;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

#[server(endpoint = "home/find-overview")]
pub async fn find_overview() -> Result<Sealed<Overview>, AppError> {
    serve(|cx| async move { service::find_overview(&cx).await.map(Sealed::Open) }).await
}
