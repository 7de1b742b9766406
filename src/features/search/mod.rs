//! Finding things by typing: pages, what can be done, and campaigns, drafts and templates by name. A dialog (Ctrl-K), and a page of
//! its own where there is no JavaScript.

pub mod api;
pub mod dialog;
pub mod model;
pub mod page;

#[cfg(feature = "ssr")]
pub mod places;
#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod service;
