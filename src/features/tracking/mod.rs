//! Opens, clicks and unsubscribes as they come back from mail that was sent. Shows no reports.

pub mod api;
pub mod model;
pub mod unsubscribe;

#[cfg(feature = "ssr")]
pub mod buffer;
#[cfg(feature = "ssr")]
pub mod judgement;
#[cfg(feature = "ssr")]
pub mod machine;
#[cfg(feature = "ssr")]
pub mod privacy;
#[cfg(feature = "ssr")]
pub mod reader;
#[cfg(feature = "ssr")]
pub mod repo;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod token;
#[cfg(feature = "ssr")]
pub mod worker;
