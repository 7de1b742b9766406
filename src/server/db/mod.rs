//! The database: `exec`, `query` and atomic `batch` over an embedded libSQL file or a remote libSQL server.
//! Only this folder touches a driver. There are no interactive transactions: write guarded statements and batch them.

#![allow(dead_code)] // Until the backends land.
mod error;
mod value;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

pub use error::DbError;
pub use value::{FromValue, Outcome, Row, Stmt, Value, sql};

/// Where the data lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DbTarget {
    /// An SQLite file of this machine; made if absent, together with its folder.
    File(PathBuf),
    /// A libSQL server: `libsql://`, `https://` or `http://`, with its token if it wants one.
    Remote { url: String, token: Option<String> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DbKind {
    Embedded,
    Remote,
}

/// A handle to the database; cloning it is cheap and shares everything.
#[derive(Clone)]
pub struct Db {}

const NOT_YET: DbError = DbError::Unsupported("the backends land next");

#[allow(clippy::unused_async)]
impl Db {
    pub async fn open(_target: &DbTarget) -> Result<Db, DbError> {
        Err(NOT_YET)
    }
    /// Rows changed.
    pub async fn exec(&self, _s: Stmt) -> Result<u64, DbError> {
        Err(NOT_YET)
    }
    pub async fn query(&self, _s: Stmt) -> Result<Vec<Row>, DbError> {
        Err(NOT_YET)
    }
    pub async fn query_one(&self, _s: Stmt) -> Result<Option<Row>, DbError> {
        Err(NOT_YET)
    }
    pub async fn batch(&self, _s: Vec<Stmt>) -> Result<Vec<Outcome>, DbError> {
        Err(NOT_YET)
    }
    pub async fn migrate(&self) -> Result<(), DbError> {
        Err(NOT_YET)
    }
    pub fn kind(&self) -> DbKind {
        DbKind::Embedded
    }
    pub fn round_trips(&self) -> u64 {
        0
    }
    pub fn retries(&self) -> u64 {
        0
    }
    pub async fn ping(&self) -> Result<Duration, DbError> {
        Err(NOT_YET)
    }
    pub async fn now_ms(&self) -> Result<i64, DbError> {
        Err(NOT_YET)
    }
    pub async fn backup_to(&self, _path: &Path) -> Result<(), DbError> {
        Err(NOT_YET)
    }
    pub async fn close(&self) {}
}
