//! Use-cases of the settings: look, save.

use super::model::{About, SettingsView, WorkspaceForm};
use super::{repo, zone};
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::features::auth::repo::insert_audit;
use crate::server::db::DbKind;
use crate::server::errors::internal;
use crate::server::request::Cx;

/// An instance that was not heard of for this long is taken for gone.
const ALIVE_MS: i64 = 60_000;

pub async fn find(cx: &Cx) -> Result<SettingsView, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let workspace = repo::find_workspace(&cx.db).await?;
    let mut zones = zone::list();
    if !zones.contains(&workspace.time_zone) {
        zones.insert(0, workspace.time_zone.clone());
    }
    let latency = cx.db.ping().await?;
    Ok(SettingsView {
        workspace,
        zones,
        can_edit: caller.user.role.allows(Role::Owner),
        about: About {
            version: env!("CARGO_PKG_VERSION").into(),
            database: match cx.db.kind() {
                DbKind::Embedded => "Embedded file",
                DbKind::Remote => "libSQL server",
            }
            .into(),
            latency_us: i64::try_from(latency.as_micros()).unwrap_or(i64::MAX),
            instances: repo::list_instances(&cx.db, cx.now() - ALIVE_MS, &cx.instance).await?,
        },
    })
}

pub async fn save_workspace(cx: &Cx, form: &WorkspaceForm) -> Result<(), AppError> {
    let user = cx.require(Role::Owner)?.user.id;
    let workspace = form.validate()?;
    if !zone::is_known(&workspace.time_zone) {
        return Err(AppError::invalid(
            "time_zone",
            "There is no such time zone. Use a name like Europe/Berlin.",
        ));
    }
    let text = serde_json::to_string(&workspace).map_err(|error| internal(&error))?;
    cx.db
        .batch(vec![
            repo::update("workspace", &text, cx.now()),
            insert_audit(Some(user), "settings.update", "workspace", cx.now()),
        ])
        .await?;
    // A wait may have become shorter.
    cx.wake.delivery();
    Ok(())
}
