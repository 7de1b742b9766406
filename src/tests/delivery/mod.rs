//! The engine on both databases: what is claimed, sent, recorded, retried, rescued, and never sent twice.

use crate::util::app::on_both;

on_both! {
    a_campaign_goes_through_the_sandbox_to_its_last_recipient
    suppressed_addresses_are_not_mailed_whenever_they_were_suppressed
    two_instances_share_one_campaign_and_its_cap
    a_cap_holds_the_rest_until_the_next_day
    a_paused_campaign_sends_nothing_and_a_cancelled_one_accounts_for_everybody
    an_account_that_cannot_be_reached_opens_its_breaker_and_loses_nothing
    permanent_and_temporary_refusals_end_differently
    expanding_an_audience_twice_changes_nothing
    the_sandbox_never_takes_what_a_real_account_should_send
}

mod leases;

mod suite {
    use crate::util::app::{NOON, TestApp};
    use crate::util::smtp::SmtpPeer;
    use mailer::delivery::queue;
    use mailer::delivery::{housekeeping, worker};
    use mailer::features::settings::model::Workspace;
    use mailer::ids::{AccountId, CampaignId};
    use mailer::server::db::sql;

    const HTML: &str = "<html><body><p>Hello {{ first_name }}</p><a href=\"{{ __link_0 }}\">Read</a></body></html>";

    /// A campaign in state `sending` for `n` people; the fifth's row was dry-run as suppressed if there are that many.
    pub(super) async fn campaign(test: &TestApp, n: i64) -> CampaignId {
        let snapshot = queue::new_snapshot_id();
        let links = [(
            "https://example.com/read?u={{ email }}".to_owned(),
            "Read".to_owned(),
        )];
        let new = queue::NewSnapshot {
            id: snapshot,
            source: "",
            subject: "News for {{ first_name }}",
            html: HTML,
            text: "Hello {{ first_name }}",
            reply_to: "",
            copies: &Default::default(),
            links: &links,
            workspace: &Workspace::default(),
            now: NOON,
        };
        let mut batch = queue::insert_snapshot(&new).to_vec();
        batch.push(
            sql("INSERT INTO recipient_sets (source, columns, email_column, valid, ready_at, frozen_at, created_at) \
                 VALUES ('Pasted list', '[]', 'email', ?1, ?2, ?2, ?2)")
            .bind(n)
            .bind(NOON),
        );
        batch.push(
            sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) \
                 INSERT INTO recipients (set_id, position, line, address, address_key, data, status) \
                 SELECT (SELECT max(id) FROM recipient_sets), i, i + 1, 'Person' || i || '@Example.com', 'person' || i || '@example.com', \
                 json_object('first_name', 'Person ' || i, 'email', 'Person' || i || '@Example.com'), 'valid' FROM n")
            .bind(n),
        );
        batch.push(
            sql("INSERT INTO campaigns (name, state, snapshot_id, recipient_set_id, mode, subject, total, created_at, \
                 started_at, updated_at) SELECT 'News', 'sending', ?1, max(id), 'html', 'News', ?2, ?3, ?3, ?3 \
                 FROM recipient_sets RETURNING id")
            .bind(snapshot)
            .bind(n)
            .bind(NOON),
        );
        let outcomes = test.app.db.batch(batch).await.unwrap();
        CampaignId(outcomes.last().unwrap().rows[0].at(0).unwrap())
    }

    pub(super) async fn sandbox(test: &TestApp) -> AccountId {
        account(test, "sandbox", 0, 0).await
    }

    /// An account without caps; for SMTP `port` on loopback.
    async fn account(test: &TestApp, kind: &str, port: u16, priority: i64) -> AccountId {
        let insert = sql("INSERT INTO sender_accounts (name, kind, host, port, tls, from_name, from_address, daily_cap, campaign_cap, \
             priority, max_connections, created_at, updated_at) \
             VALUES ('A', ?1, '127.0.0.1', ?2, 'none', 'Ann', 'ann@example.com', 0, 0, ?3, 3, ?4, ?4) RETURNING id")
        .bind(kind)
        .bind(port)
        .bind(priority)
        .bind(NOON);
        AccountId(test.query(insert).await[0].at(0).unwrap())
    }

    /// Counts by state, straight from the ledger: `sent 3, suppressed 1`.
    pub(super) async fn ledger(test: &TestApp) -> String {
        let rows = test
            .query(sql(
                "SELECT state, count(*) AS n FROM email_queue GROUP BY state ORDER BY state",
            ))
            .await;
        let parts: Vec<String> = rows
            .iter()
            .map(|row| {
                format!(
                    "{} {}",
                    row.at::<String>(0).unwrap(),
                    row.at::<i64>(1).unwrap()
                )
            })
            .collect();
        parts.join(", ")
    }

    pub(super) async fn state_of(test: &TestApp, campaign: CampaignId) -> String {
        test.query(sql("SELECT state FROM campaigns WHERE id = ?1").bind(campaign))
            .await[0]
            .at(0)
            .unwrap()
    }

    /// The counters of every campaign say what its rows say.
    pub(super) async fn assert_counters(test: &TestApp) {
        let wrong = test
            .number(
                "SELECT count(*) FROM campaigns c WHERE (sent, failed, suppressed, cancelled, unconfirmed) <> \
                 (SELECT sum(state = 'sent'), sum(state = 'failed'), sum(state = 'suppressed'), sum(state = 'cancelled'), \
                 sum(state = 'unconfirmed') FROM email_queue q WHERE q.campaign_id = c.id)",
            )
            .await;
        assert_eq!(wrong, 0, "counters and rows differ");
    }

    pub async fn a_campaign_goes_through_the_sandbox_to_its_last_recipient(test: TestApp) {
        sandbox(&test).await;
        let campaign = campaign(&test, 25).await;
        test.run_until_idle().await;
        assert_eq!(ledger(&test).await, "sent 25");
        assert_eq!(state_of(&test, campaign).await, "completed");
        assert_counters(&test).await;
        let mails = test
            .query(sql(
                "SELECT rcpt_to, subject, raw FROM outbox ORDER BY message_id",
            ))
            .await;
        assert_eq!(mails.len(), 25);
        assert_eq!(mails[6].at::<String>(1).unwrap(), "News for Person 7");
        let raw = String::from_utf8(mails[6].at::<Vec<u8>>(2).unwrap()).unwrap();
        assert!(
            raw.contains("List-Unsubscribe: <http://mailer.test/u/"),
            "{raw}"
        );
        assert!(
            raw.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
            "{raw}"
        );
        assert!(raw.contains("/t/c/"), "{raw}");
        test.run_until_idle().await;
        assert_eq!(
            test.number("SELECT count(*) FROM outbox").await,
            25,
            "nothing goes twice"
        );
    }

    pub async fn suppressed_addresses_are_not_mailed_whenever_they_were_suppressed(test: TestApp) {
        sandbox(&test).await;
        let suppress = |n: i64| {
            sql("INSERT INTO suppressions (address, address_key, reason, created_at) VALUES (?1, ?1, 'unsubscribed', 0)")
                .bind(format!("person{n}@example.com"))
        };
        test.exec(suppress(2)).await;
        campaign(&test, 5).await;
        test.tick(housekeeping::Expander).await;
        assert_eq!(ledger(&test).await, "ready 4, suppressed 1");
        // Without taking the row out of the queue: the claim itself looks.
        test.exec(suppress(4)).await;
        test.run_until_idle().await;
        assert_eq!(ledger(&test).await, "sent 3, suppressed 2");
        assert_counters(&test).await;
        assert_eq!(
            test.number("SELECT max(used) FROM send_counts").await,
            3,
            "a suppressed message gives its room back"
        );
    }

    pub async fn two_instances_share_one_campaign_and_its_cap(test: TestApp) {
        let id = sandbox(&test).await;
        test.exec(sql("UPDATE sender_accounts SET daily_cap = 100 WHERE id = ?1").bind(id))
            .await;
        campaign(&test, 160).await;
        test.tick(housekeeping::Expander).await;
        let other = test.second_instance().await;
        let (one, two) = tokio::join!(worker::deliver_due(&test.app), worker::deliver_due(&other));
        one.unwrap();
        two.unwrap();
        assert_eq!(ledger(&test).await, "ready 60, sent 100");
        assert_eq!(
            test.number("SELECT count(DISTINCT rcpt_to) FROM outbox")
                .await,
            100
        );
    }

    pub async fn a_cap_holds_the_rest_until_the_next_day(test: TestApp) {
        let id = sandbox(&test).await;
        test.exec(sql("UPDATE sender_accounts SET campaign_cap = 7 WHERE id = ?1").bind(id))
            .await;
        let campaign = campaign(&test, 10).await;
        test.run_until_idle().await;
        assert_eq!(ledger(&test).await, "ready 3, sent 7");
        assert_eq!(state_of(&test, campaign).await, "sending");
        test.app.clock.advance(12 * 3_600_000);
        test.run_until_idle().await;
        assert_eq!(ledger(&test).await, "sent 10");
        assert_eq!(state_of(&test, campaign).await, "completed");
    }

    pub async fn a_paused_campaign_sends_nothing_and_a_cancelled_one_accounts_for_everybody(
        test: TestApp,
    ) {
        sandbox(&test).await;
        let campaign = campaign(&test, 1_500).await;
        let mut first = queue::expand(campaign, 0, NOON).to_vec();
        test.app.db.batch(std::mem::take(&mut first)).await.unwrap();
        test.exec(sql("UPDATE campaigns SET state = 'paused' WHERE id = ?1").bind(campaign))
            .await;
        worker::deliver_due(&test.app).await.unwrap();
        assert_eq!(ledger(&test).await, "ready 1000");
        test.exec(sql("UPDATE campaigns SET state = 'cancelled' WHERE id = ?1").bind(campaign))
            .await;
        test.run_until_idle().await;
        assert_eq!(ledger(&test).await, "cancelled 1500");
        assert_counters(&test).await;
    }

    pub async fn an_account_that_cannot_be_reached_opens_its_breaker_and_loses_nothing(
        test: TestApp,
    ) {
        let closed = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let id = account(&test, "smtp", closed, 0).await;
        let campaign = campaign(&test, 12).await;
        test.run_until_idle().await;
        assert_eq!(ledger(&test).await, "ready 12");
        let row = &test
            .query(
                sql("SELECT breaker_state, breaker_reason FROM sender_accounts WHERE id = ?1")
                    .bind(id),
            )
            .await[0];
        assert_eq!(row.at::<String>(0).unwrap(), "open");
        assert!(
            row.at::<String>(1)
                .unwrap()
                .to_lowercase()
                .contains("refused"),
            "{:?}",
            row.at::<String>(1)
        );
        assert_eq!(
            test.number("SELECT max(attempt) FROM email_queue").await,
            0,
            "the server never saw them"
        );
        // Five minutes later it answers: one probe, then the rest.
        let peer = SmtpPeer::start_on(closed).await;
        test.app.clock.advance(301_000);
        test.run_until_idle().await;
        test.run_until_idle().await;
        assert_eq!(ledger(&test).await, "sent 12");
        assert_eq!(peer.taken().len(), 12);
        assert_eq!(state_of(&test, campaign).await, "completed");
    }

    pub async fn permanent_and_temporary_refusals_end_differently(test: TestApp) {
        let peer = SmtpPeer::start().await;
        peer.refuse("person1@", "550 5.1.1 No such user here");
        peer.refuse("person2@", "451 4.7.1 Greylisted, come back later");
        account(&test, "smtp", peer.port(), 0).await;
        campaign(&test, 4).await;
        test.run_until_idle().await;
        assert_eq!(ledger(&test).await, "failed 1, ready 1, sent 2");
        let failed = test
            .query(sql("SELECT reply FROM email_queue WHERE state = 'failed'"))
            .await;
        assert!(
            failed[0]
                .at::<String>(0)
                .unwrap()
                .contains("5.1.1 No such user here"),
            "{:?}",
            failed[0].at::<String>(0)
        );
        let waiting = test
            .number("SELECT due_at FROM email_queue WHERE state = 'ready'")
            .await;
        assert!(
            (NOON + 40_000..NOON + 90_000).contains(&waiting),
            "about a minute later, not {}",
            waiting - NOON
        );
        peer.accept_all();
        test.app.clock.advance(100_000);
        test.run_until_idle().await;
        assert_eq!(ledger(&test).await, "failed 1, sent 3");
        assert_eq!(
            test.number("SELECT count(*) FROM send_logs").await,
            2,
            "what the server said each time is kept"
        );
        assert_counters(&test).await;
    }

    pub async fn expanding_an_audience_twice_changes_nothing(test: TestApp) {
        let campaign = campaign(&test, 1_200).await;
        let other = test.second_instance().await;
        let batch = || queue::expand(campaign, 0, NOON).to_vec();
        let (one, two) = tokio::join!(test.app.db.batch(batch()), other.db.batch(batch()));
        assert!(one.is_ok() ^ two.is_ok(), "a chunk is made once");
        test.tick(housekeeping::Expander).await;
        assert_eq!(ledger(&test).await, "ready 1200");
        assert_eq!(test.number("SELECT total FROM campaigns").await, 1_200);
    }

    pub async fn the_sandbox_never_takes_what_a_real_account_should_send(test: TestApp) {
        let peer = SmtpPeer::start().await;
        sandbox(&test).await;
        let real = account(&test, "smtp", peer.port(), 9).await;
        test.exec(sql("UPDATE sender_accounts SET daily_cap = 4 WHERE id = ?1").bind(real))
            .await;
        campaign(&test, 6).await;
        test.run_until_idle().await;
        assert_eq!(
            ledger(&test).await,
            "ready 2, sent 4",
            "at its cap, the rest waits for the real account"
        );
        assert_eq!(peer.taken().len(), 4);
        test.exec(sql("UPDATE sender_accounts SET enabled = 0 WHERE id = ?1").bind(real))
            .await;
        test.run_until_idle().await;
        assert_eq!(
            ledger(&test).await,
            "sent 6",
            "with no real account on, the sandbox takes them"
        );
        assert_eq!(test.number("SELECT count(*) FROM outbox").await, 2);
    }
}
