//! What of the mail is looked at, as the page's address holds it: `?block=3&view=phone`.

use crate::mail::design::Mode;

/// What is shown of the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// The canvas. Without JavaScript, and in the code modes, the mail as on a desktop.
    Edit,
    Desktop,
    Phone,
    Dark,
    Source,
    Text,
}

impl View {
    const ALL: [View; 6] = [
        View::Edit,
        View::Desktop,
        View::Phone,
        View::Dark,
        View::Source,
        View::Text,
    ];

    /// The views that a mail of this mode has.
    pub(super) fn of_mode(mode: Mode, can_edit: bool) -> &'static [View] {
        if mode == Mode::Blocks && can_edit {
            &Self::ALL
        } else {
            Self::ALL.split_at(1).1
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            View::Edit => "edit",
            View::Desktop => "desktop",
            View::Phone => "phone",
            View::Dark => "dark",
            View::Source => "source",
            View::Text => "text",
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            View::Edit => "Edit",
            View::Desktop => "Desktop",
            View::Phone => "Phone",
            View::Dark => "Dark mode",
            View::Source => "HTML source",
            View::Text => "Plain text",
        }
    }

    /// The preview document it shows.
    pub(super) fn part(self) -> &'static str {
        match self {
            View::Edit | View::Desktop | View::Phone => "html",
            View::Dark => "dark",
            View::Source => "source",
            View::Text => "text",
        }
    }

    /// The view an address asks for; the first for anything else.
    pub(super) fn of(text: &str) -> View {
        let mut all = View::ALL.into_iter();
        all.find(|view| view.as_str() == text).unwrap_or(View::Edit)
    }
}

/// The editor's page with a selection and a view.
pub(super) fn address(page: &str, block: Option<u32>, view: &str) -> String {
    let mut out = page.to_owned();
    let mut add = |name: &str, value: &str| {
        out.push(if out.contains('?') { '&' } else { '?' });
        out.push_str(&format!("{name}={value}"));
    };
    if let Some(block) = block {
        add("block", &block.to_string());
    }
    if View::of(view) != View::Edit {
        add("view", View::of(view).as_str());
    }
    out
}

/// An id as a form sends it; empty for none.
pub(super) fn number(id: Option<u32>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_the_pages_own_query() {
        assert_eq!(address("/templates/7", None, ""), "/templates/7");
        assert_eq!(
            address("/drafts/7?step=content", Some(3), "phone"),
            "/drafts/7?step=content&block=3&view=phone"
        );
        assert_eq!(
            address("/templates/7", Some(3), "\"><x"),
            "/templates/7?block=3"
        );
    }

    #[test]
    fn code_and_viewers_have_no_canvas() {
        assert_eq!(View::of_mode(Mode::Blocks, true)[0], View::Edit);
        for (mode, can_edit) in [(Mode::Mjml, true), (Mode::Blocks, false)] {
            assert_eq!(View::of_mode(mode, can_edit)[0], View::Desktop);
        }
    }
}
