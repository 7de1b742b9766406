//! What is wrong with a template, in words for the person who wrote it.

use minijinja::ErrorKind;

use super::prepare::Map;

/// Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MergeError {
    pub line: usize,
    pub column: Option<usize>,
    pub message: String,
}

impl std::fmt::Display for MergeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.column {
            Some(column) => write!(f, "Line {}, column {column}: {}", self.line, self.message),
            None => write!(f, "Line {}: {}", self.line, self.message),
        }
    }
}

impl std::error::Error for MergeError {}

impl MergeError {
    pub(super) fn new(line: usize, message: impl Into<String>) -> Self {
        Self {
            line,
            column: None,
            message: message.into(),
        }
    }

    /// An error at a byte of the source.
    pub(super) fn at(source: &str, offset: usize, message: impl Into<String>) -> Self {
        let mut end = offset.min(source.len());
        while !source.is_char_boundary(end) {
            end -= 1;
        }
        let before = source.get(..end).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() + 1;
        Self {
            line: before.matches('\n').count() + 1,
            column: Some(column),
            message: message.into(),
        }
    }

    pub(super) fn from_jinja(error: &minijinja::Error, map: &Map) -> Self {
        let detail = error.detail().unwrap_or_default();
        let message = match error.kind() {
            ErrorKind::SyntaxError => format!("We cannot read this expression: {detail}."),
            ErrorKind::BadEscape => {
                "A backslash in a quoted text is followed by an unknown character.".to_owned()
            }
            ErrorKind::OutOfFuel => {
                "This takes too long to fill in. Use fewer or shorter loops.".to_owned()
            }
            ErrorKind::WriteFailure => "The filled-in text is larger than 1 MB.".to_owned(),
            ErrorKind::MissingArgument => {
                "A filter needs one more value in its brackets.".to_owned()
            }
            ErrorKind::TooManyArguments => {
                "A filter has too many values in its brackets.".to_owned()
            }
            _ if detail.is_empty() => format!("This cannot be filled in: {}.", error.kind()),
            _ => format!("This cannot be filled in: {detail}."),
        };
        let mut place = Self::new(error.line().unwrap_or(1), message);
        if let Some(range) = error.range() {
            let at = Self::at(&map.source, map.origin(range.start), "");
            (place.line, place.column) = (at.line, at.column);
        }
        place
    }
}
