//! Every component of `ui` on one page, in both themes: for those who build pages, and for checkers.

pub mod api;
pub mod page;

#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
mod figures;
#[cfg(feature = "ssr")]
pub mod service;
