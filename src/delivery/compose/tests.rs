//! Composed messages are parsed by another library and compared; hostile values are refused.

use mail_parser::{Address as ParsedAddress, Message as Parsed, MessageParser, MimeHeaders};

use super::{body::crlf, *};

mod refusals;

const DATE_MS: i64 = 1_785_412_800_000; // 2026-07-30T12:00:00Z

fn plain() -> OutgoingMessage<'static> {
    OutgoingMessage {
        from: Party::named("Ann at Example", "ann@example.com"),
        to: Party::named("Bob", "bob@example.org"),
        reply_to: None,
        cc: &[],
        bcc: &[],
        return_path: None,
        subject: "Hello",
        message_id: "m1.42@mail.example.com",
        date_ms: DATE_MS,
        text: Some(Text::Plain("Hi Bob,\nthis is text.")),
        html: Some(Text::Plain("<p>Hi Bob</p>")),
        unsubscribe: None,
        attachments: &[],
        headers: &[],
    }
}

fn compose_ok(outgoing: &OutgoingMessage<'_>) -> (Envelope, String) {
    let composed = compose(outgoing).unwrap();
    assert!(
        composed.message.is_ascii(),
        "7-bit clean, so that every server takes it"
    );
    let text = String::from_utf8(composed.message).unwrap();
    assert!(text.lines().all(|line| line.len() <= 998));
    assert!(
        !text.replace("\r\n", "").contains(['\r', '\n']),
        "CRLF line ends only"
    );
    (composed.envelope, text)
}

fn parse(text: &str) -> Parsed<'_> {
    MessageParser::default().parse(text.as_bytes()).unwrap()
}

fn parties(address: Option<&ParsedAddress<'_>>) -> Vec<(String, String)> {
    let own = |value: Option<&str>| value.unwrap_or_default().to_owned();
    address
        .map(|list| {
            list.iter()
                .map(|a| (own(a.name()), own(a.address())))
                .collect()
        })
        .unwrap_or_default()
}

fn party(name: &str, address: &str) -> (String, String) {
    (name.to_owned(), address.to_owned())
}

#[test]
fn a_plain_message_has_its_headers_and_both_parts() {
    let (envelope, text) = compose_ok(&plain());
    assert_eq!(
        envelope,
        Envelope {
            from: "ann@example.com".into(),
            to: vec!["bob@example.org".into()]
        }
    );
    let parsed = parse(&text);
    assert_eq!(
        parties(parsed.from()),
        [party("Ann at Example", "ann@example.com")]
    );
    assert_eq!(parties(parsed.to()), [party("Bob", "bob@example.org")]);
    assert_eq!(parsed.subject(), Some("Hello"));
    assert_eq!(parsed.message_id(), Some("m1.42@mail.example.com"));
    assert!(
        text.contains("Date: Thu, 30 Jul 2026 12:00:00 +0000\r\n"),
        "{text}"
    );
    assert!(text.contains("MIME-Version: 1.0\r\n"));
    assert_eq!(parsed.body_text(0).unwrap(), "Hi Bob,\r\nthis is text.");
    assert_eq!(parsed.body_html(0).unwrap(), "<p>Hi Bob</p>");
    assert!(text.contains("Content-Type: multipart/alternative;"));
}

#[test]
fn one_part_alone_needs_no_multipart() {
    for (text, html, expected) in [
        (Some(Text::Plain("t")), None, "text/plain"),
        (None, Some(Text::Plain("<p>h</p>")), "text/html"),
    ] {
        let (_, message) = compose_ok(&OutgoingMessage {
            text,
            html,
            ..plain()
        });
        assert!(message.contains(&format!("Content-Type: {expected}; charset=utf-8\r\n")));
        assert!(!message.contains("multipart"));
    }
    let empty = OutgoingMessage {
        text: None,
        html: None,
        ..plain()
    };
    assert_eq!(
        compose(&empty),
        Err(ComposeError::Missing { field: "content" })
    );
}

#[test]
fn copies_go_into_the_envelope_and_blind_ones_nowhere_else() {
    let cc = [
        Party::named("Cay", "cay@example.net"),
        Party::bare("dee@example.net"),
    ];
    let bcc = [Party::named("Eve Hidden", "eve@secret.example")];
    let outgoing = OutgoingMessage {
        cc: &cc,
        bcc: &bcc,
        reply_to: Some(Party::bare("replies@example.com")),
        return_path: Some("bounce+42@mail.example.com"),
        ..plain()
    };
    let (envelope, text) = compose_ok(&outgoing);
    assert_eq!(envelope.from, "bounce+42@mail.example.com");
    assert_eq!(
        envelope.to,
        [
            "bob@example.org",
            "cay@example.net",
            "dee@example.net",
            "eve@secret.example"
        ]
    );
    let parsed = parse(&text);
    assert_eq!(
        parties(parsed.cc()),
        [
            party("Cay", "cay@example.net"),
            party("", "dee@example.net")
        ]
    );
    assert_eq!(
        parties(parsed.reply_to()),
        [party("", "replies@example.com")]
    );
    let lower = text.to_lowercase();
    assert!(!lower.contains("bcc") && !lower.contains("secret.example") && !lower.contains("eve"));
}

#[test]
fn names_and_subjects_survive_in_any_script() {
    let long = "A very long subject line with many plain words ".repeat(6);
    let emoji = "🎉 Große Neuigkeiten für Zoë: ".repeat(8);
    let table: [(&str, &str); 9] = [
        ("O'Brien", "It's"),
        ("Doe, John", "a, b; c: <d@example.com>"),
        ("John \"Jack\" Doe", "\"quoted\" \\ backslash"),
        ("José Ñandú", "Grüße aus Köln"),
        ("山田太郎", "こんにちは、世界"),
        ("ann@example.com", "=?utf-8?q?not_encoded?="),
        ("Team (Sales)", "(comment)"),
        ("💌 Team", emoji.trim()),
        ("A <b@example.net>", long.trim()),
    ];
    for (name, subject) in table {
        let to = [Party::named(name, "cay@example.net")];
        let outgoing = OutgoingMessage {
            from: Party::named(name, "ann@example.com"),
            to: Party::named(name, "bob@example.org"),
            cc: &to,
            subject,
            ..plain()
        };
        let (_, text) = compose_ok(&outgoing);
        let headers = text.split("\r\n\r\n").next().unwrap();
        assert!(
            headers.lines().all(|line| line.len() <= 100),
            "folded: {headers}"
        );
        let parsed = parse(&text);
        assert_eq!(
            parties(parsed.from()),
            [party(name, "ann@example.com")],
            "{headers}"
        );
        assert_eq!(
            parties(parsed.to()),
            [party(name, "bob@example.org")],
            "{headers}"
        );
        assert_eq!(
            parties(parsed.cc()),
            [party(name, "cay@example.net")],
            "{headers}"
        );
        if !subject.starts_with("=?") {
            assert_eq!(parsed.subject(), Some(subject), "{headers}");
        }
    }
}

#[test]
fn bodies_survive_in_any_script_and_with_long_lines() {
    let long_line = format!("<p>{}</p>", "word ".repeat(2_000));
    let no_space = "x".repeat(5_000);
    let bodies = [
        "",
        "plain",
        ".\n..\n.dot\nFrom the start",
        "trailing spaces   \nand tabs\t\nend",
        "Grüße = schön",
        "こんにちは、世界。".repeat(50).leak(),
        &long_line,
        &no_space,
        "CRLF\r\nand LF\nand CR\rend\n",
        "=3D already",
    ];
    for body in bodies {
        let outgoing = OutgoingMessage {
            text: Some(Text::Plain(body)),
            html: Some(Text::Plain(body)),
            ..plain()
        };
        let (_, text) = compose_ok(&outgoing);
        let parsed = parse(&text);
        let expected = crlf(body);
        assert_eq!(parsed.body_text(0).unwrap(), expected, "{text}");
        assert_eq!(parsed.body_html(0).unwrap(), expected, "{text}");
    }
}

#[test]
fn text_with_long_lines_is_quoted_printable_and_foreign_script_is_base64() {
    let encodings = |html: &str| -> Vec<String> {
        let (_, text) = compose_ok(&OutgoingMessage {
            html: Some(Text::Plain(html)),
            ..plain()
        });
        let lines = text
            .lines()
            .filter_map(|l| l.strip_prefix("Content-Transfer-Encoding: "));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(encodings("<p>short</p>"), ["7bit", "7bit"]);
    assert_eq!(
        encodings(&"<td>Grüße</td>".repeat(20)),
        ["7bit", "quoted-printable"]
    );
    assert_eq!(
        encodings(&"long ".repeat(300)),
        ["7bit", "quoted-printable"]
    );
    assert_eq!(encodings(&"こんにちは".repeat(20)), ["7bit", "base64"]);
}

#[test]
fn one_click_unsubscribe_is_announced() {
    let url = format!("https://mail.example.com/u/{}", "t0ken".repeat(30));
    let unsubscribe = Some(Unsubscribe {
        url: &url,
        mailto: Some("unsub+42@example.com"),
    });
    let (_, text) = compose_ok(&OutgoingMessage {
        unsubscribe,
        ..plain()
    });
    let unfolded = text.replace("\r\n ", " ");
    let expected = format!("List-Unsubscribe: <{url}>, <mailto:unsub+42@example.com>\r\n");
    assert!(unfolded.replace("  ", " ").contains(&expected), "{text}");
    assert!(text.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));

    for url in [
        "https://x.example/a b",
        "https://x.example/>",
        "https://x.example/\r\nX: y",
        "https://é.example/",
    ] {
        let unsubscribe = Some(Unsubscribe { url, mailto: None });
        let outgoing = OutgoingMessage {
            unsubscribe,
            ..plain()
        };
        assert_eq!(
            compose(&outgoing),
            Err(ComposeError::ControlCharacter {
                field: "unsubscribe link"
            })
        );
    }
}

#[test]
fn attachments_arrive_byte_for_byte_under_their_names() {
    let every_byte: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let names = [
        "report.pdf",
        "Zeugnis für Zoë.pdf",
        "証明書.pdf",
        "a \"quoted\" name; x=1.txt",
    ];
    let attachments: Vec<Attachment> = names
        .iter()
        .map(|name| Attachment::new(*name, "application/pdf", every_byte.clone()))
        .chain([Attachment::new(
            "notes.txt",
            "text/plain",
            b"unix\nline\nends\n",
        )])
        .collect();
    assert!((13_333..14_000).contains(&attachments[0].encoded_len()));
    let (_, text) = compose_ok(&OutgoingMessage {
        attachments: &attachments,
        ..plain()
    });
    assert!(text.contains("Content-Type: multipart/mixed;"));
    let parsed = parse(&text);
    assert_eq!(parsed.body_html(0).unwrap(), "<p>Hi Bob</p>");
    assert_eq!(parsed.attachment_count(), 5);
    for (index, name) in names.iter().enumerate() {
        let part = parsed.attachment(index as u32).unwrap();
        assert_eq!(part.attachment_name(), Some(*name), "{text}");
        assert_eq!(part.contents(), every_byte);
    }
    assert_eq!(
        parsed.attachment(4).unwrap().contents(),
        b"unix\nline\nends\n"
    );

    let odd = [Attachment::new("a.bin", "no type", vec![1])];
    let outgoing = OutgoingMessage {
        attachments: &odd,
        ..plain()
    };
    assert_eq!(
        compose(&outgoing).unwrap_err().to_string(),
        "“no type” is not a content type (attachment “a.bin”)."
    );
}
