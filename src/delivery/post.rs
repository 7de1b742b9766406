//! One connection of an account: takes a message, composes it, hands it over, says what became of it. Keeps its connection.

use super::compose::{OutgoingMessage, Party, Unsubscribe, compose};
use super::connections::IDLE_LIMIT;
use super::content::Snapshot;
use super::queue::Claimed;
use super::reply::FailureKind;
use super::smtp::{Connection, Envelope, ServerConfig};
use super::transport::Transport;
use crate::features::accounts::repo::DeliveryAccount;
use crate::server::AppState;
use std::sync::Arc;
use tokio::sync::mpsc;

/// A connection is closed after this many messages; some servers count.
const MESSAGES_PER_CONNECTION: u64 = 1_000;

pub struct Job {
    pub claimed: Claimed,
    pub snapshot: Arc<Snapshot>,
}

/// A mail as the sandbox keeps it.
#[derive(Clone, Debug)]
pub struct Posted {
    pub from: String,
    pub to: String,
    pub subject: String,
    pub raw: Vec<u8>,
}

#[derive(Clone, Debug)]
pub enum Outcome {
    /// The server took it; `posted` is for the outbox.
    Sent {
        code: Option<i64>,
        reply: String,
        posted: Option<Posted>,
    },
    /// It cannot be put together, for a reason that will not go away.
    Unusable(String),
    Failed {
        kind: FailureKind,
        code: Option<i64>,
        /// The server's words, or ours.
        words: String,
        /// False when no server ever saw this message: connecting or signing in failed.
        was_offered: bool,
    },
}

/// Works until the jobs end.
pub async fn post(
    app: AppState,
    account: DeliveryAccount,
    transport: Transport,
    worker: usize,
    mut jobs: mpsc::Receiver<Job>,
    results: mpsc::Sender<(usize, Claimed, Outcome)>,
) {
    let key = (account.id, account.updated_at);
    let mut connection: Option<Connection> = app.connections.take(key);
    while let Some(Job { claimed, snapshot }) = jobs.recv().await {
        let outcome = match build(&app, &account, &claimed, &snapshot) {
            Err(words) => Outcome::Unusable(words),
            Ok((envelope, subject, raw)) => match &transport {
                Transport::Sandbox => Outcome::Sent {
                    code: None,
                    reply: "Delivered into the outbox.".into(),
                    posted: Some(Posted {
                        from: envelope.from,
                        to: envelope.to.join(", "),
                        subject,
                        raw,
                    }),
                },
                Transport::Smtp(config) => {
                    hand_over(&mut connection, config, &envelope, &raw).await
                }
            },
        };
        if results.send((worker, claimed, outcome)).await.is_err() {
            break;
        }
    }
    if let Some(connection) = connection {
        app.connections.keep(key, connection);
    }
}

/// The message of one recipient: envelope, subject and bytes. `Err` is a sentence.
fn build(
    app: &AppState,
    account: &DeliveryAccount,
    claimed: &Claimed,
    snapshot: &Snapshot,
) -> Result<(Envelope, String, Vec<u8>), String> {
    let (mail, unsubscribe) = snapshot
        .render(&app.keys, &app.config.base_url, claimed.id, &claimed.merge)
        .map_err(|error| format!("The mail could not be put together. {error}"))?;
    let reply_to = if snapshot.reply_to.is_empty() {
        &account.reply_to
    } else {
        &snapshot.reply_to
    };
    let message_id = message_id(app, claimed.id, &account.from_address);
    let composed = compose(&OutgoingMessage {
        from: Party {
            name: Some(account.from_name.as_str()).filter(|name| !name.is_empty()),
            address: &account.from_address,
        },
        to: Party::bare(&claimed.address),
        reply_to: (!reply_to.is_empty()).then(|| Party::bare(reply_to)),
        cc: &[],
        bcc: &[],
        return_path: None,
        subject: &mail.subject,
        message_id: &message_id,
        date_ms: app.now(),
        text: Some(&mail.text),
        html: Some(&mail.html),
        unsubscribe: Some(Unsubscribe {
            url: &unsubscribe,
            mailto: None,
        }),
        attachments: &[],
        headers: &[],
    })
    .map_err(|error| error.to_string())?;
    Ok((composed.envelope, mail.subject, composed.message))
}

/// Derived from the row, so that a resend carries the same one and receivers may notice. RFC 5322 §3.6.4.
pub fn message_id(app: &AppState, message: crate::ids::MessageId, from_address: &str) -> String {
    let domain = from_address
        .rsplit_once('@')
        .map_or("localhost", |(_, domain)| domain);
    let signature = app.keys.sign("message id v1", &[&message.0.to_be_bytes()]);
    let tail: String = signature[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("<{message}.{tail}@{domain}>")
}

async fn hand_over(
    slot: &mut Option<Connection>,
    config: &ServerConfig,
    envelope: &Envelope,
    raw: &[u8],
) -> Outcome {
    if let Some(old) = slot.take_if(|old| {
        old.message_count() >= MESSAGES_PER_CONNECTION || old.idle() > IDLE_LIMIT || !old.is_alive()
    }) {
        // Its goodbye is not worth waiting for.
        drop(old);
    }
    // A second round only when the server had closed a kept connection before anything was sent.
    for _ in 0..2 {
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => match Connection::connect(config).await {
                Ok(connection) => connection,
                Err(error) => {
                    return Outcome::Failed {
                        kind: error.kind,
                        code: error.reply.as_ref().map(|reply| i64::from(reply.code)),
                        words: error.to_string(),
                        was_offered: false,
                    };
                }
            },
        };
        match connection.send(envelope, raw).await {
            Ok(accepted) => {
                *slot = Some(connection);
                return Outcome::Sent {
                    code: Some(i64::from(accepted.reply.code)),
                    reply: accepted.reply.to_string(),
                    posted: None,
                };
            }
            Err(error) if error.stale => {}
            Err(error) => {
                if error.connection_usable {
                    *slot = Some(connection);
                }
                return Outcome::Failed {
                    kind: error.kind,
                    code: error.reply.as_ref().map(|reply| i64::from(reply.code)),
                    words: error.to_string(),
                    was_offered: true,
                };
            }
        }
    }
    Outcome::Failed {
        kind: FailureKind::Transport,
        code: None,
        words: "The server closed the connection twice before the message could be handed over."
            .into(),
        was_offered: false,
    }
}
