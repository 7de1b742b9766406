//! Slow receivers must not hold up the others: how many messages for one domain may be in hand, and how many connections
//! a server bears. Pure: told what happened, asked what may.

use std::collections::HashMap;
use std::time::Duration;

/// A domain whose messages take this long on average, and much longer than another's, is slow.
const SLOW: Duration = Duration::from_millis(500);
const MUCH_LONGER: u32 = 4;
/// Messages of a domain before its average says anything.
const ENOUGH: u32 = 3;
/// A message that has to wait for its domain is looked at again after this long at least, and at most.
const WAIT_MS: std::ops::RangeInclusive<i64> = 2_000..=30_000;
/// Domains remembered in one run; beyond it the least used are forgotten.
const MOST_DOMAINS: usize = 5_000;

#[derive(Clone, Copy, Debug, Default)]
struct Domain {
    /// Claimed and not finished.
    in_hand: u32,
    served: u32,
    /// Moving average of a transaction, the last eight or so counting most.
    mean: Duration,
}

/// What a run knows of the domains it sends to.
#[derive(Debug, Default)]
pub struct Domains(HashMap<Box<str>, Domain>);

/// The domain of an address as it counts here.
fn domain(address: &str) -> String {
    let (_, domain) = address.rsplit_once('@').unwrap_or_default();
    domain.to_ascii_lowercase()
}

impl Domains {
    /// Takes a message of this address in hand, or says for how many milliseconds it should wait: its domain is slow and has
    /// its share of the `width` connections already.
    pub fn admit(&mut self, address: &str, width: usize) -> Result<(), i64> {
        let name = domain(address);
        let share = u32::try_from(width / 4).unwrap_or(u32::MAX).max(1);
        let known = self.0.get(name.as_str()).copied().unwrap_or_default();
        if known.in_hand >= share && self.is_slow(&name, known) {
            let mean = i64::try_from(known.mean.as_millis()).unwrap_or(i64::MAX);
            let wait = mean.saturating_mul(i64::from(known.in_hand / share) + 1);
            return Err(wait.clamp(*WAIT_MS.start(), *WAIT_MS.end()));
        }
        if self.0.len() >= MOST_DOMAINS && !self.0.contains_key(name.as_str()) {
            self.0.retain(|_, domain| domain.in_hand > 0);
        }
        self.0.entry(name.into()).or_default().in_hand += 1;
        Ok(())
    }

    fn is_slow(&self, name: &str, known: Domain) -> bool {
        known.served >= ENOUGH
            && known.mean >= SLOW
            && self.0.iter().any(|(other, domain)| {
                &**other != name
                    && domain.served >= ENOUGH
                    && domain.mean * MUCH_LONGER <= known.mean
            })
    }

    /// A message was worked on; `took` counts only if a server had it.
    pub fn ended(&mut self, address: &str, took: Option<Duration>) {
        if let Some(known) = self.0.get_mut(domain(address).as_str()) {
            known.in_hand = known.in_hand.saturating_sub(1);
            if let Some(took) = took {
                known.mean = if known.served == 0 {
                    took
                } else {
                    (known.mean * 7 + took) / 8
                };
                known.served = known.served.saturating_add(1);
            }
        }
    }
}

/// How many connections an account may have open at once: what its settings allow, less while the server refuses more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width {
    most: usize,
    now: usize,
    accepted: usize,
}

impl Width {
    pub fn new(most: usize) -> Self {
        Width {
            most,
            now: most,
            accepted: 0,
        }
    }

    pub fn get(self) -> usize {
        self.now
    }

    /// The server refused one of them, and not the others.
    pub fn refused(&mut self) {
        self.now = self.now.saturating_sub(1).max(1);
        self.accepted = 0;
    }

    /// A message was accepted. One more connection is tried after fifty messages on each of those in use.
    pub fn accepted(&mut self) {
        if self.now == self.most {
            return;
        }
        self.accepted += 1;
        if self.accepted >= self.now * 50 {
            self.now += 1;
            self.accepted = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Serves `n` messages to each domain in turn.
    fn served(table: &[(&str, u64)], n: usize) -> Domains {
        let mut domains = Domains::default();
        for (domain, millis) in table {
            for _ in 0..n {
                let address = format!("a@{domain}");
                domains.admit(&address, 20).unwrap();
                domains.ended(&address, Some(Duration::from_millis(*millis)));
            }
        }
        domains
    }

    #[test]
    fn a_slow_domain_gets_a_quarter_of_the_connections_once_others_are_faster() {
        let mut domains = served(&[("slow.example", 3_000), ("quick.example", 20)], 5);
        for _ in 0..5 {
            assert_eq!(domains.admit("b@SLOW.example", 20), Ok(()));
        }
        assert_eq!(domains.admit("b@slow.example", 20), Err(6_000));
        assert_eq!(domains.admit("b@quick.example", 20), Ok(()));
        domains.ended("b@slow.example", None);
        assert_eq!(domains.admit("b@slow.example", 20), Ok(()));
    }

    #[test]
    fn a_domain_is_not_slow_where_all_are_or_where_it_is_the_only_one() {
        for table in [
            &[("one.example", 3_000)][..],
            &[("one.example", 3_000), ("two.example", 2_000)],
            &[("one.example", 400), ("two.example", 10)],
        ] {
            let mut domains = served(table, 5);
            for _ in 0..40 {
                assert_eq!(domains.admit("b@one.example", 20), Ok(()), "{table:?}");
            }
        }
    }

    #[test]
    fn two_messages_say_nothing_about_a_domain() {
        let mut domains = served(&[("slow.example", 9_000), ("quick.example", 20)], 2);
        for _ in 0..40 {
            assert_eq!(domains.admit("b@slow.example", 20), Ok(()));
        }
    }

    #[test]
    fn one_connection_still_serves_a_slow_domain() {
        let mut domains = served(&[("slow.example", 100_000), ("quick.example", 20)], 5);
        assert_eq!(domains.admit("b@slow.example", 1), Ok(()));
        assert_eq!(
            domains.admit("b@slow.example", 1),
            Err(30_000),
            "half a minute at most"
        );
    }

    #[test]
    fn the_width_falls_to_what_the_server_bears_and_grows_back_slowly() {
        let mut width = Width::new(20);
        for _ in 0..9 {
            width.refused();
        }
        assert_eq!(width.get(), 11);
        for _ in 0..11 * 50 {
            width.accepted();
        }
        assert_eq!(width.get(), 12);
        for _ in 0..100_000 {
            width.accepted();
        }
        assert_eq!(width.get(), 20, "never beyond the account's own limit");
        let mut one = Width::new(1);
        one.refused();
        assert_eq!(one.get(), 1);
    }
}
