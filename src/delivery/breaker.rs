//! The circuit breaker of a sender account: when to stop using it and when to try it again.
//! Pure: functions of (state, event, now). Who stores the state and fences it between instances is not its business.

use super::reply::FailureKind;

/// How quickly the breaker opens and how long it stays open; the workspace may set both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerRules {
    /// Faults of the account in a row that open it. At least 1.
    pub threshold: i64,
    /// How long it stays open, in milliseconds.
    pub open_ms: i64,
    /// How long a probe may take before another instance may try one, in milliseconds.
    pub probe_ms: i64,
}

impl Default for BreakerRules {
    fn default() -> Self {
        Self {
            threshold: 5,
            open_ms: 300_000,
            probe_ms: 120_000,
        }
    }
}

/// Closed: mail flows. Open: no mail until then. Half-open: one message is out as a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breaker {
    /// `failures`: faults of the account since the last success.
    Closed { failures: i64 },
    /// `until_ms`: Unix milliseconds. `reason`: the fault that opened it, in words for the user.
    Open {
        until_ms: i64,
        failures: i64,
        reason: String,
    },
    /// `until_ms`: when the probe counts as lost (its instance died) and another may start.
    HalfOpen {
        until_ms: i64,
        failures: i64,
        reason: String,
    },
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

/// What happened to the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A message was accepted.
    Accepted,
    /// A message was not accepted. `reason`: the server's words or ours, shown to the user if the breaker opens.
    Failed { kind: FailureKind, reason: String },
    /// An instance took the one probe ([`Admission::Probe`]).
    ProbeStarted,
    /// The user pressed *Reset*, or changed the account's credentials.
    Reset,
}

/// Whether a message may use the account now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    Yes,
    /// One message may, after [`Event::ProbeStarted`] was stored by a conditional update.
    Probe,
    /// Not before this time (Unix milliseconds).
    Wait {
        until_ms: i64,
    },
}

/// The state as four columns. `until_ms` is 0 and `reason` empty where they have no meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// `closed`, `open` or `half_open`.
    pub state: &'static str,
    pub failures: i64,
    pub until_ms: i64,
    pub reason: String,
}

impl Breaker {
    pub fn admit(&self, now_ms: i64) -> Admission {
        match *self {
            Self::Closed { .. } => Admission::Yes,
            Self::Open { until_ms, .. } | Self::HalfOpen { until_ms, .. } if now_ms >= until_ms => {
                Admission::Probe
            }
            Self::Open { until_ms, .. } | Self::HalfOpen { until_ms, .. } => {
                Admission::Wait { until_ms }
            }
        }
    }

    /// The state after `event`. A refusal that is not the account's fault shows that the account works: it counts like a
    /// success. Results of messages that were under way when the breaker opened neither close it nor prolong it.
    #[must_use]
    pub fn after(self, event: Event, rules: &BreakerRules, now_ms: i64) -> Self {
        let (kind, reason) = match event {
            Event::Reset => return Self::default(),
            Event::ProbeStarted => return self.probing(rules, now_ms),
            Event::Accepted => return self.working(),
            Event::Failed { kind, .. } if !kind.is_account_fault() => return self.working(),
            Event::Failed { kind, reason } => (kind, reason),
        };
        let open = |failures| Self::Open {
            until_ms: now_ms.saturating_add(rules.open_ms),
            failures,
            reason,
        };
        match self {
            Self::Closed { failures } => {
                let failures = failures.saturating_add(1);
                if failures >= rules.threshold || kind == FailureKind::AccountPermanent {
                    open(failures)
                } else {
                    Self::Closed { failures }
                }
            }
            Self::HalfOpen { failures, .. } => open(failures.saturating_add(1)),
            Self::Open { .. } => self,
        }
    }

    fn working(self) -> Self {
        match self {
            Self::Closed { .. } | Self::HalfOpen { .. } => Self::default(),
            Self::Open { .. } => self,
        }
    }

    fn probing(self, rules: &BreakerRules, now_ms: i64) -> Self {
        match self {
            Self::Closed { .. } => self,
            Self::Open {
                failures, reason, ..
            }
            | Self::HalfOpen {
                failures, reason, ..
            } => Self::HalfOpen {
                until_ms: now_ms.saturating_add(rules.probe_ms),
                failures,
                reason,
            },
        }
    }

    pub fn to_columns(&self) -> Columns {
        let (state, until_ms, failures, reason) = match self {
            Self::Closed { failures } => ("closed", 0, *failures, ""),
            Self::Open {
                until_ms,
                failures,
                reason,
            } => ("open", *until_ms, *failures, reason.as_str()),
            Self::HalfOpen {
                until_ms,
                failures,
                reason,
            } => ("half_open", *until_ms, *failures, reason.as_str()),
        };
        Columns {
            state,
            failures,
            until_ms,
            reason: reason.to_owned(),
        }
    }

    /// Reads the columns back. A state this version does not know counts as closed: mail flows and faults open it again.
    pub fn from_columns(state: &str, failures: i64, until_ms: i64, reason: &str) -> Self {
        let reason = reason.to_owned();
        match state {
            "open" => Self::Open {
                until_ms,
                failures,
                reason,
            },
            "half_open" => Self::HalfOpen {
                until_ms,
                failures,
                reason,
            },
            _ => Self::Closed { failures },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FailureKind::*;

    const NOW: i64 = 1_000_000;
    const RULES: BreakerRules = BreakerRules {
        threshold: 5,
        open_ms: 300_000,
        probe_ms: 120_000,
    };

    fn failed(kind: FailureKind) -> Event {
        Event::Failed {
            kind,
            reason: format!("{kind:?}"),
        }
    }
    fn closed(failures: i64) -> Breaker {
        Breaker::Closed { failures }
    }
    fn open(until_ms: i64, failures: i64, reason: &str) -> Breaker {
        Breaker::Open {
            until_ms,
            failures,
            reason: reason.into(),
        }
    }
    fn half(until_ms: i64, failures: i64, reason: &str) -> Breaker {
        Breaker::HalfOpen {
            until_ms,
            failures,
            reason: reason.into(),
        }
    }

    #[test]
    fn every_state_answers_every_event() {
        let until = NOW + 300_000;
        let table = [
            // Closed.
            (closed(3), Event::Accepted, closed(0)),
            (closed(3), failed(Transport), closed(4)),
            (closed(3), failed(AccountTemporary), closed(4)),
            (closed(3), failed(Unconfirmed), closed(4)),
            (closed(4), failed(Transport), open(until, 5, "Transport")),
            (
                closed(4),
                failed(AccountTemporary),
                open(until, 5, "AccountTemporary"),
            ),
            (
                closed(0),
                failed(AccountPermanent),
                open(until, 1, "AccountPermanent"),
            ),
            (closed(4), failed(PermanentRecipient), closed(0)),
            (closed(4), failed(TemporaryRecipient), closed(0)),
            (closed(4), failed(Policy), closed(0)),
            (closed(4), failed(TooBig), closed(0)),
            (closed(4), Event::ProbeStarted, closed(4)),
            (closed(4), Event::Reset, closed(0)),
            // Open: what was under way changes nothing.
            (
                open(until, 5, "old"),
                Event::Accepted,
                open(until, 5, "old"),
            ),
            (
                open(until, 5, "old"),
                failed(Transport),
                open(until, 5, "old"),
            ),
            (
                open(until, 5, "old"),
                failed(PermanentRecipient),
                open(until, 5, "old"),
            ),
            (
                open(0, 5, "old"),
                Event::ProbeStarted,
                half(NOW + 120_000, 5, "old"),
            ),
            (open(until, 5, "old"), Event::Reset, closed(0)),
            // Half-open: one probe decides.
            (half(until, 5, "old"), Event::Accepted, closed(0)),
            (half(until, 5, "old"), failed(PermanentRecipient), closed(0)),
            (
                half(until, 5, "old"),
                failed(Transport),
                open(until, 6, "Transport"),
            ),
            (
                half(until, 5, "old"),
                failed(AccountPermanent),
                open(until, 6, "AccountPermanent"),
            ),
            (
                half(0, 5, "old"),
                Event::ProbeStarted,
                half(NOW + 120_000, 5, "old"),
            ),
            (half(until, 5, "old"), Event::Reset, closed(0)),
        ];
        for (state, event, expected) in table {
            let label = format!("{state:?} + {event:?}");
            assert_eq!(state.after(event, &RULES, NOW), expected, "{label}");
        }
    }

    #[test]
    fn admission_follows_the_clock() {
        let table = [
            (closed(4), Admission::Yes),
            (open(NOW + 1, 5, ""), Admission::Wait { until_ms: NOW + 1 }),
            (open(NOW, 5, ""), Admission::Probe),
            (half(NOW + 1, 5, ""), Admission::Wait { until_ms: NOW + 1 }),
            (half(NOW, 5, ""), Admission::Probe),
        ];
        for (state, expected) in table {
            assert_eq!(state.admit(NOW), expected, "{state:?}");
        }
    }

    #[test]
    fn five_faults_open_it_for_five_minutes_then_one_probe_closes_it() {
        let mut breaker = Breaker::default();
        for _ in 0..5 {
            assert_eq!(breaker.admit(NOW), Admission::Yes);
            breaker = breaker.after(failed(Transport), &RULES, NOW);
        }
        let later = NOW + 300_000;
        assert_eq!(
            breaker.admit(later - 1),
            Admission::Wait { until_ms: later }
        );
        assert_eq!(breaker.admit(later), Admission::Probe);
        breaker = breaker.after(Event::ProbeStarted, &RULES, later);
        assert_eq!(
            breaker.admit(later + 1),
            Admission::Wait {
                until_ms: later + 120_000
            }
        );
        breaker = breaker.after(Event::Accepted, &RULES, later + 50);
        assert_eq!(breaker, Breaker::default());
    }

    #[test]
    fn both_numbers_can_be_set() {
        let rules = BreakerRules {
            threshold: 1,
            open_ms: 10,
            probe_ms: 5,
        };
        assert_eq!(
            closed(0).after(failed(Transport), &rules, NOW),
            open(NOW + 10, 1, "Transport")
        );
    }

    #[test]
    fn columns_read_back_as_written_and_unknown_states_are_closed() {
        for state in [
            closed(0),
            closed(4),
            open(NOW, 5, "535 no"),
            half(NOW, 6, "421 busy"),
        ] {
            let columns = state.to_columns();
            let read = Breaker::from_columns(
                columns.state,
                columns.failures,
                columns.until_ms,
                &columns.reason,
            );
            assert_eq!(read, state);
        }
        assert_eq!(Breaker::from_columns("melted", 2, 9, "x"), closed(2));
    }
}
