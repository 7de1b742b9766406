//! Sending domains: who makes keys, how one follows another, and that what arrives is signed so that a receiver accepts it.

use crate::util::app::{NOON, TestApp, on_both};
use crate::util::campaign::Campaign;
use crate::util::dkim::verify;
use crate::util::smtp::SmtpPeer;
use axum::http::StatusCode;
use mailer::delivery::dkim::{Signer, generate};
use mailer::error::AppError;
use mailer::features::auth::model::Role::{self, Editor, Owner, Viewer};
use mailer::features::domains::model::{Algorithm, DomainKey, KeyForm, KeyState};
use mailer::features::domains::{repo, service};
use mailer::server::db::sql;

on_both! {
    an_owner_makes_a_key_publishes_it_and_starts_signing
    a_new_key_takes_over_and_the_old_one_stays_until_it_is_deleted
    others_see_the_records_and_change_nothing
    keys_are_for_domains_that_accounts_send_from
    campaigns_arrive_signed_and_a_receiver_accepts_them
    a_test_mail_is_signed_too
}

const PAGE: &str = "/settings/domains";

/// What a receiver finds in the DNS once everything is published.
fn published(keys: &[DomainKey]) -> impl Fn(&str) -> Option<String> {
    move |name| {
        let key = keys.iter().find(|key| key.record_name() == name)?;
        Some(key.record_value())
    }
}

#[test]
fn both_kinds_of_key_sign_so_that_a_receiver_accepts_it() {
    let mut signer = Signer::new("example.com");
    let mut records = Vec::new();
    for (selector, algorithm) in [("one", Algorithm::Rsa), ("two", Algorithm::Ed25519)] {
        let key = generate(algorithm).unwrap();
        signer.add(selector, algorithm, &key.secret).unwrap();
        records.push(format!(
            "v=DKIM1; k={}; p={}",
            algorithm.key_type(),
            key.public
        ));
    }
    let record = |name: &str| match name {
        "one._domainkey.example.com" => Some(records[0].clone()),
        "two._domainkey.example.com" => Some(records[1].clone()),
        _ => None,
    };
    for body in [
        "",
        "\r\n",
        "Hello  \t world \r\n\r\n\r\n",
        "no end of line",
        "..\r\n.\r\n",
    ] {
        let message = format!(
            "From: Ann <ann@example.com>\r\nTo: bob@example.net\r\nSubject:  A\tlong\r\n  subject \r\n\
             List-Unsubscribe: <https://example.com/u/x>\r\n\r\n{body}"
        );
        let signed = signer.signed(message.as_bytes(), 1_700_000_000).unwrap();
        let signed = String::from_utf8(signed).unwrap();
        assert!(signed.ends_with(&message));
        let found = verify(&signed, record).unwrap();
        assert_eq!(found.len(), 2, "{body:?}");
        assert_eq!(
            (found[0].selector.as_str(), found[0].time),
            ("one", 1_700_000_000)
        );
        // On the way somebody else's link is put in, or a second sender.
        for added in [
            "List-Unsubscribe: <https://evil.example>\r\n",
            "From: x@evil.example\r\n",
        ] {
            let forged = signed.replace("To: bob", &format!("{added}To: bob"));
            assert!(verify(&forged, record).is_err(), "{added}");
        }
    }
}

mod suite {
    use super::*;

    /// An SMTP account on loopback that sends from this address.
    async fn account(test: &TestApp, from: &str, port: u16) {
        test.exec(
            sql("INSERT INTO sender_accounts (name, kind, host, port, tls, from_name, from_address, daily_cap, campaign_cap, \
                 max_connections, created_at, updated_at) VALUES ('Post', 'smtp', '127.0.0.1', ?1, 'none', 'Ann', ?2, 0, 0, 2, ?3, ?3)")
            .bind(port)
            .bind(from)
            .bind(NOON),
        )
        .await;
    }

    async fn create(test: &TestApp, domain: &str, algorithm: Algorithm) -> DomainKey {
        let form = KeyForm {
            domain: domain.into(),
            algorithm: algorithm.as_str().into(),
        };
        service::create_key(&test.cx(Owner), &form).await.unwrap();
        let keys = repo::list(&test.app.db).await.unwrap();
        keys.into_iter().max_by_key(|key| key.id).unwrap()
    }

    async fn states(test: &TestApp) -> Vec<(String, KeyState)> {
        let keys = repo::list(&test.app.db).await.unwrap();
        keys.into_iter()
            .map(|key| (key.selector, key.state))
            .collect()
    }

    pub async fn an_owner_makes_a_key_publishes_it_and_starts_signing(test: TestApp) {
        account(&test, "ann@Example.COM", 25).await;
        let pairs = [
            ("form[domain]", "example.com"),
            ("form[algorithm]", "rsa-sha256"),
        ];
        let answer = test
            .post_form(Some(Owner), "/api/domains/create-key", &pairs)
            .await;
        assert_eq!(answer.location(), "/settings/domains?notice=key-created");
        let keys = repo::list(&test.app.db).await.unwrap();
        let key = &keys[0];
        assert_eq!(
            (key.selector.as_str(), key.state),
            ("mailer-20260301", KeyState::New)
        );
        let page = test.get(Some(Owner), PAGE).await;
        for shown in [
            "Not signed here",
            "mailer-20260301._domainkey.example.com",
            "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOC",
            "Value in parts",
            "start signing",
        ] {
            assert!(page.body.contains(shown), "{shown}");
        }
        let app = &test.app;
        assert!(
            service::signer_for(app, "ann@example.com")
                .await
                .unwrap()
                .is_none()
        );
        let id = key.id.to_string();
        let answer = test
            .post_form(Some(Owner), "/api/domains/activate-key", &[("id", &id)])
            .await;
        assert_eq!(answer.location(), "/settings/domains?notice=key-activated");
        assert!(
            service::signer_for(app, "Ann@EXAMPLE.com")
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            service::signer_for(app, "ann@mail.example.com")
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            service::signer_for(app, "nonsense")
                .await
                .unwrap()
                .is_none()
        );
        let page = test.get(Some(Owner), PAGE).await;
        assert!(page.body.contains(">Signed<") && page.body.contains("Stop signing"));
        // The private key is sealed, and in no page.
        let secret: String = test.query(sql("SELECT secret FROM dkim_keys")).await[0]
            .at(0)
            .unwrap();
        assert!(secret.starts_with(&format!("v1.{}.", app.keys.id())));
        assert!(!page.body.contains(&secret[..40]));
        assert_eq!(
            test.number(
                "SELECT count(*) FROM audit_log WHERE event LIKE 'dkim-key.%' AND user_id = 1"
            )
            .await,
            2
        );
    }

    pub async fn a_new_key_takes_over_and_the_old_one_stays_until_it_is_deleted(test: TestApp) {
        use KeyState::{Active, Retired};
        account(&test, "ann@example.com", 25).await;
        let owner = test.cx(Owner);
        let first = create(&test, "example.com", Algorithm::Ed25519).await;
        service::activate_key(&owner, first.id).await.unwrap();
        let refused = service::delete_key(&owner, first.id).await;
        assert!(matches!(refused, Err(AppError::Conflict(_))), "{refused:?}");
        let second = create(&test, "example.com", Algorithm::Ed25519).await;
        assert_eq!(second.selector, "mailer-20260301-2");
        service::activate_key(&owner, second.id).await.unwrap();
        let expected = [("mailer-20260301-2", Active), ("mailer-20260301", Retired)];
        assert_eq!(
            states(&test).await,
            expected.map(|(name, state)| (name.to_owned(), state))
        );
        // Twice is once: somebody pressed the button in another tab.
        let again = service::activate_key(&owner, second.id).await;
        assert!(matches!(again, Err(AppError::Conflict(_))), "{again:?}");
        assert_eq!(states(&test).await[1].1, Retired);
        // The new record was wrong: back to the old one.
        service::activate_key(&owner, first.id).await.unwrap();
        assert_eq!(
            states(&test)
                .await
                .iter()
                .map(|(_, state)| *state)
                .collect::<Vec<_>>(),
            [Retired, Active]
        );
        service::delete_key(&owner, second.id).await.unwrap();
        service::retire_key(&owner, first.id).await.unwrap();
        assert!(
            service::signer_for(&test.app, "ann@example.com")
                .await
                .unwrap()
                .is_none()
        );
        service::delete_key(&owner, first.id).await.unwrap();
        assert!(states(&test).await.is_empty());
        let gone = service::activate_key(&owner, first.id).await;
        assert_eq!(gone, Err(AppError::not_found("key")));
    }

    pub async fn others_see_the_records_and_change_nothing(test: TestApp) {
        account(&test, "ann@example.com", 25).await;
        let key = create(&test, "example.com", Algorithm::Ed25519).await;
        let id = key.id.to_string();
        for role in [Editor, Viewer] {
            for verb in ["activate-key", "retire-key", "delete-key"] {
                let path = format!("/api/domains/{verb}");
                let answer = test.post_call(Some(role), &path, &[("id", &id)]).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{verb}");
            }
            let answer = test
                .post_call(
                    Some(role),
                    "/api/domains/create-key",
                    &[("form[domain]", "example.com")],
                )
                .await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            let page = test.get(Some(role), PAGE).await.body;
            assert!(page.contains("mailer-20260301._domainkey.example.com"));
            assert!(page.contains("Only an owner can change these"));
            assert!(!page.contains("start signing") && !page.contains("Create"));
        }
        assert_eq!(states(&test).await.len(), 1);
    }

    pub async fn keys_are_for_domains_that_accounts_send_from(test: TestApp) {
        account(&test, "ann@gmail.com", 25).await;
        account(&test, "ann@bücher.example", 25).await;
        let owner = test.cx(Owner);
        for (domain, words) in [
            ("example.org", "No account sends from this domain"),
            ("gmail.com", "belongs to a mailbox provider"),
        ] {
            let form = KeyForm {
                domain: domain.into(),
                ..KeyForm::default()
            };
            let refused = service::create_key(&owner, &form).await.unwrap_err();
            assert!(refused.to_string().contains(words), "{refused}");
        }
        let key = create(&test, "xn--bcher-kva.example", Algorithm::Ed25519).await;
        service::activate_key(&owner, key.id).await.unwrap();
        let signer = service::signer_for(&test.app, "ann@Bücher.example")
            .await
            .unwrap();
        assert!(signer.is_some());
        let page = test.get(Some(Role::Viewer), PAGE).await.body;
        assert!(page.contains("Signed by its provider"));
    }

    pub async fn campaigns_arrive_signed_and_a_receiver_accepts_them(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, "ann@example.com", peer.port()).await;
        let owner = test.cx(Owner);
        for algorithm in Algorithm::ALL {
            let key = create(&test, "example.com", algorithm).await;
            service::activate_key(&owner, key.id).await.unwrap();
        }
        Campaign::of(&test, 5, "ready").await;
        test.run_until_idle().await;
        let keys = repo::list(&test.app.db).await.unwrap();
        let taken = peer.taken();
        assert_eq!(taken.len(), 5);
        for (_, content) in taken {
            let found = verify(&content, published(&keys)).unwrap();
            let algorithms: Vec<&str> = found.iter().map(|one| one.algorithm.as_str()).collect();
            assert_eq!(algorithms, ["rsa-sha256", "ed25519-sha256"]);
            assert_eq!(
                (found[0].domain.as_str(), found[0].time),
                ("example.com", NOON / 1_000)
            );
            for name in [
                "from",
                "to",
                "subject",
                "date",
                "message-id",
                "list-unsubscribe",
                "list-unsubscribe-post",
            ] {
                assert!(found[0].covered.iter().any(|one| one == name), "{name}");
            }
        }
    }

    pub async fn a_test_mail_is_signed_too(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, "ann@example.com", peer.port()).await;
        let key = create(&test, "example.com", Algorithm::Ed25519).await;
        service::activate_key(&test.cx(Owner), key.id)
            .await
            .unwrap();
        let id = test
            .number("SELECT id FROM sender_accounts WHERE name = 'Post'")
            .await;
        let pairs = [
            ("id", id.to_string()),
            ("form[address]", "bob@example.net".into()),
        ];
        let pairs = [
            (pairs[0].0, pairs[0].1.as_str()),
            (pairs[1].0, pairs[1].1.as_str()),
        ];
        let answer = test
            .post_call(Some(Editor), "/api/accounts/send-test", &pairs)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let keys = repo::list(&test.app.db).await.unwrap();
        let taken = peer.taken();
        assert_eq!(verify(&taken[0].1, published(&keys)).unwrap().len(), 1);
    }
}
