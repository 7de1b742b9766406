//! Plain routes of campaigns: the event stream, the frozen content as a document of its own, and the log as CSV.

use super::events::Hub;
use super::recipients::model::LogQuery;
use super::recipients::service as recipients;
use super::{export, preview, service};
use crate::error::AppError;
use crate::ids::{CampaignId, MessageId};
use crate::mail::compile::force_light;
use crate::server::{AppState, Cx};
use axum::body::Body;
use axum::extract::{Extension, Path, Query};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use futures::stream::unfold;
use futures::{Stream, StreamExt};
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::Instant;

/// A stream ends after this long; the browser opens it again, through the session gate.
const LONGEST: Duration = Duration::from_secs(600);

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/campaigns/{id}/events", get(events))
        .route("/campaigns/{id}/content", get(content))
        .route("/campaigns/{id}/recipients.csv", get(csv))
        .layer(Extension(Hub::default()))
}

fn refused(error: &AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, error.to_string()).into_response()
}

/// `text/event-stream` of the campaign's progress as JSON: at once, at each change, and a last time when it has ended.
async fn events(
    cx: Cx,
    Extension(hub): Extension<Hub>,
    Path(id): Path<CampaignId>,
) -> Result<Response, Response> {
    let detail = service::find_campaign(&cx, id)
        .await
        .map_err(|error| refused(&error))?;
    let day = crate::features::queue::day::today(&cx)
        .await
        .map_err(|error| refused(&error))?;
    let receiver = hub.watch(&cx.app, id, day, detail.progress);
    let stream = Sse::new(progress_events(receiver, cx.app.clone()))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)));
    // Proxies that buffer would hold the events back.
    let unbuffered = (
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(([unbuffered], stream).into_response())
}

type Receiver = tokio::sync::watch::Receiver<std::sync::Arc<super::progress::Progress>>;

fn progress_events(
    receiver: Receiver,
    app: AppState,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let until = Instant::now() + LONGEST;
    unfold(
        (receiver, true, false),
        move |(mut receiver, is_first, is_over)| {
            let app = app.clone();
            async move {
                if is_over {
                    return None;
                }
                if !is_first {
                    tokio::select! {
                        changed = receiver.changed() => changed.ok()?,
                        () = tokio::time::sleep_until(until) => return None,
                        () = app.stop.cancelled() => return None,
                    }
                }
                let progress = receiver.borrow_and_update().clone();
                let event = Event::default()
                    .retry(Duration::from_secs(2))
                    .json_data(progress.as_ref())
                    .unwrap_or_default();
                let is_over = progress.is_finished();
                Some((Ok(event), (receiver, false, is_over)))
            }
        },
    )
    .fuse()
}

#[derive(serde::Deserialize)]
struct ContentQuery {
    message: Option<MessageId>,
    #[serde(default)]
    part: String,
}

/// The frozen mail with one recipient's values: no tracking, no scripts, nothing of ours.
async fn content(
    cx: Cx,
    Path(id): Path<CampaignId>,
    Query(query): Query<ContentQuery>,
) -> Result<Response, Response> {
    let mail = preview::preview(&cx, id, query.message, None)
        .await
        .map_err(|error| refused(&error))?;
    if query.part == "text" {
        return Ok(mail.text.into_response());
    }
    Ok(document(&mail.html))
}

/// A mail as a page of its own, which runs nothing and reads nothing of ours.
pub fn document(html: &str) -> Response {
    let policy =
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, force_light(html)).into_response()
}

async fn csv(
    cx: Cx,
    Path(id): Path<CampaignId>,
    Query(query): Query<LogQuery>,
) -> Result<Response, Response> {
    let query = LogQuery {
        id: id.to_string(),
        ..query
    };
    let export = recipients::open_export(&cx, &query)
        .await
        .map_err(|error| refused(&error))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}\"", export.file_name()),
        ),
    ];
    Ok((headers, Body::from_stream(export::stream(cx, export))).into_response())
}
