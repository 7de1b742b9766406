//! What the unsubscribe page shows, and the rules by which machines are told from people. Pure.

use serde::{Deserialize, Serialize};

/// Where the person behind an unsubscribe link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Gets mail.
    Subscribed,
    /// Gets none any more, by their own wish: they may take it back.
    Unsubscribed,
    /// Gets none any more, for another reason: a bounce, a complaint, or by hand.
    Suppressed,
    /// The link is one of a test message: it changes nothing.
    Test,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsubscribeView {
    /// Masked: whoever was forwarded the mail shall not learn the whole address.
    pub address: String,
    /// Who sends: the workspace's name, or empty.
    pub sender: String,
    pub standing: Standing,
}

/// Why an open or a click counts as a machine's. `super::machine` decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// It followed the link that no person can see.
    Trap,
    /// It came within a minute of somebody following that link in the same mail.
    NearTrap,
    /// It asked for the head of the answer only.
    Head,
    /// It says itself that it fetches ahead of a person.
    Ahead,
    /// It names itself as a program.
    Program,
    /// It does not name itself.
    Nameless,
    /// It is Apple's proxy, which loads the pictures of mail that nobody has opened.
    Apple,
    /// It followed several links within a second.
    Burst,
    /// It came within seconds of the message's leaving.
    Instant,
}

impl Rule {
    pub const ALL: [Rule; 9] = [
        Rule::Apple,
        Rule::Instant,
        Rule::Burst,
        Rule::Trap,
        Rule::NearTrap,
        Rule::Head,
        Rule::Program,
        Rule::Nameless,
        Rule::Ahead,
    ];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Rule::Trap => "trap",
            Rule::NearTrap => "near-trap",
            Rule::Head => "head",
            Rule::Ahead => "ahead",
            Rule::Program => "program",
            Rule::Nameless => "nameless",
            Rule::Apple => "apple",
            Rule::Burst => "burst",
            Rule::Instant => "instant",
        }
    }

    pub fn of(text: &str) -> Option<Rule> {
        Rule::ALL.into_iter().find(|rule| rule.as_str() == text)
    }

    /// For people, after "It".
    pub const fn words(self) -> &'static str {
        match self {
            Rule::Trap => "followed a link that nobody can see",
            Rule::NearTrap => "came together with the link that nobody can see",
            Rule::Head => "asked whether the address exists, not for its content",
            Rule::Ahead => "says that it loads ahead of a person",
            Rule::Program => "calls itself a program or a mail filter",
            Rule::Nameless => "does not say what it is",
            Rule::Apple => "loaded the pictures of unopened mail, as Apple's privacy proxy does",
            Rule::Burst => "followed several links within a second",
            Rule::Instant => "came within seconds of the mail's leaving",
        }
    }
}

/// `ann@example.com` as `a•••@example.com`.
pub fn masked(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let first: String = local.chars().take(1).collect();
            format!("{first}•••@{domain}")
        }
        None => "•••".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_read_back_as_it_is_stored() {
        for rule in Rule::ALL {
            assert_eq!(Rule::of(rule.as_str()), Some(rule));
        }
        assert_eq!(Rule::of(""), None);
    }

    #[test]
    fn an_address_shows_its_first_letter_and_its_domain() {
        for (address, shown) in [
            ("ann@example.com", "a•••@example.com"),
            ("ö@example.com", "ö•••@example.com"),
            ("nonsense", "•••"),
        ] {
            assert_eq!(masked(address), shown);
        }
    }
}
