//! The people a draft goes to: lists that were uploaded or pasted, checked row by row, and shown.

pub mod columns;
pub mod model;

#[cfg(feature = "ssr")]
pub mod edit;
#[cfg(feature = "ssr")]
mod export;
#[cfg(feature = "ssr")]
pub mod intake;
#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod take;
#[cfg(feature = "ssr")]
mod typo;
