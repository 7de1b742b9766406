//! How the ledger stands as a whole, for monitoring: only reads that follow an index, whatever the size of the ledger.

use crate::server::db::{Db, DbError, Outcome, Stmt, sql};

/// Tries ahead are counted to this many per lane.
const LATER: i64 = 1_000;
/// Waiting test mails are counted to this many.
const TESTS: i64 = 1_000;

/// Numbers of messages that have not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// By reason: campaigns in that state, claimed messages included, and test mails.
    pub waiting: [(&'static str, i64); 4],
    /// Held by a process, by state.
    pub claimed: [(&'static str, i64); 2],
    /// Ready, with the next try ahead.
    pub later: i64,
    /// Unix ms; of what could be sent now: paused campaigns do not count.
    pub oldest_due_at: Option<i64>,
}

/// Lanes that are being sent, as a table `l` with its `id`.
const LANES: &str = "(SELECT 0 AS id UNION ALL SELECT id FROM campaigns WHERE state = 'sending' AND deleted_at IS NULL) l";

pub async fn find_standing(db: &Db, now: i64) -> Result<Standing, DbError> {
    let outcomes = db.batch(select(now).to_vec()).await?;
    let [waiting, claimed, ahead] = outcomes.as_slice() else {
        return Err(DbError::Driver("a batch lost an answer".into()));
    };
    let mut standing = Standing {
        waiting: [("sending", 0), ("paused", 0), ("scheduled", 0), ("test", 0)],
        claimed: [("leased", 0), ("sending", 0)],
        later: 0,
        oldest_due_at: None,
    };
    fill(&mut standing.waiting, waiting)?;
    fill(&mut standing.claimed, claimed)?;
    if let Some(row) = ahead.rows.first() {
        standing.later = row.get("later")?;
        standing.oldest_due_at = row.get("oldest_due_at")?;
    }
    Ok(standing)
}

/// Numbers that no row speaks of stay 0.
fn fill(list: &mut [(&'static str, i64)], outcome: &Outcome) -> Result<(), DbError> {
    for row in &outcome.rows {
        let name: String = row.get("name")?;
        if let Some((_, n)) = list.iter_mut().find(|(known, _)| *known == name) {
            *n = row.get("n")?;
        }
    }
    Ok(())
}

fn select(now: i64) -> [Stmt; 3] {
    [
        sql(
            "SELECT state AS name, sum(total - sent - failed - suppressed - skipped - cancelled - unconfirmed) AS n \
             FROM campaigns WHERE state IN ('scheduled', 'sending', 'paused') AND deleted_at IS NULL GROUP BY state \
             UNION ALL SELECT 'test', count(*) FROM (SELECT 1 FROM email_queue WHERE lane = 0 AND state = 'ready' LIMIT ?1)",
        )
        .bind(TESTS),
        sql(
            "SELECT state AS name, count(*) AS n FROM email_queue WHERE lease_token IS NOT NULL GROUP BY state",
        ),
        sql(format!(
            "SELECT coalesce(sum(later), 0) AS later, min(CASE WHEN due_at <= ?1 THEN due_at END) AS oldest_due_at FROM \
             (SELECT (SELECT min(q.due_at) FROM email_queue q WHERE q.lane = l.id AND q.state = 'ready') AS due_at, \
             (SELECT count(*) FROM (SELECT 1 FROM email_queue q WHERE q.lane = l.id AND q.state = 'ready' AND q.due_at > ?1 \
             LIMIT ?2)) AS later FROM {LANES})"
        ))
        .bind(now)
        .bind(LATER),
    ]
}
