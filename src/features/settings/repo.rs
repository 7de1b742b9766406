//! SQL over settings (text values by key) and instances (the processes that share the database).

use super::model::{Instance, Workspace};
use crate::server::db::{Db, DbError, Outcome, Stmt, sql};

pub async fn find(db: &Db, key: &str) -> Result<Option<String>, DbError> {
    let row = db
        .query_one(sql("SELECT value FROM settings WHERE key = ?1").bind(key))
        .await?;
    row.map(|row| row.get("value")).transpose()
}

/// Sets a value only if there is none yet.
pub fn insert_once(key: &str, value: &str, now: i64) -> Stmt {
    sql("INSERT INTO settings (key, value, updated_at) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO NOTHING")
        .bind(key)
        .bind(value)
        .bind(now)
}

pub fn update(key: &str, value: &str, now: i64) -> Stmt {
    sql(
        "INSERT INTO settings (key, value, updated_at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
    )
    .bind(key)
    .bind(value)
    .bind(now)
}

/// Writes some fields of a JSON value and leaves the others as they are.
pub fn patch(key: &str, fields: &str, now: i64) -> Stmt {
    sql(
        "INSERT INTO settings (key, value, updated_at) VALUES (?1, ?2, ?3) ON CONFLICT (key) \
         DO UPDATE SET value = json_patch(settings.value, excluded.value), updated_at = excluded.updated_at",
    )
    .bind(key)
    .bind(fields)
    .bind(now)
}

/// Forgets the keys that start with `prefix` and stand before `before` in the alphabet.
pub fn delete_before(prefix: &str, before: &str) -> Stmt {
    sql("DELETE FROM settings WHERE key >= ?1 AND key < ?2")
        .bind(prefix)
        .bind(before)
}

/// The workspace's settings; the defaults until somebody saves them.
pub async fn find_workspace(db: &Db) -> Result<Workspace, DbError> {
    let outcomes = db.batch(vec![select_workspace()]).await?;
    outcomes
        .first()
        .map_or_else(|| Ok(Workspace::default()), workspace)
}

/// The statement of [`find_workspace`], for a batch of reads; its outcome is read by [`workspace`].
pub fn select_workspace() -> Stmt {
    sql("SELECT value FROM settings WHERE key = 'workspace'")
}

pub fn workspace(outcome: &Outcome) -> Result<Workspace, DbError> {
    let text = outcome
        .rows
        .first()
        .map(|row| row.get("value"))
        .transpose()?;
    let decode = |text: String| {
        serde_json::from_str(&text).map_err(|error| DbError::Decode {
            column: "value".into(),
            detail: error.to_string(),
        })
    };
    text.map_or_else(|| Ok(Workspace::default()), decode)
}

/// The processes heard of since then, the oldest first.
pub async fn list_instances(db: &Db, since: i64, this: &str) -> Result<Vec<Instance>, DbError> {
    let statement = sql("SELECT id, host, version, started_at, heartbeat_at FROM instances WHERE heartbeat_at >= ?1 ORDER BY started_at, id")
        .bind(since);
    let rows = db.query(statement).await?;
    rows.iter()
        .map(|row| {
            let id: String = row.get("id")?;
            Ok(Instance {
                is_this: id == this,
                id,
                host: row.get("host")?,
                version: row.get("version")?,
                started_at: row.get("started_at")?,
                heartbeat_at: row.get("heartbeat_at")?,
            })
        })
        .collect()
}

/// Says that a process lives.
pub fn insert_heartbeat(id: &str, host: &str, version: &str, now: i64) -> Stmt {
    sql(
        "INSERT INTO instances (id, host, version, started_at, heartbeat_at) VALUES (?1, ?2, ?3, ?4, ?4) \
         ON CONFLICT (id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at",
    )
    .bind(id)
    .bind(host)
    .bind(version)
    .bind(now)
}

pub fn delete_silent_instances(before: i64) -> Stmt {
    sql("DELETE FROM instances WHERE heartbeat_at < ?1").bind(before)
}

pub fn delete_instance(id: &str) -> Stmt {
    sql("DELETE FROM instances WHERE id = ?1").bind(id)
}
