//! The database: `exec`, `query` and atomic `batch` over an embedded libSQL file or a remote libSQL server.
//! Only this folder touches a driver. There are no interactive transactions: write guarded statements and batch them.

mod connection;
mod embedded;
mod error;
mod hrana;
mod lex;
mod migrate;
mod remote;
mod retry;
mod statement;
mod value;
mod worker;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

pub use error::DbError;
pub use migrate::{MIGRATIONS, Migration};
pub use statement::{Outcome, Row, Stmt, sql};
pub use value::{FromValue, Value};

use lex::Kind;

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

/// How patient the database layer is.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// A remote statement without an answer for this long fails with [`DbError::Timeout`].
    pub statement: Duration,
    /// The same for a remote batch.
    pub batch: Duration,
    /// How long calls that were certainly not executed (busy, unreachable) are repeated.
    pub retry: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            statement: Duration::from_secs(10),
            batch: Duration::from_secs(30),
            retry: Duration::from_secs(10),
        }
    }
}

#[derive(Default)]
struct Counters {
    round_trips: AtomicU64,
    statements: AtomicU64,
    retries: AtomicU64,
    /// The last write failed because the disk was full.
    is_full: AtomicBool,
}

/// One unit of work for a backend: all of its statements are applied, or none.
struct Work {
    stmts: Vec<Stmt>,
    /// Changes nothing, so it needs no write lock and may be repeated.
    is_read: bool,
    /// Must be wrapped in a transaction.
    is_batch: bool,
    /// Must not be wrapped in one.
    is_alone: bool,
}

/// A call that took longer has kept this process from its duties, even if it succeeded.
const SLOW: Duration = Duration::from_secs(2);

enum Backend {
    Embedded(embedded::Embedded),
    Remote(remote::Remote),
}

struct Inner {
    backend: Backend,
    counters: Arc<Counters>,
    /// Since when every call was answered, and soon.
    steady_since: Mutex<Instant>,
}

/// A handle to the database; cloning it is cheap and shares everything. The last clone dropped, or [`Db::close`], ends it.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

impl Db {
    /// Opens the file or reaches the server (waiting up to ten seconds for either). Applies no migrations.
    pub async fn open(target: &DbTarget) -> Result<Db, DbError> {
        Self::open_with(target, Patience::default()).await
    }

    pub async fn open_with(target: &DbTarget, patience: Patience) -> Result<Db, DbError> {
        let counters = Arc::new(Counters::default());
        let backend = match target {
            DbTarget::File(path) => Backend::Embedded(
                embedded::Embedded::open(path.clone(), patience, counters.clone()).await?,
            ),
            DbTarget::Remote { url, token } => Backend::Remote(remote::Remote::new(
                url,
                token.clone(),
                patience,
                counters.clone(),
            )?),
        };
        let db = Db {
            inner: Arc::new(Inner {
                backend,
                counters,
                steady_since: Mutex::new(Instant::now()),
            }),
        };
        let enforced = db.query_one(sql("PRAGMA foreign_keys")).await?;
        match enforced.map(|row| row.at::<i64>(0)).transpose()? {
            Some(1) => Ok(db),
            _ => Err(DbError::Schema(
                "The database does not enforce foreign keys, which Mailer relies on.".into(),
            )),
        }
    }

    /// Runs one statement and returns the number of rows it inserted, updated or deleted.
    pub async fn exec(&self, s: Stmt) -> Result<u64, DbError> {
        Ok(self.single(s).await?.affected)
    }

    /// Runs one statement, a read or a write with RETURNING, and returns all of its rows.
    pub async fn query(&self, s: Stmt) -> Result<Vec<Row>, DbError> {
        Ok(self.single(s).await?.rows)
    }

    /// The first row of [`Db::query`].
    pub async fn query_one(&self, s: Stmt) -> Result<Option<Row>, DbError> {
        Ok(self.query(s).await?.into_iter().next())
    }

    /// Runs the statements in order in one transaction and one round trip: all are applied, or none.
    /// A batch of reads only sees one state of the database and takes no lock.
    pub async fn batch(&self, s: Vec<Stmt>) -> Result<Vec<Outcome>, DbError> {
        if s.is_empty() {
            return Ok(Vec::new());
        }
        let is_read = s.iter().all(|stmt| lex::kind(stmt.text()) == Kind::Read);
        self.run(Work {
            stmts: s,
            is_read,
            is_batch: true,
            is_alone: false,
        })
        .await
    }

    async fn single(&self, s: Stmt) -> Result<Outcome, DbError> {
        let kind = lex::kind(s.text());
        // Only a transaction can take back a change whose row count turns out wrong.
        let is_batch = s.expected_rows().is_some();
        let work = Work {
            stmts: vec![s],
            is_read: kind == Kind::Read,
            is_batch,
            is_alone: kind == Kind::Alone && !is_batch,
        };
        Ok(self.run(work).await?.pop().unwrap_or_default())
    }

    async fn run(&self, work: Work) -> Result<Vec<Outcome>, DbError> {
        for stmt in &work.stmts {
            stmt.check_values()?;
            if lex::kind(stmt.text()) == Kind::Transaction {
                return Err(DbError::Unsupported(
                    "BEGIN and COMMIT are written by the database layer; use a batch",
                ));
            }
        }
        self.inner
            .counters
            .round_trips
            .fetch_add(1, Ordering::Relaxed);
        self.inner
            .counters
            .statements
            .fetch_add(work.stmts.len() as u64, Ordering::Relaxed);
        let is_write = !work.is_read;
        let kind = match (work.stmts.len(), work.is_read) {
            (1, true) => "query",
            (1, false) => "exec",
            _ => "batch",
        };
        let start = Instant::now();
        let (backend, result) = match &self.inner.backend {
            Backend::Embedded(embedded) => ("embedded", embedded.run(work).await),
            Backend::Remote(remote) => ("remote", remote.run(work).await),
        };
        let took = start.elapsed();
        metrics::histogram!("mailer_database_seconds", "kind" => kind, "backend" => backend)
            .record(took);
        if took > SLOW || matches!(&result, Err(error) if error.is_passing()) {
            *self.steady_since() = Instant::now();
        }
        if result.is_err() {
            metrics::counter!("mailer_database_errors_total", "kind" => kind, "backend" => backend)
                .increment(1);
        }
        if is_write {
            match &result {
                Ok(_) => self.inner.counters.is_full.store(false, Ordering::Relaxed),
                Err(DbError::Full) => self.inner.counters.is_full.store(true, Ordering::Relaxed),
                Err(_) => {}
            }
        }
        result
    }

    /// Brings the schema up to date; several instances may do so at once. Errors: [`DbError::Schema`] if the database
    /// is newer than this program or a released migration was altered.
    pub async fn migrate(&self) -> Result<(), DbError> {
        migrate::run(self, MIGRATIONS).await
    }

    /// [`Db::migrate`] with another list, in ascending order of version.
    pub async fn migrate_with(&self, migrations: &[Migration]) -> Result<(), DbError> {
        migrate::run(self, migrations).await
    }

    pub fn kind(&self) -> DbKind {
        match self.inner.backend {
            Backend::Embedded(_) => DbKind::Embedded,
            Backend::Remote(_) => DbKind::Remote,
        }
    }

    /// Calls made since the start, each one round trip unless retried.
    pub fn round_trips(&self) -> u64 {
        self.inner.counters.round_trips.load(Ordering::Relaxed)
    }

    /// Statements in those calls.
    pub fn statements(&self) -> u64 {
        self.inner.counters.statements.load(Ordering::Relaxed)
    }

    /// Calls repeated because the database was busy or unreachable.
    pub fn retries(&self) -> u64 {
        self.inner.counters.retries.load(Ordering::Relaxed)
    }

    /// Whether the last write found the disk full. The heartbeat writes every few seconds, so this is news.
    pub fn is_full(&self) -> bool {
        self.inner.counters.is_full.load(Ordering::Relaxed)
    }

    /// How long every call of this process has been answered, and soon: since it was opened, or since the last that was not.
    pub fn steady_for(&self) -> Duration {
        self.steady_since().elapsed()
    }

    fn steady_since(&self) -> std::sync::MutexGuard<'_, Instant> {
        self.inner
            .steady_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// How long a trivial read takes.
    pub async fn ping(&self) -> Result<Duration, DbError> {
        let start = Instant::now();
        self.query(sql("SELECT 1")).await?;
        Ok(start.elapsed())
    }

    /// The database's own clock in unix milliseconds: the one clock that all instances share.
    pub async fn now_ms(&self) -> Result<i64, DbError> {
        let row = self
            .query_one(sql(
                "SELECT CAST(ROUND(unixepoch('subsec') * 1000) AS INTEGER)",
            ))
            .await?;
        row.ok_or_else(|| DbError::Driver("the clock gave no row".into()))?
            .at(0)
    }

    /// Writes a checked copy of an embedded database to `path`, which must not exist, while work goes on.
    pub async fn backup_to(&self, path: &Path) -> Result<(), DbError> {
        match &self.inner.backend {
            Backend::Embedded(embedded) => embedded.backup_to(path.to_owned()).await,
            Backend::Remote(_) => Err(DbError::Unsupported(
                "a remote database is backed up by its own server",
            )),
        }
    }

    /// Finishes what is queued, then stops. Later calls fail with [`DbError::Unavailable`].
    pub async fn close(&self) {
        match &self.inner.backend {
            Backend::Embedded(embedded) => embedded.close().await,
            Backend::Remote(remote) => remote.close(),
        }
    }
}
