//! `/metrics`: who may read it, and that it tells how sending stands.

use crate::util::app::{Answer, NOON, TestApp, on_both};
use crate::util::campaign::Campaign;
use crate::util::smtp::SmtpPeer;
use axum::body::Body;
use axum::http::{Request, header};
use mailer::delivery::housekeeping::Heartbeat;
use mailer::features::auth::model::Role;
use mailer::server::db::sql;
use mailer::server::metrics::MetricsAccess;

on_both! {
    it_tells_what_holds_the_queue_back_and_who_is_late
    it_is_off_until_the_operator_wants_it
    it_is_for_those_who_bring_the_token
    it_tells_how_sending_stands
}

const TOKEN: &str = "0123456789abcdef";

async fn scrape(test: &TestApp, token: Option<&str>) -> Answer {
    let mut request = Request::get("/metrics").header(header::HOST, "mailer.test");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    test.request(request.body(Body::empty()).unwrap()).await
}

/// The value on the one line that starts so.
fn value(text: &str, start: &str) -> f64 {
    let line = text.lines().find(|line| line.starts_with(start));
    let line = line.unwrap_or_else(|| panic!("{start} is missing in:\n{text}"));
    line.rsplit_once(' ').unwrap().1.parse().unwrap()
}

mod suite {
    use super::*;

    pub async fn it_is_off_until_the_operator_wants_it(test: TestApp) {
        assert_eq!(scrape(&test, None).await.status, 404);
        // Being signed in opens nothing either.
        assert_eq!(test.get(Some(Role::Owner), "/metrics").await.status, 404);
    }

    pub async fn it_is_for_those_who_bring_the_token(test: TestApp) {
        let test = test.configured(|config| config.metrics = MetricsAccess::Token(TOKEN.into()));
        for wrong in [
            None,
            Some(""),
            Some("0123456789abcdeX"),
            Some("0123456789abcdef0"),
        ] {
            let answer = scrape(&test, wrong).await;
            assert_eq!(answer.status, 401, "{wrong:?}");
            assert!(answer.body.is_empty());
        }
        let answer = scrape(&test, Some(TOKEN)).await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.headers[header::CONTENT_TYPE],
            "text/plain; version=0.0.4; charset=utf-8"
        );
        let test = test.configured(|config| config.metrics = MetricsAccess::Open);
        assert_eq!(scrape(&test, None).await.status, 200);
    }

    pub async fn it_tells_how_sending_stands(test: TestApp) {
        let test = test.configured(|config| config.metrics = MetricsAccess::Open);
        let peer = SmtpPeer::start().await;
        peer.refuse("person3@", "550 5.1.1 nobody of that name");
        peer.refuse("person4@", "450 4.2.1 later");
        // What is counted belongs to the process, so this account's id must be nobody else's.
        let id = 1_000_000 + i64::from(peer.port());
        test.exec(
            sql("INSERT INTO sender_accounts (id, name, kind, host, port, tls, from_name, from_address, daily_cap, campaign_cap, \
                 max_connections, created_at, updated_at) \
                 VALUES (?1, 'Secret name', 'smtp', '127.0.0.1', ?2, 'none', 'Ann', 'ann@example.com', 0, 0, 2, ?3, ?3)")
            .bind(id)
            .bind(peer.port())
            .bind(NOON),
        )
        .await;
        Campaign::of(&test, 4, "ready").await;
        test.app.clock.advance(61_000);
        let before = scrape(&test, None).await.body;
        assert_eq!(
            value(&before, "mailer_queue_messages{reason=\"sending\"}"),
            4.0
        );
        assert_eq!(value(&before, "mailer_queue_oldest_due_seconds"), 61.0);
        test.run_until_idle().await;
        // The queue is looked at every five seconds at most.
        let soon = scrape(&test, None).await.body;
        assert_eq!(
            value(&soon, "mailer_queue_messages{reason=\"sending\"}"),
            4.0
        );
        test.app.clock.advance(5_000);
        let after = scrape(&test, None).await.body;
        assert_eq!(
            value(&after, "mailer_queue_messages{reason=\"sending\"}"),
            1.0
        );
        assert_eq!(value(&after, "mailer_queue_messages{reason=\"test\"}"), 0.0);
        assert_eq!(value(&after, "mailer_queue_retry_messages"), 1.0);
        assert_eq!(value(&after, "mailer_queue_oldest_due_seconds"), 0.0);
        for (result, n) in [("sent", 2.0), ("failed", 1.0), ("retry", 1.0)] {
            let line = format!("mailer_messages_total{{account=\"{id}\",result=\"{result}\"}}");
            assert_eq!(value(&after, &line), n, "{result}");
        }
        let breaker = format!("mailer_account_breaker_state{{account=\"{id}\"}}");
        assert_eq!(value(&after, &breaker), 0.0);
        assert_eq!(
            value(&after, "mailer_queue_claimed_messages{state=\"sending\"}"),
            0.0
        );
        assert_eq!(value(&after, "mailer_database_retries_total"), 0.0);
        let bucket = "mailer_claim_seconds_bucket{le=\"+Inf\"}";
        assert!(value(&after, bucket) >= 1.0, "a histogram has buckets");
        for family in [
            "mailer_handover_seconds_count",
            "mailer_claim_seconds_count",
            "mailer_claimed_messages_total",
            "mailer_database_seconds_count{kind=\"batch\"",
            "mailer_database_calls_total",
            "mailer_http_request_seconds_count{route=\"metrics\",status=\"2xx\"}",
            "mailer_build_info{",
        ] {
            assert!(value(&after, family) >= 1.0, "{family}");
        }
        for secret in ["Secret name", "example.com", "person", "News"] {
            assert!(!after.contains(secret), "{secret}");
        }
    }

    pub async fn it_tells_what_holds_the_queue_back_and_who_is_late(test: TestApp) {
        let test = test.configured(|config| config.metrics = MetricsAccess::Open);
        for (id, state) in [(1, "open"), (2, "half_open"), (3, "closed")] {
            test.exec(
                sql("INSERT INTO sender_accounts (id, name, kind, host, port, from_name, from_address, enabled, breaker_state, \
                     breaker_until, created_at, updated_at) \
                     VALUES (?1, 'A', 'smtp', '127.0.0.1', 25, 'Ann', 'ann@example.com', ?1 < 3, ?2, ?3 + 1000000, ?3, ?3)")
                .bind(id)
                .bind(state)
                .bind(NOON),
            )
            .await;
        }
        Campaign::of(&test, 3, "ready").await;
        test.exec(sql("UPDATE campaigns SET state = 'paused'"))
            .await;
        test.app.ticks.note::<Heartbeat>(test.app.now());
        test.app.clock.advance(12_000);
        let told = scrape(&test, None).await.body;
        assert_eq!(
            value(&told, "mailer_queue_messages{reason=\"paused\"}"),
            3.0
        );
        assert_eq!(value(&told, "mailer_queue_lanes{reason=\"paused\"}"), 1.0);
        assert_eq!(
            value(&told, "mailer_queue_lanes{reason=\"disk_full\"}"),
            0.0
        );
        let states = [1, 2, 3].map(|id| {
            value(
                &told,
                &format!("mailer_account_breaker_state{{account=\"{id}\"}}"),
            )
        });
        assert_eq!(states, [2.0, 1.0, 0.0]);
        assert_eq!(value(&told, "mailer_account_enabled{account=\"3\"}"), 0.0);
        // Five seconds of the twelve are its interval.
        let lag = "mailer_service_tick_lag_seconds{service=\"heartbeat\"}";
        assert_eq!(value(&told, lag), 7.0);
    }
}
