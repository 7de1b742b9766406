//! People and roles, and the rules both sides of the wire apply to them.

use crate::error::{AppError, Invalid};
use crate::ids::UserId;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything, users and settings included.
    Owner,
    /// Everything but users and settings.
    Editor,
    /// Looks, changes nothing.
    Viewer,
}

impl Role {
    /// Whether somebody with this role may do what asks for `needed`.
    pub fn allows(self, needed: Role) -> bool {
        let rank = |role| match role {
            Role::Owner => 2,
            Role::Editor => 1,
            Role::Viewer => 0,
        };
        rank(self) >= rank(needed)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Editor => "editor",
            Role::Viewer => "viewer",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "owner" => Ok(Role::Owner),
            "editor" => Ok(Role::Editor),
            "viewer" => Ok(Role::Viewer),
            other => Err(format!("{other} is not a role")),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
}

/// The first owner, from the setup page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerForm {
    #[serde(default)]
    pub token: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub password: String,
}

pub const PASSWORD_MIN: usize = 10;
pub const PASSWORD_MAX: usize = 200;

impl OwnerForm {
    pub fn validate(&self) -> Result<(), AppError> {
        let mut invalid = Invalid::new();
        if let Some(message) = name_problem(&self.name) {
            invalid.add("name", message);
        }
        if let Err(message) = check_address(&self.email) {
            invalid.add("email", message);
        }
        if let Some(message) = password_problem(&self.password) {
            invalid.add("password", message);
        }
        invalid.into_result()
    }
}

/// What is wrong with a person's name, if anything.
pub fn name_problem(name: &str) -> Option<&'static str> {
    let name = name.trim();
    if name.is_empty() {
        Some("Enter your name.")
    } else if name.chars().count() > 100 {
        Some("Keep the name under 100 characters.")
    } else if name.chars().any(char::is_control) {
        Some("The name holds a character that cannot be printed.")
    } else {
        None
    }
}

/// Length is what counts (NIST SP 800-63B §3.1.1): no rules about digits or signs.
pub fn password_problem(password: &str) -> Option<String> {
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        Some(format!(
            "Use at least {PASSWORD_MIN} characters. A short sentence works well."
        ))
    } else if length > PASSWORD_MAX {
        Some(format!("Use at most {PASSWORD_MAX} characters."))
    } else {
        None
    }
}

/// A quick look at an address, for people's own addresses in forms. What mail is sent to is checked more closely on the server.
pub fn check_address(address: &str) -> Result<(), &'static str> {
    let address = address.trim();
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Err(if address.is_empty() {
            "Enter an email address."
        } else {
            "This address has no @."
        });
    };
    if local.is_empty()
        || local.len() > 64
        || address.len() > 254
        || address.contains(char::is_whitespace)
    {
        return Err("This is not an email address.");
    }
    if !domain.contains('.') && domain != "localhost"
        || domain.starts_with('.')
        || domain.ends_with('.')
        || domain.contains("..")
    {
        return Err("The part after the @ is not a domain.");
    }
    Ok(())
}

/// Where to go after signing in: only a path of this app, never another site.
pub fn safe_next(next: &str) -> String {
    let inside = next.starts_with('/')
        && !next.starts_with("//")
        && !next.starts_with("/\\")
        && !next.contains(['\r', '\n']);
    if inside && !next.starts_with("/api/") {
        next.to_owned()
    } else {
        "/".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_allows_what_is_below_it() {
        assert!(Role::Owner.allows(Role::Editor) && Role::Editor.allows(Role::Viewer));
        assert!(!Role::Viewer.allows(Role::Editor) && !Role::Editor.allows(Role::Owner));
    }

    #[test]
    fn the_next_page_is_never_another_site() {
        for bad in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/api/auth/sign-out",
        ] {
            assert_eq!(safe_next(bad), "/", "{bad}");
        }
        assert_eq!(safe_next("/drafts/7?step=review"), "/drafts/7?step=review");
    }

    #[test]
    fn addresses_are_checked_with_a_sentence() {
        for good in [
            "ann@example.com",
            "o'hara+news@mail.example.co.uk",
            "a@localhost",
        ] {
            assert!(check_address(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ann",
            "@example.com",
            "ann@",
            "ann@example",
            "a b@example.com",
            "ann@exa..mple.com",
        ] {
            assert!(check_address(bad).is_err(), "{bad}");
        }
    }
}
