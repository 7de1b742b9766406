//! Product news: a dark stage for the headline, three facts below.

use super::{Page, Starter, brand, button, line, set, starter, text, theme};
use crate::mail::block::{Align, TextSize};

pub(super) fn design() -> Starter {
    let stage = "#15121f";
    let fact =
        |title: &str, words: &str| vec![(text(&format!("<h3>{title}</h3><p>{words}</p>")), 0, 16)];
    let page = Page::new(theme([
        "#f2f1f5", "#ffffff", "#1b1826", "#6b6779", "#e0533d", "#c2402b",
    ]))
    .add(brand("Atlas", stage, "#ffffff", Align::Left), 36, 0)
    .band(
        stage,
        set("<h4>New today</h4><h1>Reports that write themselves</h1>", Align::Left, TextSize::Normal, "#ffffff"),
        72,
        0,
    )
    .band(
        stage,
        set(
            "<p>Point Atlas at your numbers and get a page your board will read to the end.</p>",
            Align::Left,
            TextSize::Large,
            "#c3bfd0",
        ),
        16,
        28,
    )
    .band(
        stage,
        button("See it in action", "reports", ("#ff6b52", "#15121f"), Align::Left, 8),
        0,
        72,
    )
    .add(
        text(
            "<p>Hi {{ first_name | default(\"there\") }},</p><p>For a year you told us the same thing: collecting the figures is the easy part, \
             explaining them takes the weekend. Starting today, Atlas does the explaining.</p>",
        ),
        44,
        36,
    )
    .add(line(0), 0, 0)
    .columns(
        "",
        vec![
            ("", fact("Plain words", "Every chart comes with two sentences that say what changed and why.")),
            ("", fact("Your figures", "Each claim links to the rows behind it, so anyone can check.")),
            ("", fact("On time", "Set a day, and the report waits in your inbox that morning.")),
        ],
        32,
        12,
    )
    .band(
        "#faf6f4",
        set(
            "<blockquote><p>“We cut our Monday meeting in half, because everyone had already read the page.”</p></blockquote>\
             <p><b>Dana Okoye</b><br><small>Head of Operations, Fernway</small></p>",
            Align::Left,
            TextSize::Large,
            "",
        ),
        36,
        36,
    )
    .add(
        text(
            "<h2>Yours from today</h2><p>Reports are part of every plan. There is nothing to install; you find them in the left-hand menu. \
             <a href=\"https://example.com/guide\">Read the short guide</a>.</p>",
        ),
        40,
        44,
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
