//! What a signature looks like. That verifiers accept it is tested in `src/tests/domains.rs`.

use super::*;

const MESSAGE: &str = "From: Ann <ann@example.com>\r\nTo: bob@example.net\r\nSubject: Hello\r\n there\r\nReceived: x\r\n\r\nHello\r\n";

fn signer(domain: &str, selectors: &[&str]) -> Signer {
    let mut signer = Signer::new(domain);
    for selector in selectors {
        let key = generate(Algorithm::Ed25519).unwrap();
        signer
            .add(*selector, Algorithm::Ed25519, &key.secret)
            .unwrap();
    }
    signer
}

#[test]
fn a_signature_names_what_it_covers_and_closes_what_must_not_be_added() {
    let field = signer("example.com", &["a"])
        .sign(MESSAGE.as_bytes(), 1_700_000_000)
        .unwrap();
    let flat = field.replace("\r\n ", "");
    assert!(flat.starts_with(
        "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com;s=a;"
    ));
    assert!(flat.contains("t=1700000000;"), "{flat}");
    let names = flat.split_once("h=").unwrap().1.split_once(';').unwrap().0;
    assert_eq!(
        names,
        "from:from:reply-to:to:to:subject:subject:date:content-type:list-unsubscribe:list-unsubscribe-post"
    );
    assert!(!flat.contains("l=") && !flat.contains("received"));
}

#[test]
fn lines_are_short_and_folded_whatever_the_domain() {
    let domain = format!("{}.example.com", "label.".repeat(30).trim_end_matches('.'));
    let field = signer(&domain, &["mailer-20260301", "mailer-20260301-2"])
        .sign(MESSAGE.as_bytes(), 1_700_000_000)
        .unwrap();
    assert_eq!(field.matches("DKIM-Signature: ").count(), 2);
    assert!(field.ends_with("\r\n") && !field.contains("\r\n\r\n"));
    for line in field.split_terminator("\r\n") {
        assert!(line.starts_with(' ') || line.starts_with("DKIM-Signature:"));
        assert!(!line.trim().is_empty());
        assert!(
            line.len() <= COLUMNS || line.trim_start().starts_with("d="),
            "{line}"
        );
    }
}

#[test]
fn the_last_of_several_fields_with_one_name_comes_first() {
    let message = "To: one\r\nTo: two\r\n\r\n";
    let (fields, _) = parse(message.as_bytes());
    let (names, canonical) = cover(&fields);
    assert_eq!(names.iter().filter(|name| **name == "to").count(), 3);
    assert_eq!(canonical, b"to:two\r\nto:one\r\n");
}

#[test]
fn no_key_is_shown_and_a_damaged_one_is_refused() {
    let key = generate(Algorithm::Ed25519).unwrap();
    let mut signer = Signer::new("example.com");
    signer.add("a", Algorithm::Ed25519, &key.secret).unwrap();
    assert!(!format!("{signer:?} {key:?}").contains(&key.secret));
    for secret in ["", "AAAA", "no base64!"] {
        assert_eq!(
            signer.add("b", Algorithm::Ed25519, secret),
            Err(KeyError::Malformed)
        );
    }
    assert_eq!(
        signer.add("b", Algorithm::Rsa, &key.secret),
        Err(KeyError::Malformed)
    );
}
