//! One test binary for everything that needs more than one module. One file per feature.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod auth;
mod campaigns;
mod db;
mod util;
