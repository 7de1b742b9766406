//! Use-cases of a draft's audience: give it a list, change how the list is read, look at the rows.

use super::intake::{self, Change, Refusal, Totals};
use super::model::{
    ColumnForm, DomainForm, GivenList, Place, RecipientSet, RecipientsStep, RowFilter, RowPage,
    RowStatus, SetState,
};
use super::repo;
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::features::drafts::model::{Draft, DraftForm, DraftHead, identity};
use crate::features::drafts::repo as drafts;
use crate::features::templates::editor::stale;
use crate::ids::{DraftId, RecipientSetId};
use crate::server::Cx;
use crate::server::db::DbError;
use std::fs::File;

/// Rows on one page.
const PAGE: usize = 50;
/// Largest list, in bytes.
pub const MAX_BYTES: u64 = 50 * 1024 * 1024;

/// A list as it was received.
#[derive(Debug)]
pub struct Upload {
    pub file: File,
    /// The file's name, or "Pasted list".
    pub source: String,
    /// The beginning of what was pasted, to give it back.
    pub pasted: String,
    pub is_too_large: bool,
}

/// Where a given list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// It is the draft's audience now.
    Taken,
    /// It waits in this set: refused, or its address column is to be chosen.
    Waits(RecipientSetId),
}

/// Whether the caller may give this draft a list: asked before the list is received.
pub async fn check_add(cx: &Cx, id: DraftId) -> Result<(), AppError> {
    cx.require(Role::Editor)?;
    find(cx, id).await?;
    Ok(())
}

/// Makes a list the draft's audience, once all of it is read. Whatever goes wrong, the audience the draft has stays.
pub async fn add(cx: &Cx, id: DraftId, revision: i64, upload: Upload) -> Result<Given, AppError> {
    cx.require(Role::Editor)?;
    let draft = find(cx, id).await?;
    let set = begin(cx, id, &upload.source).await?;
    let refused = if upload.is_too_large {
        Err(Refusal::List(
            "This list is larger than 50 MB. Leave out columns you do not need, or split it."
                .into(),
        ))
    } else if draft.revision != revision {
        Err(Refusal::List(MOVED_ON.into()))
    } else {
        intake::read_file(&cx.db, set, upload.file).await
    };
    settle(cx, id, revision, set, refused, &upload.pasted).await
}

const MOVED_ON: &str = "This draft was changed in the meantime, perhaps in another tab, so the list was not used. Look at the draft as it is now and add the list again.";

/// Reads a list again with its addresses in another column.
pub async fn choose_column(cx: &Cx, form: &ColumnForm) -> Result<Given, AppError> {
    cx.require(Role::Editor)?;
    let (id, revision) = identity(&form.id, &form.revision)?;
    let draft = find(cx, id).await?;
    let old = match form.set.parse::<RecipientSetId>() {
        Ok(set) if Some(set) != draft.recipient_set_id => {
            let given = cx.db.batch(vec![repo::select_given(id, set)]).await?;
            given.first().map(repo::found).transpose()?.flatten()
        }
        _ => own_set(cx, &draft).await?,
    };
    let old = old
        .filter(|set| set.state != SetState::Refused)
        .ok_or_else(|| AppError::not_found("list"))?;
    rebuild(
        cx,
        &draft,
        revision,
        &old,
        &Change::EmailColumn(form.column.clone()),
    )
    .await
}

/// Corrects a misspelt domain that was found when the list was read.
pub async fn fix_domain(cx: &Cx, form: &DomainForm) -> Result<Given, AppError> {
    cx.require(Role::Editor)?;
    let (id, revision) = identity(&form.id, &form.revision)?;
    let draft = find(cx, id).await?;
    let old = own_set(cx, &draft)
        .await?
        .ok_or_else(|| AppError::not_found("list"))?;
    let typo = old.typos.iter().find(|typo| typo.from == form.from);
    let typo = typo
        .cloned()
        .ok_or_else(|| AppError::not_found("misspelt domain"))?;
    let change = Change::Domain {
        from: typo.from,
        to: typo.to,
    };
    rebuild(cx, &draft, revision, &old, &change).await
}

/// Leaves the draft without an audience.
pub async fn remove(cx: &Cx, form: &DraftForm) -> Result<DraftId, AppError> {
    cx.require(Role::Editor)?;
    let (id, revision) = identity(&form.id, &form.revision)?;
    match cx
        .db
        .batch(vec![drafts::update_recipient_set(
            id,
            revision,
            None,
            cx.now(),
        )])
        .await
    {
        Ok(_) => Ok(id),
        Err(DbError::RowsAffected { .. }) => Err(stale()),
        Err(other) => Err(other.into()),
    }
}

async fn find(cx: &Cx, id: DraftId) -> Result<Draft, AppError> {
    drafts::find(&cx.db, id)
        .await?
        .ok_or_else(|| AppError::not_found("draft"))
}

async fn own_set(cx: &Cx, draft: &Draft) -> Result<Option<RecipientSet>, AppError> {
    match draft.recipient_set_id {
        Some(set) => Ok(repo::find(&cx.db, set).await?),
        None => Ok(None),
    }
}

async fn begin(cx: &Cx, draft: DraftId, source: &str) -> Result<RecipientSetId, AppError> {
    let row = cx
        .db
        .query_one(repo::insert_set(draft, source, cx.now()))
        .await?;
    Ok(row.ok_or_else(|| AppError::not_found("draft"))?.get("id")?)
}

async fn rebuild(
    cx: &Cx,
    draft: &Draft,
    revision: i64,
    old: &RecipientSet,
    change: &Change,
) -> Result<Given, AppError> {
    if draft.revision != revision {
        return Err(stale());
    }
    let set = begin(cx, draft.id, &old.source).await?;
    let result = intake::rebuild(&cx.db, old, change, set).await;
    settle(cx, draft.id, revision, set, result, "").await
}

/// Ends a set that was begun: it becomes the draft's audience, waits for its column, or is refused.
async fn settle(
    cx: &Cx,
    id: DraftId,
    revision: i64,
    set: RecipientSetId,
    result: Result<Totals, Refusal>,
    pasted: &str,
) -> Result<Given, AppError> {
    let now = cx.now();
    let refusal = match result {
        Ok(totals) if totals.email_column.is_empty() => {
            cx.db.exec(repo::update_read(set, &totals, now)).await?;
            return Ok(Given::Waits(set));
        }
        Ok(totals) => {
            let statements = vec![
                repo::update_read(set, &totals, now),
                drafts::update_recipient_set(id, revision, Some(set), now),
            ];
            match cx.db.batch(statements).await {
                Ok(_) => return Ok(Given::Taken),
                Err(DbError::RowsAffected { .. }) => MOVED_ON.to_owned(),
                Err(other) => return Err(other.into()),
            }
        }
        Err(Refusal::List(sentence)) => sentence,
        Err(Refusal::Ours(error)) => error.to_string(),
    };
    cx.db
        .exec(repo::update_refused(set, &refusal, pasted))
        .await?;
    Ok(Given::Waits(set))
}

/// Everything the recipients step shows, in one round trip. `given` is a list that was not taken, if the page was sent there.
pub async fn open(
    cx: &Cx,
    id: DraftId,
    filter: &RowFilter,
    given: Option<RecipientSetId>,
) -> Result<RecipientsStep, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let given = given.unwrap_or(RecipientSetId(0));
    let outcomes = cx
        .db
        .batch(vec![
            drafts::select(id),
            repo::select_of_draft(id),
            repo::select_page(id, filter, PAGE as i64 + 1),
            repo::select_given(id, given),
            repo::select_after(given, 0, 5),
        ])
        .await?;
    let [draft, set, page, given, sample] = outcomes.as_slice() else {
        return Err(AppError::not_found("draft"));
    };
    let draft = drafts::found(draft)?.ok_or_else(|| AppError::not_found("draft"))?;
    let set = repo::found(set)?;
    let pasted = repo::pasted(given)?;
    let given = repo::found(given)?;
    let sample = if given.is_some() {
        repo::rows(sample)?
    } else {
        Vec::new()
    };
    Ok(RecipientsStep {
        head: DraftHead {
            id,
            name: draft.name,
            revision: draft.revision,
            recipients: set.as_ref().map(|set| set.valid),
            can_edit: caller.user.role.allows(Role::Editor),
        },
        set,
        page: page_of(repo::rows(page)?, filter.place),
        given: given.map(|set| GivenList {
            set,
            pasted,
            sample,
        }),
    })
}

/// Cuts the extra row off, and puts a page that was read backwards in order.
fn page_of(mut rows: Vec<super::model::Recipient>, place: Place) -> RowPage {
    let has_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    match place {
        Place::After(position) => RowPage {
            rows,
            has_previous: position > 0,
            has_next: has_more,
        },
        Place::Before(_) => {
            rows.reverse();
            RowPage {
                rows,
                has_previous: has_more,
                has_next: true,
            }
        }
    }
}

/// The audience of a draft, for a download of its rows with a status.
pub async fn find_set(cx: &Cx, id: DraftId) -> Result<RecipientSet, AppError> {
    cx.require(Role::Viewer)?;
    let draft = find(cx, id).await?;
    own_set(cx, &draft)
        .await?
        .ok_or_else(|| AppError::not_found("list"))
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
