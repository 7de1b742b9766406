//! What tests stand on: fresh databases of both kinds.

pub mod app;
pub mod campaign;
pub mod databases;
pub mod dkim;
pub mod mail_servers;
pub mod smtp;
pub mod sqld;
pub mod workbook;
