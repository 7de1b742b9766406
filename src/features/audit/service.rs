//! The one use-case of the audit trail: look.

use super::model::{AREAS, AuditPage, AuditQuery, PAGE_SIZE};
use super::repo::{self, Edge};
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::features::people;
use crate::ids::UserId;
use crate::server::request::Cx;

pub async fn list(cx: &Cx, query: &AuditQuery) -> Result<AuditPage, AppError> {
    cx.require(Role::Owner)?;
    // What is not known narrows nothing.
    let area = AREAS
        .iter()
        .map(|(area, _)| *area)
        .find(|area| *area == query.area)
        .unwrap_or_default();
    let person: Option<UserId> = query.person.parse().ok();
    let edge = match (query.after, query.before) {
        (Some(id), _) => Edge::After(id),
        (None, before) => Edge::Before(before.unwrap_or(i64::MAX)),
    };
    let outcomes = cx
        .db
        .batch(vec![
            repo::select(area, person, edge, PAGE_SIZE as i64 + 1),
            people::repo::select_names(),
        ])
        .await?;
    let [found, names] = outcomes.as_slice() else {
        return Ok(AuditPage::default());
    };
    let mut lines = repo::lines(found)?;
    let has_more = lines.len() > PAGE_SIZE;
    lines.truncate(PAGE_SIZE);
    let (has_newer, has_older) = match edge {
        Edge::After(_) => {
            lines.reverse();
            (has_more, true)
        }
        Edge::Before(_) => (query.before.is_some(), has_more),
    };
    Ok(AuditPage {
        lines,
        has_newer,
        has_older,
        people: people::repo::names(names)?,
    })
}
