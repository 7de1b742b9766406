//! One message from MAIL to the final reply. The one promise that matters here: a message that may have left is
//! never reported as failed, and one that cannot have left is never reported as unconfirmed.

use std::time::Duration;

use super::{
    config::Envelope,
    connection::{Accepted, Connection, RefusedCopy},
    content::Content,
    error::SendError,
    handshake::lost_detail,
    wire::WireError,
};
use crate::delivery::reply::{FailureKind, Reply, Stage};

/// Content goes out in writes of about this size: small mail in one, 25 MB of attachments without a second copy in memory.
const BLOCK_BYTES: usize = 256 * 1024;
/// The largest content behind which the next envelope goes out: it fits into what a socket takes at once.
const AHEAD_BYTES: usize = 64 * 1024;
/// How long to wait for the server's words after it stopped taking content.
const LAST_WORDS: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Reset,
    Mail,
    Rcpt(usize),
    Data,
}

impl Step {
    fn stage(self) -> Stage {
        match self {
            Self::Reset => Stage::Reset,
            Self::Mail => Stage::Mail,
            Self::Rcpt(_) => Stage::Rcpt,
            Self::Data => Stage::Data,
        }
    }
}

impl Connection {
    /// Sends one message: bytes with headers, any line ends, 8-bit only if the server takes it.
    ///
    /// With PIPELINING the envelope is one write; with several recipients DATA waits for their replies, because a
    /// message whose addressee was refused must not go to the copies alone.
    ///
    /// # Errors
    /// [`SendError`]. Kind `Unconfirmed` alone means that the message may have been delivered.
    pub async fn send(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
    ) -> Result<Accepted, SendError> {
        self.send_before(envelope, message, None).await
    }

    /// As [`Connection::send`]; where the server pipelines and the message is small, the envelope of the `next` one goes out in
    /// the same write as the content (RFC 2920 §3.1 lets content be the first of a group), so that a message costs one wait
    /// for the server instead of two. The next call must be for that message, or the connection be dropped: nothing of its
    /// content has left.
    ///
    /// # Errors
    /// As [`Connection::send`].
    pub async fn send_before(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
        next: Option<(&Envelope, &[u8])>,
    ) -> Result<Accepted, SendError> {
        let mail = self.mail_line(envelope, message)?;
        let was_used = self.message_count() > 0;
        self.begin(Stage::Mail)?;
        let result = match self.open_transaction(envelope, &mail).await {
            Ok(refused_copies) => self.transfer(message, next).await.map(|reply| Accepted {
                reply,
                refused_copies,
            }),
            // A reused connection that ends before the sender is taken: the server had enough of it, not of us.
            Err(error) => Err(SendError {
                stale: was_used && ended_between_messages(&error),
                ..error
            }),
        };
        match &result {
            Ok(_) => {
                self.count_message();
                self.finish(true);
            }
            Err(error) => self.finish(error.connection_usable),
        }
        result
    }

    /// The MAIL line, or the reason why this server cannot take this message.
    fn mail_line(&self, envelope: &Envelope, message: &[u8]) -> Result<String, SendError> {
        let policy = |detail: &str| SendError::local(Stage::Mail, FailureKind::Policy, detail);
        if envelope.to.is_empty() {
            return Err(policy("The message has no recipient."));
        }
        let is_address =
            |address: &String| !address.is_empty() && address.chars().all(is_address_char);
        if !envelope.to.iter().all(is_address) || !envelope.from.chars().all(is_address_char) {
            return Err(policy(
                "The message has an address that cannot be used in mail.",
            ));
        }
        let utf8 =
            !envelope.from.is_ascii() || envelope.to.iter().any(|address| !address.is_ascii());
        if utf8 && !self.offered.smtp_utf8 {
            return Err(policy(
                "The mail server does not take addresses with letters beyond A to Z (SMTPUTF8).",
            ));
        }
        let eight_bit = !message.is_ascii();
        if eight_bit && !self.offered.eight_bit_mime {
            return Err(policy(
                "The mail server takes only 7-bit messages, and this one is not.",
            ));
        }
        let size = message.len() as u64;
        if let Some(limit) = self.offered.max_size()
            && size > limit
        {
            let detail = format!(
                "The message is larger than the mail server takes ({size} of at most {limit} bytes)."
            );
            return Err(SendError::local(Stage::Mail, FailureKind::TooBig, detail));
        }
        let mut line = format!("MAIL FROM:<{}>", envelope.from);
        if self.offered.size.is_some() {
            line.push_str(&format!(" SIZE={size}"));
        }
        if eight_bit {
            line.push_str(" BODY=8BITMIME");
        }
        if utf8 {
            line.push_str(" SMTPUTF8");
        }
        line.push_str("\r\n");
        Ok(line)
    }

    /// Everything up to the server's 354. Nothing of the content has left, whatever the error.
    async fn open_transaction(
        &mut self,
        envelope: &Envelope,
        mail: &str,
    ) -> Result<Vec<RefusedCopy>, SendError> {
        let mut steps = Vec::with_capacity(envelope.to.len() + 3);
        steps.extend(self.needs_reset.then_some(Step::Reset));
        steps.push(Step::Mail);
        steps.extend((0..envelope.to.len()).map(Step::Rcpt));
        steps.push(Step::Data);

        // Opened ahead, all of it went out with the message before.
        let mut written = if std::mem::take(&mut self.is_opened_ahead) {
            steps.len()
        } else {
            0
        };
        let mut refused = Vec::new();
        let mut failure: Option<SendError> = None;
        for (index, &step) in steps.iter().enumerate() {
            if index == written {
                if let Some(failure) = failure {
                    return Err(failure);
                }
                written = match (self.offered.pipelining, envelope.to.len()) {
                    (false, _) => index + 1,
                    (true, 1) => steps.len(),
                    // All but DATA, then DATA alone.
                    (true, _) => {
                        if step == Step::Data {
                            steps.len()
                        } else {
                            steps.len() - 1
                        }
                    }
                };
                self.write_steps(&steps[index..written], envelope, mail)
                    .await?;
            }
            let stage = step.stage();
            let reply = match self.wire.read_reply(self.timeouts.command).await {
                Ok(reply) => reply,
                // What the server said before the connection broke is the better reason.
                Err(error) => return Err(failure.map_or_else(|| lost(stage, &error), closed)),
            };
            if reply.code == 421 {
                return Err(failure.map_or_else(|| SendError::refused(stage, reply), closed));
            }
            match (step, reply.code) {
                (Step::Reset, 200..=299) => self.needs_reset = false,
                (Step::Reset, _) => return Err(closed(SendError::refused(stage, reply))),
                (Step::Mail, 200..=299) => self.needs_reset = true,
                (Step::Rcpt(_), 200..=299) => {}
                (Step::Rcpt(copy), _) if copy > 0 => {
                    refused.push(RefusedCopy {
                        address: envelope.to[copy].clone(),
                        reply,
                    });
                }
                (Step::Data, 300..=399) => match failure {
                    None => return Ok(refused),
                    Some(failure) => return Err(self.abandon_data(failure).await),
                },
                // 2yz to DATA, 3yz elsewhere: the dialogue is out of step, and with it every later reply.
                (_, 200..=399) => return Err(closed(SendError::refused(stage, reply))),
                _ => failure = failure.or_else(|| Some(SendError::refused(stage, reply))),
            }
        }
        Err(failure.unwrap_or_else(|| {
            SendError::transport(Stage::Data, "The mail server did not ask for the message.")
        }))
    }

    async fn write_steps(
        &mut self,
        steps: &[Step],
        envelope: &Envelope,
        mail: &str,
    ) -> Result<(), SendError> {
        self.outbox.clear();
        self.append_steps(steps, envelope, mail);
        let stage = steps.first().map_or(Stage::Mail, |step| step.stage());
        self.wire
            .write(&self.outbox, self.timeouts.command)
            .await
            .map_err(|error| lost(stage, &error))
    }

    fn append_steps(&mut self, steps: &[Step], envelope: &Envelope, mail: &str) {
        for step in steps {
            match step {
                Step::Reset => self.outbox.extend_from_slice(b"RSET\r\n"),
                Step::Mail => self.outbox.extend_from_slice(mail.as_bytes()),
                Step::Rcpt(index) => {
                    self.outbox.extend_from_slice(b"RCPT TO:<");
                    self.outbox
                        .extend_from_slice(envelope.to[*index].as_bytes());
                    self.outbox.extend_from_slice(b">\r\n");
                }
                Step::Data => self.outbox.extend_from_slice(b"DATA\r\n"),
            }
        }
    }

    /// Appends the envelope of the next message to the content in the outbox, if it may go ahead.
    fn open_ahead(&mut self, next: Option<(&Envelope, &[u8])>) {
        let Some((envelope, message)) = next else {
            return;
        };
        if self.offered.pipelining
            && envelope.to.len() == 1
            && self.outbox.len() <= AHEAD_BYTES
            && let Ok(mail) = self.mail_line(envelope, message)
        {
            self.append_steps(&[Step::Mail, Step::Rcpt(0), Step::Data], envelope, &mail);
            self.is_opened_ahead = true;
        }
    }

    /// DATA was accepted although the recipient was refused: a lone dot ends it with nobody to deliver to (RFC 2920 §3.1).
    async fn abandon_data(&mut self, failure: SendError) -> SendError {
        let ended = async {
            self.wire.write(b".\r\n", self.timeouts.command).await?;
            self.wire.read_reply(self.timeouts.command).await
        };
        match ended.await {
            Ok(reply) if reply.code != 421 => {
                self.needs_reset = false;
                failure
            }
            _ => closed(failure),
        }
    }

    /// The content, the final dot and its reply; with the envelope of the next message behind the dot, if it may go ahead.
    async fn transfer(
        &mut self,
        message: &[u8],
        next: Option<(&Envelope, &[u8])>,
    ) -> Result<Reply, SendError> {
        let mut content = Content::new(message);
        let mut is_first = true;
        while content.next_block(&mut self.outbox, BLOCK_BYTES) {
            if std::mem::take(&mut is_first) && content.is_done() {
                self.open_ahead(next);
            }
            if let Err(error) = self.wire.write(&self.outbox, self.timeouts.content).await {
                // The last byte of the block did not leave, so neither did the final dot, unless more stood behind it.
                let is_dot_out = std::mem::take(&mut self.is_opened_ahead);
                return Err(self.interrupted(&error, is_dot_out).await);
            }
        }
        // One large message must not keep its block for the life of the connection.
        self.outbox.shrink_to(64 * 1024);
        let reply = match self.wire.read_reply(self.timeouts.confirm).await {
            Ok(reply) => reply,
            Err(error) => return Err(SendError::unconfirmed(&error.to_string())),
        };
        self.needs_reset = false;
        match reply.code {
            200..=299 => Ok(reply),
            300..=399 => Err(SendError {
                reply: Some(reply),
                ..SendError::unconfirmed("its answer makes no sense")
            }),
            _ => Err(SendError::refused(Stage::Content, reply)),
        }
    }

    /// The server stopped taking content; many say why (552, 421) before they close.
    async fn interrupted(&mut self, error: &WireError, may_have_left: bool) -> SendError {
        match self
            .wire
            .read_reply(LAST_WORDS.min(self.timeouts.confirm))
            .await
        {
            Ok(reply) if reply.code >= 400 => closed(SendError::refused(Stage::Content, reply)),
            Ok(reply) => SendError {
                reply: Some(reply),
                ..SendError::unconfirmed("its answer makes no sense")
            },
            Err(_) if may_have_left => SendError::unconfirmed(&error.to_string()),
            Err(_) => lost(Stage::Content, error),
        }
    }
}

fn closed(error: SendError) -> SendError {
    SendError {
        connection_usable: false,
        ..error
    }
}

fn lost(stage: Stage, error: &WireError) -> SendError {
    SendError::transport(stage, lost_detail(stage, error))
}

fn ended_between_messages(error: &SendError) -> bool {
    matches!(error.stage, Stage::Reset | Stage::Mail)
        && !error.connection_usable
        && error.reply.as_ref().is_none_or(|reply| reply.code == 421)
}

/// What may stand between the angle brackets of MAIL and RCPT; quoted local parts with spaces are not supported.
fn is_address_char(c: char) -> bool {
    !c.is_control() && !c.is_whitespace() && c != '<' && c != '>'
}
