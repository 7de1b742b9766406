//! Reads how far a campaign is, in one round trip, without counting its rows.

use super::model::CampaignState;
use super::progress::{Progress, group_replies, rate_per_minute};
use super::repo::{self, Campaign};
use crate::features::queue::day::Day;
use crate::features::queue::forecast::Forecast;
use crate::features::queue::forecast::gather::{self, Others};
use crate::features::queue::forecast::simulate::Lane;
use crate::features::queue::repo as queue;
use crate::features::queue::waiting::{AccountUse, LaneFacts, wait_reasons};
use crate::ids::CampaignId;
use crate::server::db::{Db, DbError, Outcome};

/// A campaign and its progress; `None` when there is no such campaign. With `previous`, what cannot have changed is not
/// read again.
pub async fn measure(
    db: &Db,
    id: CampaignId,
    day: &Day,
    now: i64,
    previous: Option<&Progress>,
) -> Result<Option<(Campaign, Progress)>, DbError> {
    let [sending, used_by_all] = gather::select_others(&day.name);
    let outcomes = db
        .batch(vec![
            repo::select(id),
            queue::select_lane(id.0, now),
            repo::select_rate(id, now),
            repo::select_accounts(id),
            queue::select_accounts(&day.name),
            queue::select_used(id, &day.name),
            sending,
            used_by_all,
            repo::select_recent(id),
        ])
        .await?;
    let [
        campaign,
        lane,
        rate,
        shares,
        accounts,
        used,
        sending,
        used_by_all,
        recent,
    ] = outcomes.as_slice()
    else {
        return Ok(None);
    };
    let Some(campaign) = repo::found(campaign)? else {
        return Ok(None);
    };
    let counts = campaign.summary.counts;
    let failures = match previous {
        Some(previous) if previous.counts.failed == counts.failed => previous.failures.clone(),
        _ if counts.failed == 0 => Vec::new(),
        _ => {
            let rows = db.batch(vec![repo::select_failures(id)]).await?;
            group_replies(rows.first().map_or(Ok(Vec::new()), repo::replies)?)
        }
    };
    let state = campaign.summary.state;
    let rate = measured_rate(&campaign, rate, now)?;
    let (facts, accounts) = (
        lane_facts(db, &campaign, lane, used)?,
        queue::accounts(accounts)?,
    );
    let others = Others::read(sending, used_by_all)?;
    let progress = Progress {
        state,
        pause_reason: campaign.pause_reason.clone(),
        counts,
        rate_per_minute: rate,
        accounts: repo::shares(shares)?,
        failures,
        recent: repo::recent(recent)?,
        reasons: if state.is_finished() {
            Vec::new()
        } else {
            wait_reasons(&facts, &accounts, day.ends_at, now)
        },
        forecast: forecast(&campaign, &facts, rate, others, &accounts, day, now),
        started_at: campaign.started_at,
        finished_at: campaign.finished_at,
    };
    Ok(Some((campaign, progress)))
}

/// Messages of the last minute, from the outcome of `select_rate`; 0 while nothing is being sent.
pub fn measured_rate(campaign: &Campaign, rate: &Outcome, now: i64) -> Result<i64, DbError> {
    match (campaign.summary.state, rate.rows.first()) {
        (CampaignState::Sending, Some(row)) => Ok(rate_per_minute(
            row.get("n")?,
            row.get("oldest")?,
            campaign.started_at,
            now,
        )),
        _ => Ok(0),
    }
}

/// Beside everything else that is being sent.
fn forecast(
    campaign: &Campaign,
    facts: &LaneFacts,
    rate: i64,
    others: Others,
    accounts: &[AccountUse],
    day: &Day,
    now: i64,
) -> Option<Forecast> {
    if campaign.summary.state != CampaignState::Sending {
        return None;
    }
    let id = campaign.summary.id.0;
    let lanes = others.with([Lane::of(id, facts, rate)]);
    gather::forecasts(now, &day.zone, accounts, &lanes).remove(&id)
}

/// What a campaign's counters and its lane's own numbers say together.
pub fn lane_facts(
    db: &Db,
    campaign: &Campaign,
    lane: &Outcome,
    used: &Outcome,
) -> Result<LaneFacts, DbError> {
    let (being_sent, later, next_try_at) = match lane.rows.first() {
        Some(row) => (
            row.get("being_sent")?,
            row.get::<i64>("later")?,
            row.get("next_try_at")?,
        ),
        None => (0, 0, None),
    };
    let used = used
        .rows
        .iter()
        .map(|row| Ok((row.get("account_id")?, row.get("used")?)));
    Ok(LaneFacts {
        waiting: campaign.summary.counts.waiting(),
        is_disk_full: db.is_full(),
        unprepared: campaign.unprepared(),
        being_sent,
        later: later.min(queue::LATER_LIMIT),
        is_more: later > queue::LATER_LIMIT,
        next_try_at,
        paused: (campaign.summary.state == CampaignState::Paused)
            .then(|| campaign.pause_reason.clone()),
        pinned: campaign.account_id,
        used: used.collect::<Result<_, DbError>>()?,
    })
}
