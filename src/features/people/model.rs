//! People, invitations and devices, as their pages show them.

use crate::error::{AppError, Invalid};
use crate::features::auth::model::{Role, User, check_address, name_problem, password_problem};
use crate::ids::{InvitationId, SessionId, UserId};
use serde::{Deserialize, Serialize};

/// How long an invitation can be accepted.
pub const INVITATION_DAYS: i64 = 7;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// Unix ms; `None` while no device is signed in.
    pub last_seen_at: Option<i64>,
    /// The one who looks: nobody changes their own role or removes themselves.
    pub is_self: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    /// Unix ms.
    pub expires_at: i64,
    /// The address to hand over.
    pub link: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleView {
    pub people: Vec<Person>,
    pub invitations: Vec<Invitation>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    pub email: String,
    pub role: String,
}

impl InviteForm {
    /// The address in lower case, and the role.
    pub fn validate(&self) -> Result<(String, Role), AppError> {
        let mut invalid = Invalid::new();
        if let Err(message) = check_address(&self.email) {
            invalid.add("email", message);
        }
        let role = self.role.parse().unwrap_or_else(|_| {
            invalid.add("role", "Choose what this person may do.");
            Role::Viewer
        });
        invalid.into_result()?;
        Ok((self.email.trim().to_lowercase(), role))
    }
}

/// Who an invitation is for, as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    pub email: String,
    pub role: Role,
    /// The workspace's name, or empty.
    pub workspace: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JoinForm {
    pub token: String,
    pub name: String,
    pub password: String,
}

impl JoinForm {
    pub fn validate(&self) -> Result<(), AppError> {
        let mut invalid = Invalid::new();
        if let Some(message) = name_problem(&self.name) {
            invalid.add("name", message);
        }
        if let Some(message) = password_problem(&self.password) {
            invalid.add("password", message);
        }
        invalid.into_result()
    }
}

/// A person's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub user: User,
    /// The one in use first, then by when they were last seen.
    pub devices: Vec<Device>,
}

/// A session, as people think of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    pub id: SessionId,
    /// "Chrome on Windows".
    pub words: String,
    /// Unix ms, both.
    pub signed_in_at: i64,
    pub last_seen_at: i64,
    /// The one this page is shown on.
    pub is_this: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    pub name: String,
}

/// What each role is called, and what it may do.
pub fn role_words(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Owner => ("Owner", "Does everything"),
        Role::Editor => ("Editor", "Writes and sends"),
        Role::Viewer => ("Viewer", "Looks only"),
    }
}

pub const ROLES: [Role; 3] = [Role::Editor, Role::Viewer, Role::Owner];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_needs_an_address_and_a_role() {
        let good = InviteForm {
            email: " Ann@Example.com ".into(),
            role: "editor".into(),
        };
        assert_eq!(
            good.validate().unwrap(),
            ("ann@example.com".into(), Role::Editor)
        );
        let Err(AppError::Invalid(invalid)) = InviteForm::default().validate() else {
            panic!("accepted")
        };
        let fields: Vec<_> = invalid.fields.iter().map(|one| &one.field).collect();
        assert_eq!(fields, ["email", "role"]);
    }
}
