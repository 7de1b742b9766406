//! The home page's one use-case: look.

use super::model::{DAYS, Deliverability, Overview, WEEKS, best, rates, warnings};
use super::repo;
use crate::delivery::timezone::{day, day_end};
use crate::error::AppError;
use crate::features::analytics::period::{last_days, last_weeks};
use crate::features::analytics::repo as analytics;
use crate::features::auth::model::Role;
use crate::features::settings::model::Workspace;
use crate::server::errors::internal;
use crate::server::request::Cx;
use crate::ui::chart::Bucket;
use crate::ui::chart::lines::RatePoint;
use std::collections::HashMap;

pub async fn find_overview(cx: &Cx) -> Result<Overview, AppError> {
    cx.require(Role::Viewer)?;
    let now = cx.now();
    let read = cx.db.batch(repo::select_all(now)).await?;
    let workspace: Workspace = match repo::workspace(&read[0])? {
        Some(text) => serde_json::from_str(&text).map_err(|error| internal(&error))?,
        None => Workspace::default(),
    };
    let today = day(&workspace.time_zone, now);
    let mut by_day: HashMap<String, i64> = HashMap::new();
    let mut accounts = repo::accounts(&read[5])?;
    for used in repo::used(&read[1])? {
        if used.day == today
            && let Some(account) = accounts.iter_mut().find(|known| known.id == used.account)
        {
            account.used_today = used.used;
        }
        *by_day.entry(used.day).or_default() += used.used;
    }
    let days = last_days(DAYS, now, &workspace.time_zone)
        .into_iter()
        .map(|(key, label, short)| Bucket {
            label,
            short,
            values: vec![by_day.get(&key).copied().unwrap_or_default()],
        })
        .collect();
    let (sent, engagement) = repo::totals(&read[2])?;
    let lines = analytics::campaign_lines(&read[7])?;
    let weeks = last_weeks(WEEKS, now, &workspace.time_zone)
        .into_iter()
        .map(|week| RatePoint {
            values: rates(&lines, week.from, week.to),
            label: week.label,
            short: week.short,
        })
        .collect();
    let campaigns = repo::campaigns(&read[3])?;
    let mut steps = repo::steps(&read[6])?;
    steps.has_account = accounts
        .iter()
        .any(|account| account.enabled && !account.is_sandbox);
    Ok(Overview {
        days,
        sent,
        engagement,
        warnings: warnings(
            &accounts,
            &campaigns,
            now,
            day_end(&workspace.time_zone, now),
        ),
        campaigns,
        weeks,
        best: best(&lines),
        deliverability: Deliverability {
            delivery: repo::delivered(&read[8])?,
            unsubscribes: engagement.unsubscribes,
            domains: analytics::domains(&read[9])?,
        },
        drafts: repo::drafts(&read[4])?,
        steps,
    })
}
