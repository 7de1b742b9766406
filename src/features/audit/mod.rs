//! The audit trail: who signed in, and who changed what. Lines are written in the batch of the change itself.

pub mod api;
pub mod list;
pub mod model;

#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod words;
