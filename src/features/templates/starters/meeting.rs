//! A meeting request: short, personal, with the day on a leaf of a calendar.

use super::{Page, Starter, brand, button, line, set, starter, text, theme};
use crate::mail::block::{Align, TextSize};

pub(super) fn design() -> Starter {
    let blue = "#0f5c9c";
    let page = Page::new(theme([
        "#e9eff5", "#ffffff", "#16202c", "#566677", blue, "#0b5394",
    ]))
    .add(brand("Harbour & Finch", "", blue, Align::Left), 32, 20)
    .add(line(0), 0, 0)
    .add(
        text(
            "<h1>Could we find half an hour?</h1><p>Dear {{ first_name | default(\"colleague\") }},</p>\
             <p>I would like to hear how planning for the coming quarter is going\
             {% if company %} at {{ company }}{% endif %}, and to show you two ideas that other teams have found useful.</p>",
        ),
        36,
        20,
    )
    .columns(
        "",
        vec![
            (
                blue,
                vec![
                    (set("<h4>Tuesday</h4>", Align::Center, TextSize::Small, "#ffffff"), 26, 0),
                    (set("<p>12</p>", Align::Center, TextSize::Display, "#ffffff"), 0, 2),
                    (set("<p>May, 10:00 to 10:30</p>", Align::Center, TextSize::Small, "#dbe9f5"), 0, 26),
                ],
            ),
            (
                "#eef4fa",
                vec![(
                    text("<h4>Where</h4><p><b>Video call</b><br>The link follows.</p>"),
                    26,
                    26,
                )],
            ),
        ],
        4,
        28,
    )
    .add(
        text(
            "<h3>What I would like to cover</h3><ol><li>Where your team spends its time today</li>\
             <li>Two ways to get some of it back</li><li>Whether a trial makes sense, and for whom</li></ol>",
        ),
        8,
        16,
    )
    .add(
        button("Accept this time", "accept", ("", ""), Align::Left, 6),
        4,
        16,
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
        "Asks for a meeting, with the day on a calendar leaf.",
        (
            "Half an hour on Tuesday, {{ first_name | default(\"if it suits you\") }}?",
            "A short call about the coming quarter, with three points to cover.",
        ),
        page,
    )
}
