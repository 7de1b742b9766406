//! Testing a connection and sending a test mail, against servers that take, refuse, say nothing or are not there.

use super::*;
use crate::util::mail_servers::{Peer, closed_port, silent_port};
use mailer::delivery::smtp::Timeouts;
use mailer::features::accounts::test_mail::send_test;
use std::time::Duration;

on_both! {
    a_stored_password_is_not_sent_to_another_server
    a_connection_is_tested_before_anything_is_saved
    a_test_mail_goes_through_the_real_server
    a_test_mail_through_the_sandbox_lands_in_the_outbox
}

fn short() -> Timeouts {
    Timeouts {
        greeting: Duration::from_millis(200),
        command: Duration::from_millis(200),
        ..Timeouts::interactive()
    }
}

mod suite {
    use super::*;

    pub async fn a_stored_password_is_not_sent_to_another_server(test: TestApp) {
        let encrypted = AccountForm {
            tls: "starttls".into(),
            ..smtp(2525)
        };
        let id = saved(&test, &encrypted).await;
        let peer = Peer::start(true).await;
        let blank = AccountForm {
            id: id.to_string(),
            password: String::new(),
            ..encrypted
        };
        let elsewhere = AccountForm {
            host: "localhost".into(),
            port: peer.port.to_string(),
            ..blank.clone()
        };
        let in_the_clear = AccountForm {
            tls: "none".into(),
            port: peer.port.to_string(),
            ..blank
        };
        for form in [elsewhere, in_the_clear] {
            for error in [
                connect::test_connection(&test.cx(Editor), &form)
                    .await
                    .unwrap_err(),
                service::save(&test.cx(Editor), &form).await.unwrap_err(),
            ] {
                assert_eq!(fields(&error), ["password"]);
            }
        }
        assert!(peer.said().is_empty(), "{:?}", peer.said());
    }

    pub async fn a_connection_is_tested_before_anything_is_saved(test: TestApp) {
        let cx = test.cx(Editor);
        let good = Peer::start(true).await;
        let report = connect::test_connection(&cx, &smtp(good.port))
            .await
            .unwrap();
        assert!(
            report.works && report.text.contains("signed in as ann"),
            "{report:?}"
        );
        assert_eq!(report.said, "250 2.0.0 Here I am");

        let strict = Peer::start(false).await;
        let report = connect::test_connection(&cx, &smtp(strict.port))
            .await
            .unwrap();
        assert!(!report.works);
        assert_eq!(report.said, "535 5.7.8 Who are you?");
        assert!(report.text.contains("user name or password"), "{report:?}");

        let report = connect::test_connection(&cx, &smtp(closed_port().await))
            .await
            .unwrap();
        assert!(
            !report.works && report.text.contains("refused"),
            "{report:?}"
        );

        let (port, _listener) = silent_port().await;
        let report = connect::test_connection_within(&cx, &smtp(port), short())
            .await
            .unwrap();
        assert!(
            !report.works && report.text.contains("did not answer within 200 ms"),
            "{report:?}"
        );
        assert_eq!(test.number("SELECT count(*) FROM sender_accounts").await, 0);

        // The stored password stands in for a blank field.
        let id = saved(&test, &smtp(good.port)).await;
        let blank = AccountForm {
            id: id.to_string(),
            password: String::new(),
            intent: "test".into(),
            ..smtp(good.port)
        };
        let answer = submit(&test, Editor, &blank).await;
        assert!(answer.body.contains("\"works\":true"), "{}", answer.body);

        // Without JavaScript the answer and what was typed come with the page.
        let renamed = AccountForm {
            name: "Half typed".into(),
            port: strict.port.to_string(),
            ..blank
        };
        let answer = submit_plainly(&test, &renamed).await;
        let query = answer.location().split_once('?').unwrap().1;
        let page = test
            .get(Some(Editor), &format!("/accounts/{id}?{query}"))
            .await;
        assert!(
            page.body.contains("535 5.7.8 Who are you?")
                && page.body.contains("value=\"Half typed\"")
        );
        assert_eq!(stored(&test, id).await.name, "Office");
    }

    pub async fn a_test_mail_goes_through_the_real_server(test: TestApp) {
        let peer = Peer::start(true).await;
        let form = AccountForm {
            reply_to: "desk@example.com".into(),
            ..smtp(peer.port)
        };
        let id = saved(&test, &form).await;
        let cx = test.cx(Editor);
        let report = send_test(&cx, id, " bob@example.org ").await.unwrap();
        assert!(report.works, "{report:?}");
        assert_eq!(report.said, "250 2.0.0 Queued as 7");
        let said = peer.said().join("\n");
        for line in [
            "MAIL FROM:<ann@example.com>",
            "RCPT TO:<bob@example.org>",
            "Reply-To: desk@example.com",
            "Subject: Test mail from Mailer",
        ] {
            assert!(said.contains(line), "{line} is missing in:\n{said}");
        }
        let error = send_test(&cx, id, "nobody").await.unwrap_err();
        assert_eq!(fields(&error), ["address"]);
        assert_eq!(test.number("SELECT count(*) FROM outbox").await, 0);
    }

    pub async fn a_test_mail_through_the_sandbox_lands_in_the_outbox(test: TestApp) {
        let id = saved(&test, &sandbox("Play")).await;
        let report = send_test(&test.cx(Editor), id, "bob@example.org")
            .await
            .unwrap();
        let link = report.link.unwrap();
        let page = test.get(Some(Viewer), &link).await;
        assert!(
            page.body.contains("Test mail from Mailer") && page.body.contains("bob@example.org")
        );
        let document = test.get(Some(Viewer), &format!("{link}/rendered")).await;
        assert!(document.body.contains("“Play”"), "{}", document.body);
        let answer = test
            .post_form(
                Some(Editor),
                "/api/accounts/send-test",
                &[("id", &id.to_string()), ("form[address]", "c@example.org")],
            )
            .await;
        let query = answer.location().split_once('?').unwrap().1;
        let page = test
            .get(Some(Editor), &format!("/accounts/{id}?{query}"))
            .await;
        assert!(page.body.contains("is in the outbox") && page.body.contains("href=\"/outbox/2\""));
    }
}
