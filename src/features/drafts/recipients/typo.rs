//! Domains that look like a slip of the finger: in a large mail provider's name, or in ".com".

const PROVIDERS: [&str; 19] = [
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "hotmail.co.uk",
    "hotmail.fr",
    "outlook.com",
    "yahoo.com",
    "yahoo.co.uk",
    "yahoo.fr",
    "icloud.com",
    "protonmail.com",
    "live.com",
    "t-online.de",
    "orange.fr",
    "libero.it",
    "comcast.net",
    "verizon.net",
    "fastmail.com",
    "sbcglobal.net",
];

/// Real domains that are one letter away from a provider's.
const REAL: [&str; 9] = [
    "mail.com",
    "email.com",
    "ymail.com",
    "hotmail.de",
    "hotmail.it",
    "live.co",
    "line.com",
    "give.com",
    "love.com",
];

/// Endings that do not exist, each one slip away from ".com".
const BAD_ENDINGS: [&str; 7] = [".con", ".cmo", ".ocm", ".comm", ".vom", ".xom", ".coom"];

/// The domain that was probably meant, for a domain in lower case.
pub fn meant(domain: &str) -> Option<String> {
    if PROVIDERS.contains(&domain) || REAL.contains(&domain) {
        return None;
    }
    let provider = PROVIDERS
        .into_iter()
        .find(|provider| is_one_slip(domain.as_bytes(), provider.as_bytes()));
    let ending = || {
        BAD_ENDINGS
            .into_iter()
            .find_map(|ending| domain.strip_suffix(ending))
            .map(|stem| format!("{stem}.com"))
    };
    provider.map(String::from).or_else(ending)
}

/// Whether one letter more, less or other, or two swapped neighbours, make one of the other.
fn is_one_slip(a: &[u8], b: &[u8]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    match (&a[start..], &b[start..]) {
        ([_, a @ ..], b) if a.len() == b.len() => a == b,
        (a, [_, b @ ..]) if a.len() == b.len() => a == b,
        ([a1, a2, a @ ..], [b1, b2, b @ ..]) if a1 == b2 && a2 == b1 && a == b => true,
        ([_, a @ ..], [_, b @ ..]) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_noticed_and_real_domains_left_alone() {
        for (domain, right) in [
            ("gmial.com", "gmail.com"),
            ("gmai.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("hotmial.com", "hotmail.com"),
            ("yahooo.com", "yahoo.com"),
            ("acme.con", "acme.com"),
        ] {
            assert_eq!(meant(domain).as_deref(), Some(right), "{domain}");
        }
        for domain in [
            "gmail.com",
            "mail.com",
            "ymail.com",
            "example.com",
            "gm.com",
            "a.de",
            "",
        ] {
            assert_eq!(meant(domain), None, "{domain}");
        }
    }
}
