//! SQL of the home page. Reads everybody's tables, in one batch.

use super::model::{AccountState, DAYS, RecentCampaign, RecentDraft, SHOWN, Steps, WEEKS};
use crate::features::analytics::model::Engagement;
use crate::features::analytics::repo::{CAMPAIGN_LINE, delivery, engagement};
use crate::features::campaigns::model::{CampaignState, Counts};
use crate::ids::AccountId;
use crate::server::db::{DbError, Outcome, Row, Stmt, sql};

/// What an account handed over on a day.
pub struct Used {
    pub account: AccountId,
    /// "2026-03-01".
    pub day: String,
    pub used: i64,
}

/// The whole page's reads, in the order of the functions below.
pub fn select_all(now: i64) -> Vec<Stmt> {
    let since = now - DAYS * 86_400_000;
    vec![
        sql("SELECT value FROM settings WHERE key = 'workspace'"),
        // Days sort by their text; minutes and seconds start with a letter. Two days more, for the edges of zones.
        sql("SELECT account_id, period, used FROM send_counts WHERE campaign_id = 0 \
             AND period >= date(?1 / 1000 - 172800, 'unixepoch') AND period < 'a'")
        .bind(since),
        sql("SELECT coalesce(sum(sent), 0) AS sent, coalesce(sum(opens), 0) AS opens, coalesce(sum(unique_opens), 0) AS unique_opens, \
             coalesce(sum(clicks), 0) AS clicks, coalesce(sum(unique_clicks), 0) AS unique_clicks, \
             coalesce(sum(unsubscribes), 0) AS unsubscribes, coalesce(sum(machine_opens), 0) AS machine_opens, \
             coalesce(sum(machine_unique_opens), 0) AS machine_unique_opens, coalesce(sum(machine_clicks), 0) AS machine_clicks, \
             coalesce(sum(machine_unique_clicks), 0) AS machine_unique_clicks FROM campaigns WHERE created_at >= ?1 AND deleted_at IS NULL")
        .bind(since),
        sql("SELECT id, name, state, total, sent, failed, suppressed, skipped, cancelled, unconfirmed, opens, unique_opens, clicks, \
             unique_clicks, unsubscribes, machine_opens, machine_unique_opens, machine_clicks, machine_unique_clicks, created_at \
             FROM campaigns WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT ?1")
        .bind(SHOWN),
        sql("SELECT id, name, subject, updated_at FROM drafts ORDER BY updated_at DESC, id DESC LIMIT ?1").bind(SHOWN),
        sql("SELECT id, name, kind = 'sandbox' AS is_sandbox, enabled, daily_cap, breaker_state, breaker_until, breaker_reason \
             FROM sender_accounts ORDER BY priority, id"),
        sql("SELECT EXISTS (SELECT 1 FROM templates) AS has_template, EXISTS (SELECT 1 FROM drafts) AS has_draft, \
             EXISTS (SELECT 1 FROM campaigns) AS has_campaign"),
        sql(format!(
            "SELECT {CAMPAIGN_LINE} FROM campaigns c WHERE c.created_at >= ?1 AND c.deleted_at IS NULL AND c.sent > 0 \
             ORDER BY c.created_at DESC LIMIT 1000"
        ))
        .bind(now - (WEEKS + 1) * 7 * 86_400_000),
        sql("SELECT coalesce(sum(total), 0) AS total, coalesce(sum(sent), 0) AS sent, coalesce(sum(failed), 0) AS failed, \
             coalesce(sum(suppressed), 0) AS suppressed, coalesce(sum(skipped), 0) AS skipped, \
             coalesce(sum(cancelled), 0) AS cancelled, coalesce(sum(unconfirmed), 0) AS unconfirmed \
             FROM campaigns WHERE created_at >= ?1 AND deleted_at IS NULL")
        .bind(since),
        // Of each campaign, the domains with a hundredth of its recipients at least: a hundred rows at most.
        sql("SELECT d.domain, sum(d.total) AS total, sum(d.failed) AS failed, sum(d.unconfirmed) AS unconfirmed, \
             sum(d.left_out) AS left_out, sum(d.opened) AS opened, sum(d.clicked) AS clicked \
             FROM (SELECT id, total FROM campaigns WHERE created_at >= ?1 AND deleted_at IS NULL ORDER BY created_at DESC LIMIT 100) c \
             CROSS JOIN campaign_domains d ON d.campaign_id = c.id AND d.total >= max(1, c.total / 100) \
             GROUP BY d.domain ORDER BY 2 DESC LIMIT 8")
        .bind(since),
    ]
}

/// The workspace's settings as stored.
pub fn workspace(outcome: &Outcome) -> Result<Option<String>, DbError> {
    outcome.rows.first().map(|row| row.get("value")).transpose()
}

pub fn used(outcome: &Outcome) -> Result<Vec<Used>, DbError> {
    let used = |row: &Row| {
        Ok(Used {
            account: row.get("account_id")?,
            day: row.get("period")?,
            used: row.get("used")?,
        })
    };
    outcome.rows.iter().map(used).collect()
}

/// Sent and what came of it, over the campaigns of the last days.
pub fn totals(outcome: &Outcome) -> Result<(i64, Engagement), DbError> {
    let row = outcome.rows.first();
    row.map_or(Ok((0, Engagement::default())), |row| {
        Ok((row.get("sent")?, engagement(row)?))
    })
}

/// Where everybody is whom the campaigns of the last days were made for.
pub fn delivered(outcome: &Outcome) -> Result<Counts, DbError> {
    outcome
        .rows
        .first()
        .map_or_else(|| Ok(Counts::default()), delivery)
}

fn state(row: &Row) -> Result<CampaignState, DbError> {
    let text: String = row.get("state")?;
    text.parse().map_err(|detail| DbError::Decode {
        column: "state".into(),
        detail,
    })
}

pub fn campaigns(outcome: &Outcome) -> Result<Vec<RecentCampaign>, DbError> {
    let campaign = |row: &Row| {
        Ok(RecentCampaign {
            id: row.get("id")?,
            name: row.get("name")?,
            state: state(row)?,
            delivery: delivery(row)?,
            engagement: engagement(row)?,
            created_at: row.get("created_at")?,
        })
    };
    outcome.rows.iter().map(campaign).collect()
}

pub fn drafts(outcome: &Outcome) -> Result<Vec<RecentDraft>, DbError> {
    let draft = |row: &Row| {
        Ok(RecentDraft {
            id: row.get("id")?,
            name: row.get("name")?,
            subject: row.get("subject")?,
            updated_at: row.get("updated_at")?,
        })
    };
    outcome.rows.iter().map(draft).collect()
}

/// Without what they used today: that depends on the zone.
pub fn accounts(outcome: &Outcome) -> Result<Vec<AccountState>, DbError> {
    let account = |row: &Row| {
        let state: String = row.get("breaker_state")?;
        let resting = (row.get("breaker_until")?, row.get("breaker_reason")?);
        Ok(AccountState {
            id: row.get("id")?,
            name: row.get("name")?,
            is_sandbox: row.get("is_sandbox")?,
            enabled: row.get("enabled")?,
            resting: (state == "open").then_some(resting),
            daily_cap: row.get("daily_cap")?,
            used_today: 0,
        })
    };
    outcome.rows.iter().map(account).collect()
}

/// `has_account` is left to the caller, who has read the accounts.
pub fn steps(outcome: &Outcome) -> Result<Steps, DbError> {
    let row = outcome.rows.first();
    row.map_or(Ok(Steps::default()), |row| {
        Ok(Steps {
            has_account: false,
            has_template: row.get("has_template")?,
            has_draft: row.get("has_draft")?,
            has_campaign: row.get("has_campaign")?,
        })
    })
}
