//! The report as a file, and the click map as a document of its own.

use super::service;
use crate::error::AppError;
use crate::features::campaigns::routes::document;
use crate::ids::CampaignId;
use crate::server::{AppState, Cx};
use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/campaigns/{id}/report.csv", get(csv))
        .route("/campaigns/{id}/click-map", get(click_map))
}

async fn click_map(cx: Cx, Path(id): Path<i64>) -> Result<Response, AppError> {
    let html = service::find_click_map(&cx, CampaignId(id)).await?;
    Ok(document(&html))
}

async fn csv(cx: Cx, Path(id): Path<i64>) -> Result<Response, AppError> {
    let text = service::export_report(&cx, CampaignId(id)).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"campaign-{id}-report.csv\""),
        ),
    ];
    Ok((headers, text).into_response())
}
