//! SQL over tracking_events. Triggers move the counters that follow from them (see migrations/0007_engagement.sql).
//! Messages that belong to no campaign (tests) count nowhere.

use super::buffer::EventKind;
use super::judgement::{Click, Facts, Judged, Left, Turn};
use super::model::Rule;
use crate::ids::MessageId;
use crate::server::db::{Db, DbError, Outcome, Stmt, sql};
use serde_json::{Value, json};
use std::collections::HashMap;

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

/// What is known of messages when their events are judged: their state, and the clicks since then that are recorded.
pub fn select_facts(messages: &[MessageId], since: i64) -> [Stmt; 2] {
    let ids = json!(messages).to_string();
    [
        sql("SELECT q.id, q.state, q.finished_at FROM json_each(?1) j CROSS JOIN email_queue q ON q.id = j.value \
             WHERE q.campaign_id IS NOT NULL")
        .bind(ids.clone()),
        sql("SELECT e.message_id, e.link, e.at FROM json_each(?1) j CROSS JOIN tracking_events e ON e.message_id = j.value \
             WHERE e.kind = 'click' AND e.at >= ?2")
        .bind(ids)
        .bind(since),
    ]
}

pub fn facts(messages: &Outcome, clicks: &Outcome) -> Result<HashMap<MessageId, Facts>, DbError> {
    let mut facts = HashMap::new();
    for row in &messages.rows {
        let state: String = row.get("state")?;
        let finished_at: Option<i64> = row.get("finished_at")?;
        let left = match (state.as_str(), finished_at) {
            ("sent", Some(at)) => Left::At(at),
            ("sending", _) => Left::Now,
            _ => Left::Unknown,
        };
        let clicks = Vec::new();
        facts.insert(row.get("id")?, Facts { left, clicks });
    }
    for row in &clicks.rows {
        if let Some(known) = facts.get_mut(&row.get("message_id")?) {
            known.clicks.push(Click {
                link: row.get("link")?,
                at: row.get("at")?,
            });
        }
    }
    Ok(facts)
}

/// Records events; their counters move with them. With `implies_opens`, a person's click in a message that nobody opened yet
/// counts as an open too: it is recorded with the link.
pub fn insert_events(events: &[Judged<'_>], implies_opens: bool) -> Vec<Stmt> {
    let rows: Vec<Value> = events
        .iter()
        .map(|judged| {
            let event = judged.event;
            let (kind, link) = match event.kind {
                EventKind::Open => ("open", None),
                EventKind::Click(link) => ("click", Some(link)),
                EventKind::Trap => ("click", None),
            };
            json!({
                "message": event.message, "kind": kind, "link": link, "agent": event.user_agent, "client": event.ip, "at": event.at,
                "rule": judged.rule.map_or("", Rule::as_str), "device": judged.reader.device, "program": judged.reader.program,
            })
        })
        .collect();
    let rows = Value::from(rows).to_string();
    let mut batch = vec![
        sql(format!(
            "INSERT INTO tracking_events (message_id, campaign_id, kind, link, user_agent, client, rule, device, program, at) \
             SELECT q.id, q.campaign_id, e.value ->> 'kind', e.value ->> 'link', e.value ->> 'agent', e.value ->> 'client', e.value ->> 'rule', \
             e.value ->> 'device', e.value ->> 'program', e.value ->> 'at' \
             FROM json_each(?1) e CROSS JOIN email_queue q ON q.id = (e.value ->> 'message') WHERE q.campaign_id IS NOT NULL \
             AND CASE (e.value ->> 'kind') WHEN 'open' THEN q.opens + q.machine_opens ELSE q.clicks + q.machine_clicks END \
             < {MOST_PER_MESSAGE}"
        ))
        .bind(rows.clone()),
    ];
    if implies_opens {
        batch.push(
            sql("INSERT INTO tracking_events (message_id, campaign_id, kind, link, user_agent, client, device, program, at) \
                 SELECT q.id, q.campaign_id, 'open', e.value ->> 'link', e.value ->> 'agent', e.value ->> 'client', e.value ->> 'device', \
                 e.value ->> 'program', min(e.value ->> 'at') \
                 FROM json_each(?1) e CROSS JOIN email_queue q ON q.id = (e.value ->> 'message') \
                 WHERE q.campaign_id IS NOT NULL AND q.opens = 0 AND q.clicks > 0 \
                 AND (e.value ->> 'kind') = 'click' AND (e.value ->> 'rule') = '' GROUP BY q.id")
            .bind(rows),
        );
    }
    batch
}

/// Gives recorded events of people to machines.
pub fn update_turned(turns: &[Turn]) -> Stmt {
    let turns: Vec<Value> = turns
        .iter()
        .map(|turn| {
            json!({
                "message": turn.message, "from": turn.from, "to": turn.to, "rule": turn.rule.as_str(),
                "takes_opens": i64::from(turn.rule != Rule::Burst),
            })
        })
        .collect();
    sql("UPDATE tracking_events SET rule = t.rule FROM (SELECT e.id AS id, min(j.value ->> 'rule') AS rule \
         FROM json_each(?1) j CROSS JOIN tracking_events e ON e.message_id = (j.value ->> 'message') \
         WHERE e.kind IN ('open', 'click') AND e.rule = '' AND e.at BETWEEN (j.value ->> 'from') AND (j.value ->> 'to') \
         AND (e.kind = 'click' OR e.link IS NOT NULL OR (j.value ->> 'takes_opens') = 1) GROUP BY e.id) t \
         WHERE tracking_events.id = t.id")
    .bind(Value::from(turns).to_string())
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
