//! Hashing and checking passwords with Argon2id, off the async workers: both take long on purpose.

use super::model::PASSWORD_MAX;
use crate::error::AppError;
use crate::server::errors::internal;
use argon2::password_hash::{
    PasswordHash, PasswordHasher, PasswordVerifier, SaltString, rand_core::OsRng,
};
use argon2::{Algorithm, Argon2, Params, Version};

/// OWASP's recommendation for Argon2id: 19 MiB, two passes, one lane.
fn argon() -> Argon2<'static> {
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(19 * 1024, 2, 1, None).unwrap_or_default(),
    )
}

pub async fn hash(password: String) -> Result<String, AppError> {
    let work = move || {
        argon()
            .hash_password(password.as_bytes(), &SaltString::generate(&mut OsRng))
            .map(|hash| hash.to_string())
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| internal(&error))?
        .map_err(|error| internal(&error))
}

/// Verifies against the hash, or against a stand-in when there is no such user, so that both take as long.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, AppError> {
    const STAND_IN: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$6Zg0i5b3XJ9XUxyTRkyjJhZVCmDPGMYPQRXlxe9gb2s";
    if password.chars().count() > PASSWORD_MAX {
        return Ok(false);
    }
    let known = hash.is_some();
    let work = move || {
        let text = hash.unwrap_or_else(|| STAND_IN.to_owned());
        PasswordHash::new(&text).is_ok_and(|parsed| {
            argon()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok()
        })
    };
    let good = tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| internal(&error))?;
    Ok(good && known)
}
