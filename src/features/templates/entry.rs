//! Templates as pages list, open, create and import them; what forms send and which values are refused. Both targets; pure.

use super::editor::EditorData;
use super::model::check_name;
use crate::error::AppError;
use crate::ids::TemplateId;
use crate::mail::design::Mode;
use serde::{Deserialize, Serialize};

/// Templates on one page of the gallery.
pub const PAGE_SIZE: i64 = 24;
/// Largest uploaded template file, in bytes: a design of 1 MB grows when JSON escapes it.
pub const MAX_FILE_BYTES: usize = 3_000_000;

/// One card of the gallery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateCard {
    pub id: TemplateId,
    pub name: String,
    pub mode: Mode,
    pub revision: i64,
    pub updated_at: i64,
    pub usage: Usage,
}

/// The drafts made from a template. Campaigns are frozen copies and need it no more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub drafts: i64,
    /// Names of the latest few.
    pub names: Vec<String>,
}

impl Usage {
    /// What deleting the template means for them.
    pub fn consequence(&self) -> String {
        if self.drafts == 0 {
            return "No draft was made from it. This cannot be undone.".into();
        }
        let mut names = self.names.join("”, “");
        let more = self.drafts - i64::try_from(self.names.len()).unwrap_or(0);
        names = match more {
            ..=0 => format!("“{names}”"),
            more => format!("“{names}” and {more} more"),
        };
        let drafts = if self.drafts == 1 {
            "1 draft was made from it"
        } else {
            &format!("{} drafts were made from it", self.drafts)
        };
        format!(
            "{drafts}: {names}. Drafts keep their own copy of the content. This cannot be undone."
        )
    }
}

/// One page of the gallery, latest change first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateList {
    pub cards: Vec<TemplateCard>,
    pub page: i64,
    pub has_next: bool,
    pub can_edit: bool,
}

/// A template opened in its editor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenedTemplate {
    pub id: TemplateId,
    pub name: String,
    pub usage: Usage,
    pub editor: EditorData,
    pub can_edit: bool,
}

/// A starter on the page for new templates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StarterCard {
    pub key: String,
    pub name: String,
    pub description: String,
}

/// A new template. `from` is a starter's key, or `blocks`, `mjml`, `html` for an empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewForm {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub from: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenameForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub name: String,
}

impl RenameForm {
    /// The template and its new name.
    pub fn validate(&self) -> Result<(TemplateId, &str), AppError> {
        let id = self
            .id
            .parse()
            .map_err(|_| AppError::not_found("template"))?;
        let name = self.name.trim();
        check_name(name).map_err(|words| AppError::invalid("name", words).with_typed(self))?;
        Ok((id, name))
    }
}

/// A template file, pasted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportForm {
    #[serde(default)]
    pub json: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_deleting_means_is_said_with_names() {
        let usage = |drafts, names: &[&str]| Usage {
            drafts,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        for (usage, words) in [
            (usage(0, &[]), "No draft was made from it."),
            (usage(1, &["May"]), "1 draft was made from it: “May”."),
            (
                usage(5, &["May", "June"]),
                "5 drafts were made from it: “May”, “June” and 3 more.",
            ),
        ] {
            assert!(usage.consequence().starts_with(words), "{words}");
        }
    }
}
