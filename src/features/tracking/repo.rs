//! SQL over tracking_events and the counters that events move: those of the message and of its campaign.
//! Messages that belong to no campaign (tests) count nowhere.

use super::buffer::{Event, EventKind};
use crate::ids::MessageId;
use crate::server::db::{Db, DbError, Stmt, sql};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Of one kind, a message's events beyond so many are not counted: somebody reloads a link in a loop.
pub const MOST_PER_MESSAGE: i64 = 1_000;

/// Where a link leads, and what its merge expressions are filled with.
pub struct LinkTarget {
    pub target: String,
    pub merge: String,
    pub constants: String,
}

pub async fn find_link(
    db: &Db,
    message: MessageId,
    link: i64,
) -> Result<Option<LinkTarget>, DbError> {
    let row = db
        .query_one(
            sql("SELECT l.target, q.merge, s.constants FROM email_queue q \
                 JOIN content_snapshots s ON s.id = q.snapshot_id \
                 JOIN snapshot_links l ON l.snapshot_id = q.snapshot_id AND l.position = ?2 WHERE q.id = ?1")
            .bind(message)
            .bind(link),
        )
        .await?;
    row.map(|row| {
        Ok(LinkTarget {
            target: row.get("target")?,
            merge: row.get("merge")?,
            constants: row.get("constants")?,
        })
    })
    .transpose()
}

/// Whom a message went to.
pub struct Addressee {
    pub address: String,
    pub address_key: String,
    pub is_test: bool,
    /// Why the address is not mailed any more, if it is not.
    pub suppressed: Option<String>,
}

/// Also for messages whose campaign was deleted.
pub async fn find_addressee(db: &Db, message: MessageId) -> Result<Option<Addressee>, DbError> {
    let row = db
        .query_one(
            sql("SELECT m.address, m.address_key, m.is_test, s.reason FROM \
                 (SELECT address, address_key, kind = 'test' AS is_test FROM email_queue WHERE id = ?1 \
                 UNION ALL SELECT address_key, address_key, 0 FROM deleted_messages WHERE id = ?1) m \
                 LEFT JOIN suppressions s ON s.address_key = m.address_key LIMIT 1")
            .bind(message),
        )
        .await?;
    row.map(|row| {
        Ok(Addressee {
            address: row.get("address")?,
            address_key: row.get("address_key")?,
            is_test: row.get("is_test")?,
            suppressed: row.get("reason")?,
        })
    })
    .transpose()
}

/// Forgets whom mail went to whose campaign was deleted before `before`: a share of them, the oldest first.
pub fn delete_forgotten(before: i64) -> Stmt {
    sql("DELETE FROM deleted_messages WHERE id IN \
         (SELECT id FROM deleted_messages WHERE deleted_at < ?1 ORDER BY deleted_at LIMIT 1000)")
    .bind(before)
}

/// What a message's events of one write add up to.
#[derive(Default)]
struct Sum<'a> {
    opens: i64,
    clicks: i64,
    opened_at: Option<i64>,
    clicked_at: Option<i64>,
    agent: &'a str,
    client: &'a str,
}

/// What the events of one write add to a message, measured against how the message stands before it: `opens` and `clicks` to
/// add, and whether they are its first. A click of a message without an open implies one.
fn added() -> String {
    format!(
        "(SELECT q.id AS id, q.campaign_id AS campaign_id, CASE WHEN q.opens >= {MOST_PER_MESSAGE} THEN 0 \
         WHEN (s.value ->> 'implied') = 1 AND q.opens = 0 THEN 1 ELSE (s.value ->> 'opens') END AS opens, \
         CASE WHEN q.clicks >= {MOST_PER_MESSAGE} THEN 0 ELSE (s.value ->> 'clicks') END AS clicks, \
         q.opened_at IS NULL AS is_first_open, q.clicked_at IS NULL AS is_first_click, \
         (s.value ->> 'opened_at') AS opened_at, (s.value ->> 'clicked_at') AS clicked_at \
         FROM json_each(?1) s CROSS JOIN email_queue q ON q.id = (s.value ->> 'message') WHERE q.campaign_id IS NOT NULL)"
    )
}

/// Records events with all their counters; belongs in one batch, in this order. With `implies_opens`, the click of a message
/// that has no open yet counts as an open too.
pub fn insert_events(events: &[Event], implies_opens: bool) -> [Stmt; 4] {
    let mut sums: BTreeMap<MessageId, Sum<'_>> = BTreeMap::new();
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        let sum = sums.entry(event.message).or_default();
        let (kind, link) = match event.kind {
            EventKind::Open => {
                sum.opens += 1;
                sum.opened_at.get_or_insert(event.at);
                ("open", None)
            }
            EventKind::Click(link) => {
                sum.clicks += 1;
                if sum.clicked_at.is_none() {
                    sum.clicked_at = Some(event.at);
                    sum.agent = &event.user_agent;
                    sum.client = &event.ip;
                }
                ("click", Some(link))
            }
        };
        rows.push(json!({
            "message": event.message, "kind": kind, "link": link, "agent": event.user_agent, "client": event.ip, "at": event.at,
        }));
    }
    let sums: Vec<Value> = sums
        .iter()
        .map(|(message, sum)| {
            json!({
                "message": message, "opens": sum.opens, "clicks": sum.clicks,
                "implied": i64::from(implies_opens && sum.opens == 0 && sum.clicks > 0),
                "opened_at": sum.opened_at.or(sum.clicked_at), "clicked_at": sum.clicked_at, "agent": sum.agent, "client": sum.client,
            })
        })
        .collect();
    let (rows, sums) = (Value::from(rows).to_string(), Value::from(sums).to_string());
    let added = added();
    [
        sql(format!(
            "UPDATE campaigns SET opens = campaigns.opens + d.opens, unique_opens = campaigns.unique_opens + d.first_opens, \
             clicks = campaigns.clicks + d.clicks, unique_clicks = campaigns.unique_clicks + d.first_clicks \
             FROM (SELECT campaign_id, sum(opens) AS opens, sum(opens > 0 AND is_first_open) AS first_opens, \
             sum(clicks) AS clicks, sum(clicks > 0 AND is_first_click) AS first_clicks FROM {added} GROUP BY campaign_id) d \
             WHERE campaigns.id = d.campaign_id"
        ))
        .bind(sums.clone()),
        sql(format!(
            "INSERT INTO tracking_events (message_id, campaign_id, kind, link, user_agent, client, at) \
             SELECT q.id, q.campaign_id, e.value ->> 'kind', e.value ->> 'link', e.value ->> 'agent', e.value ->> 'client', e.value ->> 'at' \
             FROM json_each(?1) e CROSS JOIN email_queue q ON q.id = (e.value ->> 'message') WHERE q.campaign_id IS NOT NULL \
             AND CASE (e.value ->> 'kind') WHEN 'open' THEN q.opens ELSE q.clicks END < {MOST_PER_MESSAGE}"
        ))
        .bind(rows),
        sql("INSERT INTO tracking_events (message_id, campaign_id, kind, user_agent, client, at) \
             SELECT q.id, q.campaign_id, 'open', s.value ->> 'agent', s.value ->> 'client', s.value ->> 'opened_at' \
             FROM json_each(?1) s CROSS JOIN email_queue q ON q.id = (s.value ->> 'message') WHERE q.campaign_id IS NOT NULL \
             AND (s.value ->> 'implied') = 1 AND q.opens = 0")
        .bind(sums.clone()),
        sql(format!(
            "UPDATE email_queue SET opens = email_queue.opens + d.opens, clicks = email_queue.clicks + d.clicks, \
             opened_at = CASE WHEN d.opens > 0 THEN coalesce(email_queue.opened_at, d.opened_at) ELSE email_queue.opened_at END, \
             clicked_at = CASE WHEN d.clicks > 0 THEN coalesce(email_queue.clicked_at, d.clicked_at) \
             ELSE email_queue.clicked_at END FROM {added} d WHERE email_queue.id = d.id"
        ))
        .bind(sums),
    ]
}

/// Forgets a share of the opens and clicks from before `before`, the oldest first. Counters stay as they are, and so do
/// unsubscribes, which count once.
pub fn delete_old_events(before: i64) -> Stmt {
    sql(
        "DELETE FROM tracking_events WHERE id IN (SELECT id FROM tracking_events \
         WHERE kind <> 'unsubscribe' AND at < ?1 ORDER BY at LIMIT 1000)",
    )
    .bind(before)
}

/// Counts an unsubscribe once per message, however often it is asked for.
pub fn insert_unsubscribe(message: MessageId, now: i64) -> [Stmt; 2] {
    const NONE_YET: &str = "NOT EXISTS (SELECT 1 FROM tracking_events e WHERE e.message_id = ?1 AND e.kind = 'unsubscribe')";
    [
        sql(format!(
            "UPDATE campaigns SET unsubscribes = unsubscribes + 1 \
             WHERE id = (SELECT campaign_id FROM email_queue WHERE id = ?1) AND {NONE_YET}"
        ))
        .bind(message),
        sql(format!(
            "INSERT INTO tracking_events (message_id, campaign_id, kind, at) SELECT id, campaign_id, 'unsubscribe', ?2 \
             FROM email_queue WHERE id = ?1 AND campaign_id IS NOT NULL AND {NONE_YET}"
        ))
        .bind(message)
        .bind(now),
    ]
}

/// Takes the unsubscribes of an address out of the numbers: it was a mistake. Belongs before the statement that deletes the
/// suppression, which it is guarded by.
pub fn delete_unsubscribes(address_key: &str) -> [Stmt; 2] {
    const BY_MISTAKE: &str =
        "EXISTS (SELECT 1 FROM suppressions WHERE address_key = ?1 AND reason = 'unsubscribed')";
    [
        sql(format!(
            "UPDATE campaigns SET unsubscribes = max(0, unsubscribes - d.n) FROM (SELECT e.campaign_id, count(*) AS n \
             FROM email_queue q CROSS JOIN tracking_events e ON e.message_id = q.id AND e.kind = 'unsubscribe' \
             WHERE q.address_key = ?1 GROUP BY e.campaign_id) d WHERE campaigns.id = d.campaign_id AND {BY_MISTAKE}"
        ))
        .bind(address_key),
        sql(format!(
            "DELETE FROM tracking_events WHERE kind = 'unsubscribe' \
             AND message_id IN (SELECT id FROM email_queue WHERE address_key = ?1) AND {BY_MISTAKE}"
        ))
        .bind(address_key),
    ]
}
