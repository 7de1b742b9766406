//! The server function of the design page. A public endpoint; the rules stand in service.rs.

use crate::error::AppError;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

/// The components as HTML.
#[server(endpoint = "design/draw-components")]
pub async fn draw_components() -> Result<String, AppError> {
    serve(|cx| async move { service::draw(&cx) }).await
}
