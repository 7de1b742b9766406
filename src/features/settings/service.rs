//! Use-cases of the settings: look, save. A save writes what differs and nothing else, so that pages do not undo each other.

use super::model::{
    About, SendingForm, SettingsView, TrackingForm, Workspace, WorkspaceForm, WorkspaceView,
};
use super::{repo, zone};
use crate::error::AppError;
use crate::features::audit::repo::insert_with;
use crate::features::auth::model::Role;
use crate::server::db::DbKind;
use crate::server::errors::internal;
use crate::server::request::Cx;
use serde_json::{Map, Value};

/// An instance that was not heard of for this long is taken for gone.
const ALIVE_MS: i64 = 60_000;

pub async fn find(cx: &Cx) -> Result<SettingsView, AppError> {
    let caller = cx.require(Role::Viewer)?;
    Ok(SettingsView {
        workspace: repo::find_workspace(&cx.db).await?,
        can_edit: caller.user.role.allows(Role::Owner),
    })
}

pub async fn find_workspace(cx: &Cx) -> Result<WorkspaceView, AppError> {
    let settings = find(cx).await?;
    let mut zones = zone::list();
    if !zones.contains(&settings.workspace.time_zone) {
        zones.insert(0, settings.workspace.time_zone.clone());
    }
    Ok(WorkspaceView { settings, zones })
}

pub async fn find_about(cx: &Cx) -> Result<About, AppError> {
    cx.require(Role::Viewer)?;
    let latency = cx.db.ping().await?;
    Ok(About {
        version: env!("CARGO_PKG_VERSION").into(),
        database: match cx.db.kind() {
            DbKind::Embedded => "Embedded file",
            DbKind::Remote => "libSQL server",
        }
        .into(),
        latency_us: i64::try_from(latency.as_micros()).unwrap_or(i64::MAX),
        instances: repo::list_instances(&cx.db, cx.now() - ALIVE_MS, &cx.instance).await?,
    })
}

pub async fn save_workspace(cx: &Cx, form: &WorkspaceForm) -> Result<(), AppError> {
    save(cx, |before| {
        let after = form.apply(before)?;
        if !zone::is_known(&after.time_zone) {
            return Err(AppError::invalid(
                "time_zone",
                "There is no such time zone. Use a name like Europe/Berlin.",
            ));
        }
        Ok(after)
    })
    .await
}

pub async fn save_tracking(cx: &Cx, form: &TrackingForm) -> Result<(), AppError> {
    save(cx, |before| form.apply(before)).await
}

pub async fn save_sending(cx: &Cx, form: &SendingForm) -> Result<(), AppError> {
    save(cx, |before| form.apply(before)).await
}

async fn save(
    cx: &Cx,
    apply: impl FnOnce(&Workspace) -> Result<Workspace, AppError> + Send,
) -> Result<(), AppError> {
    let user = cx.require(Role::Owner)?.user.id;
    let before = repo::find_workspace(&cx.db).await?;
    let changes = difference(&before, &apply(&before)?)?;
    if changes.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = changes.keys().map(|key| setting_words(key)).collect();
    let text = Value::Object(changes.clone()).to_string();
    cx.db
        .batch(vec![
            repo::patch("workspace", &text, cx.now()),
            insert_with(
                Some(user),
                "settings.update",
                "",
                &names.join(", "),
                cx.now(),
            ),
        ])
        .await?;
    // A wait may have become shorter.
    cx.wake.delivery();
    Ok(())
}

/// The settings whose values differ, with the new ones.
fn difference(before: &Workspace, after: &Workspace) -> Result<Map<String, Value>, AppError> {
    let object = |workspace: &Workspace| match serde_json::to_value(workspace) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(internal(&"settings are not an object")),
        Err(error) => Err(internal(&error)),
    };
    let (before, mut after) = (object(before)?, object(after)?);
    after.retain(|key, value| before.get(key) != Some(value));
    Ok(after)
}

/// A setting by the words of its page, for the audit trail.
fn setting_words(key: &str) -> &str {
    match key {
        "name" => "Workspace name",
        "time_zone" => "Time zone",
        "postal_address" => "Postal address",
        "test_address" => "Address for test mails",
        "track_opens" => "Count opens",
        "track_clicks" => "Count clicks",
        "keep_ip" => "IP addresses of readers",
        "honour_gpc" => "Respect for opt-outs",
        "keep_days" => "How long opens and clicks are kept",
        "max_attempts" => "Tries per message",
        "breaker_failures" => "Failures before a pause",
        "breaker_secs" => "Length of a pause",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_written_and_every_setting_has_words() {
        let before = Workspace::default();
        let after = Workspace {
            name: "Example".into(),
            keep_days: 30,
            ..before.clone()
        };
        let changes = difference(&before, &after).unwrap();
        assert_eq!(
            Value::Object(changes),
            serde_json::json!({ "name": "Example", "keep_days": 30 })
        );
        let Ok(Value::Object(all)) = serde_json::to_value(&before) else {
            panic!("no object")
        };
        assert!(all.keys().all(|key| setting_words(key) != key));
    }
}
