//! Use-cases of a template's history.

use super::super::editor::{Content, stale};
use super::super::repo as templates;
use super::diff::changes;
use super::model::{KeepForm, OpenedVersion, TemplateHistory};
use super::repo;
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::ids::{TemplateId, TemplateVersionId};
use crate::server::Cx;
use crate::server::db::DbError;

/// The history of a template, with one version opened: the one asked for, or the latest.
pub async fn open(
    cx: &Cx,
    id: TemplateId,
    version: Option<TemplateVersionId>,
) -> Result<TemplateHistory, AppError> {
    let role = cx.require(Role::Viewer)?.user.role;
    let (template, versions) =
        futures::try_join!(templates::find(&cx.db, id), repo::list(&cx.db, id))?;
    let template = template.ok_or_else(|| AppError::not_found("template"))?;
    let opened = match version.or(versions.first().map(|card| card.id)) {
        None => None,
        Some(version) => {
            let (card, content) = find(cx, id, version).await?;
            Some(OpenedVersion {
                changes: changes(&template.content, &content),
                card,
            })
        }
    };
    Ok(TemplateHistory {
        id,
        name: template.name,
        revision: template.revision,
        changed_at: template.updated_at,
        can_edit: role.allows(Role::Editor),
        versions,
        opened,
    })
}

/// What one version holds, for its preview.
pub async fn find_content(
    cx: &Cx,
    id: TemplateId,
    version: TemplateVersionId,
) -> Result<Content, AppError> {
    cx.require(Role::Viewer)?;
    Ok(find(cx, id, version).await?.1)
}

async fn find(
    cx: &Cx,
    id: TemplateId,
    version: TemplateVersionId,
) -> Result<(super::model::VersionCard, Content), AppError> {
    repo::find(&cx.db, id, version)
        .await?
        .ok_or_else(|| AppError::not_found("version"))
}

/// Keeps a template as it is now under a name.
pub async fn keep(cx: &Cx, form: &KeepForm) -> Result<TemplateId, AppError> {
    cx.require(Role::Editor)?;
    let (id, name) = form.validate()?;
    match cx.db.exec(repo::insert(id, name, cx.now())).await? {
        0 => Err(AppError::not_found("template")),
        _ => Ok(id),
    }
}

/// Makes a version the template's content again. What it replaces is kept as a version too.
///
/// # Errors
/// `Conflict` when the template has another revision by now; nothing is changed then.
pub async fn restore(
    cx: &Cx,
    id: TemplateId,
    version: TemplateVersionId,
    revision: i64,
) -> Result<(), AppError> {
    cx.require(Role::Editor)?;
    let (_, content) = find(cx, id, version).await?;
    let now = cx.now();
    let writes = vec![
        repo::insert_new(id, now),
        templates::update_content(id, revision, &content, now),
        repo::delete_oldest(id),
    ];
    match cx.db.batch(writes).await {
        Ok(_) => Ok(()),
        Err(DbError::RowsAffected { .. }) => Err(stale()),
        Err(other) => Err(other.into()),
    }
}
