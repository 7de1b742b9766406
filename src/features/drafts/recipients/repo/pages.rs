//! SQL of the page of rows. No statement looks at more rows than it is told to, so that a list of a million answers like a small one.

use super::person::Words;
use crate::features::drafts::recipients::model::{Place, RowFilter};
use crate::ids::DraftId;
use crate::server::db::{DbError, Outcome, Stmt, sql};

const COLUMNS: &str = "r.position, r.line, r.address, r.data, r.status, r.problem, r.edits FROM";
const SET: &str = "(SELECT recipient_set_id FROM drafts WHERE id = ?1)";

/// Rows of a draft's audience as the page asks for them: `limit` of them, in the direction of the filter, of the `window` next
/// positions from `from` on. A filter without search and missing values needs no window: its rows stand side by side in an index.
pub fn select_page(draft: DraftId, filter: &RowFilter, from: i64, window: i64, limit: i64) -> Stmt {
    let (compare, order, until) = match filter.place {
        Place::After(_) => (">", "ASC", from.saturating_add(window)),
        Place::Before(_) => ("<", "DESC", from.saturating_sub(window)),
    };
    if filter.is_beginning() {
        return sql(format!(
            "SELECT {COLUMNS} recipients i INDEXED BY recipients_address CROSS JOIN recipients r ON r.set_id = i.set_id \
             AND r.position = i.position WHERE i.set_id = {SET} AND i.address_key >= ?4 AND i.address_key < ?4 || ?5 AND r.status = ?2 \
             AND i.position {compare} ?3 ORDER BY i.position {order} LIMIT ?6"
        ))
        .bind(draft)
        .bind(filter.status.as_str())
        .bind(from)
        .bind(filter.search.to_lowercase())
        // After every letter.
        .bind("\u{10ffff}")
        .bind(limit);
    }
    if filter.is_person() {
        let words = Words::of(&filter.search);
        let back = if compare == ">" { "<=" } else { ">=" };
        // Row after row as they lie (the plus keeps the index of statuses out of it): each has to be read anyway.
        let statement = sql(format!(
            "SELECT {COLUMNS} recipients r WHERE r.set_id = {SET} AND +r.status = ?2 AND r.position {compare} ?3 \
             AND r.position {back} ?4 AND (instr(r.address_key, ?5) > 0 OR {}) ORDER BY r.position {order} LIMIT ?6",
            words.condition("r.data", 7)
        ))
        .bind(draft)
        .bind(filter.status.as_str())
        .bind(from)
        .bind(until)
        .bind(filter.search.to_lowercase())
        .bind(limit);
        return words.bind(statement);
    }
    let bound = if filter.is_searching() {
        let back = if compare == ">" { "<=" } else { ">=" };
        format!("AND i.position {back} ?4")
    } else {
        "AND ?4 = ?4".into()
    };
    let search = if filter.search.is_empty() {
        "AND ?5 = ?5"
    } else {
        "AND instr(i.address_key, ?5) > 0"
    };
    let missing = if filter.missing.is_empty() {
        "AND ?6 = ?6"
    } else {
        "AND coalesce(r.data ->> ?6, '') = ''"
    };
    // The index first (CROSS JOIN keeps that order), then only the rows that it found.
    sql(format!(
        "SELECT {COLUMNS} recipients i INDEXED BY recipients_status CROSS JOIN recipients r ON r.set_id = i.set_id \
         AND r.position = i.position WHERE i.set_id = {SET} AND i.status = ?2 AND i.position {compare} ?3 {bound} {search} {missing} \
         ORDER BY i.position {order} LIMIT ?7"
    ))
    .bind(draft)
    .bind(filter.status.as_str())
    .bind(from)
    .bind(until)
    .bind(filter.search.to_lowercase())
    .bind(filter.missing.as_str())
    .bind(limit)
}

/// The last position of a draft's audience; read by [`last`].
pub fn select_last(draft: DraftId) -> Stmt {
    sql(format!(
        "SELECT coalesce(max(position), 0) AS position FROM recipients WHERE set_id = {SET}"
    ))
    .bind(draft)
}

pub fn last(outcome: &Outcome) -> Result<i64, DbError> {
    let row = outcome.rows.first();
    row.map_or(Ok(0), |row| row.get("position"))
}
