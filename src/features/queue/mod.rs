//! The queue: what waits over all campaigns and test mails, why, and what can be done with single messages.

pub mod actions;
pub mod api;
pub mod follow;
pub mod forecast;
pub mod list;
pub mod many;
pub mod messages;
pub mod model;
pub mod narrow;
pub mod reasons;
pub mod waiting;

#[cfg(feature = "ssr")]
pub mod day;
#[cfg(feature = "ssr")]
pub mod pick;
#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod service;
