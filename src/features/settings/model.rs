//! The workspace's settings, their defaults, and the forms that change them.

use crate::error::{AppError, Invalid};
use crate::features::auth::model::check_address;
use crate::ui::theme::Theme;
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
    /// What is kept of the network address that an open or a click came from.
    pub keep_ip: KeepIp,
    /// Readers whose browser says "do not track me" (Global Privacy Control) are not counted.
    pub honour_gpc: bool,
    /// Single opens and clicks are deleted after so many days; 0: never. The numbers of a campaign stay.
    pub keep_days: i64,
    /// Account faults in a row that open an account's breaker, and for how long.
    pub breaker_failures: i64,
    pub breaker_secs: i64,
    /// How often one message is tried, the first time included.
    pub max_attempts: i64,
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
            keep_ip: KeepIp::None,
            honour_gpc: true,
            keep_days: 0,
            breaker_failures: 5,
            breaker_secs: 300,
            max_attempts: 5,
        }
    }
}

/// What is kept of a network address (IP).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeepIp {
    #[default]
    None,
    /// Told apart within a day, and unreadable: a keyed hash whose salt is forgotten after the day.
    Hashed,
    /// Its last part cut off: a network of some hundred people.
    Truncated,
}

impl KeepIp {
    pub const ALL: [KeepIp; 3] = [KeepIp::None, KeepIp::Hashed, KeepIp::Truncated];

    pub fn as_str(self) -> &'static str {
        match self {
            KeepIp::None => "none",
            KeepIp::Hashed => "hashed",
            KeepIp::Truncated => "truncated",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            KeepIp::None => "Nothing",
            KeepIp::Hashed => "A fingerprint that changes every day",
            KeepIp::Truncated => "The address without its end (203.0.113.0)",
        }
    }
}

impl std::str::FromStr for KeepIp {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.as_str() == text)
            .ok_or(())
    }
}

/// What the workspace page sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkspaceForm {
    pub name: String,
    pub time_zone: String,
    pub postal_address: String,
    pub test_address: String,
}

impl WorkspaceForm {
    /// Everything but whether the zone exists, which only the server knows.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with a sentence for each field that is wrong.
    pub fn apply(&self, before: &Workspace) -> Result<Workspace, AppError> {
        let mut invalid = Invalid::new();
        let name = self.name.trim();
        if name.chars().count() > 100 || name.chars().any(char::is_control) {
            invalid.add("name", "Use at most 100 characters on one line.");
        }
        if self.time_zone.trim().is_empty() {
            invalid.add("time_zone", "Choose a time zone.");
        }
        let postal_address = self.postal_address.trim().replace("\r\n", "\n");
        if postal_address.chars().count() > 400 {
            invalid.add("postal_address", "Use at most 400 characters.");
        } else if postal_address.chars().any(|c| c.is_control() && c != '\n') {
            invalid.add(
                "postal_address",
                "The address holds a character that cannot be printed.",
            );
        }
        let test_address = self.test_address.trim();
        if !test_address.is_empty()
            && let Err(message) = check_address(test_address)
        {
            invalid.add("test_address", message);
        }
        invalid.into_result()?;
        Ok(Workspace {
            name: name.into(),
            time_zone: self.time_zone.trim().into(),
            postal_address,
            test_address: test_address.into(),
            ..before.clone()
        })
    }
}

/// What the page of tracking and privacy sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrackingForm {
    pub track_opens: bool,
    pub track_clicks: bool,
    pub keep_ip: String,
    pub honour_gpc: bool,
    /// Blank: for ever.
    pub keep_days: String,
}

impl TrackingForm {
    pub fn apply(&self, before: &Workspace) -> Result<Workspace, AppError> {
        let mut invalid = Invalid::new();
        let keep_ip = self.keep_ip.parse().unwrap_or_else(|()| {
            invalid.add("keep_ip", "Choose what is kept.");
            KeepIp::None
        });
        let keep_days = match self.keep_days.trim() {
            "" => 0,
            text => whole(&mut invalid, "keep_days", text, 1, 3_650),
        };
        invalid.into_result()?;
        Ok(Workspace {
            track_opens: self.track_opens,
            track_clicks: self.track_clicks,
            keep_ip,
            honour_gpc: self.honour_gpc,
            keep_days,
            ..before.clone()
        })
    }
}

/// What the page of sending sends. Numbers are text, so that a wrong one gets its sentence beside the field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SendingForm {
    pub max_attempts: String,
    pub breaker_failures: String,
    pub breaker_minutes: String,
}

impl SendingForm {
    pub fn apply(&self, before: &Workspace) -> Result<Workspace, AppError> {
        let mut invalid = Invalid::new();
        let max_attempts = whole(&mut invalid, "max_attempts", &self.max_attempts, 1, 20);
        let failures = whole(
            &mut invalid,
            "breaker_failures",
            &self.breaker_failures,
            1,
            100,
        );
        let secs = seconds(&self.breaker_minutes).unwrap_or_else(|| {
            invalid.add("breaker_minutes", "Enter a number between 0.2 and 1440.");
            0
        });
        invalid.into_result()?;
        Ok(Workspace {
            max_attempts,
            breaker_failures: failures,
            breaker_secs: secs,
            ..before.clone()
        })
    }
}

fn whole(invalid: &mut Invalid, field: &str, text: &str, least: i64, most: i64) -> i64 {
    match text.trim().parse::<i64>() {
        Ok(number) if (least..=most).contains(&number) => number,
        _ => {
            invalid.add(
                field,
                format!("Enter a whole number between {least} and {most}."),
            );
            least
        }
    }
}

/// Seconds as minutes, with as many decimals as lead back to the same second.
pub fn minutes(secs: i64) -> String {
    let text = format!("{:.2}", secs as f64 / 60.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Typed minutes as seconds, where they are between ten seconds and a day.
fn seconds(minutes: &str) -> Option<i64> {
    let minutes: f64 = minutes.trim().replace(',', ".").parse().ok()?;
    let secs = (minutes * 60.0).round() as i64;
    (10..=86_400).contains(&secs).then_some(secs)
}

/// What a page of settings starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsView {
    pub workspace: Workspace,
    /// Only an owner saves.
    pub can_edit: bool,
}

/// The workspace page: also what can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceView {
    pub settings: SettingsView,
    /// IANA names.
    pub zones: Vec<String>,
}

/// What the page of appearance sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThemeForm {
    pub theme: Theme,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    pub version: String,
    /// For people: "Embedded file" or "libSQL server".
    pub database: String,
    /// How long the database took to answer, in microseconds.
    pub latency_us: i64,
    pub instances: Vec<Instance>,
}

/// A process of Mailer that shares this database and was heard of lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    pub id: String,
    pub host: String,
    pub version: String,
    /// Unix ms, both.
    pub started_at: i64,
    pub heartbeat_at: i64,
    /// The one that made this page.
    pub is_this: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before() -> Workspace {
        Workspace {
            name: "Before".into(),
            keep_days: 9,
            ..Workspace::default()
        }
    }

    fn field(result: Result<Workspace, AppError>) -> String {
        match result {
            Err(AppError::Invalid(invalid)) => {
                assert_eq!(invalid.fields.len(), 1);
                invalid.fields[0].field.clone()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_form_changes_its_own_settings_only() {
        let workspace = WorkspaceForm {
            name: "Example".into(),
            time_zone: "Europe/Berlin".into(),
            postal_address: "Example Inc.\r\n1 Road\r\n".into(),
            ..WorkspaceForm::default()
        };
        let after = workspace.apply(&before()).unwrap();
        assert_eq!(after.postal_address, "Example Inc.\n1 Road");
        assert_eq!((after.keep_days, after.breaker_secs), (9, 300));

        let tracking = TrackingForm {
            keep_ip: "hashed".into(),
            ..TrackingForm::default()
        };
        let after = tracking.apply(&before()).unwrap();
        assert!(!after.track_opens && !after.track_clicks && !after.honour_gpc);
        assert_eq!((after.keep_ip, after.keep_days), (KeepIp::Hashed, 0));
        assert_eq!(after.name, "Before");

        let sending = SendingForm {
            max_attempts: "3".into(),
            breaker_failures: "4".into(),
            breaker_minutes: "1".into(),
        };
        let after = sending.apply(&before()).unwrap();
        assert_eq!(
            (
                after.max_attempts,
                after.breaker_failures,
                after.breaker_secs
            ),
            (3, 4, 60)
        );
        assert!(after.track_opens && after.keep_days == 9);
    }

    #[test]
    fn each_wrong_field_is_named() {
        type Change = fn(&mut WorkspaceForm);
        let table: &[(&str, Change)] = &[
            ("name", |form| form.name = "x".repeat(101)),
            ("name", |form| form.name = "a\nb".into()),
            ("time_zone", |form| form.time_zone = " ".into()),
            ("postal_address", |form| {
                form.postal_address = "x".repeat(401)
            }),
            ("postal_address", |form| form.postal_address = "a\0b".into()),
            ("test_address", |form| form.test_address = "ann".into()),
        ];
        for (name, change) in table {
            let mut form = WorkspaceForm {
                time_zone: "UTC".into(),
                ..WorkspaceForm::default()
            };
            change(&mut form);
            assert_eq!(field(form.apply(&before())), *name);
        }
        for (days, is_good) in [("", true), ("0", false), ("30", true), ("many", false)] {
            let form = TrackingForm {
                keep_ip: "none".into(),
                keep_days: days.into(),
                ..TrackingForm::default()
            };
            assert_eq!(form.apply(&before()).is_ok(), is_good, "{days}");
        }
        assert_eq!(field(TrackingForm::default().apply(&before())), "keep_ip");
        let form = SendingForm {
            max_attempts: "0".into(),
            breaker_failures: "5".into(),
            breaker_minutes: "5".into(),
        };
        assert_eq!(field(form.apply(&before())), "max_attempts");
    }

    #[test]
    fn a_pause_is_typed_in_minutes_and_kept_to_the_second() {
        for secs in 10..=86_400 {
            assert_eq!(seconds(&minutes(secs)), Some(secs));
        }
        assert_eq!((minutes(300), minutes(600)), ("5".into(), "10".into()));
        assert_eq!((minutes(90), minutes(100)), ("1.5".into(), "1.67".into()));
        assert_eq!(
            (seconds(" 0,5 "), seconds("1440")),
            (Some(30), Some(86_400))
        );
        for wrong in ["", "0.1", "1441", "-5", "five", "inf", "NaN", "1e99"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
