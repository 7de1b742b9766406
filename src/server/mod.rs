//! The host: one of each thing per process. `run` and `routes` are the composition root, the only places that see everything.

pub mod clock;
pub mod config;
pub mod csv;
pub mod db;
pub mod errors;
pub mod metrics;
pub mod program;
pub mod proxies;
pub mod ready;
pub mod request;
pub mod routes;
pub mod run;
pub mod secrets;
pub mod services;
pub mod session;
pub mod state;
pub mod telemetry;
pub mod theme;

pub use request::{Cx, serve};
pub use state::AppState;
