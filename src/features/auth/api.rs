//! Server functions of auth. Each is a public endpoint; the rules stand in service.rs.

use super::model::{OwnerForm, User};
use crate::error::AppError;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

/// Who is signed in, if anybody.
#[server(endpoint = "auth/current-user")]
pub async fn current_user() -> Result<Option<User>, AppError> {
    serve(|cx| async move { Ok(cx.caller.map(|caller| caller.user)) }).await
}

#[server(endpoint = "auth/check-setup-link")]
pub async fn check_setup_link(token: String) -> Result<(), AppError> {
    serve(|cx| async move { service::check_setup_link(&cx, &token).await }).await
}

#[server(endpoint = "auth/create-owner")]
pub async fn create_owner(form: OwnerForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let token = service::create_owner(&cx, &form).await?;
        open_session(&cx, Some(&token), "/?notice=welcome")
    })
    .await
}

#[server(endpoint = "auth/sign-in")]
pub async fn sign_in(
    email: String,
    password: String,
    next: Option<String>,
) -> Result<(), AppError> {
    serve(|cx| async move {
        let typed = serde_json::json!({ "email": email });
        let token = service::sign_in(&cx, &email, &password)
            .await
            .map_err(|error| error.with_typed(&typed))?;
        open_session(
            &cx,
            Some(&token),
            &super::model::safe_next(next.as_deref().unwrap_or("/")),
        )
    })
    .await
}

#[server(endpoint = "auth/sign-out")]
pub async fn sign_out() -> Result<(), AppError> {
    serve(|cx| async move {
        service::sign_out(&cx).await?;
        open_session(&cx, None, "/sign-in")
    })
    .await
}

#[server(endpoint = "auth/change-password")]
pub async fn change_password(
    current_password: String,
    new_password: String,
) -> Result<(), AppError> {
    serve(|cx| async move {
        service::change_password(&cx, &current_password, &new_password).await?;
        leptos_axum::redirect("/settings/profile?notice=password-changed");
        Ok(())
    })
    .await
}

/// Sets (or with `None` removes) the cookie and goes to a page.
#[cfg(feature = "ssr")]
pub fn open_session(
    cx: &crate::server::Cx,
    token: Option<&str>,
    then: &str,
) -> Result<(), AppError> {
    let value = axum::http::HeaderValue::from_str(&crate::server::session::set_cookie(cx, token))
        .map_err(|error| crate::server::errors::internal(&error))?;
    expect_context::<leptos_axum::ResponseOptions>()
        .append_header(axum::http::header::SET_COOKIE, value);
    leptos_axum::redirect(then);
    Ok(())
}
