//! The only source of time. Instances follow the database's clock, so that leases mean the same everywhere; tests fix it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Unix milliseconds, UTC. Cheap to clone; clones share the offset.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
enum Inner {
    /// The machine's clock plus this many milliseconds: what the database's clock was ahead when last compared.
    System(AtomicI64),
    Fixed(AtomicI64),
}

impl Clock {
    pub fn system() -> Self {
        Clock(Arc::new(Inner::System(AtomicI64::new(0))))
    }

    /// A clock that stands still until it is moved: for tests.
    pub fn fixed(now_ms: i64) -> Self {
        Clock(Arc::new(Inner::Fixed(AtomicI64::new(now_ms))))
    }

    pub fn now_ms(&self) -> i64 {
        match &*self.0 {
            Inner::System(offset) => machine_ms() + offset.load(Ordering::Relaxed),
            Inner::Fixed(now) => now.load(Ordering::Relaxed),
        }
    }

    /// Follows the database, whose clock read `database_ms` just now. A difference below a second is noise and ignored.
    pub fn follow(&self, database_ms: i64) {
        if let Inner::System(offset) = &*self.0 {
            let difference = database_ms - machine_ms();
            offset.store(
                if difference.abs() < 1_000 {
                    0
                } else {
                    difference
                },
                Ordering::Relaxed,
            );
        }
    }

    /// Moves a fixed clock; a system clock stays as it is.
    pub fn advance(&self, ms: i64) {
        if let Inner::Fixed(now) = &*self.0 {
            now.fetch_add(ms, Ordering::Relaxed);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that asks the machine for the time"
)]
fn machine_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = Clock::fixed(1_000);
        assert_eq!(clock.now_ms(), 1_000);
        clock.clone().advance(500);
        assert_eq!(clock.now_ms(), 1_500);
    }

    #[test]
    fn a_small_difference_to_the_database_is_ignored() {
        let clock = Clock::system();
        clock.follow(machine_ms() + 400);
        assert!((clock.now_ms() - machine_ms()).abs() < 100);
        clock.follow(machine_ms() + 60_000);
        assert!(clock.now_ms() - machine_ms() > 59_000);
    }
}
