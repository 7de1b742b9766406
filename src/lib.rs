//! The module map of the crate, for both targets.
#![recursion_limit = "256"]

pub mod features;
pub mod mail;
#[cfg(feature = "ssr")]
pub mod server;
