//! Use-cases of the outbox: look, download, delete.

use super::model::{OutboxMail, OutboxPage, OutboxQuery, PAGE_SIZE, Tab};
use super::{read, repo};
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::ids::OutboxId;
use crate::server::db::DbError;
use crate::server::request::Cx;

/// Mails deleted by one statement.
const CLEAR_CHUNK: i64 = 500;

pub async fn list(cx: &Cx, query: &OutboxQuery) -> Result<OutboxPage, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let search = query.search.trim();
    let total = repo::count(&cx.db, search).await?;
    // One more than the page holds tells whether there is another page.
    let (lines, has_newer, has_older) = match query.after {
        Some(after) => {
            let mut lines = repo::list_newer(&cx.db, search, after, PAGE_SIZE + 1).await?;
            let has_newer = lines.len() as i64 > PAGE_SIZE;
            if has_newer {
                lines.remove(0);
            }
            (lines, has_newer, true)
        }
        None => {
            let mut lines = repo::list_older(&cx.db, search, query.before, PAGE_SIZE + 1).await?;
            let has_older = lines.len() as i64 > PAGE_SIZE;
            lines.truncate(PAGE_SIZE as usize);
            (lines, query.before.is_some(), has_older)
        }
    };
    Ok(OutboxPage {
        lines,
        total,
        has_newer,
        has_older,
        can_edit: caller.user.role.allows(Role::Editor),
    })
}

pub async fn find(cx: &Cx, id: OutboxId, tab: Tab) -> Result<OutboxMail, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let (line, account, raw) = repo::find(&cx.db, id).await?.ok_or_else(not_found)?;
    let message = read::parse(&raw).ok_or_else(unreadable)?;
    Ok(OutboxMail {
        line,
        account,
        attachment_count: i64::try_from(message.attachment_count()).unwrap_or(i64::MAX),
        tab,
        shown: read::shown(&message, tab),
        can_edit: caller.user.role.allows(Role::Editor),
    })
}

/// The message as it would have left.
pub async fn find_raw(cx: &Cx, id: OutboxId) -> Result<Vec<u8>, AppError> {
    cx.require(Role::Viewer)?;
    let (_, _, raw) = repo::find(&cx.db, id).await?.ok_or_else(not_found)?;
    Ok(raw)
}

/// The HTML document that shows the mail.
pub async fn find_document(cx: &Cx, id: OutboxId) -> Result<String, AppError> {
    let raw = find_raw(cx, id).await?;
    Ok(read::document(&read::parse(&raw).ok_or_else(unreadable)?))
}

/// Name and bytes of an attachment.
pub async fn find_attachment(
    cx: &Cx,
    id: OutboxId,
    index: u32,
) -> Result<(String, Vec<u8>), AppError> {
    let raw = find_raw(cx, id).await?;
    let message = read::parse(&raw).ok_or_else(unreadable)?;
    read::attachment(&message, index).ok_or_else(|| AppError::not_found("attachment"))
}

pub async fn delete(cx: &Cx, id: OutboxId) -> Result<(), AppError> {
    cx.require(Role::Editor)?;
    match cx.db.batch(vec![repo::delete(id)]).await {
        Ok(_) => Ok(()),
        Err(DbError::RowsAffected { .. }) => Err(not_found()),
        Err(other) => Err(other.into()),
    }
}

/// Deletes everything that is there now; what is delivered meanwhile stays.
pub async fn clear(cx: &Cx) -> Result<(), AppError> {
    cx.require(Role::Editor)?;
    let Some(last) = repo::find_last(&cx.db).await? else {
        return Ok(());
    };
    while cx.db.exec(repo::delete_some(last, CLEAR_CHUNK)).await? > 0 {}
    Ok(())
}

fn not_found() -> AppError {
    AppError::not_found("mail")
}

fn unreadable() -> AppError {
    AppError::refused("This mail cannot be read. Its source can still be downloaded.")
}
