//! Suppressions: addresses that must not be mailed, whoever asked for it. Asked when an audience is frozen and at each claim.

pub mod add;
pub mod api;
pub mod list;
pub mod model;

#[cfg(feature = "ssr")]
pub mod import;
#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
