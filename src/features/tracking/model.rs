//! What the unsubscribe page shows. Pure.

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
    use super::masked;

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
