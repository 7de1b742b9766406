//! The workspace's settings and their defaults.

use serde::{Deserialize, Serialize};

/// Kept as one JSON value under the key `workspace`; a field that is missing has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Workspace {
    pub name: String,
    /// IANA name; the day of a daily cap starts at its midnight.
    pub time_zone: String,
    /// Printed in the footer of every campaign: the law asks for it in many countries (CAN-SPAM §7704).
    pub postal_address: String,
    /// Where test mails go unless another address is typed.
    pub test_address: String,
    pub track_opens: bool,
    pub track_clicks: bool,
    /// Account faults in a row that open an account's breaker, and for how long.
    pub breaker_failures: i64,
    pub breaker_secs: i64,
}

impl Default for Workspace {
    fn default() -> Self {
        Workspace {
            name: String::new(),
            time_zone: "UTC".into(),
            postal_address: String::new(),
            test_address: String::new(),
            track_opens: true,
            track_clicks: true,
            breaker_failures: 5,
            breaker_secs: 300,
        }
    }
}
