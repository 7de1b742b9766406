//! The first page after signing in: the workspace at a glance.

pub mod api;
pub mod campaigns;
pub mod model;
pub mod overview;
pub mod results;
pub mod steps;

#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod service;
