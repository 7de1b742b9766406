//! A letter: no decoration at all, set to be read.

use super::{Page, Starter, line, set, starter, theme};
use crate::mail::block::{Align, FontStack, TextSize};

pub(super) fn design() -> Starter {
    let mut theme = theme([
        "#ffffff", "#ffffff", "#222222", "#6b6b6b", "#222222", "#1a4f8b",
    ]);
    theme.font = FontStack::Georgia;
    theme.heading_font = FontStack::Georgia;
    let page = Page::new(theme)
        .add(
            set(
                "<p>Dear {{ first_name | default(\"reader\") }},</p>\
                 <p>Letters have become rare enough to be noticed, so I will keep this one short.</p>\
                 <p>Over the past months you have trusted us with your time, and in some cases with your patience. \
                 I wanted to thank you for both, and to tell you in plain words what comes next.</p>\
                 <p>From the first of June our opening hours change: we are there from eight in the morning, and until \
                 seven on Thursdays. Everything else stays as you know it.</p>\
                 <p>If there is something we should do better, reply to this letter. I read every answer myself.</p>\
                 <p>Yours sincerely,</p>",
                Align::Left,
                TextSize::Large,
                "",
            ),
            40,
            4,
        )
        .add(
            set(
                "<p><b>Helen Marsh</b><br><small>Director, Marsh &amp; Daughters</small></p>",
                Align::Left,
                TextSize::Large,
                "",
            ),
            8,
            32,
        )
        .add(line(0), 0, 0)
        .footer("");
    starter(
        "letter",
        "Simple letter",
        "Words only, as if you had typed them yourself.",
        (
            "A short letter, {{ first_name | default(\"dear reader\") }}",
            "What comes next, in plain words.",
        ),
        page,
    )
}
