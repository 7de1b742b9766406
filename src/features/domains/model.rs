//! Sending domains and their keys as pages show them; never a private key.

use crate::ids::DkimKeyId;
use crate::ui::badge::Tone;
use serde::{Deserialize, Serialize};

/// How a key signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSA with 2048 bits: what every mail server checks.
    #[default]
    #[serde(rename = "rsa-sha256")]
    Rsa,
    /// Ed25519 (RFC 8463): short and fast, but not checked everywhere.
    #[serde(rename = "ed25519-sha256")]
    Ed25519,
}

impl Algorithm {
    pub const ALL: [Algorithm; 2] = [Algorithm::Rsa, Algorithm::Ed25519];

    /// As in `a=` of a signature, and as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Algorithm::Rsa => "rsa-sha256",
            Algorithm::Ed25519 => "ed25519-sha256",
        }
    }

    /// As in `k=` of the DNS record.
    pub const fn key_type(self) -> &'static str {
        match self {
            Algorithm::Rsa => "rsa",
            Algorithm::Ed25519 => "ed25519",
        }
    }

    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Algorithm::Rsa => "RSA",
            Algorithm::Ed25519 => "Ed25519",
        }
    }
}

impl std::str::FromStr for Algorithm {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Algorithm::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| format!("{text} is not an algorithm of a signing key"))
    }
}

/// What a key is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// Made; nothing is signed with it yet.
    New,
    /// Signs.
    Active,
    /// Signs no more; mail under way is still verified by its record.
    Retired,
}

impl KeyState {
    const ALL: [KeyState; 3] = [KeyState::New, KeyState::Active, KeyState::Retired];

    pub const fn as_str(self) -> &'static str {
        match self {
            KeyState::New => "new",
            KeyState::Active => "active",
            KeyState::Retired => "retired",
        }
    }

    pub const fn words(self) -> &'static str {
        match self {
            KeyState::New => "Waits for its DNS record",
            KeyState::Active => "Signing",
            KeyState::Retired => "Retired",
        }
    }

    pub const fn tone(self) -> Tone {
        match self {
            KeyState::New => Tone::Warn,
            KeyState::Active => Tone::Good,
            KeyState::Retired => Tone::Neutral,
        }
    }

    /// A retired key may come back, as long as it is there: perhaps the new one's record was wrong.
    pub const fn can_activate(self) -> bool {
        matches!(self, KeyState::New | KeyState::Retired)
    }

    /// Only a key that signs nothing.
    pub const fn can_delete(self) -> bool {
        !matches!(self, KeyState::Active)
    }
}

impl std::str::FromStr for KeyState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = KeyState::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| format!("{text} is not a state of a signing key"))
    }
}

/// A key of a domain: its public side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainKey {
    pub id: DkimKeyId,
    pub domain: String,
    pub selector: String,
    pub algorithm: Algorithm,
    /// Base64.
    pub public_key: String,
    pub state: KeyState,
    /// Unix ms, all three; of the last time.
    pub created_at: i64,
    pub activated_at: Option<i64>,
    pub retired_at: Option<i64>,
}

impl DomainKey {
    /// Where the TXT record stands.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// What it says (RFC 6376 §3.6.1).
    pub fn record_value(&self) -> String {
        format!(
            "v=DKIM1; k={}; p={}",
            self.algorithm.key_type(),
            self.public_key
        )
    }

    /// The value as strings in quotes, none longer than a TXT record's string may be (RFC 1035 §3.3): for those DNS editors
    /// that want it so.
    pub fn record_strings(&self) -> String {
        const LONGEST: usize = 255;
        let value = self.record_value();
        let mut rest = value.as_str();
        let mut strings = Vec::new();
        while !rest.is_empty() {
            let (one, after) = rest.split_at(rest.len().min(LONGEST));
            strings.push(format!("\"{one}\""));
            rest = after;
        }
        strings.join(" ")
    }
}

/// A domain that mail leaves from, or did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendingDomain {
    /// Lower case, ASCII.
    pub domain: String,
    /// Names of the accounts that send from it; empty when none does any more.
    pub accounts: Vec<String>,
    /// Newest first.
    pub keys: Vec<DomainKey>,
}

impl SendingDomain {
    pub fn is_signed(&self) -> bool {
        self.keys.iter().any(|key| key.state == KeyState::Active)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainsOverview {
    pub domains: Vec<SendingDomain>,
    /// Only an owner changes keys.
    pub can_edit: bool,
}

/// What *Create key* sends; nothing in it is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyForm {
    pub domain: String,
    /// [`Algorithm::as_str`]; empty means RSA.
    pub algorithm: String,
}

/// Whether addresses of this domain belong to people at a mailbox provider, who signs their mail and lets nobody else.
pub fn is_mailbox_provider(domain: &str) -> bool {
    const PROVIDERS: [&str; 18] = [
        "aol.com",
        "fastmail.com",
        "gmail.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "web.de",
        "yahoo.com",
        "zoho.com",
    ];
    PROVIDERS.contains(&domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(public: &str) -> DomainKey {
        DomainKey {
            id: DkimKeyId(1),
            domain: "example.com".into(),
            selector: "mailer-20260301".into(),
            algorithm: Algorithm::Rsa,
            public_key: public.into(),
            state: KeyState::New,
            created_at: 0,
            activated_at: None,
            retired_at: None,
        }
    }

    #[test]
    fn the_record_has_its_name_its_value_and_its_strings() {
        let key = key("AAAA");
        assert_eq!(key.record_name(), "mailer-20260301._domainkey.example.com");
        assert_eq!(key.record_value(), "v=DKIM1; k=rsa; p=AAAA");
        assert_eq!(key.record_strings(), "\"v=DKIM1; k=rsa; p=AAAA\"");
    }

    #[test]
    fn a_long_value_is_cut_into_strings_that_make_it_again() {
        let key = key(&"A".repeat(392));
        let strings = key.record_strings();
        let parts: Vec<&str> = strings
            .split("\" \"")
            .map(|part| part.trim_matches('"'))
            .collect();
        assert_eq!(parts.len(), 2);
        assert!(parts.iter().all(|part| part.len() <= 255));
        assert_eq!(parts.concat(), key.record_value());
    }

    #[test]
    fn words_of_the_schema_read_back() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
        }
        for state in KeyState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("sha1".parse::<Algorithm>().is_err() && "gone".parse::<KeyState>().is_err());
    }
}
