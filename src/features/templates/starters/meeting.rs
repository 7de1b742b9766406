//! A meeting request: short, personal, with the facts in a box.

use super::{Page, Starter, button, set, starter, text, theme};
use crate::mail::block::{Align, TextSize};

pub(super) fn design() -> Starter {
    let page = Page::new(theme([
        "#eef2f6", "#ffffff", "#16202c", "#5b6b7c", "#0f62a8", "#0b5394",
    ]))
    .band(
        "#0f62a8",
        set(
            "<p><b>Harbour &amp; Finch</b> &nbsp;·&nbsp; Meeting request</p>",
            Align::Left,
            TextSize::Small,
            "#ffffff",
        ),
        16,
        16,
    )
    .add(
        text(
            "<h1>Could we find half an hour?</h1><p>Dear {{ first_name | default(\"colleague\") }},</p>\
             <p>I would like to hear how planning for the coming quarter is going\
             {% if company %} at {{ company }}{% endif %}, and to show you two ideas that other teams have found useful.</p>",
        ),
        40,
        20,
    )
    .columns(
        "",
        vec![
            (
                "#eef4fa",
                vec![(
                    text("<h4>When</h4><p><b>{{ meeting_date | default(\"Tuesday, 12 May\") }}</b><br>{{ meeting_time | default(\"10:00 to 10:30\") }}</p>"),
                    24,
                    24,
                )],
            ),
            (
                "#eef4fa",
                vec![(
                    text("<h4>Where</h4><p><b>Video call</b><br>Link in the invitation</p>"),
                    24,
                    24,
                )],
            ),
        ],
        4,
        20,
    )
    .add(
        text(
            "<h3>What I would like to cover</h3><ol><li>Where your team spends its time today</li>\
             <li>Two ways to get some of it back</li><li>Whether a trial makes sense, and for whom</li></ol>",
        ),
        12,
        12,
    )
    .add(
        button("Accept this time", "accept", ("", ""), Align::Left, 6),
        8,
        12,
    )
    .add(
        text(
            "<p>Does another time suit you better? <a href=\"https://example.com/times\">Choose one here</a>, or just reply.</p>\
             <p>Kind regards,</p><p><b>Robin Vale</b><br><small>Partner, Harbour &amp; Finch &nbsp;·&nbsp; +1 555 0100</small></p>",
        ),
        8,
        44,
    )
    .footer("");
    starter(
        "meeting",
        "Meeting request",
        "Asks for a meeting, with the facts in a box.",
        (
            "Half an hour on {{ meeting_date | default(\"Tuesday\") }}?",
            "A short call about the coming quarter, with three points to cover.",
        ),
        page,
    )
}
