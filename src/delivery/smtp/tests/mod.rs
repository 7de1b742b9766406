//! Dialogues with a scripted peer over real sockets: every byte of both sides is asserted.

mod ahead;
mod auth;
mod faults;
mod opening;
mod peer;
mod tls;
mod transactions;

use super::{Connection, Envelope, FailureKind, SendError, ServerConfig, Stage, TlsMode};

fn envelope() -> Envelope {
    to(&["bob@example.org"])
}

fn to(recipients: &[&str]) -> Envelope {
    Envelope {
        from: "ann@example.com".to_owned(),
        to: recipients
            .iter()
            .map(|address| (*address).to_owned())
            .collect(),
    }
}

const MESSAGE: &[u8] = b"Subject: Hi\r\n\r\nHello\r\n";
const ON_THE_WIRE: &str = "Subject: Hi\r\n\r\nHello\r\n.\r\n";
const MAIL: &str = "MAIL FROM:<ann@example.com>\r\n";
const RCPT: &str = "RCPT TO:<bob@example.org>\r\n";
const GROUP: &str = "MAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n";
