//! The workspace's settings and their defaults.

use crate::error::{AppError, Invalid};
use crate::features::auth::model::check_address;
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

/// What the settings page sends. Everything is text, so that a wrong number gets its sentence beside the field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkspaceForm {
    pub name: String,
    pub time_zone: String,
    pub postal_address: String,
    pub test_address: String,
    pub track_opens: bool,
    pub track_clicks: bool,
    pub breaker_failures: String,
    pub breaker_secs: String,
}

impl WorkspaceForm {
    /// Everything but whether the zone exists, which only the server knows.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with a sentence for each field that is wrong.
    pub fn validate(&self) -> Result<Workspace, AppError> {
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
        let mut whole = |field, text: &str, least, most| match text.trim().parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => number,
            _ => {
                invalid.add(
                    field,
                    format!("Enter a whole number between {least} and {most}."),
                );
                least
            }
        };
        let breaker_failures = whole("breaker_failures", &self.breaker_failures, 1, 100);
        let breaker_secs = whole("breaker_secs", &self.breaker_secs, 10, 86_400);
        invalid.into_result()?;
        Ok(Workspace {
            name: name.into(),
            time_zone: self.time_zone.trim().into(),
            postal_address,
            test_address: test_address.into(),
            track_opens: self.track_opens,
            track_clicks: self.track_clicks,
            breaker_failures,
            breaker_secs,
        })
    }
}

/// The settings page: what is set, what can be chosen, and how the installation is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsView {
    pub workspace: Workspace,
    /// IANA names.
    pub zones: Vec<String>,
    /// Only an owner saves the workspace.
    pub can_edit: bool,
    pub about: About,
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

    fn form() -> WorkspaceForm {
        WorkspaceForm {
            name: "Example".into(),
            time_zone: "Europe/Berlin".into(),
            breaker_failures: "5".into(),
            breaker_secs: "300".into(),
            ..WorkspaceForm::default()
        }
    }

    #[test]
    fn a_good_form_becomes_the_workspace() {
        let mut form = form();
        form.postal_address = "Example Inc.\r\n1 Road\r\n".into();
        let workspace = form.validate().unwrap();
        assert_eq!(workspace.postal_address, "Example Inc.\n1 Road");
        assert!(!workspace.track_opens && !workspace.track_clicks);
        assert_eq!(
            (workspace.breaker_failures, workspace.breaker_secs),
            (5, 300)
        );
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
            ("breaker_failures", |form| {
                form.breaker_failures = "0".into()
            }),
            ("breaker_secs", |form| form.breaker_secs = "5".into()),
            ("breaker_secs", |form| form.breaker_secs = "long".into()),
        ];
        for (field, change) in table {
            let mut form = form();
            change(&mut form);
            match form.validate() {
                Err(AppError::Invalid(invalid)) => {
                    assert_eq!(invalid.fields.len(), 1, "{field}");
                    assert_eq!(invalid.fields[0].field, *field);
                }
                other => panic!("{field}: {other:?}"),
            }
        }
    }
}
