//! Hashing and checking passwords with Argon2id, off the async workers: both take long on purpose.

use super::model::PASSWORD_MAX;
use crate::error::AppError;
use crate::server::errors::internal;
use argon2::password_hash::{
    PasswordHash, PasswordHasher, PasswordVerifier, SaltString, rand_core::OsRng,
};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// Hashes of this process: 19 MiB and some tenths of a second each, so two at once, and not many more people who wait.
static HASHES: Bounded = Bounded::new(2, 32);

/// Work of which only so much is done at once, and only so much waits.
struct Bounded {
    running: Semaphore,
    places: Semaphore,
}

impl Bounded {
    const fn new(running: usize, waiting: usize) -> Self {
        Bounded {
            running: Semaphore::const_new(running),
            places: Semaphore::const_new(running + waiting),
        }
    }

    /// Off the async workers. The place is given back when the work is done, also where nobody waits for it any more.
    async fn run<T: Send + 'static>(
        &'static self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let place = self.places.try_acquire().map_err(|_| {
            AppError::Unavailable(
                "Too many people are signing in at this moment. Try again in a few seconds.".into(),
            )
        })?;
        let permit = self
            .running
            .acquire()
            .await
            .map_err(|error| internal(&error))?;
        let work = move || {
            let _held = (place, permit);
            work()
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| internal(&error))
    }
}

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
    HASHES.run(work).await?.map_err(|error| internal(&error))
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
    Ok(HASHES.run(work).await? && known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex, mpsc};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn two_hashes_are_made_at_once_and_a_few_wait() {
        static WORK: Bounded = Bounded::new(2, 3);
        let (go, gate) = mpsc::channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..5)
            .map(|_| {
                let (gate, running, most) = (gate.clone(), running.clone(), most.clone());
                tokio::spawn(WORK.run(move || {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    gate.lock().unwrap().recv().unwrap();
                    running.fetch_sub(1, Ordering::SeqCst);
                }))
            })
            .collect();
        while WORK.places.available_permits() > 0 || running.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
        let refused = WORK.run(|| ()).await.unwrap_err();
        assert!(
            matches!(refused, AppError::Unavailable(_)),
            "five have their places: {refused:?}"
        );
        for _ in 0..5 {
            go.send(()).unwrap();
        }
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(most.load(Ordering::SeqCst), 2);
        WORK.run(|| ()).await.unwrap();
    }
}
