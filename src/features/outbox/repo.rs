//! SQL over outbox.

use super::model::OutboxLine;
use crate::ids::{AccountId, MessageId, OutboxId};
use crate::server::db::{Db, DbError, Row, Stmt, sql};

/// A mail to be put into the outbox.
pub struct Delivery<'a> {
    pub account: AccountId,
    /// The row of the ledger; `None` for an account's own test mail.
    pub message: Option<MessageId>,
    pub mail_from: &'a str,
    pub rcpt_to: &'a str,
    pub subject: &'a str,
    /// The whole message (RFC 5322).
    pub raw: &'a [u8],
    /// Unix ms.
    pub at: i64,
}

/// Idempotent: a message of the ledger that is there already is left as it is. Returns the `id` of a new row.
/// The account may have been deleted while it was sending: what it sent is kept all the same.
pub fn insert(delivery: &Delivery<'_>) -> Stmt {
    sql("INSERT INTO outbox (account_id, message_id, mail_from, rcpt_to, subject, raw, delivered_at) \
         VALUES ((SELECT id FROM sender_accounts WHERE id = ?1), ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (message_id) DO NOTHING RETURNING id")
        .bind(delivery.account)
        .bind(delivery.message)
        .bind(delivery.mail_from)
        .bind(delivery.rcpt_to)
        .bind(delivery.subject)
        .bind(delivery.raw)
        .bind(delivery.at)
}

const LINE: &str = "id, mail_from, rcpt_to, subject, length(raw) AS size, delivered_at";
/// `?1` is the search, empty for all.
const MATCHES: &str = "(?1 = '' OR rcpt_to LIKE ?2 ESCAPE '\\' OR subject LIKE ?2 ESCAPE '\\' OR mail_from LIKE ?2 ESCAPE '\\')";

fn line(row: &Row) -> Result<OutboxLine, DbError> {
    Ok(OutboxLine {
        id: row.get("id")?,
        from: row.get("mail_from")?,
        to: row.get("rcpt_to")?,
        subject: row.get("subject")?,
        size: row.get("size")?,
        delivered_at: row.get("delivered_at")?,
    })
}

fn pattern(search: &str) -> String {
    let mut out = String::from("%");
    for c in search.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}

fn searching(text: String, search: &str) -> Stmt {
    sql(text).bind(search).bind(pattern(search))
}

/// Newest first, from below `before` (`None`: from the top).
pub async fn list_older(
    db: &Db,
    search: &str,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<OutboxLine>, DbError> {
    let text =
        format!("SELECT {LINE} FROM outbox WHERE {MATCHES} AND id < ?3 ORDER BY id DESC LIMIT ?4");
    let statement = searching(text, search)
        .bind(before.unwrap_or(i64::MAX))
        .bind(limit);
    db.query(statement).await?.iter().map(line).collect()
}

/// The ones next above `after`, newest first.
pub async fn list_newer(
    db: &Db,
    search: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<OutboxLine>, DbError> {
    let text =
        format!("SELECT {LINE} FROM outbox WHERE {MATCHES} AND id > ?3 ORDER BY id LIMIT ?4");
    let statement = searching(text, search).bind(after).bind(limit);
    let mut lines: Vec<OutboxLine> = db
        .query(statement)
        .await?
        .iter()
        .map(line)
        .collect::<Result<_, _>>()?;
    lines.reverse();
    Ok(lines)
}

pub async fn count(db: &Db, search: &str) -> Result<i64, DbError> {
    let text = format!("SELECT count(*) AS n FROM outbox WHERE {MATCHES}");
    let row = db.query_one(searching(text, search)).await?;
    row.map_or(Ok(0), |row| row.get("n"))
}

/// The mail's line, the name of its account and the message itself.
pub async fn find(db: &Db, id: OutboxId) -> Result<Option<(OutboxLine, String, Vec<u8>)>, DbError> {
    let statement = sql(
        "SELECT o.id, o.mail_from, o.rcpt_to, o.subject, length(o.raw) AS size, o.delivered_at, o.raw, \
         coalesce(a.name, '') AS account FROM outbox o LEFT JOIN sender_accounts a ON a.id = o.account_id WHERE o.id = ?1",
    )
    .bind(id);
    let row = db.query_one(statement).await?;
    row.map(|row| Ok((line(&row)?, row.get("account")?, row.get("raw")?)))
        .transpose()
}

pub fn delete(id: OutboxId) -> Stmt {
    sql("DELETE FROM outbox WHERE id = ?1")
        .bind(id)
        .expect_rows(1)
}

pub async fn find_last(db: &Db) -> Result<Option<i64>, DbError> {
    let row = db
        .query_one(sql("SELECT id FROM outbox ORDER BY id DESC LIMIT 1"))
        .await?;
    row.map(|row| row.get("id")).transpose()
}

/// A share of all mails up to this one: one long write would hold up everybody else's.
pub fn delete_some(up_to: i64, limit: i64) -> Stmt {
    sql("DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE id <= ?1 ORDER BY id LIMIT ?2)")
        .bind(up_to)
        .bind(limit)
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn signs_of_like_are_searched_as_themselves() {
        assert_eq!(pattern("50%_off\\"), "%50\\%\\_off\\\\%");
    }
}
