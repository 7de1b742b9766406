//! SQL over templates.

use super::editor::Content;
use super::entry::{TemplateCard, Usage};
use crate::ids::TemplateId;
use crate::server::db::{Db, DbError, Row, Stmt, sql};
use std::str::FromStr;

/// A stored template.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    pub id: TemplateId,
    pub name: String,
    pub content: Content,
    pub revision: i64,
    pub updated_at: i64,
    pub usage: Usage,
}

/// Drafts made from a template: how many, and the names of the latest three as a JSON array.
macro_rules! with_usage {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            ", (SELECT count(*) FROM drafts d WHERE d.template_id = t.id) AS drafts, \
             (SELECT json_group_array(name) FROM (SELECT d.name FROM drafts d WHERE d.template_id = t.id \
              ORDER BY d.updated_at DESC LIMIT 3)) AS draft_names FROM templates t "
        )
    };
}

pub async fn find(db: &Db, id: TemplateId) -> Result<Option<Template>, DbError> {
    let query = with_usage!(
        "t.id, t.name, t.mode, t.source, t.subject, t.preheader, t.revision, t.updated_at"
    );
    let row = db
        .query_one(sql(format!("{query} WHERE t.id = ?1")).bind(id))
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Template {
        id: row.get("id")?,
        name: row.get("name")?,
        content: Content {
            mode: parse(&row, "mode")?,
            source: row.get("source")?,
            subject: row.get("subject")?,
            preheader: row.get("preheader")?,
        },
        revision: row.get("revision")?,
        updated_at: row.get("updated_at")?,
        usage: usage(&row)?,
    }))
}

/// Templates whose name or subject holds the words, latest change first.
pub async fn list(
    db: &Db,
    words: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<TemplateCard>, DbError> {
    let query = with_usage!("t.id, t.name, t.mode, t.revision, t.updated_at");
    let rows = db
        .query(
            sql(format!(
                "{query} WHERE ?1 = '' OR instr(lower(t.name), lower(?1)) > 0 OR instr(lower(t.subject), lower(?1)) > 0 \
                 ORDER BY t.updated_at DESC, t.id DESC LIMIT ?2 OFFSET ?3"
            ))
            .bind(words)
            .bind(limit)
            .bind(offset),
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(TemplateCard {
                id: row.get("id")?,
                name: row.get("name")?,
                mode: parse(row, "mode")?,
                revision: row.get("revision")?,
                updated_at: row.get("updated_at")?,
                usage: usage(row)?,
            })
        })
        .collect()
}

/// Id and name of every template, by name: what a list to choose from shows. At most 500.
pub async fn list_names(db: &Db) -> Result<Vec<(TemplateId, String)>, DbError> {
    let rows = db
        .query(sql(
            "SELECT id, name FROM templates ORDER BY lower(name), id LIMIT 500",
        ))
        .await?;
    rows.iter()
        .map(|row| Ok((row.get("id")?, row.get("name")?)))
        .collect()
}

/// Adds a template; the statement returns its `id`.
pub fn insert(name: &str, content: &Content, now: i64) -> Stmt {
    sql(
        "INSERT INTO templates (name, mode, source, subject, preheader, created_at, updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) RETURNING id",
    )
    .bind(name)
    .bind(content.mode.as_str())
    .bind(&content.source)
    .bind(&content.subject)
    .bind(&content.preheader)
    .bind(now)
}

/// Stores new content if the template still has this revision; demands that it has.
pub fn update_content(id: TemplateId, revision: i64, content: &Content, now: i64) -> Stmt {
    sql(
        "UPDATE templates SET source = ?3, subject = ?4, preheader = ?5, revision = revision + 1, updated_at = ?6 \
         WHERE id = ?1 AND revision = ?2",
    )
    .bind(id)
    .bind(revision)
    .bind(&content.source)
    .bind(&content.subject)
    .bind(&content.preheader)
    .bind(now)
    .expect_rows(1)
}

/// The name is no part of the revision: renaming disturbs nobody who is editing.
pub fn update_name(id: TemplateId, name: &str, now: i64) -> Stmt {
    sql("UPDATE templates SET name = ?2, updated_at = ?3 WHERE id = ?1")
        .bind(id)
        .bind(name)
        .bind(now)
}

pub fn delete(id: TemplateId) -> Stmt {
    sql("DELETE FROM templates WHERE id = ?1").bind(id)
}

fn usage(row: &Row) -> Result<Usage, DbError> {
    let names: String = row.get("draft_names")?;
    Ok(Usage {
        drafts: row.get("drafts")?,
        names: serde_json::from_str(&names).map_err(|error| decode("draft_names", &error))?,
    })
}

fn parse<T: FromStr<Err = String>>(row: &Row, column: &str) -> Result<T, DbError> {
    let text: String = row.get(column)?;
    text.parse().map_err(|words: String| decode(column, &words))
}

fn decode(column: &str, error: &dyn std::fmt::Display) -> DbError {
    DbError::Decode {
        column: column.into(),
        detail: error.to_string(),
    }
}
