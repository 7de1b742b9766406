//! A sale: one figure, a coupon, three products, on deep green.

use super::{Page, Starter, brand, button, set, starter, text, theme};
use crate::mail::block::{Align, TextSize};

pub(super) fn design() -> Starter {
    let (dark, deep, lime) = ("#0e3b2e", "#0a2c22", "#d6f36b");
    let coupon = |card: &'static str, colour: &str, label: &str, words: &str| {
        let html = format!("<h4>{label}</h4><h2>{words}</h2>");
        (
            card,
            vec![(set(&html, Align::Left, TextSize::Normal, colour), 22, 22)],
        )
    };
    let product = |card: &'static str, name: &str, old: &str, new: &str| {
        let path = name.to_lowercase();
        let html = format!(
            "<h3>{name}</h3><p><s>${old}</s></p><h1>${new}</h1><p><a href=\"https://example.com/{path}\">View</a></p>"
        );
        (
            card,
            vec![(set(&html, Align::Left, TextSize::Normal, "#14261f"), 26, 26)],
        )
    };
    let page = Page::new(theme([
        "#e9efe9", "#ffffff", "#14261f", "#55675d", "#11704f", "#0f6347",
    ]))
    .add(brand("Northwind", dark, "#ffffff", Align::Left), 36, 0)
    .band(
        dark,
        set("<h4>This week only</h4>", Align::Left, TextSize::Small, lime),
        56,
        0,
    )
    .band(
        dark,
        set("<p>25% off</p>", Align::Left, TextSize::Display, "#ffffff"),
        10,
        12,
    )
    .band(
        dark,
        set(
            "<p>Everything for the season ahead, {{ first_name | default(\"friend\") }}. No minimum, and no small print worth hiding.</p>",
            Align::Left,
            TextSize::Large,
            "#d5e4dc",
        ),
        4,
        28,
    )
    .band(
        dark,
        button("Shop the sale", "sale", (lime, dark), Align::Left, 28),
        0,
        44,
    )
    .columns(
        dark,
        vec![
            coupon(lime, dark, "Your code", "SPRING25"),
            coupon(deep, "#ffffff", "Ends", "Sunday"),
        ],
        0,
        48,
    )
    .add(
        set("<h2>Three to start with</h2>", Align::Left, TextSize::Normal, ""),
        48,
        8,
    )
    .columns(
        "",
        vec![
            product("#f6c453", "Daypack", "68", "51"),
            product("#8fd0bb", "Throw", "120", "90"),
            product("#f2a07b", "Mug", "24", "18"),
        ],
        12,
        44,
    )
    .band(
        "#f1f5ee",
        text(
            "<h3>Good to know</h3><p>Free returns for 60 days. Orders before noon leave the same day. \
             The discount applies to everything except gift cards.</p>",
        ),
        32,
        32,
    )
    .footer("<p>You get offers because you are a customer of Northwind.</p>");
    starter(
        "promotion",
        "Promotion",
        "A sale with one figure, a coupon and three products.",
        (
            "25% off everything, this week only",
            "Use SPRING25 until Sunday midnight.",
        ),
        page,
    )
}
