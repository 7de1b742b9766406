//! SQL over sender_accounts and the day's totals in send_counts. The sealed password leaves here only towards delivery.

use super::form::Details;
use super::model::{Account, AccountChoice, BreakerState, Kind, Tls};
use crate::ids::AccountId;
use crate::server::db::{Db, DbError, Outcome, Row, Stmt, sql};
use std::collections::HashMap;
use std::str::FromStr;

/// Everything delivery needs to send through an account.
#[derive(Clone, PartialEq, Eq)]
pub struct DeliveryAccount {
    pub id: AccountId,
    pub name: String,
    pub kind: Kind,
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// Empty: the server wants no sign-in.
    pub username: String,
    /// The password, sealed for `connect::PURPOSE`.
    pub secret: Option<String>,
    pub from_name: String,
    pub from_address: String,
    pub reply_to: String,
    /// 0 means none, for caps and rates.
    pub daily_cap: i64,
    pub campaign_cap: i64,
    pub rate_per_second: i64,
    pub rate_per_minute: i64,
    pub max_connections: i64,
    /// Lower goes first; equals by id.
    pub priority: i64,
    pub enabled: bool,
    pub breaker_state: BreakerState,
    pub breaker_failures: i64,
    /// Unix ms.
    pub breaker_until: i64,
    pub breaker_reason: String,
    /// When its settings were last changed: kept connections belong to one version of them.
    pub updated_at: i64,
}

/// Shows no secret.
impl std::fmt::Debug for DeliveryAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeliveryAccount")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl From<DeliveryAccount> for Account {
    fn from(account: DeliveryAccount) -> Account {
        Account {
            id: account.id,
            name: account.name,
            kind: account.kind,
            host: account.host,
            port: account.port,
            tls: account.tls,
            username: account.username,
            has_password: account.secret.is_some(),
            from_name: account.from_name,
            from_address: account.from_address,
            reply_to: account.reply_to,
            daily_cap: account.daily_cap,
            campaign_cap: account.campaign_cap,
            rate_per_second: account.rate_per_second,
            rate_per_minute: account.rate_per_minute,
            max_connections: account.max_connections,
            enabled: account.enabled,
            breaker: account.breaker_state,
            breaker_failures: account.breaker_failures,
            breaker_until: account.breaker_until,
            breaker_reason: account.breaker_reason,
        }
    }
}

const SELECT: &str = "SELECT id, name, kind, host, port, tls, username, secret, from_name, from_address, reply_to, daily_cap, \
     campaign_cap, rate_per_second, rate_per_minute, max_connections, priority, enabled, breaker_state, breaker_failures, \
     breaker_until, breaker_reason, updated_at FROM sender_accounts";

fn word<T: FromStr<Err = String>>(row: &Row, column: &str) -> Result<T, DbError> {
    let text: String = row.get(column)?;
    text.parse().map_err(|detail| DbError::Decode {
        column: column.into(),
        detail,
    })
}

fn account(row: &Row) -> Result<DeliveryAccount, DbError> {
    Ok(DeliveryAccount {
        id: row.get("id")?,
        name: row.get("name")?,
        kind: word(row, "kind")?,
        host: row.get("host")?,
        port: row.get("port")?,
        tls: word(row, "tls")?,
        username: row.get("username")?,
        secret: row.get("secret")?,
        from_name: row.get("from_name")?,
        from_address: row.get("from_address")?,
        reply_to: row.get("reply_to")?,
        daily_cap: row.get("daily_cap")?,
        campaign_cap: row.get("campaign_cap")?,
        rate_per_second: row.get("rate_per_second")?,
        rate_per_minute: row.get("rate_per_minute")?,
        max_connections: row.get("max_connections")?,
        priority: row.get("priority")?,
        enabled: row.get("enabled")?,
        breaker_state: word(row, "breaker_state")?,
        breaker_failures: row.get("breaker_failures")?,
        breaker_until: row.get("breaker_until")?,
        breaker_reason: row.get("breaker_reason")?,
        updated_at: row.get("updated_at")?,
    })
}

/// All accounts, disabled ones too, in the order they are used.
pub async fn list_for_delivery(db: &Db) -> Result<Vec<DeliveryAccount>, DbError> {
    let rows = db.query(select_for_delivery()).await?;
    rows.iter().map(account).collect()
}

/// The statement of [`list_for_delivery`], for a batch of reads; its outcome is read by [`for_delivery`].
pub fn select_for_delivery() -> Stmt {
    sql(format!("{SELECT} ORDER BY priority, id"))
}

pub fn for_delivery(outcome: &Outcome) -> Result<Vec<DeliveryAccount>, DbError> {
    outcome.rows.iter().map(account).collect()
}

pub async fn find(db: &Db, id: AccountId) -> Result<Option<DeliveryAccount>, DbError> {
    let row = db
        .query_one(sql(format!("{SELECT} WHERE id = ?1")).bind(id))
        .await?;
    row.as_ref().map(account).transpose()
}

/// For choosing one, in the order they are used.
pub async fn list_choices(db: &Db) -> Result<Vec<AccountChoice>, DbError> {
    let rows = db
        .query(sql(
            "SELECT id, name, kind, from_address, enabled, CASE breaker_state WHEN 'open' THEN breaker_until ELSE 0 END AS paused_until \
             FROM sender_accounts ORDER BY priority, id",
        ))
        .await?;
    let choice = |row: &Row| {
        Ok(AccountChoice {
            id: row.get("id")?,
            name: row.get("name")?,
            kind: word(row, "kind")?,
            from_address: row.get("from_address")?,
            enabled: row.get("enabled")?,
            paused_until: row.get::<Option<i64>>("paused_until")?.unwrap_or_default(),
        })
    };
    rows.iter().map(choice).collect()
}

/// Ids with their priorities, in the order they are used; sandboxes that have no turn, because another account is on, come last.
pub async fn list_order(db: &Db) -> Result<Vec<(AccountId, i64)>, DbError> {
    let rows = db
        .query(sql(
            "SELECT id, priority FROM sender_accounts ORDER BY kind = 'sandbox' AND EXISTS \
             (SELECT 1 FROM sender_accounts r WHERE r.enabled = 1 AND r.kind <> 'sandbox'), priority, id",
        ))
        .await?;
    rows.iter()
        .map(|row| Ok((row.get("id")?, row.get("priority")?)))
        .collect()
}

/// What each account has used of a day; accounts that used nothing are missing.
pub async fn list_used(db: &Db, day: &str) -> Result<HashMap<AccountId, i64>, DbError> {
    let rows = db
        .query(
            sql("SELECT account_id, used FROM send_counts WHERE period = ?1 AND campaign_id = 0")
                .bind(day),
        )
        .await?;
    rows.iter()
        .map(|row| Ok((row.get("account_id")?, row.get("used")?)))
        .collect()
}

/// The campaign, not finished yet, that insists on this account.
pub async fn find_pinned_campaign(db: &Db, id: AccountId) -> Result<Option<String>, DbError> {
    let row = db
        .query_one(
            sql("SELECT name FROM campaigns WHERE account_id = ?1 AND state IN ('scheduled', 'sending', 'paused') ORDER BY id LIMIT 1")
                .bind(id),
        )
        .await?;
    row.map(|row| row.get("name")).transpose()
}

/// A new account, last in order. Returns its `id`.
pub fn insert(details: &Details, secret: Option<&str>, now: i64) -> Stmt {
    bind_details(
        sql(
            "INSERT INTO sender_accounts (name, kind, host, port, tls, username, secret, from_name, from_address, reply_to, \
             daily_cap, campaign_cap, rate_per_second, rate_per_minute, max_connections, enabled, updated_at, created_at, priority) \
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?17, \
             coalesce((SELECT max(priority) + 1 FROM sender_accounts), 1) RETURNING id",
        ),
        details,
        secret,
        now,
    )
}

/// `secret` is what is to be stored from now on, not only what is new.
pub fn update(id: AccountId, details: &Details, secret: Option<&str>, now: i64) -> Stmt {
    bind_details(
        sql("UPDATE sender_accounts SET name = ?1, kind = ?2, host = ?3, port = ?4, tls = ?5, username = ?6, secret = ?7, \
             from_name = ?8, from_address = ?9, reply_to = ?10, daily_cap = ?11, campaign_cap = ?12, rate_per_second = ?13, \
             rate_per_minute = ?14, max_connections = ?15, enabled = ?16, updated_at = ?17 WHERE id = ?18"),
        details,
        secret,
        now,
    )
    .bind(id)
    .expect_rows(1)
}

fn bind_details(statement: Stmt, details: &Details, secret: Option<&str>, now: i64) -> Stmt {
    statement
        .bind(&details.name)
        .bind(details.kind.as_str())
        .bind(&details.host)
        .bind(details.port)
        .bind(details.tls.as_str())
        .bind(&details.username)
        .bind(secret)
        .bind(&details.from_name)
        .bind(&details.from_address)
        .bind(&details.reply_to)
        .bind(details.daily_cap)
        .bind(details.campaign_cap)
        .bind(details.rate_per_second)
        .bind(details.rate_per_minute)
        .bind(details.max_connections)
        .bind(details.enabled)
        .bind(now)
}

/// Moves an account to another place, if it still has the place it was seen at.
pub fn update_priority(id: AccountId, from: i64, to: i64) -> Stmt {
    sql("UPDATE sender_accounts SET priority = ?3 WHERE id = ?1 AND priority = ?2")
        .bind(id)
        .bind(from)
        .bind(to)
        .expect_rows(1)
}

pub fn update_enabled(id: AccountId, enabled: bool, now: i64) -> Stmt {
    sql("UPDATE sender_accounts SET enabled = ?2, updated_at = ?3 WHERE id = ?1")
        .bind(id)
        .bind(enabled)
        .bind(now)
        .expect_rows(1)
}

/// Closes the breaker, whatever it was.
pub fn update_breaker_closed(id: AccountId) -> Stmt {
    sql("UPDATE sender_accounts SET breaker_state = 'closed', breaker_failures = 0, breaker_until = 0, breaker_reason = '' WHERE id = ?1")
        .bind(id)
}

/// Moves the breaker to `after`, if it still stands as it was read in `before`; moves no row otherwise. `state` of `after` is
/// 'closed', 'open' or 'half_open'.
pub fn update_breaker(before: &DeliveryAccount, after: &crate::delivery::breaker::Columns) -> Stmt {
    let state = match before.breaker_state {
        BreakerState::Closed => "closed",
        BreakerState::Open => "open",
        BreakerState::HalfOpen => "half_open",
    };
    sql("UPDATE sender_accounts SET breaker_state = ?2, breaker_failures = ?3, breaker_until = ?4, breaker_reason = ?5 \
         WHERE id = ?1 AND breaker_state = ?6 AND breaker_failures = ?7 AND breaker_until = ?8")
        .bind(before.id)
        .bind(after.state)
        .bind(after.failures)
        .bind(after.until_ms)
        .bind(&after.reason)
        .bind(state)
        .bind(before.breaker_failures)
        .bind(before.breaker_until)
}

/// Not while a campaign that is not finished insists on it.
pub fn delete(id: AccountId) -> Stmt {
    sql("DELETE FROM sender_accounts WHERE id = ?1 AND NOT EXISTS \
         (SELECT 1 FROM campaigns WHERE account_id = ?1 AND state IN ('scheduled', 'sending', 'paused'))")
        .bind(id)
        .expect_rows(1)
}
