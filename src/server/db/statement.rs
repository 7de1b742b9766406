//! A statement with its bound values, and the rows it gives. No I/O.

use std::{borrow::Cow, fmt, sync::Arc};

use super::{DbError, FromValue, Value};

/// One SQL statement with its bound values. Cloning it clones the values.
#[derive(Clone)]
pub struct Stmt {
    text: Cow<'static, str>,
    values: Vec<Value>,
    expected_rows: Option<u64>,
}

/// Starts a statement; bind its values in the order of `?1`, `?2`, … Values are never pasted into the text.
pub fn sql(text: impl Into<Cow<'static, str>>) -> Stmt {
    Stmt {
        text: text.into(),
        values: Vec::new(),
        expected_rows: None,
    }
}

impl Stmt {
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Demands that this statement changes exactly `n` rows; otherwise the whole batch is rolled back with
    /// [`DbError::RowsAffected`].
    pub fn expect_rows(mut self, n: u64) -> Self {
        self.expected_rows = Some(n);
        self
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn values(&self) -> &[Value] {
        &self.values
    }

    pub(super) fn expected_rows(&self) -> Option<u64> {
        self.expected_rows
    }

    /// Compares the rows changed with what the statement demands.
    pub(super) fn check_affected(&self, affected: u64) -> Result<(), DbError> {
        match self.expected_rows {
            Some(expected) if expected != affected => {
                Err(self.rows_affected(expected, Some(affected)))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn rows_affected(&self, expected: u64, actual: Option<u64>) -> DbError {
        DbError::RowsAffected {
            expected,
            actual,
            sql: self.text.to_string(),
        }
    }

    /// Refuses what one of the backends would silently change: text with NUL (cut off) and numbers that are not finite.
    pub(super) fn check_values(&self) -> Result<(), DbError> {
        if self.text.contains('\0') {
            return Err(DbError::Driver(
                "the statement holds a NUL character".into(),
            ));
        }
        for (i, value) in self.values.iter().enumerate() {
            let fault = match value {
                Value::Text(text) if text.contains('\0') => "holds a NUL character",
                Value::Real(number) if !number.is_finite() => "is not a finite number",
                _ => continue,
            };
            return Err(DbError::Constraint(format!("value ?{} {fault}", i + 1)));
        }
        Ok(())
    }
}

/// Shows the text only: bound values may be addresses or secrets.
impl fmt::Debug for Stmt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{} values]", self.text, self.values.len())
    }
}

/// One row, fully read. Its columns are reached by name or position.
#[derive(Debug, Clone)]
pub struct Row {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

impl Row {
    pub(super) fn new(columns: Arc<[String]>, values: Vec<Value>) -> Self {
        Self { columns, values }
    }

    /// The value of the column called `column` (the name or alias as written in the SELECT or RETURNING list).
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T, DbError> {
        match self.columns.iter().position(|name| name == column) {
            Some(i) => self.at(i),
            None => Err(DbError::Decode {
                column: column.to_owned(),
                detail: "no such column in the result".into(),
            }),
        }
    }

    /// The value of column `i`, counted from 0.
    pub fn at<T: FromValue>(&self, i: usize) -> Result<T, DbError> {
        let column = || {
            self.columns
                .get(i)
                .cloned()
                .unwrap_or_else(|| format!("#{i}"))
        };
        let value = self.values.get(i).ok_or_else(|| DbError::Decode {
            column: column(),
            detail: "no such column in the result".into(),
        })?;
        T::from_value(value).map_err(|detail| DbError::Decode {
            column: column(),
            detail,
        })
    }

    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    pub fn values(&self) -> &[Value] {
        &self.values
    }
}

/// What one statement did: its rows, and the number of rows it inserted, updated or deleted (0 for anything else).
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub rows: Vec<Row>,
    pub affected: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_read_strictly() {
        let row = Row::new(
            ["n".to_owned(), "t".to_owned()].into(),
            vec![Value::Integer(300), Value::Null],
        );
        assert_eq!(row.get::<u16>("n"), Ok(300));
        assert_eq!(row.get::<Option<String>>("t"), Ok(None));
        assert_eq!(row.at::<f64>(0), Ok(300.0));
        assert!(
            matches!(row.get::<bool>("n"), Err(DbError::Decode { column, .. }) if column == "n")
        );
        assert!(matches!(
            row.get::<String>("t"),
            Err(DbError::Decode { .. })
        ));
        assert!(matches!(
            row.get::<i64>("absent"),
            Err(DbError::Decode { .. })
        ));
        assert!(matches!(row.at::<i64>(2), Err(DbError::Decode { .. })));
    }

    #[test]
    fn values_a_backend_would_change_are_refused() {
        assert!(sql("SELECT ?1").bind("a\0b").check_values().is_err());
        assert!(sql("SELECT ?1").bind(f64::NAN).check_values().is_err());
        assert!(sql("SELECT ?1").bind(f64::INFINITY).check_values().is_err());
        assert!(
            sql("SELECT ?1, ?2")
                .bind("a")
                .bind(vec![0_u8])
                .check_values()
                .is_ok()
        );
    }

    #[test]
    fn debug_output_shows_no_values() {
        assert_eq!(
            format!("{:?}", sql("SELECT ?1").bind("secret")),
            "SELECT ?1 [1 values]"
        );
    }
}
