//! Sealing (XChaCha20-Poly1305) and signing (HMAC-SHA-256) with keys derived from `ENCRYPTION_KEY`, one key per purpose.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand::RngCore;
use sha2::{Digest, Sha256};

/// The derived keys. Never printed, never serialised.
#[derive(Clone)]
pub struct Keys {
    seal: [u8; 32],
    sign: [u8; 32],
    /// Names the key in sealed values, so that a wrong key is told apart from a damaged value.
    id: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.id)
    }
}

/// Why a sealed value does not open.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("it was sealed with another ENCRYPTION_KEY")]
    OtherKey,
    #[error("it is damaged")]
    Damaged,
}

impl Keys {
    pub fn new(master: &[u8; 32]) -> Self {
        let seal = mac(master, &[b"mailer seal v1"]);
        let sign = mac(master, &[b"mailer sign v1"]);
        let id = URL_SAFE_NO_PAD.encode(&mac(master, &[b"mailer key id v1"])[..6]);
        Keys { seal, sign, id }
    }

    /// Short public name of the key.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Seals a secret for the database: `v1.KEYID.NONCE+CIPHERTEXT`. `purpose` binds it to its place.
    pub fn seal(&self, purpose: &str, plain: &str) -> Result<String, SealError> {
        let mut nonce = [0u8; 24];
        rand::rng().fill_bytes(&mut nonce);
        let payload = chacha20poly1305::aead::Payload {
            msg: plain.as_bytes(),
            aad: purpose.as_bytes(),
        };
        let cipher = XChaCha20Poly1305::new((&self.seal).into());
        let sealed = cipher
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| SealError::Damaged)?;
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        Ok(format!("v1.{}.{}", self.id, URL_SAFE_NO_PAD.encode(bytes)))
    }

    pub fn open(&self, purpose: &str, sealed: &str) -> Result<String, SealError> {
        let mut parts = sealed.splitn(3, '.');
        let (Some("v1"), Some(id), Some(body)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(SealError::Damaged);
        };
        if id != self.id {
            return Err(SealError::OtherKey);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(body)
            .map_err(|_| SealError::Damaged)?;
        let (nonce, body) = bytes.split_at_checked(24).ok_or(SealError::Damaged)?;
        let payload = chacha20poly1305::aead::Payload {
            msg: body,
            aad: purpose.as_bytes(),
        };
        let cipher = XChaCha20Poly1305::new((&self.seal).into());
        let plain = cipher
            .decrypt(XNonce::from_slice(nonce), payload)
            .map_err(|_| SealError::Damaged)?;
        String::from_utf8(plain).map_err(|_| SealError::Damaged)
    }

    /// A keyed hash of the parts, unambiguous about where one ends and the next begins.
    pub fn sign(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut all: Vec<&[u8]> = vec![purpose.as_bytes()];
        all.extend_from_slice(parts);
        mac(&self.sign, &all)
    }
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A 32-byte key is always accepted; the fallback hash keeps this total without a panic.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key) else {
        return Sha256::digest(key).into();
    };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// 256 random bits for a link or a cookie, URL-safe.
pub fn random_token() -> String {
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is stored of a token: its SHA-256 in hex. A copy of the database opens no session.
pub fn token_hash(token: &str) -> String {
    Sha256::digest(token.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_with_its_key_and_purpose() {
        let keys = Keys::new(&[7; 32]);
        let sealed = keys.seal("account", "hunter2").unwrap();
        assert!(!sealed.contains("hunter2"));
        assert_eq!(keys.open("account", &sealed).unwrap(), "hunter2");
        assert_eq!(keys.open("other", &sealed), Err(SealError::Damaged));
        assert_eq!(
            Keys::new(&[8; 32]).open("account", &sealed),
            Err(SealError::OtherKey)
        );
        assert_eq!(keys.open("account", "nonsense"), Err(SealError::Damaged));
    }

    #[test]
    fn parts_of_a_signature_do_not_run_together() {
        let keys = Keys::new(&[7; 32]);
        assert_ne!(
            keys.sign("t", &[b"ab", b"c"]),
            keys.sign("t", &[b"a", b"bc"])
        );
        assert_ne!(keys.sign("t", &[b"ab"]), keys.sign("u", &[b"ab"]));
    }
}
