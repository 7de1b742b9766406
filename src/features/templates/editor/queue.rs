//! Changes that are made on the page and not yet stored. Pure.

use super::content::Content;
use super::edit::{EditForm, apply};
use std::collections::VecDeque;

/// Oldest first; one is on its way at a time.
#[derive(Default)]
pub(super) struct Queue {
    sent: Option<EditForm>,
    waiting: VecDeque<EditForm>,
    /// Somebody else changed the mail: nothing more is sent.
    is_stuck: bool,
    /// Something is typed that was not taken yet.
    pub(super) is_typing: bool,
}

impl Queue {
    /// Adds a change; typing on in the same form replaces what was typed before.
    pub(super) fn push(&mut self, edit: EditForm) {
        let is_form = matches!(
            edit.op.as_str(),
            "set" | "theme" | "headline" | "source" | "text"
        );
        match self.waiting.back_mut() {
            Some(last) if is_form && last.op == edit.op && last.block == edit.block => *last = edit,
            _ => self.waiting.push_back(edit),
        }
    }

    /// The change to send now, if none is on its way.
    pub(super) fn next(&mut self) -> Option<EditForm> {
        if self.is_stuck || self.sent.is_some() {
            return None;
        }
        self.sent = self.waiting.pop_front();
        self.sent.clone()
    }

    /// Whether something was on its way; its answer is here. Stored or refused, it waits no more.
    pub(super) fn answered(&mut self) -> bool {
        self.sent.take().is_some()
    }

    /// What was on its way did not arrive, and waits again.
    pub(super) fn put_back(&mut self) -> bool {
        let Some(edit) = self.sent.take() else {
            return false;
        };
        self.waiting.push_front(edit);
        true
    }

    /// What was on its way came too late; nothing more is sent.
    pub(super) fn stop(&mut self) -> bool {
        self.is_stuck = self.put_back() || self.is_stuck;
        self.is_stuck
    }

    /// After a conflict: this change alone stands for all that waited, and is sent.
    pub(super) fn restart(&mut self, edit: EditForm) {
        *self = Self::default();
        self.waiting.push_back(edit);
    }

    /// What is left to send when the page goes, and whether something before it is on its way. Nothing after a conflict: whoever goes
    /// then was asked.
    pub(super) fn leave(&mut self) -> (bool, Vec<EditForm>) {
        let waiting = std::mem::take(&mut self.waiting);
        let rest = if self.is_stuck {
            Vec::new()
        } else {
            waiting.into()
        };
        (self.sent.is_some(), rest)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sent.is_none() && self.waiting.is_empty() && !self.is_typing
    }

    /// What the stored content becomes with all that waits.
    pub(super) fn on_top_of(&self, stored: &Content) -> Content {
        self.waiting.iter().fold(stored.clone(), |content, edit| {
            apply(&content, edit).map_or(content, |applied| applied.content)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::design::Mode;

    fn edit(op: &str, block: &str, kind: &str) -> EditForm {
        EditForm {
            op: op.into(),
            block: block.into(),
            kind: kind.into(),
            ..EditForm::default()
        }
    }

    #[test]
    fn one_change_is_on_its_way_and_typing_on_replaces_what_waits() {
        let mut queue = Queue::default();
        queue.push(edit("set", "1", "a"));
        assert_eq!(queue.next().unwrap().kind, "a");
        queue.push(edit("set", "1", "b"));
        queue.push(edit("set", "1", "c"));
        queue.push(edit("set", "2", "d"));
        queue.push(edit("delete", "2", ""));
        queue.push(edit("delete", "2", ""));
        assert!(queue.next().is_none());
        assert!(queue.answered() && !queue.answered());
        let mut kinds = Vec::new();
        while let Some(next) = queue.next() {
            kinds.push(format!("{}{}", next.op, next.kind));
            queue.answered();
        }
        assert_eq!(kinds, ["setc", "setd", "delete", "delete"]);
        assert!(queue.is_empty());
    }

    #[test]
    fn what_did_not_arrive_is_sent_again_and_what_came_too_late_is_kept() {
        let mut queue = Queue::default();
        queue.push(edit("add", "", "text"));
        queue.next();
        assert!(queue.put_back());
        assert_eq!(queue.next().unwrap().kind, "text");
        assert!(queue.stop());
        assert!(queue.next().is_none() && !queue.is_empty());
        let shown = queue.on_top_of(&Content::empty(Mode::Blocks));
        assert_eq!(shown.document().unwrap().len(), 1);
        assert_eq!(queue.leave(), (false, Vec::new()));
        queue.restart(edit("keep", "", "blocks"));
        assert_eq!(queue.next().unwrap().op, "keep");
    }

    #[test]
    fn what_waits_when_the_page_goes_is_left_to_be_sent() {
        let mut queue = Queue::default();
        queue.push(edit("add", "", "text"));
        queue.next();
        queue.push(edit("add", "", "button"));
        queue.push(edit("delete", "1", ""));
        let (is_underway, rest) = queue.leave();
        let ops: Vec<_> = rest.iter().map(|edit| edit.op.as_str()).collect();
        assert!(is_underway);
        assert_eq!(ops, ["add", "delete"]);
    }
}
