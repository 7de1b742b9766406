//! SQL over the versions of templates.

use super::super::editor::Content;
use super::model::{KEEP_EVERY_MS, MOST_SHOWN, MOST_UNNAMED, VersionCard};
use crate::ids::{TemplateId, TemplateVersionId};
use crate::server::db::{Db, DbError, Row, Stmt, sql};

/// The versions of a template, latest first.
pub async fn list(db: &Db, id: TemplateId) -> Result<Vec<VersionCard>, DbError> {
    let rows = db
        .query(
            sql(
                "SELECT id, name, changed_at FROM template_versions WHERE template_id = ?1 ORDER BY id DESC LIMIT ?2",
            )
            .bind(id)
            .bind(MOST_SHOWN),
        )
        .await?;
    rows.iter().map(card).collect()
}

/// One version of a template with its content.
pub async fn find(
    db: &Db,
    id: TemplateId,
    version: TemplateVersionId,
) -> Result<Option<(VersionCard, Content)>, DbError> {
    let row = db
        .query_one(
            sql(
                "SELECT id, name, changed_at, mode, source, subject, preheader FROM template_versions \
                 WHERE id = ?1 AND template_id = ?2",
            )
            .bind(version)
            .bind(id),
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let mode: String = row.get("mode")?;
    let content = Content {
        mode: mode.parse().map_err(|detail| DbError::Decode {
            column: "mode".into(),
            detail,
        })?,
        source: row.get("source")?,
        subject: row.get("subject")?,
        preheader: row.get("preheader")?,
    };
    Ok(Some((card(&row)?, content)))
}

fn card(row: &Row) -> Result<VersionCard, DbError> {
    Ok(VersionCard {
        id: row.get("id")?,
        name: row.get("name")?,
        changed_at: row.get("changed_at")?,
    })
}

const KEEP: &str = "INSERT INTO template_versions (template_id, revision, name, mode, source, subject, preheader, changed_at, kept_at) \
    SELECT id, revision, ?2, mode, source, subject, preheader, updated_at, ?3 FROM templates t WHERE id = ?1";

/// Keeps a template as it is now, under a name or none.
pub fn insert(id: TemplateId, name: &str, now: i64) -> Stmt {
    sql(KEEP).bind(id).bind(name).bind(now)
}

/// Keeps a template as it is now, unless this very content is kept already.
pub fn insert_new(id: TemplateId, now: i64) -> Stmt {
    sql(format!(
        "{KEEP} AND NOT EXISTS (SELECT 1 FROM template_versions v WHERE v.template_id = ?1 AND v.revision = t.revision)"
    ))
    .bind(id)
    .bind("")
    .bind(now)
}

/// Keeps a template as it is before a change, unless one was kept a short while ago or this content already is.
pub fn insert_in_passing(id: TemplateId, now: i64) -> Stmt {
    sql(format!(
        "{KEEP} AND NOT EXISTS (SELECT 1 FROM template_versions v WHERE v.template_id = ?1 \
         AND (v.kept_at > ?4 OR v.revision = t.revision))"
    ))
    .bind(id)
    .bind("")
    .bind(now)
    .bind(now - KEEP_EVERY_MS)
}

/// Drops the oldest versions without a name beyond the limit.
pub fn delete_oldest(id: TemplateId) -> Stmt {
    sql(
        "DELETE FROM template_versions WHERE template_id = ?1 AND name = '' AND id <= \
         (SELECT id FROM template_versions WHERE template_id = ?1 AND name = '' ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    )
    .bind(id)
    .bind(MOST_UNNAMED)
}
