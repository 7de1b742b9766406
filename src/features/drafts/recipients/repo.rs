//! SQL over recipient_sets and recipients. Rows of a set never change, except that they follow the suppression list until a
//! campaign freezes them: the triggers of migration 4 see to that.

use super::intake::Totals;
use super::model::{Progress, Recipient, RecipientSet, RowStatus, SetState, SheetLine, Typo};
use crate::ids::{DraftId, RecipientSetId};
use crate::server::db::{Db, DbError, Outcome, Row, Stmt, sql};

pub mod edits;
pub mod pages;
pub mod person;

const SET_COLUMNS: &str = "id, state, problem, source, columns, email_column, typos, valid, invalid, duplicate, suppressed, \
     sheet, edits, rows_read, share_read, touched_at, ready_at, frozen_at, created_at";
const ROW_COLUMNS: &str = "position, line, address, data, status, problem, edits";

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
        sheet: row.get("sheet")?,
        edits: row.get("edits")?,
        progress: Progress {
            rows: row.get("rows_read")?,
            share: row.get("share_read")?,
            touched_at: row.get("touched_at")?,
        },
        ready_at: row.get("ready_at")?,
        frozen_at: row.get("frozen_at")?,
        created_at: row.get("created_at")?,
    })
}

pub(super) fn recipient(row: &Row) -> Result<Recipient, DbError> {
    Ok(Recipient {
        position: row.get("position")?,
        line: row.get("line")?,
        address: row.get("address")?,
        data: json(row, "data")?,
        status: parsed(row, "status")?,
        problem: row.get("problem")?,
        edits: row.get("edits")?,
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

/// The first rows of a draft's audience, in order.
pub fn select_first(draft: DraftId, limit: i64) -> Stmt {
    sql(format!(
        "SELECT {ROW_COLUMNS} FROM recipients WHERE set_id = (SELECT recipient_set_id FROM drafts WHERE id = ?1) \
         ORDER BY position LIMIT ?2"
    ))
    .bind(draft)
    .bind(limit)
}

/// The audience of a draft, read by [`found`].
pub fn select_of_draft(draft: DraftId) -> Stmt {
    sql(format!(
        "SELECT {SET_COLUMNS} FROM recipient_sets WHERE id = (SELECT recipient_set_id FROM drafts WHERE id = ?1)"
    ))
    .bind(draft)
}

/// A list that was given to this draft and not taken as its audience, or one that is being read; read by [`found`].
pub fn select_given(draft: DraftId, id: RecipientSetId, alive_since: i64) -> Stmt {
    sql(format!(
        "SELECT {SET_COLUMNS}, pasted FROM recipient_sets WHERE draft_id = ?2 AND (id = ?1 AND state IN ('choosing', 'refused', 'reading') \
         OR state = 'reading' AND is_first = 1 AND touched_at > ?3) ORDER BY id = ?1 DESC, id DESC LIMIT 1"
    ))
    .bind(id)
    .bind(draft)
    .bind(alive_since)
}

/// A list of this draft, whatever became of it; read by [`found`].
pub fn select_own(draft: DraftId, id: RecipientSetId) -> Stmt {
    sql(format!(
        "SELECT {SET_COLUMNS} FROM recipient_sets WHERE id = ?1 AND draft_id = ?2"
    ))
    .bind(id)
    .bind(draft)
}

/// The sheets of the workbook that the draft's audience, or a list given to it, came from; read by [`sheets`].
pub fn select_sheets(draft: DraftId, given: RecipientSetId) -> Stmt {
    sql(
        "SELECT id, sheet, rows_read, state FROM recipient_sets WHERE draft_id = ?1 AND upload_id IN \
         (SELECT upload_id FROM recipient_sets WHERE id = ?2 OR id = (SELECT recipient_set_id FROM drafts WHERE id = ?1)) \
         AND state <> 'refused' ORDER BY id",
    )
    .bind(draft)
    .bind(given)
}

pub fn sheets(outcome: &Outcome) -> Result<Vec<SheetLine>, DbError> {
    let line = |row: &Row| {
        Ok(SheetLine {
            set: row.get("id")?,
            sheet: row.get("sheet")?,
            rows: row.get("rows_read")?,
            state: parsed(row, "state")?,
        })
    };
    outcome.rows.iter().map(line).collect()
}

/// Whether anything else than this draft uses its audience, as `is_shared`.
pub fn select_shared(draft: DraftId) -> Stmt {
    sql(
        "SELECT EXISTS (SELECT 1 FROM drafts d JOIN drafts o ON o.recipient_set_id = d.recipient_set_id AND o.id <> d.id \
         WHERE d.id = ?1) OR EXISTS (SELECT 1 FROM drafts d JOIN campaigns c ON c.recipient_set_id = d.recipient_set_id \
         WHERE d.id = ?1) AS is_shared",
    )
    .bind(draft)
}

pub fn is_shared(outcome: &Outcome) -> Result<bool, DbError> {
    let row = outcome.rows.first();
    row.map_or(Ok(false), |row| row.get("is_shared"))
}

/// What was pasted, of the outcome of [`select_given`].
pub fn pasted(outcome: &Outcome) -> Result<String, DbError> {
    outcome
        .rows
        .first()
        .map_or(Ok(String::new()), |row| row.get("pasted"))
}

/// Rows of a set with a status, after a position.
pub fn select_status_after(
    set: RecipientSetId,
    status: RowStatus,
    position: i64,
    limit: i64,
) -> Stmt {
    sql(format!(
        "SELECT {ROW_COLUMNS} FROM recipients WHERE set_id = ?1 AND status = ?2 AND position > ?3 ORDER BY position LIMIT ?4"
    ))
    .bind(set)
    .bind(status.as_str())
    .bind(position)
    .bind(limit)
}

/// The valid row at or after a position, its neighbours, and its number among the valid ones, of a draft's audience: at most
/// one row each of `shown`, `previous`, `next` and `number`.
pub fn select_around(draft: DraftId, position: i64) -> [Stmt; 4] {
    let valid = "FROM recipients WHERE set_id = (SELECT recipient_set_id FROM drafts WHERE id = ?1) AND status = 'valid' AND position";
    let bind = |text: String| sql(text).bind(draft).bind(position);
    [
        bind(format!(
            "SELECT {ROW_COLUMNS} {valid} >= ?2 ORDER BY position LIMIT 1"
        )),
        bind(format!(
            "SELECT position {valid} < ?2 ORDER BY position DESC LIMIT 1"
        )),
        bind(format!(
            "SELECT position {valid} >= ?2 ORDER BY position LIMIT 1 OFFSET 1"
        )),
        // Counted from the nearer end.
        bind(format!(
            "SELECT CASE WHEN ?2 * 2 <= coalesce((SELECT max(position) FROM recipients \
             WHERE set_id = (SELECT recipient_set_id FROM drafts WHERE id = ?1)), 0) THEN (SELECT count(*) {valid} < ?2) \
             ELSE coalesce((SELECT valid FROM recipient_sets WHERE id = (SELECT recipient_set_id FROM drafts WHERE id = ?1)), 0) \
             - (SELECT count(*) {valid} >= ?2) END AS position"
        )),
    ]
}

/// A position or a number of [`select_around`].
pub fn position(outcome: &Outcome) -> Result<Option<i64>, DbError> {
    outcome
        .rows
        .first()
        .map(|row| row.get("position"))
        .transpose()
}

/// One set that nobody refers to and that began before `before`.
pub async fn find_orphan(db: &Db, before: i64) -> Result<Option<RecipientSetId>, DbError> {
    let row = db
        .query_one(
            sql("SELECT id FROM recipient_sets s WHERE created_at < ?1 \
                 AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.recipient_set_id = s.id) \
                 AND NOT EXISTS (SELECT 1 FROM campaigns c WHERE c.recipient_set_id = s.id) LIMIT 1")
            .bind(before),
        )
        .await?;
    row.map(|row| row.get("id")).transpose()
}

/// Removes some rows of a set.
pub fn delete_rows(set: RecipientSetId, limit: i64) -> Stmt {
    sql("DELETE FROM recipients WHERE set_id = ?1 AND position IN \
         (SELECT position FROM recipients WHERE set_id = ?1 ORDER BY position LIMIT ?2)")
    .bind(set)
    .bind(limit)
}

/// Removes a set whose rows are gone.
pub fn delete_set(set: RecipientSetId) -> Stmt {
    sql("DELETE FROM recipient_sets WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM recipients WHERE set_id = ?1)").bind(set)
}

/// Begins a set: rows are about to be taken in. Returns its id as `id`.
pub fn insert_set(draft: DraftId, source: &str, now: i64) -> Stmt {
    sql(
        "INSERT INTO recipient_sets (draft_id, state, source, columns, email_column, created_at, touched_at) \
         VALUES (?1, 'reading', ?2, '[]', '', ?3, ?3) RETURNING id",
    )
    .bind(draft)
    .bind(source)
    .bind(now)
}

/// The set holds a sheet of a workbook with several.
pub fn update_sheet(set: RecipientSetId, sheet: &str) -> Stmt {
    sql("UPDATE recipient_sets SET sheet = ?2, upload_id = id WHERE id = ?1")
        .bind(set)
        .bind(sheet)
}

/// Begins a set for another sheet of the workbook that `first` came from. Returns its id as `id`.
pub fn insert_sheet(first: RecipientSetId, sheet: &str, now: i64) -> Stmt {
    sql(
        "INSERT INTO recipient_sets (draft_id, state, source, columns, email_column, created_at, touched_at, upload_id, sheet, \
         is_first) SELECT draft_id, 'reading', source, '[]', '', ?3, ?3, id, ?2, 0 FROM recipient_sets WHERE id = ?1 RETURNING id",
    )
    .bind(first)
    .bind(sheet)
    .bind(now)
}

/// A set made from another one belongs to the same workbook, in its place.
pub fn update_sheet_of(set: RecipientSetId, old: RecipientSetId) -> [Stmt; 2] {
    [
        sql("UPDATE recipient_sets SET sheet = o.sheet, upload_id = o.upload_id FROM recipient_sets o \
             WHERE recipient_sets.id = ?1 AND o.id = ?2")
        .bind(set)
        .bind(old),
        sql("UPDATE recipient_sets SET upload_id = NULL WHERE id = ?2 AND draft_id = \
             (SELECT n.draft_id FROM recipient_sets n WHERE n.id = ?1)")
        .bind(set)
        .bind(old),
    ]
}

/// How far the set is read.
pub fn update_progress(set: RecipientSetId, rows: i64, share: i64, now: i64) -> Stmt {
    sql("UPDATE recipient_sets SET rows_read = ?2, share_read = ?3, touched_at = ?4 WHERE id = ?1")
        .bind(set)
        .bind(rows)
        .bind(share)
        .bind(now)
}

/// What looks misspelt, after some of it was found right.
pub fn update_typos(set: RecipientSetId, old: &[Typo], new: &[Typo]) -> Stmt {
    sql("UPDATE recipient_sets SET typos = ?3 WHERE id = ?1 AND typos = ?2")
        .bind(set)
        .bind(to_json(&old))
        .bind(to_json(&new))
        .expect_rows(1)
}

/// Takes rows in: a JSON array of `[position, line, address, address_key, data, problem, twin]`. The database says which are
/// duplicates of earlier rows and which are suppressed. Returns each row's `position` and `status`. The index is named because
/// without statistics the planner would read the whole set for each row.
pub fn insert_rows(set: RecipientSetId, rows: &str) -> Stmt {
    sql(
        "INSERT INTO recipients (set_id, position, line, address, address_key, data, status, problem) \
         WITH j AS MATERIALIZED (SELECT value ->> 0 AS position, value ->> 1 AS line, value ->> 2 AS address, \
         value ->> 3 AS address_key, value ->> 4 AS data, value ->> 5 AS problem, value ->> 6 AS twin FROM json_each(?2)) \
         SELECT ?1, j.position, j.line, j.address, j.address_key, j.data, \
         CASE WHEN j.problem <> '' OR j.address_key = '' THEN 'invalid' \
              WHEN r.line IS NOT NULL OR j.twin IS NOT NULL THEN 'duplicate' \
              WHEN s.id IS NOT NULL THEN 'suppressed' ELSE 'valid' END, \
         CASE WHEN j.problem <> '' OR j.address_key = '' THEN j.problem \
              WHEN r.line IS NOT NULL OR j.twin IS NOT NULL \
              THEN 'Same address as in line ' || coalesce(r.line, j.twin) || '.' \
              WHEN s.reason = 'unsubscribed' THEN 'Unsubscribed.' \
              WHEN s.reason = 'bounced' THEN 'Mail to this address came back.' \
              WHEN s.reason = 'complained' THEN 'Reported a mail as spam.' \
              WHEN s.id IS NOT NULL THEN 'On the suppression list.' ELSE '' END \
         FROM j LEFT JOIN recipients r INDEXED BY recipients_address \
         ON r.set_id = ?1 AND r.address_key = j.address_key AND r.status IN ('valid', 'suppressed') \
         LEFT JOIN suppressions s ON s.address_key = j.address_key \
         WHERE true RETURNING position, status",
    )
    .bind(set)
    .bind(rows)
}

/// Reads a row that [`insert_rows`] returns.
pub fn taken(row: &Row) -> Result<(i64, RowStatus), DbError> {
    Ok((row.get("position")?, parsed(row, "status")?))
}

/// The last row is in: the set is ready, or waits for its address column to be chosen. The totals are of the rows as they came in;
/// those that moved to or from the suppression list since are counted already, so they are added.
pub fn update_read(set: RecipientSetId, totals: &Totals, now: i64) -> Stmt {
    let is_ready = !totals.email_column.is_empty();
    sql(
        "UPDATE recipient_sets SET state = ?2, columns = ?3, email_column = ?4, typos = ?5, valid = valid + ?6, \
         invalid = ?7, duplicate = ?8, suppressed = suppressed + ?9, ready_at = ?10 WHERE id = ?1 AND state = 'reading'",
    )
    .bind(set)
    .bind(if is_ready { SetState::Ready } else { SetState::Choosing }.as_str())
    .bind(to_json(&totals.columns))
    .bind(&totals.email_column)
    .bind(to_json(&totals.typos))
    .bind(totals.valid)
    .bind(totals.invalid)
    .bind(totals.duplicate)
    .bind(totals.suppressed)
    .bind(is_ready.then_some(now))
    .expect_rows(1)
}

fn to_json<T: serde::Serialize>(value: &T) -> String {
    // Lists of texts and numbers always serialise.
    serde_json::to_string(value).unwrap_or_else(|_| "[]".into())
}

/// The list could not be used; `pasted` gives what was typed back to whoever typed it.
pub fn update_refused(set: RecipientSetId, problem: &str, pasted: &str) -> Stmt {
    sql("UPDATE recipient_sets SET state = 'refused', problem = ?2, pasted = ?3 WHERE id = ?1 AND state IN ('reading', 'choosing')")
        .bind(set)
        .bind(problem)
        .bind(pasted)
}

/// Marks a set as used by a campaign: it stays as it is for good.
pub fn update_frozen(id: RecipientSetId, now: i64) -> Stmt {
    sql("UPDATE recipient_sets SET frozen_at = coalesce(frozen_at, ?2) WHERE id = ?1 AND state = 'ready'")
        .bind(id)
        .bind(now)
        .expect_rows(1)
}
