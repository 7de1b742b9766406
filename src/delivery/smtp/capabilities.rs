//! What the server offered in its EHLO reply (RFC 5321 §4.1.1.1). Parsing only.

/// The extensions this client can use. All absent after HELO.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// RFC 2920.
    pub pipelining: bool,
    /// RFC 6152.
    pub eight_bit_mime: bool,
    /// RFC 6531: addresses beyond ASCII.
    pub smtp_utf8: bool,
    /// RFC 3207.
    pub start_tls: bool,
    /// RFC 1870. The outer `None`: not offered; `Some(None)`: offered without a limit.
    pub size: Option<Option<u64>>,
    /// RFC 4954 mechanisms, upper case, as offered.
    pub auth: Vec<String>,
}

impl Capabilities {
    /// Reads the text of each line of an EHLO reply; the first line is the server's greeting and no extension.
    pub fn parse(lines: &[String]) -> Self {
        let mut found = Self::default();
        for line in lines.iter().skip(1) {
            // Old servers write "AUTH=LOGIN PLAIN".
            let mut words = line.split([' ', '\t', '=']).filter(|word| !word.is_empty());
            let Some(keyword) = words.next() else {
                continue;
            };
            match keyword.to_ascii_uppercase().as_str() {
                "PIPELINING" => found.pipelining = true,
                "8BITMIME" => found.eight_bit_mime = true,
                "SMTPUTF8" => found.smtp_utf8 = true,
                "STARTTLS" => found.start_tls = true,
                "SIZE" => {
                    let limit = words.next().and_then(|word| word.parse().ok());
                    // "SIZE 0" says that there is no fixed limit (RFC 1870 §4).
                    found.size = Some(limit.filter(|&bytes: &u64| bytes > 0));
                }
                "AUTH" => {
                    for mechanism in words.map(str::to_ascii_uppercase) {
                        if !found.auth.contains(&mechanism) {
                            found.auth.push(mechanism);
                        }
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The largest message the server takes, in bytes, if it named one.
    pub fn max_size(&self) -> Option<u64> {
        self.size.flatten()
    }

    pub fn offers_auth(&self, mechanism: &str) -> bool {
        self.auth.iter().any(|offered| offered == mechanism)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(lines: &[&str]) -> Capabilities {
        Capabilities::parse(
            &lines
                .iter()
                .map(|line| (*line).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn the_greeting_line_offers_nothing() {
        assert_eq!(parse(&["PIPELINING"]), Capabilities::default());
        assert_eq!(parse(&[]), Capabilities::default());
    }

    #[test]
    fn extensions_are_read_in_any_case_and_both_forms_of_auth() {
        let found = parse(&[
            "mail.example.com at your service",
            "pipelining",
            "8BitMime",
            "SMTPUTF8",
            "STARTTLS",
            "SIZE 35882577",
            "AUTH PLAIN xoauth2",
            "AUTH=PLAIN LOGIN",
            "",
            "X-UNKNOWN 1",
        ]);
        assert!(found.pipelining && found.eight_bit_mime && found.smtp_utf8 && found.start_tls);
        assert_eq!(found.max_size(), Some(35_882_577));
        assert_eq!(found.auth, ["PLAIN", "XOAUTH2", "LOGIN"]);
        assert!(found.offers_auth("LOGIN") && !found.offers_auth("CRAM-MD5"));
    }

    #[test]
    fn size_without_a_number_is_offered_without_a_limit() {
        for line in ["SIZE", "SIZE 0", "SIZE lots"] {
            assert_eq!(parse(&["hi", line]).size, Some(None), "{line}");
        }
    }
}
