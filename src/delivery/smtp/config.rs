//! What a connection needs to know: server, encryption, credentials, patience; and the envelope of one message.
//! Holds values only; where they are stored and how the secret is sealed is the accounts' business.

use std::{fmt, time::Duration};

/// How the connection is encrypted. There is no "if available": a chosen encryption that fails ends the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsMode {
    /// Plain text. Passwords travel in plain text too, so only by explicit choice (a relay on the same host).
    None,
    /// Plain greeting, then STARTTLS (RFC 3207), usually port 587.
    #[default]
    StartTls,
    /// TLS from the first byte (RFC 8314), usually port 465.
    Implicit,
}

/// What [`ServerConfig::password`] holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignIn {
    /// A password or app password: AUTH PLAIN, else LOGIN.
    #[default]
    Password,
    /// An OAuth 2.0 access token: AUTH XOAUTH2.
    OAuthToken,
}

/// A password or token. Never printed and never serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The plain text, for the line that signs in and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// One server and how to sign in to it. Start from [`ServerConfig::new`].
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Host name or IP address; also the name the certificate must carry.
    pub host: String,
    pub port: u16,
    pub tls: TlsMode,
    /// With `None` the connection does not sign in.
    pub user: Option<String>,
    pub password: Option<Secret>,
    pub sign_in: SignIn,
    /// Our name in EHLO. Anything but a host name or address literal is replaced by the socket's address.
    pub hello_name: String,
    pub timeouts: Timeouts,
    /// Takes any certificate. For tests and labs; never offer it to users.
    pub accept_invalid_certs: bool,
    /// Further trusted certificates (DER), beside the machine's own.
    pub extra_roots: Vec<Vec<u8>>,
}

impl ServerConfig {
    /// No sign-in, default time-outs, the socket's address as EHLO name, the machine's trusted certificates.
    pub fn new(host: impl Into<String>, port: u16, tls: TlsMode) -> Self {
        Self {
            host: host.into(),
            port,
            tls,
            user: None,
            password: None,
            sign_in: SignIn::default(),
            hello_name: String::new(),
            timeouts: Timeouts::default(),
            accept_invalid_certs: false,
            extra_roots: Vec::new(),
        }
    }
}

/// How long to wait at each step. The defaults follow RFC 5321 §4.5.3.2, shorter only before mail is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Name lookup and TCP connection, all addresses together.
    pub connect: Duration,
    /// The TLS handshake.
    pub tls: Duration,
    pub greeting: Duration,
    /// The reply to a command, and writing one.
    pub command: Duration,
    /// Writing one block of content.
    pub content: Duration,
    /// The reply to the final dot. Long on purpose: giving up early leaves the message unconfirmed.
    pub confirm: Duration,
    pub quit: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            tls: Duration::from_secs(30),
            greeting: Duration::from_secs(120),
            command: Duration::from_secs(300),
            content: Duration::from_secs(180),
            confirm: Duration::from_secs(600),
            quit: Duration::from_secs(5),
        }
    }
}

impl Timeouts {
    /// The same, but none longer than this.
    #[must_use]
    pub fn at_most(self, limit: Duration) -> Self {
        Self {
            connect: self.connect.min(limit),
            tls: self.tls.min(limit),
            greeting: self.greeting.min(limit),
            command: self.command.min(limit),
            content: self.content.min(limit),
            confirm: self.confirm.min(limit),
            quit: self.quit.min(limit),
        }
    }

    /// For *Test connection*, where a person is waiting.
    pub fn interactive() -> Self {
        let short = Duration::from_secs(15);
        Self {
            connect: Duration::from_secs(10),
            tls: Duration::from_secs(10),
            greeting: short,
            command: short,
            content: short,
            confirm: Duration::from_secs(30),
            quit: Duration::from_secs(2),
        }
    }
}

/// Where one message goes, apart from what its headers say (RFC 5321 §2.3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The return path: where bounces go. Empty for the null sender.
    pub from: String,
    /// The addressee first, then copies (CC, BCC). If the addressee is refused nobody gets the message.
    pub to: Vec<String>,
}
