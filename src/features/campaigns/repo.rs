//! SQL over campaigns, and over the ledger's rows of one campaign as its pages show them. Guards name the states a campaign leaves.

use super::model::{CampaignAction, CampaignState, CampaignSummary, Counts};
use super::progress::{AccountShare, FAILURES_READ, RATE_SAMPLE, RECENT_SHOWN, Recent, ReplyGroup};
use crate::features::drafts::copies::Copies;
use crate::ids::{AccountId, CampaignId, DraftId, RecipientSetId, SnapshotId};
use crate::server::db::{Db, DbError, Outcome, Row, Stmt, sql};

/// Everything a page or a rule wants to know of a campaign.
#[derive(Clone, Debug)]
pub struct Campaign {
    pub summary: CampaignSummary,
    pub snapshot_id: SnapshotId,
    pub account_id: Option<AccountId>,
    pub account: Option<String>,
    pub recipient_set_id: RecipientSetId,
    pub recipients: String,
    /// Rows of the set, good and bad: what `expanded_to` counts towards.
    pub positions: i64,
    pub expanded_to: i64,
    pub is_expanded: bool,
    pub mode: String,
    pub source: String,
    pub preheader: String,
    pub reply_to: String,
    pub copies: Copies,
    pub unsubscribes: i64,
    pub pause_reason: String,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
}

impl Campaign {
    /// How many recipients have no message yet; exact once expansion ended, close before.
    pub fn unprepared(&self) -> i64 {
        if self.is_expanded {
            0
        } else {
            (self.positions - self.expanded_to).clamp(0, self.summary.counts.waiting())
        }
    }
}

const SUMMARY: &str = "c.id, c.name, c.subject, c.state, c.total, c.sent, c.failed, c.suppressed, c.skipped, c.cancelled, \
     c.unconfirmed, c.unique_opens, c.unique_clicks, c.created_at";

fn state(row: &Row) -> Result<CampaignState, DbError> {
    let text: String = row.get("state")?;
    text.parse().map_err(|detail| DbError::Decode {
        column: "state".into(),
        detail,
    })
}

fn summary(row: &Row) -> Result<CampaignSummary, DbError> {
    Ok(CampaignSummary {
        id: row.get("id")?,
        name: row.get("name")?,
        subject: row.get("subject")?,
        state: state(row)?,
        counts: Counts {
            total: row.get("total")?,
            sent: row.get("sent")?,
            failed: row.get("failed")?,
            suppressed: row.get("suppressed")?,
            skipped: row.get("skipped")?,
            cancelled: row.get("cancelled")?,
            unconfirmed: row.get("unconfirmed")?,
        },
        unique_opens: row.get("unique_opens")?,
        unique_clicks: row.get("unique_clicks")?,
        created_at: row.get("created_at")?,
    })
}

fn campaign(row: &Row) -> Result<Campaign, DbError> {
    Ok(Campaign {
        summary: summary(row)?,
        snapshot_id: row.get("snapshot_id")?,
        account_id: row.get("account_id")?,
        account: row.get("account")?,
        recipient_set_id: row.get("recipient_set_id")?,
        recipients: row.get("recipients")?,
        positions: row.get("positions")?,
        expanded_to: row.get("expanded_to")?,
        is_expanded: row.get("is_expanded")?,
        mode: row.get("mode")?,
        source: row.get("source")?,
        preheader: row.get("preheader")?,
        reply_to: row.get("reply_to")?,
        copies: Copies::of(&row.get::<String>("cc")?, &row.get::<String>("bcc")?),
        unsubscribes: row.get("unsubscribes")?,
        pause_reason: row.get("pause_reason")?,
        started_at: row.get("started_at")?,
        finished_at: row.get("finished_at")?,
    })
}

/// The statement of [`find`], for a batch of reads; its outcome is read by [`found`].
pub fn select(id: CampaignId) -> Stmt {
    sql(format!(
        "SELECT {SUMMARY}, c.snapshot_id, c.account_id, a.name AS account, c.recipient_set_id, s.source AS recipients, \
         s.valid + s.invalid + s.duplicate + s.suppressed AS positions, c.expanded_to, c.expanded_at IS NOT NULL AS is_expanded, \
         c.mode, f.source, c.preheader, c.reply_to, f.cc, f.bcc, c.unsubscribes, c.pause_reason, c.started_at, c.finished_at \
         FROM campaigns c JOIN recipient_sets s ON s.id = c.recipient_set_id JOIN content_snapshots f ON f.id = c.snapshot_id \
         LEFT JOIN sender_accounts a ON a.id = c.account_id WHERE c.id = ?1 AND c.deleted_at IS NULL"
    ))
    .bind(id)
}

pub fn found(outcome: &Outcome) -> Result<Option<Campaign>, DbError> {
    outcome.rows.first().map(campaign).transpose()
}

pub async fn find(db: &Db, id: CampaignId) -> Result<Option<Campaign>, DbError> {
    db.query_one(select(id))
        .await?
        .as_ref()
        .map(campaign)
        .transpose()
}

/// Which way a list goes on from a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge<T> {
    Start,
    After(T),
    Before(T),
}

/// What a list of campaigns is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Narrowed<'a> {
    pub state: Option<CampaignState>,
    /// In the name or subject.
    pub search: &'a str,
    /// It sent some of the campaign, or the campaign is tied to it.
    pub account: Option<AccountId>,
    /// Unix ms, the end not included.
    pub from: Option<i64>,
    pub to: Option<i64>,
}

/// Campaigns, newest first: at most `limit` on that side of the given one.
pub fn select_list(narrowed: &Narrowed<'_>, edge: Edge<CampaignId>, limit: i64) -> Stmt {
    let (side, order, id) = match edge {
        Edge::Start => ("?1 IS NULL", "DESC", None),
        Edge::After(id) => ("c.id < ?1", "DESC", Some(id)),
        Edge::Before(id) => ("c.id > ?1", "ASC", Some(id)),
    };
    let search = narrowed.search;
    let pattern = search
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    sql(format!(
        "SELECT {SUMMARY} FROM campaigns c WHERE {side} AND c.deleted_at IS NULL AND (?2 IS NULL OR c.state = ?2) \
         AND (?3 = '' OR c.name LIKE ?4 ESCAPE '\\' OR c.subject LIKE ?4 ESCAPE '\\') \
         AND (?6 IS NULL OR c.created_at >= ?6) AND (?7 IS NULL OR c.created_at < ?7) \
         AND (?8 IS NULL OR c.account_id = ?8 OR EXISTS (SELECT 1 FROM campaign_accounts n WHERE n.campaign_id = c.id AND n.account_id = ?8)) \
         ORDER BY c.id {order} LIMIT ?5"
    ))
    .bind(id)
    .bind(narrowed.state.map(CampaignState::as_str))
    .bind(search)
    .bind(format!("%{pattern}%"))
    .bind(limit)
    .bind(narrowed.from)
    .bind(narrowed.to)
    .bind(narrowed.account)
}

pub fn summaries(outcome: &Outcome) -> Result<Vec<CampaignSummary>, DbError> {
    outcome.rows.iter().map(summary).collect()
}

/// Every sender account, for choosing one: `id`, `name`.
pub fn select_account_names() -> Stmt {
    sql("SELECT id, name FROM sender_accounts ORDER BY priority, id")
}

pub fn account_names(outcome: &Outcome) -> Result<Vec<(i64, String)>, DbError> {
    outcome
        .rows
        .iter()
        .map(|row| Ok((row.get("id")?, row.get("name")?)))
        .collect()
}

pub fn count_states() -> Stmt {
    sql("SELECT state, count(*) AS n FROM campaigns WHERE deleted_at IS NULL GROUP BY state")
}

pub fn states(outcome: &Outcome) -> Result<Vec<(CampaignState, i64)>, DbError> {
    outcome
        .rows
        .iter()
        .map(|row| Ok((state(row)?, row.get("n")?)))
        .collect()
}

/// Campaigns with something left to send, newest first: what the queue page shows. `id`, `name`.
pub fn select_running(limit: i64) -> Stmt {
    sql(
        "SELECT id, name FROM campaigns WHERE state IN ('sending', 'paused', 'scheduled') AND deleted_at IS NULL \
         ORDER BY id DESC LIMIT ?1",
    )
    .bind(limit)
}

/// Campaigns that are being sent, in the order in which they take turns, as a forecast reads them: `id`, `account_id`, and
/// `waiting`, messages that no account has taken yet.
pub fn select_sending(limit: i64) -> Stmt {
    sql(
        "SELECT c.id, c.account_id, c.total - c.sent - c.failed - c.suppressed - c.skipped - c.cancelled - c.unconfirmed \
         - (SELECT count(*) FROM email_queue q WHERE q.campaign_id = c.id AND q.state IN ('leased', 'sending')) AS waiting \
         FROM campaigns c WHERE c.state = 'sending' AND c.deleted_at IS NULL ORDER BY c.id LIMIT ?1",
    )
    .bind(limit)
}

/// How many messages wait over all running campaigns, from their counters.
pub fn sum_waiting() -> Stmt {
    sql(
        "SELECT count(*) AS campaigns, coalesce(sum(total - sent - failed - suppressed - skipped - cancelled - unconfirmed), 0) \
         AS waiting FROM campaigns WHERE state IN ('sending', 'paused', 'scheduled') AND deleted_at IS NULL",
    )
}

/// `n` and the `oldest` end among the latest messages that ended within the minute before `now`.
pub fn select_rate(id: CampaignId, now: i64) -> Stmt {
    sql(
        "SELECT count(*) AS n, min(finished_at) AS oldest FROM (SELECT finished_at FROM email_queue \
         WHERE campaign_id = ?1 AND state = 'sent' ORDER BY id DESC LIMIT ?2) WHERE finished_at > ?3",
    )
    .bind(id)
    .bind(RATE_SAMPLE)
    .bind(now - 60_000)
}

pub fn select_accounts(id: CampaignId) -> Stmt {
    sql(
        "SELECT coalesce(a.name, 'A deleted account') AS name, ca.sent, ca.failed FROM campaign_accounts ca \
         LEFT JOIN sender_accounts a ON a.id = ca.account_id WHERE ca.campaign_id = ?1 AND ca.sent + ca.failed > 0 \
         ORDER BY a.priority, ca.account_id",
    )
    .bind(id)
}

pub fn shares(outcome: &Outcome) -> Result<Vec<AccountShare>, DbError> {
    let share = |row: &Row| {
        Ok(AccountShare {
            name: row.get("name")?,
            sent: row.get("sent")?,
            failed: row.get("failed")?,
        })
    };
    outcome.rows.iter().map(share).collect()
}

/// What the servers said about the latest failures, the same words together.
pub fn select_failures(id: CampaignId) -> Stmt {
    sql("SELECT reply_code, reply, count(*) AS n FROM (SELECT reply_code, reply FROM email_queue \
         WHERE campaign_id = ?1 AND state = 'failed' ORDER BY id DESC LIMIT ?2) GROUP BY reply_code, reply")
    .bind(id)
    .bind(FAILURES_READ)
}

pub fn replies(outcome: &Outcome) -> Result<Vec<ReplyGroup>, DbError> {
    let group = |row: &Row| {
        Ok(ReplyGroup {
            code: row.get("reply_code")?,
            reply: row.get("reply")?,
            count: row.get("n")?,
        })
    };
    outcome.rows.iter().map(group).collect()
}

/// What happened last: ends of messages by their order in the ledger, and what people did among the latest events.
pub fn select_recent(id: CampaignId) -> Stmt {
    let ended = |state: &str| {
        format!(
            "SELECT at, kind, message, address, words FROM (SELECT q.finished_at AS at, q.state AS kind, q.id AS message, q.address, \
             q.reply AS words FROM email_queue q WHERE q.campaign_id = ?1 AND q.state = '{state}' ORDER BY q.id DESC LIMIT ?2)"
        )
    };
    let done = |kind: &str| {
        format!(
            "SELECT e.at, e.kind, e.message_id AS message, q.address, coalesce(l.label, '') AS words FROM (SELECT at, kind, message_id, \
             link, rule FROM tracking_events WHERE campaign_id = ?1 AND kind = '{kind}' ORDER BY at DESC LIMIT 50) e \
             CROSS JOIN email_queue q ON q.id = e.message_id LEFT JOIN snapshot_links l ON l.snapshot_id = q.snapshot_id \
             AND l.position = e.link WHERE e.rule = '' AND (e.kind = 'click' OR e.link IS NULL)"
        )
    };
    sql(format!(
        "SELECT at, kind, message, address, words FROM ({} UNION ALL {} UNION ALL {} UNION ALL {}) WHERE at IS NOT NULL \
         ORDER BY at DESC, message DESC LIMIT ?2",
        ended("sent"),
        ended("failed"),
        done("open"),
        done("click")
    ))
    .bind(id)
    .bind(RECENT_SHOWN)
}

pub fn recent(outcome: &Outcome) -> Result<Vec<Recent>, DbError> {
    let recent = |row: &Row| {
        Ok(Recent {
            at: row.get("at")?,
            kind: row.get("kind")?,
            message: row.get("message")?,
            address: row.get("address")?,
            words: row.get("words")?,
        })
    };
    outcome.rows.iter().map(recent).collect()
}

/// Makes the campaign of a draft as it stood at `revision`, with the audience of its ready set. Returns `id`. Moves nothing
/// when the draft changed, the audience is not ready or empty, or no account could send.
pub fn insert(draft: DraftId, revision: i64, snapshot: SnapshotId, now: i64) -> Stmt {
    sql("INSERT INTO campaigns (name, state, snapshot_id, recipient_set_id, account_id, mode, subject, preheader, reply_to, \
         total, created_at, started_at, updated_at) \
         SELECT d.name, 'sending', ?3, s.id, d.account_id, d.mode, d.subject, d.preheader, d.reply_to, \
         s.valid + s.suppressed, ?4, ?4, ?4 FROM drafts d JOIN recipient_sets s ON s.id = d.recipient_set_id \
         WHERE d.id = ?1 AND d.revision = ?2 AND s.state = 'ready' AND s.valid > 0 AND EXISTS \
         (SELECT 1 FROM sender_accounts a WHERE a.enabled = 1 AND (d.account_id IS NULL OR a.id = d.account_id)) RETURNING id")
    .bind(draft)
    .bind(revision)
    .bind(snapshot)
    .bind(now)
    .expect_rows(1)
}

/// The states an action may leave, as SQL. The words are our own, never a caller's.
fn leaves(action: CampaignAction) -> String {
    let words: Vec<_> = action
        .leaves()
        .iter()
        .map(|state| format!("'{}'", state.as_str()))
        .collect();
    words.join(", ")
}

/// Pauses, resumes or cancels. The claim, the expander and the sweeper read the state.
pub fn update_state(id: CampaignId, action: CampaignAction, to: CampaignState, now: i64) -> Stmt {
    sql(format!(
        "UPDATE campaigns SET state = ?2, pause_reason = '', updated_at = ?3, \
         finished_at = CASE WHEN ?2 IN ('completed', 'cancelled', 'failed') THEN ?3 END \
         WHERE id = ?1 AND deleted_at IS NULL AND state IN ({})",
        leaves(action)
    ))
    .bind(id)
    .bind(to.as_str())
    .bind(now)
    .expect_rows(1)
}

/// Sets an ended campaign going again for what is sent once more; a paused one stays paused.
pub fn update_reopened(id: CampaignId, action: CampaignAction, now: i64) -> Stmt {
    sql(format!(
        "UPDATE campaigns SET state = CASE state WHEN 'paused' THEN 'paused' ELSE 'sending' END, finished_at = NULL, \
         updated_at = ?2 WHERE id = ?1 AND deleted_at IS NULL AND state IN ({})",
        leaves(action)
    ))
    .bind(id)
    .bind(now)
    .expect_rows(1)
}

/// Takes an ended campaign off all pages; its rows follow.
pub fn update_deleted(id: CampaignId, now: i64) -> Stmt {
    sql(format!(
        "UPDATE campaigns SET deleted_at = ?2, updated_at = ?2 WHERE id = ?1 AND deleted_at IS NULL AND state IN ({}) \
         AND total <= sent + failed + suppressed + skipped + cancelled + unconfirmed",
        leaves(CampaignAction::Delete)
    ))
    .bind(id)
    .bind(now)
    .expect_rows(1)
}

/// A campaign that is being deleted, and its snapshot.
pub async fn find_deleted(db: &Db) -> Result<Option<(CampaignId, SnapshotId)>, DbError> {
    let row = db
        .query_one(sql(
            "SELECT id, snapshot_id FROM campaigns WHERE deleted_at IS NOT NULL ORDER BY id LIMIT 1",
        ))
        .await?;
    row.map(|row| Ok((row.get("id")?, row.get("snapshot_id")?)))
        .transpose()
}

/// Deletes a chunk of a deleted campaign's messages, with their attempts and events.
pub fn delete_messages(id: CampaignId, limit: i64) -> Stmt {
    sql("DELETE FROM email_queue WHERE id IN (SELECT q.id FROM email_queue q JOIN campaigns c ON c.id = q.campaign_id \
         WHERE q.campaign_id = ?1 AND c.deleted_at IS NOT NULL LIMIT ?2)")
    .bind(id)
    .bind(limit)
}

/// Deletes the campaign itself once no message is left, then its content.
pub fn delete(id: CampaignId, snapshot: SnapshotId) -> [Stmt; 2] {
    [
        sql("DELETE FROM campaigns WHERE id = ?1 AND deleted_at IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM email_queue WHERE campaign_id = ?1)")
        .bind(id),
        sql("DELETE FROM content_snapshots WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM campaigns WHERE snapshot_id = ?1) \
             AND NOT EXISTS (SELECT 1 FROM email_queue WHERE snapshot_id = ?1)")
        .bind(snapshot),
    ]
}

/// Where the links of frozen content lead: `position`, `target` with its merge expressions.
pub fn select_links(snapshot: SnapshotId) -> Stmt {
    sql("SELECT position, target FROM snapshot_links WHERE snapshot_id = ?1 ORDER BY position")
        .bind(snapshot)
}
