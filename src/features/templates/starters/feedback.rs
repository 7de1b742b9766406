//! A question after something happened: three answers, each one tap away.

use super::{Page, Starter, brand, line, set, starter, text, theme};
use crate::mail::block::{Align, TextSize};

pub(super) fn design() -> Starter {
    let ink = "#10242b";
    let answer = |card: &'static str, words: &str, hint: &str| {
        let path = words.to_lowercase();
        let html =
            format!("<h2><a href=\"https://example.com/{path}\">{words}</a></h2><p>{hint}</p>");
        (
            card,
            vec![(set(&html, Align::Center, TextSize::Small, ink), 30, 30)],
        )
    };
    let page = Page::new(theme([
        "#e8f1f2", "#ffffff", ink, "#54696f", "#0c6b73", ink,
    ]))
    .add(brand("Tern", "", "#0c6b73", Align::Center), 36, 0)
    .add(
        set(
            "<h1>How did we do?</h1>",
            Align::Center,
            TextSize::Normal,
            "",
        ),
        32,
        4,
    )
    .add(
        set(
            "<p>Your order arrived last week, {{ first_name | default(\"dear customer\") }}. One tap tells us how it went.</p>",
            Align::Center,
            TextSize::Large,
            "",
        ),
        4,
        24,
    )
    .columns(
        "",
        vec![
            answer("#7fd1ae", "Great", "I will be back"),
            answer("#f6d365", "Fine", "It did the job"),
            answer("#f4a58a", "Poor", "It went wrong"),
        ],
        4,
        36,
    )
    .add(line(0), 0, 0)
    .add(
        text(
            "<h3>What happens with your answer</h3><p>A person reads it. If something went wrong, you hear from us within two \
             days, and if you like we put it right.</p><p>Thank you,<br><b>Ole from Tern</b></p>",
        ),
        32,
        44,
    )
    .footer("<p>You get this one question because you ordered from Tern.</p>");
    starter(
        "feedback",
        "Feedback",
        "One question with three answers, each one tap away.",
        (
            "How did we do, {{ first_name | default(\"dear customer\") }}?",
            "One tap is enough. A person reads every answer.",
        ),
        page,
    )
}
