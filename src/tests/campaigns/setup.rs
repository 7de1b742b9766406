//! A campaign in the state that a test needs, made by the statements of the product where it has them.

use crate::util::app::{NOON, TestApp};
use mailer::features::auth::model::Role;
use mailer::features::campaigns::service;
use mailer::ids::{AccountId, CampaignId, DraftId, MessageId, RecipientSetId};
use mailer::server::db::sql;

pub const HTML: &str = "<html><body><p>Hello {{ first_name }}</p><p><a href=\"https://example.com/a\">A</a> \
    <a href=\"https://example.com/b\">B</a> <a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></p></body></html>";

pub async fn account(test: &TestApp, name: &str) -> AccountId {
    let row = test
        .query(
            sql("INSERT INTO sender_accounts (name, kind, from_name, from_address, created_at, updated_at) \
                 VALUES (?1, 'sandbox', 'Ada', 'ada@example.com', ?2, ?2) RETURNING id")
            .bind(name)
            .bind(NOON),
        )
        .await;
    row[0].get("id").unwrap()
}

/// A ready set of `valid` good rows, one suppressed and one invalid row.
pub async fn set(test: &TestApp, valid: i64) -> RecipientSetId {
    let row = test
        .query(
            sql("INSERT INTO recipient_sets (source, columns, email_column, valid, invalid, suppressed, state, ready_at, created_at) \
                 VALUES ('list.csv', '[]', 'email', ?1, 1, 1, 'ready', ?2, ?2) RETURNING id")
            .bind(valid)
            .bind(NOON),
        )
        .await;
    let id: RecipientSetId = row[0].get("id").unwrap();
    test.exec(
        sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 + 2) \
             INSERT INTO recipients (set_id, position, line, address, address_key, data, status) \
             SELECT ?1, i, i + 1, printf('Person%04d@Example.com', i), printf('person%04d@example.com', i), \
             json_object('first_name', 'Person ' || i, 'email', printf('Person%04d@Example.com', i)), \
             CASE WHEN i <= ?2 THEN 'valid' WHEN i = ?2 + 1 THEN 'suppressed' ELSE 'invalid' END FROM n")
        .bind(id)
        .bind(valid),
    )
    .await;
    test.exec(
        sql("INSERT INTO suppressions (address, address_key, reason, created_at) \
             VALUES (printf('Person%04d@Example.com', ?1), printf('person%04d@example.com', ?1), 'manual', ?2) \
             ON CONFLICT DO NOTHING")
        .bind(valid + 1)
        .bind(NOON),
    )
    .await;
    id
}

pub async fn draft(test: &TestApp, set: Option<RecipientSetId>) -> DraftId {
    let row = test
        .query(
            sql("INSERT INTO drafts (name, mode, source, subject, recipient_set_id, revision, created_at, updated_at) \
                 VALUES ('Spring', 'html', ?1, 'Hello {{ first_name }}', ?2, 3, ?3, ?3) RETURNING id")
            .bind(HTML)
            .bind(set)
            .bind(NOON),
        )
        .await;
    row[0].get("id").unwrap()
}

/// Launched, with its ledger rows made: `valid` waiting and one suppressed.
pub async fn campaign(test: &TestApp, valid: i64) -> CampaignId {
    account(test, "Sandbox").await;
    let set = set(test, valid).await;
    let draft = draft(test, Some(set)).await;
    let id = service::launch(&test.cx(Role::Editor), draft, 3)
        .await
        .unwrap();
    test.tick(mailer::delivery::housekeeping::Expander).await;
    id
}

/// Ends (or unends) the first `n` waiting messages of a campaign as if they had been sent that way.
pub async fn end(test: &TestApp, id: CampaignId, state: &'static str, n: i64) {
    let moved = test
        .exec(
            sql("UPDATE email_queue SET state = ?2, attempt = 1, reply = ?4, reply_code = ?5, finished_at = ?6, \
                 account_id = (SELECT min(id) FROM sender_accounts) WHERE id IN (SELECT id FROM email_queue \
                 WHERE campaign_id = ?1 AND state = 'ready' ORDER BY id LIMIT ?3)")
            .bind(id)
            .bind(state)
            .bind(n)
            .bind(if state == "failed" { "5.1.1 No such user" } else { "" })
            .bind((state == "failed").then_some(550))
            .bind(test.app.now()),
        )
        .await;
    assert_eq!(moved, n.unsigned_abs());
}

pub async fn set_state(test: &TestApp, id: CampaignId, state: &'static str) {
    test.exec(
        sql("UPDATE campaigns SET state = ?2 WHERE id = ?1")
            .bind(id)
            .bind(state),
    )
    .await;
}

pub async fn state(test: &TestApp, id: CampaignId) -> String {
    test.query(sql("SELECT state FROM campaigns WHERE id = ?1").bind(id))
        .await[0]
        .at(0)
        .unwrap()
}

/// How many messages of a campaign are in a state, by the ledger itself.
pub async fn in_state(test: &TestApp, id: CampaignId, state: &'static str) -> i64 {
    test.query(
        sql("SELECT count(*) FROM email_queue WHERE campaign_id = ?1 AND state = ?2")
            .bind(id)
            .bind(state),
    )
    .await[0]
        .at(0)
        .unwrap()
}

pub async fn any_message(test: &TestApp, id: CampaignId, state: &'static str) -> MessageId {
    test.query(
        sql("SELECT id FROM email_queue WHERE campaign_id = ?1 AND state = ?2 ORDER BY id LIMIT 1")
            .bind(id)
            .bind(state),
    )
    .await[0]
        .at(0)
        .unwrap()
}

/// The counters of a campaign, held against the ledger: every recipient is somewhere, exactly once.
pub async fn assert_adds_up(test: &TestApp, id: CampaignId) {
    let detail = service::find_campaign(&test.cx(Role::Viewer), id)
        .await
        .unwrap();
    let counts = detail.progress.counts;
    let states = [
        ("sent", counts.sent),
        ("failed", counts.failed),
        ("suppressed", counts.suppressed),
        ("skipped", counts.skipped),
        ("cancelled", counts.cancelled),
        ("unconfirmed", counts.unconfirmed),
    ];
    for (state, n) in states {
        assert_eq!(in_state(test, id, state).await, n, "{state}");
    }
    let mut waiting = 0;
    for state in ["ready", "held", "leased", "sending"] {
        waiting += in_state(test, id, state).await;
    }
    assert_eq!(waiting, counts.waiting());
    let by_domain = test
        .query(
            sql("SELECT sum(d.total), sum(d.failed), sum(d.unconfirmed), sum(d.left_out) FROM campaigns c \
                 JOIN campaign_domains d ON d.campaign_id = c.id WHERE c.id = ?1 AND c.expanded_at IS NOT NULL GROUP BY c.id")
                .bind(id),
        )
        .await;
    let left_out = counts.suppressed + counts.skipped + counts.cancelled;
    if let Some(sums) = by_domain.first() {
        assert_eq!(
            [0, 1, 2, 3].map(|i| sums.at::<i64>(i).unwrap()),
            [counts.total, counts.failed, counts.unconfirmed, left_out],
            "the domains add up, too"
        );
    }
    assert_eq!(counts.done() + counts.waiting(), counts.total);
}
