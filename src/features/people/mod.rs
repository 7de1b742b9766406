//! The people of the workspace: who may come in, what they may do, and each one's own profile and devices.

pub mod api;
pub mod join;
pub mod list;
pub mod model;
pub mod profile;

#[cfg(feature = "ssr")]
pub mod device;
#[cfg(feature = "ssr")]
pub mod invitations;
#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod service;
