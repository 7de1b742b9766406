//! The gate in front of everything: who is calling, may a visitor see this, and does a state change come from our own pages.

use super::proxies::TrustedProxies;
use super::request::{Caller, Client, wants_html};
use super::state::AppState;
use crate::error::AppError;
use crate::features::auth;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use leptos::server_fn::error::FromServerFnError;
use std::net::SocketAddr;

/// The session's cookie. Behind https its name keeps neighbours out: browsers take `__Host-` only from this very host over https
/// (RFC 6265bis §4.1.3.2).
pub fn cookie_name(app: &AppState) -> &'static str {
    if app.config.is_https() {
        "__Host-mailer_session"
    } else {
        "mailer_session"
    }
}

/// Paths a signed-out visitor may call. Everything else asks for a session.
fn is_public(path: &str) -> bool {
    const EXACT: [&str; 9] = [
        "/sign-in",
        "/healthz",
        "/readyz",
        "/metrics",
        "/favicon.svg",
        "/favicon.ico",
        "/api/auth/sign-in",
        "/api/auth/create-owner",
        "/api/people/join",
    ];
    const UNDER: [&str; 5] = ["/setup/", "/join/", "/pkg/", "/t/", "/u/"];
    EXACT.contains(&path)
        || UNDER.iter().any(|prefix| path.starts_with(prefix))
        || path == "/api/unsubscribe"
}

/// RFC 8058 posts come from mailbox providers, which send no `Origin`; their token is the proof.
fn is_posted_by_strangers(path: &str) -> bool {
    path.starts_with("/u/")
}

/// Middleware around all routes: reads the session, checks the origin of state changes, turns visitors away.
pub async fn gate(
    State(app): State<AppState>,
    jar: CookieJar,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let unsafe_method = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if unsafe_method && !is_posted_by_strangers(&path) && !is_same_origin(request.headers(), &app) {
        return refuse(
            &request,
            &AppError::Forbidden(
                "This request did not come from this app, so it was refused.".into(),
            ),
        );
    }
    if let Some(clean) = without_answer(&request) {
        return Redirect::to(&clean).into_response();
    }
    let client = client(&request, &app.config.trusted_proxies);
    request.extensions_mut().insert(client);
    if let Some(cookie) = jar.get(cookie_name(&app)) {
        match auth::service::find_session(&app, cookie.value()).await {
            Ok(Some(caller)) => {
                request.extensions_mut().insert::<Caller>(caller);
            }
            Ok(None) => {}
            Err(error) if is_public(&path) => {
                tracing::debug!(%error, "session not checked on a public page")
            }
            Err(error) => return refuse(&request, &error),
        }
    }
    if request.extensions().get::<Caller>().is_none() && !is_public(&path) {
        return refuse(&request, &AppError::Unauthorized);
    }
    next.run(request).await
}

/// A page becomes a redirect to sign-in; a call becomes the error itself.
fn refuse(request: &Request, error: &AppError) -> Response {
    let path = request.uri().path();
    if *error == AppError::Unauthorized && wants_html(request.headers()) {
        let next = if path.starts_with("/api/") || request.method() != Method::GET {
            String::new()
        } else {
            let target = request
                .uri()
                .path_and_query()
                .map_or(path, |both| both.as_str());
            let query: String = url_encode(target);
            if target == "/" {
                String::new()
            } else {
                format!("?next={query}")
            }
        };
        return Redirect::to(&format!("/sign-in{next}")).into_response();
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if path.starts_with("/api/") {
        let mut response = Response::new(Body::from(error.ser()));
        *response.status_mut() = status;
        response.headers_mut().insert(
            leptos::server_fn::error::SERVER_FN_ERROR_HEADER,
            header::HeaderValue::from_str(path).unwrap_or(header::HeaderValue::from_static("api")),
        );
        return response;
    }
    (status, error.to_string()).into_response()
}

fn url_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(byte as char)
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A browser always says where a POST comes from (Origin, and Sec-Fetch-Site); without either the request is refused.
fn is_same_origin(headers: &HeaderMap, app: &AppState) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &header::HeaderValue| value.to_str().ok())
    };
    if let Some(origin) = text(header::ORIGIN.as_str()) {
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        return Some(host) == text(header::HOST.as_str()) || host == app.config.base_host();
    }
    text("sec-fetch-site").is_some_and(|site| site == "same-origin" || site == "none")
}

/// A refused form's answer travels in the address of the page it goes back to. In a link from elsewhere, or from a mail, somebody
/// else wrote it: this is the address without it. Browsers on plain http do not say where they come from.
fn without_answer(request: &Request) -> Option<String> {
    let query = request.uri().query().filter(|query| !query.is_empty())?;
    let site = request.headers().get("sec-fetch-site")?;
    if site == "same-origin" || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let base = reqwest::Url::parse("http://localhost/").ok()?;
    let mut url = base.clone();
    url.set_query(Some(query));
    let is_answer = |name: &str| name == "__err" || name == "__path";
    if !url.query_pairs().any(|(name, _)| is_answer(&name)) {
        return None;
    }
    let mut clean = base;
    for (name, value) in url.query_pairs().filter(|(name, _)| !is_answer(name)) {
        clean.query_pairs_mut().append_pair(&name, &value);
    }
    // Two slashes in front would lead to another host.
    let path = request.uri().path().trim_start_matches(['/', '\\']);
    Some(match clean.query() {
        Some(query) => format!("/{path}?{query}"),
        None => format!("/{path}"),
    })
}

fn client(request: &Request, proxies: &TrustedProxies) -> Client {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    // Each proxy adds its entry at the end, in the last header or in one more.
    let forwarded: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .map(|value| value.to_str().unwrap_or_default())
        .flat_map(|list| list.split(','))
        .collect();
    let agent = request.headers().get(header::USER_AGENT);
    let agent = agent.and_then(|value| value.to_str().ok());
    Client {
        ip: peer
            .map(|peer| proxies.client(peer, &forwarded).to_string())
            .unwrap_or_default(),
        user_agent: agent.unwrap_or_default().chars().take(300).collect(),
    }
}

/// The `Set-Cookie` of a session: HttpOnly, Lax, Secure behind https (RFC 6265). `None` removes it. Tokens are URL-safe base64.
pub fn set_cookie(app: &AppState, token: Option<&str>) -> String {
    let max_age = if token.is_some() {
        auth::service::SESSION_SECS
    } else {
        0
    };
    let secure = if app.config.is_https() {
        "; Secure"
    } else {
        ""
    };
    let name = cookie_name(app);
    format!(
        "{name}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}",
        token.unwrap_or_default()
    )
}
