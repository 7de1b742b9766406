//! The settings pages: who may save, what is refused, what is kept of readers, and for how long.

use crate::util::app::{NOON, TestApp, on_both};
use crate::util::campaign::{Campaign, pixel};
use crate::util::smtp::SmtpPeer;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use mailer::delivery::housekeeping::{self, Heartbeat};
use mailer::features::auth::model::Role::{Editor, Owner, Viewer};
use mailer::features::settings::model::KeepIp;
use mailer::features::settings::{repo, service};
use mailer::features::tracking;
use mailer::features::tracking::worker::Retention;
use mailer::server::db::sql;
use mailer::server::services::Service;

on_both! {
    an_owner_saves_the_workspace
    pages_of_settings_do_not_undo_each_other
    others_look_only
    a_wrong_zone_is_refused_beside_its_field
    the_page_says_how_the_installation_is_doing
    a_theme_is_a_cookie_of_the_browser
    of_a_network_address_is_kept_what_the_settings_say
    opens_and_clicks_are_deleted_after_their_days
    a_message_is_tried_as_often_as_the_settings_say
}

const SAVE: &str = "/api/settings/save-workspace";

const GOOD: &[(&str, &str)] = &[
    ("form[name]", "Example"),
    ("form[time_zone]", "Europe/Berlin"),
    ("form[postal_address]", "1 Road\nTown"),
    ("form[test_address]", "test@example.com"),
];

mod suite {
    use super::*;

    pub async fn an_owner_saves_the_workspace(test: TestApp) {
        let answer = test.post_form(Some(Owner), SAVE, GOOD).await;
        assert_eq!(answer.location(), "/settings?notice=settings-saved");
        let workspace = repo::find_workspace(&test.app.db).await.unwrap();
        assert_eq!(workspace.time_zone, "Europe/Berlin");
        assert_eq!(workspace.postal_address, "1 Road\nTown");
        let page = test
            .get(Some(Owner), "/settings?notice=settings-saved")
            .await;
        assert!(
            page.body.contains("Settings saved.")
                && page.body.contains("value=\"test@example.com\"")
        );
        // Saved again, nothing changes and nothing is noted.
        test.post_form(Some(Owner), SAVE, GOOD).await;
        let trail = test
            .query(sql(
                "SELECT detail FROM audit_log WHERE event = 'settings.update'",
            ))
            .await;
        assert_eq!(trail.len(), 1);
        assert_eq!(
            trail[0].at::<String>(0).unwrap(),
            "Workspace name, Postal address, Address for test mails, Time zone"
        );
    }

    pub async fn pages_of_settings_do_not_undo_each_other(test: TestApp) {
        let tracking = [
            ("form[track_clicks]", "true"),
            ("form[keep_ip]", "truncated"),
            ("form[keep_days]", "90"),
        ];
        let sending = [
            ("form[max_attempts]", "3"),
            ("form[breaker_failures]", "4"),
            ("form[breaker_minutes]", "1"),
        ];
        for (page, form) in [("tracking", &tracking[..]), ("sending", &sending[..])] {
            let answer = test
                .post_form(Some(Owner), &format!("/api/settings/save-{page}"), form)
                .await;
            assert_eq!(
                answer.location(),
                format!("/settings/{page}?notice=settings-saved")
            );
        }
        test.post_form(Some(Owner), SAVE, GOOD).await;
        let workspace = repo::find_workspace(&test.app.db).await.unwrap();
        assert!(!workspace.track_opens && workspace.track_clicks && !workspace.honour_gpc);
        assert_eq!(
            (workspace.keep_ip, workspace.keep_days),
            (KeepIp::Truncated, 90)
        );
        assert_eq!(
            (
                workspace.max_attempts,
                workspace.breaker_failures,
                workspace.breaker_secs
            ),
            (3, 4, 60)
        );
        assert_eq!(workspace.name, "Example");
        let wrong = [("form[keep_ip]", "none"), ("form[keep_days]", "never")];
        let answer = test
            .post_call(Some(Owner), "/api/settings/save-tracking", &wrong)
            .await;
        assert!(
            answer.body.contains("\"field\":\"keep_days\""),
            "{}",
            answer.body
        );
    }

    pub async fn others_look_only(test: TestApp) {
        for role in [Editor, Viewer] {
            let answer = test.post_call(Some(role), SAVE, GOOD).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            for path in ["/settings", "/settings/tracking", "/settings/sending"] {
                let page = test.get(Some(role), path).await;
                assert!(
                    page.body.contains("Only an owner can change these"),
                    "{path}"
                );
                assert!(!page.body.contains("Save settings"), "{path}");
                assert!(!page.body.contains("/settings/people"), "{path}");
            }
            let own = test.get(Some(role), "/settings/profile").await;
            assert!(own.body.contains("Change password"));
            let theirs = test.get(Some(role), "/settings/people").await;
            assert!(theirs.body.contains("Only an owner may do this"));
        }
        assert_eq!(repo::find(&test.app.db, "workspace").await.unwrap(), None);
    }

    pub async fn a_wrong_zone_is_refused_beside_its_field(test: TestApp) {
        let mut pairs = GOOD.to_vec();
        pairs[1].1 = "Europe/Atlantis";
        let answer = test.post_call(Some(Owner), SAVE, &pairs).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.body.contains("\"field\":\"time_zone\""),
            "{}",
            answer.body
        );
        let answer = test.post_form(Some(Owner), SAVE, &pairs).await;
        let query = answer.location().split_once('?').unwrap().1;
        let page = test.get(Some(Owner), &format!("/settings?{query}")).await;
        assert!(
            page.body.contains("There is no such time zone")
                && page.body.contains("value=\"test@example.com\"")
        );
    }

    pub async fn the_page_says_how_the_installation_is_doing(test: TestApp) {
        let gone = sql(
            "INSERT INTO instances (id, host, version, started_at, heartbeat_at) VALUES ('gone', 'retired-host', '1', 0, ?1)",
        );
        test.exec(gone.bind(NOON - 3_600_000)).await;
        let second = test.second_instance().await;
        test.tick(Heartbeat).await;
        Heartbeat.tick(&second).await.unwrap();
        let about = service::find_about(&test.cx(Viewer)).await.unwrap();
        assert_eq!(about.version, env!("CARGO_PKG_VERSION"));
        let mut expected = [&*test.app.instance, &*second.instance];
        expected.sort_unstable();
        let mut ids: Vec<&str> = about
            .instances
            .iter()
            .map(|instance| instance.id.as_str())
            .collect();
        ids.sort_unstable();
        assert_eq!(ids, expected);
        let page = test.get(Some(Viewer), "/settings/about").await.body;
        let here = format!("process {}", std::process::id());
        assert!(page.matches(&here).count() >= 2, "where each runs");
        assert!(!page.contains("retired-host"));
        housekeeping::sign_off(&second).await;
        let about = service::find_about(&test.cx(Viewer)).await.unwrap();
        assert_eq!(about.instances.len(), 1);
    }

    pub async fn a_theme_is_a_cookie_of_the_browser(test: TestApp) {
        let page = test.get(Some(Viewer), "/settings/appearance").await;
        assert!(!page.body.contains("data-theme"));
        let answer = test
            .post_form(
                Some(Viewer),
                "/api/settings/choose-theme",
                &[("form[theme]", "dark")],
            )
            .await;
        assert_eq!(
            answer.location(),
            "/here?notice=theme-chosen",
            "back to the page that the form was on"
        );
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.starts_with("mailer_theme=dark; Path=/"), "{cookie}");
        // Also a visitor's browser keeps its colours; nonsense in the cookie is no colour.
        for (value, expected) in [
            ("dark", Some("data-theme=\"ink\"")),
            ("light", Some("data-theme=\"paper\"")),
            ("\"><b>", None),
        ] {
            let request = Request::get("/sign-in")
                .header(header::ACCEPT, "text/html")
                .header(header::COOKIE, format!("mailer_theme={value}"))
                .body(Body::empty())
                .unwrap();
            let body = test.request(request).await.body;
            match expected {
                Some(theme) => assert!(body.contains(theme), "{value}"),
                None => assert!(!body.contains("data-theme"), "{value}"),
            }
        }
    }

    async fn keep(test: &TestApp, fields: &str) {
        test.exec(repo::patch("workspace", fields, NOON)).await;
    }

    pub async fn of_a_network_address_is_kept_what_the_settings_say(test: TestApp) {
        let campaign = Campaign::of(&test, 1, "sent").await;
        let path = pixel(&test, campaign.messages[0]);
        let open = |gpc: bool| {
            let mut request = Request::get(&path);
            if gpc {
                request = request.header("sec-gpc", "1");
            }
            let mut request = request.body(Body::empty()).unwrap();
            let peer: std::net::SocketAddr = "203.0.113.77:1234".parse().unwrap();
            request
                .extensions_mut()
                .insert(axum::extract::ConnectInfo(peer));
            test.request(request)
        };
        for (mode, expected) in [("none", Some("")), ("truncated", Some("203.0.113.0"))] {
            keep(&test, &format!("{{\"keep_ip\":\"{mode}\"}}")).await;
            open(false).await;
            tracking::service::flush(&test.app).await.unwrap();
            let rows = test
                .query(sql(
                    "SELECT client FROM tracking_events ORDER BY id DESC LIMIT 1",
                ))
                .await;
            assert_eq!(rows[0].at::<String>(0).ok().as_deref(), expected, "{mode}");
        }
        keep(&test, "{\"keep_ip\":\"hashed\"}").await;
        for days in [0, 0, 1] {
            test.app.clock.advance(days * 86_400_000);
            open(false).await;
            tracking::service::flush(&test.app).await.unwrap();
        }
        let rows = test
            .query(sql(
                "SELECT client FROM tracking_events ORDER BY id DESC LIMIT 3",
            ))
            .await;
        let [c, b, a] = [0, 1, 2].map(|i: usize| rows[i].at::<String>(0).unwrap());
        assert_eq!(a, b, "told apart within a day");
        assert_ne!(b, c, "and not beyond it");
        assert!(a.len() == 16 && !a.contains('.'), "{a}");
        assert_eq!(
            test.number("SELECT count(*) FROM settings WHERE key LIKE 'reader_salt.%'")
                .await,
            2
        );
        test.tick(Retention).await;
        assert_eq!(
            test.number("SELECT count(*) FROM settings WHERE key LIKE 'reader_salt.%'")
                .await,
            1,
            "the salt of yesterday is forgotten"
        );

        let before = test.number("SELECT count(*) FROM tracking_events").await;
        open(true).await;
        tracking::service::flush(&test.app).await.unwrap();
        assert_eq!(
            test.number("SELECT count(*) FROM tracking_events").await,
            before
        );
        keep(&test, "{\"honour_gpc\":false}").await;
        open(true).await;
        tracking::service::flush(&test.app).await.unwrap();
        assert_eq!(
            test.number("SELECT count(*) FROM tracking_events").await,
            before + 1
        );
    }

    pub async fn opens_and_clicks_are_deleted_after_their_days(test: TestApp) {
        let campaign = Campaign::of(&test, 1, "sent").await;
        let day = 86_400_000;
        test.exec(
            sql("INSERT INTO tracking_events (message_id, campaign_id, kind, at) \
                 SELECT ?1, (SELECT campaign_id FROM email_queue WHERE id = ?1), \
                 CASE value % 3 WHEN 0 THEN 'open' WHEN 1 THEN 'click' ELSE 'unsubscribe' END, ?2 - value * 3600000 \
                 FROM json_each(?3)")
            .bind(campaign.messages[0])
            .bind(NOON)
            .bind(serde_json::to_string(&(0..3_000).collect::<Vec<i64>>()).unwrap()),
        )
        .await;
        test.tick(Retention).await;
        assert_eq!(
            test.number("SELECT count(*) FROM tracking_events").await,
            3_000,
            "for ever, unless said otherwise"
        );
        keep(&test, "{\"keep_days\":10}").await;
        test.tick(Retention).await;
        let left = test
            .query(
                sql("SELECT count(*), sum(at < ?1) FROM tracking_events WHERE kind <> 'unsubscribe'")
                    .bind(NOON - 10 * day),
            )
            .await;
        assert_eq!((left[0].at(0), left[0].at(1)), (Ok(161), Ok(0)));
        assert_eq!(
            test.number("SELECT count(*) FROM tracking_events WHERE kind = 'unsubscribe'")
                .await,
            1_000
        );
    }

    pub async fn a_message_is_tried_as_often_as_the_settings_say(test: TestApp) {
        let peer = SmtpPeer::start().await;
        peer.refuse("person1@", "451 4.7.1 Come back later");
        test.exec(
            sql("INSERT INTO sender_accounts (name, kind, host, port, tls, from_name, from_address, daily_cap, created_at, updated_at) \
                 VALUES ('Mail', 'smtp', '127.0.0.1', ?1, 'none', 'Ada', 'ada@example.com', 0, ?2, ?2)")
            .bind(i64::from(peer.port()))
            .bind(NOON),
        )
        .await;
        keep(&test, "{\"max_attempts\":2}").await;
        Campaign::of(&test, 1, "ready").await;
        for state in ["ready", "failed"] {
            test.run_until_idle().await;
            let rows = test.query(sql("SELECT state FROM email_queue")).await;
            assert_eq!(rows[0].at::<String>(0).unwrap(), state);
            test.app.clock.advance(100_000);
        }
    }
}
