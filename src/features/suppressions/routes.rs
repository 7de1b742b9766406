//! Plain routes of the suppression list: a file comes in, the list goes out as CSV.

use super::model::{IMPORT_FORM, ImportProblem, MOST_BYTES, SuppressionLine};
use super::service;
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::server::request::{pass_over, refuse_form};
use crate::server::{AppState, Cx, csv};
use crate::ui::time::iso_utc;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Multipart};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures::StreamExt;
use futures::stream::unfold;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route(
            "/suppressions/import",
            post(import).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024)),
        )
        .route("/suppressions/export.csv", get(export))
}

/// Answers with a redirect to the page, which says what became of the file.
async fn import(cx: Cx, headers: HeaderMap, form: Multipart) -> Response {
    // Nobody's file is held in memory to be refused.
    if let Err(error) = cx.require(Role::Editor) {
        pass_over(form).await;
        return refuse_form(&headers, IMPORT_FORM, "/suppressions", error);
    }
    let outcome = match read_file(form).await {
        Ok((name, bytes)) => service::import(&cx, &name, &bytes).await,
        Err(problem) => Ok(Err(problem)),
    };
    let page = match outcome {
        Ok(Ok(added)) => added.address(),
        Ok(Err(problem)) => format!("/suppressions?import={}", problem.key()),
        Err(error) => return refuse_form(&headers, IMPORT_FORM, "/suppressions", error),
    };
    Redirect::to(&page).into_response()
}

async fn read_file(mut form: Multipart) -> Result<(String, Bytes), ImportProblem> {
    while let Ok(Some(field)) = form.next_field().await {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|_| ImportProblem::TooLarge)?;
        if bytes.is_empty() {
            break;
        }
        if bytes.len() > MOST_BYTES {
            return Err(ImportProblem::TooLarge);
        }
        return Ok((name, bytes));
    }
    Err(ImportProblem::NoFile)
}

/// The whole list, made while it is sent. A part that cannot be read breaks the transfer off.
async fn export(cx: Cx) -> Result<Response, AppError> {
    let first = service::start_export(&cx).await?;
    let head =
        csv::write([["address", "reason", "note", "campaign", "added_at"].map(str::to_owned)])?;
    let stream = unfold(Some((cx, first, head)), |state| async move {
        let (cx, lines, mut text) = state?;
        match csv::write(lines.iter().map(record)) {
            Ok(rows) => text.push_str(&rows),
            Err(error) => return Some((Err(error), None)),
        }
        let next = match lines.last() {
            None => None,
            Some(last) => match service::export_chunk(&cx, last.id.0).await {
                Ok(lines) if lines.is_empty() => None,
                Ok(lines) => Some((cx, lines, String::new())),
                Err(error) => return Some((Err(error), None)),
            },
        };
        Some((Ok::<_, AppError>(Bytes::from(text)), next))
    })
    // Compression asks once more after the end.
    .fuse();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"suppressions.csv\"",
        ),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}

fn record(line: &SuppressionLine) -> [String; 5] {
    [
        line.address.clone(),
        line.reason.as_str().to_owned(),
        line.note.clone(),
        line.campaign
            .as_ref()
            .map_or(String::new(), |(_, name)| name.clone()),
        iso_utc(line.created_at),
    ]
}
