//! Product news: a dark stage for the headline with its figures, then the story and a voice.

use super::{Page, Starter, brand, button, line, set, starter, text, theme};
use crate::mail::block::{Align, TextSize};

pub(super) fn design() -> Starter {
    let (stage, coral, mist) = ("#15121f", "#ff7a61", "#c3bfd0");
    let figure = |number: &str, words: &str| {
        (
            "#242033",
            vec![
                (
                    set(
                        &format!("<h2>{number}</h2>"),
                        Align::Left,
                        TextSize::Normal,
                        coral,
                    ),
                    20,
                    4,
                ),
                (
                    set(
                        &format!("<p>{words}</p>"),
                        Align::Left,
                        TextSize::Small,
                        mist,
                    ),
                    0,
                    20,
                ),
            ],
        )
    };
    let page = Page::new(theme([
        "#efeef3", "#ffffff", "#1b1826", "#65617a", "#e0533d", "#c2402b",
    ]))
    .add(brand("Atlas", stage, "#ffffff", Align::Left), 36, 0)
    .band(
        stage,
        set("<h4>New today</h4>", Align::Left, TextSize::Small, coral),
        64,
        0,
    )
    .band(
        stage,
        set(
            "<h1>Reports that write themselves</h1>",
            Align::Left,
            TextSize::Normal,
            "#ffffff",
        ),
        12,
        4,
    )
    .band(
        stage,
        set(
            "<p>Point Atlas at your numbers and get a page your board will read to the end.</p>",
            Align::Left,
            TextSize::Large,
            mist,
        ),
        8,
        28,
    )
    .band(
        stage,
        button("See it in action", "reports", (coral, stage), Align::Left, 8),
        0,
        48,
    )
    .columns(
        stage,
        vec![
            figure("2 lines", "per chart: what changed, and why"),
            figure("1 page", "that a board reads to its end"),
            figure("8:00", "on Mondays, or when you say"),
        ],
        0,
        56,
    )
    .add(
        text(
            "<p>Hi {{ first_name | default(\"there\") }},</p><p>For a year you told us the same thing: collecting the figures is the easy part, \
             explaining them takes the weekend. From today, Atlas does the explaining.</p>\
             <p>Reports are part of every plan. There is nothing to install; you find them in the left-hand menu. \
             <a href=\"https://example.com/guide\">Read the short guide</a>.</p>",
        ),
        44,
        40,
    )
    .add(line(0), 0, 0)
    .add(
        set(
            "<h2>“We cut our Monday meeting in half, because everyone had already read the page.”</h2>\
             <p><b>Dana Okoye</b><br><small>Head of Operations, Fernway</small></p>",
            Align::Left,
            TextSize::Normal,
            "",
        ),
        40,
        48,
    )
    .footer("<p>You get product news because you use Atlas.</p>");
    starter(
        "announcement",
        "Announcement",
        "Presents something new, with three facts and a quote.",
        (
            "New today: reports that write themselves",
            "Point Atlas at your numbers and get a page people read to the end.",
        ),
        page,
    )
}
