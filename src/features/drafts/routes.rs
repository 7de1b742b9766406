//! Plain routes of drafts: the documents of the previews. What a mail holds is a stranger's: it runs nothing.

use super::{review, service};
use crate::error::AppError;
use crate::features::settings;
use crate::features::templates::editor::{Part, preview_document};
use crate::ids::DraftId;
use crate::server::{AppState, Cx};
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

const POLICY: &str =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:";

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/drafts/{id}/preview", get(preview))
        .route("/drafts/{id}/mail/{position}", get(mail))
        .merge(super::recipients::routes::routes())
}

#[derive(Deserialize)]
struct PreviewQuery {
    #[serde(default)]
    part: Part,
}

/// The editor's preview, with made-up values.
async fn preview(
    cx: Cx,
    Path(id): Path<DraftId>,
    Query(query): Query<PreviewQuery>,
) -> Result<Response, AppError> {
    let content = service::find_content(&cx, id).await?;
    let workspace = settings::repo::find_workspace(&cx.db).await?;
    Ok(preview_document(&content, &workspace, query.part))
}

/// The HTML that the recipient at this position will get.
async fn mail(cx: Cx, Path((id, position)): Path<(DraftId, i64)>) -> Result<Response, AppError> {
    let html = review::find_html(&cx, id, position).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    Ok((headers, html).into_response())
}
