//! Addresses with a query: only what is set is written, and everything in it is escaped.

/// `href("/campaigns", &[("q", "a b"), ("state", "")])` is `/campaigns?q=a%20b`.
pub fn href(path: &str, query: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    let mut sign = '?';
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(sign);
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    out.push(char::from(byte));
                }
                _ => out.push_str(&format!("%{byte:02X}")),
            }
        }
        sign = '&';
    }
    out
}

/// The address with a sentence for the person who is led there, in the place of an older one: see [`Notice`].
///
/// [`Notice`]: super::notice::Notice
pub fn with_notice(address: &str, notice: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let mut out = format!("{path}?");
    for pair in query.split('&') {
        if !pair.is_empty() && !pair.starts_with("notice=") {
            out.push_str(pair);
            out.push('&');
        }
    }
    out.push_str("notice=");
    out.push_str(notice);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_set_is_written_and_escaped() {
        let query = [("state", ""), ("q", "a&b=ü"), ("after", "7")];
        assert_eq!(href("/x", &query), "/x?q=a%26b%3D%C3%BC&after=7");
        assert_eq!(href("/x", &[]), "/x");
    }

    #[test]
    fn an_address_has_one_notice() {
        assert_eq!(with_notice("/x", "done"), "/x?notice=done");
        assert_eq!(
            with_notice("/x?notice=old&q=a%26b", "done"),
            "/x?q=a%26b&notice=done"
        );
    }
}
