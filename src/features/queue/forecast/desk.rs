//! An account at work while delivery is played forward: how fast it sends, and what its cap leaves.

use super::super::waiting::AccountUse;
use super::PaceKind;

/// Messages a second on each connection of an account that has no rate and was not measured: an ordinary server takes that much.
pub const PER_CONNECTION: i64 = 2;
/// Messages of a rate lie a little further apart than it asks for, as delivery spaces them.
pub const LATENESS_US: i64 = 50_000;
/// An account whose messages lie further apart than this leaves mail that insists on nobody to the next one in between.
pub const PAUSE_US: i64 = 2_500_000;

pub const NO_LIMIT: i64 = i64::MAX;

/// An account at work. Times are unix microseconds, as a rate's moments are.
pub struct Desk<'a> {
    pub account: &'a AccountUse,
    /// Between two messages.
    pub step: i64,
    /// The same as its rates ask for; 0 without one.
    pub rate: i64,
    pub speed: PaceKind,
    /// When its next message may leave.
    pub next_at: i64,
    /// Left of today's cap.
    pub room: i64,
    /// The lane whose turn it is.
    pub turn: usize,
}

impl<'a> Desk<'a> {
    pub fn new(account: &'a AccountUse, now: i64) -> Self {
        let gap = |period_us: i64, rate: i64| match rate {
            ..=0 => 0,
            _ => (period_us + LATENESS_US - 1 + rate) / rate,
        };
        let rate =
            gap(1_000_000, account.rate_per_second).max(gap(60_000_000, account.rate_per_minute));
        let full = 1_000_000 / (account.connections.clamp(1, 200) * PER_CONNECTION);
        Desk {
            account,
            step: rate.max(full),
            speed: if rate > full {
                PaceKind::Rate
            } else {
                PaceKind::FullSpeed
            },
            rate,
            next_at: if rate > 0 {
                account.next_slot_at.saturating_mul(1_000).max(now)
            } else {
                now
            },
            room: left(account.daily_cap, account.used_today),
            turn: 0,
        }
    }

    /// When its breaker lets it work again.
    pub fn back_at(&self) -> i64 {
        self.account
            .breaker_until
            .unwrap_or_default()
            .saturating_mul(1_000)
    }

    /// Others take mail that insists on nobody while it pauses.
    pub fn is_slow(&self) -> bool {
        self.rate > PAUSE_US
    }

    pub fn can_send(&self, now: i64) -> bool {
        self.account.enabled && self.back_at() <= now && self.room > 0
    }
}

/// What a cap leaves; 0 is none.
pub fn left(cap: i64, used: i64) -> i64 {
    if cap > 0 {
        (cap - used).max(0)
    } else {
        NO_LIMIT
    }
}
