//! SQL that looks for campaigns, drafts and templates by name: among the newest of each, so that a long history costs nothing.

use super::model::{Hit, Icon};
use crate::features::campaigns::model::CampaignState;
use crate::server::db::{DbError, Outcome, Row, Stmt, sql};

/// So many of the newest are looked at.
const NEWEST: i64 = 1_000;

/// Campaigns, drafts, templates whose names hold `search`, at most `limit` of each.
pub fn select_all(search: &str, limit: i64) -> Vec<Stmt> {
    [
        "SELECT id, name, state FROM (SELECT id, name, state, created_at AS at FROM campaigns WHERE deleted_at IS NULL \
         ORDER BY created_at DESC LIMIT ?2) WHERE name LIKE ?1 ESCAPE '\\' ORDER BY at DESC LIMIT ?3",
        "SELECT id, name, '' AS state FROM (SELECT id, name, updated_at AS at FROM drafts ORDER BY updated_at DESC LIMIT ?2) \
         WHERE name LIKE ?1 ESCAPE '\\' ORDER BY at DESC LIMIT ?3",
        "SELECT id, name, '' AS state FROM (SELECT id, name, updated_at AS at FROM templates ORDER BY updated_at DESC LIMIT ?2) \
         WHERE name LIKE ?1 ESCAPE '\\' ORDER BY at DESC LIMIT ?3",
    ]
    .into_iter()
    .map(|text| {
        sql(text)
            .bind(pattern(search))
            .bind(NEWEST)
            .bind(limit)
    })
    .collect()
}

fn pattern(search: &str) -> String {
    let mut out = String::from("%");
    for c in search.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}

pub fn hits(outcome: &Outcome, icon: Icon, path: &str) -> Result<Vec<Hit>, DbError> {
    outcome
        .rows
        .iter()
        .map(|row| hit(row, icon, path))
        .collect()
}

fn hit(row: &Row, icon: Icon, path: &str) -> Result<Hit, DbError> {
    let state: String = row.get("state")?;
    let state: Option<CampaignState> = state.parse().ok();
    Ok(Hit {
        title: row.get("name")?,
        note: state.map_or("", CampaignState::words).to_owned(),
        href: format!("{path}/{}", row.get::<i64>("id")?),
        post: None,
        icon,
    })
}
