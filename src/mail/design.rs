//! The three ways a mail can be written, as one stored value. Both targets.

use serde::{Deserialize, Serialize};

use super::block::Document;

/// Longest source of a code mode, and of a stored design, in bytes.
pub const MAX_SOURCE_BYTES: usize = 1_000_000;

/// What a template, draft or sequence step holds: blocks, or code for those who want it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Design {
    Blocks { document: Document },
    Mjml { source: String },
    Html { source: String },
}

/// How a mail is written: the column `mode` beside `source`. Blocks: the source is the document's JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    #[default]
    Blocks,
    Mjml,
    Html,
}

impl Mode {
    pub const ALL: [Self; 3] = [Self::Blocks, Self::Mjml, Self::Html];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Mjml => "mjml",
            Self::Html => "html",
        }
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Mode {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.as_str() == text)
            .ok_or_else(|| format!("{text} is not a way to write a mail"))
    }
}

impl Default for Design {
    fn default() -> Self {
        Self::Blocks {
            document: Document::default(),
        }
    }
}

impl From<Document> for Design {
    fn from(document: Document) -> Self {
        Self::Blocks { document }
    }
}

impl Design {
    /// The mode as stored in a column: `blocks`, `mjml` or `html`.
    pub fn mode(&self) -> &'static str {
        match self {
            Self::Blocks { .. } => "blocks",
            Self::Mjml { .. } => "mjml",
            Self::Html { .. } => "html",
        }
    }

    /// The document of a block design.
    pub fn document(&self) -> Option<&Document> {
        match self {
            Self::Blocks { document } => Some(document),
            Self::Mjml { .. } | Self::Html { .. } => None,
        }
    }

    /// Reads a stored or imported design.
    ///
    /// # Errors
    /// A sentence for the user: not of this shape, too large, or a block tree beyond the limits.
    pub fn from_json(json: &str) -> Result<Self, String> {
        if json.len() > MAX_SOURCE_BYTES {
            return Err("The design is larger than 1 MB.".to_owned());
        }
        let design: Self = serde_json::from_str(json)
            .map_err(|error| format!("This is not a design we can read: {error}."))?;
        design.check()?;
        Ok(design)
    }

    /// The stored form.
    pub fn to_json(&self) -> String {
        // Strings and numbers always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Limits of size and shape.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Blocks { document } => document.check_shape(),
            Self::Mjml { source } | Self::Html { source } if source.len() > MAX_SOURCE_BYTES => {
                Err("The source is larger than 1 MB.".to_owned())
            }
            Self::Mjml { .. } | Self::Html { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::block::{BlockKind, Place};

    #[test]
    fn every_mode_survives_being_stored() {
        let mut document = Document::default();
        for kind in BlockKind::palette() {
            document.insert(Place::Bottom, kind).unwrap();
        }
        for design in [
            Design::from(document),
            Design::Mjml {
                source: "<mjml>".into(),
            },
            Design::Html {
                source: "{{ a }}\n\"".into(),
            },
        ] {
            assert_eq!(Design::from_json(&design.to_json()), Ok(design.clone()));
            assert!(
                design
                    .to_json()
                    .contains(&format!("\"mode\":\"{}\"", design.mode()))
            );
        }
    }

    #[test]
    fn a_source_beyond_a_megabyte_is_refused() {
        let source = "x".repeat(MAX_SOURCE_BYTES + 1);
        assert!(
            Design::Html { source }
                .check()
                .unwrap_err()
                .contains("1 MB")
        );
    }
}
