//! A folder per noun a marketer can say. ARCHITECTURE.md lists the files each may hold.

pub mod accounts;
pub mod analytics;
pub mod audit;
pub mod auth;
pub mod campaigns;
pub mod design;
pub mod domains;
pub mod drafts;
pub mod home;
pub mod outbox;
pub mod people;
pub mod queue;
pub mod search;
pub mod settings;
pub mod suppressions;
pub mod templates;
pub mod tracking;
