//! Sender accounts: where mail leaves, with caps, order and circuit breaker. Choosing one for a message is delivery's business.

pub mod api;
pub mod edit;
pub mod fields;
pub mod form;
pub mod list;
pub mod model;

#[cfg(feature = "ssr")]
pub mod connect;
#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod test_mail;
