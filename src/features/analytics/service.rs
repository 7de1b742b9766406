//! Use-cases of reports: look, and take away as CSV.

use super::click_map::click_badge;
use super::model::{HOURS_COMPARED, MOST_COMPARED, Period, Report, SideBySide};
use super::period::{steps, suited};
use super::{export, repo};
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::features::campaigns::preview::preview;
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
            repo::select_rules(id),
            repo::select_readers(id),
            repo::select_domains(id),
            repo::select_earlier(id),
            repo::select_activity(id),
            // Again: its numbers are those of the moment of the others.
            repo::select_campaign(id),
        ])
        .await?;
    let campaign =
        repo::campaign(&outcomes[8].rows)?.ok_or_else(|| AppError::not_found("campaign"))?;
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
    let [devices, programs] = repo::readers(&outcomes[4])?;
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
        rules: repo::rules(&outcomes[3])?,
        devices,
        programs,
        domains: repo::domains(&outcomes[5])?,
        earlier: repo::campaign_lines(&outcomes[6])?,
        activity: repo::activity(&outcomes[7])?,
    })
}

/// Campaigns side by side: those of the first four asked for that exist.
pub async fn compare_campaigns(cx: &Cx, ids: &str) -> Result<SideBySide, AppError> {
    cx.require(Role::Viewer)?;
    let mut asked: Vec<CampaignId> = Vec::new();
    for id in ids.split(',').filter_map(|id| id.trim().parse().ok()) {
        if !asked.contains(&id) && asked.len() < MOST_COMPARED {
            asked.push(id);
        }
    }
    let outcomes = cx
        .db
        .batch(vec![
            repo::select_compared(&asked),
            repo::select_first_hours(&asked),
        ])
        .await?;
    let mut campaigns = repo::compared(&outcomes[0])?;
    campaigns.sort_by_key(|campaign| asked.iter().position(|id| *id == campaign.line.id));
    let opens = repo::first_hours(&outcomes[1])?;
    let hours = (0..HOURS_COMPARED)
        .map(|hour| Bucket {
            label: format!("Hour {}", hour + 1),
            short: format!("{} h", hour + 1),
            values: campaigns
                .iter()
                .map(|campaign| opens.get(&(campaign.line.id, hour)).copied().unwrap_or(0))
                .collect(),
        })
        .collect();
    Ok(SideBySide { campaigns, hours })
}

/// The campaign's mail with the share of people's clicks beside each link, as a document of its own.
pub async fn find_click_map(cx: &Cx, id: CampaignId) -> Result<String, AppError> {
    cx.require(Role::Viewer)?;
    let campaign = repo::find_campaign(&cx.db, id).await?;
    let campaign = campaign.ok_or_else(|| AppError::not_found("campaign"))?;
    // Its clicks and those of its links at one moment, or a link could have more than all.
    let outcomes = cx
        .db
        .batch(vec![
            repo::select_links(id, campaign.snapshot_id),
            repo::select_campaign(id),
        ])
        .await?;
    let (links, _) = repo::links(&outcomes[0])?;
    let campaign =
        repo::campaign(&outcomes[1].rows)?.ok_or_else(|| AppError::not_found("campaign"))?;
    let clicks = campaign.engagement.clicks;
    let badge = |position: usize| {
        let line = links
            .iter()
            .find(|line| usize::try_from(line.position) == Ok(position))?;
        Some(click_badge(line.clicks, clicks))
    };
    let mail = preview(cx, id, None, Some(&badge)).await?;
    Ok(mail.html)
}

/// The whole report as one CSV file.
pub async fn export_report(cx: &Cx, id: CampaignId) -> Result<String, AppError> {
    let report = find_report(cx, id, Some(Period::Days)).await?;
    export::write(&report)
}
