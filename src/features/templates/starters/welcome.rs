//! The first mail after signing up: a greeting, one thing to do, three steps.

use super::{Page, Starter, brand, button, line, set, starter, text, theme};
use crate::mail::block::{Align, TextSize};

pub(super) fn design() -> Starter {
    let (night, accent) = ("#312e81", "#4f46e5");
    let step = |colour: &str, number: &str, title: &str, words: &str| {
        (
            "#f4f4fd",
            vec![
                (
                    set(
                        &format!("<p>{number}</p>"),
                        Align::Left,
                        TextSize::Display,
                        colour,
                    ),
                    22,
                    8,
                ),
                (
                    set(
                        &format!("<h3>{title}</h3><p>{words}</p>"),
                        Align::Left,
                        TextSize::Small,
                        "",
                    ),
                    0,
                    24,
                ),
            ],
        )
    };
    let page = Page::new(theme([
        "#ecebf7", "#ffffff", "#1e1b3a", "#625f86", accent, "#4338ca",
    ]))
    .add(brand("Lumen", night, "#ffffff", Align::Left), 36, 0)
    .band(
        night,
        set(
            "<h1>Welcome, {{ first_name | default(\"and hello\") }}</h1>",
            Align::Left,
            TextSize::Normal,
            "#ffffff",
        ),
        56,
        4,
    )
    .band(
        night,
        set(
            "<p>Lumen keeps your team’s plans in one quiet place. It takes about two minutes to see what that feels like.</p>",
            Align::Left,
            TextSize::Large,
            "#d6d4fb",
        ),
        0,
        28,
    )
    .band(
        night,
        button(
            "Open your workspace",
            "start",
            ("#ffd166", "#241f4d"),
            Align::Left,
            10,
        ),
        0,
        56,
    )
    .add(text("<h4>Your first three steps</h4>"), 44, 4)
    .columns(
        "",
        vec![
            step("#4f46e5", "1", "Plan", "A blank page, or one of ours."),
            step("#be3a7a", "2", "Share", "Invite those who need to see it."),
            step("#0f7f74", "3", "Repeat", "Pick a day. We remind everyone."),
        ],
        8,
        36,
    )
    .add(line(0), 0, 0)
    .add(
        text(
            "<h3>Stuck? Write to a person.</h3><p>Reply to this mail and you reach Ines, who helps new \
             teams{% if company %} like {{ company }}{% endif %} settle in. She answers within a working day.</p>\
             <p>See you inside,<br><b>The Lumen team</b></p>",
        ),
        32,
        44,
    )
    .footer("<p>You get this mail because you created a Lumen account.</p>");
    starter(
        "welcome",
        "Welcome",
        "Greets someone new and shows the first three steps.",
        (
            "Welcome to Lumen, {{ first_name | default(\"friend\") }}",
            "Your workspace is ready. Here is where to begin.",
        ),
        page,
    )
}
