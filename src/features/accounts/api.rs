//! Server functions of sender accounts. Each is a public endpoint; the rules stand in service.rs and connect.rs.

use super::form::AccountForm;
use super::model::{AccountChoice, AccountDetail, AccountsOverview, TestReport};
use crate::error::AppError;
use crate::ids::AccountId;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use {
    super::{connect, service, test_mail},
    crate::server::serve,
};

/// Where to send a test mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TestMailForm {
    pub address: String,
}

#[server(endpoint = "accounts/list-accounts")]
pub async fn list_accounts() -> Result<AccountsOverview, AppError> {
    serve(|cx| async move { service::list(&cx).await }).await
}

#[server(endpoint = "accounts/list-choices")]
pub async fn list_account_choices() -> Result<Vec<AccountChoice>, AppError> {
    serve(|cx| async move { service::list_choices(&cx).await }).await
}

#[server(endpoint = "accounts/find-account")]
pub async fn find_account(id: AccountId) -> Result<AccountDetail, AppError> {
    serve(|cx| async move { service::find(&cx, id).await }).await
}

/// Saves, or with the intent "test" tests the connection and saves nothing: one form, two buttons.
#[server(endpoint = "accounts/submit-account")]
pub async fn submit_account(form: AccountForm) -> Result<Option<TestReport>, AppError> {
    serve(|cx| async move {
        if form.is_test() {
            let report = connect::test_connection(&cx, &form)
                .await
                .map_err(|error| error.with_typed(&form))?;
            return answer(report, &form);
        }
        service::save(&cx, &form)
            .await
            .map_err(|error| error.with_typed(&form))?;
        leptos_axum::redirect("/accounts?notice=account-saved");
        Ok(None)
    })
    .await
}

#[server(endpoint = "accounts/send-test")]
pub async fn send_test_mail(
    id: AccountId,
    form: TestMailForm,
) -> Result<Option<TestReport>, AppError> {
    serve(|cx| async move {
        let report = test_mail::send_test(&cx, id, &form.address)
            .await
            .map_err(|error| error.with_typed(&form))?;
        answer(report, &form)
    })
    .await
}

#[server(endpoint = "accounts/move-account")]
pub async fn move_account(id: AccountId, up: bool) -> Result<(), AppError> {
    serve(|cx| async move {
        service::move_by_one(&cx, id, up).await?;
        leptos_axum::redirect("/accounts");
        Ok(())
    })
    .await
}

#[server(endpoint = "accounts/enable-account")]
pub async fn enable_account(id: AccountId, enabled: bool) -> Result<(), AppError> {
    serve(|cx| async move {
        service::set_enabled(&cx, id, enabled).await?;
        leptos_axum::redirect(if enabled {
            "/accounts?notice=account-enabled"
        } else {
            "/accounts?notice=account-disabled"
        });
        Ok(())
    })
    .await
}

#[server(endpoint = "accounts/reset-breaker")]
pub async fn reset_account_breaker(id: AccountId) -> Result<(), AppError> {
    serve(|cx| async move {
        service::reset_breaker(&cx, id).await?;
        leptos_axum::redirect("/accounts?notice=account-reset");
        Ok(())
    })
    .await
}

#[server(endpoint = "accounts/delete-account")]
pub async fn delete_account(id: AccountId) -> Result<(), AppError> {
    serve(|cx| async move {
        service::delete(&cx, id).await?;
        leptos_axum::redirect("/accounts?notice=account-deleted");
        Ok(())
    })
    .await
}

/// A plain form post (no JavaScript) brings only errors back to its page, so there the report travels as one, together
/// with what was typed.
#[cfg(feature = "ssr")]
fn answer<T: Serialize>(report: TestReport, form: &T) -> Result<Option<TestReport>, AppError> {
    if !crate::server::request::is_plain_post() {
        return Ok(Some(report));
    }
    let mut carrier = crate::error::Invalid::new().with_typed(form);
    if let Ok(text) = serde_json::to_string(&report) {
        carrier.typed.insert(super::model::REPORT.into(), text);
    }
    Err(AppError::Invalid(carrier))
}
