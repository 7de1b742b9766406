//! What the editor works on and what it shows about it. Both targets; pure.

use crate::error::AppError;
use crate::mail::block::{Document, Problem};
use crate::mail::design::{Design, MAX_SOURCE_BYTES, Mode};
use serde::{Deserialize, Serialize};

/// A mail as it is written. `source` is the block document as JSON, or MJML, or HTML.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Content {
    pub mode: Mode,
    pub source: String,
    pub subject: String,
    pub preheader: String,
}

impl Content {
    /// An empty mail of this mode.
    pub fn empty(mode: Mode) -> Self {
        let source = match mode {
            Mode::Blocks => Document::default().to_json(),
            Mode::Mjml => EMPTY_MJML.to_owned(),
            Mode::Html => EMPTY_HTML.to_owned(),
        };
        Self {
            mode,
            source,
            ..Self::default()
        }
    }

    pub fn from_design(design: &Design, subject: &str, preheader: &str) -> Self {
        let (mode, source) = match design {
            Design::Blocks { document } => (Mode::Blocks, document.to_json()),
            Design::Mjml { source } => (Mode::Mjml, source.clone()),
            Design::Html { source } => (Mode::Html, source.clone()),
        };
        Self {
            mode,
            source,
            subject: subject.to_owned(),
            preheader: preheader.to_owned(),
        }
    }

    /// The design in typed form.
    ///
    /// # Errors
    /// `Invalid`, when the stored block document cannot be read or is beyond the limits.
    pub fn design(&self) -> Result<Design, AppError> {
        let design = match self.mode {
            Mode::Blocks => Document::from_json(&self.source)
                .map(Design::from)
                .map_err(AppError::refused)?,
            Mode::Mjml => Design::Mjml {
                source: self.source.clone(),
            },
            Mode::Html => Design::Html {
                source: self.source.clone(),
            },
        };
        design.check().map_err(AppError::refused)?;
        Ok(design)
    }

    /// The block document; none in the code modes, and none if it cannot be read.
    pub fn document(&self) -> Option<Document> {
        (self.mode == Mode::Blocks)
            .then(|| Document::from_json(&self.source).ok())
            .flatten()
    }

    /// Whether the source is within [`MAX_SOURCE_BYTES`].
    pub(super) fn check_size(&self) -> Result<(), AppError> {
        if self.source.len() > MAX_SOURCE_BYTES {
            return Err(AppError::invalid(
                "source",
                "The text is larger than 1 MB. Make it shorter; nothing was saved.",
            ));
        }
        Ok(())
    }
}

const EMPTY_MJML: &str = "<mjml>\n  <mj-body>\n    <mj-section>\n      <mj-column>\n        <mj-text>Hello {{ first_name | default(\"there\") }},</mj-text>\n      </mj-column>\n    </mj-section>\n  </mj-body>\n</mjml>\n";

const EMPTY_HTML: &str = "<!doctype html>\n<html>\n  <body>\n    <p>Hello {{ first_name | default(\"there\") }},</p>\n    <p><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></p>\n  </body>\n</html>\n";

/// The editor's view of stored content: everything the page needs, in one answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EditorData {
    pub content: Content,
    /// Goes up by one with each change; a form sends back the one it was made from.
    pub revision: i64,
    pub compiled: Compiled,
    /// The block that is selected after the change; see [`super::Applied`].
    #[serde(default)]
    pub selected: Option<u32>,
}

/// What compiling came to. The documents themselves are shown by the preview route.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Compiled {
    /// Size of the HTML as sent, in bytes; 0 when it did not compile.
    pub bytes: i64,
    /// Why nothing can be sent as it stands.
    pub fault: Option<Fault>,
    /// What to fix in a block design; nothing here stops a send.
    pub problems: Vec<Problem>,
    /// Merge names used in subject, preheader and source: `first_name`.
    pub fields: Vec<String>,
}

/// One mistake, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// `source`, `subject` or `preheader`.
    pub field: String,
    /// From 1; none when the place is not known. In block mode the line means nothing and is left out.
    pub line: Option<i64>,
    pub message: String,
}

/// The answer to a change that was made from an older revision than the stored one.
pub fn stale() -> AppError {
    AppError::Conflict(
        "This changed in the meantime: by somebody else, in another tab, or by a save of yours that had not ended. \
         So your last change was not saved. Load the current version and make it again."
            .into(),
    )
}
