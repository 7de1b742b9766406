//! SQL over suppressions. What waits in the ledger for an address is the matter of `delivery::queue`.

use super::model::{Reason, SuppressionLine};
use crate::ids::{MessageId, SuppressionId};
use crate::server::db::{Db, DbError, Outcome, Row, Stmt, sql};

/// Why an address must not be mailed; `None` when it may be.
pub async fn find_reason(db: &Db, address_key: &str) -> Result<Option<Reason>, DbError> {
    let row = db
        .query_one(sql("SELECT reason FROM suppressions WHERE address_key = ?1").bind(address_key))
        .await?;
    row.map(|row| reason(&row)).transpose()
}

/// Those of these addresses (in lower case) that must not be mailed.
pub async fn list_among(db: &Db, address_keys: &[String]) -> Result<Vec<String>, DbError> {
    if address_keys.is_empty() {
        return Ok(Vec::new());
    }
    let keys = serde_json::to_string(address_keys).unwrap_or_else(|_| "[]".into());
    let rows = db
        .query(
            sql("SELECT address FROM suppressions WHERE address_key IN (SELECT value FROM json_each(?1))")
                .bind(keys),
        )
        .await?;
    rows.iter().map(|row| row.get("address")).collect()
}

/// The address of an entry.
pub async fn find_address(db: &Db, id: SuppressionId) -> Result<Option<String>, DbError> {
    let row = db
        .query_one(sql("SELECT address FROM suppressions WHERE id = ?1").bind(id))
        .await?;
    row.map(|row| row.get("address")).transpose()
}

fn reason(row: &Row) -> Result<Reason, DbError> {
    let text: String = row.get("reason")?;
    text.parse().map_err(|detail| DbError::Decode {
        column: "reason".into(),
        detail,
    })
}

fn line(row: &Row) -> Result<SuppressionLine, DbError> {
    let campaign: Option<String> = row.get("campaign")?;
    Ok(SuppressionLine {
        id: row.get("id")?,
        address: row.get("address")?,
        reason: reason(row)?,
        note: row.get("note")?,
        campaign: match campaign {
            Some(name) => Some((row.get("campaign_id")?, name)),
            None => None,
        },
        created_at: row.get("created_at")?,
    })
}

pub fn lines(outcome: &Outcome) -> Result<Vec<SuppressionLine>, DbError> {
    outcome.rows.iter().map(line).collect()
}

/// Which entries a page shows.
#[derive(Clone, Copy, Debug)]
pub enum Edge {
    /// Newest first, from below this entry (`i64::MAX`: from the top).
    Before(i64),
    /// The ones next above this entry, oldest first.
    After(i64),
}

/// Entries by number; `search` is part of an address, empty for all.
pub fn select(search: &str, reason: Option<Reason>, edge: Edge, limit: i64) -> Stmt {
    let (side, order, id) = match edge {
        Edge::Before(id) => ("<", "DESC", id),
        Edge::After(id) => (">", "ASC", id),
    };
    // Said only when it narrows, so that the index by reason is used just then.
    let of_reason = reason.map_or("AND ?2 IS NULL", |_| "AND s.reason = ?2");
    let matching = if search.is_empty() {
        "AND ?3 IS NOT NULL"
    } else {
        "AND s.address_key LIKE ?3 ESCAPE '\\'"
    };
    sql(format!(
        "SELECT s.id, s.address, s.reason, s.note, s.campaign_id, s.created_at, c.name AS campaign FROM suppressions s \
         LEFT JOIN campaigns c ON c.id = s.campaign_id AND c.deleted_at IS NULL \
         WHERE s.id {side} ?1 {of_reason} {matching} ORDER BY s.id {order} LIMIT ?4"
    ))
    .bind(id)
    .bind(reason.map(Reason::as_str))
    .bind(pattern(search))
    .bind(limit)
}

fn pattern(search: &str) -> String {
    let mut out = String::from("%");
    for c in search.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}

pub fn count_reasons() -> Stmt {
    sql("SELECT reason, count(*) AS n FROM suppressions GROUP BY reason")
}

pub fn reasons(outcome: &Outcome) -> Result<Vec<(Reason, i64)>, DbError> {
    outcome
        .rows
        .iter()
        .map(|row| Ok((reason(row)?, row.get("n")?)))
        .collect()
}

/// Adds addresses by hand; those that are there stay as they are. `entries` is a JSON array of `[address, address_key]`.
pub fn insert_many(entries: &str, note: &str, now: i64) -> Stmt {
    sql("INSERT INTO suppressions (address, address_key, reason, note, created_at) \
         SELECT value ->> 0, value ->> 1, 'manual', ?2, ?3 FROM json_each(?1) WHERE true ON CONFLICT (address_key) DO NOTHING")
    .bind(entries)
    .bind(note)
    .bind(now)
}

/// The person asked by the link in a message. A bounce gives way to their wish; a complaint or a word by hand stays.
pub fn insert_unsubscribed(address: &str, address_key: &str, message: MessageId, now: i64) -> Stmt {
    sql("INSERT INTO suppressions (address, address_key, reason, campaign_id, created_at) \
         VALUES (?1, ?2, 'unsubscribed', (SELECT campaign_id FROM email_queue WHERE id = ?3), ?4) \
         ON CONFLICT (address_key) DO UPDATE SET reason = excluded.reason, campaign_id = excluded.campaign_id, \
         created_at = excluded.created_at WHERE suppressions.reason = 'bounced'")
    .bind(address)
    .bind(address_key)
    .bind(message)
    .bind(now)
}

/// Takes back what the person did; nothing else.
pub fn delete_unsubscribed(address_key: &str) -> Stmt {
    sql("DELETE FROM suppressions WHERE address_key = ?1 AND reason = 'unsubscribed'")
        .bind(address_key)
}

pub fn delete(id: SuppressionId) -> Stmt {
    sql("DELETE FROM suppressions WHERE id = ?1")
        .bind(id)
        .expect_rows(1)
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn signs_of_like_are_searched_as_themselves() {
        assert_eq!(pattern("A_b%"), "%a\\_b\\%%");
    }
}
