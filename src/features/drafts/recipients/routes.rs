//! Plain routes of a draft's audience: the upload, which works without JavaScript, and the downloads.

use super::export;
use super::model::{RowStatus, UPLOAD_FORM};
use super::service;
use super::take::{self, Given, MAX_BYTES, Taking, Upload};
use crate::error::AppError;
use crate::features::drafts::model::{Draft, Step};
use crate::ids::DraftId;
use crate::server::{
    AppState, Cx,
    errors::internal,
    request::{refuse_form, wants_html},
};
use axum::body::Body;
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::{StreamExt, stream};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// How much of a request that is too large is still read, so that the browser hears our answer instead of a reset.
const MAX_DRAIN: u64 = 2 * 1024 * 1024 * 1024;
/// The same for a request of somebody who may not add a list, or to a draft that is gone. None of it is kept.
const MAX_REFUSED_DRAIN: u64 = 64 * 1024 * 1024;
/// How long a form without JavaScript waits for its list; the page it gets then says how far that is.
const PATIENCE: Duration = Duration::from_secs(30);
/// Most bytes of a field that is no list.
const MAX_NUMBER: usize = 32;
/// How much of a pasted list is kept to give it back.
const MAX_KEPT: usize = 200_000;

pub fn routes() -> Router<AppState> {
    Router::new()
        // The limit is ours: a file beyond it gets a sentence in the page.
        .route(
            "/drafts/{id}/recipients",
            post(upload).layer(DefaultBodyLimit::disable()),
        )
        .route("/drafts/{id}/recipients/{file}", get(download))
}

/// Whether the caller may add a list to this draft is settled before any of it reaches the disk. Every refusal is shown by the page.
async fn upload(cx: Cx, Path(id): Path<DraftId>, request: Request) -> Response {
    let headers = request.headers().clone();
    let taking = match take::check_add(&cx, id).await {
        Ok(()) => take_in(&cx, id, request).await,
        Err(error) => {
            drain(request.into_body()).await;
            Err(error)
        }
    };
    // A script follows the reading by itself; a plain form waits for its end, within reason.
    let given = match taking {
        Ok(taking) if !wants_html(&headers) => {
            return Json(serde_json::json!({ "set": taking.set.0 })).into_response();
        }
        Ok(taking) => taking.wait(PATIENCE).await,
        Err(error) => Err(error),
    };
    let page = Draft::href(id, Step::Recipients);
    match given {
        Ok(Given::Taken) => {
            Redirect::to(&format!("{page}&notice=recipients-added")).into_response()
        }
        Ok(Given::Waits(set)) => Redirect::to(&format!("{page}&given={set}")).into_response(),
        Err(error) => refuse_form(&headers, UPLOAD_FORM, &page, error),
    }
}

async fn take_in(cx: &Cx, id: DraftId, request: Request) -> Result<Taking, AppError> {
    let form = Multipart::from_request(request, &()).await;
    let form = form.map_err(|_| AppError::refused("This form could not be read."))?;
    let (revision, upload) = receive(cx, form).await?;
    take::add(cx, id, revision, upload).await
}

/// Reads what the browser is still sending, or it would not look at the answer. Beyond the limit the connection is closed.
async fn drain(body: Body) {
    let (mut body, mut seen) = (body.into_data_stream(), 0);
    while let Some(Ok(chunk)) = body.next().await {
        seen += chunk.len() as u64;
        if seen > MAX_REFUSED_DRAIN {
            return;
        }
    }
}

/// Reads the form to its end; the list goes to a temporary file without a name, at most `MAX_BYTES` of it.
async fn receive(cx: &Cx, mut form: Multipart) -> Result<(i64, Upload), AppError> {
    let file = tempfile::tempfile_in(&cx.config.data_dir).map_err(|error| internal(&error))?;
    let mut spool = Spool {
        file: tokio::fs::File::from_std(file),
        seen: 0,
    };
    let (mut revision, mut source, mut pasted) = (0, String::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("revision") => {
                revision = small(field).await?.parse().unwrap_or_default();
            }
            // The first of the two that holds anything is the list.
            Some("file") if spool.seen == 0 => {
                let name = field.file_name().map(file_name).unwrap_or_default();
                spool.take(field, None).await?;
                source = name;
            }
            Some("list") if spool.seen == 0 => {
                spool.take(field, Some(&mut pasted)).await?;
                source = "Pasted list".into();
            }
            _ => Spool::pass(field).await?,
        }
    }
    spool.file.flush().await.map_err(|error| internal(&error))?;
    let upload = Upload {
        is_too_large: spool.seen > MAX_BYTES,
        file: spool.file.into_std().await,
        source: if source.is_empty() {
            "List".into()
        } else {
            source
        },
        pasted: String::from_utf8_lossy(&pasted).replace('\0', ""),
    };
    Ok((revision, upload))
}

/// A field that holds a number, and no more than that.
async fn small(mut field: Field<'_>) -> Result<String, AppError> {
    let mut text = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        if text.len() + chunk.len() > MAX_NUMBER {
            return Err(AppError::refused("This form could not be read."));
        }
        text.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The last part of what the browser calls the file.
fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(120).collect()
}

fn broken(error: axum::extract::multipart::MultipartError) -> AppError {
    tracing::debug!(%error, "upload broke off");
    AppError::Transport("The upload broke off before it was complete. Try again.".into())
}

struct Spool {
    file: tokio::fs::File,
    /// Bytes of the list, beyond the limit too.
    seen: u64,
}

impl Spool {
    async fn take(
        &mut self,
        mut field: Field<'_>,
        mut kept: Option<&mut Vec<u8>>,
    ) -> Result<(), AppError> {
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            self.seen += chunk.len() as u64;
            if self.seen > MAX_DRAIN {
                return Err(AppError::refused("This file is far too large."));
            }
            if self.seen > MAX_BYTES {
                continue;
            }
            self.file
                .write_all(&chunk)
                .await
                .map_err(|error| internal(&error))?;
            if let Some(kept) = kept.as_deref_mut() {
                let room = MAX_KEPT.saturating_sub(kept.len()).min(chunk.len());
                kept.extend_from_slice(&chunk[..room]);
            }
        }
        Ok(())
    }

    async fn pass(mut field: Field<'_>) -> Result<(), AppError> {
        let mut seen = 0;
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            seen += chunk.len() as u64;
            if seen > MAX_DRAIN {
                return Err(AppError::refused("This file is far too large."));
            }
        }
        Ok(())
    }
}

/// `invalid.csv`, `duplicate.csv`, `suppressed.csv`, `valid.csv`: streamed, a thousand rows at a time.
async fn download(cx: Cx, Path((id, file)): Path<(DraftId, String)>) -> Result<Response, AppError> {
    let status: RowStatus = file
        .strip_suffix(".csv")
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| AppError::not_found("file"))?;
    let set = service::find_set(&cx, id).await?;
    let head = export::head(&set, status)?;
    let rows = stream::try_unfold((cx, set, 0), move |(cx, set, after)| async move {
        let next = service::next_csv(&cx, &set, status, after).await?;
        Ok::<_, AppError>(next.map(|(text, last)| (text, (cx, set, last))))
    });
    let body = stream::once(async { Ok(head) }).chain(rows);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!(
                "attachment; filename=\"recipients-{}.csv\"",
                status.as_str()
            ),
        ),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}
