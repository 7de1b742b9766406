//! SQL over users, sessions, access_links and sign_in_attempts.

use super::model::{Role, User};
use crate::ids::{SessionId, UserId};
use crate::server::db::{Db, DbError, Row, Stmt, sql};

pub use crate::features::audit::repo::insert as insert_audit;

pub struct Credentials {
    pub user: User,
    pub password_hash: String,
}

pub fn role(row: &Row) -> Result<Role, DbError> {
    let text: String = row.get("role")?;
    text.parse().map_err(|detail| DbError::Decode {
        column: "role".into(),
        detail,
    })
}

fn user(row: &Row) -> Result<User, DbError> {
    Ok(User {
        id: row.get("id")?,
        name: row.get("name")?,
        email: row.get("email")?,
        role: role(row)?,
    })
}

pub async fn count_users(db: &Db) -> Result<i64, DbError> {
    let rows = db.query(sql("SELECT count(*) AS n FROM users")).await?;
    rows.first().map_or(Ok(0), |row| row.get("n"))
}

pub async fn find_credentials(db: &Db, email_key: &str) -> Result<Option<Credentials>, DbError> {
    let statement =
        sql("SELECT id, name, email, role, password_hash FROM users WHERE email_key = ?1")
            .bind(email_key);
    let row = db.query_one(statement).await?;
    row.map(|row| {
        Ok(Credentials {
            user: user(&row)?,
            password_hash: row.get("password_hash")?,
        })
    })
    .transpose()
}

pub async fn find_password_hash(db: &Db, id: UserId) -> Result<Option<String>, DbError> {
    let row = db
        .query_one(sql("SELECT password_hash FROM users WHERE id = ?1").bind(id))
        .await?;
    row.map(|row| row.get("password_hash")).transpose()
}

/// The session with this token, if it has not expired: its id, its user, and when it was last noted as seen.
pub async fn find_session(
    db: &Db,
    token_hash: &str,
    now: i64,
) -> Result<Option<(SessionId, User, i64)>, DbError> {
    let statement = sql(
        "SELECT s.id AS session_id, s.last_seen_at, u.id, u.name, u.email, u.role FROM sessions s \
         JOIN users u ON u.id = s.user_id WHERE s.token_hash = ?1 AND s.expires_at > ?2",
    )
    .bind(token_hash)
    .bind(now);
    let row = db.query_one(statement).await?;
    row.map(|row| {
        Ok((
            row.get("session_id")?,
            user(&row)?,
            row.get("last_seen_at")?,
        ))
    })
    .transpose()
}

/// When all of these subjects may try again; 0 when they may at once.
pub async fn find_blocked_until(db: &Db, subjects: &[&str]) -> Result<i64, DbError> {
    let subjects = serde_json::to_string(subjects).unwrap_or_default();
    let statement = sql(
        "SELECT coalesce(max(blocked_until), 0) AS until FROM sign_in_attempts \
         WHERE subject IN (SELECT value FROM json_each(?1))",
    )
    .bind(subjects);
    let row = db.query_one(statement).await?;
    row.map_or(Ok(0), |row| row.get("until"))
}

/// Makes the first owner, if the setup link is good and nobody was faster. The link's update in the same batch is the guard.
pub fn insert_owner(name: &str, email: &str, password_hash: &str, now: i64) -> Stmt {
    sql(
        "INSERT INTO users (name, email, email_key, role, password_hash, created_at, updated_at) \
         SELECT ?1, ?2, ?3, 'owner', ?4, ?5, ?5 WHERE NOT EXISTS (SELECT 1 FROM users)",
    )
    .bind(name)
    .bind(email)
    .bind(email.to_lowercase())
    .bind(password_hash)
    .bind(now)
    .expect_rows(1)
}

pub fn update_link_used(token_hash: &str, now: i64) -> Stmt {
    sql("UPDATE access_links SET used_at = ?2 WHERE token_hash = ?1 AND used_at IS NULL AND expires_at > ?2")
        .bind(token_hash)
        .bind(now)
        .expect_rows(1)
}

pub async fn find_link(db: &Db, kind: &str, token_hash: &str, now: i64) -> Result<bool, DbError> {
    let statement = sql("SELECT 1 AS ok FROM access_links WHERE kind = ?1 AND token_hash = ?2 AND used_at IS NULL AND expires_at > ?3")
        .bind(kind)
        .bind(token_hash)
        .bind(now);
    Ok(db.query_one(statement).await?.is_some())
}

pub fn insert_setup_link(token_hash: &str, now: i64, expires_at: i64) -> Stmt {
    sql("INSERT INTO access_links (kind, token_hash, role, created_at, expires_at) VALUES ('setup', ?1, 'owner', ?2, ?3)")
        .bind(token_hash)
        .bind(now)
        .bind(expires_at)
}

/// Opens a session for the user with this address.
pub fn insert_session(
    email_key: &str,
    token_hash: &str,
    user_agent: &str,
    now: i64,
    expires_at: i64,
) -> Stmt {
    sql("INSERT INTO sessions (token_hash, user_id, user_agent, created_at, last_seen_at, expires_at) \
         SELECT ?2, id, ?3, ?4, ?4, ?5 FROM users WHERE email_key = ?1")
    .bind(email_key)
    .bind(token_hash)
    .bind(user_agent)
    .bind(now)
    .bind(expires_at)
    .expect_rows(1)
}

pub fn update_session_seen(id: SessionId, now: i64, expires_at: i64) -> Stmt {
    sql("UPDATE sessions SET last_seen_at = ?2, expires_at = ?3 WHERE id = ?1")
        .bind(id)
        .bind(now)
        .bind(expires_at)
}

pub fn delete_session(id: SessionId) -> Stmt {
    sql("DELETE FROM sessions WHERE id = ?1").bind(id)
}

pub fn delete_other_sessions(user: UserId, keep: SessionId) -> Stmt {
    sql("DELETE FROM sessions WHERE user_id = ?1 AND id <> ?2")
        .bind(user)
        .bind(keep)
}

pub fn delete_expired(now: i64) -> [Stmt; 3] {
    [
        sql("DELETE FROM sessions WHERE expires_at < ?1").bind(now),
        sql("DELETE FROM sign_in_attempts WHERE last_at < ?1").bind(now - 86_400_000),
        sql("DELETE FROM access_links WHERE expires_at < ?1").bind(now - 86_400_000),
    ]
}

/// Counts a failure: from the `free`-th on, each doubles the wait, from one second to `longest_ms`. Refused while there is a wait.
pub fn insert_failure(subject: &str, free: i64, longest_ms: i64, now: i64) -> Stmt {
    sql("INSERT INTO sign_in_attempts (subject, failures, blocked_until, last_at) VALUES (?1, 1, 0, ?2) \
         ON CONFLICT (subject) DO UPDATE SET failures = failures + 1, last_at = excluded.last_at, \
         blocked_until = CASE WHEN failures + 1 < ?3 THEN 0 ELSE excluded.last_at + min(?4, 1000 << min(failures + 1 - ?3, 20)) END \
         WHERE blocked_until <= excluded.last_at")
    .bind(subject)
    .bind(now)
    .bind(free)
    .bind(longest_ms)
    .expect_rows(1)
}

/// Takes back one failure that was counted at `at`, with the wait that came of it: during a wait nothing else is counted, so it
/// is that failure's if it has its moment.
pub fn delete_failure(subject: &str, free: i64, at: i64) -> Stmt {
    sql("UPDATE sign_in_attempts SET failures = max(failures - 1, 0), \
         blocked_until = CASE WHEN last_at = ?2 OR failures - 1 < ?3 THEN 0 ELSE blocked_until END WHERE subject = ?1")
    .bind(subject)
    .bind(at)
    .bind(free)
}

pub fn delete_failures(subject: &str) -> Stmt {
    sql("DELETE FROM sign_in_attempts WHERE subject = ?1").bind(subject)
}

pub fn update_password(user: UserId, password_hash: &str, now: i64) -> Stmt {
    sql("UPDATE users SET password_hash = ?2, updated_at = ?3 WHERE id = ?1")
        .bind(user)
        .bind(password_hash)
        .bind(now)
        .expect_rows(1)
}
