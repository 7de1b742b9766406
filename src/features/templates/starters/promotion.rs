//! A sale: one figure, one code, one button, on deep green.

use super::{Page, Starter, brand, button, set, starter, text, theme};
use crate::mail::block::{Align, TextSize};

pub(super) fn design() -> Starter {
    let dark = "#0e3b2e";
    let lime = "#d6f36b";
    let page = Page::new(theme([
        "#e9efe9", "#ffffff", "#14261f", "#586a61", "#11704f", "#0f6347",
    ]))
    .add(brand("Northwind", dark, "#ffffff", Align::Center), 32, 8)
    .band(
        dark,
        set("<h4>This week only</h4>", Align::Center, TextSize::Small, lime),
        28,
        0,
    )
    .band(
        dark,
        set("<p>25% off</p>", Align::Center, TextSize::Display, "#ffffff"),
        0,
        8,
    )
    .band(
        dark,
        set(
            "<p>Everything for the season ahead, {{ first_name | default(\"friend\") }}. No minimum, no small print worth hiding.</p>",
            Align::Center,
            TextSize::Large,
            "#d5e4dc",
        ),
        4,
        24,
    )
    .band(
        dark,
        button("Shop the sale", "sale", (lime, dark), Align::Center, 28),
        0,
        48,
    )
    .band(
        lime,
        set(
            "<p>Use code <b>SPRING25</b> at checkout, until Sunday midnight</p>",
            Align::Center,
            TextSize::Normal,
            dark,
        ),
        18,
        18,
    )
    .add(
        set("<h2>Three to start with</h2>", Align::Center, TextSize::Normal, ""),
        44,
        4,
    )
    .columns(
        "",
        ["#f1f5ee", "#eef3f4", "#f7f2ea"]
            .into_iter()
            .zip([
                ("The Daypack", "$68", "$51", "daypack"),
                ("Wool Throw", "$120", "$90", "throw"),
                ("Camp Mug", "$24", "$18", "mug"),
            ])
            .map(|(card, (name, old, new, path))| {
                let words = format!(
                    "<h3>{name}</h3><p><s>{old}</s> &nbsp;<b>{new}</b></p><p><a href=\"https://example.com/{path}\">View</a></p>"
                );
                (card, vec![(set(&words, Align::Center, TextSize::Normal, ""), 30, 30)])
            })
            .collect(),
        12,
        40,
    )
    .band(
        "#f1f5ee",
        text(
            "<h3>Good to know</h3><p>Free returns for 60 days. Orders before noon leave the same day. \
             The discount applies to everything except gift cards.</p>",
        ),
        28,
        28,
    )
    .footer("<p>You get offers because you are a customer of Northwind.</p>");
    starter(
        "promotion",
        "Promotion",
        "A sale with one figure, a code and three products.",
        (
            "25% off everything, this week only",
            "Use SPRING25 until Sunday midnight.",
        ),
        page,
    )
}
