//! SQL of reports. Campaign counters are kept as events come in; times and links are counted here, each by its own index.

use super::model::{Engagement, LINKS_SHOWN, LinkLine};
use super::period::Step;
use crate::features::campaigns::model::Counts;
use crate::ids::{CampaignId, SnapshotId};
use crate::server::db::{Db, DbError, Outcome, Row, Stmt, sql};

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

pub async fn find_campaign(db: &Db, id: CampaignId) -> Result<Option<Campaign>, DbError> {
    let row = db
        .query_one(
            sql("SELECT c.id, c.snapshot_id, c.name, c.subject, c.total, c.sent, c.failed, c.suppressed, c.skipped, c.cancelled, \
                 c.unconfirmed, c.opens, c.unique_opens, c.clicks, c.unique_clicks, c.unsubscribes, c.started_at, c.finished_at, \
                 s.track_opens, s.track_clicks FROM campaigns c JOIN content_snapshots s ON s.id = c.snapshot_id \
                 WHERE c.id = ?1 AND c.deleted_at IS NULL")
            .bind(id),
        )
        .await?;
    row.map(|row| {
        Ok(Campaign {
            id: row.get("id")?,
            snapshot_id: row.get("snapshot_id")?,
            name: row.get("name")?,
            subject: row.get("subject")?,
            delivery: delivery(&row)?,
            engagement: engagement(&row)?,
            tracks_opens: row.get("track_opens")?,
            tracks_clicks: row.get("track_clicks")?,
            started_at: row.get("started_at")?,
            finished_at: row.get("finished_at")?,
        })
    })
    .transpose()
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
    })
}

/// `opens` and `clicks` of each step, in its order.
pub fn count_events(id: CampaignId, steps: &[Step]) -> Stmt {
    let edges: Vec<(i64, i64)> = steps.iter().map(|step| (step.from, step.to)).collect();
    let count = |kind: &str| {
        format!(
            "(SELECT count(*) FROM tracking_events e WHERE e.campaign_id = ?1 AND e.kind = '{kind}' \
             AND e.at >= (j.value ->> 0) AND e.at < (j.value ->> 1))"
        )
    };
    sql(format!(
        "SELECT {} AS opens, {} AS clicks FROM json_each(?2) j ORDER BY j.key",
        count("open"),
        count("click")
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
    sql("SELECT l.label, l.target, (SELECT count(*) FROM snapshot_links a WHERE a.snapshot_id = ?2) AS n, \
         (SELECT count(*) FROM tracking_events e WHERE e.campaign_id = ?1 AND e.kind = 'click' AND e.link = l.position) AS clicks, \
         (SELECT count(DISTINCT e.message_id) FROM tracking_events e WHERE e.campaign_id = ?1 AND e.kind = 'click' \
         AND e.link = l.position) AS unique_clicks \
         FROM snapshot_links l WHERE l.snapshot_id = ?2 ORDER BY clicks DESC, l.position LIMIT ?3")
    .bind(id)
    .bind(snapshot)
    .bind(LINKS_SHOWN)
}

pub fn links(outcome: &Outcome) -> Result<(Vec<LinkLine>, i64), DbError> {
    let line = |row: &Row| {
        Ok(LinkLine {
            label: row.get("label")?,
            target: row.get("target")?,
            clicks: row.get("clicks")?,
            unique_clicks: row.get("unique_clicks")?,
        })
    };
    let n = outcome.rows.first().map_or(Ok(0), |row| row.get("n"))?;
    let lines = outcome.rows.iter().map(line);
    Ok((lines.collect::<Result<_, DbError>>()?, n))
}
