//! One test binary for everything that needs more than one module. One file per feature.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod accounts;
mod analytics;
mod architecture;
mod audit;
mod auth;
mod campaigns;
mod composer;
mod db;
mod delivery;
mod domains;
mod drafts;
mod full_disk;
mod metrics;
mod outbox;
mod people;
mod search;
mod settings;
mod sharing;
mod suppressions;
mod templates;
mod tracking;
mod util;
mod wild;
