//! What came of a campaign, in numbers. Reads everybody's tables and writes none.

pub mod api;
pub mod audience;
pub mod click_map;
pub mod compare;
pub mod comparison;
pub mod engagement;
pub mod machines;
pub mod model;
pub mod report;

#[cfg(feature = "ssr")]
pub mod export;
#[cfg(feature = "ssr")]
pub mod period;
#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
