//! What each step of the composer still lacks, in a few words, so that the steps can be taken in any order. Pure.

use super::model::{Draft, Step};
use super::recipients::model::RecipientSet;
use crate::mail::block::Document;
use crate::mail::design::Mode;
use serde::{Deserialize, Serialize};

/// Empty: nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lacks {
    pub content: String,
    pub recipients: String,
}

impl Lacks {
    pub fn of(draft: &Draft, set: Option<&RecipientSet>) -> Lacks {
        Lacks {
            content: content(draft.mode, &draft.source, &draft.subject).into(),
            recipients: match set.map(|set| set.valid) {
                None => "No list yet",
                Some(0) => "Nobody can be mailed",
                Some(_) => "",
            }
            .into(),
        }
    }

    /// What is missing in this step; `None`: nothing.
    pub fn in_step(&self, step: Step) -> Option<&str> {
        let words = match step {
            Step::Content => self.content.as_str(),
            Step::Recipients => self.recipients.as_str(),
            Step::Review if self.content.is_empty() && self.recipients.is_empty() => "",
            Step::Review => "After the other steps",
        };
        (!words.is_empty()).then_some(words)
    }
}

/// What is missing in the mail itself.
pub fn content(mode: Mode, source: &str, subject: &str) -> &'static str {
    let is_blank = match mode {
        Mode::Blocks => Document::from_json(source).is_ok_and(|document| document.is_empty()),
        Mode::Mjml | Mode::Html => source.trim().is_empty(),
    };
    match (subject.trim().is_empty(), is_blank) {
        (true, true) => "No subject, no content",
        (true, false) => "No subject yet",
        (false, true) => "No content yet",
        (false, false) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_says_what_it_lacks() {
        let blank = Document::default().to_json();
        assert_eq!(content(Mode::Blocks, &blank, " "), "No subject, no content");
        assert_eq!(content(Mode::Html, "<p>Hi</p>", ""), "No subject yet");
        assert_eq!(content(Mode::Html, " ", "Hi"), "No content yet");
        let lacks = Lacks {
            recipients: "No list yet".into(),
            ..Lacks::default()
        };
        assert_eq!(lacks.in_step(Step::Content), None);
        assert_eq!(lacks.in_step(Step::Review), Some("After the other steps"));
        assert_eq!(Lacks::default().in_step(Step::Review), None);
    }
}
