//! Who may come in: the owner's setup link, signing in and out, sessions, roles.

pub mod api;
pub mod model;
pub mod person;
pub mod setup;
pub mod sign_in;

#[cfg(feature = "ssr")]
pub mod password;
#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod throttle;
