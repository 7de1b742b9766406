//! Use-cases of drafts: list, create, copy, rename, delete, and everything the content step changes.

use super::fix;
use super::model::{
    ContentStep, CreateForm, DesignForm, Draft, DraftForm, DraftHead, DraftPage, FixForm, FixKind,
    RenameForm, SenderForm, checked_name, identity,
};
use super::recipients::repo as recipients;
use super::repo::{self, NewDraft};
use crate::error::AppError;
use crate::features::accounts;
use crate::features::auth::model::Role;
use crate::features::settings;
use crate::features::settings::model::WorkspaceForm;
use crate::features::templates::editor::{self, Content, EditForm, EditorData};
use crate::features::templates::model::copy_name;
use crate::features::templates::service as templates;
use crate::ids::{DraftId, TemplateId};
use crate::mail::design::Mode;
use crate::server::Cx;
use crate::server::db::{DbError, Stmt};

const PAGE: i64 = 25;

/// A page of drafts, newest change first; pages count from 1.
pub async fn list(cx: &Cx, search: &str, page: i64) -> Result<DraftPage, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let page = page.clamp(1, 100_000);
    let (mut lines, is_any) =
        repo::list(&cx.db, search.trim(), PAGE + 1, (page - 1) * PAGE).await?;
    let has_next = lines.len() as i64 > PAGE;
    lines.truncate(PAGE as usize);
    Ok(DraftPage {
        lines,
        page,
        has_next,
        is_any,
        can_edit: caller.user.role.allows(Role::Editor),
    })
}

/// A blank draft, or one from a template.
pub async fn create(cx: &Cx, form: &CreateForm) -> Result<DraftId, AppError> {
    cx.require(Role::Editor)?;
    let name = checked_name(&form.name).map_err(|error| error.with_typed(form))?;
    let (content, template_id) = design(cx, &form.template, &form.mode).await?;
    let new = NewDraft {
        name: &name,
        template_id,
        mode: content.mode,
        source: &content.source,
        subject: &content.subject,
        preheader: &content.preheader,
        ..NewDraft::default()
    };
    create_from(cx, &new).await
}

/// A draft from anything that has content: a past campaign, for example.
pub async fn create_from(cx: &Cx, new: &NewDraft<'_>) -> Result<DraftId, AppError> {
    cx.require(Role::Editor)?;
    inserted(cx, repo::insert(new, cx.now())).await
}

async fn inserted(cx: &Cx, statement: Stmt) -> Result<DraftId, AppError> {
    let row = cx.db.query_one(statement).await?;
    Ok(row.ok_or_else(|| AppError::not_found("draft"))?.get("id")?)
}

/// A template's content, or blank content of a mode.
async fn design(
    cx: &Cx,
    template: &str,
    mode: &str,
) -> Result<(Content, Option<TemplateId>), AppError> {
    if template.is_empty() {
        return Ok((
            Content::empty(mode.parse::<Mode>().unwrap_or_default()),
            None,
        ));
    }
    let id: TemplateId = template
        .parse()
        .map_err(|_| AppError::not_found("template"))?;
    let (_, content) = templates::find_content(cx, id).await?;
    Ok((content, Some(id)))
}

pub async fn find(cx: &Cx, id: DraftId) -> Result<Draft, AppError> {
    cx.require(Role::Viewer)?;
    repo::find(&cx.db, id)
        .await?
        .ok_or_else(|| AppError::not_found("draft"))
}

/// Runs one guarded change; somebody else's change in between is a conflict in words.
async fn change(cx: &Cx, statement: Stmt) -> Result<(), AppError> {
    match cx.db.exec(statement).await {
        Ok(_) => Ok(()),
        Err(DbError::RowsAffected { .. }) => Err(editor::stale()),
        Err(other) => Err(other.into()),
    }
}

pub async fn rename(cx: &Cx, form: &RenameForm) -> Result<DraftId, AppError> {
    cx.require(Role::Editor)?;
    let id = form.id.parse().map_err(|_| AppError::not_found("draft"))?;
    let name = checked_name(&form.name).map_err(|error| error.with_typed(form))?;
    match cx.db.exec(repo::update_name(id, &name, cx.now())).await? {
        0 => Err(AppError::not_found("draft")),
        _ => Ok(id),
    }
}

/// A copy with the same content and the same audience.
pub async fn duplicate(cx: &Cx, id: DraftId) -> Result<DraftId, AppError> {
    cx.require(Role::Editor)?;
    let draft = find(cx, id).await?;
    inserted(
        cx,
        repo::insert_copy(id, &copy_name(&draft.name, |_| false), cx.now()),
    )
    .await
}

pub async fn delete(cx: &Cx, form: &DraftForm) -> Result<(), AppError> {
    cx.require(Role::Editor)?;
    let (id, revision) = identity(&form.id, &form.revision)?;
    change(cx, repo::delete(id, revision)).await
}

fn content_of(draft: Draft) -> Content {
    Content {
        mode: draft.mode,
        source: draft.source,
        subject: draft.subject,
        preheader: draft.preheader,
    }
}

/// The draft's content, for its preview documents.
pub async fn find_content(cx: &Cx, id: DraftId) -> Result<Content, AppError> {
    Ok(content_of(find(cx, id).await?))
}

/// Everything the content step shows.
pub async fn open_content(cx: &Cx, id: DraftId) -> Result<ContentStep, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let (outcomes, workspace, choices, names) = futures::try_join!(
        cx.db
            .batch(vec![repo::select(id), recipients::select_of_draft(id)]),
        settings::repo::find_workspace(&cx.db),
        accounts::repo::list_choices(&cx.db),
        crate::features::templates::repo::list_names(&cx.db),
    )?;
    let [draft, set] = outcomes.as_slice() else {
        return Err(AppError::not_found("draft"));
    };
    let draft = repo::found(draft)?.ok_or_else(|| AppError::not_found("draft"))?;
    let set = recipients::found(set)?;
    let columns = set.as_ref().map_or_else(Vec::new, |set| {
        let columns = set.columns.iter().filter(|column| !column.key.is_empty());
        columns
            .map(|column| (column.key.clone(), format!("column “{}”", column.name)))
            .collect()
    });
    let (revision, account_id, template_id) = (draft.revision, draft.account_id, draft.template_id);
    let (reply_to, cc, bcc) = (draft.reply_to.clone(), draft.cc.clone(), draft.bcc.clone());
    let can_edit = caller.user.role.allows(Role::Editor);
    let head = DraftHead::of(&draft, set.as_ref(), can_edit);
    let content = content_of(draft);
    let template = names
        .iter()
        .find(|(id, _)| Some(*id) == template_id)
        .map(|(_, name)| name.clone());
    Ok(ContentStep {
        head,
        account_id,
        reply_to,
        cc,
        bcc,
        accounts: choices,
        template,
        templates: names,
        columns,
        editor: EditorData {
            compiled: editor::compile(&content, &workspace),
            content,
            revision,
            selected: None,
        },
    })
}

/// Applies one change of the editor to the revision it was made from; one that keeps the caller's version, to whatever is stored, which
/// becomes a draft of its own: drafts have no history.
pub async fn edit(
    cx: &Cx,
    id: DraftId,
    revision: i64,
    edit: &EditForm,
) -> Result<EditorData, AppError> {
    cx.require(Role::Editor)?;
    let (draft, workspace) = futures::try_join!(find(cx, id), async {
        Ok(settings::repo::find_workspace(&cx.db).await?)
    })?;
    if draft.revision != revision && !edit.is_keeping() {
        return Err(editor::stale());
    }
    let revision = draft.revision;
    let copy = copy_name(&draft.name, |_| false);
    let old = content_of(draft);
    let applied = editor::apply(&old, edit)?;
    let is_changed = applied.content != old;
    if is_changed {
        let update = repo::update_content(id, revision, &applied.content, cx.now());
        let writes = match edit.is_keeping() {
            true => vec![repo::insert_copy(id, &copy, cx.now()), update],
            false => vec![update],
        };
        match cx.db.batch(writes).await {
            Ok(_) => {}
            Err(DbError::RowsAffected { .. }) => return Err(editor::stale()),
            Err(other) => return Err(other.into()),
        }
    }
    Ok(EditorData {
        compiled: editor::compile(&applied.content, &workspace),
        content: applied.content,
        revision: revision + i64::from(is_changed),
        selected: applied.selected,
    })
}

/// Keeps the text of a change that came too late, as a draft of its own: a page without JavaScript has nowhere else to put it.
pub async fn rescue(cx: &Cx, id: DraftId, edit: &EditForm) -> Result<DraftId, AppError> {
    cx.require(Role::Editor)?;
    let draft = find(cx, id).await?;
    let name = copy_name(&draft.name, |_| false);
    let content = editor::apply(&content_of(draft.clone()), edit)?.content;
    let new = NewDraft {
        name: &name,
        template_id: draft.template_id,
        mode: content.mode,
        source: &content.source,
        subject: &content.subject,
        preheader: &content.preheader,
        account_id: draft.account_id,
        reply_to: &draft.reply_to,
        cc: &draft.cc,
        bcc: &draft.bcc,
        recipient_set_id: draft.recipient_set_id,
    };
    create_from(cx, &new).await
}

/// Puts something right that the review found.
pub async fn apply_fix(cx: &Cx, form: &FixForm) -> Result<DraftId, AppError> {
    cx.require(Role::Editor)?;
    let (id, revision) = identity(&form.id, &form.revision)?;
    let draft = find(cx, id).await?;
    if draft.revision != revision {
        return Err(editor::stale());
    }
    if form.kind == FixKind::Address {
        fix_address(cx, form).await?;
        return Ok(id);
    }
    let content = fix::apply(&content_of(draft), form).map_err(|error| error.with_typed(form))?;
    change(cx, repo::update_content(id, revision, &content, cx.now())).await?;
    Ok(id)
}

/// Sets the workspace's postal address, which footers show; the settings say who may.
async fn fix_address(cx: &Cx, form: &FixForm) -> Result<(), AppError> {
    let refused = |sentence: String| AppError::refused(sentence).with_typed(form);
    if form.words.trim().is_empty() {
        return Err(refused("Write the postal address first.".into()));
    }
    let now = settings::repo::find_workspace(&cx.db).await?;
    let workspace = WorkspaceForm {
        name: now.name,
        time_zone: now.time_zone,
        postal_address: form.words.clone(),
        test_address: now.test_address,
    };
    let saved = settings::service::save_workspace(cx, &workspace).await;
    saved.map_err(|error| match error {
        // Its field has another name here.
        AppError::Invalid(invalid) => refused(invalid.to_string()),
        other => other,
    })
}

/// Takes a template's design, or a blank one, into the draft; returns the draft.
pub async fn choose_design(cx: &Cx, form: &DesignForm) -> Result<DraftId, AppError> {
    cx.require(Role::Editor)?;
    let (id, revision) = identity(&form.id, &form.revision)?;
    let (content, template) = design(cx, &form.template, &form.mode).await?;
    change(
        cx,
        repo::update_design(id, revision, &content, template, cx.now()),
    )
    .await?;
    Ok(id)
}

/// Saves account, reply address and copies; returns the new revision.
pub async fn save_sender(cx: &Cx, form: &SenderForm) -> Result<(DraftId, i64), AppError> {
    cx.require(Role::Editor)?;
    let (id, revision) = identity(&form.id, &form.revision)?;
    let sender = form.read().map_err(|error| error.with_typed(form))?;
    if let Some(account) = sender.account_id
        && accounts::repo::find(&cx.db, account).await?.is_none()
    {
        return Err(
            AppError::invalid("account", "This account was deleted. Choose another one.")
                .with_typed(form),
        );
    }
    change(cx, repo::update_sender(id, revision, &sender, cx.now())).await?;
    Ok((id, revision + 1))
}
