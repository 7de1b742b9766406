//! What goes into a statement and what comes out of it: values, statements, rows. No I/O.

use std::{borrow::Cow, fmt, sync::Arc};

use super::DbError;

/// One SQLite value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

macro_rules! value_from {
    ($($from:ty => |$v:ident| $into:expr;)*) => {
        $(impl From<$from> for Value {
            fn from($v: $from) -> Self {
                $into
            }
        })*
    };
}

value_from! {
    i64 => |v| Value::Integer(v);
    i32 => |v| Value::Integer(v.into());
    u32 => |v| Value::Integer(v.into());
    u16 => |v| Value::Integer(v.into());
    bool => |v| Value::Integer(v.into());
    f64 => |v| Value::Real(v);
    &str => |v| Value::Text(v.to_owned());
    &String => |v| Value::Text(v.clone());
    String => |v| Value::Text(v);
    Cow<'_, str> => |v| Value::Text(v.into_owned());
    Vec<u8> => |v| Value::Blob(v);
    &[u8] => |v| Value::Blob(v.to_vec());
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Self {
        v.map_or(Value::Null, Into::into)
    }
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Value::Null => "NULL",
            Value::Integer(_) => "an integer",
            Value::Real(_) => "a real number",
            Value::Text(_) => "text",
            Value::Blob(_) => "a blob",
        }
    }
}

/// Reads a Rust value from a column, strictly: no type is converted silently.
pub trait FromValue: Sized {
    /// Errors: one short sentence that says what was found instead, without the value.
    fn from_value(value: &Value) -> Result<Self, String>;
}

impl FromValue for Value {
    fn from_value(value: &Value) -> Result<Self, String> {
        Ok(value.clone())
    }
}

impl FromValue for i64 {
    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Integer(v) => Ok(*v),
            other => Err(format!("expected an integer, found {}", other.kind())),
        }
    }
}

macro_rules! integer_from_value {
    ($($t:ty),*) => {
        $(impl FromValue for $t {
            fn from_value(value: &Value) -> Result<Self, String> {
                <$t>::try_from(i64::from_value(value)?).map_err(|_| concat!("the integer does not fit ", stringify!($t)).to_owned())
            }
        })*
    };
}

integer_from_value!(i32, u32, u16, u64);

impl FromValue for bool {
    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Integer(0) => Ok(false),
            Value::Integer(1) => Ok(true),
            other => Err(format!("expected 0 or 1, found {}", other.kind())),
        }
    }
}

impl FromValue for f64 {
    /// Takes integers too: SQLite gives `SUM` and whole numbers in an untyped column as such.
    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Real(v) => Ok(*v),
            Value::Integer(v) => Ok(*v as f64),
            other => Err(format!("expected a number, found {}", other.kind())),
        }
    }
}

impl FromValue for String {
    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Text(v) => Ok(v.clone()),
            other => Err(format!("expected text, found {}", other.kind())),
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Blob(v) => Ok(v.clone()),
            other => Err(format!("expected a blob, found {}", other.kind())),
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

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
