//! The cookie that holds a browser's theme, so that the first byte of a page has the right colours, also without JavaScript.

use super::errors::internal;
use super::state::AppState;
use crate::error::AppError;
use crate::ui::theme::Theme;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum_extra::extract::CookieJar;
use leptos::prelude::{expect_context, use_context};

const COOKIE: &str = "mailer_theme";

/// The theme of the browser that asks.
pub fn current() -> Theme {
    use_context::<Parts>()
        .and_then(|parts| {
            let jar = CookieJar::from_headers(&parts.headers);
            jar.get(COOKIE).map(|cookie| Theme::of(cookie.value()))
        })
        .unwrap_or_default()
}

/// Tells the browser to keep a theme for a year, or none.
pub fn choose(app: &AppState, theme: Theme) -> Result<(), AppError> {
    let max_age = if theme == Theme::System {
        0
    } else {
        31_536_000
    };
    let secure = if app.config.is_https() {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}",
        theme.as_str()
    );
    let value = HeaderValue::from_str(&cookie).map_err(|error| internal(&error))?;
    expect_context::<leptos_axum::ResponseOptions>().append_header(header::SET_COOKIE, value);
    Ok(())
}
