//! Public addresses that stand in mail: the pixel, the links, the trap for scanners, and the posts of the unsubscribe page. No session, no cookie.

use super::model::Standing;
use super::service::{self, Visit};
use crate::error::AppError;
use crate::server::AppState;
use crate::server::request::Client;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};

/// A transparent image of one pixel (GIF89a).
const PIXEL: [u8; 43] = [
    0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 0x01, 0x00, 0x01, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00,
    0xff, 0xff, 0xff, 0x21, 0xf9, 0x04, 0x01, 0x00, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x01, 0x00, 0x00, 0x02, 0x02, 0x44, 0x01, 0x00, 0x3b,
];

/// What the page's own form sends, so that its answer can be a page; see [`super::unsubscribe`].
pub const FROM_PAGE: (&str, &str) = ("from", "page");

/// `/u/{token}` answers GET with a page of the app: see the route table there.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/t/o/{token}", get(open))
        .route("/t/c/{token}", get(click))
        .route("/t/r/{token}", get(trap))
        .route(
            "/u/{token}",
            post(unsubscribe).layer(DefaultBodyLimit::max(16 * 1024)),
        )
        .route("/u/{token}/undo", post(undo))
}

fn visit<'a>(method: &Method, headers: &'a HeaderMap, client: &'a Client) -> Visit<'a> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // Sec-Purpose is the standard's (Fetch §2.2.5); the others are older browsers' and mail programs'.
    let is_ahead = ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .into_iter()
        .filter_map(text)
        .any(|purpose| purpose.contains("prefetch") || purpose.contains("preview"));
    Visit {
        user_agent: text("user-agent").unwrap_or_default(),
        ip: &client.ip,
        is_head: method == Method::HEAD,
        is_ahead,
        is_opted_out: text("sec-gpc") == Some("1"),
    }
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "Not found").into_response()
}

async fn open(
    State(app): State<AppState>,
    method: Method,
    Path(token): Path<String>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
) -> Response {
    if !service::record_open(&app, &token, visit(&method, &headers, &client)) {
        return not_found();
    }
    let headers = [
        (header::CONTENT_TYPE, "image/gif"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, PIXEL).into_response()
}

async fn click(
    State(app): State<AppState>,
    method: Method,
    Path(token): Path<String>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
) -> Response {
    match service::follow_link(&app, &token, visit(&method, &headers, &client)).await {
        Ok(target) => {
            let headers = [
                (header::LOCATION, target),
                (header::CACHE_CONTROL, "no-store".to_owned()),
                (header::REFERRER_POLICY, "no-referrer".to_owned()),
            ];
            (StatusCode::FOUND, headers).into_response()
        }
        Err(AppError::NotFound(_)) => not_found(),
        Err(other) => other.into_response(),
    }
}

/// The link that no person sees. Whoever finds it in the source of a mail is told what it is.
async fn trap(
    State(app): State<AppState>,
    method: Method,
    Path(token): Path<String>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
) -> Response {
    if !service::record_trap(&app, &token, visit(&method, &headers, &client)) {
        return not_found();
    }
    let headers = [(header::CACHE_CONTROL, "no-store")];
    let words =
        "This link is hidden in the mail. It tells programs that check links from people who read.";
    (headers, words).into_response()
}

/// A post by a mailbox provider (RFC 8058, whose body may be a form of either encoding) or by our own page. Providers do not
/// follow redirects, so they get a plain answer.
async fn unsubscribe(
    State(app): State<AppState>,
    Path(token): Path<String>,
    body: Bytes,
) -> Response {
    let (name, value) = FROM_PAGE;
    let is_from_page = body == format!("{name}={value}");
    match service::unsubscribe(&app, &token).await {
        Ok(_) if is_from_page => Redirect::to(&format!("/u/{token}")).into_response(),
        Ok(Standing::Test) => "This is a link of a test message. Nothing changed.".into_response(),
        Ok(_) => "You are unsubscribed.".into_response(),
        Err(AppError::NotFound(_)) => not_found(),
        Err(other) => other.into_response(),
    }
}

async fn undo(State(app): State<AppState>, Path(token): Path<String>) -> Response {
    match service::undo_unsubscribe(&app, &token).await {
        Ok(_) => Redirect::to(&format!("/u/{token}?undone=1")).into_response(),
        Err(AppError::NotFound(_)) => not_found(),
        Err(other) => other.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::PIXEL;

    #[test]
    fn the_pixel_is_a_whole_gif() {
        assert_eq!(&PIXEL[..6], b"GIF89a");
        assert_eq!(PIXEL[6..10], [1, 0, 1, 0]);
        assert_eq!(PIXEL.last(), Some(&0x3b));
    }
}
