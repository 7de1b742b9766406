//! Use-cases of the list of waiting messages: what the filters show, and the same done with several of them.

use super::model::{MessageRow, WaitingPage};
use super::narrow::{ManyAction, ManyForm, QueueQuery, Spot, WaitFilter};
use super::repo;
use super::repo::waiting::{self, Match, Wanted};
use super::service::{LANES, TEST_MAILS};
use crate::delivery::queue::{CHUNK, OWN_LANE, complete_campaign};
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::features::campaigns::model::CampaignState;
use crate::features::campaigns::repo as campaigns;
use crate::ids::{CampaignId, MessageId};
use crate::server::Cx;
use std::time::Duration;
use tokio::time::Instant;

const PAGE: i64 = 50;
/// Counting what the filters show stops here, over all lanes.
const COUNTED: i64 = 10_000;
/// Messages that one request names.
const MOST_AT_ONCE: usize = 200;
/// Longest search that is looked for; no address is longer (RFC 5321 §4.5.3.1).
const LONGEST_SEARCH: usize = 254;
/// A request that changes many messages works no longer than this; what is left is said.
const PATIENCE: Duration = Duration::from_secs(15);

/// The lanes a query means, and what is known of them.
struct Lanes {
    ids: Vec<i64>,
    names: Vec<(CampaignId, String)>,
    /// Of the only one.
    name: Option<String>,
    is_cancelled: bool,
}

async fn lanes(cx: &Cx, query: &QueueQuery) -> Result<Lanes, AppError> {
    if query.lane.is_empty() {
        let running = cx.db.query(campaigns::select_running(LANES)).await?;
        let mut lanes = Lanes {
            ids: vec![OWN_LANE],
            names: Vec::new(),
            name: None,
            is_cancelled: false,
        };
        for row in &running {
            let id: CampaignId = row.get("id")?;
            lanes.ids.push(id.0);
            lanes.names.push((id, row.get("name")?));
        }
        return Ok(lanes);
    }
    let missing = || AppError::not_found("campaign");
    let lane: i64 = query.lane.parse().map_err(|_| missing())?;
    if lane == OWN_LANE {
        return Ok(Lanes {
            ids: vec![lane],
            names: Vec::new(),
            name: Some(TEST_MAILS.into()),
            is_cancelled: false,
        });
    }
    let campaign = campaigns::find(&cx.db, CampaignId(lane))
        .await?
        .ok_or_else(missing)?;
    Ok(Lanes {
        ids: vec![lane],
        names: Vec::new(),
        name: Some(campaign.summary.name),
        is_cancelled: campaign.summary.state == CampaignState::Cancelled,
    })
}

/// What a query looks for, apart from how addresses compare.
fn wanted<'a>(query: &QueueQuery, search: &'a str, now: i64) -> Wanted<'a> {
    Wanted {
        filter: WaitFilter::of(&query.state),
        search,
        how: Match::Begins,
        account: query.account.parse().ok(),
        now,
        after: query.after.parse().ok(),
    }
}

fn search_of(query: &QueueQuery) -> String {
    let search: String = query.q.trim().chars().take(LONGEST_SEARCH).collect();
    search.to_lowercase()
}

/// Messages found in some lanes, in the order in which they are due.
struct Found {
    rows: Vec<MessageRow>,
    next: Option<Spot>,
    /// Looking stopped before the last message; it goes on at `next`.
    is_part: bool,
}

const fn spot(row: &MessageRow) -> Spot {
    Spot {
        due_at: row.due_at,
        id: row.id,
    }
}

async fn find(cx: &Cx, wanted: &Wanted<'_>, lanes: &[i64], limit: i64) -> Result<Found, AppError> {
    let pages = lanes
        .iter()
        .map(|lane| waiting::select_page(wanted, *lane, limit + 1));
    let ends = lanes
        .iter()
        .filter(|lane| wanted.is_windowed(**lane))
        .map(|lane| waiting::select_window_end(wanted, *lane));
    let outcomes = cx.db.batch(pages.chain(ends).collect()).await?;
    let mut rows = Vec::new();
    for outcome in outcomes.iter().take(lanes.len()) {
        for row in &outcome.rows {
            rows.push(repo::message(row)?);
        }
    }
    // Where one lane was not looked through, nothing of the others that is due later may be shown before it.
    let mut edge: Option<Spot> = None;
    for outcome in outcomes.iter().skip(lanes.len()) {
        if let Some(end) = waiting::window_end(outcome)? {
            edge = Some(edge.map_or(end, |edge| edge.min(end)));
        }
    }
    rows.sort_by_key(spot);
    rows.retain(|row| edge.is_none_or(|edge| spot(row) <= edge));
    let is_full = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    Ok(Found {
        next: if is_full { rows.last().map(spot) } else { edge },
        is_part: !is_full && edge.is_some(),
        rows,
    })
}

/// How many messages the filters show, and whether there are more than that.
async fn count(cx: &Cx, wanted: &Wanted<'_>, lanes: &[i64]) -> Result<(i64, bool), AppError> {
    let limit = (COUNTED / lanes.len().max(1) as i64).max(1_000);
    let wanted = Wanted {
        after: None,
        ..*wanted
    };
    let counts = lanes
        .iter()
        .map(|lane| waiting::count(&wanted, *lane, limit + 1));
    let ends = lanes
        .iter()
        .filter(|lane| wanted.is_windowed(**lane))
        .map(|lane| waiting::select_window_end(&wanted, *lane));
    let outcomes = cx.db.batch(counts.chain(ends).collect()).await?;
    let (mut total, mut is_more) = (0, false);
    for outcome in outcomes.iter().take(lanes.len()) {
        let n: i64 = outcome.rows.first().map_or(Ok(0), |row| row.get("n"))?;
        total += n.min(limit);
        is_more |= n > limit;
    }
    is_more |= outcomes
        .iter()
        .skip(lanes.len())
        .any(|end| !end.rows.is_empty());
    Ok((total, is_more))
}

/// A page of what waits and fits the filters.
pub async fn list_waiting(cx: &Cx, query: &QueueQuery) -> Result<WaitingPage, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let lanes = lanes(cx, query).await?;
    let search = search_of(query);
    let mut wanted = wanted(query, &search, cx.now());
    let mut found = find(cx, &wanted, &lanes.ids, PAGE).await?;
    if found.rows.is_empty() && !search.is_empty() {
        // No address begins with it: then one that contains it will do.
        wanted.how = Match::Contains;
        found = find(cx, &wanted, &lanes.ids, PAGE).await?;
    }
    let (matching, is_more) = count(cx, &wanted, &lanes.ids).await?;
    Ok(WaitingPage {
        query: QueueQuery {
            after: String::new(),
            ..query.clone()
        },
        name: lanes.name,
        names: lanes.names,
        rows: found.rows,
        next: found.next,
        is_first: wanted.after.is_none(),
        matching,
        is_more,
        is_part: found.is_part,
        is_cancelled: lanes.is_cancelled,
        can_edit: caller.user.role.allows(Role::Editor),
    })
}

/// What a change of several messages came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    action: ManyAction,
    pub messages: i64,
    /// There are more: the request was long enough.
    pub is_more: bool,
}

impl Changed {
    /// The sentence about it.
    pub fn notice(self) -> &'static str {
        match (self.action, self.messages, self.is_more) {
            (ManyAction::SendNow, _, true) => "messages-hastened-part",
            (ManyAction::SendNow, 0, _) => "messages-due-already",
            (ManyAction::SendNow, ..) => "messages-hastened",
            (ManyAction::Cancel, _, true) => "messages-cancelled-part",
            (ManyAction::Cancel, 0, _) => "messages-gone",
            (ManyAction::Cancel, ..) => "messages-cancelled",
        }
    }
}

/// Does the same with the chosen messages, or with all that the filters show; what does not wait any more is left as it is.
pub async fn change_messages(cx: &Cx, form: &ManyForm) -> Result<Changed, AppError> {
    cx.require(Role::Editor)?;
    let (action, is_all) = form
        .action()
        .ok_or_else(|| AppError::refused("Choose what to do with the selected messages."))?;
    let changed = if is_all {
        change_all(cx, action, &form.query()).await?
    } else {
        let ids: Vec<MessageId> = form
            .ids
            .iter()
            .take(MOST_AT_ONCE)
            .filter_map(|id| id.parse().ok())
            .collect();
        if ids.is_empty() {
            return Err(AppError::refused("Select the messages first."));
        }
        Changed {
            action,
            messages: change(cx, action, &ids).await?,
            is_more: false,
        }
    };
    cx.wake.delivery();
    Ok(changed)
}

/// All that the filters show, lane by lane and page by page.
async fn change_all(cx: &Cx, action: ManyAction, query: &QueueQuery) -> Result<Changed, AppError> {
    let begin = Instant::now();
    let mut changed = Changed {
        action,
        messages: 0,
        is_more: false,
    };
    let lanes = lanes(cx, query).await?;
    let search = search_of(query);
    let mut wanted = wanted(query, &search, cx.now());
    wanted.after = None;
    if action == ManyAction::SendNow && wanted.filter == WaitFilter::All {
        // The others are due already.
        wanted.filter = WaitFilter::Later;
    }
    if !search.is_empty() {
        // The same messages as the page showed.
        let shown = Wanted {
            filter: WaitFilter::of(&query.state),
            ..wanted
        };
        if find(cx, &shown, &lanes.ids, 1).await?.rows.is_empty() {
            wanted.how = Match::Contains;
        }
    }
    for lane in &lanes.ids {
        wanted.after = None;
        loop {
            let found = find(cx, &wanted, &[*lane], CHUNK).await?;
            let ids: Vec<MessageId> = found.rows.iter().map(|row| row.id).collect();
            if !ids.is_empty() {
                changed.messages += change(cx, action, &ids).await?;
            }
            wanted.after = found.next;
            if found.next.is_none() {
                break;
            }
            if begin.elapsed() > PATIENCE {
                changed.is_more = true;
                return Ok(changed);
            }
        }
    }
    Ok(changed)
}

/// In one batch; returns how many messages it moved. A campaign that has nothing left ends with it.
async fn change(cx: &Cx, action: ManyAction, ids: &[MessageId]) -> Result<i64, AppError> {
    let now = cx.now();
    let ids =
        serde_json::to_string(ids).map_err(|error| crate::server::errors::internal(&error))?;
    let mut batch = Vec::new();
    match action {
        ManyAction::SendNow => batch.push(waiting::update_due_many(&ids, now)),
        ManyAction::Cancel => {
            let owners = cx
                .db
                .batch(vec![waiting::select_campaigns_of(&ids)])
                .await?;
            batch.push(waiting::update_cancelled_many(&ids, now));
            let owners = owners.first().map_or(Ok(Vec::new()), waiting::campaigns)?;
            batch.extend(owners.into_iter().map(|id| complete_campaign(id.0, now)));
        }
    }
    let outcomes = cx.db.batch(batch).await?;
    let moved = outcomes.first().map_or(0, |outcome| outcome.affected);
    Ok(i64::try_from(moved).unwrap_or(CHUNK))
}
