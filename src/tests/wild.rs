//! Mail servers as they are: what each says or fails to say ends in the right state of the ledger, with the server's words.

use crate::util::app::on_both;

on_both! {
    every_reply_ends_in_the_right_state_with_the_servers_words
    a_server_that_leaves_or_hangs_loses_no_message
    a_greylisted_message_goes_when_it_is_due_again
    a_slow_domain_does_not_hold_up_the_others
    a_server_that_bears_few_connections_gets_few_and_all_the_mail
    a_server_that_tires_of_a_connection_gets_a_new_one
    no_connection_carries_more_than_a_thousand_mails
    nothing_leaves_without_the_encryption_that_was_chosen
}

mod suite {
    use crate::util::app::{NOON, TestApp};
    use crate::util::campaign::Campaign;
    use crate::util::smtp::{Act, At, SmtpPeer};
    use mailer::delivery::worker;
    use mailer::server::db::sql;
    use std::sync::Arc;

    async fn account(test: &TestApp, peer: &SmtpPeer, connections: i64) {
        test.exec(
            sql("INSERT INTO sender_accounts (name, kind, host, port, tls, from_name, from_address, daily_cap, campaign_cap, \
                 max_connections, created_at, updated_at) \
                 VALUES ('A', 'smtp', '127.0.0.1', ?1, 'none', 'Ann', 'ann@example.com', 0, 0, ?2, ?3, ?3)")
            .bind(peer.port())
            .bind(connections)
            .bind(NOON),
        )
        .await;
    }

    /// One message to this address is sent by itself; what the ledger says then: state, reply, breaker.
    async fn sent_to(test: &TestApp, address: &str) -> (String, String, String) {
        let campaign = Campaign::of(test, 1, "ready").await;
        test.exec(
            sql("UPDATE email_queue SET address = ?2, address_key = ?2 WHERE campaign_id = ?1")
                .bind(campaign.id)
                .bind(address),
        )
        .await;
        worker::deliver_due(&test.app).await.unwrap();
        let row = test
            .query(
                sql("SELECT q.state, q.reply, a.breaker_state, a.breaker_failures FROM email_queue q, sender_accounts a \
                     WHERE q.campaign_id = ?1")
                .bind(campaign.id),
            )
            .await;
        let breaker = format!(
            "{} {}",
            row[0].at::<String>(2).unwrap(),
            row[0].at::<i64>(3).unwrap()
        );
        // The next case begins with a working account and an empty queue.
        test.exec(sql("UPDATE sender_accounts SET breaker_state = 'closed', breaker_failures = 0, breaker_until = 0")).await;
        test.exec(sql(
            "UPDATE email_queue SET state = 'cancelled' WHERE state = 'ready'",
        ))
        .await;
        (row[0].at(0).unwrap(), row[0].at(1).unwrap(), breaker)
    }

    pub async fn every_reply_ends_in_the_right_state_with_the_servers_words(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, &peer, 1).await;
        // Where, what it says, the message's state, the account's breaker.
        let table = [
            (
                At::Rcpt,
                "421 4.3.2 shutting down for maintenance",
                "ready",
                "closed 1",
            ),
            (At::Content, "421 4.7.0 slow down", "ready", "closed 1"),
            (
                At::Mail,
                "421 4.7.28 too much mail from you",
                "ready",
                "closed 1",
            ),
            (
                At::Rcpt,
                "450 4.7.28 rate limit reached",
                "ready",
                "closed 1",
            ),
            (
                At::Content,
                "451 4.7.650 this sender's standing is poor",
                "ready",
                "closed 1",
            ),
            (At::Rcpt, "450 4.2.1 mailbox busy", "ready", "closed 0"),
            (
                At::Rcpt,
                "451 4.7.1 greylisted, come back later",
                "ready",
                "closed 0",
            ),
            (At::Rcpt, "452 4.2.2 mailbox full", "ready", "closed 0"),
            (At::Rcpt, "552 mailbox full", "ready", "closed 0"),
            (
                At::Rcpt,
                "552 5.2.2 mailbox over quota",
                "ready",
                "closed 0",
            ),
            (At::Rcpt, "550 5.1.1 no such user", "failed", "closed 0"),
            (
                At::Content,
                "550 5.7.26 unauthenticated sender",
                "failed",
                "closed 0",
            ),
            (
                At::Content,
                "552 5.3.4 message too big",
                "failed",
                "closed 0",
            ),
            (At::Data, "554 5.6.0 no valid content", "failed", "closed 0"),
            (
                At::Content,
                "250-2.0.0 Taken\r\n250-2.0.0 and\r\n250 2.0.0 queued",
                "sent",
                "closed 0",
            ),
        ];
        for (at, words, state, breaker) in table {
            for mumbled in [false, true] {
                peer.accept_all();
                peer.act(
                    at,
                    // Nobody is named yet at MAIL.
                    if at == At::Mail { "" } else { "wild" },
                    if mumbled {
                        Act::Mumbles(words)
                    } else {
                        Act::Says(words)
                    },
                );
                if mumbled && words.starts_with("421") {
                    continue;
                }
                let (got, reply, after) = sent_to(&test, "wild@example.com").await;
                let label = format!("{at:?} {words}: {got}, {reply}, {after}");
                assert_eq!((got.as_str(), after.as_str()), (state, breaker), "{label}");
                let text = if words.contains("\r\n") {
                    "Taken and queued"
                } else {
                    words.split_once(' ').unwrap().1
                };
                assert!(reply.contains(text), "{label}");
                let told = test.number("SELECT count(*) FROM send_logs l WHERE l.outcome <> 'sent' AND l.reply <> '' \
                    AND l.message_id = (SELECT max(id) FROM email_queue)").await;
                assert_eq!(
                    told,
                    i64::from(state != "sent"),
                    "the log keeps it: {label}"
                );
            }
        }
        let three_lines =
            "550-5.1.1 The address\r\n550-5.1.1 you wrote to\r\n550 5.1.1 does not exist";
        peer.accept_all();
        peer.act(At::Rcpt, "wild", Act::Mumbles(three_lines));
        let (state, reply, _) = sent_to(&test, "wild@example.com").await;
        assert_eq!(state, "failed");
        assert!(
            reply.contains("The address you wrote to does not exist"),
            "{reply}"
        );
        peer.accept_all();
        assert_eq!(
            sent_to(&test, "tame@example.com").await.0,
            "sent",
            "the connection is in step after all this"
        );
    }

    pub async fn a_server_that_leaves_or_hangs_loses_no_message(mut test: TestApp) {
        let config = mailer::server::config::Config {
            smtp_timeout_secs: Some(1),
            ..(*test.app.config).clone()
        };
        test.app.config = Arc::new(config);
        for act in [Act::Closes, Act::Hangs] {
            for at in [
                At::Greeting,
                At::Hello,
                At::Mail,
                At::Rcpt,
                At::Data,
                At::Middle,
                At::Content,
            ] {
                let peer = SmtpPeer::start().await;
                test.exec(sql("DELETE FROM sender_accounts")).await;
                account(&test, &peer, 1).await;
                peer.act(at, "", act);
                let (state, reply, breaker) = sent_to(&test, "wild@example.com").await;
                let label = format!("{act:?} {at:?}: {state}, {reply}, {breaker}");
                let expected = if matches!(at, At::Middle | At::Content) {
                    // The dot is out by then: such a mail leaves in one piece.
                    "unconfirmed"
                } else {
                    "ready"
                };
                assert_eq!(state, expected, "{label}");
                assert_eq!(breaker, "closed 1", "the account's fault: {label}");
                assert!(
                    reply.contains(if act == Act::Closes {
                        "closed the connection"
                    } else {
                        "did not answer within 1 s"
                    }),
                    "{label}"
                );
                assert!(peer.taken().is_empty(), "{label}");
            }
        }
    }

    pub async fn a_greylisted_message_goes_when_it_is_due_again(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, &peer, 2).await;
        peer.act(
            At::Rcpt,
            "",
            Act::Says("451 4.7.1 greylisted, try again in a minute"),
        );
        Campaign::of(&test, 3, "ready").await;
        worker::deliver_due(&test.app).await.unwrap();
        assert_eq!(
            test.number("SELECT count(*) FROM email_queue WHERE state = 'ready' AND attempt = 1")
                .await,
            3
        );
        peer.accept_all();
        worker::deliver_due(&test.app).await.unwrap();
        assert!(peer.taken().is_empty(), "not before its time");
        test.app.clock.advance(75_000);
        worker::deliver_due(&test.app).await.unwrap();
        assert_eq!(peer.taken().len(), 3);
        assert_eq!(
            test.number("SELECT count(*) FROM email_queue WHERE state = 'sent' AND attempt = 2")
                .await,
            3
        );
    }

    pub async fn a_slow_domain_does_not_hold_up_the_others(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, &peer, 4).await;
        peer.act(At::Rcpt, "slow.example", Act::Dawdles(510));
        Campaign::of(&test, 200, "ready").await;
        // Half of them go to a slow domain; a few of the others come first, so that there is something to compare with.
        test.exec(
            sql("UPDATE email_queue SET address = 'p' || id || '@slow.example', address_key = 'p' || id || '@slow.example' \
                 WHERE id BETWEEN (SELECT min(id) + 6 FROM email_queue) AND (SELECT min(id) + 105 FROM email_queue)"),
        )
        .await;
        let begin = std::time::Instant::now();
        worker::deliver_due(&test.app).await.unwrap();
        let taken = peer.taken();
        let slow = taken
            .iter()
            .filter(|(to, _)| to.contains("slow.example"))
            .count();
        assert_eq!(taken.len() - slow, 100, "all the others are through");
        assert!(
            slow < 60,
            "{slow} of the slow domain went first, in {:?}",
            begin.elapsed()
        );
        let waiting = test.number("SELECT count(*) FROM email_queue WHERE state = 'ready' AND due_at > 0 AND attempt = 0").await;
        assert_eq!(
            usize::try_from(waiting).unwrap(),
            100 - slow,
            "the rest waits, and waiting costs no attempt"
        );
        test.app.clock.advance(60_000);
        peer.accept_all();
        worker::deliver_due(&test.app).await.unwrap();
        assert_eq!(peer.taken().len(), 200);
    }

    pub async fn a_server_that_bears_few_connections_gets_few_and_all_the_mail(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, &peer, 8).await;
        peer.bear(3);
        Campaign::of(&test, 60, "ready").await;
        for _ in 0..20 {
            worker::deliver_due(&test.app).await.unwrap();
            test.app.clock.advance(2_000);
        }
        assert_eq!(peer.taken().len(), 60);
        assert!(peer.peak() <= 3);
        let breaker = test
            .query(sql("SELECT breaker_state FROM sender_accounts"))
            .await;
        assert_eq!(
            breaker[0].at::<String>(0).unwrap(),
            "closed",
            "too many connections are nobody's fault"
        );
        assert_eq!(
            test.number("SELECT max(attempt) FROM email_queue").await,
            1,
            "nor an attempt"
        );
    }

    pub async fn a_server_that_tires_of_a_connection_gets_a_new_one(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, &peer, 2).await;
        peer.tire_after(7);
        Campaign::of(&test, 60, "ready").await;
        worker::deliver_due(&test.app).await.unwrap();
        let mut taken: Vec<String> = peer.taken().into_iter().map(|(to, _)| to).collect();
        taken.sort();
        taken.dedup();
        assert_eq!((peer.taken().len(), taken.len()), (60, 60), "each once");
        assert!(peer.connections() >= 9, "{}", peer.connections());
        let clean = "SELECT count(*) FROM email_queue, sender_accounts a WHERE state = 'sent' AND attempt = 1 \
            AND a.breaker_state = 'closed' AND a.breaker_failures = 0";
        assert_eq!(test.number(clean).await, 60, "and nobody's fault");
    }

    pub async fn no_connection_carries_more_than_a_thousand_mails(test: TestApp) {
        let peer = SmtpPeer::start().await;
        account(&test, &peer, 1).await;
        Campaign::of(&test, 1_003, "ready").await;
        worker::deliver_due(&test.app).await.unwrap();
        assert_eq!((peer.taken().len(), peer.connections()), (1_003, 2));
    }

    pub async fn nothing_leaves_without_the_encryption_that_was_chosen(test: TestApp) {
        let plain = SmtpPeer::start().await;
        let (port, strangers) = stranger().await;
        for (tls, port, words) in [
            ("starttls", plain.port(), "does not offer STARTTLS"),
            ("implicit", port, "certificate"),
        ] {
            test.exec(sql("DELETE FROM sender_accounts")).await;
            account(&test, &plain, 1).await;
            test.exec(
                sql("UPDATE sender_accounts SET tls = ?1, port = ?2")
                    .bind(tls)
                    .bind(port),
            )
            .await;
            let (state, reply, breaker) = sent_to(&test, "wild@example.com").await;
            let label = format!("{tls}: {state}, {reply}, {breaker}");
            assert_eq!(state, "ready", "{label}");
            assert!(reply.contains(words), "{label}");
            assert_ne!(breaker, "closed 0", "the account's fault: {label}");
        }
        assert!(plain.taken().is_empty());
        strangers.abort();
    }

    /// A server with a certificate that nobody vouches for; its port.
    async fn stranger() -> (u16, tokio::task::JoinHandle<()>) {
        let key = rcgen::KeyPair::generate().unwrap();
        let names = vec!["127.0.0.1".to_owned()];
        let certificate = rcgen::CertificateParams::new(names)
            .unwrap()
            .self_signed(&key)
            .unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepting = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                assert!(
                    acceptor.accept(socket).await.is_err(),
                    "the client takes it for nobody's"
                );
            }
        });
        (port, accepting)
    }
}
