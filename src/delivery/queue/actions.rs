//! What people do to mail that waits or has ended: cancel, retry, confirm, suppress, hasten. In chunks where it may be many.

use super::CHUNK;
use crate::ids::{CampaignId, MessageId};
use crate::server::db::{Db, DbError, Stmt, sql};

/// A cancelled campaign that still has waiting rows.
pub async fn find_unswept(db: &Db) -> Result<Option<CampaignId>, DbError> {
    let row = db
        .query_one(sql("SELECT id FROM campaigns c WHERE state = 'cancelled' AND EXISTS \
             (SELECT 1 FROM email_queue q WHERE q.campaign_id = c.id AND q.state IN ('ready', 'held')) LIMIT 1"))
        .await?;
    row.map(|row| row.get("id")).transpose()
}

/// Cancels a chunk of a campaign's waiting messages.
pub fn cancel_ready(campaign: CampaignId, now: i64) -> Stmt {
    sql("UPDATE email_queue SET state = 'cancelled', reply = 'The campaign was cancelled.', finished_at = ?2 \
         WHERE state IN ('ready', 'held') AND id IN (SELECT id FROM email_queue WHERE campaign_id = ?1 \
         AND state IN ('ready', 'held') LIMIT ?3)")
    .bind(campaign)
    .bind(now)
    .bind(CHUNK)
}

/// Cancels one waiting message.
pub fn cancel_message(id: MessageId, now: i64) -> Stmt {
    sql("UPDATE email_queue SET state = 'cancelled', reply = 'Cancelled by hand.', finished_at = ?2 \
         WHERE id = ?1 AND state IN ('ready', 'held')")
    .bind(id)
    .bind(now)
    .expect_rows(1)
}

/// Makes a chunk of failed (or, with `unconfirmed`, unconfirmed) messages of a campaign ready again, from their first attempt.
/// The attempt goes on counting: it fences late results of the earlier tries.
pub fn retry_chunk(campaign: CampaignId, state: RetryState, now: i64) -> Stmt {
    sql("UPDATE email_queue SET state = 'ready', due_at = ?3, finished_at = NULL, reply_code = NULL, reply = '', tries_from = attempt \
         WHERE state = ?2 AND id IN (SELECT id FROM email_queue WHERE campaign_id = ?1 AND state = ?2 LIMIT ?4)")
    .bind(campaign)
    .bind(state.as_str())
    .bind(now)
    .bind(CHUNK)
}

/// The same for one message.
pub fn retry_message(id: MessageId, state: RetryState, now: i64) -> Stmt {
    sql("UPDATE email_queue SET state = 'ready', due_at = ?3, finished_at = NULL, reply_code = NULL, reply = '', tries_from = attempt \
         WHERE id = ?1 AND state = ?2")
    .bind(id)
    .bind(state.as_str())
    .bind(now)
    .expect_rows(1)
}

/// Takes an unconfirmed message for sent, on the marketer's word.
pub fn confirm_chunk(campaign: CampaignId) -> Stmt {
    sql("UPDATE email_queue SET state = 'sent', reply = 'Marked as sent by hand.' WHERE state = 'unconfirmed' AND id IN \
         (SELECT id FROM email_queue WHERE campaign_id = ?1 AND state = 'unconfirmed' LIMIT ?2)")
    .bind(campaign)
    .bind(CHUNK)
}

pub fn confirm_message(id: MessageId) -> Stmt {
    sql("UPDATE email_queue SET state = 'sent', reply = 'Marked as sent by hand.' WHERE id = ?1 AND state = 'unconfirmed'")
        .bind(id)
        .expect_rows(1)
}

/// Which messages a marketer may have sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryState {
    Failed,
    Unconfirmed,
}

impl RetryState {
    pub fn as_str(self) -> &'static str {
        match self {
            RetryState::Failed => "failed",
            RetryState::Unconfirmed => "unconfirmed",
        }
    }
}

/// Takes waiting mail to an address out of the queue, with the reason. Belongs in the batch that suppresses the address.
pub fn suppress_address(address_key: &str, reason: &str, now: i64) -> Stmt {
    sql(
        "UPDATE email_queue SET state = 'suppressed', reply = ?2, finished_at = ?3 \
         WHERE address_key = ?1 AND state IN ('ready', 'held') AND kind <> 'test'",
    )
    .bind(address_key)
    .bind(reason)
    .bind(now)
}

/// Undoes [`suppress_address`] where the person took their unsubscribing back: mail to them that no server was given yet is
/// ready again while its campaign still sends. Belongs before the statement that takes the address off the list.
pub fn restore_unsubscribed(address_key: &str, now: i64) -> Stmt {
    sql("UPDATE email_queue SET state = 'ready', due_at = ?2, reply = '', finished_at = NULL \
         WHERE address_key = ?1 AND state = 'suppressed' AND campaign_id IN \
         (SELECT id FROM campaigns WHERE state IN ('sending', 'paused') AND deleted_at IS NULL) \
         AND EXISTS (SELECT 1 FROM suppressions WHERE address_key = ?1 AND reason = 'unsubscribed')")
    .bind(address_key)
    .bind(now)
}

/// The same for many addresses: a JSON array of `[address, address_key]`.
pub fn suppress_addresses(entries: &str, reason: &str, now: i64) -> Stmt {
    sql(
        "UPDATE email_queue SET state = 'suppressed', reply = ?2, finished_at = ?3 WHERE address_key IN \
         (SELECT value ->> 1 FROM json_each(?1)) AND state IN ('ready', 'held') AND kind <> 'test'",
    )
    .bind(entries)
    .bind(reason)
    .bind(now)
}

/// Makes retries of a lane due now: *process now*.
pub fn hasten(lane: i64, now: i64) -> Stmt {
    sql("UPDATE email_queue SET due_at = ?2 WHERE state = 'ready' AND id IN (SELECT id FROM email_queue WHERE lane = ?1 \
         AND state = 'ready' AND due_at > ?2 LIMIT ?3)")
    .bind(lane)
    .bind(now)
    .bind(CHUNK)
}
