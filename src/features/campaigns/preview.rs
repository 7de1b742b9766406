//! The frozen content as one recipient sees it, with real links and without tracking: a look never counts as an open.

use super::recipients::repo as recipients;
use super::repo;
use crate::delivery::content::{Rendered, render_target};
use crate::delivery::queue::select_snapshot;
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::ids::{CampaignId, MessageId};
use crate::mail::links::mark_links;
use crate::mail::merge::{Escape, MergeData, MergeTemplate};
use crate::server::Cx;
use crate::server::db::{DbError, Row};
use crate::server::errors::internal;

/// One transparent point: what stands where the open pixel was.
const POINT: &str = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

/// What stands beside a link of the mail, by its position: a piece of HTML.
pub type Badge<'a> = &'a (dyn Fn(usize) -> Option<String> + Send + Sync);

/// The mail of a message of the campaign, or of any one of its recipients; with badges, those stand in front of its links.
pub async fn preview(
    cx: &Cx,
    id: CampaignId,
    message: Option<MessageId>,
    badge: Option<Badge<'_>>,
) -> Result<Rendered, AppError> {
    cx.require(Role::Viewer)?;
    let campaign = repo::find(&cx.db, id)
        .await?
        .ok_or_else(|| AppError::not_found("campaign"))?;
    let outcomes = cx
        .db
        .batch(vec![
            select_snapshot(campaign.snapshot_id),
            repo::select_links(campaign.snapshot_id),
            recipients::select_sample(id, message),
        ])
        .await?;
    let [snapshot, links, sample] = outcomes.as_slice() else {
        return Err(AppError::not_found("campaign"));
    };
    let merge: String = match sample.rows.first() {
        Some(row) => row.get("merge")?,
        None if message.is_some() => return Err(AppError::not_found("message")),
        // Not one message is made yet.
        None => "{}".into(),
    };
    let snapshot = snapshot
        .rows
        .first()
        .ok_or_else(|| AppError::not_found("campaign"))?;
    let constants: String = snapshot.get("constants")?;
    let mut data = MergeData::from_json_text(&merge).map_err(|error| internal(&error))?;
    if let Ok(serde_json::Value::Object(values)) = serde_json::from_str(&constants) {
        for (name, value) in &values {
            data.set(name, value.as_str().unwrap_or_default());
        }
    }
    data.set("unsubscribe_url", "#");
    data.set("__pixel", POINT);
    data.set("__trap", "#");
    for row in &links.rows {
        let (position, target): (i64, String) = (row.get("position")?, row.get("target")?);
        // A map of clicks is looked at, not used.
        let target = match badge {
            Some(_) => "#".to_owned(),
            None => render_target(&target, &merge, &constants).unwrap_or_default(),
        };
        data.set(&format!("__link_{position}"), target);
    }
    render(snapshot, &data, badge)
}

fn render(
    snapshot: &Row,
    data: &MergeData,
    badge: Option<Badge<'_>>,
) -> Result<Rendered, AppError> {
    let part = |column: &str, escape| -> Result<String, AppError> {
        let mut text: String = snapshot
            .get(column)
            .map_err(|error: DbError| AppError::from(error))?;
        if let (Escape::Html, Some(badge)) = (&escape, badge) {
            text = mark_links(&text, badge);
        }
        MergeTemplate::compile(&text, escape)
            .and_then(|template| template.render(data))
            .map_err(|error| AppError::refused(format!("This mail cannot be shown: {error}")))
    };
    Ok(Rendered {
        subject: part("subject", Escape::Header)?,
        html: part("html", Escape::Html)?,
        text: part("text", Escape::Text)?,
    })
}
