//! The first page after signing in: the workspace at a glance.

pub mod overview;
