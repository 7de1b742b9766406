//! SQL that changes rows of an audience one at a time, while only one draft uses it.

use super::{ROW_COLUMNS, to_json};
use crate::features::drafts::recipients::columns::Column;
use crate::features::drafts::recipients::intake::Checked;
use crate::features::drafts::recipients::model::{RowStatus, Typo};
use crate::ids::RecipientSetId;
use crate::server::db::{Stmt, sql};

/// A row of a set; none or one.
pub fn select_row(set: RecipientSetId, position: i64) -> Stmt {
    sql(format!(
        "SELECT {ROW_COLUMNS} FROM recipients WHERE set_id = ?1 AND position = ?2"
    ))
    .bind(set)
    .bind(position)
}

/// The row that counts for an address, if there is one besides that at `position`.
pub fn select_twin(set: RecipientSetId, key: &str, position: i64) -> Stmt {
    sql(format!(
        "SELECT {ROW_COLUMNS} FROM recipients INDEXED BY recipients_address WHERE set_id = ?1 AND address_key = ?2 \
         AND status IN ('valid', 'suppressed') AND position <> ?3 LIMIT 1"
    ))
    .bind(set)
    .bind(key)
    .bind(position)
}

/// The row that counts for an address once the one at `position` does not any more.
pub fn select_next(set: RecipientSetId, key: &str, position: i64) -> Stmt {
    sql(format!(
        "SELECT {ROW_COLUMNS} FROM recipients INDEXED BY recipients_address WHERE set_id = ?1 AND address_key = ?2 \
         AND status = 'duplicate' AND position <> ?3 ORDER BY position LIMIT 1"
    ))
    .bind(set)
    .bind(key)
    .bind(position)
}

/// What a change does to the set itself. `counted`: a row of this status came (1) or went (-1).
pub struct SetChange<'a> {
    /// The changes that were seen.
    pub edits: i64,
    pub columns: &'a [Column],
    pub typos: &'a [Typo],
    pub counted: Option<(RowStatus, i64)>,
}

/// Counts a change of the set, which must be ready, unchanged since it was seen, and nobody else's.
pub fn update_set(set: RecipientSetId, change: &SetChange<'_>) -> Stmt {
    let of = |status| match change.counted {
        Some((counted, n)) if counted == status => n,
        _ => 0,
    };
    sql(
        "UPDATE recipient_sets SET edits = edits + 1, columns = ?3, typos = ?4, valid = valid + ?5, invalid = invalid + ?6, \
         duplicate = duplicate + ?7, suppressed = suppressed + ?8 WHERE id = ?1 AND edits = ?2 AND state = 'ready' \
         AND frozen_at IS NULL AND (SELECT count(*) FROM drafts WHERE recipient_set_id = ?1) = 1",
    )
    .bind(set)
    .bind(change.edits)
    .bind(to_json(&change.columns))
    .bind(to_json(&change.typos))
    .bind(of(RowStatus::Valid))
    .bind(of(RowStatus::Invalid))
    .bind(of(RowStatus::Duplicate))
    .bind(of(RowStatus::Suppressed))
    .expect_rows(1)
}

/// Changes a row as it was seen.
pub fn update_row(
    set: RecipientSetId,
    position: i64,
    seen: i64,
    row: &Checked,
    status: RowStatus,
) -> Stmt {
    sql(
        "UPDATE recipients SET address = ?4, address_key = ?5, data = ?6, status = ?7, problem = ?8, edits = edits + 1 \
         WHERE set_id = ?1 AND position = ?2 AND edits = ?3",
    )
    .bind(set)
    .bind(position)
    .bind(seen)
    .bind(&row.address)
    .bind(&row.key)
    .bind(&row.data)
    .bind(status.as_str())
    .bind(&row.problem)
    .expect_rows(1)
}

/// Adds a row after the last one.
pub fn insert_row(set: RecipientSetId, row: &Checked, status: RowStatus) -> Stmt {
    sql(
        "INSERT INTO recipients (set_id, position, line, address, address_key, data, status, problem) \
         SELECT ?1, coalesce(max(position), 0) + 1, \
         coalesce((SELECT line FROM recipients WHERE set_id = ?1 ORDER BY position DESC LIMIT 1), 0) + 1, ?2, ?3, ?4, ?5, ?6 \
         FROM recipients WHERE set_id = ?1",
    )
    .bind(set)
    .bind(&row.address)
    .bind(&row.key)
    .bind(&row.data)
    .bind(status.as_str())
    .bind(&row.problem)
}

/// Removes a row as it was seen.
pub fn delete_row(set: RecipientSetId, position: i64, seen: i64) -> Stmt {
    sql("DELETE FROM recipients WHERE set_id = ?1 AND position = ?2 AND edits = ?3")
        .bind(set)
        .bind(position)
        .bind(seen)
        .expect_rows(1)
}

/// A duplicate takes the place of the row that counted for its address, and the others follow it.
pub fn update_next(
    set: RecipientSetId,
    key: &str,
    position: i64,
    line: i64,
    status: RowStatus,
    problem: &str,
) -> [Stmt; 2] {
    [
        sql("UPDATE recipients SET status = ?3, problem = ?4 WHERE set_id = ?1 AND position = ?2 AND status = 'duplicate'")
            .bind(set)
            .bind(position)
            .bind(status.as_str())
            .bind(problem)
            .expect_rows(1),
        sql("UPDATE recipients SET problem = ?3 WHERE (set_id, position) IN (SELECT set_id, position FROM recipients \
             INDEXED BY recipients_address WHERE set_id = ?1 AND address_key = ?2 AND status = 'duplicate')")
        .bind(set)
        .bind(key)
        .bind(format!("Same address as in line {line}.")),
    ]
}
