//! The router: pages, server functions, plain routes, and what stands in front of them all.

use super::metrics::scrape;
use super::ready::ready;
use super::session;
use super::state::AppState;
use crate::app::{App, shell};
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use std::sync::OnceLock;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

/// The most a form or a call may send; uploads have routes and limits of their own. A design of 1 MB fits, URL-encoded.
const CALL_BYTES: usize = 4 << 20;

/// The pages, found out once in a process: while it looks for them, the framework lets no resource load, and a page that another
/// router is drawing just then is never finished (leptos issue 4773). Tests run many routers at once.
static PAGES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();

pub fn router(app: AppState) -> Router {
    let pages = PAGES.get_or_init(|| generate_route_list(App)).clone();
    let options = app.leptos.clone();
    let pages_and_calls = Router::new()
        .leptos_routes(&app, pages, move || shell(options.clone()))
        .fallback(leptos_axum::file_and_error_handler::<AppState, _>(shell))
        .layer(RequestBodyLimitLayer::new(CALL_BYTES));
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(scrape))
        .merge(crate::features::campaigns::routes::routes())
        .merge(crate::features::templates::routes::routes())
        .merge(crate::features::drafts::routes::routes())
        .merge(crate::features::outbox::routes::routes())
        .merge(crate::features::analytics::routes::routes())
        .merge(crate::features::suppressions::routes::routes())
        .merge(crate::features::tracking::routes::routes())
        .merge(pages_and_calls)
        .layer(middleware::from_fn_with_state(app.clone(), session::gate))
        .layer(middleware::from_fn_with_state(app.clone(), headers))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(trace))
        .with_state(app)
}

/// Security headers of every response, and long caching for files whose name holds their hash.
async fn headers(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "same-origin");
    put(header::X_FRAME_OPTIONS, "SAMEORIGIN");
    put(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    if app.config.is_https() {
        put(
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000; includeSubDomains",
        );
    }
    if path.starts_with("/pkg/") && app.leptos.hash_files {
        put(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    } else {
        put(header::CACHE_CONTROL, "no-store");
    }
    response
}

/// One log line per request with an id that the response carries too. Paths only: no query, no address, no body.
async fn trace(request: Request, next: Next) -> Response {
    let id = super::secrets::random_token()[..12].to_owned();
    let method = request.method().clone();
    let path = public_path(request.uri().path());
    let group = route_group(&request);
    let started = tokio::time::Instant::now();
    let mut response = {
        use tracing::Instrument;
        next.run(request)
            .instrument(tracing::info_span!("request", %id))
            .await
    };
    let status = response.status().as_u16();
    let took = started.elapsed();
    metrics::histogram!("mailer_http_request_seconds", "route" => group, "status" => status_class(status)).record(took);
    let ms = took.as_secs_f64() * 1000.0;
    if status >= 500 {
        tracing::warn!(%id, %method, path, status, ms, "request failed");
    } else {
        tracing::debug!(%id, %method, path, status, ms, "request");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

/// The first part of the route that answers, so that there are few of them: "campaigns" for all pages of campaigns.
fn route_group(request: &Request) -> String {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("/other", MatchedPath::as_str);
    let group = route.split('/').nth(1).unwrap_or_default();
    match group {
        "" => "home".into(),
        group if group.starts_with(['{', ':']) => "other".into(),
        group => group.to_owned(),
    }
}

fn status_class(status: u16) -> &'static str {
    match status {
        ..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

/// Paths that hold a token are logged without it.
fn public_path(path: &str) -> String {
    for prefix in ["/setup/", "/join/", "/t/", "/u/"] {
        if path.starts_with(prefix) {
            return format!("{prefix}…");
        }
    }
    path.to_owned()
}
