//! Opens, clicks and unsubscribes as they come back from mail that was sent.

#[cfg(feature = "ssr")]
pub mod token;
