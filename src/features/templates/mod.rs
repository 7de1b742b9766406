//! Templates: reusable designs.

pub mod model;
