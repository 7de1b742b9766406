//! What can be undone: earlier and later documents, in steps a person would count. Both targets; pure.

use std::collections::VecDeque;

/// Steps that can be undone.
pub const UNDO_STEPS: usize = 50;

/// What a change was about: its operation, its block, and the input it came from. Typing on in the same input is one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub op: String,
    pub block: String,
    pub input: String,
}

/// Earlier and later sources of one mail.
#[derive(Clone, Debug, Default)]
pub struct History {
    back: VecDeque<String>,
    forth: Vec<String>,
    last: Option<About>,
}

impl History {
    /// Notes that `before` was changed. What was undone before can no longer be redone.
    pub fn record(&mut self, about: About, before: String) {
        self.forth.clear();
        let is_typing = matches!(
            about.op.as_str(),
            "set" | "theme" | "source" | "text" | "headline"
        );
        if is_typing && self.last.as_ref() == Some(&about) && !self.back.is_empty() {
            return;
        }
        self.last = Some(about);
        self.back.push_back(before);
        if self.back.len() > UNDO_STEPS {
            self.back.pop_front();
        }
    }

    /// The source one step back, given the one shown now.
    pub fn undo(&mut self, now: &str) -> Option<String> {
        let target = self.back.pop_back()?;
        self.forth.push(now.to_owned());
        self.last = None;
        Some(target)
    }

    /// The source one step forth again.
    pub fn redo(&mut self, now: &str) -> Option<String> {
        let target = self.forth.pop()?;
        self.back.push_back(now.to_owned());
        self.last = None;
        Some(target)
    }

    /// The next thing typed is a step of its own, even in the same input.
    pub fn pause(&mut self) {
        self.last = None;
    }

    pub fn can_undo(&self) -> bool {
        !self.back.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.forth.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(op: &str, input: &str) -> About {
        About {
            op: op.into(),
            block: "1".into(),
            input: input.into(),
        }
    }

    #[test]
    fn typing_in_one_input_is_one_step_and_steps_go_back_and_forth() {
        let mut history = History::default();
        history.record(about("set", "label"), "a".into());
        history.record(about("set", "label"), "ab".into());
        history.record(about("set", "href"), "abc".into());
        history.record(about("delete", ""), "abcd".into());
        assert_eq!(history.undo("now").as_deref(), Some("abcd"));
        assert_eq!(history.undo("abcd").as_deref(), Some("abc"));
        assert_eq!(history.undo("abc").as_deref(), Some("a"));
        assert_eq!(history.undo("a"), None);
        assert_eq!(history.redo("a").as_deref(), Some("abc"));
        history.record(about("set", "href"), "abc".into());
        assert!(!history.can_redo() && history.can_undo());
    }

    #[test]
    fn after_a_pause_or_an_undo_typing_is_a_new_step() {
        let mut history = History::default();
        history.record(about("text", "1"), "a".into());
        history.pause();
        history.record(about("text", "1"), "b".into());
        assert_eq!(history.undo("c").as_deref(), Some("b"));
        history.record(about("text", "1"), "b".into());
        assert_eq!(history.undo("x").as_deref(), Some("b"));
    }

    #[test]
    fn the_same_button_twice_is_two_steps() {
        let mut history = History::default();
        history.record(about("move-up", ""), "a".into());
        history.record(about("move-up", ""), "b".into());
        assert_eq!(history.undo("c").as_deref(), Some("b"));
        assert_eq!(history.undo("b").as_deref(), Some("a"));
    }

    #[test]
    fn fifty_steps_are_kept() {
        let mut history = History::default();
        for i in 0..60 {
            history.record(about("delete", ""), i.to_string());
        }
        let mut now = "60".to_owned();
        let mut count = 0;
        while let Some(before) = history.undo(&now) {
            now = before;
            count += 1;
        }
        assert_eq!((count, now.as_str()), (UNDO_STEPS, "10"));
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod random;
