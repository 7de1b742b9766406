//! The one error of the database layer and how driver failures become it. It never holds a bound value.

use thiserror::Error;

/// Why a statement or a batch did not succeed. Unless [`DbError::is_outcome_unknown`] says so, nothing was applied.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DbError {
    /// Another writer held the database for longer than the retries lasted.
    #[error("the database is busy")]
    Busy,
    /// A unique index or primary key refused the row; `what` names it, for example `users.email_key`.
    #[error("a row with this {what} exists already")]
    Unique { what: String },
    /// A statement marked with `expect_rows` changed another number of rows, so all of its batch was rolled back.
    #[error("expected {expected} changed rows, got {actual:?}: {sql}")]
    RowsAffected {
        expected: u64,
        actual: Option<u64>,
        sql: String,
    },
    /// A check, foreign key, NOT NULL or trigger refused the data, or a value cannot be stored.
    #[error("the data was refused: {0}")]
    Constraint(String),
    /// A column is missing or holds another type than the one asked for.
    #[error("column {column}: {detail}")]
    Decode { column: String, detail: String },
    /// No answer in time. A write may or may not have been applied.
    #[error("the database did not answer in time")]
    Timeout,
    /// The request was sent and its answer lost. A write may or may not have been applied.
    #[error("the database's answer was lost: {0}")]
    Lost(String),
    /// The database could not be reached; the statement was not executed.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The disk of the database is full; nothing was applied, and reading still works.
    #[error("the disk of the database is full")]
    Full,
    /// The schema does not fit this program; the text is for the operator.
    #[error("{0}")]
    Schema(String),
    /// This backend cannot do it.
    #[error("not supported: {0}")]
    Unsupported(&'static str),
    /// A wrong statement, wrong settings or a fault of the database.
    #[error("database error: {0}")]
    Driver(String),
}

impl DbError {
    /// True if a write may have been applied although it failed: repeat it only if it is idempotent or fenced.
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::Timeout | Self::Lost(_))
    }

    /// True if the database was away, busy or full: the same call may succeed later, if it may be repeated at all.
    pub fn is_passing(&self) -> bool {
        self.is_retry_safe() || self.is_outcome_unknown() || matches!(self, Self::Full)
    }

    /// True if nothing was executed and the same call may succeed later.
    pub fn is_retry_safe(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable(_))
    }

    /// Sorts a failure reported by SQLite itself. `code` is the extended result code where the backend knows it,
    /// `name` its name where the server sends that instead.
    pub(super) fn from_sqlite(code: Option<i32>, name: Option<&str>, message: &str) -> Self {
        let primary = code.map(|code| code & 0xff);
        let named = |prefix: &str| name.is_some_and(|name| name.starts_with(prefix));
        let message = message.strip_prefix("SQLite error: ").unwrap_or(message);
        if primary == Some(5)
            || primary == Some(6)
            || named("SQLITE_BUSY")
            || named("SQLITE_LOCKED")
            || named("TRANSACTION_TIMEOUT")
            || message.contains("database is locked")
        {
            return Self::Busy;
        }
        if primary == Some(13)
            || named("SQLITE_FULL")
            || message.contains("database or disk is full")
        {
            return Self::Full;
        }
        if let Some((_, what)) = message.split_once("UNIQUE constraint failed: ") {
            return Self::Unique {
                what: what.to_owned(),
            };
        }
        if primary == Some(19)
            || named("SQLITE_CONSTRAINT")
            || message.contains("constraint failed")
        {
            return Self::Constraint(message.to_owned());
        }
        match name {
            Some(name) => Self::Driver(format!("{message} ({name})")),
            None => Self::Driver(message.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DbError;

    #[test]
    fn sqlite_failures_are_sorted() {
        let unique = DbError::from_sqlite(
            None,
            Some("SQLITE_CONSTRAINT"),
            "SQLite error: UNIQUE constraint failed: t.a, t.b",
        );
        assert_eq!(
            unique,
            DbError::Unique {
                what: "t.a, t.b".into()
            }
        );
        assert_eq!(
            DbError::from_sqlite(Some(517), None, "database is locked"),
            DbError::Busy
        );
        assert_eq!(
            DbError::from_sqlite(None, Some("TRANSACTION_TIMEOUT"), "gone"),
            DbError::Busy
        );
        assert_eq!(
            DbError::from_sqlite(Some(13), None, "database or disk is full"),
            DbError::Full
        );
        assert!(matches!(
            DbError::from_sqlite(Some(787), None, "FOREIGN KEY constraint failed"),
            DbError::Constraint(_)
        ));
        assert!(matches!(
            DbError::from_sqlite(Some(1811), None, "raised by a trigger"),
            DbError::Constraint(_)
        ));
        assert!(matches!(
            DbError::from_sqlite(Some(1), None, "no such table: t"),
            DbError::Driver(_)
        ));
    }

    #[test]
    fn only_errors_without_effect_are_retry_safe() {
        assert!(DbError::Busy.is_retry_safe() && !DbError::Busy.is_outcome_unknown());
        assert!(DbError::Timeout.is_outcome_unknown() && !DbError::Timeout.is_retry_safe());
        assert!(DbError::Lost(String::new()).is_outcome_unknown());
        assert!(DbError::Unavailable(String::new()).is_retry_safe());
    }
}
