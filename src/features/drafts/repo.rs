//! SQL over drafts. Every change names the revision it was made on, and counts it up.

use super::model::{Draft, DraftLine, Sender};
use crate::features::templates::editor::Content;
use crate::ids::{AccountId, DraftId, RecipientSetId, TemplateId};
use crate::mail::design::Mode;
use crate::server::db::{Db, DbError, Outcome, Row, Stmt, sql};

const COLUMNS: &str = "id, name, template_id, mode, source, subject, preheader, account_id, reply_to, cc, bcc, \
     recipient_set_id, revision, created_at, updated_at";

/// What a new draft starts with.
#[derive(Clone, Debug, Default)]
pub struct NewDraft<'a> {
    pub name: &'a str,
    pub template_id: Option<TemplateId>,
    pub mode: Mode,
    pub source: &'a str,
    pub subject: &'a str,
    pub preheader: &'a str,
    pub account_id: Option<AccountId>,
    pub reply_to: &'a str,
    pub cc: &'a str,
    pub bcc: &'a str,
    /// A ready set; it may be shared with others.
    pub recipient_set_id: Option<RecipientSetId>,
}

pub(crate) fn draft(row: &Row) -> Result<Draft, DbError> {
    let mode: String = row.get("mode")?;
    Ok(Draft {
        id: row.get("id")?,
        name: row.get("name")?,
        template_id: row.get("template_id")?,
        mode: mode.parse().map_err(|detail| DbError::Decode {
            column: "mode".into(),
            detail,
        })?,
        source: row.get("source")?,
        subject: row.get("subject")?,
        preheader: row.get("preheader")?,
        account_id: row.get("account_id")?,
        reply_to: row.get("reply_to")?,
        cc: row.get("cc")?,
        bcc: row.get("bcc")?,
        recipient_set_id: row.get("recipient_set_id")?,
        revision: row.get("revision")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// The statement of [`find`], for a batch of reads; its outcome is read by [`found`].
pub fn select(id: DraftId) -> Stmt {
    sql(format!("SELECT {COLUMNS} FROM drafts WHERE id = ?1")).bind(id)
}

/// Reads the outcome of [`select`].
pub fn found(outcome: &Outcome) -> Result<Option<Draft>, DbError> {
    outcome.rows.first().map(draft).transpose()
}

pub async fn find(db: &Db, id: DraftId) -> Result<Option<Draft>, DbError> {
    db.query_one(select(id))
        .await?
        .as_ref()
        .map(draft)
        .transpose()
}

/// A page of drafts whose name or subject holds `search`, newest change first, and whether there is any draft at all.
/// One row more than `limit` says that there is another page.
pub async fn list(
    db: &Db,
    search: &str,
    limit: i64,
    offset: i64,
) -> Result<(Vec<DraftLine>, bool), DbError> {
    let page = sql(
        "SELECT d.id, d.name, d.subject, d.revision, d.updated_at, s.valid FROM drafts d \
         LEFT JOIN recipient_sets s ON s.id = d.recipient_set_id \
         WHERE ?1 = '' OR d.name LIKE ?2 ESCAPE '\\' OR d.subject LIKE ?2 ESCAPE '\\' \
         ORDER BY d.updated_at DESC, d.id DESC LIMIT ?3 OFFSET ?4",
    )
    .bind(search)
    .bind(like(search))
    .bind(limit)
    .bind(offset);
    let any = sql("SELECT EXISTS (SELECT 1 FROM drafts) AS is_any");
    let outcomes = db.batch(vec![page, any]).await?;
    let line = |row: &Row| {
        Ok(DraftLine {
            id: row.get("id")?,
            name: row.get("name")?,
            subject: row.get("subject")?,
            recipients: row.get("valid")?,
            revision: row.get("revision")?,
            updated_at: row.get("updated_at")?,
        })
    };
    let [page, any] = outcomes.as_slice() else {
        return Ok((Vec::new(), false));
    };
    let lines = page.rows.iter().map(line).collect::<Result<_, DbError>>()?;
    let is_any = any
        .rows
        .first()
        .map_or(Ok(false), |row| row.get("is_any"))?;
    Ok((lines, is_any))
}

/// The names of the drafts whose design came from this template.
pub async fn list_names_by_template(db: &Db, template: TemplateId) -> Result<Vec<String>, DbError> {
    let statement =
        sql("SELECT name FROM drafts WHERE template_id = ?1 ORDER BY updated_at DESC LIMIT 20")
            .bind(template);
    let rows = db.query(statement).await?;
    rows.iter().map(|row| row.get("name")).collect()
}

/// A pattern that finds `text` anywhere, its own `%` and `_` taken literally.
pub(crate) fn like(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

/// Returns the new draft's id as `id`.
pub fn insert(new: &NewDraft<'_>, now: i64) -> Stmt {
    sql(
        "INSERT INTO drafts (name, template_id, mode, source, subject, preheader, account_id, reply_to, recipient_set_id, \
         created_at, updated_at, cc, bcc) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?12) RETURNING id",
    )
    .bind(new.name)
    .bind(new.template_id)
    .bind(new.mode.as_str())
    .bind(new.source)
    .bind(new.subject)
    .bind(new.preheader)
    .bind(new.account_id)
    .bind(new.reply_to)
    .bind(new.recipient_set_id)
    .bind(now)
    .bind(new.cc)
    .bind(new.bcc)
}

/// A copy under another name; the audience is shared, since ready sets never change. Returns the copy's id as `id`.
pub fn insert_copy(of: DraftId, name: &str, now: i64) -> Stmt {
    sql(
        "INSERT INTO drafts (name, template_id, mode, source, subject, preheader, account_id, reply_to, recipient_set_id, \
         created_at, updated_at, cc, bcc) SELECT ?2, template_id, mode, source, subject, preheader, account_id, reply_to, \
         recipient_set_id, ?3, ?3, cc, bcc FROM drafts WHERE id = ?1 RETURNING id",
    )
    .bind(of)
    .bind(name)
    .bind(now)
}

/// The name is no part of the revision: renaming disturbs nobody who is editing, least of all the page it is done on.
pub fn update_name(id: DraftId, name: &str, now: i64) -> Stmt {
    sql("UPDATE drafts SET name = ?2, updated_at = ?3 WHERE id = ?1")
        .bind(id)
        .bind(name)
        .bind(now)
}

pub fn update_sender(id: DraftId, revision: i64, sender: &Sender, now: i64) -> Stmt {
    sql(
        "UPDATE drafts SET account_id = ?3, reply_to = ?4, cc = ?5, bcc = ?6, revision = revision + 1, updated_at = ?7 \
         WHERE id = ?1 AND revision = ?2",
    )
    .bind(id)
    .bind(revision)
    .bind(sender.account_id)
    .bind(&sender.reply_to)
    .bind(&sender.cc)
    .bind(&sender.bcc)
    .bind(now)
    .expect_rows(1)
}

/// Saves what the editor changed.
pub fn update_content(id: DraftId, revision: i64, content: &Content, now: i64) -> Stmt {
    sql(
        "UPDATE drafts SET mode = ?3, source = ?4, subject = ?5, preheader = ?6, revision = revision + 1, updated_at = ?7 \
         WHERE id = ?1 AND revision = ?2",
    )
    .bind(id)
    .bind(revision)
    .bind(content.mode.as_str())
    .bind(&content.source)
    .bind(&content.subject)
    .bind(&content.preheader)
    .bind(now)
    .expect_rows(1)
}

/// Replaces the design by a template's, or by a blank one. Subject and preheader change only while they are empty.
pub fn update_design(
    id: DraftId,
    revision: i64,
    content: &Content,
    template_id: Option<TemplateId>,
    now: i64,
) -> Stmt {
    sql(
        "UPDATE drafts SET mode = ?3, source = ?4, subject = CASE subject WHEN '' THEN ?5 ELSE subject END, \
         preheader = CASE preheader WHEN '' THEN ?6 ELSE preheader END, template_id = ?7, revision = revision + 1, updated_at = ?8 \
         WHERE id = ?1 AND revision = ?2",
    )
    .bind(id)
    .bind(revision)
    .bind(content.mode.as_str())
    .bind(&content.source)
    .bind(&content.subject)
    .bind(&content.preheader)
    .bind(template_id)
    .bind(now)
    .expect_rows(1)
}

/// Gives the draft another audience, or takes it away.
pub fn update_recipient_set(
    id: DraftId,
    revision: i64,
    set: Option<RecipientSetId>,
    now: i64,
) -> Stmt {
    sql(
        "UPDATE drafts SET recipient_set_id = ?3, revision = revision + 1, updated_at = ?4 \
         WHERE id = ?1 AND revision = ?2",
    )
    .bind(id)
    .bind(revision)
    .bind(set)
    .bind(now)
    .expect_rows(1)
}

/// Gives the draft another audience in place of the one it had when that was begun, whatever else changed since.
pub fn update_audience(
    id: DraftId,
    old: Option<RecipientSetId>,
    new: RecipientSetId,
    now: i64,
) -> Stmt {
    sql(
        "UPDATE drafts SET recipient_set_id = ?3, revision = revision + 1, updated_at = ?4 \
         WHERE id = ?1 AND recipient_set_id IS ?2",
    )
    .bind(id)
    .bind(old)
    .bind(new)
    .bind(now)
    .expect_rows(1)
}

/// Deletes the draft as it was seen; its audience stays for whoever else uses it.
pub fn delete(id: DraftId, revision: i64) -> Stmt {
    sql("DELETE FROM drafts WHERE id = ?1 AND revision = ?2")
        .bind(id)
        .bind(revision)
        .expect_rows(1)
}
