//! Templates: reusable designs. `editor` is the content editor that drafts use too; `versions` is what a template was before.

pub mod api;
pub mod detail;
pub mod editor;
pub mod entry;
pub mod import;
pub mod list;
pub mod model;
pub mod new;
pub mod versions;

#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod starters;
