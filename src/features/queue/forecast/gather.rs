//! Feeds the forecast: what else is being sent, read beside what a page reads anyway, and the result in the workspace's days.

use super::super::repo;
use super::super::waiting::AccountUse;
use super::simulate::{Lane, Plan, simulate};
use super::{End, Forecast, Pace, Row, TODAY, TOMORROW};
use crate::delivery::timezone::{day_end, day_words};
use crate::features::campaigns::repo as campaigns;
use crate::server::db::{DbError, Outcome, Stmt};
use std::collections::{BTreeMap, HashMap};

/// Campaigns that share the accounts; more are not looked at.
const LANES: i64 = 50;
/// Days whose parts a page lists.
const DAYS_SHOWN: usize = 7;
/// A draft that is not sent yet stands behind everything that is.
const DRAFT: i64 = i64::MAX;

/// For the batch of a page: what [`Others::read`] wants. `day` is the workspace's, "2026-11-22".
pub fn select_others(day: &str) -> [Stmt; 2] {
    [
        campaigns::select_sending(LANES),
        repo::select_used_by_all(day),
    ]
}

/// Everything that is being sent, as its counters tell.
#[derive(Clone, Debug, Default)]
pub struct Others(BTreeMap<i64, Lane>);

impl Others {
    pub fn read(sending: &Outcome, used: &Outcome) -> Result<Others, DbError> {
        let mut lanes = BTreeMap::new();
        for row in &sending.rows {
            let lane = Lane {
                id: row.get("id")?,
                waiting: row.get("waiting")?,
                pinned: row.get("account_id")?,
                ..Lane::default()
            };
            lanes.insert(lane.id, lane);
        }
        for row in &used.rows {
            if let Some(lane) = lanes.get_mut(&row.get::<i64>("campaign_id")?) {
                lane.used.push((row.get("account_id")?, row.get("used")?));
            }
        }
        Ok(Others(lanes))
    }

    /// Together with lanes of which more is known; in the order in which delivery serves them.
    pub fn with(mut self, lanes: impl IntoIterator<Item = Lane>) -> Vec<Lane> {
        self.0.extend(lanes.into_iter().map(|lane| (lane.id, lane)));
        self.0.into_values().collect()
    }
}

/// For the batch of a page that reads none of it otherwise: what [`forecast_draft`] wants.
pub fn select_all(day: &str) -> [Stmt; 3] {
    let [sending, used] = select_others(day);
    [repo::select_accounts(day), sending, used]
}

/// The forecast of a draft as if it were sent now; `None` where there is nobody to send it to, or no account to send it.
pub fn forecast_draft(
    now: i64,
    zone: &str,
    outcomes: &[Outcome],
    draft: Lane,
) -> Result<Option<Forecast>, DbError> {
    let [accounts, sending, used] = outcomes else {
        return Ok(None);
    };
    let lanes = Others::read(sending, used)?.with([Lane { id: DRAFT, ..draft }]);
    let accounts = repo::accounts(accounts)?;
    let forecast = forecasts(now, zone, &accounts, &lanes).remove(&DRAFT);
    Ok(forecast.filter(|forecast| matches!(forecast.end, End::At(_) | End::Beyond { .. })))
}

/// The forecasts of all lanes that have something to send, by their ids.
pub fn forecasts(
    now: i64,
    zone: &str,
    accounts: &[AccountUse],
    lanes: &[Lane],
) -> HashMap<i64, Forecast> {
    let plans = simulate(now, accounts, lanes, |at| day_end(zone, at));
    lanes
        .iter()
        .zip(plans)
        .filter(|(lane, _)| lane.waiting > 0)
        .map(|(lane, plan)| (lane.id, forecast(lane.waiting, plan, zone, accounts)))
        .collect()
}

fn forecast(messages: i64, plan: Plan, zone: &str, accounts: &[AccountUse]) -> Forecast {
    const MINUTE: i64 = 60_000;
    let up = |at: i64| at.div_euclid(MINUTE) * MINUTE + if at % MINUTE == 0 { 0 } else { MINUTE };
    let name = |place: usize| {
        accounts
            .get(place)
            .map_or(String::new(), |a| a.name.clone())
    };
    let Plan {
        mut parts,
        end,
        pace,
    } = plan;
    parts.sort_by_key(|part| (part.day, part.account));
    let mut days: Vec<usize> = parts.iter().map(|part| part.day).collect();
    days.dedup();
    let last_shown = days.get(DAYS_SHOWN - 1).or(days.last()).copied();
    let (shown, further): (Vec<_>, Vec<_>) = parts
        .into_iter()
        .partition(|part| last_shown.is_some_and(|day| part.day <= day));
    let rows = shown.into_iter().map(|part| Row {
        day: match part.day {
            0 => TODAY.into(),
            1 => TOMORROW.into(),
            _ => day_words(zone, part.starts_at),
        },
        account: name(part.account),
        messages: part.messages,
        starts_at: part.starts_at.div_euclid(MINUTE) * MINUTE,
        ends_at: up(part.ends_at),
    });
    Forecast {
        messages,
        end: match end {
            End::At(at) => End::At(up(at)),
            other => other,
        },
        pace: pace.map(|(kind, place)| Pace {
            kind,
            account: name(place),
        }),
        rows: rows.collect(),
        days: i64::try_from(days.len()).unwrap_or(i64::MAX),
        further: further.iter().map(|part| part.messages).sum(),
    }
}
