//! The suppression list: adding, importing, finding, removing, taking away.

use crate::util::app::{NOON, TestApp, on_both};
use crate::util::campaign::Campaign;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use mailer::error::AppError;
use mailer::features::auth::model::Role::{self, Editor, Viewer};
use mailer::features::suppressions::model::{Added, Reason, SuppressionAddForm, SuppressionQuery};
use mailer::features::suppressions::{repo, service};
use mailer::server::db::sql;

on_both! {
    adding_an_address_takes_its_waiting_mail_out
    wrong_lines_are_named_and_nothing_is_added
    the_list_is_paged_searched_and_filtered
    a_file_is_imported_and_counted
    a_foreign_domain_is_the_same_address_here_and_in_a_list
    removing_asks_for_a_reason_and_is_kept_in_the_audit
    viewers_look_and_change_nothing
    the_export_holds_everything_and_no_formulas
}

fn form(addresses: &str) -> SuppressionAddForm {
    SuppressionAddForm {
        addresses: addresses.into(),
        note: String::new(),
    }
}

async fn fill(test: &TestApp, n: i64) {
    test.exec(
        sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) \
             INSERT INTO suppressions (address, address_key, reason, note, created_at) \
             SELECT 'p' || i || '@example.com', 'p' || i || '@example.com', \
             CASE WHEN i % 10 = 0 THEN 'bounced' ELSE 'manual' END, '', ?2 + i FROM n",
        )
        .bind(n)
        .bind(NOON),
    )
    .await;
}

async fn upload(test: &TestApp, role: Role, file: &str) -> crate::util::app::Answer {
    let body = format!(
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"old list.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n--B--\r\n"
    );
    let request = Request::builder()
        .method(Method::POST)
        .uri("/suppressions/import")
        .header(header::HOST, "mailer.test")
        .header(header::ORIGIN, "http://mailer.test")
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=B")
        .header(
            header::COOKIE,
            format!("mailer_session=token-of-{}", role.as_str()),
        )
        .body(Body::from(body));
    test.request(request.unwrap()).await
}

mod suite {
    use super::*;

    pub async fn adding_an_address_takes_its_waiting_mail_out(test: TestApp) {
        Campaign::of(&test, 3, "ready").await;
        let cx = test.cx(Editor);
        let text = "PERSON1@example.com\n\n  new@example.com , \nperson1@example.com";
        let added = service::add(&cx, &form(text)).await.unwrap();
        let expected = Added {
            added: 2,
            known: 0,
            wrong: 0,
        };
        assert_eq!(added, expected);
        let again = service::add(&cx, &form(text)).await.unwrap();
        assert_eq!(
            again,
            Added {
                added: 0,
                known: 2,
                wrong: 0
            }
        );
        let reason = repo::find_reason(&test.app.db, "person1@example.com")
            .await
            .unwrap();
        assert_eq!(reason, Some(Reason::Manual));
        assert_eq!(
            repo::find_reason(&test.app.db, "person2@example.com")
                .await
                .unwrap(),
            None
        );
        assert_eq!(
            test.number("SELECT count(*) FROM email_queue WHERE state = 'suppressed'")
                .await,
            1
        );
        assert_eq!(test.number("SELECT suppressed FROM campaigns").await, 1);
        let answer = test
            .post_form(
                Some(Editor),
                "/api/suppressions/add",
                &[("form[addresses]", "x@example.com"), ("form[note]", "")],
            )
            .await;
        assert_eq!(answer.location(), "/suppressions?added=1&known=0&wrong=0");
        let page = test.get(Some(Editor), answer.location()).await;
        assert!(page.body.contains("1 address added."));
    }

    pub async fn wrong_lines_are_named_and_nothing_is_added(test: TestApp) {
        let cx = test.cx(Editor);
        let refused = service::add(&cx, &form("a@example.com\nnonsense\n\nb@\n")).await;
        let Err(AppError::Invalid(invalid)) = refused else {
            panic!("{refused:?}");
        };
        let message = &invalid.fields[0].message;
        assert!(
            message.contains("Line 2 “nonsense”") && message.contains("Line 4 “b@”"),
            "{message}"
        );
        assert_eq!(
            invalid.typed["addresses"],
            "a@example.com\nnonsense\n\nb@\n"
        );
        assert_eq!(test.number("SELECT count(*) FROM suppressions").await, 0);
        // Without JavaScript the page comes back with what was typed.
        let answer = test
            .post_form(
                Some(Editor),
                "/api/suppressions/add",
                &[("form[addresses]", "a@example.com\r\nnonsense")],
            )
            .await;
        assert!(answer.status.is_redirection());
        let back = answer.location().trim_start_matches("http://mailer.test");
        let page = test
            .get(Some(Editor), &back.replace("/here", "/suppressions"))
            .await;
        assert!(page.body.contains("Line 2 “nonsense”"), "{}", page.body);
        assert!(page.body.contains("a@example.com"));
        assert!(service::add(&cx, &form(" \n ")).await.is_err());
    }

    pub async fn the_list_is_paged_searched_and_filtered(test: TestApp) {
        let empty = test.get(Some(Viewer), "/suppressions").await;
        assert!(empty.body.contains("No address is suppressed"));
        fill(&test, 120).await;
        let cx = test.cx(Viewer);
        let list = |query: SuppressionQuery| {
            let cx = cx.clone();
            async move { service::list(&cx, &query).await.unwrap() }
        };
        let first = list(SuppressionQuery::default()).await;
        assert_eq!(first.lines.len(), 50);
        assert_eq!(first.lines[0].address, "p120@example.com");
        assert!(first.has_older && !first.has_newer);
        let before = Some(first.lines[49].id.0);
        let second = list(SuppressionQuery {
            before,
            ..Default::default()
        })
        .await;
        assert_eq!(second.lines[0].address, "p70@example.com");
        let after = Some(second.lines[0].id.0);
        let back = list(SuppressionQuery {
            after,
            ..Default::default()
        })
        .await;
        assert_eq!(back.lines, first.lines);
        assert!(!back.has_newer && back.has_older);
        let bounced = list(SuppressionQuery {
            reason: "bounced".into(),
            ..Default::default()
        })
        .await;
        assert_eq!(bounced.lines.len(), 12);
        assert_eq!(
            (bounced.count(Some(Reason::Bounced)), bounced.count(None)),
            (12, 120)
        );
        let found = list(SuppressionQuery {
            search: " P11@".into(),
            ..Default::default()
        })
        .await;
        assert_eq!(found.lines.len(), 1);
        let literal = list(SuppressionQuery {
            search: "p_1".into(),
            ..Default::default()
        })
        .await;
        assert!(literal.lines.is_empty());
        let page = test
            .get(Some(Viewer), "/suppressions?reason=bounced&q=p20")
            .await;
        assert!(page.body.contains("p20@example.com") && !page.body.contains("p21@example.com"));
    }

    pub async fn a_file_is_imported_and_counted(test: TestApp) {
        fill(&test, 1).await;
        let file =
            "Name;Email\nAnn;ann@example.com\nBob;bob@example.com\nP;p1@example.com\nX;nonsense\n";
        let answer = upload(&test, Editor, file).await;
        assert_eq!(answer.location(), "/suppressions?added=2&known=1&wrong=1");
        let note = test
            .query(sql(
                "SELECT note FROM suppressions WHERE address = 'ann@example.com'",
            ))
            .await;
        assert_eq!(
            note[0].at::<String>(0).unwrap(),
            "Imported from old list.csv"
        );
        let answer = upload(&test, Editor, "Name,City\nAnn,Rome\n").await;
        assert_eq!(answer.location(), "/suppressions?import=no-addresses");
        let page = test.get(Some(Editor), answer.location()).await;
        assert!(page.body.contains("no column of email addresses"));
    }

    pub async fn a_foreign_domain_is_the_same_address_here_and_in_a_list(test: TestApp) {
        let cx = test.cx(Editor);
        service::add(&cx, &form("Buero@Exämple.de")).await.unwrap();
        let keys = test
            .query(sql("SELECT address, address_key FROM suppressions"))
            .await;
        assert_eq!(keys[0].at::<String>(0).unwrap(), "Buero@xn--exmple-cua.de");
        assert_eq!(keys[0].at::<String>(1).unwrap(), "buero@xn--exmple-cua.de");
        let found = service::list(
            &cx,
            &SuppressionQuery {
                search: "buero@exämple.de".into(),
                ..SuppressionQuery::default()
            },
        )
        .await
        .unwrap();
        assert_eq!(found.lines.len(), 1);
        // The recipient rules refuse what most servers refuse, here too.
        let error = service::add(&cx, &form("büro@example.de"))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("“ü”"), "{error}");
    }

    pub async fn removing_asks_for_a_reason_and_is_kept_in_the_audit(test: TestApp) {
        fill(&test, 2).await;
        let without = test
            .post_call(
                Some(Editor),
                "/api/suppressions/remove",
                &[("form[id]", "1"), ("form[why]", " ")],
            )
            .await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(test.number("SELECT count(*) FROM suppressions").await, 2);
        let answer = test
            .post_form(
                Some(Editor),
                "/api/suppressions/remove",
                &[("form[id]", "1"), ("form[why]", "asked by phone")],
            )
            .await;
        assert_eq!(
            answer.location(),
            "/suppressions?notice=suppression-removed"
        );
        assert_eq!(test.number("SELECT count(*) FROM suppressions").await, 1);
        let audit = test
            .query(sql(
                "SELECT subject, user_id FROM audit_log WHERE event = 'suppression.remove'",
            ))
            .await;
        assert_eq!(
            audit[0].at::<String>(0).unwrap(),
            "p1@example.com: asked by phone"
        );
        assert_eq!(audit[0].at::<i64>(1).unwrap(), 2);
        let again = test
            .post_call(
                Some(Editor),
                "/api/suppressions/remove",
                &[("form[id]", "1"), ("form[why]", "again")],
            )
            .await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
    }

    pub async fn viewers_look_and_change_nothing(test: TestApp) {
        fill(&test, 1).await;
        let page = test.get(Some(Viewer), "/suppressions").await;
        assert!(page.body.contains("p1@example.com"));
        assert!(!page.body.contains("Add addresses") && !page.body.contains("Remove"));
        let add = [("form[addresses]", "x@example.com")];
        let remove = [("form[id]", "1"), ("form[why]", "so")];
        for (path, pairs) in [
            ("/api/suppressions/add", &add[..]),
            ("/api/suppressions/remove", &remove[..]),
        ] {
            assert_eq!(
                test.post_call(Some(Viewer), path, pairs).await.status,
                StatusCode::FORBIDDEN
            );
            assert_eq!(
                test.post_call(None, path, pairs).await.status,
                StatusCode::UNAUTHORIZED
            );
        }
        // Whatever the file is: it is not even looked at.
        for file in ["x@example.com\n", ""] {
            let refused = upload(&test, Viewer, file).await;
            assert_eq!(refused.status, StatusCode::SEE_OTHER);
            let page = test.get(Some(Viewer), refused.location()).await;
            assert!(page.body.contains("Your role lets you look, not change."));
        }
        assert_eq!(test.number("SELECT count(*) FROM suppressions").await, 1);
    }

    pub async fn the_export_holds_everything_and_no_formulas(test: TestApp) {
        fill(&test, 2_300).await;
        test.exec(sql("UPDATE suppressions SET note = '=cmd()' WHERE id = 1"))
            .await;
        let answer = test.get(Some(Viewer), "/suppressions/export.csv").await;
        assert_eq!(
            answer.headers[header::CONTENT_TYPE],
            "text/csv; charset=utf-8"
        );
        assert_eq!(answer.body.lines().count(), 2_301);
        assert!(answer.body.starts_with(
            "address,reason,note,campaign,added_at\np2300@example.com,bounced,,,2026-03-01T"
        ));
        assert!(
            answer
                .body
                .ends_with("p1@example.com,manual,'=cmd(),,2026-03-01T12:00:00Z\n")
        );
        assert!(
            !test
                .get(None, "/suppressions/export.csv")
                .await
                .body
                .contains("p1@")
        );
    }
}
