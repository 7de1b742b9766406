//! What the workspace as a whole is set to.

pub mod model;

#[cfg(feature = "ssr")]
pub mod repo;
