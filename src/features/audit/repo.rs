//! SQL over audit_log. Lines are only ever added here, and removed when they are old.

use super::model::AuditLine;
use super::words;
use crate::ids::UserId;
use crate::server::db::{DbError, Outcome, Row, Stmt, sql};

/// A line of the audit trail, for the batch of the change. `event` is a word like 'sign-in' or 'account.update'; `subject` names
/// what it was done to. Neither ever holds a secret.
pub fn insert(user: Option<UserId>, event: &str, subject: &str, now: i64) -> Stmt {
    insert_with(user, event, subject, "", now)
}

/// The same with more to know.
pub fn insert_with(
    user: Option<UserId>,
    event: &str,
    subject: &str,
    detail: &str,
    now: i64,
) -> Stmt {
    sql(
        "INSERT INTO audit_log (at, user_id, actor, event, subject, detail) \
         VALUES (?1, ?2, coalesce((SELECT name FROM users WHERE id = ?2), ''), ?3, ?4, ?5)",
    )
    .bind(now)
    .bind(user)
    .bind(event)
    .bind(subject)
    .bind(detail)
}

/// A line by somebody who came in with the same batch, known by their address.
pub fn insert_of(email_key: &str, event: &str, detail: &str, now: i64) -> Stmt {
    sql(
        "INSERT INTO audit_log (at, user_id, actor, event, subject, detail) \
         SELECT ?2, id, name, ?3, email, ?4 FROM users WHERE email_key = ?1",
    )
    .bind(email_key)
    .bind(now)
    .bind(event)
    .bind(detail)
}

/// Which lines a page shows.
#[derive(Clone, Copy, Debug)]
pub enum Edge {
    /// The newest first, from below this line (`i64::MAX`: from the top).
    Before(i64),
    /// The ones next above this line, oldest first.
    After(i64),
}

/// Lines by number; an empty area means all.
pub fn select(area: &str, person: Option<UserId>, edge: Edge, limit: i64) -> Stmt {
    let (side, order, id) = match edge {
        Edge::Before(id) => ("<", "DESC", id),
        Edge::After(id) => (">", "ASC", id),
    };
    // Said only when it narrows, so that the index of what is asked for is used.
    let of_area = if area.is_empty() {
        "AND ?2 IS NOT NULL"
    } else {
        "AND area = ?2"
    };
    let of_person = person.map_or("AND ?3 IS NULL", |_| "AND user_id = ?3");
    sql(format!(
        "SELECT id, at, actor, event, subject, detail FROM audit_log \
         WHERE id {side} ?1 {of_area} {of_person} ORDER BY id {order} LIMIT ?4"
    ))
    .bind(id)
    .bind(area)
    .bind(person)
    .bind(limit)
}

pub fn lines(outcome: &Outcome) -> Result<Vec<AuditLine>, DbError> {
    outcome.rows.iter().map(line).collect()
}

fn line(row: &Row) -> Result<AuditLine, DbError> {
    let event: String = row.get("event")?;
    Ok(AuditLine {
        id: row.get("id")?,
        at: row.get("at")?,
        actor: row.get("actor")?,
        words: words::of_event(&event).to_owned(),
        subject: row.get("subject")?,
        detail: row.get("detail")?,
        is_refusal: event.ends_with(".refused"),
    })
}

/// Forgets a share of the lines from before `before`, the oldest first.
pub fn delete_old(before: i64) -> Stmt {
    sql("DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE at < ?1 ORDER BY at LIMIT 1000)")
        .bind(before)
}
