//! The sending engine: a due message becomes a sent one. Knows no pages and no components;
//! the rules (reply, retry, breaker) are pure, the network stands in `smtp` only.

pub mod breaker;
pub mod compose;
pub mod reply;
pub mod retry;
pub mod smtp;
