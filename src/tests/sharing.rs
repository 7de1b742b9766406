//! Several accounts and several processes on one database: caps and rates hold for all of them together.

use crate::util::app::on_both;

on_both! {
    three_instances_send_exactly_the_daily_cap
    three_instances_keep_cap_and_rate_at_once
    three_instances_share_the_cap_of_a_campaign
    an_account_at_its_cap_is_passed_over
    three_instances_keep_a_rate_in_any_second
    a_rate_per_minute_spreads_mail_evenly
    what_goes_after_midnight_counts_on_the_new_day
    a_test_mail_does_not_wait_for_the_end_of_a_campaign
}

mod suite {
    use crate::util::app::{NOON, TestApp};
    use crate::util::campaign::Campaign;
    use crate::util::smtp::{Act, At, SmtpPeer};
    use mailer::delivery::worker;
    use mailer::server::AppState;
    use mailer::server::clock::Clock;
    use mailer::server::db::sql;
    use std::time::{Duration, Instant};
    use tokio_util::sync::CancellationToken;

    async fn account(
        test: &TestApp,
        peer: &SmtpPeer,
        daily_cap: i64,
        per_second: i64,
        per_minute: i64,
    ) {
        test.exec(
            sql("INSERT INTO sender_accounts (name, kind, host, port, tls, from_name, from_address, daily_cap, campaign_cap, \
                 rate_per_second, rate_per_minute, max_connections, created_at, updated_at) \
                 VALUES ('A', 'smtp', '127.0.0.1', ?1, 'none', 'Ann', 'ann@example.com', ?2, 0, ?3, ?4, 8, ?5, ?5)")
            .bind(peer.port())
            .bind(daily_cap)
            .bind(per_second)
            .bind(per_minute)
            .bind(NOON),
        )
        .await;
    }

    /// Three processes, whose clocks go.
    async fn instances(test: &TestApp) -> Vec<AppState> {
        let mut all = Vec::new();
        for _ in 0..3 {
            let mut app = test.second_instance().await;
            app.clock = Clock::system();
            all.push(app);
        }
        all
    }

    /// Delivers with all of them at once until nothing is waiting, or this long.
    async fn deliver(test: &TestApp, instances: &[AppState], limit: Duration) {
        let end = Instant::now() + limit;
        let one = |app: AppState| async move {
            while Instant::now() < end {
                worker::deliver_due(&app).await.unwrap();
                let left = sql("SELECT count(*) FROM email_queue WHERE state = 'ready'");
                if app.db.query(left).await.unwrap()[0].at::<i64>(0).unwrap() == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let work = instances.iter().cloned().map(|app| tokio::spawn(one(app)));
        for ended in futures::future::join_all(work).await {
            ended.unwrap();
        }
        assert_eq!(
            test.number("SELECT count(*) FROM email_queue WHERE state IN ('leased', 'sending')")
                .await,
            0
        );
    }

    /// Most mails in any second, wherever it begins.
    fn busiest_second(mut times: Vec<Instant>) -> usize {
        times.sort();
        let within = |from: &Instant| {
            times
                .iter()
                .filter(|at| *at >= from && **at < *from + Duration::from_secs(1))
                .count()
        };
        times.iter().map(within).max().unwrap_or(0)
    }

    pub async fn three_instances_send_exactly_the_daily_cap(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, &peer, 1_000, 0, 0).await;
        Campaign::of(&test, 5_000, "ready").await;
        deliver(&test, &instances(&test).await, Duration::from_secs(8)).await;
        assert_eq!(peer.taken().len(), 1_000);
        assert_eq!(
            test.number("SELECT count(*) FROM email_queue WHERE state = 'sent'")
                .await,
            1_000
        );
        assert_eq!(
            test.number("SELECT count(*) FROM email_queue WHERE state = 'ready'")
                .await,
            4_000
        );
    }

    pub async fn three_instances_keep_cap_and_rate_at_once(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, &peer, 1_000, 250, 0).await;
        Campaign::of(&test, 5_000, "ready").await;
        deliver(&test, &instances(&test).await, Duration::from_secs(12)).await;
        assert_eq!(peer.taken().len(), 1_000, "the cap, to the message");
        let waiting = "SELECT count(*) FROM email_queue WHERE state = 'ready' AND attempt = 0";
        assert_eq!(test.number(waiting).await, 4_000);
        let busiest = busiest_second(peer.times());
        // A tenth more than the rate, for a test machine that is too busy to look at the clock in time.
        assert!(busiest <= 275, "{busiest} in one second");
    }

    pub async fn three_instances_share_the_cap_of_a_campaign(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, &peer, 0, 0, 0).await;
        test.exec(sql("UPDATE sender_accounts SET campaign_cap = 150"))
            .await;
        Campaign::of(&test, 400, "ready").await;
        Campaign::of(&test, 100, "ready").await;
        deliver(&test, &instances(&test).await, Duration::from_secs(4)).await;
        assert_eq!(peer.taken().len(), 250, "150 of the first, and the second");
    }

    pub async fn an_account_at_its_cap_is_passed_over(test: TestApp) {
        let (first, second) = (SmtpPeer::start().await, SmtpPeer::start().await);
        account(&test, &first, 4, 0, 0).await;
        account(&test, &second, 0, 0, 0).await;
        Campaign::of(&test, 10, "ready").await;
        test.run_until_idle().await;
        assert_eq!((first.taken().len(), second.taken().len()), (4, 6));
    }

    pub async fn three_instances_keep_a_rate_in_any_second(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, &peer, 0, 20, 0).await;
        Campaign::of(&test, 60, "ready").await;
        let begin = Instant::now();
        deliver(&test, &instances(&test).await, Duration::from_secs(30)).await;
        assert_eq!(peer.taken().len(), 60, "in {:?}", begin.elapsed());
        let busiest = busiest_second(peer.times());
        // Two more than the rate, for a test machine that is too busy to look at the clock in time.
        assert!(busiest <= 22, "{busiest} in one second");
        assert!(
            begin.elapsed() < Duration::from_secs(15),
            "and not much slower: {:?}",
            begin.elapsed()
        );
    }

    pub async fn what_goes_after_midnight_counts_on_the_new_day(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, &peer, 0, 0, 0).await;
        peer.act(At::Rcpt, "", Act::Dawdles(100));
        Campaign::of(&test, 40, "ready").await;
        let app = test.app.clone();
        let sending = tokio::spawn(async move { worker::deliver_due(&app).await });
        let begin = Instant::now();
        while peer.taken().len() < 10 {
            assert!(begin.elapsed() < Duration::from_secs(20), "nothing is sent");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // From noon to the next noon.
        test.app.clock.advance(86_400_000);
        sending.await.unwrap().unwrap();
        assert_eq!(peer.taken().len(), 40, "each once");
        let used = test
            .query(sql(
                "SELECT used FROM send_counts WHERE campaign_id = 0 ORDER BY period",
            ))
            .await;
        let used: Vec<i64> = used.iter().map(|row| row.at(0).unwrap()).collect();
        assert_eq!(used.len(), 2, "{used:?}");
        assert!(
            used[0] >= 10 && used[1] > 0 && used.iter().sum::<i64>() == 40,
            "{used:?}"
        );
    }

    pub async fn a_test_mail_does_not_wait_for_the_end_of_a_campaign(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, &peer, 0, 0, 0).await;
        peer.act(At::Rcpt, "person", Act::Dawdles(40));
        let campaign = Campaign::of(&test, 600, "ready").await;
        let stop = CancellationToken::new();
        let sending = tokio::spawn(worker::deliver(test.app.clone(), stop.clone()));
        let begin = Instant::now();
        while peer.taken().len() < 20 {
            assert!(begin.elapsed() < Duration::from_secs(20), "nothing is sent");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        test.exec(
            sql("INSERT INTO email_queue (lane, kind, snapshot_id, address, address_key, due_at, created_at) \
                 SELECT 0, 'test', snapshot_id, 'me@example.com', 'me@example.com', ?2, ?2 FROM campaigns WHERE id = ?1")
            .bind(campaign.id)
            .bind(NOON),
        )
        .await;
        let begin = Instant::now();
        while !peer.taken().iter().any(|(to, _)| to == "me@example.com") {
            assert!(
                begin.elapsed() < Duration::from_secs(20),
                "the test mail waits"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(peer.taken().len() < 500, "it came in between");
        stop.cancel();
        sending.await.unwrap();
        assert_eq!(test.number("SELECT count(*) FROM email_queue WHERE state IN ('leased', 'sending', 'unconfirmed')").await, 0, "a stop leaves nothing open");
    }

    pub async fn a_rate_per_minute_spreads_mail_evenly(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, &peer, 0, 0, 600).await;
        Campaign::of(&test, 25, "ready").await;
        deliver(&test, &instances(&test).await, Duration::from_secs(30)).await;
        assert_eq!(peer.taken().len(), 25);
        let busiest = busiest_second(peer.times());
        assert!(busiest <= 11, "{busiest} in one second");
    }
}
