//! Tables of what servers say and what it means.

use proptest::prelude::*;

use super::*;

fn parse(bytes: &str) -> Result<Reply, Malformed> {
    let mut parser = ReplyParser::default();
    for line in bytes.split_inclusive('\n') {
        if let Some(reply) = parser.line(line.as_bytes())? {
            return Ok(reply);
        }
    }
    panic!("incomplete: {bytes:?}");
}

fn reply(code: u16, enhanced: Option<(u8, u16, u16)>, text: &str) -> Reply {
    let enhanced = enhanced.map(|(class, subject, detail)| EnhancedCode {
        class,
        subject,
        detail,
    });
    Reply {
        code,
        enhanced,
        text: text.to_owned(),
    }
}

#[test]
fn replies_are_read_as_servers_write_them() {
    let table = [
        ("250 OK\r\n", reply(250, None, "OK")),
        ("250\r\n", reply(250, None, "")),
        ("250 \r\n", reply(250, None, "")),
        ("250 OK\n", reply(250, None, "OK")),
        ("354 Go ahead\r\n", reply(354, None, "Go ahead")),
        (
            "550 5.1.1 <a@example.com>: no such user\r\n",
            reply(550, Some((5, 1, 1)), "<a@example.com>: no such user"),
        ),
        (
            "550-5.1.1 The email account that you tried to reach does\r\n\
             550-5.1.1 not exist. Learn more at\r\n\
             550 5.1.1 https://support.example/NoSuchUser x7-1\r\n",
            reply(
                550,
                Some((5, 1, 1)),
                "The email account that you tried to reach does not exist. Learn more at \
                 https://support.example/NoSuchUser x7-1",
            ),
        ),
        ("550-\r\n550-first\r\n550\r\n", reply(550, None, "first")),
        ("550 5.7.26 spf\r\n", reply(550, Some((5, 7, 26)), "spf")),
        ("250 2.0.0\r\n", reply(250, Some((2, 0, 0)), "")),
        // No enhanced code: class differs, too few parts, a version number.
        ("550 4.1.1 odd\r\n", reply(550, None, "4.1.1 odd")),
        ("550 5.1 odd\r\n", reply(550, None, "5.1 odd")),
        ("550 5.1.1.1 odd\r\n", reply(550, None, "5.1.1.1 odd")),
        ("550 5.1.1234 odd\r\n", reply(550, None, "5.1.1234 odd")),
        (
            "220 mail.example ESMTP 4.9.0\r\n",
            reply(220, None, "mail.example ESMTP 4.9.0"),
        ),
        // Control characters and tabs are no text.
        (
            "451 \u{1b}[31mred\u{7}\tand\u{0}so on \r\n",
            reply(451, None, "[31mred and so on"),
        ),
    ];
    for (bytes, expected) in table {
        assert_eq!(parse(bytes), Ok(expected), "{bytes:?}");
    }
}

#[test]
fn what_is_no_reply_is_refused() {
    for bytes in [
        "\r\n",
        "25\r\n",
        "OK 250\r\n",
        "250OK\r\n",
        "650 what\r\n",
        "150 what\r\n",
        "2x0 what\r\n",
        "250-a\r\n251 b\r\n",
        "250-a\r\nb\r\n",
    ] {
        assert!(parse(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn a_reply_without_end_is_refused() {
    let endless = "250-more\r\n".repeat(MAX_LINES + 1);
    assert_eq!(
        parse(&endless),
        Err(Malformed("a reply had too many lines"))
    );
}

#[test]
fn long_text_is_cut_at_whole_characters() {
    let long = format!("550 {}\r\n", "é".repeat(2 * MAX_TEXT_CHARS));
    let text = parse(&long).unwrap().text;
    assert_eq!(text, "é".repeat(MAX_TEXT_CHARS));
    let words = format!("550-{}\r\n550 {}\r\n", "a".repeat(499), "b".repeat(5));
    assert_eq!(parse(&words).unwrap().text, "a".repeat(499));
}

#[test]
fn lines_are_kept_only_when_asked_for() {
    let mut parser = ReplyParser::keeping_lines();
    assert_eq!(parser.line(b"250-mail.example\r\n"), Ok(None));
    assert!(parser.line(b"250 SIZE 100 \r\n").unwrap().is_some());
    assert_eq!(parser.take_lines(), ["mail.example", "SIZE 100"]);
}

#[test]
fn a_reply_is_shown_with_both_codes() {
    let shown = |r: Reply| r.to_string();
    assert_eq!(
        shown(reply(550, Some((5, 1, 1)), "No user")),
        "550 5.1.1 No user"
    );
    assert_eq!(shown(reply(421, None, "")), "421");
}

#[test]
fn classification_names_who_is_at_fault() {
    use FailureKind::*;
    use Stage::*;
    let table: &[(Stage, &str, FailureKind)] = &[
        // Leaving: at every stage the account's, for now.
        (Greeting, "421 4.3.2 too many connections", AccountTemporary),
        (Hello, "421 bye", AccountTemporary),
        (Auth, "421 4.7.0 try again later", AccountTemporary),
        (Mail, "421 too many messages", AccountTemporary),
        (Rcpt, "421 4.7.0 unusual rate", AccountTemporary),
        (Data, "421 bye", AccountTemporary),
        (Content, "421 4.7.28 rate limited", AccountTemporary),
        // Before mail is under way everything is the account's.
        (Greeting, "450 busy", AccountTemporary),
        (
            Greeting,
            "554 5.7.1 your address is blocked",
            AccountPermanent,
        ),
        (Greeting, "521 does not accept mail", AccountPermanent),
        (Hello, "451 4.7.1 later", AccountTemporary),
        (Hello, "550 5.7.1 bad name", AccountPermanent),
        (Tls, "454 TLS not available", AccountTemporary),
        // Sign-in.
        (
            Auth,
            "535 5.7.8 Username and Password not accepted",
            AccountPermanent,
        ),
        (Auth, "535 wrong", AccountPermanent),
        (
            Auth,
            "534 5.7.9 Application-specific password required",
            AccountPermanent,
        ),
        (Auth, "534 5.7.14 log in via your browser", AccountPermanent),
        (Auth, "530 5.7.0 must issue STARTTLS", AccountPermanent),
        (Auth, "538 encryption required", AccountPermanent),
        (Auth, "503 already authenticated", AccountPermanent),
        (Auth, "504 mechanism", AccountPermanent),
        (Auth, "454 4.7.0 too many login attempts", AccountTemporary),
        (Auth, "432 4.7.12 password transition", AccountTemporary),
        // The sender.
        (Mail, "450 4.7.1 rate limit", AccountTemporary),
        (Mail, "451 4.3.0 local error", AccountTemporary),
        (Mail, "452 4.3.1 no space", AccountTemporary),
        (Mail, "530 5.7.0 Authentication Required", AccountPermanent),
        (Mail, "550 5.7.1 sender not yours", AccountPermanent),
        (
            Mail,
            "550 5.4.5 Daily user sending limit exceeded",
            AccountTemporary,
        ),
        (Mail, "553 5.1.8 sender domain not found", AccountPermanent),
        (Mail, "553 5.6.7 non-ASCII sender", Policy),
        (Mail, "552 5.3.4 message too big", TooBig),
        (Mail, "552 size", TooBig),
        (Mail, "503 bad sequence", AccountTemporary),
        // The recipient.
        (Rcpt, "550 5.1.1 no such user", PermanentRecipient),
        (Rcpt, "550 no such user", PermanentRecipient),
        (Rcpt, "550 5.0.0 no", PermanentRecipient),
        (Rcpt, "551 user not local", PermanentRecipient),
        (Rcpt, "553 mailbox name not allowed", PermanentRecipient),
        (Rcpt, "553 5.1.3 bad address", PermanentRecipient),
        (Rcpt, "501 5.1.3 bad syntax", PermanentRecipient),
        (Rcpt, "501 bad syntax", PermanentRecipient),
        (Rcpt, "556 5.1.10 null MX", PermanentRecipient),
        (Rcpt, "550 5.2.1 mailbox disabled", PermanentRecipient),
        (Rcpt, "550 5.4.1 access denied", PermanentRecipient),
        (Rcpt, "552 5.2.2 mailbox full", TemporaryRecipient),
        (Rcpt, "552 too many recipients", TemporaryRecipient),
        (Rcpt, "452 4.2.2 over quota", TemporaryRecipient),
        (Rcpt, "452 4.5.3 too many recipients", TemporaryRecipient),
        (Rcpt, "450 4.2.0 greylisted", TemporaryRecipient),
        (Rcpt, "451 4.7.1 greylisting in action", TemporaryRecipient),
        (Rcpt, "450 mailbox busy", TemporaryRecipient),
        (Rcpt, "452 4.3.1 no storage", AccountTemporary),
        (Rcpt, "451 4.3.2 not accepting", AccountTemporary),
        (Rcpt, "452 4.4.5 sending limit", AccountTemporary),
        (Rcpt, "550 5.4.5 sending limit", AccountTemporary),
        (Rcpt, "554 5.7.1 relay access denied", Policy),
        (Rcpt, "550 5.7.1 blocked", Policy),
        (Rcpt, "550 5.3.0 rejected", Policy),
        (Rcpt, "554 no", Policy),
        (Rcpt, "530 5.7.0 sign in first", AccountPermanent),
        (Rcpt, "550 5.1.8 sender domain not found", AccountPermanent),
        (Rcpt, "550 5.2.3 too long for this mailbox", TooBig),
        // The content.
        (Data, "451 4.7.1 later", TemporaryRecipient),
        (Data, "554 no valid recipients", Policy),
        (Content, "550 5.7.1 spam", Policy),
        (Content, "552 5.7.0 attachment blocked", Policy),
        (Content, "554 5.6.0 malformed", Policy),
        (Content, "550 rejected", Policy),
        (Content, "554 5.5.0 no", Policy),
        (Content, "552 5.3.4 too big", TooBig),
        (Content, "552 too big", TooBig),
        (
            Content,
            "550 5.1.1 no such user after all",
            PermanentRecipient,
        ),
        (Content, "552 5.2.2 mailbox full", TemporaryRecipient),
        (Content, "451 4.7.1 greylisted", TemporaryRecipient),
        (Content, "452 4.3.1 no storage", AccountTemporary),
        (Content, "550 5.4.5 Daily sending limit", AccountTemporary),
    ];
    for (stage, line, expected) in table {
        let reply = parse(&format!("{line}\r\n")).unwrap();
        assert_eq!(
            classify(*stage, &reply),
            Class::Failed(*expected),
            "{stage:?}: {line}"
        );
    }
    assert_eq!(classify(Content, &reply(250, None, "")), Class::Accepted);
    assert_eq!(classify(Data, &reply(354, None, "")), Class::Continue);
}

#[test]
fn only_the_accounts_own_faults_count_for_the_breaker() {
    use FailureKind::*;
    let faults: Vec<_> = FailureKind::ALL
        .into_iter()
        .filter(|kind| is_account_fault(*kind))
        .collect();
    assert_eq!(
        faults,
        [AccountTemporary, AccountPermanent, Transport, Unconfirmed]
    );
}

#[test]
fn names_of_kinds_read_back() {
    for kind in FailureKind::ALL {
        assert_eq!(FailureKind::from_name(kind.name()), Some(kind));
    }
    assert_eq!(FailureKind::from_name("other"), None);
}

proptest! {
    #[test]
    fn any_bytes_give_a_clean_reply_or_an_error(line in proptest::collection::vec(any::<u8>(), 0..700)) {
        let mut parser = ReplyParser::keeping_lines();
        let mut bytes = b"250 ".to_vec();
        bytes.extend(line);
        if let Ok(Some(reply)) = parser.line(&bytes) {
            prop_assert!(reply.text.chars().count() <= MAX_TEXT_CHARS);
            prop_assert!(!reply.text.contains(|c: char| c.is_control()));
        }
    }

    #[test]
    fn every_refusal_at_every_stage_has_a_culprit_and_a_permanent_address_needs_a_permanent_code(
        code in 400_u16..600,
        subject in 0_u16..10,
        detail in 0_u16..12,
        with_enhanced in any::<bool>(),
    ) {
        use Stage::*;
        let class = if code < 500 { 4 } else { 5 };
        let enhanced = with_enhanced.then_some((class, subject, detail));
        for stage in [Connect, Tls, Greeting, Hello, Auth, Reset, Mail, Rcpt, Data, Content, Quit] {
            let Class::Failed(kind) = classify(stage, &reply(code, enhanced, "")) else {
                return Err(TestCaseError::fail("a refusal was taken for success"));
            };
            if code < 500 && code != 421 {
                let never = [FailureKind::PermanentRecipient, FailureKind::Policy, FailureKind::TooBig];
                prop_assert!(!never.contains(&kind), "{stage:?} {code} {enhanced:?} {kind:?}");
            }
            prop_assert!(kind != FailureKind::Unconfirmed && kind != FailureKind::Transport);
            // 5.7.x never makes an address dead.
            if with_enhanced && subject == 7 {
                prop_assert!(kind != FailureKind::PermanentRecipient);
            }
        }
    }
}
