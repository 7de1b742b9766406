//! The SMTP client: one connection, one dialogue (RFC 5321), pipelined where the server allows it (RFC 2920).
//! It reports what the server said and whether the message may have left; pooling, retry and the breaker are not its business.

mod auth;
mod capabilities;
mod config;
mod connection;
mod content;
mod error;
mod handshake;
mod tls;
mod transaction;
mod wire;

#[cfg(test)]
mod tests;

pub use capabilities::Capabilities;
pub use config::{Envelope, Secret, ServerConfig, SignIn, Timeouts, TlsMode};
pub use connection::{Accepted, Connection, RefusedCopy};
pub use error::{SendError, SmtpError};

pub use super::reply::{FailureKind, Reply, Stage};
