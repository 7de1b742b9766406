//! Where an editor stands, and what can be merged there.

use super::session::Editor;
use leptos::prelude::*;

/// Where the editor stands: what its forms and links must carry.
#[derive(Clone, Debug)]
pub struct Site {
    /// The server function's arguments besides `revision` and `edit`: `[("id", "7")]`.
    pub hidden: Vec<(&'static str, String)>,
    /// The page's address, with its own query if it has one: `/drafts/7?step=content`.
    pub page: String,
    /// The address of the preview documents; `?part=…&revision=…` is added.
    pub preview: String,
    /// False shows everything and offers no change.
    pub can_edit: bool,
    /// Merge names that the recipients have, each with a word about it: `("first_name", "column “First name”")`. May be empty.
    pub fields: Vec<(String, String)>,
    /// Where somebody else's version is found after mine was put in its place: an address, and words that go on after "is kept".
    pub kept: (String, &'static str),
}

/// Names that any list may have, and those that the mailer fills in itself.
const USUAL: [(&str, &str); 6] = [
    ("first_name", "a column “First name”"),
    ("last_name", "a column “Last name”"),
    ("company", "a column “Company”"),
    ("email", "the recipient's address"),
    ("unsubscribe_url", "the link to unsubscribe"),
    ("workspace_name", "your name, from the settings"),
];

impl Editor {
    /// Names that can be merged, each with a word about it: the list's columns first, then what the mail uses and what is usual.
    pub(super) fn merge_fields(&self) -> Vec<(String, String)> {
        let mut all = self.site.with_value(|site| site.fields.clone());
        let used = self
            .data()
            .with_untracked(|data| data.compiled.fields.clone());
        let used = used
            .into_iter()
            .map(|name| (name, "used in this mail".to_owned()));
        let usual = USUAL.map(|(name, words)| (name.to_owned(), words.to_owned()));
        for (name, words) in used.chain(usual) {
            if !all.iter().any(|(taken, _)| *taken == name) {
                all.push((name, words));
            }
        }
        all
    }
}
