//! What the workspace as a whole is set to, and how the installation is doing. A page each, in one frame.

pub mod about;
pub mod api;
pub mod appearance;
pub mod frame;
pub mod model;
pub mod sending;
pub mod tracking;
pub mod workspace;

#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod zone;
