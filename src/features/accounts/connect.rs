//! The account's server: how to reach it and whether it lets us in. An account connects wherever its
//! editors say, the private network included: that is what it is for. Only editors may test, and only the server's reply
//! lines come back. A stored password is never sent to another host than the one it was typed for.

use super::form::{AccountForm, Details};
use super::model::{Kind, TestReport, Tls};
use super::repo::{self, DeliveryAccount};
use crate::delivery::smtp::{Connection, Reply, Secret, ServerConfig, Timeouts, TlsMode};
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::server::AppState;
use crate::server::request::Cx;
use std::time::Duration;

/// What stored passwords are sealed for.
pub const PURPOSE: &str = "sender_account";

/// A person waits for a test this long at most, whatever the server does.
pub(super) const TEST_LIMIT: Duration = Duration::from_secs(30);

/// Everything `Connection::connect` needs for a stored account, its password opened.
///
/// # Errors
/// A sentence for the user when the password was sealed with another key.
pub fn server_config(app: &AppState, account: &DeliveryAccount) -> Result<ServerConfig, AppError> {
    let mut config = address(app, &account.host, account.port, account.tls);
    if !account.username.is_empty() {
        config.user = Some(account.username.clone());
        if let Some(sealed) = &account.secret {
            config.password = Some(Secret::new(open(app, sealed)?));
        }
    }
    Ok(config)
}

fn address(app: &AppState, host: &str, port: u16, tls: Tls) -> ServerConfig {
    let tls = match tls {
        Tls::None => TlsMode::None,
        Tls::Starttls => TlsMode::StartTls,
        Tls::Implicit => TlsMode::Implicit,
    };
    let mut config = ServerConfig::new(host, port, tls);
    if let Some(limit) = app.config.smtp_timeout_secs {
        config.timeouts = config.timeouts.at_most(Duration::from_secs(limit));
    }
    config.hello_name = hello_name(app.config.base_host());
    config
}

/// The host of our public address. An IP address is left to the socket, which writes it as EHLO wants it.
fn hello_name(base_host: &str) -> String {
    let host = match base_host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => base_host,
    };
    let is_name =
        host.contains('.') && !host.starts_with('[') && host.parse::<std::net::IpAddr>().is_err();
    if is_name {
        host.to_owned()
    } else {
        String::new()
    }
}

fn open(app: &AppState, sealed: &str) -> Result<String, AppError> {
    app.keys.open(PURPOSE, sealed).map_err(|error| {
        tracing::warn!(%error, "the password of a sender account cannot be read");
        AppError::invalid(
            "password",
            format!("The stored password cannot be read: {error}. Type it again."),
        )
    })
}

/// The password a form stands for.
pub enum Password {
    /// The server wants no sign-in.
    None,
    /// The stored one, still sealed.
    Stored(String),
    Typed(String),
}

/// Decides between what was typed and what is stored.
///
/// # Errors
/// A sentence beside the password when there is none, or when the stored one was typed for another server.
pub fn password(details: &Details, stored: Option<&DeliveryAccount>) -> Result<Password, AppError> {
    if details.username.is_empty() {
        return Ok(Password::None);
    }
    if let Some(typed) = &details.password {
        return Ok(Password::Typed(typed.clone()));
    }
    let missing = match details.kind {
        Kind::Gmail => "Enter the app password.",
        _ => "Enter the password.",
    };
    let Some((account, sealed)) =
        stored.and_then(|account| account.secret.clone().map(|sealed| (account, sealed)))
    else {
        return Err(AppError::invalid("password", missing));
    };
    if !account.host.eq_ignore_ascii_case(&details.host) {
        return Err(AppError::invalid(
            "password",
            format!(
                "Type the password again: the stored one belongs to {}.",
                account.host
            ),
        ));
    }
    if details.tls == Tls::None && account.tls != Tls::None {
        return Err(AppError::invalid(
            "password",
            "Type the password again: without encryption it can be read on its way.",
        ));
    }
    Ok(Password::Stored(sealed))
}

/// Connects and signs in with what the form says, before anything is saved. A field left blank stands for the stored
/// password.
pub async fn test_connection(cx: &Cx, form: &AccountForm) -> Result<TestReport, AppError> {
    test_connection_within(cx, form, Timeouts::interactive()).await
}

/// The same with the caller's patience.
pub async fn test_connection_within(
    cx: &Cx,
    form: &AccountForm,
    timeouts: Timeouts,
) -> Result<TestReport, AppError> {
    cx.require(Role::Editor)?;
    let details = form.validate()?;
    if details.kind == Kind::Sandbox {
        return Ok(TestReport {
            works: true,
            text: "The sandbox needs no connection: its mail stays in the outbox here.".into(),
            ..TestReport::default()
        });
    }
    let stored = match details.id {
        Some(id) => Some(
            repo::find(&cx.db, id)
                .await?
                .ok_or_else(|| AppError::not_found("account"))?,
        ),
        None => None,
    };
    let mut config = address(cx, &details.host, details.port, details.tls);
    config.timeouts = timeouts;
    let password = match password(&details, stored.as_ref())? {
        Password::None => None,
        Password::Stored(sealed) => Some(open(cx, &sealed)?),
        Password::Typed(typed) => Some(typed),
    };
    if let Some(password) = password {
        config.user = Some(details.username.clone());
        config.password = Some(Secret::new(password));
    }
    Ok(try_connection(&config).await)
}

async fn try_connection(config: &ServerConfig) -> TestReport {
    let dialogue = async {
        let mut connection = Connection::connect(config).await?;
        let reply = connection.noop().await;
        let (encrypted, limit) = (
            connection.is_encrypted(),
            connection.capabilities().max_size(),
        );
        connection.quit().await;
        Ok((reply, encrypted, limit))
    };
    match tokio::time::timeout(TEST_LIMIT, dialogue).await {
        Err(_) => too_slow(&config.host),
        Ok(Err(crate::delivery::smtp::SmtpError { detail, reply, .. })) => failed(detail, reply),
        Ok(Ok((Err(error), ..))) => failed(error.detail, error.reply),
        Ok(Ok((Ok(reply), encrypted, limit))) => {
            let signed_in = match &config.user {
                Some(user) => format!("signed in as {user}"),
                None => "no sign-in was asked for".into(),
            };
            let lock = if encrypted {
                "encrypted"
            } else {
                "not encrypted"
            };
            let size =
                limit.map(|bytes| format!(" It takes messages of up to {} MB.", bytes / 1_000_000));
            TestReport {
                works: true,
                text: format!(
                    "The connection to {} works: {lock}, {signed_in}.{}",
                    config.host,
                    size.unwrap_or_default()
                ),
                said: reply.to_string(),
                link: None,
            }
        }
    }
}

pub(super) fn failed(detail: String, reply: Option<Reply>) -> TestReport {
    TestReport {
        works: false,
        text: detail,
        said: reply.map(|reply| reply.to_string()).unwrap_or_default(),
        link: None,
    }
}

pub(super) fn too_slow(host: &str) -> TestReport {
    let secs = TEST_LIMIT.as_secs();
    failed(
        format!("The mail server {host} did not finish within {secs} seconds."),
        None,
    )
}

#[cfg(test)]
mod tests {
    use super::hello_name;

    #[test]
    fn the_name_in_ehlo_is_that_of_our_public_address() {
        for (host, name) in [
            ("mail.example.com", "mail.example.com"),
            ("mail.example.com:8443", "mail.example.com"),
            ("127.0.0.1:3000", ""),
            ("[::1]:3000", ""),
            ("localhost:3000", ""),
        ] {
            assert_eq!(hello_name(host), name, "{host}");
        }
    }
}
