//! Copies of every mail: in the envelope and the headers, in the ledger, and asked about before there are many.

use super::{draft, give, revision};
use crate::util::app::{NOON, TestApp, on_both};
use crate::util::smtp::SmtpPeer;
use mailer::error::AppError;
use mailer::features::auth::model::Role;
use mailer::features::campaigns::service as campaigns;
use mailer::features::drafts::model::{SenderForm, TestForm};
use mailer::features::drafts::{review, service};
use mailer::ids::DraftId;
use mailer::server::db::sql;

on_both! {
    copies_are_in_the_envelope_and_bcc_is_in_no_header
    a_refused_copy_is_noted_and_the_mail_is_sent
    copies_for_many_are_asked_about_and_suppressed_ones_refused
}

mod suite {
    use super::*;

    pub async fn copies_are_in_the_envelope_and_bcc_is_in_no_header(test: TestApp) {
        let (peer, id) = begin(&test, "ann@example.com\nboss@example.com\n").await;
        let cx = test.cx(Role::Editor);
        let form = TestForm {
            id: id.to_string(),
            address: "me@example.com".into(),
            recipient: "1".into(),
        };
        review::send_test(&cx, &form).await.unwrap();
        test.run_until_idle().await;
        assert_eq!(
            peer.envelopes(),
            [["me@example.com"]],
            "a test goes to nobody else"
        );
        let revision = revision(&test, id).await;
        let campaign = campaigns::launch(&cx, id, revision).await.unwrap();
        test.run_until_idle().await;
        let mut envelopes = peer.envelopes().split_off(1);
        envelopes.sort();
        assert_eq!(
            envelopes,
            [
                vec!["ann@example.com", "boss@example.com", "log@example.com"],
                // Who gets the mail itself needs no copy of it.
                vec!["boss@example.com", "log@example.com"]
            ]
        );
        let taken = peer.taken();
        let (_, content) = taken
            .iter()
            .find(|(to, _)| to == "ann@example.com")
            .unwrap();
        let headers = content.split("\n\n").next().unwrap();
        assert!(headers.contains("\nCc: boss@example.com\n"), "{headers}");
        assert!(headers.contains("To: ann@example.com\n"), "{headers}");
        assert!(
            !content.to_lowercase().contains("bcc") && !content.contains("log@example.com"),
            "{content}"
        );
        let sent = test
            .number("SELECT count(*) FROM email_queue WHERE kind = 'campaign' AND state = 'sent'")
            .await;
        assert_eq!(sent, 2, "one row per recipient");
        let detail = campaigns::find_campaign(&cx, campaign).await.unwrap();
        assert_eq!(detail.copies.bcc, ["log@example.com"]);
        let copy = campaigns::duplicate_campaign(&cx, campaign).await.unwrap();
        let copy = service::find(&cx, copy).await.unwrap();
        assert_eq!(
            (copy.cc.as_str(), copy.bcc.as_str()),
            ("boss@example.com", "log@example.com")
        );
    }

    pub async fn a_refused_copy_is_noted_and_the_mail_is_sent(test: TestApp) {
        let (peer, id) = begin(&test, "ann@example.com\nbob@example.com\n").await;
        peer.refuse("boss@", "550 5.1.1 no such boss");
        peer.refuse("bob@", "550 5.1.1 no such bob");
        let revision = revision(&test, id).await;
        campaigns::launch(&test.cx(Role::Editor), id, revision)
            .await
            .unwrap();
        test.run_until_idle().await;
        let rows = test
            .query(sql(
                "SELECT state, reply FROM email_queue ORDER BY address_key",
            ))
            .await;
        let read =
            |at: usize| -> (String, String) { (rows[at].at(0).unwrap(), rows[at].at(1).unwrap()) };
        let (state, reply) = read(0);
        assert_eq!(state, "sent");
        assert!(
            reply.contains("The copy to boss@example.com was refused: 550 5.1.1 no such boss"),
            "{reply}"
        );
        // A copy never goes out without the mail it is a copy of.
        assert_eq!(read(1).0, "failed");
        assert_eq!(peer.envelopes(), [["ann@example.com", "log@example.com"]]);
    }

    pub async fn copies_for_many_are_asked_about_and_suppressed_ones_refused(test: TestApp) {
        let list: String = (0..21).map(|i| format!("p{i}@example.com\n")).collect();
        let (_peer, id) = begin(&test, &list).await;
        let cx = test.cx(Role::Editor);
        let seen = revision(&test, id).await;
        let error = campaigns::launch(&cx, id, seen).await.unwrap_err();
        assert!(error.to_string().contains("each get 21 copies"), "{error}");
        let page = test
            .get(Some(Role::Editor), &format!("/drafts/{id}?step=review"))
            .await;
        assert!(page.body.contains("Yes, that is meant."));
        test.exec(sql(
            "INSERT INTO suppressions (address, address_key, reason, created_at) \
             VALUES ('Boss@example.com', 'boss@example.com', 'complained', 1)",
        ))
        .await;
        let error = campaigns::launch_agreed(&cx, id, seen, true)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("suppression list"), "{error}");
        let page = test
            .get(Some(Role::Editor), &format!("/drafts/{id}?step=review"))
            .await;
        assert!(page.body.contains("cannot get copies"));
        test.exec(sql("DELETE FROM suppressions")).await;
        campaigns::launch_agreed(&cx, id, seen, true).await.unwrap();
        // A line that names no address is kept as it was typed, and stops the launch.
        let other = draft(&test).await;
        give(&test, other, "list", "ann@example.com").await;
        sender(&test, other, "boss", "").await;
        let seen = revision(&test, other).await;
        let AppError::Invalid(invalid) = campaigns::launch(&cx, other, seen).await.unwrap_err()
        else {
            panic!("launched");
        };
        assert_eq!(invalid.fields[0].field, "cc");
    }
}

/// A real mail server, an account for it, and a draft for this list with one copy of each kind.
async fn begin(test: &TestApp, list: &str) -> (SmtpPeer, DraftId) {
    let peer = SmtpPeer::start().await;
    test.exec(
        sql("INSERT INTO sender_accounts (name, kind, host, port, tls, from_name, from_address, daily_cap, campaign_cap, \
             created_at, updated_at) VALUES ('A', 'smtp', '127.0.0.1', ?1, 'none', 'News', 'news@example.com', 0, 0, ?2, ?2)")
        .bind(peer.port())
        .bind(NOON),
    )
    .await;
    let id = draft(test).await;
    give(test, id, "list", list).await;
    sender(test, id, "boss@example.com", "log@example.com").await;
    (peer, id)
}

async fn sender(test: &TestApp, id: DraftId, cc: &str, bcc: &str) {
    let form = SenderForm {
        id: id.to_string(),
        revision: revision(test, id).await.to_string(),
        cc: cc.into(),
        bcc: bcc.into(),
        ..SenderForm::default()
    };
    service::save_sender(&test.cx(Role::Editor), &form)
        .await
        .unwrap();
}
