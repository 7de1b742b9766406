//! The server function of searching. A public endpoint; the rules stand in service.rs.

use super::model::Group;
use crate::error::AppError;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

#[server(endpoint = "search/search-all")]
pub async fn search_all(#[server(default)] text: String) -> Result<Vec<Group>, AppError> {
    serve(|cx| async move { service::search(&cx, &text).await }).await
}
