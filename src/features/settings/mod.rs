//! What the workspace as a whole is set to.

pub mod api;
pub mod frame;
pub mod model;
pub mod page;

#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod zone;
