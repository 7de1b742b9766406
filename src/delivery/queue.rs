//! The ledger's SQL: claim, mark, finish, release, renew, rescue. The only file that names lease columns.
//! Every write names the state a row leaves; a lease is fenced by its token and the row's attempt.

mod actions;
mod audience;
mod snapshots;
mod standing;

pub use actions::*;
pub use audience::*;
pub use snapshots::*;
pub use standing::{Standing, find_standing};

use crate::ids::{AccountId, MessageId, SnapshotId};
use crate::server::db::{Db, DbError, Row, Stmt, Value, sql};
use serde::Serialize;

/// Mail that belongs to no campaign: test sends.
pub const OWN_LANE: i64 = 0;
/// How far ahead messages of an account with a rate are claimed: each gets the moment from which it may leave.
pub const LOOK_AHEAD_MS: i64 = 3_000;
/// A run that waits for a moment begins this much later than it could: enough is left to claim and mark in time on a far database.
pub const LINGER_MS: i64 = 500;
/// A message with a rate leaves at its moment or at most this much later. The moments lie apart a little further than the rate
/// asks for, so that no second, wherever it begins, sees more than the rate.
pub const LATENESS_MS: i64 = 50;
/// Rows that one housekeeping statement may touch: long writes can hang a remote server.
pub const CHUNK: i64 = 1_000;

/// A message that was claimed.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub id: MessageId,
    pub lane: i64,
    pub attempt: i64,
    /// Retries count from this attempt on.
    pub tries_from: i64,
    pub token: String,
    pub address: String,
    pub merge: String,
    pub snapshot: SnapshotId,
    /// Set when the address was put on the suppression list after the audience was frozen: the reason.
    pub suppressed: Option<String>,
    /// Where the account has a rate: the moment from which this message may leave, in unix microseconds.
    pub slot_us: Option<i64>,
}

/// How an attempt ended: one element of the JSON that `finish` takes.
#[derive(Clone, Debug, Serialize)]
pub struct Finished {
    pub id: MessageId,
    pub token: String,
    pub attempt: i64,
    /// The state it goes to.
    pub state: &'static str,
    /// When it is due again, for `ready`.
    pub due_at: Option<i64>,
    pub code: Option<i64>,
    /// The server's words, or ours.
    pub reply: String,
    /// 1 when the attempt does not count against the message: it was never offered to a server.
    pub refund: i64,
}

/// A lane with mail that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    pub id: i64,
    /// The campaign insists on this account.
    pub pinned: Option<AccountId>,
}

/// Lanes that have something due now. Campaigns that are paused or cancelled have none.
pub fn lanes(now: i64) -> Stmt {
    sql("SELECT c.id AS lane, c.account_id AS pinned FROM campaigns c WHERE c.state = 'sending' AND EXISTS \
         (SELECT 1 FROM email_queue q WHERE q.lane = c.id AND q.state = 'ready' AND q.due_at <= ?1) \
         UNION ALL SELECT 0, q.pinned_account_id FROM email_queue q WHERE q.lane = 0 AND q.state = 'ready' AND q.due_at <= ?1 \
         GROUP BY q.pinned_account_id")
    .bind(now)
}

pub fn read_lane(row: &Row) -> Result<Lane, DbError> {
    Ok(Lane {
        id: row.get("lane")?,
        pinned: row.get("pinned")?,
    })
}

/// When the next message of any running lane is due, if one is.
pub async fn find_next_due(db: &Db) -> Result<Option<i64>, DbError> {
    let row = db
        .query_one(sql("SELECT min(due) AS due FROM (SELECT (SELECT min(q.due_at) FROM email_queue q WHERE q.lane = c.id \
             AND q.state = 'ready') AS due FROM campaigns c WHERE c.state = 'sending' \
             UNION ALL SELECT min(due_at) FROM email_queue WHERE lane = 0 AND state = 'ready')"))
        .await?;
    row.map_or(Ok(None), |row| row.get("due"))
}

/// Everything a claim is measured against.
#[derive(Clone, Debug)]
pub struct ClaimRequest<'a> {
    pub account: AccountId,
    pub lane: i64,
    pub want: i64,
    pub now: i64,
    pub lease_end: i64,
    pub owner: &'a str,
    pub token: &'a str,
    /// The workspace's date, "2026-11-22".
    pub day: &'a str,
    /// The breaker is half open and this claim is its one probe.
    pub is_probe: bool,
    /// Whether test mail that insists on no account may be taken.
    pub takes_free: bool,
    /// Whether what is claimed may leave at once and is marked `sending` right away; otherwise it is `leased` until it is marked.
    pub marks: bool,
}

/// Microseconds between two messages of an account `a`, so that its rates hold in any second and any minute although a message
/// may leave `LATENESS_MS` after its moment. Zero: it has no rate. Rounded up: 1,050,000 / 3 would be a fraction too little.
const STEP: &str = "max(CASE WHEN a.rate_per_second = 0 THEN 0 ELSE (1049999 + a.rate_per_second) / a.rate_per_second END, \
    CASE WHEN a.rate_per_minute = 0 THEN 0 ELSE (60049999 + a.rate_per_minute) / a.rate_per_minute END)";

/// What is left of the account's caps and rates for this lane, as SQL over sender_accounts `a`. Parameters: ?2 lane, ?3 want,
/// ?4 now, ?7 day. Zero means none of that cap. Test mail has no campaign cap. A rate leaves as many as have their moment
/// within `LOOK_AHEAD_MS`.
fn room() -> String {
    format!(
        "max(0, min(?3, \
         CASE WHEN a.daily_cap = 0 THEN ?3 ELSE a.daily_cap - coalesce((SELECT used FROM send_counts s \
            WHERE s.account_id = a.id AND s.period = ?7 AND s.campaign_id = 0), 0) END, \
         CASE WHEN a.campaign_cap = 0 OR ?2 = 0 THEN ?3 ELSE a.campaign_cap - coalesce((SELECT used FROM send_counts s \
            WHERE s.account_id = a.id AND s.period = ?7 AND s.campaign_id = ?2), 0) END, \
         CASE WHEN {STEP} = 0 THEN ?3 ELSE ((?4 + {LOOK_AHEAD_MS}) * 1000 - max(a.next_slot_us, ?4 * 1000) + {STEP} - 1) / {STEP} END))"
    )
}

/// Claims up to `want` due messages of a lane and books them on the account's counts, all in the caller's one batch: caps and
/// rates are exact across instances because nobody else writes in between. Outcomes: what was left (a row with `room`, `step`
/// and `first_slot`, the moment of the first message), the claimed rows, and two bookings.
pub fn claim(request: &ClaimRequest<'_>) -> [Stmt; 4] {
    // One numbering for all; each names ?10, the highest, so that all ten exist.
    let bind = |statement: Stmt| {
        statement
            .bind(request.account)
            .bind(request.lane)
            .bind(request.want)
            .bind(request.now)
            .bind(request.owner)
            .bind(request.token)
            .bind(request.day)
            .bind(i64::from(request.is_probe))
            .bind(request.lease_end)
            .bind(i64::from(request.takes_free))
    };
    let usable = "a.id = ?1 AND a.enabled = 1 AND (a.breaker_state = 'closed' OR (a.breaker_state = 'half_open' AND ?8 = 1))";
    let running =
        "(?2 = 0 OR EXISTS (SELECT 1 FROM campaigns c WHERE c.id = ?2 AND c.state = 'sending'))";
    let room = room();
    let left = format!(
        "SELECT {room} AS room, {STEP} AS step, max(a.next_slot_us, ?4 * 1000) AS first_slot, ?10 AS takes_free \
         FROM sender_accounts a WHERE {usable}"
    );
    let state = if request.marks { "sending" } else { "leased" };
    let claimed = format!(
        "UPDATE email_queue SET state = '{state}', lease_owner = ?5, lease_token = ?6, lease_until = ?9, attempt = attempt + 1, \
         account_id = ?1 WHERE id IN (SELECT q.id FROM email_queue q WHERE q.lane = ?2 AND q.state = 'ready' AND q.due_at <= ?4 \
         AND (q.pinned_account_id = ?1 OR (q.pinned_account_id IS NULL AND (?2 <> 0 OR ?10 = 1))) AND {running} ORDER BY q.due_at, q.id \
         LIMIT coalesce((SELECT {room} FROM sender_accounts a WHERE {usable}), 0)) \
         RETURNING id, lane, attempt, tries_from, address, merge, snapshot_id, \
         (SELECT s.reason FROM suppressions s WHERE s.address_key = email_queue.address_key) AS suppressed"
    );
    // changes() is the number of rows the claim just moved.
    let counted = "INSERT INTO send_counts (account_id, period, campaign_id, used, updated_at) \
         SELECT ?1, ?7, p.campaign, changes(), ?4 FROM (SELECT 0 AS campaign UNION ALL SELECT ?2 WHERE ?2 <> 0) p \
         WHERE changes() > 0 AND ?10 >= 0 \
         ON CONFLICT (account_id, period, campaign_id) DO UPDATE SET used = used + excluded.used, updated_at = excluded.updated_at";
    // Few rows are leased at any time: counting those of this claim is cheap, and only done for an account with a rate.
    let paced = format!(
        "UPDATE sender_accounts AS a SET next_slot_us = max(a.next_slot_us, ?4 * 1000) + {STEP} * \
         (SELECT count(*) FROM email_queue q INDEXED BY email_queue_leases WHERE q.lease_token IS NOT NULL AND q.lease_token = ?6) \
         WHERE a.id = ?1 AND {STEP} > 0 AND ?10 >= 0"
    );
    [
        bind(sql(left)),
        bind(sql(claimed)),
        bind(sql(counted)),
        bind(sql(paced)),
    ]
}

/// What stands in for the four statements of a claim when their batch is repeated because its answer was lost: what was claimed
/// goes back, also when it was taken for unconfirmed meanwhile, because nobody knows of it and it certainly did not leave.
pub fn undo_claim(request: &ClaimRequest<'_>) -> [Stmt; 4] {
    let back = "UPDATE email_queue SET state = 'ready', attempt = attempt - 1, lease_owner = NULL, lease_token = NULL, \
         lease_until = NULL, finished_at = NULL, reply = '' WHERE";
    [
        sql(format!(
            "{back} id IN (SELECT id FROM email_queue INDEXED BY email_queue_leases WHERE lease_token IS NOT NULL AND lease_token = ?1)"
        ))
        .bind(request.token),
        // changes() is the number of rows that just went back: none if the claim was never carried out.
        sql("UPDATE send_counts SET used = max(0, used - changes()) WHERE account_id = ?1 AND period = ?2 AND campaign_id IN (0, ?3)")
            .bind(request.account)
            .bind(request.day)
            .bind(request.lane),
        sql(format!(
            "{back} campaign_id IS nullif(?2, 0) AND state = 'unconfirmed' AND lease_owner = ?1"
        ))
        .bind(request.token)
        .bind(request.lane),
        reopen_campaign(request.lane, request.now),
    ]
}

pub fn read_claimed(row: &Row, token: &str) -> Result<Claimed, DbError> {
    Ok(Claimed {
        id: row.get("id")?,
        lane: row.get("lane")?,
        attempt: row.get("attempt")?,
        tries_from: row.get("tries_from")?,
        token: token.to_owned(),
        address: row.get("address")?,
        merge: row.get("merge")?,
        snapshot: row.get("snapshot_id")?,
        suppressed: row.get("suppressed")?,
        slot_us: None,
    })
}

/// Gives back capacity that was booked and not used.
pub fn return_capacity(account: AccountId, day: &str, lane: i64, n: i64) -> Stmt {
    sql("UPDATE send_counts SET used = max(0, used - ?4) WHERE account_id = ?1 AND period = ?2 AND campaign_id IN (0, ?3)")
        .bind(account)
        .bind(day)
        .bind(lane)
        .bind(n)
}

/// A row's identity and what fences it, as JSON for the statements below.
#[derive(Serialize)]
pub struct Fence<'a> {
    id: MessageId,
    token: &'a str,
    attempt: i64,
}

impl<'a> From<&'a Claimed> for Fence<'a> {
    fn from(row: &'a Claimed) -> Self {
        Fence {
            id: row.id,
            token: &row.token,
            attempt: row.attempt,
        }
    }
}

impl<'a> From<&'a Finished> for Fence<'a> {
    fn from(row: &'a Finished) -> Self {
        Fence {
            id: row.id,
            token: &row.token,
            attempt: row.attempt,
        }
    }
}

fn fences<'a>(rows: impl Iterator<Item = Fence<'a>>) -> Value {
    let fences: Vec<_> = rows.collect();
    Value::Text(serde_json::to_string(&fences).unwrap_or_else(|_| "[]".into()))
}

const FENCE: &str = "FROM (SELECT value ->> 'id' AS id, value ->> 'token' AS token, value ->> 'attempt' AS attempt FROM json_each(?1)) j \
     WHERE email_queue.id = j.id AND email_queue.lease_token = j.token AND email_queue.attempt = j.attempt";

/// Writes `sending` before the first byte of a message leaves that was claimed ahead of its moment. Returns the ids that moved; one that did not is no longer ours,
/// or its campaign was stopped, and must not be sent.
pub fn mark_sending<'a>(rows: impl Iterator<Item = &'a Claimed>, lease_end: i64) -> Stmt {
    // A token is one claim's, and a claim counts an attempt: no need to compare attempts, and the commonest statement stays small.
    let (mut ids, mut tokens) = (Vec::new(), Vec::new());
    for row in rows {
        ids.push(row.id);
        if !tokens.contains(&row.token.as_str()) {
            tokens.push(row.token.as_str());
        }
    }
    let json = |list: serde_json::Result<String>| list.unwrap_or_else(|_| "[]".into());
    sql("UPDATE email_queue SET state = 'sending', lease_until = max(lease_until, ?2) WHERE id IN (SELECT value FROM json_each(?1)) \
         AND state = 'leased' AND lease_token IN (SELECT value FROM json_each(?3)) \
         AND (lane = 0 OR EXISTS (SELECT 1 FROM campaigns c WHERE c.id = lane AND c.state = 'sending')) RETURNING id")
    .bind(json(serde_json::to_string(&ids)))
    .bind(lease_end)
    .bind(json(serde_json::to_string(&tokens)))
}

/// Keeps leases alive while their messages wait, are on the wire, or have results that are not written yet. Returns the ids that are still ours.
pub fn renew<'a>(rows: impl Iterator<Item = Fence<'a>>, lease_end: i64) -> Stmt {
    sql(format!(
        "UPDATE email_queue SET lease_until = ?2 {FENCE} RETURNING email_queue.id"
    ))
    .bind(fences(rows))
    .bind(lease_end)
}

/// Puts messages that were claimed and never offered to a server back, as if they had not been claimed; also those that were
/// taken for unconfirmed meanwhile, because this process was not heard of: they certainly did not leave.
pub fn release<'a>(rows: impl Iterator<Item = &'a Claimed>) -> Stmt {
    sql("UPDATE email_queue SET state = 'ready', attempt = email_queue.attempt - 1, lease_owner = NULL, lease_token = NULL, \
         lease_until = NULL, finished_at = NULL, reply = '' \
         FROM (SELECT value ->> 'id' AS id, value ->> 'token' AS token, value ->> 'attempt' AS attempt FROM json_each(?1)) j \
         WHERE email_queue.id = j.id AND email_queue.attempt = j.attempt \
         AND ((email_queue.lease_token = j.token AND email_queue.state IN ('leased', 'sending')) \
         OR (email_queue.state = 'unconfirmed' AND email_queue.lease_owner = j.token))")
    .bind(fences(rows.map(Fence::from)))
}

/// Stands in a batch for a statement that must not run again.
pub fn nothing() -> Stmt {
    sql("SELECT 1 WHERE 0")
}

/// A campaign that was closed over messages taken for unconfirmed, some of which turned out to be waiting, goes on.
pub fn reopen_campaign(campaign: i64, now: i64) -> Stmt {
    sql("UPDATE campaigns SET state = 'sending', finished_at = NULL, updated_at = ?2 WHERE id = ?1 AND state IN ('completed', 'failed') \
         AND deleted_at IS NULL AND total > sent + failed + suppressed + skipped + cancelled + unconfirmed")
    .bind(campaign)
    .bind(now)
}

/// Records how attempts ended. A row whose lease ran out meanwhile stands as unconfirmed: the true result still counts, as long
/// as nobody tried the message again (the attempt says so).
pub fn finish(results: &[Finished], now: i64) -> Stmt {
    sql("UPDATE email_queue SET state = j.state, attempt = email_queue.attempt - j.refund, \
         due_at = coalesce(j.due_at, email_queue.due_at), reply_code = j.code, reply = j.reply, lease_owner = NULL, \
         lease_token = NULL, lease_until = NULL, finished_at = CASE WHEN j.state = 'ready' THEN NULL ELSE ?2 END \
         FROM (SELECT value ->> 'id' AS id, value ->> 'token' AS token, value ->> 'attempt' AS attempt, value ->> 'state' AS state, \
         value ->> 'due_at' AS due_at, value ->> 'code' AS code, value ->> 'reply' AS reply, value ->> 'refund' AS refund \
         FROM json_each(?1)) j WHERE email_queue.id = j.id AND email_queue.attempt = j.attempt \
         AND ((email_queue.lease_token = j.token AND email_queue.state IN ('leased', 'sending')) \
         OR (email_queue.state = 'unconfirmed' AND email_queue.lease_owner = j.token))")
    .bind(serde_json::to_string(results).unwrap_or_else(|_| "[]".into()))
    .bind(now)
}

/// Keeps what the server said at each attempt that did not end in `sent`.
pub fn insert_logs(results: &[Finished], account: AccountId, now: i64) -> Stmt {
    sql("INSERT INTO send_logs (message_id, attempt, account_id, outcome, reply_code, reply, at) \
         SELECT value ->> 'id', value ->> 'attempt', ?2, value ->> 'state', value ->> 'code', value ->> 'reply', ?3 \
         FROM json_each(?1) WHERE value ->> 'state' <> 'sent' AND value ->> 'reply' <> '' \
         AND EXISTS (SELECT 1 FROM email_queue q WHERE q.id = value ->> 'id') ON CONFLICT (message_id, attempt, outcome) DO NOTHING")
    .bind(serde_json::to_string(results).unwrap_or_else(|_| "[]".into()))
    .bind(account)
    .bind(now)
}

/// Closes a campaign whose every recipient is accounted for. Nothing sent and something failed is a failure.
pub fn complete_campaign(campaign: i64, now: i64) -> Stmt {
    sql("UPDATE campaigns SET state = CASE WHEN sent + unconfirmed = 0 AND failed > 0 THEN 'failed' ELSE 'completed' END, \
         finished_at = ?2, updated_at = ?2 WHERE id = ?1 AND state = 'sending' AND expanded_at IS NOT NULL \
         AND total = sent + failed + suppressed + skipped + cancelled + unconfirmed")
    .bind(campaign)
    .bind(now)
}

/// Closes every campaign that has nothing left: after a rescue, or when all were suppressed at the start.
pub fn complete_campaigns(now: i64) -> Stmt {
    sql("UPDATE campaigns SET state = CASE WHEN sent + unconfirmed = 0 AND failed > 0 THEN 'failed' ELSE 'completed' END, \
         finished_at = ?1, updated_at = ?1 WHERE state = 'sending' AND expanded_at IS NOT NULL \
         AND total = sent + failed + suppressed + skipped + cancelled + unconfirmed")
    .bind(now)
}

/// Takes expired leases away: what was only claimed is ready again; what may have left is unconfirmed, and never resent by itself.
/// Its token stays as the owner: whoever held it may still come back and know better, and nobody else (attempts are handed back,
/// so their number alone says too little).
pub fn rescue(now: i64) -> [Stmt; 3] {
    let expired = "id IN (SELECT id FROM email_queue WHERE lease_token IS NOT NULL AND lease_until < ?1 AND state = ";
    let words = "The program stopped between handing this message over and hearing back. It may or may not have arrived.";
    [
        sql(format!(
            "UPDATE email_queue SET state = 'ready', attempt = attempt - 1, lease_owner = NULL, lease_token = NULL, \
             lease_until = NULL WHERE state = 'leased' AND {expired}'leased' LIMIT 1000)"
        ))
        .bind(now),
        sql(format!(
            "INSERT INTO send_logs (message_id, attempt, account_id, outcome, reply, at) SELECT id, attempt, account_id, \
             'unconfirmed', '{words}', ?1 FROM email_queue WHERE {expired}'sending' LIMIT 1000) \
             ON CONFLICT (message_id, attempt, outcome) DO NOTHING"
        ))
        .bind(now),
        sql(format!(
            "UPDATE email_queue SET state = 'unconfirmed', reply = '{words}', lease_owner = lease_token, lease_token = NULL, \
             lease_until = NULL, finished_at = ?1 WHERE state = 'sending' AND {expired}'sending' LIMIT 1000)"
        ))
        .bind(now),
    ]
}

/// One message of its own: a test send. Returns its id (`RETURNING id`).
pub fn insert_test(
    snapshot: SnapshotId,
    address: &str,
    merge: &str,
    account: Option<AccountId>,
    now: i64,
) -> Stmt {
    sql("INSERT INTO email_queue (lane, kind, snapshot_id, address, address_key, merge, pinned_account_id, due_at, created_at) \
         VALUES (0, 'test', ?1, ?2, ?3, ?4, ?5, ?6, ?6) RETURNING id")
    .bind(snapshot)
    .bind(address)
    .bind(address.to_lowercase())
    .bind(merge)
    .bind(account)
    .bind(now)
}

/// Forgets the counts of days long past.
pub fn delete_old_counts(now: i64) -> Stmt {
    sql("DELETE FROM send_counts WHERE updated_at < ?1").bind(now - 40 * 86_400_000)
}
