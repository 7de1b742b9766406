//! What a template was before: versions kept by name and by themselves, compared in words, and restored.

pub mod api;
pub mod diff;
pub mod history;
pub mod model;

#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod service;
