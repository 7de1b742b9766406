//! Use-cases of the log: a page of it, one recipient, and the way through all of them for an export.

use super::model::{LogFilter, LogPage, LogQuery, RecipientDetail};
use super::repo::{self, Match};
use crate::delivery::post::message_id;
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::features::campaigns::export::file_name;
use crate::features::campaigns::reply::ReplyFilter;
use crate::features::campaigns::repo::{self as campaigns, Campaign, Edge};
use crate::features::campaigns::service::edge;
use crate::features::queue::model::MessageRow;
use crate::features::queue::repo::message;
use crate::ids::{CampaignId, MessageId};
use crate::server::Cx;
use crate::server::db::Stmt;
use serde_json::{Map, Value};
use std::time::Duration;
use tokio::time::Instant;

const PAGE: i64 = 50;
const EXPORT_CHUNK: i64 = 1_000;
/// Longest search that is looked for; no address is longer (RFC 5321 §4.5.3.1).
const LONGEST_SEARCH: usize = 254;
/// How long a page looks for people before it shows whom it has.
const SEARCH_TIME: Duration = Duration::from_millis(60);

fn campaign_id(text: &str) -> Result<CampaignId, AppError> {
    text.parse().map_err(|_| AppError::not_found("campaign"))
}

pub async fn list_recipients(cx: &Cx, query: &LogQuery) -> Result<LogPage, AppError> {
    cx.require(Role::Viewer)?;
    let id = campaign_id(&query.id)?;
    let campaign = campaigns::find(&cx.db, id)
        .await?
        .ok_or_else(|| AppError::not_found("campaign"))?;
    let reply: Option<ReplyFilter> = query.reply.parse().ok();
    let filter = match reply {
        Some(_) => LogFilter::Failed,
        None => LogFilter::of(&query.state),
    };
    let search: String = query.q.trim().chars().take(LONGEST_SEARCH).collect();
    let edge = edge(&query.before, &query.after);
    let found = match reply {
        Some(reply) => refused(cx, id, reply, edge).await?,
        None => {
            searched(
                cx,
                &campaign,
                filter,
                &search,
                edge,
                query.from.parse().ok(),
            )
            .await?
        }
    };
    Ok(LogPage {
        id,
        filter,
        search: if reply.is_some() {
            String::new()
        } else {
            search
        },
        counts: campaign.summary.counts,
        opened: campaign.summary.unique_opens,
        clicked: campaign.summary.unique_clicks,
        unprepared: campaign.unprepared(),
        reply: reply.map(|reply| (reply.words(), reply.to_string())),
        previous: found.previous,
        next: found.next,
        further: found.further,
        is_part: found.is_part,
        rows: found.rows,
    })
}

/// A page of rows, and where the pages beside it begin.
#[derive(Default)]
struct Found {
    rows: Vec<MessageRow>,
    previous: Option<MessageId>,
    next: Option<MessageId>,
    further: Option<i64>,
    is_part: bool,
}

impl Found {
    /// Rows as they were read from an edge on, with the one that says that there are more.
    fn of(mut rows: Vec<MessageRow>, edge: Edge<MessageId>) -> Found {
        let is_more = rows.len() > PAGE as usize;
        rows.truncate(PAGE as usize);
        if matches!(edge, Edge::Before(_)) {
            rows.reverse();
        }
        let (is_previous, is_next) = match edge {
            Edge::Start => (false, is_more),
            Edge::After(_) => (true, is_more),
            Edge::Before(_) => (is_more, true),
        };
        Found {
            previous: rows.first().map(|row| row.id).filter(|_| is_previous),
            next: rows.last().map(|row| row.id).filter(|_| is_next),
            rows,
            ..Found::default()
        }
    }
}

/// Who was refused in one way. Many may have failed otherwise: a page may end before it is full.
async fn refused(
    cx: &Cx,
    id: CampaignId,
    reply: ReplyFilter,
    edge: Edge<MessageId>,
) -> Result<Found, AppError> {
    let outcomes = cx
        .db
        .batch(vec![
            repo::select_refused(id, reply, edge, PAGE + 1),
            repo::select_refused_end(id, edge),
        ])
        .await?;
    let [page, end] = outcomes.as_slice() else {
        return Ok(Found::default());
    };
    let end: Option<MessageId> = end.rows.first().map(|row| row.get("id")).transpose()?;
    let rows = repo::rows(page)?;
    let is_full = rows.len() > PAGE as usize;
    let mut found = Found::of(rows, edge);
    if let Some(end) = end.filter(|_| !is_full) {
        found.is_part = true;
        if matches!(edge, Edge::Before(_)) {
            found.previous = Some(end);
        } else {
            found.next = Some(end);
        }
    }
    Ok(found)
}

/// First, along the index, those whose address begins with the search; then, row by row, those whose address or name holds it.
async fn searched(
    cx: &Cx,
    campaign: &Campaign,
    filter: LogFilter,
    search: &str,
    edge: Edge<MessageId>,
    from: Option<i64>,
) -> Result<Found, AppError> {
    let id = campaign.summary.id;
    let is_person = !search.is_empty() && !search.contains('@');
    if let Some(from) = from.filter(|_| is_person) {
        return people(cx, campaign, filter, search, Found::default(), from).await;
    }
    let mut rows = read(cx, page(id, filter, (search, Match::Begins), edge)).await?;
    if rows.is_empty() && search.contains('@') {
        // No address begins with it: then one that contains it will do.
        rows = read(cx, page(id, filter, (search, Match::Contains), edge)).await?;
    }
    let found = Found::of(rows, edge);
    if is_person && found.next.is_none() {
        return people(cx, campaign, filter, search, found, 0).await;
    }
    Ok(found)
}

/// Fills a page with recipients found row by row, for as long as there is time.
async fn people(
    cx: &Cx,
    campaign: &Campaign,
    filter: LogFilter,
    search: &str,
    mut found: Found,
    from: i64,
) -> Result<Found, AppError> {
    let (id, set) = (campaign.summary.id, campaign.recipient_set_id);
    let begin = Instant::now();
    let (mut start, mut last) = (from, from);
    while start < campaign.positions {
        let room = PAGE + 1 - found.rows.len() as i64;
        let statement = repo::select_person(id, set, filter, search, start, room);
        for row in &cx.db.query(statement).await? {
            if found.rows.len() >= PAGE as usize {
                found.further = Some(last);
                return Ok(found);
            }
            found.rows.push(message(row)?);
            last = row.get("position")?;
        }
        start = start.saturating_add(repo::WINDOW);
        let is_full = found.rows.len() >= PAGE as usize;
        if start < campaign.positions && (is_full || begin.elapsed() > SEARCH_TIME) {
            found.further = Some(start);
            found.is_part = !is_full;
            return Ok(found);
        }
    }
    Ok(found)
}

fn page(id: CampaignId, filter: LogFilter, search: (&str, Match), edge: Edge<MessageId>) -> Stmt {
    if filter == LogFilter::All || !search.0.is_empty() {
        repo::select_found(id, filter, search, edge, PAGE + 1)
    } else {
        repo::select_filtered(id, filter, edge, PAGE + 1)
    }
}

async fn read(cx: &Cx, statement: Stmt) -> Result<Vec<MessageRow>, AppError> {
    let outcomes = cx.db.batch(vec![statement]).await?;
    Ok(outcomes.first().map_or(Ok(Vec::new()), repo::rows)?)
}

pub async fn find_recipient(
    cx: &Cx,
    campaign: CampaignId,
    id: MessageId,
) -> Result<RecipientDetail, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let outcomes = cx
        .db
        .batch(vec![
            campaigns::select(campaign),
            repo::select_one(campaign, id),
            repo::select_attempts(id),
            repo::select_events(id),
        ])
        .await?;
    let [found, one, attempts, events] = outcomes.as_slice() else {
        return Err(AppError::not_found("message"));
    };
    let (Some(found), Some(row)) = (campaigns::found(found)?, one.rows.first()) else {
        return Err(AppError::not_found("message"));
    };
    let from: Option<String> = row.get("from_address")?;
    Ok(RecipientDetail {
        campaign,
        campaign_name: found.summary.name,
        campaign_state: found.summary.state,
        message_id: from.map(|from| message_id(&cx.app, id, &from)),
        data: merge_data(&row.get::<String>("merge")?),
        attempts: repo::attempts(attempts)?,
        events: repo::events(events)?,
        can_edit: caller.user.role.allows(Role::Editor),
        row: message(row)?,
    })
}

/// Merge data as words, by name.
fn merge_data(text: &str) -> Vec<(String, String)> {
    let map: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    map.into_iter()
        .map(|(name, value)| {
            let words = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            (name, words)
        })
        .collect()
}

/// Where an export is: which part of the log, and how far.
pub struct Export {
    id: CampaignId,
    filter: LogFilter,
    after: Option<MessageId>,
    is_done: bool,
}

impl Export {
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    pub fn file_name(&self) -> String {
        file_name(self.id, self.filter)
    }
}

/// Opens an export of the log, all of it or the part a filter names.
pub async fn open_export(cx: &Cx, query: &LogQuery) -> Result<Export, AppError> {
    cx.require(Role::Viewer)?;
    let id = campaign_id(&query.id)?;
    if campaigns::find(&cx.db, id).await?.is_none() {
        return Err(AppError::not_found("campaign"));
    }
    Ok(Export {
        id,
        filter: LogFilter::of(&query.state),
        after: None,
        is_done: false,
    })
}

/// The next rows of an export, and whether they are the last.
pub async fn export_chunk(cx: &Cx, export: &mut Export) -> Result<Vec<MessageRow>, AppError> {
    let edge = export.after.map_or(Edge::Start, Edge::After);
    let statement = if export.filter == LogFilter::All {
        let all = ("", Match::Begins);
        repo::select_found(export.id, export.filter, all, edge, EXPORT_CHUNK)
    } else {
        repo::select_filtered(export.id, export.filter, edge, EXPORT_CHUNK)
    };
    let outcomes = cx.db.batch(vec![statement]).await?;
    let rows = outcomes.first().map_or(Ok(Vec::new()), repo::rows)?;
    export.after = rows.last().map(|row| row.id);
    export.is_done = rows.len() < EXPORT_CHUNK as usize;
    Ok(rows)
}
