//! Sending domains: those that accounts send from, and the keys that sign their mail (DKIM). Signing itself is delivery's.

pub mod api;
pub mod keys;
pub mod list;
pub mod model;

#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod service;
