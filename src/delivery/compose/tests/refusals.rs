//! What is never composed: values that would break a header, addresses and sizes that no server takes.

use super::*;

#[test]
fn a_line_break_in_any_value_is_refused_with_a_sentence() {
    for evil in [
        "x\r\nBcc: evil@example.net",
        "x\nY: z",
        "x\rY: z",
        "x\0y",
        "\u{1b}[2J",
        "x\u{85}y",
    ] {
        let evil_address = format!("{evil}@example.com");
        let cc = [Party::named(evil, "cay@example.net")];
        let bcc = [Party::bare(&evil_address)];
        let files = [Attachment::new(evil, "text/plain", vec![1])];
        let types = [Attachment::new("a.txt", evil, vec![1])];
        let headers = [("X-Note", evil)];
        let message_id = format!("{evil}@example.com");
        let cases = [
            OutgoingMessage {
                subject: evil,
                ..plain()
            },
            OutgoingMessage {
                from: Party::named(evil, "ann@example.com"),
                ..plain()
            },
            OutgoingMessage {
                from: Party::bare(&evil_address),
                ..plain()
            },
            OutgoingMessage {
                to: Party::named(evil, "bob@example.org"),
                ..plain()
            },
            OutgoingMessage {
                to: Party::bare(&evil_address),
                ..plain()
            },
            OutgoingMessage {
                reply_to: Some(Party::named(evil, "r@example.org")),
                ..plain()
            },
            OutgoingMessage { cc: &cc, ..plain() },
            OutgoingMessage {
                bcc: &bcc,
                ..plain()
            },
            OutgoingMessage {
                return_path: Some(&evil_address),
                ..plain()
            },
            OutgoingMessage {
                message_id: &message_id,
                ..plain()
            },
            OutgoingMessage {
                attachments: &files,
                ..plain()
            },
            OutgoingMessage {
                attachments: &types,
                ..plain()
            },
            OutgoingMessage {
                headers: &headers,
                ..plain()
            },
        ];
        for (index, case) in cases.iter().enumerate() {
            let error = compose(case).unwrap_err();
            assert!(
                matches!(error, ComposeError::ControlCharacter { .. }),
                "case {index} with {evil:?}: {error}"
            );
        }
    }
}

#[test]
fn further_headers_are_added_but_never_ours() {
    let headers = [
        ("Feedback-ID", "42:campaign:mailer"),
        ("X-Campaign", "Früh"),
    ];
    let (_, text) = compose_ok(&OutgoingMessage {
        headers: &headers,
        ..plain()
    });
    assert!(text.contains("Feedback-ID: 42:campaign:mailer\r\n"));
    assert!(text.contains("X-Campaign: =?utf-8?"));
    for name in [
        "Bcc",
        "to",
        "FROM",
        "Content-Type",
        "Return-Path",
        "X Y",
        "X:Y",
        "X\r\nY",
        "",
        "Ü",
        "List-Unsubscribe",
    ] {
        let headers = [(name, "v")];
        let outgoing = OutgoingMessage {
            headers: &headers,
            ..plain()
        };
        assert_eq!(
            compose(&outgoing),
            Err(ComposeError::Header {
                name: name.to_owned()
            })
        );
    }
}

#[test]
fn addresses_are_checked_and_foreign_domains_become_ascii() {
    for bad in [
        "",
        "nobody",
        "@example.com",
        "a@",
        "a b@example.com",
        "a@exa mple.com",
        "<a@example.com>",
        "a@b@c..d",
    ] {
        let outgoing = OutgoingMessage {
            to: Party::bare(bad),
            ..plain()
        };
        let expected = ComposeError::Address {
            field: "recipient",
            value: bad.to_owned(),
        };
        assert_eq!(compose(&outgoing), Err(expected));
    }
    let outgoing = OutgoingMessage {
        to: Party::bare("zoe@bücher.example"),
        ..plain()
    };
    let (envelope, text) = compose_ok(&outgoing);
    assert_eq!(envelope.to, ["zoe@xn--bcher-kva.example"]);
    assert!(text.contains("To: zoe@xn--bcher-kva.example\r\n"));
}

#[test]
fn sizes_and_dates_out_of_bounds_are_refused() {
    let word = "x".repeat(1_000);
    let long = "word ".repeat(500);
    for subject in [&word, &long] {
        let outgoing = OutgoingMessage { subject, ..plain() };
        assert_eq!(
            compose(&outgoing),
            Err(ComposeError::TooLong { field: "subject" })
        );
    }
    for date_ms in [-1, LAST_DATE_MS + 1, i64::MIN, i64::MAX] {
        assert_eq!(
            compose(&OutgoingMessage { date_ms, ..plain() }),
            Err(ComposeError::Date)
        );
    }
    assert!(
        compose(&OutgoingMessage {
            date_ms: LAST_DATE_MS,
            ..plain()
        })
        .is_ok()
    );
    assert!(
        compose(&OutgoingMessage {
            date_ms: 0,
            ..plain()
        })
        .is_ok()
    );
}

#[test]
fn message_ids_take_brackets_or_none() {
    for id in ["a.1@example.com", "<a.1@example.com>"] {
        let (_, text) = compose_ok(&OutgoingMessage {
            message_id: id,
            ..plain()
        });
        assert!(text.contains("Message-ID: <a.1@example.com>\r\n"));
    }
    for id in ["", "<>", "no-at", "a b@example.com", "a>b@example.com"] {
        assert!(
            compose(&OutgoingMessage {
                message_id: id,
                ..plain()
            })
            .is_err(),
            "{id}"
        );
    }
}

#[test]
fn one_line_makes_merged_values_fit_a_header() {
    assert_eq!(one_line("as it  is"), "as it  is");
    assert_eq!(one_line(" Ann\r\n Smith\t\u{0}x "), "Ann Smith x");
    let evil = one_line("x\r\nBcc: evil@example.net");
    let (_, text) = compose_ok(&OutgoingMessage {
        subject: &evil,
        ..plain()
    });
    assert!(text.contains("Subject: x Bcc: evil@example.net\r\n"));
}
