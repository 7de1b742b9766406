//! What the engine counts for `/metrics`. Without a recorder every call is a no-op.

use crate::ids::AccountId;
use std::time::Duration;

/// A message of this account is recorded as `state`: `sent`, `failed`, `unconfirmed`, `suppressed`, or `ready`, which counts as
/// `retry`, or as `postponed` when the attempt did not count.
pub fn ended(account: AccountId, state: &'static str, is_refunded: bool) {
    let result = match (state, is_refunded) {
        ("ready", true) => "postponed",
        ("ready", false) => "retry",
        (other, _) => other,
    };
    metrics::counter!("mailer_messages_total", "account" => account.to_string(), "result" => result)
        .increment(1);
}

/// A claim brought `n` messages.
pub fn claimed(took: Duration, n: usize) {
    metrics::histogram!("mailer_claim_seconds").record(took);
    metrics::counter!("mailer_claimed_messages_total").increment(n as u64);
}

/// A mail server took or refused one message.
pub fn handed_over(took: Duration) {
    metrics::histogram!("mailer_handover_seconds").record(took);
}
