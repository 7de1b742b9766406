//! Versions of a template as the history page shows them, and what its forms send. Both targets; pure.

use super::super::model::MAX_NAME_CHARS;
use crate::error::AppError;
use crate::ids::{TemplateId, TemplateVersionId};
use serde::{Deserialize, Serialize};

/// While a template is edited, what it was before is kept once in this time.
pub const KEEP_EVERY_MS: i64 = 10 * 60 * 1000;
/// Versions without a name that a template keeps.
pub const MOST_UNNAMED: i64 = 50;
/// Versions that the history shows.
pub const MOST_SHOWN: i64 = 200;

/// One line of the history, latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionCard {
    pub id: TemplateVersionId,
    /// Empty: kept by itself.
    pub name: String,
    pub changed_at: i64,
}

/// The history of a template, with one version opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateHistory {
    pub id: TemplateId,
    pub name: String,
    pub revision: i64,
    pub changed_at: i64,
    pub can_edit: bool,
    pub versions: Vec<VersionCard>,
    pub opened: Option<OpenedVersion>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedVersion {
    pub card: VersionCard,
    /// What restoring it would change, from what is now.
    pub changes: Vec<String>,
}

/// Keeps the template as it is now under a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeepForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub name: String,
}

impl KeepForm {
    /// The template, and the version's name.
    pub fn validate(&self) -> Result<(TemplateId, &str), AppError> {
        let id = self
            .id
            .parse()
            .map_err(|_| AppError::not_found("template"))?;
        let name = self.name.trim();
        let refused = |words: &str| AppError::invalid("name", words).with_typed(self);
        if name.is_empty() {
            return Err(refused(
                "Give this version a name, so that you find it again.",
            ));
        }
        if name.chars().count() > MAX_NAME_CHARS {
            return Err(refused("Keep the name under 120 characters."));
        }
        Ok((id, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_kept_under_a_name_of_decent_length() {
        let form = |name: &str| KeepForm {
            id: "7".into(),
            name: name.into(),
        };
        assert_eq!(
            form(" Before the sale ").validate().unwrap(),
            (TemplateId(7), "Before the sale")
        );
        for name in ["", "  ", &"x".repeat(121)] {
            assert!(form(name).validate().is_err(), "{name}");
        }
    }
}
