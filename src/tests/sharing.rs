//! Several processes on one database: caps and rates hold for all of them together.

use crate::util::app::on_both;

on_both! {
    three_instances_send_exactly_the_daily_cap
    three_instances_keep_a_rate_in_any_second
    a_rate_per_minute_spreads_mail_evenly
}

mod suite {
    use crate::util::app::{NOON, TestApp};
    use crate::util::campaign::Campaign;
    use crate::util::smtp::SmtpPeer;
    use mailer::delivery::worker;
    use mailer::server::AppState;
    use mailer::server::clock::Clock;
    use mailer::server::db::sql;
    use std::time::{Duration, Instant};

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

    pub async fn three_instances_keep_a_rate_in_any_second(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, &peer, 0, 20, 0).await;
        Campaign::of(&test, 60, "ready").await;
        let begin = Instant::now();
        deliver(&test, &instances(&test).await, Duration::from_secs(30)).await;
        assert_eq!(peer.taken().len(), 60, "in {:?}", begin.elapsed());
        let busiest = busiest_second(peer.times());
        assert!(busiest <= 20, "{busiest} in one second");
        assert!(
            begin.elapsed() < Duration::from_secs(15),
            "and not much slower: {:?}",
            begin.elapsed()
        );
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
