//! Use-cases of templates: every write passes here, with its role check.

use super::editor::{self, Content, EditForm, EditorData, compile};
use super::entry::{
    ImportForm, NewForm, OpenedTemplate, PAGE_SIZE, RenameForm, StarterCard, TemplateList,
};
use super::model::{TemplateContent, TemplateFile, check_name, copy_name};
use super::repo::{self, Template};
use super::starters::{Starter, starters};
use super::versions::repo as versions;
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::features::settings;
use crate::ids::TemplateId;
use crate::server::Cx;
use crate::server::db::{DbError, Stmt};
use crate::server::state::AppState;

/// Set once the starters were put in, so that deleting them is final.
const STARTERS_KEY: &str = "starter_templates_created";

/// One page of the gallery; pages count from 1.
pub async fn list(cx: &Cx, words: &str, page: i64) -> Result<TemplateList, AppError> {
    let role = cx.require(Role::Viewer)?.user.role;
    let page = page.clamp(1, 10_000);
    let mut cards = repo::list(&cx.db, words.trim(), PAGE_SIZE + 1, (page - 1) * PAGE_SIZE).await?;
    let size = usize::try_from(PAGE_SIZE).unwrap_or(usize::MAX);
    let has_next = cards.len() > size;
    cards.truncate(size);
    Ok(TemplateList {
        cards,
        page,
        has_next,
        can_edit: role.allows(Role::Editor),
    })
}

/// A template with what its editor shows.
pub async fn open(cx: &Cx, id: TemplateId) -> Result<OpenedTemplate, AppError> {
    let role = cx.require(Role::Viewer)?.user.role;
    let (template, workspace) = futures::try_join!(find(cx, id), async {
        Ok(settings::repo::find_workspace(&cx.db).await?)
    })?;
    Ok(OpenedTemplate {
        id,
        name: template.name,
        usage: template.usage,
        editor: EditorData {
            compiled: compile(&template.content, &workspace),
            content: template.content,
            revision: template.revision,
            selected: None,
        },
        can_edit: role.allows(Role::Editor),
    })
}

/// A template's name and content, for a draft that starts from it.
pub async fn find_content(cx: &Cx, id: TemplateId) -> Result<(String, Content), AppError> {
    cx.require(Role::Viewer)?;
    let template = find(cx, id).await?;
    Ok((template.name, template.content))
}

/// Id and name of every template, for a list to choose from.
pub async fn list_names(cx: &Cx) -> Result<Vec<(TemplateId, String)>, AppError> {
    cx.require(Role::Viewer)?;
    Ok(repo::list_names(&cx.db).await?)
}

async fn find(cx: &Cx, id: TemplateId) -> Result<Template, AppError> {
    repo::find(&cx.db, id)
        .await?
        .ok_or_else(|| AppError::not_found("template"))
}

/// Makes a template from a starter, or an empty one. A blank name becomes the starter's.
pub async fn create(cx: &Cx, form: &NewForm) -> Result<TemplateId, AppError> {
    cx.require(Role::Editor)?;
    let (standard, content) = match form.from.parse() {
        Ok(mode) => ("Untitled template".to_owned(), Content::empty(mode)),
        Err(_) => {
            let starter = find_starter(&form.from).ok_or_else(|| {
                AppError::invalid("from", "Choose what to start from.").with_typed(form)
            })?;
            (starter.name.clone(), stored(&starter))
        }
    };
    let name = Some(form.name.trim()).filter(|name| !name.is_empty());
    let name = name.unwrap_or(&standard);
    check_name(name).map_err(|words| AppError::invalid("name", words).with_typed(form))?;
    insert(cx, repo::insert(name, &content, cx.now())).await
}

/// Gives a template another name.
pub async fn rename(cx: &Cx, form: &RenameForm) -> Result<TemplateId, AppError> {
    cx.require(Role::Editor)?;
    let (id, name) = form.validate()?;
    match cx.db.exec(repo::update_name(id, name, cx.now())).await? {
        0 => Err(AppError::not_found("template")),
        _ => Ok(id),
    }
}

/// Makes a copy under a name that is free.
pub async fn duplicate(cx: &Cx, id: TemplateId) -> Result<TemplateId, AppError> {
    cx.require(Role::Editor)?;
    let template = find(cx, id).await?;
    let names = repo::list_names(&cx.db).await?;
    let name = copy_name(&template.name, |name| {
        names.iter().any(|(_, taken)| taken == name)
    });
    insert(cx, repo::insert(&name, &template.content, cx.now())).await
}

/// Deletes a template. Drafts made from it keep their content.
pub async fn delete(cx: &Cx, id: TemplateId) -> Result<(), AppError> {
    cx.require(Role::Editor)?;
    match cx.db.exec(repo::delete(id)).await? {
        0 => Err(AppError::not_found("template")),
        _ => Ok(()),
    }
}

/// Applies one change of the editor to the revision it was made from; one that keeps the caller's version, to whatever is stored, which
/// stays as a version.
///
/// # Errors
/// `Conflict` when the template has another revision by now; nothing is changed then.
pub async fn edit(
    cx: &Cx,
    id: TemplateId,
    revision: i64,
    edit: &EditForm,
) -> Result<EditorData, AppError> {
    cx.require(Role::Editor)?;
    let (template, workspace) = futures::try_join!(find(cx, id), async {
        Ok(settings::repo::find_workspace(&cx.db).await?)
    })?;
    if template.revision != revision && !edit.is_keeping() {
        return Err(editor::stale());
    }
    let revision = template.revision;
    let applied = editor::apply(&template.content, edit)?;
    let changed = applied.content != template.content;
    if changed {
        // What it was before is kept now and then; see the history.
        let writes = vec![
            if edit.is_keeping() {
                versions::insert_new(id, cx.now())
            } else {
                versions::insert_in_passing(id, cx.now())
            },
            repo::update_content(id, revision, &applied.content, cx.now()),
            versions::delete_oldest(id),
        ];
        cx.db.batch(writes).await.map_err(|error| match error {
            DbError::RowsAffected { .. } => editor::stale(),
            other => other.into(),
        })?;
    }
    Ok(EditorData {
        compiled: compile(&applied.content, &workspace),
        content: applied.content,
        revision: revision + i64::from(changed),
        selected: applied.selected,
    })
}

/// Keeps the text of a change that came too late, as a template of its own: a page without JavaScript has nowhere else to put it.
pub async fn rescue(cx: &Cx, id: TemplateId, edit: &EditForm) -> Result<TemplateId, AppError> {
    cx.require(Role::Editor)?;
    let template = find(cx, id).await?;
    let applied = editor::apply(&template.content, edit)?;
    let name = copy_name(&template.name, |_| false);
    insert(cx, repo::insert(&name, &applied.content, cx.now())).await
}

/// A template as a file to download: its name and its text.
pub async fn export(cx: &Cx, id: TemplateId) -> Result<(String, String), AppError> {
    cx.require(Role::Viewer)?;
    let template = find(cx, id).await?;
    let file = TemplateFile::new(TemplateContent {
        design: template.content.design()?,
        name: template.name.clone(),
        subject: template.content.subject,
        preheader: template.content.preheader,
    });
    Ok((template.name, file.to_json()))
}

/// Adds the template that a file holds.
pub async fn import(cx: &Cx, form: &ImportForm) -> Result<TemplateId, AppError> {
    cx.require(Role::Editor)?;
    if form.json.trim().is_empty() {
        return Err(AppError::invalid(
            "json",
            "Choose a template file, or paste its text.",
        ));
    }
    let file = TemplateFile::from_json(form.json.trim_start_matches('\u{feff}'))
        .map_err(|words| AppError::invalid("json", words))?;
    let content = file.content;
    insert(
        cx,
        repo::insert(content.name.trim(), &stored(&content), cx.now()),
    )
    .await
}

/// Puts the starters in as templates, once in the life of a database: deleting them is final. Safe with two instances at once.
pub async fn create_starters(app: &AppState) -> Result<(), AppError> {
    if settings::repo::find(&app.db, STARTERS_KEY).await?.is_some() {
        return Ok(());
    }
    let now = app.now();
    let mut writes = vec![settings::repo::insert_once(STARTERS_KEY, "1", now).expect_rows(1)];
    // The first of the list is shown first: the gallery puts the latest first.
    for starter in starters().into_iter().rev() {
        let content = starter.content;
        writes.push(repo::insert(&content.name, &stored(&content), now));
    }
    match app.db.batch(writes).await {
        // Another instance was faster.
        Ok(_) | Err(DbError::RowsAffected { .. }) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

/// The designs a new template can start from.
pub fn list_starters(cx: &Cx) -> Result<Vec<StarterCard>, AppError> {
    cx.require(Role::Viewer)?;
    let card = |starter: Starter| StarterCard {
        key: starter.key.into(),
        name: starter.content.name,
        description: starter.description.into(),
    };
    Ok(starters().into_iter().map(card).collect())
}

/// What a starter holds, whether or not its template still exists.
pub fn starter_content(cx: &Cx, key: &str) -> Result<Content, AppError> {
    cx.require(Role::Viewer)?;
    let starter = find_starter(key).ok_or_else(|| AppError::not_found("starter"))?;
    Ok(stored(&starter))
}

fn find_starter(key: &str) -> Option<TemplateContent> {
    let mut all = starters().into_iter();
    all.find(|starter| starter.key == key)
        .map(|starter| starter.content)
}

fn stored(content: &TemplateContent) -> Content {
    Content::from_design(&content.design, &content.subject, &content.preheader)
}

async fn insert(cx: &Cx, write: Stmt) -> Result<TemplateId, AppError> {
    let row = cx.db.query_one(write).await?;
    let row = row.ok_or_else(|| DbError::Driver("INSERT returned no row".into()))?;
    Ok(row.get("id")?)
}
