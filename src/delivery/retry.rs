//! When a message that was not taken is tried again. Pure: a function of the attempt, the fault and the time.

use super::reply::FailureKind;

/// How often and how late a message is tried again; the workspace may set the number of attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryRules {
    /// Attempts in all, the first included. At least 1.
    pub max_attempts: i64,
    /// The wait after the first attempt, in milliseconds; later waits are multiples of it.
    pub first_wait_ms: i64,
}

impl RetryRules {
    /// Waits after the first, second, … attempt, in units of the first; the last one repeats. With a minute as the first, five
    /// attempts span about two and a half hours. Greylisting servers (RFC 6647) ask for one to fifteen minutes: the second and
    /// third attempt pass most of them.
    const WAITS: [i64; 6] = [1, 5, 30, 120, 240, 480];
    /// A wait is scattered by a fifth in both directions, so that messages held up together do not come back together.
    const SCATTER: f64 = 0.2;

    /// When to try again (Unix milliseconds), or `None` if the message has failed for good or may have left.
    ///
    /// `attempt` counts the attempts made, the one that just failed included (1 after the first). `jitter` is uniform in
    /// 0..1 and clamped to it. A fault of the account is retried: the message itself was never refused.
    pub fn next_attempt(
        &self,
        attempt: i64,
        kind: FailureKind,
        now_ms: i64,
        jitter: f64,
    ) -> Option<i64> {
        if attempt >= self.max_attempts || !is_retryable(kind) {
            return None;
        }
        let index = usize::try_from(attempt.saturating_sub(1))
            .unwrap_or(0)
            .min(Self::WAITS.len() - 1);
        let wait = Self::WAITS[index].saturating_mul(self.first_wait_ms);
        let jitter = if jitter.is_finite() {
            jitter.clamp(0.0, 1.0)
        } else {
            0.5
        };
        let factor = 1.0 - Self::SCATTER + 2.0 * Self::SCATTER * jitter;
        Some(now_ms.saturating_add((wait as f64 * factor).round() as i64))
    }
}

impl Default for RetryRules {
    fn default() -> Self {
        Self {
            max_attempts: 5,
            first_wait_ms: 60_000,
        }
    }
}

/// [`RetryRules::next_attempt`] with the default rules.
pub fn next_attempt(attempt: i64, kind: FailureKind, now_ms: i64, jitter: f64) -> Option<i64> {
    RetryRules::default().next_attempt(attempt, kind, now_ms, jitter)
}

/// Permanent refusals end the message; an unconfirmed one is never sent again by itself.
pub fn is_retryable(kind: FailureKind) -> bool {
    use FailureKind::*;
    match kind {
        TemporaryRecipient | AccountTemporary | AccountPermanent | Transport => true,
        PermanentRecipient | Policy | TooBig | Unconfirmed => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FailureKind::*;

    const NOW: i64 = 1_800_000_000_000;

    #[test]
    fn each_wait_is_longer_and_the_fifth_attempt_is_the_last() {
        let table = [
            (1, Some(1)),
            (2, Some(5)),
            (3, Some(30)),
            (4, Some(120)),
            (5, None),
            (6, None),
            (i64::MAX, None),
        ];
        for (attempt, minutes) in table {
            let expected = minutes.map(|minutes| NOW + minutes * 60_000);
            assert_eq!(
                next_attempt(attempt, TemporaryRecipient, NOW, 0.5),
                expected,
                "attempt {attempt}"
            );
        }
    }

    #[test]
    fn jitter_scatters_a_wait_by_a_fifth_both_ways_and_no_further() {
        let wait = |jitter| next_attempt(2, Transport, NOW, jitter).unwrap() - NOW;
        let table = [
            (0.0, 240_000),
            (0.25, 270_000),
            (0.5, 300_000),
            (1.0, 360_000),
            (-7.0, 240_000),
            (7.0, 360_000),
            (f64::NAN, 300_000),
        ];
        for (jitter, expected) in table {
            assert_eq!(wait(jitter), expected, "jitter {jitter}");
        }
    }

    #[test]
    fn what_is_refused_for_good_or_may_have_left_is_never_tried_again() {
        for kind in FailureKind::ALL {
            let expected = matches!(
                kind,
                TemporaryRecipient | AccountTemporary | AccountPermanent | Transport
            );
            assert_eq!(
                next_attempt(1, kind, NOW, 0.5).is_some(),
                expected,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn the_number_of_attempts_can_be_set_and_late_attempts_repeat_the_longest_wait() {
        assert_eq!(
            RetryRules {
                max_attempts: 1,
                ..RetryRules::default()
            }
            .next_attempt(1, Transport, NOW, 0.5),
            None
        );
        let long = RetryRules {
            max_attempts: 20,
            ..RetryRules::default()
        };
        assert_eq!(
            long.next_attempt(19, Transport, NOW, 0.5),
            Some(NOW + 480 * 60_000)
        );
        assert_eq!(long.next_attempt(20, Transport, NOW, 0.5), None);
    }

    #[test]
    fn odd_numbers_do_not_overflow() {
        assert_eq!(next_attempt(0, Transport, i64::MAX, 1.0), Some(i64::MAX));
        assert_eq!(
            next_attempt(i64::MIN, Transport, NOW, 0.5),
            Some(NOW + 60_000)
        );
    }
}
