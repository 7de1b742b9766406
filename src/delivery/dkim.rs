//! DKIM signatures over composed messages (RFC 6376, 8301, 8463): relaxed/relaxed, whole bodies, one signature per key.
//! Pure: no I/O, no clock. Private keys never leave this module once they are in.

mod canonical;
mod keys;

pub use keys::{KeyError, NewKey, generate};

use crate::features::domains::model::Algorithm;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use canonical::{Field, parse, relax_body, relax_field};
use keys::KeyPair;
use ring::digest::{Context, SHA256};

/// The fields a signature covers where a message has them (RFC 6376 §5.4.1), and whether it also says that there is no further
/// one (§8.15): a second From, or somebody else's List-Unsubscribe, put in on the way then breaks the signature.
const COVERED: [(&str, bool); 14] = [
    ("from", true),
    ("sender", false),
    ("reply-to", true),
    ("to", true),
    ("cc", false),
    ("subject", true),
    ("date", true),
    ("message-id", false),
    ("mime-version", false),
    ("content-type", true),
    ("content-transfer-encoding", false),
    ("list-unsubscribe", true),
    ("list-unsubscribe-post", true),
    ("feedback-id", false),
];

/// Columns of a folded line (RFC 5322 §2.1.1 recommends 78 with its end).
const COLUMNS: usize = 76;

/// Signs for one domain with all of its active keys.
pub struct Signer {
    domain: String,
    keys: Vec<(String, KeyPair)>,
}

/// Names the domain and the selectors; shows no key.
impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let selectors: Vec<&str> = self.keys.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Signer")
            .field("domain", &self.domain)
            .field("selectors", &selectors)
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// `domain` in lower case and ASCII; signs nothing until it has a key.
    pub fn new(domain: impl Into<String>) -> Signer {
        Signer {
            domain: domain.into(),
            keys: Vec::new(),
        }
    }

    /// Adds a key whose public half is published as `SELECTOR._domainkey.DOMAIN`. `secret` as in [`NewKey::secret`].
    ///
    /// # Errors
    /// [`KeyError`] when it is no key of this algorithm.
    pub fn add(
        &mut self,
        selector: impl Into<String>,
        algorithm: Algorithm,
        secret: &str,
    ) -> Result<(), KeyError> {
        let pair = KeyPair::open(algorithm, secret)?;
        self.keys.push((selector.into(), pair));
        Ok(())
    }

    /// The complete `DKIM-Signature` fields for this message, each folded and ended by CRLF: to be put in front of it.
    ///
    /// # Errors
    /// [`KeyError`] when a key refuses to sign, which a key that was opened does not.
    pub fn sign(&self, message: &[u8], now_secs: i64) -> Result<String, KeyError> {
        let (fields, body) = parse(message);
        let body_hash = STANDARD.encode(hash_body(body));
        let (names, covered) = cover(&fields);
        let mut out = String::new();
        for (selector, pair) in &self.keys {
            let mut field = self.template(selector, pair.algorithm(), now_secs, &names, &body_hash);
            let signature = pair.sign(&signing_input(&covered, &field))?;
            field.push_text(&STANDARD.encode(signature));
            out.push_str("DKIM-Signature:");
            out.push_str(&field.text);
            out.push_str("\r\n");
        }
        Ok(out)
    }

    /// The message with its signatures in front.
    ///
    /// # Errors
    /// As [`Signer::sign`].
    pub fn signed(&self, message: &[u8], now_secs: i64) -> Result<Vec<u8>, KeyError> {
        let mut out = self.sign(message, now_secs)?.into_bytes();
        out.extend_from_slice(message);
        Ok(out)
    }

    /// The field's value up to and with `b=`.
    fn template(
        &self,
        selector: &str,
        algorithm: Algorithm,
        now_secs: i64,
        names: &[&str],
        body_hash: &str,
    ) -> Folded {
        let mut field = Folded::behind("DKIM-Signature:");
        field.push_tag("v=1;");
        field.push_tag(&format!("a={};", algorithm.as_str()));
        field.push_tag("c=relaxed/relaxed;");
        field.push_tag(&format!("d={};", self.domain));
        field.push_tag(&format!("s={selector};"));
        field.push_tag(&format!("t={now_secs};"));
        for (i, name) in names.iter().enumerate() {
            let end = if i + 1 == names.len() { ';' } else { ':' };
            if i == 0 {
                field.push_tag(&format!("h={name}{end}"));
            } else {
                field.push_part(&format!("{name}{end}"));
            }
        }
        field.push_tag(&format!("bh={body_hash};"));
        field.push_tag("b=");
        field
    }
}

/// A field's value that is folded where white space may stand.
struct Folded {
    text: String,
    column: usize,
}

impl Folded {
    fn behind(name: &str) -> Folded {
        Folded {
            text: String::new(),
            column: name.len(),
        }
    }

    /// A tag: behind a space or on a line of its own.
    fn push_tag(&mut self, tag: &str) {
        if self.column + 1 + tag.len() > COLUMNS {
            self.fold();
        } else {
            self.text.push(' ');
            self.column += 1;
        }
        self.text.push_str(tag);
        self.column += tag.len();
    }

    /// The next part of a tag's list, folded before if it does not fit.
    fn push_part(&mut self, part: &str) {
        if self.column + part.len() > COLUMNS {
            self.fold();
        }
        self.text.push_str(part);
        self.column += part.len();
    }

    /// ASCII text that may be folded anywhere.
    fn push_text(&mut self, mut text: &str) {
        while !text.is_empty() {
            if self.column >= COLUMNS {
                self.fold();
            }
            let (line, rest) = text.split_at(text.len().min(COLUMNS - self.column));
            self.text.push_str(line);
            self.column += line.len();
            text = rest;
        }
    }

    fn fold(&mut self) {
        self.text.push_str("\r\n ");
        self.column = 1;
    }
}

/// The names for `h=`, and the canonical fields that they stand for: of several with one name the last comes first (§5.4.2).
fn cover(fields: &[Field<'_>]) -> (Vec<&'static str>, Vec<u8>) {
    let mut names = Vec::with_capacity(COVERED.len() * 2);
    let mut canonical = Vec::with_capacity(1024);
    for (name, is_closed) in COVERED {
        for field in fields.iter().rev().filter(|field| field.is_named(name)) {
            names.push(name);
            relax_field(field.name, field.value, &mut canonical);
        }
        if is_closed {
            names.push(name);
        }
    }
    (names, canonical)
}

/// What is hashed and signed (§3.7): the covered fields, then the signature's own with an empty `b=` and no CRLF.
fn signing_input(covered: &[u8], field: &Folded) -> Vec<u8> {
    let mut input = covered.to_vec();
    relax_field(b"dkim-signature", field.text.as_bytes(), &mut input);
    input.truncate(input.len() - 2);
    input
}

fn hash_body(body: &[u8]) -> ring::digest::Digest {
    let mut hash = Context::new(&SHA256);
    relax_body(body, |piece| hash.update(piece));
    hash.finish()
}

#[cfg(test)]
mod tests;
