//! How long to wait before a call is repeated. It decides nothing about which calls may be.

use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_secs(2);

/// Doubling pauses with jitter until a deadline.
pub(super) struct Backoff {
    ceiling: Duration,
    deadline: Instant,
}

impl Backoff {
    pub(super) fn lasting(total: Duration) -> Self {
        Self {
            ceiling: FIRST,
            deadline: Instant::now() + total,
        }
    }

    /// The next pause, or `None` once the time is used up.
    pub(super) fn pause(&mut self) -> Option<Duration> {
        let left = self
            .deadline
            .checked_duration_since(Instant::now())
            .filter(|left| !left.is_zero())?;
        // Instances that met the same obstacle must not come back in step.
        let pause = self.ceiling.mul_f64(rand::random_range(0.5..1.0));
        self.ceiling = (self.ceiling * 2).min(LONGEST);
        Some(pause.min(left))
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, Duration, LONGEST};

    #[test]
    fn pauses_grow_and_end() {
        let mut backoff = Backoff::lasting(Duration::from_secs(3600));
        let pauses: Vec<_> = (0..12).filter_map(|_| backoff.pause()).collect();
        assert_eq!(pauses.len(), 12);
        assert!(
            pauses[0] <= Duration::from_millis(20)
                && pauses[11] >= LONGEST / 2
                && pauses[11] <= LONGEST
        );
        assert_eq!(Backoff::lasting(Duration::ZERO).pause(), None);
    }
}
