//! The account form and its rules: what was typed goes in, checked details or a sentence per field come out. Pure.

use super::model::{Account, Kind, Tls};
use crate::error::{AppError, Invalid};
use crate::features::auth::model::check_address;
use crate::ids::AccountId;
use serde::{Deserialize, Serialize};

/// Google's submission server; implicit TLS.
pub const GMAIL_HOST: &str = "smtp.gmail.com";
pub const GMAIL_PORT: u16 = 465;

/// What the form sends. Everything is text, so that a wrong number gets its sentence beside the field.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountForm {
    /// Empty for a new account.
    pub id: String,
    pub kind: String,
    pub name: String,
    pub host: String,
    pub port: String,
    pub tls: String,
    pub username: String,
    /// Empty keeps the stored one.
    pub password: String,
    pub from_name: String,
    pub from_address: String,
    pub reply_to: String,
    pub daily_cap: String,
    pub campaign_cap: String,
    pub rate_per_second: String,
    pub rate_per_minute: String,
    pub max_connections: String,
    pub enabled: bool,
    /// Which button was pressed: "test", or anything else to save.
    pub intent: String,
}

/// Shows no password.
impl std::fmt::Debug for AccountForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountForm")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A form that passed: trimmed, parsed, complete. `password` is `None` when the field was left blank.
#[derive(Clone, PartialEq, Eq)]
pub struct Details {
    pub id: Option<AccountId>,
    pub kind: Kind,
    pub name: String,
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub username: String,
    pub password: Option<String>,
    pub from_name: String,
    pub from_address: String,
    pub reply_to: String,
    pub daily_cap: i64,
    pub campaign_cap: i64,
    pub rate_per_second: i64,
    pub rate_per_minute: i64,
    pub max_connections: i64,
    pub enabled: bool,
}

impl AccountForm {
    /// A new account of this kind with the usual caps; the sandbox has none.
    pub fn of_kind(kind: Kind) -> AccountForm {
        let (daily, campaign) = if kind == Kind::Sandbox {
            ("0", "0")
        } else {
            ("500", "100")
        };
        AccountForm {
            kind: kind.as_str().into(),
            name: if kind == Kind::Smtp { "" } else { kind.words() }.into(),
            port: "587".into(),
            tls: Tls::Starttls.as_str().into(),
            daily_cap: daily.into(),
            campaign_cap: campaign.into(),
            rate_per_second: "0".into(),
            rate_per_minute: "0".into(),
            max_connections: if kind == Kind::Gmail { "3" } else { "10" }.into(),
            enabled: true,
            ..AccountForm::default()
        }
    }

    pub fn is_test(&self) -> bool {
        self.intent == "test"
    }

    /// # Errors
    /// [`AppError::Invalid`] with a sentence for each field that is wrong.
    pub fn validate(&self) -> Result<Details, AppError> {
        let mut invalid = Invalid::new();
        let kind = self.kind.parse().unwrap_or_else(|_| {
            invalid.add("kind", "Choose what kind of account this is.");
            Kind::default()
        });
        let name = line(&mut invalid, "name", &self.name, 80);
        if self.name.trim().is_empty() {
            invalid.add(
                "name",
                "Give the account a name, so that you can tell it apart.",
            );
        }
        let (host, port, tls, username) = self.server(kind, &mut invalid);
        let from_name = line(&mut invalid, "from_name", &self.from_name, 100);
        let mut from_address = self.from_address.trim().to_owned();
        if from_address.is_empty() && kind == Kind::Gmail {
            from_address.clone_from(&username);
        } else if let Err(message) = check_address(&from_address) {
            invalid.add("from_address", message);
        }
        let reply_to = self.reply_to.trim().to_owned();
        if !reply_to.is_empty()
            && let Err(message) = check_address(&reply_to)
        {
            invalid.add("reply_to", message);
        }
        let mut whole =
            |field, text: &str, least, most| number(&mut invalid, field, text, least, most);
        let daily_cap = whole("daily_cap", &self.daily_cap, 0, 10_000_000);
        let campaign_cap = whole("campaign_cap", &self.campaign_cap, 0, 10_000_000);
        let rate_per_second = whole("rate_per_second", &self.rate_per_second, 0, 10_000);
        let rate_per_minute = whole("rate_per_minute", &self.rate_per_minute, 0, 600_000);
        let max_connections = whole("max_connections", &self.max_connections, 1, 100);
        let id = match self.id.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|_| AppError::not_found("account"))?),
        };
        invalid.into_result()?;
        Ok(Details {
            id,
            kind,
            name,
            host,
            port,
            tls,
            username,
            password: self.password(kind),
            from_name,
            from_address,
            reply_to,
            daily_cap,
            campaign_cap,
            rate_per_second,
            rate_per_minute,
            max_connections,
            enabled: self.enabled,
        })
    }

    /// Google shows an app password in groups of four; the spaces are not part of it.
    fn password(&self, kind: Kind) -> Option<String> {
        let password = match kind {
            Kind::Smtp => self.password.clone(),
            Kind::Gmail => self.password.split_whitespace().collect(),
            Kind::Sandbox => String::new(),
        };
        Some(password).filter(|password| !password.is_empty())
    }

    fn server(&self, kind: Kind, invalid: &mut Invalid) -> (String, u16, Tls, String) {
        match kind {
            Kind::Sandbox => (String::new(), 587, Tls::default(), String::new()),
            Kind::Gmail => {
                let username = self.username.trim().to_owned();
                if let Err(message) = check_address(&username) {
                    invalid.add("username", message);
                }
                (GMAIL_HOST.into(), GMAIL_PORT, Tls::Implicit, username)
            }
            Kind::Smtp => {
                let host = self.host.trim().to_owned();
                if let Some(message) = host_problem(&host) {
                    invalid.add("host", message);
                }
                let port = number(invalid, "port", &self.port, 1, 65_535);
                let tls = self.tls.parse().unwrap_or_else(|_| {
                    invalid.add("tls", "Choose how the connection is encrypted.");
                    Tls::default()
                });
                let username = line(invalid, "username", self.username.trim(), 320);
                if username.is_empty() && !self.password.is_empty() {
                    invalid.add(
                        "username",
                        "Enter the user name that goes with the password.",
                    );
                }
                if self.password.chars().any(char::is_control) {
                    invalid.add(
                        "password",
                        "The password holds a character that mail servers do not take.",
                    );
                }
                (host, u16::try_from(port).unwrap_or_default(), tls, username)
            }
        }
    }
}

impl From<&Account> for AccountForm {
    fn from(account: &Account) -> AccountForm {
        AccountForm {
            id: account.id.to_string(),
            kind: account.kind.as_str().into(),
            name: account.name.clone(),
            host: account.host.clone(),
            port: account.port.to_string(),
            tls: account.tls.as_str().into(),
            username: account.username.clone(),
            password: String::new(),
            from_name: account.from_name.clone(),
            from_address: account.from_address.clone(),
            reply_to: account.reply_to.clone(),
            daily_cap: account.daily_cap.to_string(),
            campaign_cap: account.campaign_cap.to_string(),
            rate_per_second: account.rate_per_second.to_string(),
            rate_per_minute: account.rate_per_minute.to_string(),
            max_connections: account.max_connections.to_string(),
            enabled: account.enabled,
            intent: String::new(),
        }
    }
}

/// One line of text that may stand in a header or a command: no control characters, not too long.
fn line(invalid: &mut Invalid, field: &str, text: &str, most: usize) -> String {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        invalid.add(field, "Keep this on one line, without tabs.");
    } else if text.chars().count() > most {
        invalid.add(field, format!("Use at most {most} characters."));
    }
    text.to_owned()
}

/// A whole number in a range; thousands may be set apart.
fn number(invalid: &mut Invalid, field: &str, text: &str, least: i64, most: i64) -> i64 {
    let digits: String = text
        .trim()
        .chars()
        .filter(|c| !matches!(c, ',' | ' '))
        .collect();
    match digits.parse::<i64>() {
        Ok(number) if (least..=most).contains(&number) => number,
        _ => {
            let most = crate::ui::number::thousands(most);
            invalid.add(
                field,
                match field {
                    "port" => "Enter a port between 1 and 65535.".into(),
                    _ if least == 0 => {
                        format!("Enter a whole number up to {most}; 0 means no limit.")
                    }
                    _ => format!("Enter a whole number between {least} and {most}."),
                },
            );
            least
        }
    }
}

fn host_problem(host: &str) -> Option<&'static str> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    if host.is_empty() {
        Some("Enter the name of the mail server, like smtp.example.com.")
    } else if host.contains("//") || host.contains('/') {
        Some("Enter the name alone, like smtp.example.com, without http:// or a path.")
    } else if host.contains('@') {
        Some(
            "This looks like an email address. Enter the name of the mail server, like smtp.example.com.",
        )
    } else if host.matches(':').count() == 1 {
        Some("Enter the port in its own field.")
    } else if host.len() > 253 || !host.chars().all(fits) {
        Some("This is not the name of a server.")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp() -> AccountForm {
        AccountForm {
            name: "Office".into(),
            host: "smtp.example.com".into(),
            from_address: "office@example.com".into(),
            ..AccountForm::of_kind(Kind::Smtp)
        }
    }

    fn wrong_fields(form: &AccountForm) -> Vec<String> {
        match form.validate() {
            Err(AppError::Invalid(invalid)) => {
                invalid.fields.into_iter().map(|e| e.field).collect()
            }
            Err(other) => panic!("{other}"),
            Ok(_) => Vec::new(),
        }
    }

    #[test]
    fn a_new_account_has_the_usual_caps_and_the_sandbox_none() {
        let details = smtp().validate().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            (details.daily_cap, details.campaign_cap, details.port),
            (500, 100, 587)
        );
        let sandbox = AccountForm {
            from_address: "sandbox@example.com".into(),
            ..AccountForm::of_kind(Kind::Sandbox)
        };
        let details = sandbox.validate().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((details.daily_cap, details.campaign_cap), (0, 0));
    }

    #[test]
    fn each_wrong_field_is_named() {
        type Change = fn(&mut AccountForm);
        let table: &[(&str, Change)] = &[
            ("kind", |form| form.kind = "carrier pigeon".into()),
            ("name", |form| form.name = "  ".into()),
            ("name", |form| {
                form.name = "a\r\nBcc: all@example.com".into()
            }),
            ("host", |form| form.host = String::new()),
            ("host", |form| form.host = "https://smtp.example.com".into()),
            ("host", |form| form.host = "smtp.example.com:587".into()),
            ("host", |form| form.host = "ann@example.com".into()),
            ("host", |form| form.host = "two words".into()),
            ("port", |form| form.port = "0".into()),
            ("port", |form| form.port = "65536".into()),
            ("port", |form| form.port = "smtp".into()),
            ("tls", |form| form.tls = "maybe".into()),
            ("username", |form| form.password = "secret".into()),
            ("from_name", |form| {
                form.from_name = "Ann\nBcc: x@example.com".into()
            }),
            ("from_address", |form| form.from_address = "office".into()),
            ("reply_to", |form| form.reply_to = "nobody".into()),
            ("daily_cap", |form| form.daily_cap = "-1".into()),
            ("daily_cap", |form| form.daily_cap = String::new()),
            ("campaign_cap", |form| form.campaign_cap = "1.5".into()),
            ("rate_per_second", |form| {
                form.rate_per_second = "fast".into()
            }),
            ("rate_per_minute", |form| {
                form.rate_per_minute = "600001".into()
            }),
            ("max_connections", |form| form.max_connections = "0".into()),
        ];
        for (field, change) in table {
            let mut form = smtp();
            change(&mut form);
            assert_eq!(wrong_fields(&form), [*field], "{form:?}");
        }
    }

    #[test]
    fn gmail_needs_only_an_address_and_an_app_password() {
        let form = AccountForm {
            username: "ann@gmail.com".into(),
            password: "abcd efgh ijkl mnop".into(),
            host: "evil.example".into(),
            ..AccountForm::of_kind(Kind::Gmail)
        };
        let details = form.validate().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(details.host, GMAIL_HOST);
        assert_eq!((details.port, details.tls), (465, Tls::Implicit));
        assert_eq!(details.from_address, "ann@gmail.com");
        assert_eq!(details.password.as_deref(), Some("abcdefghijklmnop"));
    }

    #[test]
    fn numbers_may_set_thousands_apart() {
        let form = AccountForm {
            daily_cap: "12,500".into(),
            ..smtp()
        };
        assert_eq!(form.validate().map(|details| details.daily_cap), Ok(12_500));
    }

    #[test]
    fn no_password_is_printed() {
        let form = AccountForm {
            password: "hunter2".into(),
            ..smtp()
        };
        assert!(!format!("{form:?}").contains("hunter2"));
    }
}
