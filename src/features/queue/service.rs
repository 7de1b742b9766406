//! Use-cases of the queue: what waits and why, hurrying it on, and single messages. Reads counters, never counts the ledger.

use super::forecast::gather::{self, Others};
use super::forecast::simulate::Lane;
use super::model::{LaneSummary, MessageAction, MessageRow, QueueOverview};
use super::waiting::{LaneFacts, wait_reasons};
use super::{day, repo};
use crate::delivery::queue::{
    CHUNK, OWN_LANE, RetryState, cancel_message, complete_campaign, confirm_message, hasten,
    retry_message,
};
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::features::campaigns::measure::{lane_facts, measured_rate};
use crate::features::campaigns::model::{CampaignAction, CampaignState, Counts};
use crate::features::campaigns::repo as campaigns;
use crate::ids::{CampaignId, MessageId};
use crate::server::db::Outcome;
use crate::server::{AppState, Cx};

/// Running campaigns the page shows, newest first.
pub(super) const LANES: i64 = 50;
/// Counting test mails stops here.
const TESTS: i64 = 10_000;
/// Chunks of retries one request makes due.
const HASTEN_CHUNKS: usize = 50;
pub(super) const TEST_MAILS: &str = "Test mails";

pub async fn find_queue(cx: &Cx) -> Result<QueueOverview, AppError> {
    let caller = cx.require(Role::Viewer)?;
    Ok(QueueOverview {
        can_edit: caller.user.role.allows(Role::Editor),
        ..survey(cx).await?
    })
}

/// What waits and why, for whoever may ask: a page, or monitoring.
pub async fn survey(app: &AppState) -> Result<QueueOverview, AppError> {
    let (day, now) = (day::today(app).await?, app.now());
    let [sending, used_by_all] = gather::select_others(&day.name);
    let outcomes = app
        .db
        .batch(vec![
            sending,
            used_by_all,
            campaigns::select_running(LANES),
            campaigns::sum_waiting(),
            repo::select_accounts(&day.name),
            repo::select_lane(OWN_LANE, now),
            repo::select_tests_waiting(TESTS + 1),
        ])
        .await?;
    let [sending, used_by_all, running, sums, accounts, own, tests] = outcomes.as_slice() else {
        return Err(AppError::not_found("queue"));
    };
    let accounts = repo::accounts(accounts)?;
    let mut ids = Vec::new();
    for row in &running.rows {
        ids.push(row.get::<CampaignId>("id")?);
    }
    let reads = ids
        .iter()
        .flat_map(|id| {
            [
                campaigns::select(*id),
                repo::select_lane(id.0, now),
                repo::select_used(*id, &day.name),
                campaigns::select_rate(*id, now),
            ]
        })
        .collect();
    let (mut lanes, mut going) = (Vec::new(), Vec::new());
    for outcomes in app.db.batch(reads).await?.chunks(4) {
        let [campaign, lane, used, rate] = outcomes else {
            continue;
        };
        let Some(campaign) = campaigns::found(campaign)? else {
            continue;
        };
        let facts = lane_facts(&app.db, &campaign, lane, used)?;
        if campaign.summary.state == CampaignState::Sending {
            going.push(Lane::of(
                campaign.summary.id.0,
                &facts,
                measured_rate(&campaign, rate, now)?,
            ));
        }
        lanes.push(LaneSummary {
            campaign: Some(campaign.summary.id),
            name: campaign.summary.name,
            state: campaign.summary.state,
            counts: campaign.summary.counts,
            waiting: facts.waiting,
            is_more: false,
            oldest_due_at: oldest(lane)?,
            reasons: wait_reasons(&facts, &accounts, day.ends_at, now),
            forecast: None,
        });
    }
    let (mut waiting, mut running) = (0, 0);
    if let Some(row) = sums.rows.first() {
        waiting = row.get("waiting")?;
        running = row.get::<i64>("campaigns")?;
    }
    let tests: i64 = tests.rows.first().map_or(Ok(0), |row| row.get("n"))?;
    let own_facts = LaneFacts {
        is_disk_full: app.db.is_full(),
        ..test_facts(own, tests)?
    };
    if own_facts.waiting > 0 {
        waiting += own_facts.waiting;
        lanes.insert(
            0,
            LaneSummary {
                campaign: None,
                name: TEST_MAILS.into(),
                state: CampaignState::Sending,
                counts: Counts::default(),
                waiting: own_facts.waiting,
                is_more: tests > TESTS,
                oldest_due_at: oldest(own)?,
                reasons: wait_reasons(&own_facts, &accounts, day.ends_at, now),
                forecast: None,
            },
        );
        going.push(Lane::of(OWN_LANE, &own_facts, 0));
    }
    let going = Others::read(sending, used_by_all)?.with(going);
    let mut forecasts = gather::forecasts(now, &day.zone, &accounts, &going);
    for lane in &mut lanes {
        lane.forecast = forecasts.remove(&lane.lane());
    }
    Ok(QueueOverview {
        waiting,
        further: running - i64::try_from(ids.len()).unwrap_or(running),
        lanes,
        accounts,
        resets_at: day.ends_at,
        zone: day.zone,
        now,
        can_edit: false,
    })
}

fn oldest(lane: &Outcome) -> Result<Option<i64>, AppError> {
    Ok(lane
        .rows
        .first()
        .map_or(Ok(None), |row| row.get("oldest_due_at"))?)
}

fn test_facts(lane: &Outcome, ready: i64) -> Result<LaneFacts, AppError> {
    let Some(row) = lane.rows.first() else {
        return Ok(LaneFacts::default());
    };
    let being_sent: i64 = row.get("being_sent")?;
    let later: i64 = row.get("later")?;
    Ok(LaneFacts {
        waiting: ready.min(TESTS) + being_sent,
        being_sent,
        later: later.min(repo::LATER_LIMIT),
        is_more: later > repo::LATER_LIMIT,
        next_try_at: row.get("next_try_at")?,
        ..LaneFacts::default()
    })
}

/// Makes messages that wait for their next try due now, in one lane or in all that run, and wakes delivery.
pub async fn process_now(cx: &Cx, lane: Option<i64>) -> Result<(), AppError> {
    cx.require(Role::Editor)?;
    let lanes = match lane {
        Some(lane) => vec![lane],
        None => {
            let running = cx.db.query(campaigns::select_running(LANES)).await?;
            let mut lanes = vec![OWN_LANE];
            for row in &running {
                lanes.push(row.get("id")?);
            }
            lanes
        }
    };
    let mut chunks = 0;
    for lane in lanes {
        while chunks < HASTEN_CHUNKS {
            chunks += 1;
            let moved = cx.db.exec(hasten(lane, cx.now())).await?;
            if moved < CHUNK.unsigned_abs() {
                break;
            }
        }
    }
    cx.wake.delivery();
    Ok(())
}

/// Does something with one message; returns it as it was.
pub async fn change_message(
    cx: &Cx,
    id: MessageId,
    action: MessageAction,
) -> Result<MessageRow, AppError> {
    cx.require(Role::Editor)?;
    let row = repo::find_message(&cx.db, id)
        .await?
        .ok_or_else(|| AppError::not_found("message"))?;
    let campaign = match row.campaign {
        Some(id) => Some(
            campaigns::find(&cx.db, id)
                .await?
                .ok_or_else(|| AppError::not_found("campaign"))?,
        ),
        None => None,
    };
    let is_cancelled = campaign
        .as_ref()
        .is_some_and(|campaign| campaign.summary.state == CampaignState::Cancelled);
    action.check(row.state, is_cancelled)?;
    let now = cx.now();
    let mut batch = match action {
        MessageAction::Retry => vec![retry_message(id, RetryState::Failed, now)],
        MessageAction::Resend => vec![retry_message(id, RetryState::Unconfirmed, now)],
        MessageAction::SendNow => vec![repo::update_due(id, now)],
        MessageAction::Cancel => vec![cancel_message(id, now)],
        MessageAction::Confirm => vec![confirm_message(id)],
    };
    if let Some(campaign) = row.campaign {
        match action {
            // What is sent once more sets its campaign going again.
            MessageAction::Retry => batch.push(campaigns::update_reopened(
                campaign,
                CampaignAction::RetryFailed,
                now,
            )),
            MessageAction::Resend => batch.push(campaigns::update_reopened(
                campaign,
                CampaignAction::ResendUnconfirmed,
                now,
            )),
            // It may have been the last one.
            MessageAction::Cancel => batch.push(complete_campaign(campaign.0, now)),
            MessageAction::SendNow | MessageAction::Confirm => {}
        }
    }
    cx.db.batch(batch).await?;
    cx.wake.delivery();
    Ok(row)
}
