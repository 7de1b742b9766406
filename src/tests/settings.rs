//! The settings page: who may save the workspace, and what is refused.

use crate::util::app::{NOON, TestApp, on_both};
use axum::http::StatusCode;
use mailer::features::auth::model::Role::{Editor, Owner, Viewer};
use mailer::features::settings::{repo, service};
use mailer::server::db::sql;

on_both! {
    an_owner_saves_the_workspace
    others_look_only
    a_wrong_zone_is_refused_beside_its_field
    the_page_says_how_the_installation_is_doing
}

const SAVE: &str = "/api/settings/save-workspace";

const GOOD: &[(&str, &str)] = &[
    ("form[name]", "Example"),
    ("form[time_zone]", "Europe/Berlin"),
    ("form[postal_address]", "1 Road\nTown"),
    ("form[test_address]", "test@example.com"),
    ("form[track_clicks]", "true"),
    ("form[breaker_failures]", "3"),
    ("form[breaker_secs]", "60"),
];

mod suite {
    use super::*;

    pub async fn an_owner_saves_the_workspace(test: TestApp) {
        let answer = test.post_form(Some(Owner), SAVE, GOOD).await;
        assert_eq!(answer.location(), "/settings?notice=settings-saved");
        let workspace = repo::find_workspace(&test.app.db).await.unwrap();
        assert_eq!(workspace.time_zone, "Europe/Berlin");
        assert_eq!(workspace.postal_address, "1 Road\nTown");
        assert!(!workspace.track_opens && workspace.track_clicks);
        assert_eq!(
            (workspace.breaker_failures, workspace.breaker_secs),
            (3, 60)
        );
        let page = test
            .get(Some(Owner), "/settings?notice=settings-saved")
            .await;
        assert!(
            page.body.contains("Settings saved.")
                && page.body.contains("value=\"test@example.com\"")
        );
        assert_eq!(
            test.number("SELECT count(*) FROM audit_log WHERE event = 'settings.update'")
                .await,
            1
        );
    }

    pub async fn others_look_only(test: TestApp) {
        for role in [Editor, Viewer] {
            let answer = test.post_call(Some(role), SAVE, GOOD).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            let page = test.get(Some(role), "/settings").await;
            assert!(page.body.contains("Only an owner can change these"));
            assert!(!page.body.contains("Save settings"));
            let own = test.get(Some(role), "/settings/profile").await;
            assert!(own.body.contains("Change password"));
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
        for (id, at) in [("alive", NOON - 5_000), ("gone", NOON - 3_600_000)] {
            test.exec(
                sql("INSERT INTO instances (id, host, version, started_at, heartbeat_at) VALUES (?1, ?1, '1', 0, ?2)")
                    .bind(id)
                    .bind(at),
            )
            .await;
        }
        let view = service::find(&test.cx(Viewer)).await.unwrap();
        assert_eq!(view.about.version, env!("CARGO_PKG_VERSION"));
        let ids: Vec<&str> = view
            .about
            .instances
            .iter()
            .map(|instance| instance.id.as_str())
            .collect();
        assert_eq!(ids, ["alive"]);
        let page = test.get(Some(Viewer), "/settings").await;
        assert!(page.body.contains("alive") && !page.body.contains("gone"));
    }
}
