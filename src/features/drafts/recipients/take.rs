//! How a list becomes a draft's audience: uploaded, pasted, or made from the one it has. The reading goes on in a task of its own,
//! so that nobody has to wait for a long list, and a browser that goes away stops nothing.

use super::columns::ColumnsForm;
use super::intake::{self, Change, Content, Refusal, Sheet, Totals};
use super::model::{DomainForm, RecipientSet, SetState, SheetForm, Typo};
use super::repo;
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::features::drafts::model::{Draft, DraftForm, identity};
use crate::features::drafts::repo as drafts;
use crate::features::templates::editor::stale;
use crate::ids::{DraftId, RecipientSetId};
use crate::server::Cx;
use crate::server::db::{DbError, Stmt};
use crate::server::errors::internal;
use std::fs::File;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Largest list, in bytes.
pub const MAX_BYTES: u64 = 50 * 1024 * 1024;
/// How long a click waits for a list before it is shown how far that is.
pub const PATIENCE: Duration = Duration::from_secs(4);

const MOVED_ON: &str = "This draft was changed in the meantime, perhaps in another tab, so the list was not used. Look at the draft as it is now and add the list again.";

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
    /// It waits in this set: still being read, refused, or its address column is to be chosen.
    Waits(RecipientSetId),
}

/// A list that is being taken in.
#[derive(Debug)]
pub struct Taking {
    pub set: RecipientSetId,
    task: JoinHandle<Result<Given, AppError>>,
}

impl Taking {
    /// Where it ended, or that it is still being read after this long.
    pub async fn wait(self, patience: Duration) -> Result<Given, AppError> {
        match tokio::time::timeout(patience, self.task).await {
            Ok(Ok(given)) => given,
            Ok(Err(error)) => Err(internal(&error)),
            Err(_) => Ok(Given::Waits(self.set)),
        }
    }
}

/// Whether the caller may give this draft a list: asked before the list is received.
pub async fn check_add(cx: &Cx, id: DraftId) -> Result<(), AppError> {
    cx.require(Role::Editor)?;
    find(cx, id).await?;
    Ok(())
}

/// Makes a list the draft's audience, once all of it is read. Whatever goes wrong, the audience the draft has stays.
pub async fn add(cx: &Cx, id: DraftId, revision: i64, upload: Upload) -> Result<Taking, AppError> {
    cx.require(Role::Editor)?;
    let draft = find(cx, id).await?;
    let set = begin(cx, id, &upload.source).await?;
    let refusal = if upload.is_too_large {
        Some("This list is larger than 50 MB. Leave out columns you do not need, or split it.")
    } else if draft.revision != revision {
        Some(MOVED_ON)
    } else {
        None
    };
    let cx = cx.clone();
    let place = Place {
        draft: id,
        old: draft.recipient_set_id,
        set,
    };
    let task = tokio::spawn(async move {
        match refusal {
            Some(words) => {
                let refused = Err(Refusal::List(words.into()));
                settle(&cx, &place, refused, &upload.pasted).await
            }
            None => take_in(&cx, &place, upload).await,
        }
    });
    Ok(Taking { set, task })
}

/// Which audience of which draft a set is to replace.
#[derive(Clone, Copy)]
struct Place {
    draft: DraftId,
    old: Option<RecipientSetId>,
    set: RecipientSetId,
}

async fn take_in(cx: &Cx, place: &Place, upload: Upload) -> Result<Given, AppError> {
    let Upload { file, pasted, .. } = upload;
    let (file, sheets) = match intake::look(&cx.app, place.set, file).await {
        Ok((file, Content::Text)) => {
            let result = intake::read_text(&cx.app, place.set, file).await;
            return settle(cx, place, result, &pasted).await;
        }
        Ok((file, Content::Sheets(sheets))) => (file, sheets),
        Err(refusal) => return settle(cx, place, Err(refusal), &pasted).await,
    };
    // The first sheet that looks like a list, or else the first.
    let first = sheets.iter().position(|sheet| sheet.head.email.is_some());
    let (first, are_several) = (first.unwrap_or(0), sheets.len() > 1);
    let mut others = sheets;
    let sheet = others.remove(first);
    if are_several {
        cx.db
            .exec(repo::update_sheet(place.set, &sheet.name))
            .await?;
    }
    let copy = file.try_clone().map_err(|error| internal(&error))?;
    let result = intake::read_sheet(&cx.app, place.set, copy, sheet).await;
    let given = settle(cx, place, result, "").await?;
    for sheet in others {
        let copy = file.try_clone().map_err(|error| internal(&error))?;
        keep_sheet(cx, place.set, copy, sheet).await?;
    }
    Ok(given)
}

/// Reads another sheet of the workbook, in case it is chosen.
async fn keep_sheet(
    cx: &Cx,
    first: RecipientSetId,
    file: File,
    sheet: Sheet,
) -> Result<(), AppError> {
    let begun = repo::insert_sheet(first, &sheet.name, cx.now());
    let Some(row) = cx.db.query_one(begun).await? else {
        return Ok(());
    };
    let set = row.get("id")?;
    let statement = match intake::read_sheet(&cx.app, set, file, sheet).await {
        Ok(totals) => repo::update_read(set, &totals, cx.now()),
        Err(refusal) => repo::update_refused(set, &words_of(refusal), ""),
    };
    cx.db.exec(statement).await?;
    Ok(())
}

/// Reads a list again: its addresses in another column, columns renamed or left out.
pub async fn map_columns(cx: &Cx, form: &ColumnsForm) -> Result<Given, AppError> {
    cx.require(Role::Editor)?;
    let (id, revision) = identity(&form.id, &form.revision)?;
    let draft = find(cx, id).await?;
    let old = match form.set.parse::<RecipientSetId>() {
        Ok(set) if Some(set) != draft.recipient_set_id => of_draft(cx, id, set).await?,
        _ => own_set(cx, &draft).await?,
    };
    let old = old
        .filter(|set| matches!(set.state, SetState::Ready | SetState::Choosing))
        .ok_or_else(|| AppError::not_found("list"))?;
    if !old.columns.iter().any(|column| column.key == form.email) {
        return Err(AppError::refused("Choose the column with the addresses."));
    }
    let headings = form.headings(&old.columns);
    let is_as_before = form.email == old.email_column
        && draft.recipient_set_id == Some(old.id)
        && old
            .columns
            .iter()
            .zip(&headings)
            .all(|(column, heading)| heading.as_ref() == Some(&column.name));
    if is_as_before {
        return Ok(Given::Taken);
    }
    let change = Change::Columns {
        email: form.email.clone(),
        headings,
    };
    remake(cx, &draft, revision, old, change).await
}

/// Takes another sheet of the workbook that the audience came from.
pub async fn choose_sheet(cx: &Cx, form: &SheetForm) -> Result<Given, AppError> {
    cx.require(Role::Editor)?;
    let (id, revision) = identity(&form.id, &form.revision)?;
    let set = form.set.parse().map_err(|_| AppError::not_found("sheet"))?;
    let set = of_draft(cx, id, set)
        .await?
        .ok_or_else(|| AppError::not_found("sheet"))?;
    match set.state {
        SetState::Ready => {
            let statement = drafts::update_recipient_set(id, revision, Some(set.id), cx.now());
            change(cx, vec![statement]).await?;
            Ok(Given::Taken)
        }
        SetState::Reading | SetState::Choosing => Ok(Given::Waits(set.id)),
        SetState::Refused => Err(AppError::refused(set.problem)),
    }
}

/// Corrects a misspelt domain that was found when the list was read, or all of them; or notes that it is right as it is.
pub async fn fix_domain(cx: &Cx, form: &DomainForm) -> Result<Given, AppError> {
    cx.require(Role::Editor)?;
    let (id, revision) = identity(&form.id, &form.revision)?;
    let draft = find(cx, id).await?;
    let old = own_set(cx, &draft)
        .await?
        .ok_or_else(|| AppError::not_found("list"))?;
    let is_meant = |typo: &Typo| form.from.is_empty() || typo.from == form.from;
    let (meant, others): (Vec<_>, Vec<_>) = old.typos.iter().cloned().partition(is_meant);
    if meant.is_empty() {
        return Err(AppError::not_found("misspelt domain"));
    }
    if form.keep {
        let statement = repo::update_typos(old.id, &old.typos, &others);
        change(cx, vec![statement]).await?;
        return Ok(Given::Taken);
    }
    remake(cx, &draft, revision, old, Change::Domains(meant)).await
}

/// Gives the draft a list of its own, with the same rows, that may be edited.
pub async fn copy(cx: &Cx, form: &DraftForm) -> Result<Given, AppError> {
    cx.require(Role::Editor)?;
    let (id, revision) = identity(&form.id, &form.revision)?;
    let draft = find(cx, id).await?;
    let old = own_set(cx, &draft)
        .await?
        .ok_or_else(|| AppError::not_found("list"))?;
    remake(cx, &draft, revision, old, Change::Nothing).await
}

/// Leaves the draft without an audience.
pub async fn remove(cx: &Cx, form: &DraftForm) -> Result<DraftId, AppError> {
    cx.require(Role::Editor)?;
    let (id, revision) = identity(&form.id, &form.revision)?;
    let statement = drafts::update_recipient_set(id, revision, None, cx.now());
    change(cx, vec![statement]).await?;
    Ok(id)
}

async fn change(cx: &Cx, statements: Vec<Stmt>) -> Result<(), AppError> {
    match cx.db.batch(statements).await {
        Ok(_) => Ok(()),
        Err(DbError::RowsAffected { .. }) => Err(stale()),
        Err(other) => Err(other.into()),
    }
}

async fn find(cx: &Cx, id: DraftId) -> Result<Draft, AppError> {
    drafts::find(&cx.db, id)
        .await?
        .ok_or_else(|| AppError::not_found("draft"))
}

async fn of_draft(
    cx: &Cx,
    id: DraftId,
    set: RecipientSetId,
) -> Result<Option<RecipientSet>, AppError> {
    let outcomes = cx.db.batch(vec![repo::select_own(id, set)]).await?;
    Ok(outcomes.first().map(repo::found).transpose()?.flatten())
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

/// Makes a set from another one in its place.
async fn remake(
    cx: &Cx,
    draft: &Draft,
    revision: i64,
    old: RecipientSet,
    change: Change,
) -> Result<Given, AppError> {
    if draft.revision != revision {
        return Err(stale());
    }
    let place = Place {
        draft: draft.id,
        old: draft.recipient_set_id,
        set: begin(cx, draft.id, &old.source).await?,
    };
    let cx = cx.clone();
    let task = tokio::spawn(async move {
        let result = intake::rebuild(&cx.app, &old, &change, place.set).await;
        let given = settle(&cx, &place, result, "").await?;
        if given == Given::Taken {
            let sheet = repo::update_sheet_of(place.set, old.id);
            cx.db.batch(sheet.to_vec()).await?;
        }
        Ok(given)
    });
    Taking {
        set: place.set,
        task,
    }
    .wait(PATIENCE)
    .await
}

/// Ends a set that was begun: it becomes the draft's audience, waits for its column, or is refused.
async fn settle(
    cx: &Cx,
    place: &Place,
    result: Result<Totals, Refusal>,
    pasted: &str,
) -> Result<Given, AppError> {
    let (now, set) = (cx.now(), place.set);
    let refusal = match result {
        Ok(totals) if totals.email_column.is_empty() => {
            cx.db.exec(repo::update_read(set, &totals, now)).await?;
            return Ok(Given::Waits(set));
        }
        Ok(totals) => {
            let statements = vec![
                repo::update_read(set, &totals, now),
                drafts::update_audience(place.draft, place.old, set, now),
            ];
            match cx.db.batch(statements).await {
                Ok(_) => return Ok(Given::Taken),
                Err(DbError::RowsAffected { .. }) => MOVED_ON.to_owned(),
                Err(other) => return Err(other.into()),
            }
        }
        Err(refusal) => words_of(refusal),
    };
    cx.db
        .exec(repo::update_refused(set, &refusal, pasted))
        .await?;
    Ok(Given::Waits(set))
}

fn words_of(refusal: Refusal) -> String {
    match refusal {
        Refusal::List(sentence) => sentence,
        Refusal::Ours(error) => error.to_string(),
    }
}
