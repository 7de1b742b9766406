//! Verifies DKIM signatures (RFC 6376 §6) as a receiver does, for tests. Written apart from the signer, over strings and with the
//! `rsa` crate instead of ring; a test holds it against the signed mail of RFC 8463.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::DecodePublicKey;
use rsa::{Pkcs1v15Sign, RsaPublicKey};
use sha2::{Digest, Sha256};

/// A signature that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub domain: String,
    pub selector: String,
    pub algorithm: String,
    /// Names in `h=`, lower case.
    pub covered: Vec<String>,
    pub time: i64,
}

/// Verifies all signatures of a message, with `record` for the DNS: the TXT value at a name.
///
/// # Errors
/// What is wrong with the first that does not hold.
pub fn verify(
    message: &str,
    record: impl Fn(&str) -> Option<String>,
) -> Result<Vec<Signature>, String> {
    let message = message.replace("\r\n", "\n").replace('\n', "\r\n");
    let (head, body) = message.split_once("\r\n\r\n").ok_or("no body")?;
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t']) {
            fields.last_mut().ok_or("folded at the start")?.1 += line;
        } else {
            let (name, value) = line.split_once(':').ok_or("no colon")?;
            fields.push((name.trim_end().to_lowercase(), value.to_owned()));
        }
    }
    let body_hash = Sha256::digest(canonical_body(body));
    let signed: Vec<&String> = fields
        .iter()
        .filter(|(name, _)| name == "dkim-signature")
        .map(|(_, value)| value)
        .collect();
    signed
        .into_iter()
        .map(|value| verify_one(value, &fields, &body_hash, &record))
        .collect()
}

fn verify_one(
    value: &str,
    fields: &[(String, String)],
    body_hash: &[u8],
    record: &impl Fn(&str) -> Option<String>,
) -> Result<Signature, String> {
    let tag = |name: &str| find_tag(value, name).ok_or(format!("no {name}="));
    if tag("v")? != "1" || tag("c")? != "relaxed/relaxed" {
        return Err("another version or canonicalisation".into());
    }
    if find_tag(value, "l").is_some() {
        return Err("the body may grow".into());
    }
    if decode(&tag("bh")?)? != body_hash {
        return Err("the body was changed".into());
    }
    let covered: Vec<String> = tag("h")?
        .to_lowercase()
        .split(':')
        .map(str::to_owned)
        .collect();
    let mut input = String::new();
    let mut left: Vec<&(String, String)> = fields.iter().collect();
    for name in &covered {
        if let Some(at) = left.iter().rposition(|(found, _)| found == name) {
            let (name, value) = left.remove(at);
            input += &format!("{name}:{}\r\n", canonical_value(value));
        }
    }
    let parts: Vec<String> = value
        .split(';')
        .map(|part| match part.split_once('=') {
            Some((name, _)) if name.trim() == "b" => format!("{name}="),
            _ => part.to_owned(),
        })
        .collect();
    input += &format!("dkim-signature:{}", canonical_value(&parts.join(";")));
    let (domain, selector, algorithm) = (tag("d")?, tag("s")?, tag("a")?);
    let name = format!("{selector}._domainkey.{domain}");
    let published = record(&name).ok_or(format!("nothing at {name}"))?;
    let key = find_tag(&published, "p").ok_or("no p=")?;
    let (key, signature) = (decode(&key)?, decode(&tag("b")?)?);
    let hash = Sha256::digest(input);
    match algorithm.as_str() {
        "rsa-sha256" => RsaPublicKey::from_public_key_der(&key)
            .map_err(|error| error.to_string())?
            .verify(Pkcs1v15Sign::new::<rsa::sha2::Sha256>(), &hash, &signature)
            .map_err(|error| error.to_string())?,
        "ed25519-sha256" => {
            ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, key)
                .verify(&hash, &signature)
                .map_err(|_| "the signature does not hold")?;
        }
        other => return Err(format!("{other} is not known")),
    }
    Ok(Signature {
        domain,
        selector,
        algorithm,
        covered,
        time: tag("t")?.parse().map_err(|_| "t= is no number")?,
    })
}

/// A tag's value without any white space.
fn find_tag(list: &str, name: &str) -> Option<String> {
    list.split(';').find_map(|part| {
        let (found, value) = part.split_once('=')?;
        (found.trim() == name).then(|| value.split_whitespace().collect())
    })
}

fn decode(text: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(text).map_err(|error| error.to_string())
}

fn canonical_value(value: &str) -> String {
    value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

fn canonical_body(body: &str) -> String {
    let mut lines: Vec<String> = body
        .split("\r\n")
        .map(|line| {
            let mut line = line.replace('\t', " ").trim_end_matches(' ').to_owned();
            while line.contains("  ") {
                line = line.replace("  ", " ");
            }
            line
        })
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.into_iter().map(|line| line + "\r\n").collect()
}

/// RFC 8463 appendix A: one mail, signed with Ed25519 and with RSA.
#[test]
fn the_verifier_takes_the_signed_mail_of_rfc_8463_and_no_other() {
    let mail = "\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
";
    let record = |name: &str| {
        let value = match name {
            "brisbane._domainkey.football.example.com" => {
                "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
            }
            "test._domainkey.football.example.com" => {
                "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR\
                 iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC\
                 DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3\
                 Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
            }
            _ => return None,
        };
        Some(value.to_owned())
    };
    assert_eq!(verify(mail, record).unwrap().len(), 2);
    assert!(verify(&mail.replace("hungry", "angry"), record).is_err());
    assert!(verify(&mail.replace("dinner", "supper"), record).is_err());
    assert!(verify(&mail.replace("To: S", "From: x@example.com\nTo: S"), record).is_err());
}
