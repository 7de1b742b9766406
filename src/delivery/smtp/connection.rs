//! One open connection: its life, its age and its end. The dialogue of a message stands in `transaction`.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    capabilities::Capabilities,
    config::{ServerConfig, Timeouts},
    error::{SendError, SmtpError},
    handshake::{establish, lost_detail},
    wire::Wire,
};
use crate::delivery::reply::{Reply, Stage};

/// The server took the message; from here on it is responsible for it (RFC 5321 §6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The reply to the final dot.
    pub reply: Reply,
    /// Copies (CC, BCC) that the server refused; the addressee is never among them.
    pub refused_copies: Vec<RefusedCopy>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedCopy {
    pub address: String,
    pub reply: Reply,
}

/// A connection that has signed in. Dropping it closes the socket; a call that is cancelled half-way leaves it closed.
pub struct Connection {
    pub(super) wire: Wire,
    pub(super) offered: Capabilities,
    pub(super) timeouts: Timeouts,
    /// A transaction was begun and not completed: RSET goes before the next one.
    pub(super) needs_reset: bool,
    /// The envelope of the next message has gone out with the content of the last one.
    pub(super) is_opened_ahead: bool,
    /// False while a call is under way, so that a cancelled call leaves the connection closed.
    pub(super) open: bool,
    pub(super) outbox: Vec<u8>,
    messages: u64,
    opened_at: Instant,
    used_at: Instant,
}

impl Connection {
    /// Connects, encrypts as chosen (never less) and signs in.
    ///
    /// # Errors
    /// [`SmtpError`] with the stage that failed, in words; its kind is always a fault of the account.
    pub async fn connect(config: &ServerConfig) -> Result<Self, SmtpError> {
        // Boxed: the handshake's state is large and needed once.
        let (wire, offered) = Box::pin(establish(config)).await?;
        let now = Instant::now();
        Ok(Self {
            wire,
            offered,
            timeouts: config.timeouts,
            needs_reset: false,
            is_opened_ahead: false,
            open: true,
            outbox: Vec::new(),
            messages: 0,
            opened_at: now,
            used_at: now,
        })
    }

    /// What the server offers after encryption.
    pub fn capabilities(&self) -> &Capabilities {
        &self.offered
    }

    pub fn is_encrypted(&self) -> bool {
        self.wire.is_encrypted()
    }

    /// False after an error that ended the connection.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Whether the connection is open and the server has not closed it meanwhile, without waiting or writing.
    pub fn is_alive(&self) -> bool {
        // The replies to what was opened ahead may be there already.
        self.open && (self.is_opened_ahead || self.wire.is_quiet())
    }

    /// Whether the server waits for the content of the message whose envelope was sent ahead, and for nothing else.
    pub fn is_opened_ahead(&self) -> bool {
        self.is_opened_ahead
    }

    /// Time since the last reply.
    pub fn idle(&self) -> Duration {
        self.used_at.elapsed()
    }

    /// Time since the connection was opened.
    pub fn age(&self) -> Duration {
        self.opened_at.elapsed()
    }

    /// Messages the server accepted on this connection.
    pub fn message_count(&self) -> u64 {
        self.messages
    }

    /// Asks whether the server is there.
    ///
    /// # Errors
    /// [`SendError`] if it is not; the connection is closed then.
    pub async fn noop(&mut self) -> Result<Reply, SendError> {
        self.simple(Stage::Mail, "NOOP\r\n").await
    }

    /// Drops a transaction that was begun, if there is one. [`Connection::send`] does so by itself.
    ///
    /// # Errors
    /// [`SendError`] if the server does not go along; the connection is closed then.
    pub async fn reset(&mut self) -> Result<(), SendError> {
        if !self.needs_reset {
            return Ok(());
        }
        self.simple(Stage::Reset, "RSET\r\n").await?;
        self.needs_reset = false;
        Ok(())
    }

    /// Says goodbye and closes, within the quit time-out whatever the server does.
    pub async fn quit(mut self) {
        if self.open
            && self
                .wire
                .write(b"QUIT\r\n", self.timeouts.quit)
                .await
                .is_ok()
        {
            let _ = self.wire.read_reply(self.timeouts.quit).await;
            self.wire.shut_down(self.timeouts.quit).await;
        }
    }

    async fn simple(&mut self, stage: Stage, line: &str) -> Result<Reply, SendError> {
        self.begin(stage)?;
        let limit = self.timeouts.command;
        let reply = async {
            self.wire.write(line.as_bytes(), limit).await?;
            self.wire.read_reply(limit).await
        }
        .await
        .map_err(|error| SendError {
            stale: self.messages > 0,
            ..SendError::transport(stage, lost_detail(stage, &error))
        })?;
        if reply.code != 250 {
            return Err(SendError {
                connection_usable: false,
                ..SendError::refused(stage, reply)
            });
        }
        self.finish(true);
        Ok(reply)
    }

    /// Marks the connection as in use. It stays closed unless [`Connection::finish`] opens it again.
    pub(super) fn begin(&mut self, stage: Stage) -> Result<(), SendError> {
        if !self.is_alive() {
            self.open = false;
            return Err(SendError {
                stale: self.messages > 0,
                ..SendError::transport(stage, "The mail server had closed the connection.")
            });
        }
        self.open = false;
        Ok(())
    }

    pub(super) fn finish(&mut self, usable: bool) {
        self.open = usable;
        self.used_at = Instant::now();
    }

    pub(super) fn count_message(&mut self) {
        self.messages += 1;
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("open", &self.open)
            .field("encrypted", &self.is_encrypted())
            .field("messages", &self.messages)
            .finish_non_exhaustive()
    }
}
