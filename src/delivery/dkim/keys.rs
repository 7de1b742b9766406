//! Key pairs for signing: making, opening, using. ring signs, which is several times faster than the `rsa` crate; that one only
//! makes RSA keys, which ring cannot.

use crate::features::domains::model::Algorithm;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey};

/// RFC 8301 §3.2: signers use at least 2048 bits. More do not fit into one DNS answer everywhere.
const RSA_BITS: usize = 2048;

/// Why a key cannot be made or used. Says nothing about the key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("a signing key could not be made")]
    Generate,
    #[error("a stored signing key is not what its algorithm asks for")]
    Malformed,
    #[error("a signing key refused to sign")]
    Sign,
}

/// A key pair that was just made.
pub struct NewKey {
    /// PKCS#8 in base64; to be sealed before it is stored.
    pub secret: String,
    /// What `p=` of the DNS record holds: base64 of the SubjectPublicKeyInfo for RSA (RFC 6376 §3.6.1), of the 32 bytes for
    /// Ed25519 (RFC 8463 §4).
    pub public: String,
}

/// Shows no secret.
impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

/// Makes a key pair. RSA takes up to a second of a processor: call it on a blocking thread.
///
/// # Errors
/// [`KeyError::Generate`] when the system gives no random numbers.
pub fn generate(algorithm: Algorithm) -> Result<NewKey, KeyError> {
    match algorithm {
        Algorithm::Rsa => {
            let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, RSA_BITS)
                .map_err(|_| KeyError::Generate)?;
            let secret = key.to_pkcs8_der().map_err(|_| KeyError::Generate)?;
            let public = key
                .to_public_key()
                .to_public_key_der()
                .map_err(|_| KeyError::Generate)?;
            // It must be one that can be signed with later.
            RsaKeyPair::from_pkcs8(secret.as_bytes()).map_err(|_| KeyError::Generate)?;
            Ok(NewKey {
                secret: STANDARD.encode(secret.as_bytes()),
                public: STANDARD.encode(public.as_bytes()),
            })
        }
        Algorithm::Ed25519 => {
            let secret = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
                .map_err(|_| KeyError::Generate)?;
            let key =
                Ed25519KeyPair::from_pkcs8(secret.as_ref()).map_err(|_| KeyError::Generate)?;
            Ok(NewKey {
                secret: STANDARD.encode(secret.as_ref()),
                public: STANDARD.encode(key.public_key().as_ref()),
            })
        }
    }
}

/// An opened private key. Never printed.
pub(super) enum KeyPair {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

impl KeyPair {
    pub fn open(algorithm: Algorithm, secret: &str) -> Result<KeyPair, KeyError> {
        let der = STANDARD.decode(secret).map_err(|_| KeyError::Malformed)?;
        match algorithm {
            Algorithm::Rsa => RsaKeyPair::from_pkcs8(&der).map(|key| KeyPair::Rsa(Box::new(key))),
            Algorithm::Ed25519 => {
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map(KeyPair::Ed25519)
            }
        }
        .map_err(|_| KeyError::Malformed)
    }

    pub fn algorithm(&self) -> Algorithm {
        match self {
            KeyPair::Rsa(_) => Algorithm::Rsa,
            KeyPair::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// RSASSA-PKCS1-v1_5 over the input's SHA-256, or Ed25519 over that hash as a message (RFC 8463 §3).
    pub fn sign(&self, input: &[u8]) -> Result<Vec<u8>, KeyError> {
        match self {
            KeyPair::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    input,
                    &mut signature,
                )
                .map_err(|_| KeyError::Sign)?;
                Ok(signature)
            }
            KeyPair::Ed25519(key) => {
                Ok(key.sign(digest(&SHA256, input).as_ref()).as_ref().to_vec())
            }
        }
    }
}
