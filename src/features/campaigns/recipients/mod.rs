//! The log of a campaign: what became of each recipient.

pub mod api;
pub mod detail;
pub mod list;
pub mod model;
pub mod timeline;

#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod service;
