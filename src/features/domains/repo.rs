//! SQL over dkim_keys. The sealed private key leaves here only towards signing.

use super::model::{Algorithm, DomainKey};
use crate::ids::DkimKeyId;
use crate::server::db::{Db, DbError, Row, Stmt, sql};
use std::str::FromStr;

/// What signing needs of a key.
pub struct ActiveKey {
    pub selector: String,
    pub algorithm: Algorithm,
    /// Sealed for `service::PURPOSE`.
    pub secret: String,
}

/// A key to be stored.
pub struct NewDomainKey<'a> {
    pub domain: &'a str,
    pub selector: &'a str,
    pub algorithm: Algorithm,
    /// Sealed for `service::PURPOSE`.
    pub secret: &'a str,
    pub public_key: &'a str,
}

fn word<T: FromStr<Err = String>>(row: &Row, column: &str) -> Result<T, DbError> {
    let text: String = row.get(column)?;
    text.parse().map_err(|detail| DbError::Decode {
        column: column.into(),
        detail,
    })
}

const SELECT: &str = "SELECT id, domain, selector, algorithm, public_key, state, created_at, activated_at, retired_at FROM dkim_keys";

fn key(row: &Row) -> Result<DomainKey, DbError> {
    Ok(DomainKey {
        id: row.get("id")?,
        domain: row.get("domain")?,
        selector: row.get("selector")?,
        algorithm: word(row, "algorithm")?,
        public_key: row.get("public_key")?,
        state: word(row, "state")?,
        created_at: row.get("created_at")?,
        activated_at: row.get("activated_at")?,
        retired_at: row.get("retired_at")?,
    })
}

/// All keys, the newest of each domain first.
pub async fn list(db: &Db) -> Result<Vec<DomainKey>, DbError> {
    let rows = db
        .query(sql(format!("{SELECT} ORDER BY domain, id DESC")))
        .await?;
    rows.iter().map(key).collect()
}

pub async fn find(db: &Db, id: DkimKeyId) -> Result<Option<DomainKey>, DbError> {
    let row = db
        .query_one(sql(format!("{SELECT} WHERE id = ?1")).bind(id))
        .await?;
    row.as_ref().map(key).transpose()
}

/// The keys that sign for a domain, RSA first: at most one of each algorithm.
pub async fn list_active(db: &Db, domain: &str) -> Result<Vec<ActiveKey>, DbError> {
    let rows = db
        .query(
            sql("SELECT selector, algorithm, secret FROM dkim_keys WHERE domain = ?1 AND state = 'active' ORDER BY algorithm DESC")
                .bind(domain),
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(ActiveKey {
                selector: row.get("selector")?,
                algorithm: word(row, "algorithm")?,
                secret: row.get("secret")?,
            })
        })
        .collect()
}

pub fn insert(new: &NewDomainKey<'_>, now: i64) -> Stmt {
    sql("INSERT INTO dkim_keys (domain, selector, algorithm, secret, public_key, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .bind(new.domain)
        .bind(new.selector)
        .bind(new.algorithm.as_str())
        .bind(new.secret)
        .bind(new.public_key)
        .bind(now)
}

/// Lets the key sign, if it does not yet, and retires the one of its domain and algorithm that did.
pub fn update_active(id: DkimKeyId, now: i64) -> [Stmt; 2] {
    [
        sql("UPDATE dkim_keys SET state = 'retired', retired_at = ?2 WHERE state = 'active' AND id <> ?1 \
             AND (domain, algorithm) = (SELECT domain, algorithm FROM dkim_keys WHERE id = ?1)")
        .bind(id)
        .bind(now),
        sql("UPDATE dkim_keys SET state = 'active', activated_at = ?2, retired_at = NULL WHERE id = ?1 AND state IN ('new', 'retired')")
            .bind(id)
            .bind(now)
            .expect_rows(1),
    ]
}

/// The key signs no more.
pub fn update_retired(id: DkimKeyId, now: i64) -> Stmt {
    sql("UPDATE dkim_keys SET state = 'retired', retired_at = ?2 WHERE id = ?1 AND state = 'active'")
        .bind(id)
        .bind(now)
        .expect_rows(1)
}

/// Not a key that signs.
pub fn delete(id: DkimKeyId) -> Stmt {
    sql("DELETE FROM dkim_keys WHERE id = ?1 AND state IN ('new', 'retired')")
        .bind(id)
        .expect_rows(1)
}
