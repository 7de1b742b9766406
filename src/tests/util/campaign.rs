//! A campaign as it is after its audience was put into the ledger, for tests of what comes back from mail.

use super::app::{NOON, TestApp};
use mailer::delivery::queue;
use mailer::features::settings::model::Workspace;
use mailer::features::tracking::token::{Token, TokenKind, encode};
use mailer::ids::{CampaignId, MessageId};
use mailer::server::db::sql;

/// Where the two links of every campaign lead.
pub const TARGETS: [&str; 2] = [
    "https://example.com/read?to={{ email }}&name={{ first_name }}",
    "{{ shop }}",
];

pub struct Campaign {
    pub id: CampaignId,
    /// To person1@example.com, person2@example.com, …
    pub messages: Vec<MessageId>,
}

impl Campaign {
    /// `n` messages in this state ("sent", "ready", …).
    pub async fn of(test: &TestApp, n: i64, state: &str) -> Campaign {
        let snapshot = queue::new_snapshot_id();
        let links = TARGETS.map(|target| (target.to_owned(), format!("Label of {target}")));
        let mut batch = queue::insert_snapshot(&queue::NewSnapshot {
            id: snapshot,
            source: "",
            subject: "News",
            html: "<p>Hello</p>",
            text: "Hello",
            reply_to: "",
            copies: &Default::default(),
            links: &links,
            workspace: &Workspace::default(),
            now: NOON,
        })
        .to_vec();
        batch.push(
            sql("INSERT INTO recipient_sets (source, columns, email_column, valid, ready_at, frozen_at, created_at) \
                 VALUES ('Pasted list', '[]', 'email', ?1, ?2, ?2, ?2)")
            .bind(n)
            .bind(NOON),
        );
        batch.push(
            sql("INSERT INTO campaigns (name, state, snapshot_id, recipient_set_id, mode, subject, total, expanded_to, \
                 expanded_at, created_at, started_at, updated_at) SELECT 'Spring news', 'sending', ?1, max(id), 'html', \
                 'News', ?2, ?2, ?3, ?3, ?3, ?3 FROM recipient_sets RETURNING id")
            .bind(snapshot)
            .bind(n)
            .bind(NOON),
        );
        let outcomes = test.app.db.batch(batch).await.unwrap();
        let id: CampaignId = outcomes.last().unwrap().rows[0].at(0).unwrap();
        let rows = test
            .query(
                sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) \
                     INSERT INTO email_queue (lane, kind, campaign_id, snapshot_id, address, address_key, merge, state, due_at, \
                     created_at) SELECT ?2, 'campaign', ?2, ?3, 'Person' || i || '@example.com', 'person' || i || '@example.com', \
                     json_object('first_name', 'Ann & ' || i, 'email', 'Person' || i || '@example.com', \
                     'shop', CASE i WHEN 1 THEN 'https://shop.example.com/a b' ELSE 'javascript:alert(1)' END), ?4, ?5, ?5 FROM n \
                     RETURNING id")
                .bind(n)
                .bind(id)
                .bind(snapshot)
                .bind(state)
                .bind(NOON),
            )
            .await;
        let mut messages: Vec<MessageId> = rows.iter().map(|row| row.at(0).unwrap()).collect();
        messages.sort();
        Campaign { id, messages }
    }

    /// A test message with the campaign's content.
    pub async fn test_message(&self, test: &TestApp) -> MessageId {
        let rows = test
            .query(
                sql("INSERT INTO email_queue (lane, kind, snapshot_id, address, address_key, merge, state, due_at, created_at) \
                     SELECT 0, 'test', snapshot_id, 'me@example.com', 'me@example.com', \
                     '{\"email\":\"me@example.com\",\"first_name\":\"Me\"}', 'sent', ?2, ?2 FROM campaigns WHERE id = ?1 RETURNING id")
                .bind(self.id)
                .bind(NOON),
            )
            .await;
        rows[0].at(0).unwrap()
    }
}

fn token(test: &TestApp, message: MessageId, kind: TokenKind) -> String {
    encode(&test.app.keys, Token { kind, message })
}

pub fn pixel(test: &TestApp, message: MessageId) -> String {
    format!("/t/o/{}", token(test, message, TokenKind::Open))
}

pub fn link(test: &TestApp, message: MessageId, link: i64) -> String {
    format!("/t/c/{}", token(test, message, TokenKind::Click(link)))
}

/// The link that no person sees.
pub fn trap(test: &TestApp, message: MessageId) -> String {
    format!("/t/r/{}", token(test, message, TokenKind::Open))
}

pub fn unsubscribe(test: &TestApp, message: MessageId) -> String {
    format!("/u/{}", token(test, message, TokenKind::Unsubscribe))
}
