//! Reads over the ledger for people: lanes, waiting messages, accounts' use; and what a person does with messages that wait.
//! Never counts a campaign's rows; what else moves rows is in delivery/queue.rs.

pub mod waiting;

use super::model::{MessageRow, MessageState};
use super::waiting::AccountUse;
use crate::ids::{CampaignId, MessageId};
use crate::server::db::{Db, DbError, Outcome, Row, Stmt, sql};

/// The columns of [`message`], over email_queue `q` and sender_accounts `a`.
pub const MESSAGE_COLUMNS: &str = "q.id, q.campaign_id, q.address, q.state, a.name AS account, q.reply_code, q.reply, q.attempt, \
     q.due_at, q.created_at, q.finished_at, q.opens, q.clicks";

/// Counting what is due later stops here.
pub const LATER_LIMIT: i64 = 10_000;

pub fn state(row: &Row) -> Result<MessageState, DbError> {
    let text: String = row.get("state")?;
    text.parse().map_err(|detail| DbError::Decode {
        column: "state".into(),
        detail,
    })
}

pub fn message(row: &Row) -> Result<MessageRow, DbError> {
    Ok(MessageRow {
        id: row.get("id")?,
        campaign: row.get("campaign_id")?,
        address: row.get("address")?,
        state: state(row)?,
        account: row.get("account")?,
        reply_code: row.get("reply_code")?,
        reply: row.get("reply")?,
        attempt: row.get("attempt")?,
        due_at: row.get("due_at")?,
        created_at: row.get("created_at")?,
        finished_at: row.get("finished_at")?,
        opens: row.get("opens")?,
        clicks: row.get("clicks")?,
    })
}

pub async fn find_message(db: &Db, id: MessageId) -> Result<Option<MessageRow>, DbError> {
    let statement = sql(format!(
        "SELECT {MESSAGE_COLUMNS} FROM email_queue q LEFT JOIN sender_accounts a ON a.id = q.account_id WHERE q.id = ?1"
    ))
    .bind(id);
    db.query_one(statement)
        .await?
        .as_ref()
        .map(message)
        .transpose()
}

/// A lane's own numbers as one row: `being_sent`, `later` (counted to [`LATER_LIMIT`] + 1), `next_try_at`, `oldest_due_at`.
pub fn select_lane(lane: i64, now: i64) -> Stmt {
    // A lane is its campaign; the lane of test mails is 0, whose rows have none.
    let owner = if lane == 0 {
        "q.campaign_id IS NULL AND ?1 = 0"
    } else {
        "q.campaign_id = ?1"
    };
    sql(format!(
        "SELECT (SELECT count(*) FROM email_queue q WHERE {owner} AND q.state IN ('leased', 'sending')) AS being_sent, \
         (SELECT count(*) FROM (SELECT 1 FROM email_queue q WHERE q.lane = ?1 AND q.state = 'ready' AND q.due_at > ?2 LIMIT ?3)) AS later, \
         (SELECT min(q.due_at) FROM email_queue q WHERE q.lane = ?1 AND q.state = 'ready' AND q.due_at > ?2) AS next_try_at, \
         (SELECT min(q.due_at) FROM email_queue q WHERE q.lane = ?1 AND q.state = 'ready') AS oldest_due_at"
    ))
    .bind(lane)
    .bind(now)
    .bind(LATER_LIMIT + 1)
}

/// How many test mails wait, counted to `limit`.
pub fn select_tests_waiting(limit: i64) -> Stmt {
    sql("SELECT count(*) AS n FROM (SELECT 1 FROM email_queue WHERE lane = 0 AND state = 'ready' LIMIT ?1)").bind(limit)
}

/// Accounts in the order in which they are tried, with what they were used for in the workspace's `day`.
pub fn select_accounts(day: &str) -> Stmt {
    sql(
        "SELECT a.id, a.name, a.enabled, a.daily_cap, a.campaign_cap, a.rate_per_second, a.rate_per_minute, \
         a.max_connections, a.kind = 'sandbox' AND EXISTS \
         (SELECT 1 FROM sender_accounts r WHERE r.enabled = 1 AND r.kind <> 'sandbox') AS is_only_pinned, \
         CASE WHEN a.breaker_state = 'open' THEN a.breaker_until END AS breaker_until, a.breaker_reason, \
         coalesce((SELECT used FROM send_counts s WHERE s.account_id = a.id AND s.period = ?1 AND s.campaign_id = 0), 0) AS today, \
         a.next_slot_us / 1000 AS next_slot_at \
         FROM sender_accounts a ORDER BY a.priority, a.id",
    )
    .bind(day)
}

pub fn accounts(outcome: &Outcome) -> Result<Vec<AccountUse>, DbError> {
    let account = |row: &Row| {
        Ok(AccountUse {
            id: row.get("id")?,
            name: row.get("name")?,
            enabled: row.get("enabled")?,
            is_only_pinned: row.get("is_only_pinned")?,
            daily_cap: row.get("daily_cap")?,
            used_today: row.get("today")?,
            campaign_cap: row.get("campaign_cap")?,
            rate_per_second: row.get("rate_per_second")?,
            rate_per_minute: row.get("rate_per_minute")?,
            connections: row.get("max_connections")?,
            next_slot_at: row.get("next_slot_at")?,
            breaker_until: row.get("breaker_until")?,
            breaker_reason: row.get("breaker_reason")?,
        })
    };
    outcome.rows.iter().map(account).collect()
}

/// What a campaign used of each account that day: `account_id`, `used`.
pub fn select_used(campaign: CampaignId, day: &str) -> Stmt {
    sql(
        "SELECT s.account_id, s.used FROM sender_accounts a JOIN send_counts s \
         ON s.account_id = a.id AND s.period = ?2 AND s.campaign_id = ?1",
    )
    .bind(campaign)
    .bind(day)
}

/// What all campaigns that are being sent used of each account that day: `campaign_id`, `account_id`, `used`.
pub fn select_used_by_all(day: &str) -> Stmt {
    sql("SELECT s.campaign_id, s.account_id, s.used FROM campaigns c CROSS JOIN sender_accounts a JOIN send_counts s \
         ON s.account_id = a.id AND s.period = ?1 AND s.campaign_id = c.id WHERE c.state = 'sending' AND c.deleted_at IS NULL")
    .bind(day)
}

/// Makes a waiting message due now.
pub fn update_due(id: MessageId, now: i64) -> Stmt {
    sql("UPDATE email_queue SET due_at = min(due_at, ?2) WHERE id = ?1 AND state = 'ready'")
        .bind(id)
        .bind(now)
        .expect_rows(1)
}
