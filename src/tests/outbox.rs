//! The outbox: finding mails, looking at them safely, deleting them.

use crate::util::app::{NOON, TestApp, on_both};
use axum::http::{StatusCode, header};
use mailer::features::auth::model::Role::{Editor, Viewer};
use mailer::features::outbox::model::{OutboxQuery, Shown, Tab};
use mailer::features::outbox::{repo, service};
use mailer::ids::{AccountId, MessageId, OutboxId};
use mailer::server::db::sql;

on_both! {
    mails_are_listed_newest_first_in_pages
    a_search_finds_addresses_and_subjects_literally
    a_mail_is_shown_from_every_side
    a_strangers_html_is_shut_in
    a_message_is_delivered_once
    mails_are_deleted_by_editors_only
}

const MAIL: &str = "From: ann@example.com\r\nTo: bob@example.org\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=M\r\n\r\n\
    --M\r\nContent-Type: multipart/alternative; boundary=A\r\n\r\n\
    --A\r\nContent-Type: text/plain\r\n\r\nPlain words\r\n\
    --A\r\nContent-Type: text/html\r\n\r\n<p>Rich words</p><script>alert(1)</script>\r\n--A--\r\n\
    --M\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=\"evil.html\"\r\n\r\n<script>alert(2)</script>\r\n--M--\r\n";

async fn account(test: &TestApp) -> AccountId {
    mailer::features::accounts::service::create_sandbox(&test.app)
        .await
        .unwrap();
    mailer::features::accounts::repo::list_for_delivery(&test.app.db)
        .await
        .unwrap()[0]
        .id
}

async fn deliver(
    test: &TestApp,
    account: AccountId,
    message: Option<i64>,
    to: &str,
    subject: &str,
) -> u64 {
    let delivery = repo::Delivery {
        account,
        message: message.map(MessageId),
        mail_from: "ann@example.com",
        rcpt_to: to,
        subject,
        raw: MAIL.as_bytes(),
        at: NOON,
    };
    test.exec(repo::insert(&delivery)).await
}

fn subjects(page: &mailer::features::outbox::model::OutboxPage) -> Vec<&str> {
    page.lines
        .iter()
        .map(|line| line.subject.as_str())
        .collect()
}

mod suite {
    use super::*;

    pub async fn mails_are_listed_newest_first_in_pages(test: TestApp) {
        let empty = test.get(Some(Viewer), "/outbox").await;
        assert!(empty.body.contains("The outbox is empty"));
        let account = account(&test).await;
        for i in 1..=120 {
            deliver(
                &test,
                account,
                None,
                "bob@example.org",
                &format!("Mail {i}"),
            )
            .await;
        }
        let cx = test.cx(Viewer);
        let first = service::list(&cx, &OutboxQuery::default()).await.unwrap();
        assert_eq!(
            (
                first.total,
                first.lines.len(),
                first.has_newer,
                first.has_older
            ),
            (120, 50, false, true)
        );
        assert_eq!(
            (subjects(&first)[0], subjects(&first)[49]),
            ("Mail 120", "Mail 71")
        );
        let older = |id: OutboxId| OutboxQuery {
            before: Some(id.0),
            ..OutboxQuery::default()
        };
        let second = service::list(&cx, &older(first.lines[49].id))
            .await
            .unwrap();
        assert_eq!(
            (subjects(&second)[0], second.has_newer, second.has_older),
            ("Mail 70", true, true)
        );
        let third = service::list(&cx, &older(second.lines[49].id))
            .await
            .unwrap();
        assert_eq!(
            (third.lines.len(), subjects(&third)[0], third.has_older),
            (20, "Mail 20", false)
        );
        let back = OutboxQuery {
            after: Some(third.lines[0].id.0),
            ..OutboxQuery::default()
        };
        let back = service::list(&cx, &back).await.unwrap();
        assert_eq!(subjects(&back), subjects(&second));
        assert!(back.has_newer && back.has_older);
        let top = OutboxQuery {
            after: Some(second.lines[0].id.0),
            ..OutboxQuery::default()
        };
        let top = service::list(&cx, &top).await.unwrap();
        assert_eq!((subjects(&top), top.has_newer), (subjects(&first), false));
        let page = test
            .get(
                Some(Viewer),
                &format!("/outbox?before={}", first.lines[49].id),
            )
            .await;
        assert!(page.body.contains(">Mail 70<") && !page.body.contains(">Mail 71<"));
    }

    pub async fn a_search_finds_addresses_and_subjects_literally(test: TestApp) {
        let account = account(&test).await;
        deliver(&test, account, None, "bob@example.org", "50% off").await;
        deliver(&test, account, None, "carol@example.org", "500 off").await;
        let find = async |search: &str| {
            let query = OutboxQuery {
                search: search.into(),
                ..OutboxQuery::default()
            };
            service::list(&test.cx(Viewer), &query).await.unwrap()
        };
        assert_eq!(subjects(&find("50%").await), ["50% off"]);
        assert_eq!(subjects(&find("CAROL@").await), ["500 off"]);
        assert_eq!(find("off").await.total, 2);
        assert_eq!(find("nothing").await.total, 0);
        let page = test.get(Some(Viewer), "/outbox?q=nothing").await;
        assert!(page.body.contains("Nothing found") && page.body.contains("value=\"nothing\""));
    }

    pub async fn a_mail_is_shown_from_every_side(test: TestApp) {
        let account = account(&test).await;
        deliver(&test, account, None, "bob@example.org", "Hello").await;
        let page = async |tab: &str| {
            test.get(Some(Viewer), &format!("/outbox/1?tab={tab}"))
                .await
                .body
        };
        assert!(
            page("rendered")
                .await
                .contains("src=\"/outbox/1/rendered\"")
        );
        assert!(page("text").await.contains("Plain words"));
        assert!(page("source").await.contains("boundary=M"));
        assert!(page("headers").await.contains("MIME-Version"));
        assert!(page("attachments").await.contains("evil.html"));
        let mail = service::find(&test.cx(Viewer), OutboxId(1), Tab::Attachments)
            .await
            .unwrap();
        assert_eq!(mail.attachment_count, 1);
        assert!(matches!(mail.shown, Shown::Attachments(files) if files[0].name == "evil.html"));
        let source = test.get(Some(Viewer), "/outbox/1/message.eml").await;
        assert_eq!(source.body, MAIL);
        assert_eq!(
            test.get(Some(Viewer), "/outbox/9/rendered").await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            test.get(None, "/outbox/1/rendered").await.status,
            StatusCode::SEE_OTHER
        );
    }

    pub async fn a_strangers_html_is_shut_in(test: TestApp) {
        let account = account(&test).await;
        deliver(
            &test,
            account,
            None,
            "bob@example.org",
            "</title><script>alert(0)</script>",
        )
        .await;
        let document = test.get(Some(Viewer), "/outbox/1/rendered").await;
        assert!(document.body.contains("Rich words"));
        let policy = document.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.starts_with("sandbox ") && policy.contains("default-src 'none'"));
        for forbidden in [
            "allow-scripts",
            "allow-same-origin",
            "allow-forms",
            "allow-top",
            "http:",
        ] {
            assert!(!policy.contains(forbidden), "{policy}");
        }
        let file = test.get(Some(Viewer), "/outbox/1/attachments/0").await;
        assert!(file.body.contains("alert(2)"));
        assert_eq!(
            file.headers[header::CONTENT_TYPE],
            "application/octet-stream"
        );
        let disposition = file.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert!(disposition.starts_with("attachment; filename=\"evil.html\""));
        assert_eq!(
            test.get(Some(Viewer), "/outbox/1/attachments/1")
                .await
                .status,
            StatusCode::NOT_FOUND
        );
        for path in ["/outbox", "/outbox/1", "/outbox/1?tab=source"] {
            let page = test.get(Some(Viewer), path).await;
            assert!(!page.body.contains("<script>alert"), "{path}");
        }
    }

    pub async fn a_message_is_delivered_once(test: TestApp) {
        let account = account(&test).await;
        assert_eq!(
            deliver(&test, account, Some(7), "bob@example.org", "Hello").await,
            1
        );
        assert_eq!(
            deliver(&test, account, Some(7), "bob@example.org", "Hello").await,
            0
        );
        assert_eq!(
            deliver(&test, account, None, "bob@example.org", "Hello").await,
            1
        );
        assert_eq!(
            deliver(&test, account, None, "bob@example.org", "Hello").await,
            1
        );
        assert_eq!(test.number("SELECT count(*) FROM outbox").await, 3);
    }

    pub async fn mails_are_deleted_by_editors_only(test: TestApp) {
        let account = account(&test).await;
        test.exec(
            sql(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) \
                 INSERT INTO outbox (account_id, mail_from, rcpt_to, subject, raw, delivered_at) \
                 SELECT ?1, 'a@example.com', 'b@example.com', 's', x'00', 0 FROM n",
            )
            .bind(account),
        )
        .await;
        for (path, pairs) in [
            ("/api/outbox/delete-mail", vec![("id", "5")]),
            ("/api/outbox/clear-mails", vec![]),
        ] {
            let answer = test.post_call(Some(Viewer), path, &pairs).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
        }
        assert!(
            !test
                .get(Some(Viewer), "/outbox")
                .await
                .body
                .contains("Clear outbox")
        );
        let answer = test
            .post_form(Some(Editor), "/api/outbox/delete-mail", &[("id", "5")])
            .await;
        assert_eq!(answer.location(), "/outbox?notice=outbox-deleted");
        assert_eq!(test.number("SELECT count(*) FROM outbox").await, 1199);
        let again = test
            .post_call(Some(Editor), "/api/outbox/delete-mail", &[("id", "5")])
            .await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
        let answer = test
            .post_form(Some(Editor), "/api/outbox/clear-mails", &[])
            .await;
        assert_eq!(answer.location(), "/outbox?notice=outbox-cleared");
        assert_eq!(test.number("SELECT count(*) FROM outbox").await, 0);
    }
}
