//! An editorial newsletter: a masthead, a row of figures instead of a picture, one lead story and two short ones.

use super::{Page, Starter, button, line, set, social, starter, text, theme};
use crate::mail::block::{Align, FontStack, TextSize};

pub(super) fn design() -> Starter {
    let (paper, ink, clay, ochre, pine) = ("#efe9df", "#241f1a", "#a8431f", "#ecc25f", "#2c4a3d");
    let mut theme = theme([paper, "#fffdf9", ink, "#6b6256", clay, "#8f3718"]);
    theme.heading_font = FontStack::Georgia;
    let figure = |card: &'static str, colour: &str, number: &str, words: &str| {
        (
            card,
            vec![
                (
                    set(
                        &format!("<p>{number}</p>"),
                        Align::Left,
                        TextSize::Display,
                        colour,
                    ),
                    20,
                    4,
                ),
                (
                    set(
                        &format!("<p>{words}</p>"),
                        Align::Left,
                        TextSize::Small,
                        colour,
                    ),
                    0,
                    20,
                ),
            ],
        )
    };
    let story = |label: &str, title: &str, words: &str, link: &str| {
        let html = format!(
            "<h4>{label}</h4><h2>{title}</h2><p>{words}</p><p><a href=\"https://example.com/{label}\">{link}</a></p>"
        );
        ("#f5efe4", vec![(text(&html), 26, 26)])
    };
    let page = Page::new(theme)
        .add(
            set("<p>Almanac</p>", Align::Center, TextSize::Display, ""),
            40,
            10,
        )
        .add(
            set(
                "<p>Letters from the workshop &nbsp;·&nbsp; No. 12, Spring</p>",
                Align::Center,
                TextSize::Small,
                "#6b6256",
            ),
            0,
            32,
        )
        .columns(
            "",
            vec![
                figure(clay, "#ffffff", "28", "days of listening"),
                figure(ochre, ink, "41", "conversations"),
                figure(pine, "#ffffff", "3", "surprises"),
            ],
            0,
            8,
        )
        .add(
            text(
                "<h4>The lead</h4><h1>What we learned from a quiet month</h1>\
                 <p>Hello {{ first_name | default(\"there\") }},</p>\
                 <p>We closed the calendar for four weeks and talked to the people who use our work every day. Three things \
                 surprised us, and one of them will change how we plan the rest of the year.</p>",
            ),
            36,
            20,
        )
        .add(
            button("Read the story", "story", (ink, "#ffffff"), Align::Left, 4),
            4,
            48,
        )
        .band(
            pine,
            set(
                "<h2>“Small and steady beats loud and late.”</h2><p>Maren Holt, who runs the workshop</p>",
                Align::Left,
                TextSize::Small,
                "#ffffff",
            ),
            44,
            44,
        )
        .columns(
            "",
            vec![
                story(
                    "Travel",
                    "A week up north",
                    "Five days, two trains and a notebook: how to work away from your desk.",
                    "Read on",
                ),
                story(
                    "Letters",
                    "Ask us anything",
                    "You sent forty questions. Here are the six that most of you had.",
                    "See the answers",
                ),
            ],
            44,
            20,
        )
        .add(
            text(
                "<h3>On the calendar</h3><ul><li><b>4 May</b> &nbsp;Open studio, from six in the evening</li>\
                 <li><b>18 May</b> &nbsp;Workshop: writing that gets read</li></ul>",
            ),
            20,
            28,
        )
        .add(line(0), 0, 0)
        .add(social(Align::Center), 28, 32)
        .footer("<p>You get the Almanac once a month because you signed up for it.</p>");
    starter(
        "newsletter",
        "Newsletter",
        "One lead story, two short ones, dates to remember.",
        (
            "Almanac: what we learned from a quiet month",
            "Three surprises, a week in the north, and your questions answered.",
        ),
        page,
    )
}
