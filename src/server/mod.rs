//! The host: one of each thing per process.

pub mod db;
