#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
pub mod server;
