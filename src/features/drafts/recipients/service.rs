//! Use-cases of a draft's audience: look at the rows, find one, take them home. How a list comes in stands in `take`.

use super::model::{
    GivenList, Place, Reading, Recipient, RecipientSet, RecipientsStep, RowFilter, RowPage,
    RowStatus, SetState,
};
use super::repo;
use super::repo::pages;
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::features::drafts::model::{Draft, DraftHead, Step};
use crate::features::drafts::repo as drafts;
use crate::ids::{DraftId, RecipientSetId};
use crate::server::Cx;
use std::time::Duration;
use tokio::time::Instant;

/// Rows on one page, and with the one that says that there is more.
const PAGE: usize = 50;
const LIMIT: i64 = 51;
/// How long a page searches before it shows what it has.
const SEARCH_TIME: Duration = Duration::from_millis(60);
/// Rows that are shown of a list to see its columns by.
const SAMPLE: i64 = 8;
/// A list whose reading was not heard of for this long is not being read any more.
const ALIVE_MS: i64 = 60_000;

/// Everything the recipients step shows, in one round trip. `given` is a list that was not taken, if the page was sent there.
pub async fn open(
    cx: &Cx,
    id: DraftId,
    filter: &RowFilter,
    given: Option<RecipientSetId>,
) -> Result<RecipientsStep, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let (asked, alive_since) = (given.unwrap_or(RecipientSetId(0)), cx.now() - ALIVE_MS);
    let outcomes = cx
        .db
        .batch(vec![
            drafts::select(id),
            repo::select_of_draft(id),
            pages::select_page(id, filter, start(filter), window(filter), LIMIT),
            pages::select_last(id),
            repo::select_given(id, asked, alive_since),
            repo::select_after(asked, 0, SAMPLE),
            repo::select_sheets(id, asked),
            repo::select_first(id, SAMPLE),
            repo::select_shared(id),
        ])
        .await?;
    let [
        draft,
        set,
        page,
        last,
        given,
        given_sample,
        sheets,
        sample,
        shared,
    ] = outcomes.as_slice()
    else {
        return Err(AppError::not_found("draft"));
    };
    let draft = drafts::found(draft)?.ok_or_else(|| AppError::not_found("draft"))?;
    let set = repo::found(set)?;
    let pasted = repo::pasted(given)?;
    let given = match repo::found(given)? {
        Some(set) => Some(GivenList {
            is_alive: set.state == SetState::Reading && set.progress.touched_at > alive_since,
            sample: if set.id == asked {
                repo::rows(given_sample)?
            } else {
                Vec::new()
            },
            set,
            pasted,
        }),
        None => None,
    };
    let sheets = repo::sheets(sheets)?;
    let page = look_further(cx, id, filter, repo::rows(page)?, pages::last(last)?).await?;
    Ok(RecipientsStep {
        head: DraftHead::of(&draft, set.as_ref(), caller.user.role.allows(Role::Editor)),
        set,
        page,
        given,
        sheets: if sheets.len() > 1 { sheets } else { Vec::new() },
        sample: repo::rows(sample)?,
        is_shared: repo::is_shared(shared)?,
    })
}

/// How far a list is that is being read for this draft, and where to look once it is not any more.
pub async fn find_reading(cx: &Cx, id: DraftId, set: RecipientSetId) -> Result<Reading, AppError> {
    cx.require(Role::Viewer)?;
    let outcomes = cx.db.batch(vec![repo::select_own(id, set)]).await?;
    let found = outcomes.first().map(repo::found).transpose()?.flatten();
    let found = found.ok_or_else(|| AppError::not_found("list"))?;
    let is_alive = found.progress.touched_at > cx.now() - ALIVE_MS;
    let page = Draft::href(id, Step::Recipients);
    Ok(Reading {
        progress: found.progress,
        href: match found.state {
            SetState::Reading if is_alive => None,
            SetState::Ready => Some(format!("{page}&notice=recipients-added")),
            _ => Some(format!("{page}&given={set}")),
        },
    })
}

/// Where a page begins; a million rows back from the end is as good as the end.
fn start(filter: &RowFilter) -> i64 {
    let (Place::After(position) | Place::Before(position)) = filter.place;
    position
}

/// How many rows one statement looks at: some ten milliseconds of work.
fn window(filter: &RowFilter) -> i64 {
    if !filter.missing.is_empty() {
        5_000
    } else if filter.is_person() {
        20_000
    } else {
        100_000
    }
}

/// Goes on searching, window by window, until the page is full, the list is at its end, or time is up.
async fn look_further(
    cx: &Cx,
    id: DraftId,
    filter: &RowFilter,
    mut rows: Vec<Recipient>,
    last: i64,
) -> Result<RowPage, AppError> {
    let (begin, step) = (Instant::now(), window(filter));
    let (is_forward, end) = match filter.place {
        Place::After(_) => (true, last),
        Place::Before(_) => (false, 1),
    };
    let step = if is_forward { step } else { -step };
    let mut looked_to = start(filter).saturating_add(step);
    let is_done = |at: i64| if is_forward { at >= end } else { at <= end };
    let is_whole = !filter.is_searching() || filter.is_beginning();
    while !is_whole && rows.len() <= PAGE && !is_done(looked_to) {
        if begin.elapsed() > SEARCH_TIME {
            return Ok(page_of(rows, filter.place, Some(looked_to)));
        }
        let left = LIMIT - rows.len() as i64;
        let statement = pages::select_page(id, filter, looked_to, step.abs(), left);
        for row in &cx.db.query(statement).await? {
            rows.push(repo::recipient(row)?);
        }
        looked_to = looked_to.saturating_add(step);
    }
    Ok(page_of(rows, filter.place, None))
}

/// Cuts the extra row off, and puts a page that was read backwards in order.
fn page_of(mut rows: Vec<Recipient>, place: Place, looked_to: Option<i64>) -> RowPage {
    let has_more = rows.len() > PAGE || looked_to.is_some();
    rows.truncate(PAGE);
    match place {
        Place::After(position) => RowPage {
            rows,
            has_previous: position > 0,
            has_next: has_more,
            looked_to,
        },
        Place::Before(_) => {
            rows.reverse();
            RowPage {
                rows,
                has_previous: has_more,
                has_next: true,
                looked_to,
            }
        }
    }
}

/// The audience of a draft, for a download of its rows with a status.
pub async fn find_set(cx: &Cx, id: DraftId) -> Result<RecipientSet, AppError> {
    cx.require(Role::Viewer)?;
    let outcomes = cx.db.batch(vec![repo::select_of_draft(id)]).await?;
    let set = outcomes.first().map(repo::found).transpose()?.flatten();
    set.ok_or_else(|| AppError::not_found("list"))
}

/// The next rows of a download, as CSV text; `None` after the last. `after` is the last position so far.
pub async fn next_csv(
    cx: &Cx,
    set: &RecipientSet,
    status: RowStatus,
    after: i64,
) -> Result<Option<(String, i64)>, AppError> {
    let rows = cx
        .db
        .query(repo::select_status_after(set.id, status, after, 1_000))
        .await?;
    let rows: Vec<_> = rows.iter().map(repo::recipient).collect::<Result<_, _>>()?;
    let Some(last) = rows.last().map(|row| row.position) else {
        return Ok(None);
    };
    Ok(Some((super::export::rows(set, status, &rows)?, last)))
}
