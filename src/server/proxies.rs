//! Whose `X-Forwarded-For` is believed: the proxies the operator names, or else those on this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses and networks of reverse proxies. The default is loopback, IPv4 and IPv6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

/// The addresses that share their first `bits` bits with `first`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    first: IpAddr,
    bits: u32,
}

impl Default for TrustedProxies {
    fn default() -> Self {
        let v4 = Network {
            first: Ipv4Addr::LOCALHOST.into(),
            bits: 8,
        };
        let v6 = Network {
            first: Ipv6Addr::LOCALHOST.into(),
            bits: 128,
        };
        TrustedProxies(vec![v4, v6])
    }
}

impl std::str::FromStr for TrustedProxies {
    type Err = String;

    /// Reads `10.0.0.5, 172.16.0.0/12, fd00::/8`. The error is a sentence for the operator.
    fn from_str(text: &str) -> Result<Self, String> {
        let entries = text.split(',').map(str::trim).filter(|one| !one.is_empty());
        let networks: Option<Vec<_>> = entries.clone().map(Network::parse).collect();
        networks.map(TrustedProxies).ok_or_else(|| {
            let wrong = entries.clone().find(|one| Network::parse(one).is_none());
            format!(
                "TRUSTED_PROXIES holds \"{}\", which is neither an address nor a network; it should be a list like 10.0.0.5, 172.16.0.0/12",
                wrong.unwrap_or_default()
            )
        })
    }
}

impl Network {
    fn parse(text: &str) -> Option<Network> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let first: IpAddr = address.trim().parse().ok()?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Network { first, bits })
    }

    fn holds(&self, ip: IpAddr) -> bool {
        // How many of the leading bits are the same; shifting all of them out is not possible.
        let same = match (self.first, ip) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
            _ => return false,
        };
        same >= self.bits
    }
}

impl TrustedProxies {
    fn hold(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(ip))
    }

    /// The visitor's address: that of the connection or, while that is a trusted proxy's, the one it was told of. `forwarded` is
    /// `X-Forwarded-For`, left to right: whatever stands left of the first stranger may be made up, so nobody reads it.
    pub fn client(&self, peer: IpAddr, forwarded: &[&str]) -> IpAddr {
        let mut client = peer.to_canonical();
        for entry in forwarded.iter().rev() {
            if !self.hold(client) {
                break;
            }
            match address(entry.trim()) {
                Some(next) => client = next,
                None => break,
            }
        }
        client
    }
}

/// An address, also with the port that some proxies add: `192.0.2.1:443`, `[2001:db8::1]:443`.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let ip: Option<IpAddr> = bare.parse().ok();
    let ip = ip.or_else(|| {
        text.parse()
            .ok()
            .map(|both: std::net::SocketAddr| both.ip())
    })?;
    Some(ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_visitor_is_the_right_most_address_that_is_no_trusted_proxy() {
        let named = "10.0.0.5, 172.16.0.0/12,fd00::/8";
        for (trusted, peer, forwarded, client) in [
            // Nobody but loopback is believed unless it is named.
            ("", "192.0.2.7", "203.0.113.1", "192.0.2.7"),
            ("", "10.0.0.5", "203.0.113.1", "10.0.0.5"),
            ("", "127.0.0.1", "203.0.113.1", "203.0.113.1"),
            ("", "::1", "2001:db8::1", "2001:db8::1"),
            ("", "::ffff:127.0.0.1", "203.0.113.1", "203.0.113.1"),
            // What the visitor wrote stands to the left of what the proxy added.
            ("", "127.0.0.1", "8.8.8.8, 203.0.113.1", "203.0.113.1"),
            ("", "127.0.0.1", "8.8.8.8, 10.0.0.5", "10.0.0.5"),
            ("", "127.0.0.1", "203.0.113.1, 127.0.0.1", "203.0.113.1"),
            ("", "127.0.0.1", "127.0.0.2", "127.0.0.2"),
            ("", "127.0.0.1", "", "127.0.0.1"),
            ("", "127.0.0.1", "203.0.113.1, unknown", "127.0.0.1"),
            ("", "127.0.0.1", "203.0.113.1:5123", "203.0.113.1"),
            ("", "127.0.0.1", "[2001:db8::1]:5123", "2001:db8::1"),
            // A named list stands instead of loopback.
            (named, "127.0.0.1", "203.0.113.1", "127.0.0.1"),
            (named, "10.0.0.5", "203.0.113.1", "203.0.113.1"),
            (named, "10.0.0.6", "203.0.113.1", "10.0.0.6"),
            (
                named,
                "172.31.255.255",
                "203.0.113.1, 10.0.0.5",
                "203.0.113.1",
            ),
            (named, "172.32.0.1", "203.0.113.1", "172.32.0.1"),
            (named, "fd12::1", "203.0.113.1", "203.0.113.1"),
            ("0.0.0.0/0", "192.0.2.7", "203.0.113.1", "203.0.113.1"),
        ] {
            let proxies: TrustedProxies = match trusted {
                "" => TrustedProxies::default(),
                text => text.parse().unwrap(),
            };
            let entries: Vec<&str> = forwarded.split(',').collect();
            let found = proxies.client(peer.parse().unwrap(), &entries);
            assert_eq!(found.to_string(), client, "{trusted}; {peer}; {forwarded}");
        }
    }

    #[test]
    fn what_is_no_address_is_named() {
        for wrong in ["proxy", "10.0.0.0/33", "fd00::/129", "10.0.0.0/", "10.0.0"] {
            let message = format!("10.1.1.1, {wrong}")
                .parse::<TrustedProxies>()
                .unwrap_err();
            assert!(message.contains(&format!("\"{wrong}\"")), "{message}");
        }
    }
}
