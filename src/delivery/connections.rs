//! Open connections between runs of an account, so that a steady trickle of mail does not sign in for each message.

use super::smtp::Connection;
use crate::ids::AccountId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A connection that was quiet for this long is not trusted any more; most servers end it after a minute or more.
pub const IDLE_LIMIT: Duration = Duration::from_secs(30);

/// Kept per account and version of its settings: a changed host or password never meets an old connection.
#[derive(Clone, Default)]
pub struct Connections(Arc<Mutex<HashMap<Key, Vec<Connection>>>>);

/// The account and the moment its settings were last changed.
pub type Key = (AccountId, i64);

impl Connections {
    pub fn take(&self, key: Key) -> Option<Connection> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get_mut(&key)?.pop()
    }

    pub fn keep(&self, key: Key, connection: Connection) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entry(key).or_default().push(connection);
    }

    /// Says goodbye to connections that were idle too long, or to all of them.
    pub async fn close_idle(&self, all: bool) {
        let old: Vec<Connection> = {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let mut old = Vec::new();
            for connections in kept.values_mut() {
                let (closing, staying) = connections
                    .drain(..)
                    .partition(|one| all || one.idle() > IDLE_LIMIT);
                old.extend::<Vec<_>>(closing);
                *connections = staying;
            }
            kept.retain(|_, connections| !connections.is_empty());
            old
        };
        futures::future::join_all(old.into_iter().map(Connection::quit)).await;
    }
}
