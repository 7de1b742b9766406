//! What the editor says about a change that was refused, and what was typed into its form.

use super::session::{Editor, Saving};
use crate::error::{AppError, Invalid};
use leptos::prelude::*;

impl Editor {
    /// The sentence about the last change as a whole; field errors stand at their fields.
    pub(super) fn message(&self) -> Option<String> {
        self.error.with(|error| match error {
            Some(AppError::Invalid(invalid)) if invalid.message.is_empty() => None,
            other => other.as_ref().map(ToString::to_string),
        })
    }

    pub(super) fn is_stale(&self) -> bool {
        let is_late = |error: &Option<AppError>| matches!(error, Some(AppError::Conflict(_)));
        self.saving() == Saving::Conflict || self.error.with(is_late)
    }

    /// The sentence for one field of one form.
    pub(super) fn field_message(&self, op: &str, block: &str, field: &str) -> Option<String> {
        self.error.with(|error| {
            let invalid = rejected(error.as_ref(), op)?;
            let other = invalid
                .typed
                .get("block")
                .is_some_and(|typed| typed != block);
            let mut fields = invalid.fields.iter();
            let found = fields.find(|entry| entry.field == field && !other)?;
            Some(found.message.clone())
        })
    }

    /// What was typed into a field of a rejected form; `None` when no such form or field came back.
    pub(super) fn typed(&self, op: &str, block: &str, field: &str) -> Option<String> {
        self.error.with_untracked(|error| {
            let invalid = rejected(error.as_ref(), op)?;
            let is_same = invalid
                .typed
                .get("block")
                .is_some_and(|typed| typed == block);
            invalid.typed.get(field).filter(|_| is_same).cloned()
        })
    }

    /// Whether what was typed into this form came back.
    pub(super) fn is_rejected(&self, op: &str, block: &str) -> bool {
        self.typed(op, block, "op").is_some()
    }
}

fn rejected<'a>(error: Option<&'a AppError>, op: &str) -> Option<&'a Invalid> {
    match error {
        Some(AppError::Invalid(invalid))
            if invalid.typed.get("op").is_some_and(|typed| typed == op) =>
        {
            Some(invalid)
        }
        _ => None,
    }
}
