//! The first mail after signing up: a greeting, one thing to do, three steps.

use super::{Page, Starter, brand, button, line, set, starter, text, theme};
use crate::mail::block::{Align, TextSize};

pub(super) fn design() -> Starter {
    let accent = "#4f46e5";
    let step = |number: &str, title: &str, words: &str| {
        (
            "#f5f5fd",
            vec![
                (
                    set(
                        &format!("<h2>{number}</h2>"),
                        Align::Left,
                        TextSize::Normal,
                        accent,
                    ),
                    24,
                    0,
                ),
                (
                    set(
                        &format!("<h3>{title}</h3><p>{words}</p>"),
                        Align::Left,
                        TextSize::Small,
                        "",
                    ),
                    6,
                    24,
                ),
            ],
        )
    };
    let page = Page::new(theme([
        "#eeeef6", "#ffffff", "#1e1b3a", "#66648a", accent, "#4338ca",
    ]))
    .add(brand("Lumen", "", accent, Align::Left), 36, 0)
    .add(
        text(
            "<h1>Welcome, {{ first_name | default(\"and hello\") }}</h1>\
             <p>Your account is ready. Lumen keeps your team’s plans in one quiet place, and it takes about \
             two minutes to see what that feels like.</p>",
        ),
        28,
        16,
    )
    .add(
        button("Open your workspace", "start", ("", ""), Align::Left, 10),
        4,
        36,
    )
    .add(line(0), 0, 0)
    .add(text("<h4>Your first three steps</h4>"), 32, 8)
    .columns(
        "",
        vec![
            step("1", "Make a plan", "Start from a blank page or pick one of ours."),
            step("2", "Bring others", "Plans are better when others can see them."),
            step("3", "Set a rhythm", "Choose a day, and we remind everyone."),
        ],
        8,
        32,
    )
    .add(
        text(
            "<h3>Stuck? Write to a person.</h3><p>Reply to this mail and you reach Ines, who helps new \
             teams{% if company %} like {{ company }}{% endif %} settle in. She answers within a working day.</p>\
             <p>See you inside,<br><b>The Lumen team</b></p>",
        ),
        4,
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
