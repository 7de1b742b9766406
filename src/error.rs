//! The one error that crosses from server to browser. Everything in it may be shown to a user; details stay in the log.

use leptos::server_fn::{codec::JsonEncoding, error::FromServerFnError, error::ServerFnErrorErr};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a use-case can refuse, each with a sentence for the person in front of the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// There is no such thing (any more). Holds the thing's name: "draft".
    #[error("There is no such {0}. It may have been deleted.")]
    NotFound(String),
    /// The form is wrong; each field has its own sentence.
    #[error("{0}")]
    Invalid(Invalid),
    /// Somebody else, or another tab, was faster.
    #[error("{0}")]
    Conflict(String),
    /// Nobody is signed in, or the session ended.
    #[error("Please sign in.")]
    Unauthorized,
    /// Signed in, but not allowed to.
    #[error("{0}")]
    Forbidden(String),
    /// Too many tries; come back in this many seconds.
    #[error("Too many attempts. Try again in {}.", wait_words(*.0))]
    TooMany(i64),
    /// The database or another part is out of reach for now.
    #[error("{0}")]
    Unavailable(String),
    /// The call itself did not get through, or could not be understood.
    #[error("{0}")]
    Transport(String),
    /// A fault of ours. The reference finds it in the log.
    #[error("Something went wrong on our side. Reference: {0}")]
    Internal(String),
}

/// A rejected form: a summary, a sentence per field, and what was typed, so that a page without JavaScript can keep it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invalid {
    pub message: String,
    pub fields: Vec<FieldError>,
    /// Field name to what was typed. Never holds a secret; see [`Invalid::typed`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub typed: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The name of the input, without the form's prefix: "host".
    pub field: String,
    pub message: String,
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.message.is_empty() {
            let words: Vec<_> = self.fields.iter().map(|e| e.message.as_str()).collect();
            f.write_str(&words.join(" "))
        } else {
            f.write_str(&self.message)
        }
    }
}

impl Invalid {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a sentence for a field.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.fields.push(FieldError {
            field: field.into(),
            message: message.into(),
        });
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.message.is_empty()
    }

    /// `Ok` when nothing was found.
    pub fn into_result(self) -> Result<(), AppError> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(AppError::Invalid(self))
        }
    }

    /// Keeps what was typed, for a page without JavaScript. Secrets and long texts are left out: the error travels in a URL.
    #[must_use]
    pub fn with_typed<T: Serialize>(mut self, form: &T) -> Self {
        if let Ok(serde_json::Value::Object(map)) = serde_json::to_value(form) {
            for (name, value) in map {
                let text = match value {
                    serde_json::Value::String(text) => text,
                    serde_json::Value::Bool(flag) => flag.to_string(),
                    serde_json::Value::Number(number) => number.to_string(),
                    _ => continue,
                };
                let secret = ["password", "secret", "token"]
                    .iter()
                    .any(|word| name.contains(word));
                if !secret && text.len() <= 400 {
                    self.typed.insert(name, text);
                }
            }
        }
        self
    }
}

impl AppError {
    /// One field, one sentence.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        let mut invalid = Invalid::new();
        invalid.add(field, message);
        AppError::Invalid(invalid)
    }

    /// A sentence about the form as a whole.
    pub fn refused(message: impl Into<String>) -> Self {
        AppError::Invalid(Invalid {
            message: message.into(),
            ..Invalid::default()
        })
    }

    pub fn not_found(what: &str) -> Self {
        AppError::NotFound(what.into())
    }

    /// Adds what was typed to a rejected form; see [`Invalid::with_typed`].
    #[must_use]
    pub fn with_typed<T: Serialize>(self, form: &T) -> Self {
        match self {
            AppError::Invalid(invalid) => AppError::Invalid(invalid.with_typed(form)),
            other => other,
        }
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            AppError::NotFound(_) => 404,
            AppError::Invalid(_) => 422,
            AppError::Conflict(_) => 409,
            AppError::Unauthorized => 401,
            AppError::Forbidden(_) => 403,
            AppError::TooMany(_) => 429,
            AppError::Unavailable(_) => 503,
            AppError::Transport(_) => 400,
            AppError::Internal(_) => 500,
        }
    }
}

fn wait_words(secs: i64) -> String {
    match secs {
        ..=1 => "a second".into(),
        2..=89 => format!("{secs} seconds"),
        _ => format!("{} minutes", (secs + 59) / 60),
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => AppError::Transport(
                "The server could not be reached. Check the connection and try again.".into(),
            ),
            ServerFnErrorErr::Args(detail) | ServerFnErrorErr::MissingArg(detail) => {
                AppError::Transport(format!("The form could not be read: {detail}"))
            }
            other => AppError::Transport(other.to_string()),
        }
    }
}
