//! SQL over recipient_sets and recipients. Rows of a ready set never change.

use super::model::{Recipient, RecipientSet, RowStatus};
use crate::ids::RecipientSetId;
use crate::server::db::{Db, DbError, Outcome, Row, Stmt, sql};

const SET_COLUMNS: &str = "id, state, problem, source, columns, email_column, typos, valid, invalid, duplicate, suppressed, \
     ready_at, frozen_at, created_at";
const ROW_COLUMNS: &str = "position, line, address, data, status, problem";

fn parsed<T: std::str::FromStr<Err = String>>(row: &Row, column: &str) -> Result<T, DbError> {
    let text: String = row.get(column)?;
    text.parse().map_err(|detail| DbError::Decode {
        column: column.into(),
        detail,
    })
}

fn json<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<T, DbError> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| DbError::Decode {
        column: column.into(),
        detail: error.to_string(),
    })
}

fn set(row: &Row) -> Result<RecipientSet, DbError> {
    Ok(RecipientSet {
        id: row.get("id")?,
        state: parsed(row, "state")?,
        problem: row.get("problem")?,
        source: row.get("source")?,
        columns: json(row, "columns")?,
        email_column: row.get("email_column")?,
        typos: json(row, "typos")?,
        valid: row.get("valid")?,
        invalid: row.get("invalid")?,
        duplicate: row.get("duplicate")?,
        suppressed: row.get("suppressed")?,
        ready_at: row.get("ready_at")?,
        frozen_at: row.get("frozen_at")?,
        created_at: row.get("created_at")?,
    })
}

fn recipient(row: &Row) -> Result<Recipient, DbError> {
    Ok(Recipient {
        position: row.get("position")?,
        line: row.get("line")?,
        address: row.get("address")?,
        data: json(row, "data")?,
        status: parsed(row, "status")?,
        problem: row.get("problem")?,
    })
}

/// The statement of [`find`], for a batch of reads; its outcome is read by [`found`].
pub fn select(id: RecipientSetId) -> Stmt {
    sql(format!(
        "SELECT {SET_COLUMNS} FROM recipient_sets WHERE id = ?1"
    ))
    .bind(id)
}

/// Reads the outcome of [`select`].
pub fn found(outcome: &Outcome) -> Result<Option<RecipientSet>, DbError> {
    outcome.rows.first().map(set).transpose()
}

pub async fn find(db: &Db, id: RecipientSetId) -> Result<Option<RecipientSet>, DbError> {
    db.query_one(select(id))
        .await?
        .as_ref()
        .map(set)
        .transpose()
}

/// Reads the rows of a statement that selects recipients.
pub fn rows(outcome: &Outcome) -> Result<Vec<Recipient>, DbError> {
    outcome.rows.iter().map(recipient).collect()
}

/// The rows of a set after a position, in order.
pub fn select_after(id: RecipientSetId, position: i64, limit: i64) -> Stmt {
    sql(format!(
        "SELECT {ROW_COLUMNS} FROM recipients WHERE set_id = ?1 AND position > ?2 ORDER BY position LIMIT ?3"
    ))
    .bind(id)
    .bind(position)
    .bind(limit)
}

/// The rows with a status after a position, in order.
pub fn select_status_after(
    id: RecipientSetId,
    status: RowStatus,
    position: i64,
    limit: i64,
) -> Stmt {
    sql(format!(
        "SELECT {ROW_COLUMNS} FROM recipients WHERE set_id = ?1 AND status = ?2 AND position > ?3 ORDER BY position LIMIT ?4"
    ))
    .bind(id)
    .bind(status.as_str())
    .bind(position)
    .bind(limit)
}

/// Marks a set as used by a campaign: it stays as it is for good.
pub fn update_frozen(id: RecipientSetId, now: i64) -> Stmt {
    sql("UPDATE recipient_sets SET frozen_at = coalesce(frozen_at, ?2) WHERE id = ?1 AND state = 'ready'")
        .bind(id)
        .bind(now)
        .expect_rows(1)
}
