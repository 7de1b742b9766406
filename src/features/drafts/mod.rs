//! Drafts: campaigns being composed, from the first words to the moment they are sent.

pub mod api;
pub mod compose;
pub mod copies;
pub mod create;
pub mod lacks;
pub mod list;
pub mod model;
pub mod recipients;

#[cfg(feature = "ssr")]
mod checks;
#[cfg(feature = "ssr")]
mod fix;
#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod review;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod worker;
