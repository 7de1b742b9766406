//! From a frozen audience to ledger rows, a chunk at a time.

use super::CHUNK;
use crate::ids::CampaignId;
use crate::server::db::{Db, DbError, Stmt, sql};

/// Makes the ledger rows of the next chunk of an audience and moves the campaign's mark, so that each chunk happens once.
/// `from` is the mark the caller saw.
pub fn expand(campaign: CampaignId, from: i64, now: i64) -> [Stmt; 3] {
    [
        sql("INSERT INTO email_queue (lane, kind, campaign_id, snapshot_id, address, address_key, merge, state, due_at, reply, \
             created_at, finished_at) \
             SELECT c.id, 'campaign', c.id, c.snapshot_id, r.address, r.address_key, r.data, \
             CASE WHEN c.state = 'cancelled' THEN 'cancelled' WHEN s.id IS NOT NULL THEN 'suppressed' ELSE 'ready' END, ?3, \
             CASE WHEN c.state = 'cancelled' THEN 'The campaign was cancelled.' ELSE coalesce(s.reason, '') END, ?3, \
             CASE WHEN c.state = 'cancelled' OR s.id IS NOT NULL THEN ?3 END \
             FROM campaigns c JOIN recipients r ON r.set_id = c.recipient_set_id \
             LEFT JOIN suppressions s ON s.address_key = r.address_key \
             WHERE c.id = ?1 AND c.expanded_to = ?2 AND c.expanded_at IS NULL AND r.position > ?2 AND r.position <= ?2 + ?4 \
             AND r.status IN ('valid', 'suppressed') ORDER BY r.position ON CONFLICT DO NOTHING")
        .bind(campaign)
        .bind(from)
        .bind(now)
        .bind(CHUNK),
        // The chunk's domains, counted together.
        sql("INSERT INTO campaign_domains (campaign_id, domain, total, left_out) \
             SELECT c.id, substr(r.address_key, instr(r.address_key, '@') + 1), count(*), \
             sum(c.state = 'cancelled' OR s.id IS NOT NULL) \
             FROM campaigns c JOIN recipients r ON r.set_id = c.recipient_set_id \
             LEFT JOIN suppressions s ON s.address_key = r.address_key \
             WHERE c.id = ?1 AND c.expanded_to = ?2 AND c.expanded_at IS NULL AND r.position > ?2 AND r.position <= ?2 + ?3 \
             AND r.status IN ('valid', 'suppressed') GROUP BY 2 \
             ON CONFLICT (campaign_id, domain) DO UPDATE SET total = total + excluded.total, left_out = left_out + excluded.left_out")
        .bind(campaign)
        .bind(from)
        .bind(CHUNK),
        // At the end the ledger itself is counted once: the total is what is in it.
        sql("UPDATE campaigns SET expanded_to = ?2 + ?4, expanded_at = CASE WHEN coalesce((SELECT max(position) FROM recipients r \
             WHERE r.set_id = campaigns.recipient_set_id), 0) <= ?2 + ?4 THEN ?3 END, \
             total = CASE WHEN coalesce((SELECT max(position) FROM recipients r WHERE r.set_id = campaigns.recipient_set_id), 0) \
             <= ?2 + ?4 THEN (SELECT count(*) FROM email_queue q WHERE q.campaign_id = campaigns.id) ELSE total END \
             WHERE id = ?1 AND expanded_to = ?2 AND expanded_at IS NULL")
        .bind(campaign)
        .bind(from)
        .bind(now)
        .bind(CHUNK)
        .expect_rows(1),
    ]
}

/// The next campaign whose audience is not in the ledger yet, and its mark.
pub async fn find_unexpanded(db: &Db) -> Result<Option<(CampaignId, i64)>, DbError> {
    let row = db
        .query_one(sql("SELECT id, expanded_to FROM campaigns WHERE expanded_at IS NULL AND state <> 'scheduled' ORDER BY id LIMIT 1"))
        .await?;
    row.map(|row| Ok((row.get("id")?, row.get("expanded_to")?)))
        .transpose()
}
