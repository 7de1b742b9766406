//! An invitation: a poster with its day, then where, when, and the evening hour by hour.

use super::{Page, Starter, brand, button, line, set, starter, text, theme};
use crate::mail::block::{Align, FontStack, TextSize};

pub(super) fn design() -> Starter {
    let (plum, peach, rose) = ("#4d1236", "#ffc2a6", "#f3d9e2");
    let mut theme = theme([
        "#f6edf1", "#fffdfc", "#2b1621", "#74596a", "#a32c66", "#8d2357",
    ]);
    theme.heading_font = FontStack::Georgia;
    let fact = |label: &str, strong: &str, words: &str| {
        let html = format!("<h4>{label}</h4><p><b>{strong}</b><br>{words}</p>");
        (
            "#faf1ed",
            vec![(set(&html, Align::Left, TextSize::Small, ""), 24, 24)],
        )
    };
    let page = Page::new(theme)
        .add(brand("The Glasshouse", plum, peach, Align::Center), 40, 0)
        .band(
            plum,
            set("<h4>You are invited</h4>", Align::Center, TextSize::Small, rose),
            56,
            0,
        )
        .band(
            plum,
            set("<p>Open house</p>", Align::Center, TextSize::Display, peach),
            8,
            14,
        )
        .band(
            plum,
            set(
                "<p>An evening with the doors wide open: soup, music, and the people who make the work.</p>",
                Align::Center,
                TextSize::Large,
                rose,
            ),
            0,
            28,
        )
        .band(
            plum,
            button("Save me a seat", "seat", (peach, plum), Align::Center, 28),
            0,
            60,
        )
        .add(
            text(
                "<p>Dear {{ first_name | default(\"friend\") }},</p><p>Once a year we put the tools away, light every lamp and \
                 ask the people we like to come and see what became of the year. This time you are one of them, and you may \
                 bring somebody.</p>",
            ),
            44,
            12,
        )
        .columns(
            "",
            vec![
                fact("When", "12 June", "Friday, six p.m."),
                fact("Where", "14 Mill Lane", "near the tram"),
                fact("Bring", "Somebody", "whom you like"),
            ],
            8,
            32,
        )
        .add(line(0), 0, 0)
        .add(
            text(
                "<h3>The evening</h3><p><b>18:00</b> &nbsp;Doors, soup and bread<br><b>19:00</b> &nbsp;A walk through the \
                 workshop<br><b>20:30</b> &nbsp;The quartet plays in the yard</p>\
                 <p>Cannot come? <a href=\"https://example.com/next\">Hear of the next one</a>.</p>",
            ),
            32,
            44,
        )
        .footer("<p>You get this invitation because you bought from us or asked for our news.</p>");
    starter(
        "event",
        "Event invitation",
        "A poster with its day, place and programme.",
        (
            "You are invited: open house on 12 June",
            "Soup, music and the people who make the work. Bring somebody.",
        ),
        page,
    )
}
