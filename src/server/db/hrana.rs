//! The wire format of "SQL over HTTP": Hrana 3 as JSON, the parts this program uses. No I/O.
//! Source: the libSQL project's `HRANA_3_SPEC.md`; one request carries one statement or batch and closes its stream.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    prelude::BASE64_STANDARD,
};
use serde::{Deserialize, Serialize};

use super::{DbError, Outcome, Row, Stmt, Value, Work};

/// Servers differ in whether they pad.
const BASE64_LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Serialize)]
struct PipelineBody<'a> {
    requests: [Request<'a>; 2],
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Request<'a> {
    Execute { stmt: WireStmt<'a> },
    Batch { batch: Batch<'a> },
    Close,
}

#[derive(Serialize)]
struct Batch<'a> {
    steps: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Step<'a> {
    stmt: WireStmt<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Condition {
    Ok { step: usize },
    Not { cond: Box<Condition> },
    And { conds: Vec<Condition> },
}

#[derive(Serialize)]
struct WireStmt<'a> {
    sql: &'a str,
    args: Vec<WireValue>,
    want_rows: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum WireValue {
    Null,
    /// Decimal, because JSON numbers lose digits beyond 2^53.
    Integer {
        value: String,
    },
    Float {
        value: f64,
    },
    Text {
        value: String,
    },
    Blob {
        base64: String,
    },
}

impl From<&Value> for WireValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Integer(v) => Self::Integer {
                value: v.to_string(),
            },
            Value::Real(v) => Self::Float { value: *v },
            Value::Text(v) => Self::Text { value: v.clone() },
            Value::Blob(v) => Self::Blob {
                base64: BASE64_STANDARD.encode(v),
            },
        }
    }
}

impl TryFrom<WireValue> for Value {
    type Error = DbError;

    fn try_from(value: WireValue) -> Result<Self, DbError> {
        let garbled = |what: &str| DbError::Driver(format!("the server sent a garbled {what}"));
        Ok(match value {
            WireValue::Null => Value::Null,
            WireValue::Integer { value } => {
                Value::Integer(value.parse().map_err(|_| garbled("integer"))?)
            }
            WireValue::Float { value } => Value::Real(value),
            WireValue::Text { value } => Value::Text(value),
            WireValue::Blob { base64 } => {
                Value::Blob(BASE64_LENIENT.decode(base64).map_err(|_| garbled("blob"))?)
            }
        })
    }
}

impl<'a> WireStmt<'a> {
    fn bare(sql: &'a str) -> Self {
        Self {
            sql,
            args: Vec::new(),
            want_rows: false,
        }
    }
}

impl<'a> From<&'a Stmt> for WireStmt<'a> {
    fn from(stmt: &'a Stmt) -> Self {
        Self {
            sql: stmt.text(),
            args: stmt.values().iter().map(WireValue::from).collect(),
            want_rows: true,
        }
    }
}

/// Fails, and so rolls the batch back, unless the statement before it changed as many rows as bound: `rows` is no JSON.
const GUARD: &str = "SELECT json(CASE WHEN changes() = ?1 THEN '1' ELSE 'rows' END)";

/// What a step of a batch stands for.
#[derive(Clone, Copy)]
enum Part {
    Begin,
    Statement(usize),
    Guard(usize),
    Commit,
    Rollback,
}

/// The steps of a batch: BEGIN, every statement only if the one before succeeded, COMMIT, and ROLLBACK if that was not reached.
fn parts(stmts: &[Stmt]) -> Vec<Part> {
    let mut parts = vec![Part::Begin];
    for (i, stmt) in stmts.iter().enumerate() {
        parts.push(Part::Statement(i));
        if stmt.expected_rows().is_some() {
            parts.push(Part::Guard(i));
        }
    }
    parts.extend([Part::Commit, Part::Rollback]);
    parts
}

/// The body of the HTTP request that does `work`.
pub(super) fn encode(work: &Work) -> Result<Vec<u8>, DbError> {
    let request = match work.stmts.as_slice() {
        [stmt] if !work.is_batch => Request::Execute { stmt: stmt.into() },
        stmts => Request::Batch {
            batch: Batch {
                steps: steps(stmts, work.is_read),
            },
        },
    };
    serde_json::to_vec(&PipelineBody {
        requests: [request, Request::Close],
    })
    .map_err(|error| DbError::Driver(format!("the request cannot be written: {error}")))
}

fn steps(stmts: &[Stmt], is_read: bool) -> Vec<Step<'_>> {
    let parts = parts(stmts);
    let commit = parts.len() - 2;
    let step = |(i, part): (usize, &Part)| {
        let stmt = match part {
            Part::Begin => WireStmt::bare(if is_read { "BEGIN" } else { "BEGIN IMMEDIATE" }),
            Part::Statement(n) => WireStmt::from(&stmts[*n]),
            Part::Guard(n) => {
                let expected = stmts[*n].expected_rows().unwrap_or_default();
                let args = vec![WireValue::Integer {
                    value: expected.to_string(),
                }];
                WireStmt {
                    sql: GUARD,
                    args,
                    want_rows: false,
                }
            }
            Part::Commit => WireStmt::bare("COMMIT"),
            Part::Rollback => WireStmt::bare("ROLLBACK"),
        };
        let condition = match part {
            Part::Begin => None,
            Part::Rollback => {
                let open = Condition::Ok { step: 0 };
                let failed = Condition::Not {
                    cond: Box::new(Condition::Ok { step: commit }),
                };
                Some(Condition::And {
                    conds: vec![open, failed],
                })
            }
            _ => Some(Condition::Ok { step: i - 1 }),
        };
        Step { stmt, condition }
    };
    parts.iter().enumerate().map(step).collect()
}

#[derive(Deserialize)]
struct PipelineAnswer {
    results: Vec<StreamResult>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum StreamResult {
    Ok { response: Response },
    Error { error: WireError },
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Response {
    Execute { result: StmtResult },
    Batch { result: BatchResult },
    Close,
}

#[derive(Deserialize)]
struct BatchResult {
    step_results: Vec<Option<StmtResult>>,
    step_errors: Vec<Option<WireError>>,
}

#[derive(Deserialize)]
struct StmtResult {
    cols: Vec<Column>,
    rows: Vec<Vec<WireValue>>,
    affected_row_count: u64,
}

#[derive(Deserialize)]
struct Column {
    name: Option<String>,
}

/// What servers send for a failed statement, and as the body of a refused HTTP request.
#[derive(Deserialize)]
pub(super) struct WireError {
    pub(super) message: String,
    pub(super) code: Option<String>,
}

impl From<WireError> for DbError {
    fn from(error: WireError) -> Self {
        DbError::from_sqlite(None, error.code.as_deref(), &error.message)
    }
}

impl TryFrom<StmtResult> for Outcome {
    type Error = DbError;

    fn try_from(result: StmtResult) -> Result<Self, DbError> {
        let columns: std::sync::Arc<[String]> = result
            .cols
            .into_iter()
            .map(|column| column.name.unwrap_or_default())
            .collect();
        let row = |values: Vec<WireValue>| {
            let values = values
                .into_iter()
                .map(Value::try_from)
                .collect::<Result<_, _>>()?;
            Ok::<_, DbError>(Row::new(columns.clone(), values))
        };
        let rows = result.rows.into_iter().map(row).collect::<Result<_, _>>()?;
        Ok(Outcome {
            rows,
            affected: result.affected_row_count,
        })
    }
}

/// Reads the answer to [`encode`]. An answer that cannot be read leaves the outcome unknown.
pub(super) fn decode(work: &Work, body: &[u8]) -> Result<Vec<Outcome>, DbError> {
    let answer: PipelineAnswer = serde_json::from_slice(body)
        .map_err(|error| DbError::Lost(format!("unreadable answer: {error}")))?;
    match answer.results.into_iter().next() {
        Some(StreamResult::Ok {
            response: Response::Execute { result },
        }) => Ok(vec![result.try_into()?]),
        Some(StreamResult::Ok {
            response: Response::Batch { result },
        }) => batch_outcomes(&work.stmts, result),
        Some(StreamResult::Error { error }) => Err(error.into()),
        Some(StreamResult::Ok {
            response: Response::Close,
        })
        | None => Err(DbError::Lost("the answer holds no result".into())),
    }
}

fn batch_outcomes(stmts: &[Stmt], mut result: BatchResult) -> Result<Vec<Outcome>, DbError> {
    let mut outcomes = Vec::with_capacity(stmts.len());
    for (i, part) in parts(stmts).into_iter().enumerate() {
        if matches!(part, Part::Rollback) {
            break;
        }
        if let Some(error) = result.step_errors.get_mut(i).and_then(Option::take) {
            return Err(match part {
                Part::Guard(n) if error.message.contains("malformed JSON") => {
                    let actual = outcomes.get(n).map(|outcome: &Outcome| outcome.affected);
                    stmts[n].rows_affected(stmts[n].expected_rows().unwrap_or_default(), actual)
                }
                _ => error.into(),
            });
        }
        let Some(step) = result.step_results.get_mut(i).and_then(Option::take) else {
            return Err(DbError::Lost(format!(
                "the answer says nothing about step {i}"
            )));
        };
        if matches!(part, Part::Statement(_)) {
            outcomes.push(step.try_into()?);
        }
    }
    Ok(outcomes)
}
