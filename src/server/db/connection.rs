//! One blocking connection to the embedded file with its statement cache. It must stay on the thread that made it busy:
//! the driver's futures never yield, so they are driven to their end here.

use std::{collections::HashMap, path::Path, sync::Arc};

use futures::executor::block_on;

use super::{DbError, Outcome, Patience, Row, Stmt, Value, lex, retry::Backoff};

/// Distinct statements kept prepared; the app has a few hundred, each connection sees only some of them.
const CACHED_STATEMENTS: usize = 128;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Reader,
    Writer,
    /// Makes or checks a copy of the file; changes nothing in it, but VACUUM INTO counts as a write.
    Copier,
}

pub(super) struct Connection {
    // Declared before the connection: statements go first.
    statements: HashMap<String, Prepared>,
    uses: u64,
    connection: libsql::Connection,
}

struct Prepared {
    statement: libsql::Statement,
    columns: Arc<[String]>,
    last_use: u64,
}

impl Connection {
    /// Opens the file and sets the connection up. Switching to WAL may meet another process doing the same: retried.
    pub(super) fn open(path: &Path, role: Role, patience: Patience) -> Result<Self, DbError> {
        let text = path
            .to_str()
            .filter(|text| !text.contains('\0') && !text.is_empty());
        let text = text.ok_or_else(|| {
            DbError::Unavailable(format!("{} is not a usable file name", path.display()))
        })?;
        if text == ":memory:" {
            return Err(DbError::Unsupported(
                "a database in memory is not shared between connections; name a file",
            ));
        }
        let database = block_on(libsql::Builder::new_local(text).build())
            .map_err(|error| cannot_open(path, &error))?;
        let connection = database
            .connect()
            .map_err(|error| cannot_open(path, &error))?;
        connection
            .busy_timeout(patience.retry / 2)
            .map_err(from_driver)?;
        // The driver makes `execute` fail where a PRAGMA answers with a row; `execute_batch` does not mind.
        let set_up = match role {
            // Each commit walks the whole cache: with four times as much, that took an eighth of the writer's time.
            Role::Writer => {
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY;"
            }
            Role::Reader => {
                "PRAGMA query_only = ON; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;"
            }
            Role::Copier => "PRAGMA temp_store = MEMORY;",
        };
        let mut backoff = Backoff::lasting(patience.retry);
        while let Err(error) = block_on(connection.execute_batch(set_up)).map_err(from_driver) {
            match backoff.pause() {
                Some(pause) if error == DbError::Busy => std::thread::sleep(pause),
                _ => return Err(error),
            }
        }
        Ok(Self {
            statements: HashMap::new(),
            uses: 0,
            connection,
        })
    }

    /// Runs one statement to its end. All of its rows are read, so no lock outlives the call.
    pub(super) fn run(&mut self, stmt: &Stmt) -> Result<Outcome, DbError> {
        let before = self.connection.total_changes();
        self.prepare(stmt.text())?;
        let Some(prepared) = self.statements.get_mut(stmt.text()) else {
            return Err(DbError::Driver(
                "a statement left the cache too early".into(),
            ));
        };
        let wanted = prepared.statement.parameter_count();
        if wanted != stmt.values().len() {
            let bound = stmt.values().len();
            return Err(DbError::Driver(format!(
                "{wanted} values wanted, {bound} bound: {}",
                stmt.text()
            )));
        }
        // Without a reset the values bound before are used again (libsql #2135).
        prepared.statement.reset();
        let rows = block_on(read_all(prepared, stmt.values()));
        prepared.statement.reset();
        let rows = rows?;
        // `changes` is left alone by anything but INSERT, UPDATE and DELETE, so it counts only if something changed.
        let affected = if self.connection.total_changes() == before {
            0
        } else {
            self.connection.changes()
        };
        Ok(Outcome { rows, affected })
    }

    /// Runs one of this layer's own statements, for example BEGIN.
    pub(super) fn control(&mut self, text: &'static str) -> Result<(), DbError> {
        self.run(&super::sql(text)).map(drop)
    }

    /// True outside a transaction, also after SQLite itself rolled one back.
    pub(super) fn is_autocommit(&self) -> bool {
        self.connection.is_autocommit()
    }

    fn prepare(&mut self, text: &str) -> Result<(), DbError> {
        self.uses += 1;
        if let Some(prepared) = self.statements.get_mut(text) {
            prepared.last_use = self.uses;
            return Ok(());
        }
        // The driver would run the first of several statements and drop the others without a word.
        if lex::split(text).len() != 1 {
            return Err(DbError::Driver(format!("expected one statement: {text}")));
        }
        let statement = block_on(self.connection.prepare(text)).map_err(from_driver)?;
        if self.statements.len() >= CACHED_STATEMENTS {
            let oldest = self
                .statements
                .iter()
                .min_by_key(|(_, prepared)| prepared.last_use)
                .map(|(text, _)| text.clone());
            oldest.map(|text| self.statements.remove(&text));
        }
        self.statements.insert(
            text.to_owned(),
            Prepared {
                statement,
                columns: Arc::new([]),
                last_use: self.uses,
            },
        );
        Ok(())
    }
}

async fn read_all(prepared: &mut Prepared, values: &[Value]) -> Result<Vec<Row>, DbError> {
    let parameters = values.iter().cloned().map(libsql::Value::from).collect();
    let mut rows = prepared
        .statement
        .query(libsql::params::Params::Positional(parameters))
        .await
        .map_err(from_driver)?;
    let width = rows.column_count();
    let mut read = Vec::new();
    while let Some(row) = rows.next().await.map_err(from_driver)? {
        if read.is_empty() {
            refresh_columns(prepared, &rows, width);
        }
        let values = (0..width).map(|i| row.get_value(i).map(Value::from).map_err(from_driver));
        read.push(Row::new(
            prepared.columns.clone(),
            values.collect::<Result<_, _>>()?,
        ));
    }
    Ok(read)
}

/// Keeps the shared column names unless the schema changed under the prepared statement.
fn refresh_columns(prepared: &mut Prepared, rows: &libsql::Rows, width: i32) {
    let names = || (0..width).map(|i| rows.column_name(i).unwrap_or_default());
    if !names().eq(prepared.columns.iter().map(String::as_str)) {
        prepared.columns = names().map(str::to_owned).collect();
    }
}

impl From<Value> for libsql::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Integer(v) => Self::Integer(v),
            Value::Real(v) => Self::Real(v),
            Value::Text(v) => Self::Text(v),
            Value::Blob(v) => Self::Blob(v),
        }
    }
}

impl From<libsql::Value> for Value {
    fn from(value: libsql::Value) -> Self {
        match value {
            libsql::Value::Null => Self::Null,
            libsql::Value::Integer(v) => Self::Integer(v),
            libsql::Value::Real(v) => Self::Real(v),
            libsql::Value::Text(v) => Self::Text(v),
            libsql::Value::Blob(v) => Self::Blob(v),
        }
    }
}

fn cannot_open(path: &Path, error: &libsql::Error) -> DbError {
    DbError::Unavailable(format!("{} cannot be opened: {error}", path.display()))
}

fn from_driver(error: libsql::Error) -> DbError {
    match error {
        libsql::Error::SqliteFailure(code, message) => {
            DbError::from_sqlite(Some(code), None, &message)
        }
        other => DbError::Driver(other.to_string()),
    }
}
