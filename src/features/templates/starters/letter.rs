//! A letter: a letterhead, words set to be read, a signature.

use super::{Page, Starter, line, set, starter, theme};
use crate::mail::block::{Align, FontStack, TextSize};

pub(super) fn design() -> Starter {
    let mut theme = theme([
        "#ffffff", "#ffffff", "#222222", "#666666", "#7a2e2e", "#1a4f8b",
    ]);
    theme.font = FontStack::Georgia;
    theme.heading_font = FontStack::Palatino;
    let page = Page::new(theme)
        .add(
            set(
                "<h4>Marsh &amp; Daughters</h4><p>Bookbinders since 1961</p>",
                Align::Left,
                TextSize::Small,
                "#666666",
            ),
            36,
            20,
        )
        .add(line(0), 0, 0)
        .add(
            set(
                "<p>Dear {{ first_name | default(\"reader\") }},</p>\
                 <p>Letters have become rare enough to be noticed, so I will keep this one short.</p>\
                 <p>Over the past months you have trusted us with your books, and in some cases with your patience. \
                 I wanted to thank you for both, and to tell you in plain words what comes next.</p>\
                 <p>From the first of June our opening hours change: we are there from eight in the morning, and until \
                 seven on Thursdays. Everything else stays as you know it.</p>\
                 <p>If there is something we should do better, reply to this letter. I read every answer myself.</p>\
                 <p>Yours sincerely,</p>",
                Align::Left,
                TextSize::Large,
                "",
            ),
            36,
            0,
        )
        .add(
            set(
                "<h2><i>Helen Marsh</i></h2><p><small>Helen Marsh, Director</small></p>",
                Align::Left,
                TextSize::Large,
                "",
            ),
            12,
            36,
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
