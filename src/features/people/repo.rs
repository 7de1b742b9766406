//! SQL over users and sessions as their pages show them, and over invitations.

use super::device;
use super::model::{Device, Person};
use crate::features::auth::model::Role;
use crate::features::auth::repo::role;
use crate::ids::{InvitationId, SessionId, UserId};
use crate::server::db::{Db, DbError, Outcome, Row, Stmt, sql};

const PERSON: &str = "SELECT u.id, u.name, u.email, u.role, \
    (SELECT max(s.last_seen_at) FROM sessions s WHERE s.user_id = u.id) AS last_seen_at FROM users u";

fn person(row: &Row, me: UserId) -> Result<Person, DbError> {
    let id = row.get("id")?;
    Ok(Person {
        id,
        name: row.get("name")?,
        email: row.get("email")?,
        role: role(row)?,
        last_seen_at: row.get("last_seen_at")?,
        is_self: id == me,
    })
}

/// Everybody, in the order they came.
pub async fn list(db: &Db, me: UserId) -> Result<Vec<Person>, DbError> {
    let rows = db.query(sql(format!("{PERSON} ORDER BY u.id"))).await?;
    rows.iter().map(|row| person(row, me)).collect()
}

pub async fn find(db: &Db, id: UserId, me: UserId) -> Result<Option<Person>, DbError> {
    let row = db
        .query_one(sql(format!("{PERSON} WHERE u.id = ?1")).bind(id))
        .await?;
    row.map(|row| person(&row, me)).transpose()
}

/// Ids and names, for a batch of reads; its outcome is read by [`names`].
pub fn select_names() -> Stmt {
    sql("SELECT id, name FROM users ORDER BY name, id")
}

pub fn names(outcome: &Outcome) -> Result<Vec<(String, String)>, DbError> {
    outcome
        .rows
        .iter()
        .map(|row| Ok((row.get::<UserId>("id")?.to_string(), row.get("name")?)))
        .collect()
}

/// Holds whenever somebody stops being an owner: another one is left.
const ANOTHER_OWNER: &str =
    "(role <> 'owner' OR (SELECT count(*) FROM users o WHERE o.role = 'owner') > 1)";

/// Gives somebody another role, if they still have the one that was seen.
pub fn update_role(id: UserId, from: Role, to: Role, now: i64) -> Stmt {
    sql(format!(
        "UPDATE users SET role = ?3, updated_at = ?4 WHERE id = ?1 AND role = ?2 AND {ANOTHER_OWNER}"
    ))
    .bind(id)
    .bind(from.as_str())
    .bind(to.as_str())
    .bind(now)
    .expect_rows(1)
}

pub fn update_name(id: UserId, name: &str, now: i64) -> Stmt {
    sql("UPDATE users SET name = ?2, updated_at = ?3 WHERE id = ?1")
        .bind(id)
        .bind(name)
        .bind(now)
        .expect_rows(1)
}

/// Removes somebody with all their sessions.
pub fn delete(id: UserId) -> Stmt {
    sql(format!(
        "DELETE FROM users WHERE id = ?1 AND {ANOTHER_OWNER}"
    ))
    .bind(id)
    .expect_rows(1)
}

/// Somebody's sessions, the last seen first.
pub async fn list_devices(
    db: &Db,
    user: UserId,
    this: SessionId,
    now: i64,
) -> Result<Vec<Device>, DbError> {
    let statement = sql("SELECT id, user_agent, created_at, last_seen_at FROM sessions \
         WHERE user_id = ?1 AND expires_at > ?2 ORDER BY id <> ?3, last_seen_at DESC, id DESC LIMIT 100")
    .bind(user)
    .bind(now)
    .bind(this);
    let rows = db.query(statement).await?;
    rows.iter()
        .map(|row| {
            let id = row.get("id")?;
            Ok(Device {
                id,
                words: device::of_agent(&row.get::<String>("user_agent")?),
                signed_in_at: row.get("created_at")?,
                last_seen_at: row.get("last_seen_at")?,
                is_this: id == this,
            })
        })
        .collect()
}

/// Ends a session, if it is this person's.
pub fn delete_session(user: UserId, id: SessionId) -> Stmt {
    sql("DELETE FROM sessions WHERE id = ?1 AND user_id = ?2")
        .bind(id)
        .bind(user)
        .expect_rows(1)
}

/// An invitation as it is stored: the link itself is not.
pub struct StoredInvitation {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    pub created_at: i64,
    pub expires_at: i64,
}

const INVITATION: &str = "SELECT id, email, role, created_at, expires_at FROM access_links";

fn invitation(row: &Row) -> Result<StoredInvitation, DbError> {
    Ok(StoredInvitation {
        id: row.get("id")?,
        email: row.get("email")?,
        role: role(row)?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}

/// Those that can still be accepted, by address.
pub async fn list_invitations(db: &Db, now: i64) -> Result<Vec<StoredInvitation>, DbError> {
    let rows = db
        .query(
            sql(format!(
                "{INVITATION} WHERE kind = 'invitation' AND used_at IS NULL AND expires_at > ?1 ORDER BY email LIMIT 200"
            ))
            .bind(now),
        )
        .await?;
    rows.iter().map(invitation).collect()
}

pub async fn find_invitation(
    db: &Db,
    token_hash: &str,
    now: i64,
) -> Result<Option<StoredInvitation>, DbError> {
    let row = db
        .query_one(
            sql(format!(
                "{INVITATION} WHERE token_hash = ?1 AND kind = 'invitation' AND used_at IS NULL AND expires_at > ?2"
            ))
            .bind(token_hash)
            .bind(now),
        )
        .await?;
    row.as_ref().map(invitation).transpose()
}

pub async fn find_invited(db: &Db, id: InvitationId) -> Result<Option<String>, DbError> {
    let row = db
        .query_one(
            sql("SELECT email FROM access_links WHERE id = ?1 AND kind = 'invitation' AND used_at IS NULL")
                .bind(id),
        )
        .await?;
    row.map(|row| row.get("email")).transpose()
}

/// Invites an address that nobody signs in with yet, in place of what it was invited to before.
pub fn insert_invitation(
    email: &str,
    role: Role,
    token_hash: &str,
    now: i64,
    expires_at: i64,
) -> [Stmt; 2] {
    [
        sql("DELETE FROM access_links WHERE kind = 'invitation' AND email = ?1 AND used_at IS NULL")
            .bind(email),
        sql("INSERT INTO access_links (kind, token_hash, role, email, created_at, expires_at) \
             SELECT 'invitation', ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM users WHERE email_key = ?3)")
        .bind(token_hash)
        .bind(role.as_str())
        .bind(email)
        .bind(now)
        .bind(expires_at)
        .expect_rows(1),
    ]
}

pub fn delete_invitation(id: InvitationId) -> Stmt {
    sql("DELETE FROM access_links WHERE id = ?1 AND kind = 'invitation' AND used_at IS NULL")
        .bind(id)
        .expect_rows(1)
}

/// All that nobody has accepted yet.
pub fn delete_invitations() -> Stmt {
    sql("DELETE FROM access_links WHERE kind = 'invitation' AND used_at IS NULL")
}

/// Makes the person whom an invitation is for, with its address and role. Belongs before the link's update in the same batch.
pub fn insert_invited(token_hash: &str, name: &str, password_hash: &str, now: i64) -> Stmt {
    sql(
        "INSERT INTO users (name, email, email_key, role, password_hash, created_at, updated_at) \
         SELECT ?2, email, email, role, ?3, ?4, ?4 FROM access_links \
         WHERE token_hash = ?1 AND kind = 'invitation' AND used_at IS NULL AND expires_at > ?4",
    )
    .bind(token_hash)
    .bind(name)
    .bind(password_hash)
    .bind(now)
    .expect_rows(1)
}
