//! Templates: reusable designs.

pub mod editor;
pub mod model;
