//! One test binary for everything that needs more than one module. One file per feature.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod architecture;
mod auth;
mod db;
mod delivery;
mod drafts;
mod util;
