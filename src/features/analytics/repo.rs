//! SQL of reports. Everything is counted as events come in; nothing here reads the events or the ledger.

use super::model::{
    ACTIVITY_SHOWN, Activity, CampaignLine, ComparedCampaign, DOMAINS_SHOWN, DomainLine,
    EARLIER_SHOWN, Engagement, HOURS_COMPARED, LINKS_SHOWN, LinkLine, Machines, ReaderLine,
    RuleLine,
};
use super::period::Step;
use crate::features::campaigns::model::Counts;
use crate::features::tracking::model::Rule;
use crate::ids::{CampaignId, SnapshotId};
use crate::server::db::{Db, DbError, Outcome, Row, Stmt, sql};
use std::collections::HashMap;

/// The grain of `campaign_times`.
const QUARTER_MS: i64 = 900_000;

/// A campaign as its report starts from it.
pub struct Campaign {
    pub id: CampaignId,
    pub snapshot_id: SnapshotId,
    pub name: String,
    pub subject: String,
    pub delivery: Counts,
    pub engagement: Engagement,
    pub tracks_opens: bool,
    pub tracks_clicks: bool,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
}

pub fn select_campaign(id: CampaignId) -> Stmt {
    sql("SELECT c.id, c.snapshot_id, c.name, c.subject, c.total, c.sent, c.failed, c.suppressed, c.skipped, c.cancelled, \
                 c.unconfirmed, c.opens, c.unique_opens, c.clicks, c.unique_clicks, c.unsubscribes, c.machine_opens, \
                 c.machine_unique_opens, c.machine_clicks, c.machine_unique_clicks, c.started_at, c.finished_at, \
                 s.track_opens, s.track_clicks FROM campaigns c JOIN content_snapshots s ON s.id = c.snapshot_id \
                 WHERE c.id = ?1 AND c.deleted_at IS NULL")
            .bind(id)
}

pub fn campaign(rows: &[Row]) -> Result<Option<Campaign>, DbError> {
    let campaign = |row: &Row| {
        Ok(Campaign {
            id: row.get("id")?,
            snapshot_id: row.get("snapshot_id")?,
            name: row.get("name")?,
            subject: row.get("subject")?,
            delivery: delivery(row)?,
            engagement: engagement(row)?,
            tracks_opens: row.get("track_opens")?,
            tracks_clicks: row.get("track_clicks")?,
            started_at: row.get("started_at")?,
            finished_at: row.get("finished_at")?,
        })
    };
    rows.first().map(campaign).transpose()
}

pub async fn find_campaign(db: &Db, id: CampaignId) -> Result<Option<Campaign>, DbError> {
    campaign(&db.query(select_campaign(id)).await?)
}

pub fn delivery(row: &Row) -> Result<Counts, DbError> {
    Ok(Counts {
        total: row.get("total")?,
        sent: row.get("sent")?,
        failed: row.get("failed")?,
        suppressed: row.get("suppressed")?,
        skipped: row.get("skipped")?,
        cancelled: row.get("cancelled")?,
        unconfirmed: row.get("unconfirmed")?,
    })
}

pub fn engagement(row: &Row) -> Result<Engagement, DbError> {
    Ok(Engagement {
        opens: row.get("opens")?,
        unique_opens: row.get("unique_opens")?,
        clicks: row.get("clicks")?,
        unique_clicks: row.get("unique_clicks")?,
        unsubscribes: row.get("unsubscribes")?,
        machine: Machines {
            opens: row.get("machine_opens")?,
            unique_opens: row.get("machine_unique_opens")?,
            clicks: row.get("machine_clicks")?,
            unique_clicks: row.get("machine_unique_clicks")?,
        },
    })
}

/// What people did in each step: `opens` and `clicks`, in its order.
pub fn count_events(id: CampaignId, steps: &[Step]) -> Stmt {
    let quarters = |step: &Step| (step.from / QUARTER_MS, step.to / QUARTER_MS);
    let edges: Vec<(i64, i64)> = steps.iter().map(quarters).collect();
    let count = |column: &str| {
        format!(
            "(SELECT coalesce(sum(t.{column}), 0) FROM campaign_times t WHERE t.campaign_id = ?1 \
             AND t.quarter >= (j.value ->> 0) AND t.quarter < (j.value ->> 1))"
        )
    };
    sql(format!(
        "SELECT {} AS opens, {} AS clicks FROM json_each(?2) j ORDER BY j.key",
        count("opens"),
        count("clicks")
    ))
    .bind(id)
    .bind(serde_json::json!(edges).to_string())
}

pub fn counts(outcome: &Outcome) -> Result<Vec<Vec<i64>>, DbError> {
    outcome
        .rows
        .iter()
        .map(|row| Ok(vec![row.get("opens")?, row.get("clicks")?]))
        .collect()
}

/// The links of frozen content, most clicked first, and how many there are.
pub fn select_links(id: CampaignId, snapshot: SnapshotId) -> Stmt {
    sql("SELECT l.position, l.label, l.target, (SELECT count(*) FROM snapshot_links a WHERE a.snapshot_id = ?2) AS n, \
         coalesce(n.clicks, 0) AS clicks, coalesce(n.unique_clicks, 0) AS unique_clicks, \
         coalesce(n.machine_clicks, 0) AS machine_clicks FROM snapshot_links l \
         LEFT JOIN campaign_links n ON n.campaign_id = ?1 AND n.link = l.position \
         WHERE l.snapshot_id = ?2 ORDER BY clicks DESC, l.position LIMIT ?3")
    .bind(id)
    .bind(snapshot)
    .bind(LINKS_SHOWN)
}

pub fn links(outcome: &Outcome) -> Result<(Vec<LinkLine>, i64), DbError> {
    let line = |row: &Row| {
        Ok(LinkLine {
            position: row.get("position")?,
            label: row.get("label")?,
            target: row.get("target")?,
            clicks: row.get("clicks")?,
            unique_clicks: row.get("unique_clicks")?,
            machine_clicks: row.get("machine_clicks")?,
        })
    };
    let n = outcome.rows.first().map_or(Ok(0), |row| row.get("n"))?;
    let lines = outcome.rows.iter().map(line);
    Ok((lines.collect::<Result<_, DbError>>()?, n))
}

/// By which rules opens and clicks were given to machines, the busiest first.
pub fn select_rules(id: CampaignId) -> Stmt {
    sql("SELECT rule, opens, clicks FROM campaign_rules WHERE campaign_id = ?1 AND opens + clicks > 0 ORDER BY opens + clicks DESC, rule")
        .bind(id)
}

pub fn rules(outcome: &Outcome) -> Result<Vec<RuleLine>, DbError> {
    let mut lines = Vec::new();
    for row in &outcome.rows {
        let text: String = row.get("rule")?;
        let (opens, clicks) = (row.get("opens")?, row.get("clicks")?);
        lines.extend(Rule::of(&text).map(|rule| RuleLine {
            rule,
            opens,
            clicks,
        }));
    }
    Ok(lines)
}

/// What people read with: a row per device and program, of which there are few.
pub fn select_readers(id: CampaignId) -> Stmt {
    sql("SELECT device, program, opens, clicks FROM campaign_readers WHERE campaign_id = ?1 AND opens + clicks > 0").bind(id)
}

/// By device, and by program, the most opens first.
pub fn readers(outcome: &Outcome) -> Result<[Vec<ReaderLine>; 2], DbError> {
    let (mut devices, mut programs) = (Vec::new(), Vec::new());
    for row in &outcome.rows {
        let (opens, clicks) = (row.get("opens")?, row.get("clicks")?);
        for (lines, column) in [(&mut devices, "device"), (&mut programs, "program")] {
            add(lines, row.get(column)?, opens, clicks);
        }
    }
    for lines in [&mut devices, &mut programs] {
        lines.sort_by(|a, b| (b.opens + b.clicks, &a.name).cmp(&(a.opens + a.clicks, &b.name)));
    }
    Ok([devices, programs])
}

fn add(lines: &mut Vec<ReaderLine>, name: String, opens: i64, clicks: i64) {
    // Events of before devices were told apart.
    let name = if name.is_empty() {
        "Other".into()
    } else {
        name
    };
    match lines.iter_mut().find(|line| line.name == name) {
        Some(line) => {
            line.opens += opens;
            line.clicks += clicks;
        }
        None => lines.push(ReaderLine {
            name,
            opens,
            clicks,
        }),
    }
}

/// The domains with most recipients.
pub fn select_domains(id: CampaignId) -> Stmt {
    sql("SELECT domain, total, failed, unconfirmed, left_out, opened, clicked FROM campaign_domains \
         WHERE campaign_id = ?1 AND total > 0 ORDER BY total DESC LIMIT ?2")
    .bind(id)
    .bind(DOMAINS_SHOWN)
}

pub fn domains(outcome: &Outcome) -> Result<Vec<DomainLine>, DbError> {
    let line = |row: &Row| {
        Ok(DomainLine {
            domain: row.get("domain")?,
            total: row.get("total")?,
            failed: row.get("failed")?,
            unconfirmed: row.get("unconfirmed")?,
            left_out: row.get("left_out")?,
            opened: row.get("opened")?,
            clicked: row.get("clicked")?,
        })
    };
    outcome.rows.iter().map(line).collect()
}

/// The columns of [`campaign_line`], over campaigns `c`.
pub const CAMPAIGN_LINE: &str = "c.id, c.name, c.total, c.sent, c.failed, c.suppressed, c.skipped, c.cancelled, c.unconfirmed, \
     c.opens, c.unique_opens, c.clicks, c.unique_clicks, c.unsubscribes, c.machine_opens, c.machine_unique_opens, \
     c.machine_clicks, c.machine_unique_clicks, c.started_at";

pub fn campaign_line(row: &Row) -> Result<CampaignLine, DbError> {
    Ok(CampaignLine {
        id: row.get("id")?,
        name: row.get("name")?,
        started_at: row.get("started_at")?,
        delivery: delivery(row)?,
        engagement: engagement(row)?,
    })
}

/// The campaigns before this one that sent something, newest first.
pub fn select_earlier(id: CampaignId) -> Stmt {
    sql(format!(
        "SELECT {CAMPAIGN_LINE} FROM campaigns c WHERE c.id < ?1 AND c.sent > 0 AND c.deleted_at IS NULL ORDER BY c.id DESC LIMIT ?2"
    ))
    .bind(id)
    .bind(EARLIER_SHOWN)
}

pub fn campaign_lines(outcome: &Outcome) -> Result<Vec<CampaignLine>, DbError> {
    outcome.rows.iter().map(campaign_line).collect()
}

/// What people did last: of the latest events only, because machines may have left many since.
pub fn select_activity(id: CampaignId) -> Stmt {
    let latest = |kind: &str| {
        format!(
            "SELECT id, message_id, kind, link, rule, at FROM (SELECT id, message_id, kind, link, rule, at FROM tracking_events \
             WHERE campaign_id = ?1 AND kind = '{kind}' ORDER BY at DESC LIMIT 200)"
        )
    };
    sql(format!(
        "SELECT e.message_id, q.address, e.kind, l.label, e.at FROM ({} UNION ALL {}) e JOIN email_queue q ON q.id = e.message_id \
         LEFT JOIN snapshot_links l ON l.snapshot_id = q.snapshot_id AND l.position = e.link AND e.kind = 'click' \
         WHERE e.rule = '' AND (e.kind = 'click' OR e.link IS NULL) ORDER BY e.at DESC, e.id DESC LIMIT ?2",
        latest("open"),
        latest("click")
    ))
    .bind(id)
    .bind(ACTIVITY_SHOWN as i64)
}

pub fn activity(outcome: &Outcome) -> Result<Vec<Activity>, DbError> {
    let activity = |row: &Row| {
        Ok(Activity {
            message: row.get("message_id")?,
            address: row.get("address")?,
            is_click: row.get::<String>("kind")? == "click",
            link: row.get("label")?,
            at: row.get("at")?,
        })
    };
    outcome.rows.iter().map(activity).collect()
}

/// Some campaigns, in no order, with what a comparison says of each.
pub fn select_compared(ids: &[CampaignId]) -> Stmt {
    sql(format!(
        "SELECT {CAMPAIGN_LINE}, c.subject, s.track_opens, s.track_clicks FROM json_each(?1) j CROSS JOIN campaigns c ON c.id = j.value \
         JOIN content_snapshots s ON s.id = c.snapshot_id WHERE c.deleted_at IS NULL"
    ))
    .bind(serde_json::json!(ids).to_string())
}

pub fn compared(outcome: &Outcome) -> Result<Vec<ComparedCampaign>, DbError> {
    let compared = |row: &Row| {
        Ok(ComparedCampaign {
            line: campaign_line(row)?,
            subject: row.get("subject")?,
            tracks_opens: row.get("track_opens")?,
            tracks_clicks: row.get("track_clicks")?,
        })
    };
    outcome.rows.iter().map(compared).collect()
}

/// `id`, `hour` since the campaign's start, and `opens` by people in it.
pub fn select_first_hours(ids: &[CampaignId]) -> Stmt {
    sql(format!(
        "SELECT c.id, (t.quarter - c.started_at / {QUARTER_MS}) / 4 AS hour, sum(t.opens) AS opens FROM json_each(?1) j \
         CROSS JOIN campaigns c ON c.id = j.value CROSS JOIN campaign_times t ON t.campaign_id = c.id \
         AND t.quarter >= c.started_at / {QUARTER_MS} AND t.quarter < c.started_at / {QUARTER_MS} + {} GROUP BY c.id, hour",
        HOURS_COMPARED * 4
    ))
    .bind(serde_json::json!(ids).to_string())
}

/// Opens by campaign and hour.
pub fn first_hours(outcome: &Outcome) -> Result<HashMap<(CampaignId, i64), i64>, DbError> {
    outcome
        .rows
        .iter()
        .map(|row| Ok(((row.get("id")?, row.get("hour")?), row.get("opens")?)))
        .collect()
}
