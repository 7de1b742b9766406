//! One test binary for everything that needs more than one module. One file per feature.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod architecture;
mod auth;
mod analytics;
mod db;
<<<<<<< HEAD
mod delivery;
=======
mod suppressions;
mod tracking;
>>>>>>> e6e5159 (wip)
mod util;
