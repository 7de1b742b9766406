//! The audit trail: what is written, who may read it, filters and pages.

use crate::util::app::{NOON, TestApp, on_both};
use mailer::error::AppError;
use mailer::features::audit::model::{AuditQuery, PAGE_SIZE};
use mailer::features::audit::{repo, service};
use mailer::features::auth::model::Role::{Editor, Owner};
use mailer::ids::UserId;

on_both! {
    sign_ins_are_written_also_those_refused
    the_trail_is_read_in_pages_and_by_area_and_person
    old_lines_are_forgotten
    taking_the_suppression_list_away_leaves_a_line
}

mod suite {
    use super::*;

    pub async fn sign_ins_are_written_also_those_refused(test: TestApp) {
        let cx = test.visitor();
        let refused =
            mailer::features::auth::service::sign_in(&cx, "owner@example.com", "my secret words")
                .await;
        assert!(refused.is_err());
        let lines = service::list(&test.cx(Owner), &AuditQuery::default())
            .await
            .unwrap()
            .lines;
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        assert!(line.is_refusal && line.actor.is_empty());
        assert_eq!(
            (line.words.as_str(), line.subject.as_str()),
            ("Sign-in refused", "owner@example.com")
        );
        assert_eq!(line.detail, "Unknown device, 192.0.2.9");
        let page = test.get(Some(Owner), "/settings/activity").await;
        assert!(page.body.contains("Sign-in refused") && !page.body.contains("my secret words"));
        assert!(matches!(
            service::list(&test.cx(Editor), &AuditQuery::default()).await,
            Err(AppError::Forbidden(_))
        ));
    }

    pub async fn the_trail_is_read_in_pages_and_by_area_and_person(test: TestApp) {
        let many = PAGE_SIZE as i64 + 7;
        for n in 0..many {
            let subject = format!("line {n}");
            test.exec(repo::insert(
                Some(UserId(1)),
                "account.update",
                &subject,
                NOON + n,
            ))
            .await;
        }
        test.exec(repo::insert(
            Some(UserId(2)),
            "campaign.launch",
            "Spring",
            NOON,
        ))
        .await;
        let list = |query: AuditQuery| {
            let cx = test.cx(Owner);
            async move { service::list(&cx, &query).await.unwrap() }
        };
        let first = list(AuditQuery::default()).await;
        assert_eq!(first.lines.len(), PAGE_SIZE);
        assert_eq!(first.lines[0].subject, "Spring");
        assert!(first.has_older && !first.has_newer);
        let older = list(AuditQuery {
            before: first.lines.last().map(|line| line.id),
            ..AuditQuery::default()
        })
        .await;
        assert_eq!(older.lines.len(), 8);
        assert_eq!(older.lines.last().unwrap().subject, "line 0");
        assert!(older.has_newer && !older.has_older);
        let back = list(AuditQuery {
            after: older.lines.first().map(|line| line.id),
            ..AuditQuery::default()
        })
        .await;
        assert_eq!(back.lines, first.lines);

        let of_area = list(AuditQuery {
            area: "campaign".into(),
            ..AuditQuery::default()
        })
        .await;
        assert_eq!(of_area.lines.len(), 1);
        assert_eq!(of_area.lines[0].actor, "editor");
        let of_person = list(AuditQuery {
            person: "2".into(),
            ..AuditQuery::default()
        })
        .await;
        assert_eq!(of_person.lines, of_area.lines);
        let page = test
            .get(Some(Owner), "/settings/activity?area=campaign&person=1")
            .await;
        assert!(page.body.contains("Nothing found"));
    }

    pub async fn old_lines_are_forgotten(test: TestApp) {
        for at in [NOON, NOON + 1] {
            test.exec(repo::insert(None, "settings.update", "", at))
                .await;
        }
        test.exec(repo::delete_old(NOON + 1)).await;
        assert_eq!(test.number("SELECT count(*) FROM audit_log").await, 1);
    }

    pub async fn taking_the_suppression_list_away_leaves_a_line(test: TestApp) {
        let answer = test.get(Some(Editor), "/suppressions/export.csv").await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            test.number(
                "SELECT count(*) FROM audit_log WHERE event = 'suppression.export' AND user_id = 2"
            )
            .await,
            1
        );
    }
}
