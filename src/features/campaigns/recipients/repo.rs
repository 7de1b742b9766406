//! SQL of the log. Every page is a walk along an index from a row: as fast in the last page of a million as in the first.

use super::model::{Attempt, Event, LogFilter};
use crate::features::campaigns::reply::ReplyFilter;
use crate::features::campaigns::repo::Edge;
use crate::features::drafts::recipients::repo::person::Words;
use crate::features::queue::model::{MessageRow, MessageState};
use crate::features::queue::repo::{MESSAGE_COLUMNS, message};
use crate::features::tracking::model::Rule;
use crate::ids::{CampaignId, MessageId, RecipientSetId};
use crate::server::db::{DbError, Outcome, Row, Stmt, sql};

/// How a search compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// A walk along a range of the index, whatever the size of the campaign.
    Begins,
    /// Looks at every address of the campaign until the page is full.
    Contains,
}

/// A page of the log by address, at most `limit` rows on that side of a row; rows before an edge come nearest first.
pub fn select_found(
    campaign: CampaignId,
    filter: LogFilter,
    search: (&str, Match),
    edge: Edge<MessageId>,
    limit: i64,
) -> Stmt {
    let key = "(SELECT address_key FROM email_queue WHERE id = ?2)";
    let (side, order, id) = match edge {
        Edge::Start => ("?2 IS NULL".to_owned(), "ASC", None),
        Edge::After(id) => (format!("k.address_key > {key}"), "ASC", Some(id)),
        Edge::Before(id) => (format!("k.address_key < {key}"), "DESC", Some(id)),
    };
    let states = match (filter, filter.states()) {
        (LogFilter::Opened, _) => " AND k.opened_at IS NOT NULL".to_owned(),
        (LogFilter::Clicked, _) => " AND k.clicked_at IS NOT NULL".to_owned(),
        (_, []) => String::new(),
        (_, states) => format!(" AND k.state IN ({})", quoted(states)),
    };
    let (text, found) = match search {
        (text, Match::Begins) => (
            text,
            "k.address_key >= ?3 AND k.address_key < ?3 || char(1114111)",
        ),
        (text, Match::Contains) => (text, "instr(k.address_key, ?3) > 0"),
    };
    // The index holds all that the search looks at: rows are read for what the page shows alone.
    sql(format!(
        "SELECT {MESSAGE_COLUMNS} FROM (SELECT k.id AS key_id FROM email_queue k WHERE k.campaign_id = ?1 AND {side} \
         AND {found}{states} ORDER BY k.address_key {order} LIMIT ?4) \
         JOIN email_queue q ON q.id = key_id LEFT JOIN sender_accounts a ON a.id = q.account_id ORDER BY q.address_key {order}"
    ))
    .bind(campaign)
    .bind(id)
    .bind(text.to_lowercase())
    .bind(limit)
}

/// A page of the log by id, the order of the audience, for one filter other than all.
pub fn select_filtered(
    campaign: CampaignId,
    filter: LogFilter,
    edge: Edge<MessageId>,
    limit: i64,
) -> Stmt {
    let (side, order, id) = side_of(edge);
    let conditions: Vec<String> = match filter {
        LogFilter::Opened => vec!["k.opened_at IS NOT NULL".into()],
        LogFilter::Clicked => vec!["k.clicked_at IS NOT NULL".into()],
        filter => filter
            .states()
            .iter()
            .map(|state| format!("k.state = '{}'", state.as_str()))
            .collect(),
    };
    let parts: Vec<_> = conditions
        .iter()
        .map(|condition| {
            format!(
                "SELECT key_id FROM (SELECT k.id AS key_id FROM email_queue k WHERE k.campaign_id = ?1 AND {condition} \
                 AND {side} ORDER BY k.id {order} LIMIT ?3)"
            )
        })
        .collect();
    sql(format!(
        "SELECT {MESSAGE_COLUMNS} FROM ({}) JOIN email_queue q ON q.id = key_id \
         LEFT JOIN sender_accounts a ON a.id = q.account_id ORDER BY q.id {order} LIMIT ?3",
        parts.join(" UNION ALL ")
    ))
    .bind(campaign)
    .bind(id)
    .bind(limit)
}

/// Rows that a search of values, or of words in replies, looks at in one statement.
pub const WINDOW: i64 = 20_000;

/// Who was refused in one way, by id, among the [`WINDOW`] failures on that side of a row.
pub fn select_refused(
    campaign: CampaignId,
    reply: ReplyFilter,
    edge: Edge<MessageId>,
    limit: i64,
) -> Stmt {
    let (side, order, id) = side_of(edge);
    sql(format!(
        "SELECT {MESSAGE_COLUMNS} FROM (SELECT k.id AS key_id FROM email_queue k WHERE k.campaign_id = ?1 AND k.state = 'failed' \
         AND {side} ORDER BY k.id {order} LIMIT ?3) CROSS JOIN email_queue q ON q.id = key_id \
         LEFT JOIN sender_accounts a ON a.id = q.account_id WHERE q.reply_code IS ?4 AND (?5 IS NULL OR instr(q.reply, ?5) > 0) \
         ORDER BY q.id {order} LIMIT ?6"
    ))
    .bind(campaign)
    .bind(id)
    .bind(WINDOW)
    .bind(reply.code)
    .bind(reply.status_words())
    .bind(limit)
}

/// The last failure that [`select_refused`] looks at where there are more: `id`.
pub fn select_refused_end(campaign: CampaignId, edge: Edge<MessageId>) -> Stmt {
    let (side, order, id) = side_of(edge);
    sql(format!(
        "SELECT k.id FROM email_queue k WHERE k.campaign_id = ?1 AND k.state = 'failed' AND {side} \
         ORDER BY k.id {order} LIMIT 1 OFFSET ?3"
    ))
    .bind(campaign)
    .bind(id)
    .bind(WINDOW - 1)
}

fn side_of(edge: Edge<MessageId>) -> (&'static str, &'static str, Option<MessageId>) {
    match edge {
        Edge::Start => ("?2 IS NULL", "ASC", None),
        Edge::After(id) => ("k.id > ?2", "ASC", Some(id)),
        Edge::Before(id) => ("k.id < ?2", "DESC", Some(id)),
    }
}

/// Recipients found by what the campaign's list knows of them, or by a part of their address, among the [`WINDOW`] positions
/// after `from`; those whose address begins so are left out. Each with its `position`.
pub fn select_person(
    campaign: CampaignId,
    set: RecipientSetId,
    filter: LogFilter,
    search: &str,
    from: i64,
    limit: i64,
) -> Stmt {
    let words = Words::of(search);
    let states = match (filter, filter.states()) {
        (LogFilter::Opened, _) => " AND q.opened_at IS NOT NULL".to_owned(),
        (LogFilter::Clicked, _) => " AND q.clicked_at IS NOT NULL".to_owned(),
        (_, []) => String::new(),
        (_, states) => format!(" AND q.state IN ({})", quoted(states)),
    };
    let statement = sql(format!(
        "SELECT {MESSAGE_COLUMNS}, r.position FROM recipients r CROSS JOIN email_queue q ON q.campaign_id = ?1 \
         AND q.address_key = r.address_key LEFT JOIN sender_accounts a ON a.id = q.account_id \
         WHERE r.set_id = ?2 AND r.position > ?3 AND r.position <= ?4 AND +r.status IN ('valid', 'suppressed') \
         AND NOT (r.address_key >= ?5 AND r.address_key < ?5 || char(1114111)) AND (instr(r.address_key, ?5) > 0 OR {}){states} \
         ORDER BY r.position LIMIT ?6",
        words.condition("r.data", 7)
    ))
    .bind(campaign)
    .bind(set)
    .bind(from)
    .bind(from.saturating_add(WINDOW))
    .bind(search.to_lowercase())
    .bind(limit);
    words.bind(statement)
}

/// The words are our own, never a caller's.
fn quoted(states: &[MessageState]) -> String {
    let words: Vec<_> = states
        .iter()
        .map(|state| format!("'{}'", state.as_str()))
        .collect();
    words.join(", ")
}

pub fn rows(outcome: &Outcome) -> Result<Vec<MessageRow>, DbError> {
    outcome.rows.iter().map(message).collect()
}

/// One message of a campaign, with its merge data and its account's address.
pub fn select_one(campaign: CampaignId, id: MessageId) -> Stmt {
    sql(format!(
        "SELECT {MESSAGE_COLUMNS}, q.merge, q.snapshot_id, a.from_address FROM email_queue q \
         LEFT JOIN sender_accounts a ON a.id = q.account_id WHERE q.id = ?2 AND q.campaign_id = ?1"
    ))
    .bind(campaign)
    .bind(id)
}

pub fn select_attempts(id: MessageId) -> Stmt {
    sql(
        "SELECT l.attempt, l.at, a.name AS account, l.outcome, l.reply_code, l.reply FROM send_logs l \
         LEFT JOIN sender_accounts a ON a.id = l.account_id WHERE l.message_id = ?1 ORDER BY l.attempt, l.id LIMIT 200",
    )
    .bind(id)
}

pub fn attempts(outcome: &Outcome) -> Result<Vec<Attempt>, DbError> {
    let attempt = |row: &Row| {
        let text: String = row.get("outcome")?;
        Ok(Attempt {
            number: row.get("attempt")?,
            at: row.get("at")?,
            account: row.get("account")?,
            outcome: text.parse().map_err(|detail| DbError::Decode {
                column: "outcome".into(),
                detail,
            })?,
            reply_code: row.get("reply_code")?,
            reply: row.get("reply")?,
        })
    };
    outcome.rows.iter().map(attempt).collect()
}

pub fn select_events(id: MessageId) -> Stmt {
    sql(
        "SELECT e.at, e.kind, e.rule, l.target FROM tracking_events e JOIN email_queue q ON q.id = e.message_id \
         LEFT JOIN snapshot_links l ON l.snapshot_id = q.snapshot_id AND l.position = e.link \
         WHERE e.message_id = ?1 ORDER BY e.at, e.id LIMIT 200",
    )
    .bind(id)
}

pub fn events(outcome: &Outcome) -> Result<Vec<Event>, DbError> {
    let event = |row: &Row| {
        Ok(Event {
            at: row.get("at")?,
            kind: row.get("kind")?,
            rule: Rule::of(&row.get::<String>("rule")?),
            link: row.get("target")?,
        })
    };
    outcome.rows.iter().map(event).collect()
}

/// The first recipient's merge data, for a look at the frozen content.
pub fn select_sample(campaign: CampaignId, id: Option<MessageId>) -> Stmt {
    sql(
        "SELECT q.id, q.merge FROM email_queue q WHERE q.campaign_id = ?1 AND (?2 IS NULL OR q.id = ?2) LIMIT 1",
    )
    .bind(campaign)
    .bind(id)
}
