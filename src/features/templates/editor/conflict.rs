//! After somebody else saved: what is shown here can be put in the place of theirs, which is kept beside it.

use super::address::number;
use super::edit::EditForm;
use super::session::{Editor, Saving};
use leptos::prelude::*;

/// Whether what is shown was put in the place of somebody else's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeping {
    No,
    Underway,
    Done,
}

impl Editor {
    /// After a conflict: puts what is shown in the place of what somebody else saved. That is kept beside it, never lost.
    pub(super) fn keep_mine(&self) {
        let mine = self.shown.get_untracked();
        let edit = EditForm {
            op: "keep".into(),
            kind: mine.mode.as_str().into(),
            selected: number(self.selected.get_untracked()),
            fields: [
                ("source".to_owned(), mine.source),
                ("subject".to_owned(), mine.subject),
                ("preheader".to_owned(), mine.preheader),
            ]
            .into(),
            ..EditForm::default()
        };
        self.queue.update_value(|queue| queue.restart(edit));
        self.error.set(None);
        self.keeping.set(Keeping::Underway);
        self.saving.set(Saving::Underway);
        self.send.run(());
    }

    /// Where somebody else's version is since mine was put in its place.
    pub(super) fn kept(&self) -> Option<(String, &'static str)> {
        (self.keeping.get() == Keeping::Done).then(|| self.kept_words())
    }

    pub(super) fn kept_words(&self) -> (String, &'static str) {
        self.site.with_value(|site| site.kept.clone())
    }
}
