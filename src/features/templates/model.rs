//! Templates as both targets know them: what is stored, what is exported, what a name may be. Pure.

use serde::{Deserialize, Serialize};

use crate::mail::design::Design;

/// Longest template name, in characters.
pub const MAX_NAME_CHARS: usize = 120;
/// Longest subject or preheader, in characters.
pub const MAX_LINE_CHARS: usize = 500;

/// What a template holds besides its identity; also what one version in its history holds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TemplateContent {
    pub name: String,
    #[serde(default)]
    pub subject: String,
    #[serde(default)]
    pub preheader: String,
    pub design: Design,
}

/// An exported template: the JSON file a marketer downloads and may upload elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateFile {
    /// Always [`TemplateFile::FORMAT`].
    pub format: String,
    pub version: u32,
    #[serde(flatten)]
    pub content: TemplateContent,
}

impl TemplateFile {
    pub const FORMAT: &'static str = "mailer-template";
    pub const VERSION: u32 = 1;

    pub fn new(content: TemplateContent) -> Self {
        Self {
            format: Self::FORMAT.to_owned(),
            version: Self::VERSION,
            content,
        }
    }

    /// The file's text, indented so that it reads well in version control.
    pub fn to_json(&self) -> String {
        // Strings and numbers always serialise.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads an uploaded file.
    ///
    /// # Errors
    /// A sentence for the user: not a template file, a later version, or content beyond the limits.
    pub fn from_json(json: &str) -> Result<Self, String> {
        let file: Self = serde_json::from_str(json)
            .map_err(|error| format!("This is not a template file: {error}."))?;
        if file.format != Self::FORMAT {
            return Err("This is not a template file.".to_owned());
        }
        if file.version > Self::VERSION {
            return Err("This file was made by a later version of the program.".to_owned());
        }
        file.content.check()?;
        Ok(file)
    }
}

impl TemplateContent {
    /// Name, lengths and design.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn check(&self) -> Result<(), String> {
        check_name(&self.name)?;
        for (what, line) in [("subject", &self.subject), ("preheader", &self.preheader)] {
            if line.chars().count() > MAX_LINE_CHARS {
                return Err(format!(
                    "The {what} is longer than {MAX_LINE_CHARS} characters."
                ));
            }
        }
        self.design.check()
    }
}

/// Whether a template may have this name.
///
/// # Errors
/// A sentence for the user.
pub fn check_name(name: &str) -> Result<(), String> {
    if name.trim().is_empty() {
        return Err("Give the template a name.".to_owned());
    }
    if name.chars().count() > MAX_NAME_CHARS {
        return Err(format!(
            "The name is longer than {MAX_NAME_CHARS} characters."
        ));
    }
    Ok(())
}

/// The name of a copy: "Name copy", then "Name copy 2"; cut so that it stays within the limit.
pub fn copy_name(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let stem: String = name.trim().chars().take(MAX_NAME_CHARS - 10).collect();
    let mut copy = format!("{stem} copy");
    let mut number = 2u32;
    while taken(&copy) && number < 10_000 {
        copy = format!("{stem} copy {number}");
        number += 1;
    }
    copy
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> TemplateContent {
        TemplateContent {
            name: "Spring".into(),
            subject: "Hello {{ first_name }}".into(),
            ..TemplateContent::default()
        }
    }

    #[test]
    fn an_exported_template_reads_back_the_same() {
        let file = TemplateFile::new(content());
        assert_eq!(TemplateFile::from_json(&file.to_json()), Ok(file));
    }

    #[test]
    fn foreign_and_later_files_are_refused_in_words() {
        let mut later = TemplateFile::new(content());
        later.version = 2;
        assert!(
            TemplateFile::from_json(&later.to_json())
                .unwrap_err()
                .contains("later version")
        );
        let mut foreign = TemplateFile::new(content());
        foreign.format = "other".into();
        for json in [foreign.to_json(), "[]".to_owned(), "{}".to_owned()] {
            assert!(
                TemplateFile::from_json(&json)
                    .unwrap_err()
                    .starts_with("This is not a template file")
            );
        }
    }

    #[test]
    fn names_are_there_and_of_decent_length() {
        assert!(check_name("Spring").is_ok());
        assert!(check_name(" \t").is_err());
        assert!(check_name(&"ä".repeat(120)).is_ok());
        assert!(check_name(&"ä".repeat(121)).is_err());
    }

    #[test]
    fn copies_are_numbered() {
        assert_eq!(copy_name("A", |_| false), "A copy");
        assert_eq!(copy_name("A", |name| name == "A copy"), "A copy 2");
        assert!(copy_name(&"x".repeat(120), |_| false).chars().count() <= MAX_NAME_CHARS);
    }
}
