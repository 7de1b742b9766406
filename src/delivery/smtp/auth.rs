//! Signing in (RFC 4954): PLAIN, LOGIN, XOAUTH2, whichever the server offers and the secret fits.
//!
//! A password goes over plain text only where the account's encryption mode is *none*: every other mode has ended the
//! connection before this point if there is no TLS.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};

use super::{
    capabilities::Capabilities,
    config::{ServerConfig, SignIn, TlsMode},
    error::SmtpError,
    handshake::{accept, command},
    wire::Wire,
};
use crate::delivery::reply::Stage;

/// Signs in if the configuration has a user.
pub(super) async fn sign_in(
    wire: &mut Wire,
    offered: &Capabilities,
    config: &ServerConfig,
) -> Result<(), SmtpError> {
    let Some(user) = config.user.as_deref() else {
        return Ok(());
    };
    let Some(secret) = config.password.as_ref() else {
        return Err(SmtpError::account(
            Stage::Auth,
            "The account has a user name but no password.",
        ));
    };
    if config.tls != TlsMode::None && !wire.is_encrypted() {
        return Err(SmtpError::account(
            Stage::Auth,
            "The password was not sent, because the connection is not encrypted.",
        ));
    }
    let secret = secret.expose();
    if user.contains('\0') || secret.contains('\0') {
        return Err(SmtpError::account(
            Stage::Auth,
            "The user name or password holds a character that mail servers do not take.",
        ));
    }
    match config.sign_in {
        SignIn::OAuthToken if offered.offers_auth("XOAUTH2") => {
            xoauth2(wire, config, user, secret).await
        }
        SignIn::Password if offered.offers_auth("PLAIN") => {
            plain(wire, offered, config, user, secret).await
        }
        SignIn::Password if offered.offers_auth("LOGIN") => login(wire, config, user, secret).await,
        _ if offered.auth.is_empty() => Err(SmtpError::account(
            Stage::Auth,
            match config.tls {
                TlsMode::None => {
                    "The mail server does not offer sign-in on this connection. It may want encryption first."
                }
                _ => {
                    "The mail server does not offer sign-in. Leave user and password empty if it needs none."
                }
            },
        )),
        _ => Err(SmtpError::account(
            Stage::Auth,
            format!(
                "The mail server offers no way to sign in that fits: only {}.",
                offered.auth.join(", ")
            ),
        )),
    }
}

/// RFC 4616, with the initial response of RFC 4954 §4: one round trip.
async fn plain(
    wire: &mut Wire,
    offered: &Capabilities,
    config: &ServerConfig,
    user: &str,
    password: &str,
) -> Result<(), SmtpError> {
    let response = BASE64.encode(format!("\0{user}\0{password}"));
    let mut reply = command(
        wire,
        Stage::Auth,
        &format!("AUTH PLAIN {response}\r\n"),
        config,
    )
    .await?;
    if reply.code == 334 {
        // The server ignored the initial response and asks for it.
        reply = command(wire, Stage::Auth, &format!("{response}\r\n"), config).await?;
    }
    if reply.code == 504 && offered.offers_auth("LOGIN") {
        return login(wire, config, user, password).await;
    }
    accept(Stage::Auth, reply, 235)
}

/// Never standardised; the server asks for the name and the password in turn.
async fn login(
    wire: &mut Wire,
    config: &ServerConfig,
    user: &str,
    password: &str,
) -> Result<(), SmtpError> {
    let asked = command(wire, Stage::Auth, "AUTH LOGIN\r\n", config).await?;
    accept(Stage::Auth, asked, 334)?;
    let asked = command(
        wire,
        Stage::Auth,
        &format!("{}\r\n", BASE64.encode(user)),
        config,
    )
    .await?;
    accept(Stage::Auth, asked, 334)?;
    let reply = command(
        wire,
        Stage::Auth,
        &format!("{}\r\n", BASE64.encode(password)),
        config,
    )
    .await?;
    accept(Stage::Auth, reply, 235)
}

/// Google's and Microsoft's bearer scheme; a refusal comes as a 334 that wants an empty line before the real reply.
async fn xoauth2(
    wire: &mut Wire,
    config: &ServerConfig,
    user: &str,
    token: &str,
) -> Result<(), SmtpError> {
    let response = BASE64.encode(format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}"));
    let mut reply = command(
        wire,
        Stage::Auth,
        &format!("AUTH XOAUTH2 {response}\r\n"),
        config,
    )
    .await?;
    if reply.code == 334 {
        reply = command(wire, Stage::Auth, "\r\n", config).await?;
    }
    accept(Stage::Auth, reply, 235)
}
