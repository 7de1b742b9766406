//! SQL of the list of waiting messages, a lane at a time, in the order in which they are due. No statement looks at more than
//! [`WINDOW`] messages, so that a queue of a million answers like a small one.

use super::MESSAGE_COLUMNS;
use crate::features::queue::narrow::{Spot, WaitFilter};
use crate::ids::{CampaignId, MessageId};
use crate::server::db::{DbError, Outcome, Stmt, sql};

/// Messages that one statement looks at one by one: some ten milliseconds of work.
pub const WINDOW: i64 = 20_000;

/// How a search compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// A walk along a range of the index of a campaign's addresses.
    Begins,
    Contains,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub filter: WaitFilter,
    /// Lower case; empty for every address.
    pub search: &'a str,
    pub how: Match,
    pub account: Option<i64>,
    pub now: i64,
    pub after: Option<Spot>,
}

impl Wanted<'_> {
    /// Whether the index of what is due holds all that is asked: then nothing needs to be looked at one by one.
    fn is_plain(&self) -> bool {
        self.filter != WaitFilter::Sending && self.search.is_empty() && self.account.is_none()
    }

    fn is_by_address(&self, lane: i64) -> bool {
        // The index of addresses is of campaigns; test mails are few.
        self.filter != WaitFilter::Sending
            && !self.search.is_empty()
            && self.how == Match::Begins
            && lane != 0
    }

    /// Whether a page of a lane may end before all its messages were looked at.
    pub fn is_windowed(&self, lane: i64) -> bool {
        !self.is_plain() && self.filter != WaitFilter::Sending && !self.is_by_address(lane)
    }

    fn due(&self, table: &str) -> String {
        match self.filter {
            WaitFilter::All | WaitFilter::Sending => "?2 = ?2".into(),
            WaitFilter::Due => format!("{table}.due_at <= ?2"),
            WaitFilter::Later => format!("{table}.due_at > ?2"),
        }
    }

    fn after(&self) -> (i64, MessageId) {
        self.after
            .map_or((-1, MessageId(-1)), |spot| (spot.due_at, spot.id))
    }

    /// The messages of a lane that are looked at, as `k` with its `key_id`. Takes ?1 lane, ?2 now, ?3 and ?4 the spot, ?5 the
    /// search, ?8 how many.
    fn looked_at(&self, lane: i64) -> String {
        if self.filter == WaitFilter::Sending {
            let owner = if lane == 0 {
                "k.campaign_id IS NULL AND ?1 = 0"
            } else {
                "k.campaign_id = ?1"
            };
            return format!(
                "SELECT k.id AS key_id FROM email_queue k WHERE {owner} AND k.state IN ('leased', 'sending') LIMIT ?8"
            );
        }
        if self.is_by_address(lane) {
            return "SELECT k.id AS key_id FROM email_queue k WHERE k.campaign_id = ?1 AND k.address_key >= ?5 \
                    AND k.address_key < ?5 || char(1114111) LIMIT ?8"
                .into();
        }
        format!(
            "SELECT k.id AS key_id FROM email_queue k WHERE k.lane = ?1 AND k.state = 'ready' AND {} \
             AND (k.due_at, k.id) > (?3, ?4) ORDER BY k.due_at, k.id LIMIT ?8",
            self.due("k")
        )
    }

    /// Those among them, as `q`, that are meant. Takes ?6 the account as well.
    fn found(&self, lane: i64) -> String {
        let states = if self.filter == WaitFilter::Sending {
            "'leased', 'sending'"
        } else {
            "'ready'"
        };
        format!(
            "FROM ({}) CROSS JOIN email_queue q ON q.id = key_id LEFT JOIN sender_accounts a ON a.id = q.account_id \
             WHERE q.state IN ({states}) AND {} AND (q.due_at, q.id) > (?3, ?4) AND (?5 = '' OR instr(q.address_key, ?5) > 0) \
             AND (?6 IS NULL OR coalesce(q.account_id, q.pinned_account_id) = ?6)",
            self.looked_at(lane),
            self.due("q")
        )
    }

    fn bind(&self, statement: Stmt, lane: i64, limit: i64) -> Stmt {
        let (due_at, id) = self.after();
        statement
            .bind(lane)
            .bind(self.now)
            .bind(due_at)
            .bind(id)
            .bind(self.search.to_owned())
            .bind(self.account)
            .bind(limit)
            .bind(if self.is_plain() { limit } else { WINDOW })
    }
}

/// The first messages of a lane after the spot, at most `limit`.
pub fn select_page(wanted: &Wanted, lane: i64, limit: i64) -> Stmt {
    let statement = sql(format!(
        "SELECT {MESSAGE_COLUMNS} {} ORDER BY q.due_at, q.id LIMIT ?7",
        wanted.found(lane)
    ));
    wanted.bind(statement, lane, limit)
}

/// How many messages of a lane are meant, counted to `limit`: `n`.
pub fn count(wanted: &Wanted, lane: i64, limit: i64) -> Stmt {
    let statement = sql(format!(
        "SELECT count(*) AS n FROM (SELECT q.id {} LIMIT ?7)",
        wanted.found(lane)
    ));
    wanted.bind(statement, lane, limit)
}

/// The last message that a page of a lane looked at, where it did not look at all: `due_at`, `id`.
pub fn select_window_end(wanted: &Wanted, lane: i64) -> Stmt {
    let (due_at, id) = wanted.after();
    sql(format!(
        "SELECT k.due_at, k.id FROM email_queue k WHERE k.lane = ?1 AND k.state = 'ready' AND {} \
         AND (k.due_at, k.id) > (?3, ?4) ORDER BY k.due_at, k.id LIMIT 1 OFFSET ?5",
        wanted.due("k")
    ))
    .bind(lane)
    .bind(wanted.now)
    .bind(due_at)
    .bind(id)
    .bind(WINDOW - 1)
}

pub fn window_end(outcome: &Outcome) -> Result<Option<Spot>, DbError> {
    let row = outcome.rows.first();
    row.map(|row| {
        Ok(Spot {
            due_at: row.get("due_at")?,
            id: row.get("id")?,
        })
    })
    .transpose()
}

/// The campaigns that messages belong to: a JSON array of their ids.
pub fn select_campaigns_of(ids: &str) -> Stmt {
    sql("SELECT DISTINCT q.campaign_id FROM json_each(?1) j CROSS JOIN email_queue q ON q.id = j.value \
         WHERE q.campaign_id IS NOT NULL")
    .bind(ids)
}

/// Makes waiting messages due now, those of cancelled campaigns left out.
pub fn update_due_many(ids: &str, now: i64) -> Stmt {
    sql("UPDATE email_queue SET due_at = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'ready' AND due_at > ?2 \
         AND NOT EXISTS (SELECT 1 FROM campaigns c WHERE c.id = email_queue.campaign_id AND c.state = 'cancelled')")
    .bind(ids)
    .bind(now)
}

/// Cancels waiting messages.
pub fn update_cancelled_many(ids: &str, now: i64) -> Stmt {
    sql("UPDATE email_queue SET state = 'cancelled', reply = 'Cancelled by hand.', finished_at = ?2 \
         WHERE id IN (SELECT value FROM json_each(?1)) AND state IN ('ready', 'held')")
    .bind(ids)
    .bind(now)
}

/// The rows of [`select_campaigns_of`].
pub fn campaigns(outcome: &Outcome) -> Result<Vec<CampaignId>, DbError> {
    let ids = outcome.rows.iter().map(|row| row.get("campaign_id"));
    ids.collect()
}
