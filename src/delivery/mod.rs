//! The sending engine: a due message becomes a sent one. Knows no pages and no components.
//! The rules (reply, retry, breaker, pace) are pure; the network stands in `smtp` only, the ledger's SQL in `queue` only.

pub mod breaker;
pub mod compose;
pub mod connections;
pub mod content;
pub mod desk;
pub mod dkim;
pub mod housekeeping;
pub mod meters;
pub mod pace;
pub mod post;
pub mod queue;
pub mod reply;
pub mod retry;
pub mod runner;
pub mod smtp;
pub mod timezone;
pub mod transport;
pub mod worker;
