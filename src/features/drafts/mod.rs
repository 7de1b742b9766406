//! Drafts: campaigns being composed, from the first words to the moment they are sent.

pub mod model;
pub mod recipients;

#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod worker;
