//! Text in addresses.

/// Percent-encodes a value for a query (RFC 3986 §2.3: all but the unreserved characters).
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(byte as char);
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_would_end_a_value_is_encoded() {
        assert_eq!(super::encode("a b&c=ü"), "a%20b%26c%3D%C3%BC");
    }
}
