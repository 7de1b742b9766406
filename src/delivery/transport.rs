//! From an account to the wire: its server's settings, or the outbox that stands in for a server in the sandbox.

use super::breaker::Breaker;
use super::smtp::ServerConfig;
use crate::error::AppError;
use crate::features::accounts::connect::server_config;
use crate::features::accounts::model::{BreakerState, Kind};
use crate::features::accounts::repo::DeliveryAccount;
use crate::server::AppState;

/// How an account delivers.
#[derive(Clone, Debug)]
pub enum Transport {
    Smtp(Box<ServerConfig>),
    /// Into the outbox page; nothing reaches the world.
    Sandbox,
}

impl Transport {
    /// # Errors
    /// The stored password cannot be opened with this key.
    pub fn of(app: &AppState, account: &DeliveryAccount) -> Result<Transport, AppError> {
        if account.kind == Kind::Sandbox {
            return Ok(Transport::Sandbox);
        }
        Ok(Transport::Smtp(Box::new(server_config(app, account)?)))
    }
}

/// The account's breaker as its columns stood when the account was read.
pub fn breaker(account: &DeliveryAccount) -> Breaker {
    let state = match account.breaker_state {
        BreakerState::Closed => "closed",
        BreakerState::Open => "open",
        BreakerState::HalfOpen => "half_open",
    };
    Breaker::from_columns(
        state,
        account.breaker_failures,
        account.breaker_until,
        &account.breaker_reason,
    )
}
