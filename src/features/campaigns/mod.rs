//! Campaigns: what was frozen and sent, how far it is, what became of each recipient.

pub mod actions;
pub mod api;
pub mod bar;
pub mod bulk;
pub mod detail;
pub mod failures;
pub mod filters;
pub mod list;
pub mod live;
pub mod model;
pub mod overview;
pub mod progress;
pub mod recent;
pub mod recipients;
pub mod reply;

#[cfg(feature = "ssr")]
pub mod events;
#[cfg(feature = "ssr")]
pub mod export;
#[cfg(feature = "ssr")]
pub mod launch;
#[cfg(feature = "ssr")]
pub mod measure;
#[cfg(feature = "ssr")]
pub mod preview;
#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod worker;
