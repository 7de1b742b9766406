//! Messages: pipelined and step by step, accepted, refused in part, refused in whole.

use super::{peer::play, *};

fn refused(error: &SendError) -> (Stage, FailureKind, Option<u16>, bool) {
    (
        error.stage,
        error.kind,
        error.reply.as_ref().map(|reply| reply.code),
        error.connection_usable,
    )
}

#[tokio::test]
async fn with_pipelining_the_envelope_is_one_group_and_messages_follow_without_reset() {
    play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            for count in 1..=2 {
                let accepted = connection.send(&envelope(), MESSAGE).await.unwrap();
                assert_eq!(
                    accepted.reply.to_string(),
                    format!("250 2.0.0 queued as {count}")
                );
                assert_eq!(accepted.refused_copies, []);
                assert_eq!(connection.message_count(), count);
            }
            assert!(connection.is_alive());
            connection.quit().await;
        },
        async |mut peer| {
            peer.greet(&["PIPELINING"]).await;
            for count in 1..=2 {
                // The whole group arrives before anything is answered.
                peer.hear(GROUP).await;
                peer.say("250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n").await;
                peer.hear(ON_THE_WIRE).await;
                peer.say(&format!("250 2.0.0 queued as {count}\r\n")).await;
            }
            peer.hear("QUIT\r\n").await;
            peer.say("221 bye\r\n").await;
            peer.hear_end().await;
        },
    )
    .await;
}

#[tokio::test]
async fn without_pipelining_each_command_waits_for_its_reply() {
    play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            let envelope = to(&["bob@example.org", "cay@example.org"]);
            connection.send(&envelope, MESSAGE).await.unwrap();
        },
        async |mut peer| {
            peer.greet(&["SIZE"]).await;
            for command in [
                "MAIL FROM:<ann@example.com> SIZE=22\r\n",
                RCPT,
                "RCPT TO:<cay@example.org>\r\n",
            ] {
                peer.hear(command).await;
                peer.hear_nothing().await;
                peer.say("250 ok\r\n").await;
            }
            peer.hear("DATA\r\n").await;
            peer.hear_nothing().await;
            peer.say("354 go\r\n").await;
            peer.hear(ON_THE_WIRE).await;
            peer.say("250 ok\r\n").await;
            peer.hear_end().await;
        },
    )
    .await;
}

#[tokio::test]
async fn replies_of_three_lines_may_come_byte_by_byte() {
    for extensions in [&["PIPELINING"][..], &[]] {
        play(
            async |config| {
                let mut connection = Connection::connect(&config).await.unwrap();
                let accepted = connection.send(&envelope(), MESSAGE).await.unwrap();
                assert_eq!(accepted.reply.to_string(), "250 2.0.0 one two three");
            },
            async |mut peer| {
                peer.say_slowly("220-mail.test\r\n220-be nice\r\n220 ESMTP\r\n")
                    .await;
                peer.hear_hello(extensions).await;
                for command in [MAIL, RCPT, "DATA\r\n"] {
                    peer.hear(command).await;
                    let code = if command == "DATA\r\n" { 354 } else { 250 };
                    peer.say_slowly(&format!("{code}-a\r\n{code}-b\r\n{code} c\r\n"))
                        .await;
                }
                peer.hear(ON_THE_WIRE).await;
                peer.say_slowly("250-2.0.0 one\r\n250-2.0.0 two\r\n250 2.0.0 three\r\n")
                    .await;
                peer.hear_end().await;
            },
        )
        .await;
    }
}

/// Sends one message that is refused, then a second that is taken; returns the first's error.
async fn refused_then_taken(
    extensions: &[&str],
    recipients: &[&str],
    first: &[(&str, &str)],
    second: &[(&str, &str)],
) -> SendError {
    play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            let error = connection.send(&to(recipients), MESSAGE).await.unwrap_err();
            assert!(error.connection_usable && connection.is_open());
            assert!(!error.stale);
            connection.send(&envelope(), MESSAGE).await.unwrap();
            assert_eq!(connection.message_count(), 1);
            error
        },
        async |mut peer| {
            peer.greet(extensions).await;
            for (hear, say) in first.iter().chain(second) {
                peer.hear(hear).await;
                peer.say(say).await;
            }
            peer.hear_end().await;
        },
    )
    .await
}

const TAKEN: &[(&str, &str)] = &[
    (GROUP, "250 ok\r\n250 ok\r\n354 go\r\n"),
    (ON_THE_WIRE, "250 ok\r\n"),
];
const RESET_AND_TAKEN: &[(&str, &str)] = &[
    ("RSET\r\n", "250 ok\r\n"),
    (GROUP, "250 ok\r\n250 ok\r\n354 go\r\n"),
    (ON_THE_WIRE, "250 ok\r\n"),
];

#[tokio::test]
async fn data_accepted_for_a_refused_recipient_is_ended_by_a_lone_dot() {
    // RFC 2920 §3.1; whatever the server answers to the dot, the recipient's refusal is the result.
    for last in ["554 5.5.1 no valid recipients\r\n", "250 ok\r\n"] {
        let first = [
            (GROUP, "250 ok\r\n550 5.1.1 no such user\r\n354 go\r\n"),
            (".\r\n", last),
        ];
        let error = refused_then_taken(&["PIPELINING"], &["bob@example.org"], &first, TAKEN).await;
        let expected = (
            Stage::Rcpt,
            FailureKind::PermanentRecipient,
            Some(550),
            true,
        );
        assert_eq!(refused(&error), expected);
        assert_eq!(
            error.to_string(),
            "The mail server refused the address. It said: 550 5.1.1 no such user"
        );
    }
}

#[tokio::test]
async fn a_refused_recipient_and_refused_data_are_reset_before_the_next_message() {
    let table = [
        (
            "550 5.1.1 no\r\n",
            Stage::Rcpt,
            FailureKind::PermanentRecipient,
            550,
        ),
        (
            "450 4.2.0 greylisted\r\n",
            Stage::Rcpt,
            FailureKind::TemporaryRecipient,
            450,
        ),
        (
            "554 5.7.1 relay access denied\r\n",
            Stage::Rcpt,
            FailureKind::Policy,
            554,
        ),
        (
            "452 4.3.1 disk full\r\n",
            Stage::Rcpt,
            FailureKind::AccountTemporary,
            452,
        ),
    ];
    for (rcpt, stage, kind, code) in table {
        let replies = format!("250 ok\r\n{rcpt}554 5.5.1 no valid recipients\r\n");
        let first = [(GROUP, replies.as_str())];
        let error = refused_then_taken(
            &["PIPELINING"],
            &["bob@example.org"],
            &first,
            RESET_AND_TAKEN,
        )
        .await;
        assert_eq!(refused(&error), (stage, kind, Some(code), true));
    }
    let first = [(GROUP, "250 ok\r\n250 ok\r\n451 4.7.1 later\r\n")];
    let error = refused_then_taken(
        &["PIPELINING"],
        &["bob@example.org"],
        &first,
        RESET_AND_TAKEN,
    )
    .await;
    let expected = (
        Stage::Data,
        FailureKind::TemporaryRecipient,
        Some(451),
        true,
    );
    assert_eq!(refused(&error), expected);
}

#[tokio::test]
async fn without_pipelining_nothing_follows_a_refused_recipient_but_reset() {
    let first = [(MAIL, "250 ok\r\n"), (RCPT, "550 5.1.1 no\r\n")];
    let second = [
        ("RSET\r\n", "250 ok\r\n"),
        (MAIL, "250 ok\r\n"),
        (RCPT, "250 ok\r\n"),
        ("DATA\r\n", "354 go\r\n"),
        (ON_THE_WIRE, "250 ok\r\n"),
    ];
    let error = refused_then_taken(&[], &["bob@example.org"], &first, &second).await;
    let expected = (
        Stage::Rcpt,
        FailureKind::PermanentRecipient,
        Some(550),
        true,
    );
    assert_eq!(refused(&error), expected);
}

#[tokio::test]
async fn a_refused_sender_needs_no_reset() {
    let replies = "550 5.7.1 not yours\r\n503 5.5.1 MAIL first\r\n503 5.5.1 MAIL first\r\n";
    let first = [(GROUP, replies)];
    let error = refused_then_taken(&["PIPELINING"], &["bob@example.org"], &first, TAKEN).await;
    assert_eq!(
        refused(&error),
        (Stage::Mail, FailureKind::AccountPermanent, Some(550), true)
    );
}

#[tokio::test]
async fn refused_content_leaves_the_connection_ready_without_reset() {
    let first = [
        (GROUP, "250 ok\r\n250 ok\r\n354 go\r\n"),
        (ON_THE_WIRE, "550-5.7.1 looks like\r\n550 5.7.1 spam\r\n"),
    ];
    let error = refused_then_taken(&["PIPELINING"], &["bob@example.org"], &first, TAKEN).await;
    assert_eq!(
        refused(&error),
        (Stage::Content, FailureKind::Policy, Some(550), true)
    );
    assert_eq!(error.reply.unwrap().text, "looks like spam");
}

#[tokio::test]
async fn a_refused_addressee_stops_the_copies_too() {
    let first = [(
        "MAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.org>\r\nRCPT TO:<cay@example.org>\r\n",
        "250 ok\r\n550 5.1.1 no\r\n250 ok\r\n",
    )];
    // No DATA: the next thing is the reset.
    let both = ["bob@example.org", "cay@example.org"];
    let error = refused_then_taken(&["PIPELINING"], &both, &first, RESET_AND_TAKEN).await;
    let expected = (
        Stage::Rcpt,
        FailureKind::PermanentRecipient,
        Some(550),
        true,
    );
    assert_eq!(refused(&error), expected);
}

#[tokio::test]
async fn refused_copies_are_named_and_the_message_is_sent() {
    play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            let all = to(&["bob@example.org", "cay@example.org", "dee@example.org"]);
            let accepted = connection.send(&all, MESSAGE).await.unwrap();
            let copies: Vec<_> = accepted
                .refused_copies
                .iter()
                .map(|c| (c.address.as_str(), c.reply.code))
                .collect();
            assert_eq!(copies, [("cay@example.org", 550)]);
            assert_eq!(accepted.reply.code, 250);
        },
        async |mut peer| {
            peer.greet(&["PIPELINING"]).await;
            peer.hear(
                "MAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.org>\r\n\
                 RCPT TO:<cay@example.org>\r\nRCPT TO:<dee@example.org>\r\n",
            )
            .await;
            // DATA waits until it is known who is left.
            peer.hear_nothing().await;
            peer.say("250 ok\r\n250 ok\r\n550 5.1.1 no\r\n250 ok\r\n")
                .await;
            peer.hear("DATA\r\n").await;
            peer.say("354 go\r\n").await;
            peer.hear(ON_THE_WIRE).await;
            peer.say("250 ok\r\n").await;
            peer.hear_end().await;
        },
    )
    .await;
}

#[tokio::test]
async fn dots_bare_line_feeds_and_a_missing_last_line_end_are_put_right() {
    play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            let message = b"Subject: x\n\n.\n..\n.dot\nmid.dle\rbare\n.\r\nMAIL FROM:<evil@x>";
            connection.send(&envelope(), message).await.unwrap();
        },
        async |mut peer| {
            peer.greet(&["PIPELINING"]).await;
            peer.accept_envelope().await;
            peer.hear(
                "Subject: x\r\n\r\n..\r\n...\r\n..dot\r\nmid.dle\r\nbare\r\n..\r\n\
                 MAIL FROM:<evil@x>\r\n.\r\n",
            )
            .await;
            peer.say("250 ok\r\n").await;
            peer.hear_end().await;
        },
    )
    .await;
}

#[tokio::test]
async fn size_eight_bit_and_utf8_are_declared_where_offered() {
    play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            let message = "Subject: x\r\n\r\nGrüße\r\n".as_bytes();
            connection
                .send(&to(&["zoë@example.org"]), message)
                .await
                .unwrap();
            let null = Envelope {
                from: String::new(),
                ..envelope()
            };
            connection.send(&null, MESSAGE).await.unwrap();
        },
        async |mut peer| {
            peer.greet(&["PIPELINING", "SIZE 1000", "8BITMIME", "SMTPUTF8"])
                .await;
            let size = "Subject: x\r\n\r\nGrüße\r\n".len();
            peer.hear(&format!(
                "MAIL FROM:<ann@example.com> SIZE={size} BODY=8BITMIME SMTPUTF8\r\n\
                 RCPT TO:<zoë@example.org>\r\nDATA\r\n"
            ))
            .await;
            peer.say("250 ok\r\n250 ok\r\n354 go\r\n").await;
            peer.hear("Subject: x\r\n\r\nGrüße\r\n.\r\n").await;
            peer.say("250 ok\r\n").await;
            peer.hear("MAIL FROM:<> SIZE=22\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n")
                .await;
            peer.say("250 ok\r\n250 ok\r\n354 go\r\n").await;
            peer.hear(ON_THE_WIRE).await;
            peer.say("250 ok\r\n").await;
            peer.hear_end().await;
        },
    )
    .await;
}

#[tokio::test]
async fn what_the_server_cannot_take_never_reaches_it() {
    play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            let big = vec![b'x'; 101];
            let evil_from = Envelope {
                from: "a@b>\r\nRCPT TO:<x@y".to_owned(),
                ..envelope()
            };
            let cases: [(Envelope, &[u8], FailureKind); 9] = [
                (envelope(), "é".as_bytes(), FailureKind::Policy),
                (to(&["zoë@example.org"]), MESSAGE, FailureKind::Policy),
                (envelope(), &big, FailureKind::TooBig),
                (to(&[]), MESSAGE, FailureKind::Policy),
                (to(&[""]), MESSAGE, FailureKind::Policy),
                (
                    to(&["bob@example.org", "x\r\nDATA"]),
                    MESSAGE,
                    FailureKind::Policy,
                ),
                (to(&["a b@example.org"]), MESSAGE, FailureKind::Policy),
                (to(&["<bob@example.org>"]), MESSAGE, FailureKind::Policy),
                (evil_from, MESSAGE, FailureKind::Policy),
            ];
            for (envelope, message, kind) in cases {
                let error = connection.send(&envelope, message).await.unwrap_err();
                assert_eq!(
                    refused(&error),
                    (Stage::Mail, kind, None, true),
                    "{envelope:?}"
                );
                assert!(connection.is_open());
            }
        },
        async |mut peer| {
            peer.greet(&["PIPELINING", "SIZE 100"]).await;
            peer.hear_end().await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_large_message_arrives_whole() {
    let line = format!("{}\r\n", "0123456789".repeat(7));
    let message = line.repeat(50_000);
    let wire = format!("{message}.\r\n");
    play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            connection
                .send(&envelope(), message.as_bytes())
                .await
                .unwrap();
        },
        async |mut peer| {
            peer.greet(&["PIPELINING"]).await;
            peer.accept_envelope().await;
            peer.hear(&wire).await;
            peer.say("250 ok\r\n").await;
            peer.hear_end().await;
        },
    )
    .await;
}

#[tokio::test]
async fn noop_asks_and_reset_is_sent_only_when_needed() {
    play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            connection.reset().await.unwrap();
            assert_eq!(connection.noop().await.unwrap().code, 250);
            connection.send(&envelope(), MESSAGE).await.unwrap_err();
            connection.reset().await.unwrap();
            connection.reset().await.unwrap();
            connection.send(&envelope(), MESSAGE).await.unwrap();
        },
        async |mut peer| {
            peer.greet(&["PIPELINING"]).await;
            peer.hear("NOOP\r\n").await;
            peer.say("250 ok\r\n").await;
            peer.hear(GROUP).await;
            peer.say("250 ok\r\n550 no\r\n554 no\r\n").await;
            peer.hear("RSET\r\n").await;
            peer.say("250 ok\r\n").await;
            peer.accept_message().await;
            peer.hear_end().await;
        },
    )
    .await;
}
