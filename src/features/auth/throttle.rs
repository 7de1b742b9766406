//! Bounds on guessing passwords, shared by all instances: an attempt is booked as a failure before the password is looked at, so
//! that guesses made at the same moment count each other, and taken back when it turns out good.

use super::repo;
use crate::error::AppError;
use crate::server::Cx;
use crate::server::db::{DbError, Stmt};
use crate::server::secrets::token_hash;

/// What attempts are counted by.
struct Bound {
    subject: String,
    /// From this failure on there is a wait, which doubles with each.
    free: i64,
    longest_ms: i64,
    /// Whether a success makes up for the failures before it.
    is_forgiving: bool,
}

/// The waits in front of somebody who has nothing to do with the failures stay short: a quarter of an hour is for whoever
/// guesses at one account from one network, and for a network that guesses at many (an office shares one).
const LONG_MS: i64 = 900_000;
const SHORT_MS: i64 = 30_000;

/// An attempt that counts as a failure until it is taken back.
pub struct Attempt {
    bounds: Vec<Bound>,
    at: i64,
}

impl Attempt {
    /// Of signing in with an address.
    ///
    /// # Errors
    /// [`AppError::TooMany`] while the address or the caller's network has to wait.
    pub async fn sign_in(cx: &Cx, email_key: &str) -> Result<Attempt, AppError> {
        let network = cx.client.network();
        let bound = |kind: &str, of: &str, free, longest_ms, is_forgiving| Bound {
            subject: format!("{kind}:{}", token_hash(of)),
            free,
            longest_ms,
            is_forgiving,
        };
        Attempt::book(
            cx,
            vec![
                bound("pair", &format!("{email_key} {network}"), 5, LONG_MS, true),
                bound("client", &network, 20, LONG_MS, false),
                bound("email", email_key, 20, SHORT_MS, true),
            ],
        )
        .await
    }

    /// Of confirming something with one's own password.
    ///
    /// # Errors
    /// As [`Attempt::sign_in`].
    pub async fn confirm(cx: &Cx, user: crate::ids::UserId) -> Result<Attempt, AppError> {
        let bound = Bound {
            subject: format!("user:{user}"),
            free: 5,
            longest_ms: LONG_MS,
            is_forgiving: true,
        };
        Attempt::book(cx, vec![bound]).await
    }

    async fn book(cx: &Cx, bounds: Vec<Bound>) -> Result<Attempt, AppError> {
        let at = cx.now();
        let booking = bounds
            .iter()
            .map(|bound| repo::insert_failure(&bound.subject, bound.free, bound.longest_ms, at));
        match cx.db.batch(booking.collect()).await {
            Ok(_) => Ok(Attempt { bounds, at }),
            Err(DbError::RowsAffected { .. }) => {
                let subjects: Vec<&str> = bounds.iter().map(|one| one.subject.as_str()).collect();
                let until = repo::find_blocked_until(&cx.db, &subjects).await?;
                Err(AppError::TooMany(((until - at + 999) / 1000).max(1)))
            }
            Err(other) => Err(other.into()),
        }
    }

    /// For the batch of what the right password allowed.
    pub fn succeeded(&self) -> Vec<Stmt> {
        let write = |bound: &Bound| {
            if bound.is_forgiving {
                repo::delete_failures(&bound.subject)
            } else {
                repo::delete_failure(&bound.subject, bound.free, self.at)
            }
        };
        self.bounds.iter().map(write).collect()
    }

    /// For an attempt whose password nobody could look at.
    pub async fn take_back(&self, cx: &Cx) {
        let write = |bound: &Bound| repo::delete_failure(&bound.subject, bound.free, self.at);
        let batch = self.bounds.iter().map(write).collect();
        if let Err(error) = cx.db.batch(batch).await {
            tracing::warn!(%error, "an attempt to sign in was not taken back");
        }
    }
}
