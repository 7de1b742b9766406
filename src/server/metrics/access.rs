//! Who may read `/metrics`: nobody, unless the operator says so. A peer on this machine proves nothing, because behind a proxy
//! everybody is one.

use axum::http::{HeaderMap, header};
use subtle::ConstantTimeEq;

/// Shorter tokens can be guessed.
const SHORTEST: usize = 16;

#[derive(Clone, PartialEq, Eq)]
pub enum MetricsAccess {
    /// There is no such page, and nothing is counted.
    Off,
    /// Whoever sends this as a bearer token (RFC 6750 §2.1).
    Token(String),
    /// Everybody who can reach it: the network decides.
    Open,
}

/// Shows no token.
impl std::fmt::Debug for MetricsAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            MetricsAccess::Off => "Off",
            MetricsAccess::Token(_) => "Token",
            MetricsAccess::Open => "Open",
        })
    }
}

impl MetricsAccess {
    /// From `METRICS_TOKEN` and `METRICS_OPEN`; neither means off.
    ///
    /// # Errors
    /// One sentence: which variable, why, and what a right value looks like.
    pub fn of(token: Option<String>, open: Option<String>) -> Result<MetricsAccess, String> {
        let is_open = match open.as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => {
                return Err(format!(
                    "METRICS_OPEN is \"{other}\"; it should be true or false"
                ));
            }
        };
        match token {
            Some(_) if is_open => Err(
                "METRICS_TOKEN and METRICS_OPEN are both set; keep the one that says who may read /metrics".into(),
            ),
            Some(token) if token.len() < SHORTEST => Err(format!(
                "METRICS_TOKEN is shorter than {SHORTEST} characters; make one with: openssl rand -hex 16"
            )),
            Some(token) => Ok(MetricsAccess::Token(token)),
            None if is_open => Ok(MetricsAccess::Open),
            None => Ok(MetricsAccess::Off),
        }
    }

    pub fn is_off(&self) -> bool {
        matches!(self, MetricsAccess::Off)
    }

    /// Whether these are the headers of somebody who may read.
    pub(in crate::server) fn admits(&self, headers: &HeaderMap) -> bool {
        match self {
            MetricsAccess::Off => false,
            MetricsAccess::Open => true,
            MetricsAccess::Token(token) => headers
                .get(header::AUTHORIZATION)
                .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
                .is_some_and(|sent| sent.ct_eq(token.as_bytes()).into()),
        }
    }
}
