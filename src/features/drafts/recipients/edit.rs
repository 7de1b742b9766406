//! Rows of an audience changed one at a time: corrected in place, added by hand, removed. What the whole list says about itself
//! (numbers, gaps, misspelt domains) moves with each change, in the same batch. A list that anybody else uses is left alone.

use super::columns::Column;
use super::intake::{Checked, Note, check_row};
use super::model::{Recipient, RecipientSet, RowForm, RowStatus, Typo};
use super::repo;
use super::repo::edits::{self, SetChange};
use crate::error::{AppError, Invalid};
use crate::features::auth::model::Role;
use crate::features::drafts::repo as drafts;
use crate::features::suppressions::model::Reason;
use crate::features::suppressions::repo as suppressions;
use crate::ids::{DraftId, RecipientSetId};
use crate::server::Cx;
use crate::server::db::{DbError, Stmt};
use crate::server::request::is_plain_post;

/// Times a change is tried when others change other rows of the list meanwhile.
const TRIES: usize = 4;
const ROW_MOVED_ON: &str = "This row was changed in the meantime, perhaps in another tab. Nothing was saved: look at the row as it is now.";
const LIST_MOVED_ON: &str = "The list was replaced in the meantime, perhaps in another tab. Nothing was saved: look at the list as it is now.";
const SHARED: &str = "Another draft or a campaign uses this list, so its rows stay as they are. Copy the list to edit it.";

/// Saves a row with other values; returns what it is now.
pub async fn save(cx: &Cx, form: &RowForm) -> Result<RowStatus, AppError> {
    change(cx, form, |list, row, form| {
        let old = row.ok_or_else(moved_on)?;
        let fields = list.fields(form, Some(old));
        Ok(Some(check_row(&list.set, &fields)))
    })
    .await
}

/// Adds somebody to the list; returns what the row is.
pub async fn add(cx: &Cx, form: &RowForm) -> Result<RowStatus, AppError> {
    let form = RowForm {
        position: String::new(),
        ..form.clone()
    };
    change(cx, &form, |list, _, form| {
        Ok(Some(check_row(&list.set, &list.fields(form, None))))
    })
    .await
}

/// Takes a row off the list; returns what it was.
pub async fn remove(cx: &Cx, form: &RowForm) -> Result<RowStatus, AppError> {
    change(cx, form, |_, row, _| {
        row.ok_or_else(moved_on)?;
        Ok(None)
    })
    .await
}

/// What came too late is typed into the form again; see [`kept`].
const TYPED_AGAIN: &str =
    " What you typed is in the form again: save it once more if it should count.";
/// Most of what was typed that travels with a refusal, in bytes: proxies take addresses of 8 KB.
const KEPT_BYTES: usize = 3_000;

/// A refusal with what was typed and differs from the row, for pages without JavaScript.
fn kept(error: AppError, form: &RowForm, old: Option<&Recipient>) -> AppError {
    let mut invalid = match error {
        AppError::Invalid(invalid) => invalid,
        AppError::Conflict(sentence) if is_plain_post() && !form.fields.is_empty() => Invalid {
            message: sentence + TYPED_AGAIN,
            ..Invalid::new()
        },
        other => return other,
    };
    invalid = invalid.with_typed(form);
    let mut room = KEPT_BYTES;
    for field in &form.fields {
        let is_new = field.value != old.map_or("", |old| old.value(&field.key));
        let size = field.key.len() + field.value.len();
        if is_new && size <= room {
            room -= size;
            invalid
                .typed
                .insert(RowForm::typed_name(&field.key), field.value.clone());
        }
    }
    AppError::Invalid(invalid)
}

fn moved_on() -> AppError {
    AppError::Conflict(ROW_MOVED_ON.into())
}

/// The list a row stands in.
struct List {
    set: RecipientSet,
}

impl List {
    async fn open(cx: &Cx, form: &RowForm) -> Result<(List, Option<Recipient>), AppError> {
        let id: DraftId = form.id.parse().map_err(|_| AppError::not_found("draft"))?;
        let seen: RecipientSetId = form.set.parse().map_err(|_| AppError::not_found("list"))?;
        // Nothing stands at position 0: that is somebody new.
        let position = form.position.parse().unwrap_or_default();
        let outcomes = cx
            .db
            .batch(vec![
                drafts::select(id),
                repo::select_of_draft(id),
                repo::select_shared(id),
                edits::select_row(seen, position),
            ])
            .await?;
        let [draft, set, shared, row] = outcomes.as_slice() else {
            return Err(AppError::not_found("draft"));
        };
        drafts::found(draft)?.ok_or_else(|| AppError::not_found("draft"))?;
        let set = repo::found(set)?
            .filter(|set| set.id == seen)
            .ok_or_else(|| AppError::Conflict(LIST_MOVED_ON.into()))?;
        if repo::is_shared(shared)? || set.frozen_at.is_some() {
            return Err(AppError::Conflict(SHARED.into()));
        }
        let row = repo::rows(row)?.into_iter().next();
        Ok((List { set }, row))
    }

    /// The values of a row in the order of the columns, what was typed first.
    fn fields(&self, form: &RowForm, old: Option<&Recipient>) -> Vec<String> {
        let value = |column: &Column| {
            let typed = form.fields.iter().find(|field| field.key == column.key);
            match (typed, old) {
                (Some(typed), _) => typed.value.clone(),
                (None, Some(old)) => old.value(&column.key).to_owned(),
                (None, None) => String::new(),
            }
        };
        self.set.columns.iter().map(value).collect()
    }

    /// What a stored row adds to the gaps and misspelt domains of the list.
    fn note(&self, row: &Recipient) -> Note {
        check_row(&self.set, &self.fields(&RowForm::default(), Some(row))).note
    }

    /// Counts a valid row in (1) or out (-1).
    fn count(&mut self, note: &Note, n: i64) {
        for at in &note.empty {
            if let Some(column) = self.set.columns.get_mut(usize::from(*at)) {
                column.empty = (column.empty + n).max(0);
            }
        }
        if let Some((from, to)) = &note.typo {
            match self.set.typos.iter_mut().find(|typo| typo.from == *from) {
                Some(typo) => typo.count += n,
                None if n > 0 => self.set.typos.push(Typo {
                    from: from.clone(),
                    to: to.clone(),
                    count: n,
                }),
                None => {}
            }
            self.set.typos.retain(|typo| typo.count > 0);
        }
    }
}

/// Looks, decides by `decide` what the row becomes (`None`: nothing), and writes; again while other rows move.
async fn change(
    cx: &Cx,
    form: &RowForm,
    decide: impl Fn(&List, Option<&Recipient>, &RowForm) -> Result<Option<Checked>, AppError>,
) -> Result<RowStatus, AppError> {
    cx.require(Role::Editor)?;
    let seen: i64 = form.edits.parse().unwrap_or_default();
    for _ in 0..TRIES {
        let (mut list, old) = List::open(cx, form).await?;
        if old.as_ref().is_some_and(|old| old.edits != seen) {
            return Err(kept(moved_on(), form, old.as_ref()));
        }
        let keep = |error| kept(error, form, old.as_ref());
        let new = decide(&list, old.as_ref(), form).map_err(keep)?;
        let (statements, status) = write(cx, &mut list, old.clone(), new).await.map_err(keep)?;
        match cx.db.batch(statements).await {
            Ok(_) => return Ok(status),
            Err(DbError::RowsAffected { .. }) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(AppError::Conflict(LIST_MOVED_ON.into()))
}

async fn write(
    cx: &Cx,
    list: &mut List,
    old: Option<Recipient>,
    new: Option<Checked>,
) -> Result<(Vec<Stmt>, RowStatus), AppError> {
    let (set, edits_seen) = (list.set.id, list.set.edits);
    let position = old.as_ref().map_or(0, |old| old.position);
    let mut statements = Vec::new();
    let new = match new {
        Some(row) => Some(judge(cx, list, position, row).await?),
        None => None,
    };
    let old_key = old.as_ref().map(|old| old.address.to_lowercase());
    let new_key = new.as_ref().map(|(row, _)| row.key.clone());
    // Another row with the address that is given up counts for it from now on.
    if let (Some(old), Some(key)) = (&old, &old_key)
        && matches!(old.status, RowStatus::Valid | RowStatus::Suppressed)
        && new_key.as_ref() != Some(key)
    {
        let next = cx
            .db
            .query_one(edits::select_next(set, key, position))
            .await?;
        if let Some(next) = next {
            let next = repo::recipient(&next)?;
            if old.status == RowStatus::Valid {
                let note = list.note(&next);
                list.count(&note, 1);
            }
            statements.extend(edits::update_next(
                set,
                key,
                next.position,
                next.line,
                old.status,
                &old.problem,
            ));
        }
    }
    if let Some(old) = old.as_ref().filter(|old| old.status == RowStatus::Valid) {
        let note = list.note(old);
        list.count(&note, -1);
    }
    if let Some((row, RowStatus::Valid)) = &new {
        list.count(&row.note, 1);
    }
    let (row_change, status, counted) = match (&old, &new) {
        (Some(old), Some((row, status))) => {
            let statement = edits::update_row(set, old.position, old.edits, row, *status);
            (statement, *status, None)
        }
        (None, Some((row, status))) => (
            edits::insert_row(set, row, *status),
            *status,
            Some((*status, 1)),
        ),
        (Some(old), None) => {
            let statement = edits::delete_row(set, old.position, old.edits);
            (statement, old.status, Some((old.status, -1)))
        }
        (None, None) => return Err(moved_on()),
    };
    // The row first: a duplicate may only take over an address that is free.
    statements.insert(0, row_change);
    statements.insert(
        0,
        edits::update_set(
            set,
            &SetChange {
                edits: edits_seen,
                columns: &list.set.columns,
                typos: &list.set.typos,
                counted,
            },
        ),
    );
    Ok((statements, status))
}

/// What becomes of a row: it must be an address that is not in the list yet.
async fn judge(
    cx: &Cx,
    list: &List,
    position: i64,
    mut row: Checked,
) -> Result<(Checked, RowStatus), AppError> {
    if !row.problem.is_empty() {
        return Err(AppError::refused(format!(
            "Nothing was saved. {}",
            row.problem
        )));
    }
    let twin = edits::select_twin(list.set.id, &row.key, position);
    if let Some(twin) = cx.db.query_one(twin).await? {
        let line: i64 = twin.get("line")?;
        return Err(AppError::refused(format!(
            "Nothing was saved. {} is in the list already, in line {line}.",
            row.address
        )));
    }
    let Some(reason) = suppressions::find_reason(&cx.db, &row.key).await? else {
        return Ok((row, RowStatus::Valid));
    };
    row.problem = match reason {
        Reason::Unsubscribed => "Unsubscribed.",
        Reason::Bounced => "Mail to this address came back.",
        Reason::Complained => "Reported a mail as spam.",
        Reason::Manual => "On the suppression list.",
    }
    .into();
    Ok((row, RowStatus::Suppressed))
}
