//! Use-cases of reports: look, and take away as CSV.

use super::model::{Period, Report};
use super::period::{steps, suited};
use super::{export, repo};
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::features::campaigns::progress::group_replies;
use crate::features::campaigns::repo as campaigns;
use crate::features::settings::repo::find_workspace;
use crate::ids::CampaignId;
use crate::server::request::Cx;
use crate::ui::chart::Bucket;

/// The report of a campaign; without a period, the one that suits its age.
pub async fn find_report(
    cx: &Cx,
    id: CampaignId,
    period: Option<Period>,
) -> Result<Report, AppError> {
    cx.require(Role::Viewer)?;
    let campaign = repo::find_campaign(&cx.db, id).await?;
    let campaign = campaign.ok_or_else(|| AppError::not_found("campaign"))?;
    let zone = find_workspace(&cx.db).await?.time_zone;
    let (period, steps) = match campaign.started_at {
        Some(started_at) => {
            let period = period.unwrap_or_else(|| suited(started_at, cx.now()));
            (period, steps(period, started_at, cx.now(), &zone))
        }
        None => (Period::default(), Vec::new()),
    };
    let outcomes = cx
        .db
        .batch(vec![
            repo::count_events(id, &steps),
            repo::select_links(id, campaign.snapshot_id),
            campaigns::select_failures(id),
        ])
        .await?;
    let buckets = steps
        .into_iter()
        .zip(repo::counts(&outcomes[0])?)
        .map(|(step, values)| Bucket {
            label: step.label,
            short: step.short,
            values,
        })
        .collect();
    let (links, link_count) = repo::links(&outcomes[1])?;
    Ok(Report {
        id: campaign.id,
        name: campaign.name,
        subject: campaign.subject,
        delivery: campaign.delivery,
        engagement: campaign.engagement,
        tracks_opens: campaign.tracks_opens,
        tracks_clicks: campaign.tracks_clicks,
        started_at: campaign.started_at,
        finished_at: campaign.finished_at,
        zone,
        period,
        buckets,
        links,
        link_count,
        failures: group_replies(campaigns::replies(&outcomes[2])?),
    })
}

/// The whole report as one CSV file.
pub async fn export_report(cx: &Cx, id: CampaignId) -> Result<String, AppError> {
    let report = find_report(cx, id, Some(Period::Days)).await?;
    export::write(&report)
}
