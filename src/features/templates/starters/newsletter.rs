//! An editorial newsletter: paper tones, serif headlines, one lead story and two short ones.

use super::{Page, Starter, brand, button, line, set, social, starter, text, theme};
use crate::mail::block::{Align, FontStack, TextSize};

pub(super) fn design() -> Starter {
    let mut theme = theme([
        "#efebe3", "#fffdf9", "#2a2520", "#6f665a", "#a8431f", "#8f3718",
    ]);
    theme.heading_font = FontStack::Georgia;
    let page = Page::new(theme)
        .add(brand("Field Notes", "", "", Align::Center), 36, 0)
        .add(
            set(
                "<p>Issue No. 12 &nbsp;·&nbsp; Spring</p>",
                Align::Center,
                TextSize::Small,
                "#6f665a",
            ),
            4,
            20,
        )
        .add(line(0), 0, 0)
        .add(
            text(
                "<h4>The lead</h4><h1>What we learned from a quiet month</h1>\
                 <p>Hello {{ first_name | default(\"there\") }},</p>\
                 <p>We spent four weeks talking to the people who use our work every day. Three things surprised us, \
                 and one of them will change how we plan the rest of the year.</p>",
            ),
            36,
            20,
        )
        .add(
            button("Read the story", "story", ("#2a2520", "#ffffff"), Align::Left, 4),
            4,
            40,
        )
        .band(
            "#a8431f",
            set(
                "<h2>“Small and steady beats loud and late.”</h2><p>Maren Holt, who runs the workshop</p>",
                Align::Center,
                TextSize::Small,
                "",
            ),
            40,
            40,
        )
        .add(text("<h4>Also in this issue</h4>"), 40, 0)
        .columns(
            "",
            vec![
                (
                    "",
                    vec![
                        (
                            text(
                                "<h2>A week in the north</h2><p>Five days, two trains and a notebook. Our short guide to \
                                 working away from your desk.</p><p><a href=\"https://example.com/north\">Read on</a></p>",
                            ),
                            4,
                            12,
                        ),
                    ],
                ),
                (
                    "",
                    vec![
                        (
                            text(
                                "<h2>Ask us anything</h2><p>You sent forty questions. We picked the six that most of you \
                                 wondered about.</p><p><a href=\"https://example.com/questions\">See the answers</a></p>",
                            ),
                            4,
                            12,
                        ),
                    ],
                ),
            ],
            8,
            24,
        )
        .add(line(0), 0, 0)
        .add(
            text(
                "<h3>On the calendar</h3><ul><li><b>4 May</b> Open studio, from six in the evening</li>\
                 <li><b>18 May</b> Workshop: writing that gets read</li></ul>",
            ),
            32,
            24,
        )
        .add(social(Align::Center), 8, 36)
        .footer("<p>You get Field Notes once a month because you signed up for it.</p>");
    starter(
        "newsletter",
        "Newsletter",
        "One lead story, two short ones, dates to remember.",
        (
            "Field Notes: what we learned from a quiet month",
            "Three surprises, a week in the north, and your questions answered.",
        ),
        page,
    )
}
