//! One connection of an account: fetches a message, composes it, hands it over, says what became of it. Keeps its connection.

use super::compose::{OutgoingMessage, Party, Text, Unsubscribe, compose};
use super::connections::{IDLE_LIMIT, Key};
use super::content::Snapshot;
use super::desk::{Desk, Done, Fetched, Job};
use super::dkim::Signer;
use super::meters;
use super::queue::{Claimed, LATENESS_MS};
use super::reply::FailureKind;
use super::smtp::{Accepted, Connection, Envelope, ServerConfig};
use super::transport::Transport;
use crate::features::accounts::repo::DeliveryAccount;
use crate::mail::merge::Merged;
use crate::server::AppState;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// A connection is closed after this many messages; some servers count.
const MESSAGES_PER_CONNECTION: u64 = 1_000;

/// A server that takes a message within this time is sent the next envelope together with the content.
const QUICK: Duration = Duration::from_secs(1);

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
    /// The server refused a further connection while others stand or are being made: nobody's fault, and it never left.
    OneTooMany { code: Option<i64>, words: String },
    /// The moment its account's rate gave it has passed, or its lease; it never left.
    Late,
    Failed {
        kind: FailureKind,
        code: Option<i64>,
        /// The server's words, or ours.
        words: String,
        /// False when no server ever saw this message: connecting or signing in failed.
        was_offered: bool,
    },
}

/// The message of one recipient, or the sentence why there is none.
type Built = Result<Composed, String>;

struct Composed {
    envelope: Envelope,
    subject: String,
    raw: Vec<u8>,
}

/// Works until the desk closes.
pub async fn post(
    app: AppState,
    account: Arc<DeliveryAccount>,
    transport: Transport,
    signer: Option<Arc<Signer>>,
    worker: usize,
    desk: Arc<Desk>,
) {
    let key = (account.id, account.updated_at);
    let mut slot = Slot {
        connection: None,
        desk: &desk,
    };
    let compose = |claimed: &Claimed, snapshot: &Snapshot| {
        let build = || build(&app, &account, signer.as_deref(), claimed, snapshot);
        // A message that nobody hears of again would keep its run, and its account, waiting for ever.
        catch_unwind(AssertUnwindSafe(build)).unwrap_or_else(|_| {
            tracing::error!(message = %claimed.id, "composing a message panicked");
            Err("The mail could not be put together because of a fault in this program.".into())
        })
    };
    // Composed while the one before was on its way; its envelope may be out.
    let mut next: Option<(Job, Built)> = None;
    let mut is_quick = false;
    loop {
        let (job, built) = match next.take() {
            Some(ready) => ready,
            None => match desk.fetch(worker).await {
                Fetched::Job(job) => {
                    let built = compose(&job.claimed, &job.snapshot);
                    (job, built)
                }
                fetched => {
                    if let Some(connection) = slot.take() {
                        app.connections.keep(key, connection);
                    }
                    if matches!(fetched, Fetched::Closed) {
                        return;
                    }
                    desk.rest(worker).await;
                    continue;
                }
            },
        };
        // A connection takes a while to make, and of varying length: it stands before the message's moment comes.
        let connected = match &transport {
            Transport::Smtp(config) => slot.connect(&app, key, config).await,
            Transport::Sandbox => Ok(()),
        };
        let is_in_time = in_time(&app, &job.claimed).await && desk.is_ours(&job, app.now());
        let begin = Instant::now();
        let outcome = match (built, connected, &transport) {
            (Err(words), ..) => Outcome::Unusable(words),
            (_, Err(refused), _) => refused,
            _ if !is_in_time => {
                slot.abandon_ahead();
                Outcome::Late
            }
            (Ok(mail), _, Transport::Sandbox) => Outcome::Sent {
                code: None,
                reply: "Delivered into the outbox.".into(),
                posted: Some(Posted {
                    from: mail.envelope.from,
                    to: mail.envelope.to.join(", "),
                    subject: mail.subject,
                    raw: mail.raw,
                }),
            },
            (Ok(mail), _, Transport::Smtp(config)) => {
                // A slow server keeps nothing that another connection could take, and a rate wants each at its moment.
                if is_quick && job.claimed.slot_us.is_none() {
                    next = desk.fetch_now(worker).map(|job| {
                        let built = compose(&job.claimed, &job.snapshot);
                        (job, built)
                    });
                }
                // The next message of a connection that has carried enough goes over another one.
                let is_last = slot.connection.as_ref().is_some_and(|connection| {
                    connection.message_count() + 1 >= MESSAGES_PER_CONNECTION
                });
                let ahead = next
                    .as_ref()
                    .filter(|_| !is_last)
                    .and_then(|(_, built)| built.as_ref().ok());
                let outcome = hand_over(&mut slot, config, &mail, ahead).await;
                meters::handed_over(begin.elapsed());
                outcome
            }
        };
        let took = begin.elapsed();
        is_quick = took < QUICK;
        desk.hand_in(Done {
            claimed: job.claimed,
            outcome,
            took,
        });
    }
}

/// Waits for the moment the account's rate gave the message. False when it has passed: the message needs another one.
async fn in_time(app: &AppState, claimed: &Claimed) -> bool {
    let Some(slot_us) = claimed.slot_us else {
        return true;
    };
    // Rounded up: a message never leaves before its moment.
    let slot = (slot_us + 999) / 1_000;
    let wait = slot - app.now();
    if wait > 0 {
        tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())).await;
    }
    app.now() <= slot + LATENESS_MS
}

/// The place of a post's connection; the desk knows how many stand.
struct Slot<'a> {
    connection: Option<Connection>,
    desk: &'a Desk,
}

impl Slot<'_> {
    /// Sees to it that there is a connection the server has not closed: the one in hand, a kept one, or a new one.
    async fn connect(
        &mut self,
        app: &AppState,
        key: Key,
        config: &ServerConfig,
    ) -> Result<(), Outcome> {
        let is_spent = |old: &Connection| {
            old.message_count() >= MESSAGES_PER_CONNECTION
                || old.idle() > IDLE_LIMIT
                || !old.is_alive()
        };
        if self.connection.as_ref().is_some_and(is_spent) {
            // Its goodbye is not worth waiting for.
            drop(self.take());
        }
        if self.connection.is_none()
            && let Some(kept) = app.connections.take(key).filter(|kept| !is_spent(kept))
        {
            self.desk.opened();
            self.connection = Some(kept);
        }
        self.make(config).await
    }

    /// Makes a new connection if there is none.
    async fn make(&mut self, config: &ServerConfig) -> Result<(), Outcome> {
        if self.connection.is_some() {
            return Ok(());
        }
        self.desk.opened();
        match Connection::connect(config).await {
            Ok(connection) => {
                self.connection = Some(connection);
                Ok(())
            }
            Err(error) => {
                self.desk.ended();
                let code = error.reply.as_ref().map(|reply| i64::from(reply.code));
                let words = error.to_string();
                Err(
                    if error.kind == FailureKind::AccountTemporary && self.desk.open() > 0 {
                        Outcome::OneTooMany { code, words }
                    } else {
                        Outcome::Failed {
                            kind: error.kind,
                            code,
                            words,
                            was_offered: false,
                        }
                    },
                )
            }
        }
    }

    /// The message whose envelope went ahead is not sent after all: its connection waits for nothing else, and is closed.
    fn abandon_ahead(&mut self) {
        if self
            .connection
            .as_ref()
            .is_some_and(Connection::is_opened_ahead)
        {
            drop(self.take());
        }
    }

    fn take(&mut self) -> Option<Connection> {
        let connection = self.connection.take();
        if connection.is_some() {
            self.desk.ended();
        }
        connection
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

fn build(
    app: &AppState,
    account: &DeliveryAccount,
    signer: Option<&Signer>,
    claimed: &Claimed,
    snapshot: &Snapshot,
) -> Built {
    let mail = snapshot
        .render(&app.keys, &app.config.base_url, claimed.id, &claimed.merge)
        .map_err(|error| format!("The mail could not be put together. {error}"))?;
    let reply_to = if snapshot.reply_to.is_empty() {
        &account.reply_to
    } else {
        &snapshot.reply_to
    };
    let message_id = message_id(app, claimed.id, &account.from_address);
    // Who gets the mail itself needs no copy of it.
    let is_other = |copy: &&String| !copy.eq_ignore_ascii_case(&claimed.address);
    let copies = &snapshot.copies;
    let cc: Vec<_> = copies
        .cc
        .iter()
        .filter(is_other)
        .map(|copy| Party::bare(copy))
        .collect();
    let bcc: Vec<_> = copies
        .bcc
        .iter()
        .filter(is_other)
        .map(|copy| Party::bare(copy))
        .collect();
    let composed = compose(&OutgoingMessage {
        from: Party {
            name: Some(account.from_name.as_str()).filter(|name| !name.is_empty()),
            address: &account.from_address,
        },
        to: Party::bare(&claimed.address),
        reply_to: (!reply_to.is_empty()).then(|| Party::bare(reply_to)),
        cc: &cc,
        bcc: &bcc,
        return_path: None,
        subject: &mail.subject,
        message_id: &message_id,
        date_ms: app.now(),
        text: Some(part(&mail.text)),
        html: Some(part(&mail.html)),
        unsubscribe: Some(Unsubscribe {
            url: &mail.unsubscribe,
            mailto: None,
        }),
        attachments: &[],
        headers: &[],
    })
    .map_err(|error| error.to_string())?;
    let raw = match signer {
        Some(signer) => signer
            .signed(&composed.message, app.now() / 1_000)
            .map_err(|error| format!("The mail could not be signed: {error}."))?,
        None => composed.message,
    };
    Ok(Composed {
        envelope: composed.envelope,
        subject: mail.subject,
        raw,
    })
}

fn part(merged: &Merged) -> Text<'_> {
    match merged {
        Merged::Text(text) => Text::Plain(text),
        Merged::QuotedPrintable(bytes) => Text::QuotedPrintable(bytes),
    }
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

/// The server's words. The recipient's mail is taken; a copy that was refused is noted beside that and not tried again.
fn in_words(accepted: &Accepted) -> String {
    let mut words = accepted.reply.to_string();
    for copy in &accepted.refused_copies {
        words.push_str(&format!(
            " The copy to {} was refused: {}",
            copy.address, copy.reply
        ));
    }
    words
}

async fn hand_over(
    slot: &mut Slot<'_>,
    config: &ServerConfig,
    mail: &Composed,
    next: Option<&Composed>,
) -> Outcome {
    let next = next.map(|next| (&next.envelope, next.raw.as_slice()));
    let mut last = None;
    // A second round only when the server had closed a kept connection before anything was sent.
    for _ in 0..2 {
        if let Err(refused) = slot.make(config).await {
            return refused;
        }
        let Some(connection) = &mut slot.connection else {
            break;
        };
        match connection
            .send_before(&mail.envelope, &mail.raw, next)
            .await
        {
            Ok(accepted) => {
                return Outcome::Sent {
                    code: Some(i64::from(accepted.reply.code)),
                    reply: in_words(&accepted),
                    posted: None,
                };
            }
            Err(error) if error.stale => {
                drop(slot.take());
                last = Some(error);
            }
            Err(error) => {
                if !error.connection_usable {
                    drop(slot.take());
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
    // Twice is not by chance: what the server said of it counts, if it said anything.
    let told = last.filter(|error| error.reply.is_some());
    Outcome::Failed {
        kind: told
            .as_ref()
            .map_or(FailureKind::Transport, |error| error.kind),
        code: told
            .as_ref()
            .and_then(|error| error.reply.as_ref())
            .map(|reply| i64::from(reply.code)),
        words: told.map_or_else(
            || {
                "The server closed the connection twice before the message could be handed over."
                    .into()
            },
            |error| error.to_string(),
        ),
        was_offered: false,
    }
}
