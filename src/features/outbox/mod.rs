//! The outbox: mails the sandbox delivered, kept as they would have left. Nothing here sends.

pub mod api;
pub mod detail;
pub mod list;
pub mod model;

#[cfg(feature = "ssr")]
pub mod read;
#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
