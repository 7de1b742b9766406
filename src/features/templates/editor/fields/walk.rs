//! The walk: which properties a block and the theme have, in the order they are shown, each handed to a visitor.

use super::{Input, Label, Visit, label};
use crate::mail::block::{Align, Block, BlockKind, FontStack, Frame, Network, TextSize, Theme};

const MERGE_HINT: &str = "Merge fields such as {{ first_name }} are filled in for each recipient.";

pub(super) fn walk_block(block: &mut Block, theme: &Theme, to: &mut impl Visit) {
    let column_count = block.kind.columns().len();
    match &mut block.kind {
        BlockKind::Header {
            image_url,
            image_alt,
            background,
            title,
            title_colour,
            align,
        } => {
            to.text(label("title", "Title"), Input::Line, title);
            let hint = "Shown instead of the title. Starts with https://.";
            let field = label("image_url", "Logo or image address").hint(hint);
            to.text(field, Input::Address, image_url);
            let field = label("image_alt", "What the image shows");
            to.text(field, Input::Line, image_alt);
            align_of(to, align);
            colour(
                to,
                "title_colour",
                "Title colour",
                title_colour,
                &theme.text,
            );
            let field = ("background", "Header background");
            colour(to, field.0, field.1, background, &theme.surface);
        }
        BlockKind::Text {
            html,
            align,
            size,
            colour: text_colour,
        } => {
            to.text(label("html", "Text").hint(MERGE_HINT), Input::Rich, html);
            align_of(to, align);
            pick(
                to,
                label("size", "Text size"),
                &TextSize::ALL,
                size,
                |size| match size {
                    TextSize::Small => "Small",
                    TextSize::Normal => "Normal",
                    TextSize::Large => "Large",
                    TextSize::Display => "Very large",
                },
            );
            colour(to, "colour", "Text colour", text_colour, &theme.text);
        }
        BlockKind::Image {
            url,
            alt,
            href,
            width_percent,
            align,
        } => {
            let field = label("url", "Image address").hint("Starts with https://.");
            to.text(field, Input::Address, url);
            let hint = "Read aloud, and shown where images are blocked.";
            to.text(
                label("alt", "What the image shows").hint(hint),
                Input::Line,
                alt,
            );
            let field = label("href", "Link").hint("Where a click leads. Optional.");
            to.text(field, Input::Address, href);
            number(
                to,
                label("width_percent", "Width in percent"),
                10,
                100,
                width_percent,
            );
            align_of(to, align);
        }
        BlockKind::Button {
            label: words,
            href,
            colour: button,
            text_colour,
            align,
            radius,
        } => {
            to.text(label("label", "Button text"), Input::Line, words);
            let hint = "Starts with https://, mailto: or tel:.";
            to.text(label("href", "Link").hint(hint), Input::Address, href);
            align_of(to, align);
            colour(to, "colour", "Button colour", button, &theme.accent);
            colour(
                to,
                "text_colour",
                "Button text colour",
                text_colour,
                "#ffffff",
            );
            number(
                to,
                label("radius", "Corner radius in pixels"),
                0,
                40,
                radius,
            );
        }
        BlockKind::Divider {
            colour: line,
            thickness,
            padding,
        } => {
            colour(to, "colour", "Line colour", line, "#e5e7eb");
            number(
                to,
                label("thickness", "Thickness in pixels"),
                1,
                20,
                thickness,
            );
            number(
                to,
                label("padding", "Space around it in pixels"),
                0,
                100,
                padding,
            );
        }
        BlockKind::Spacer { height } => {
            number(to, label("height", "Height in pixels"), 1, 200, height);
        }
        BlockKind::Columns { columns } => {
            let options = vec![("2".to_owned(), "Two"), ("3".to_owned(), "Three")];
            let hint = "With two, what stands in the third moves to the second.";
            let at = column_count.saturating_sub(2);
            to.choice(label("count", "Columns").hint(hint), options, at);
            for (i, column) in columns.iter_mut().enumerate() {
                let name = format!("background_{i}");
                let words = format!("Background of column {}", i + 1);
                colour(to, &name, &words, &mut column.background, &theme.surface);
            }
        }
        BlockKind::Social { links, align } => {
            for (i, link) in links.iter_mut().enumerate() {
                let field = label(&format!("network_{i}"), &format!("Network {}", i + 1));
                pick(to, field, &Network::ALL, &mut link.network, Network::label);
                let field = label(&format!("url_{i}"), &format!("Link {}", i + 1))
                    .hint("Empty it to take the link out.");
                to.text(field, Input::Address, &mut link.url);
            }
            align_of(to, align);
        }
        BlockKind::Footer {
            text,
            show_address,
            show_unsubscribe,
        } => {
            let field = label("text", "Footer text").hint(MERGE_HINT);
            to.text(field, Input::Rich, text);
            let field = label("show_address", "Postal address")
                .hint("The one in the settings. Many countries ask for it.");
            to.switch(field, show_address);
            let field = label("show_unsubscribe", "Unsubscribe link")
                .hint("Without it, mail is likely to be marked as spam.");
            to.switch(field, show_unsubscribe);
        }
    }
    walk_frame(&mut block.frame, theme, to);
}

fn walk_frame(frame: &mut Frame, theme: &Theme, to: &mut impl Visit) {
    let field = ("frame_background", "Band behind the block");
    colour(to, field.0, field.1, &mut frame.background, &theme.surface);
    let top = label("frame_top", "Space above in pixels");
    number(to, top, 0, 200, &mut frame.padding_top);
    let bottom = label("frame_bottom", "Space below in pixels");
    number(to, bottom, 0, 200, &mut frame.padding_bottom);
}

pub(super) fn walk_theme(theme: &mut Theme, to: &mut impl Visit) {
    let before = Theme::default();
    colour(
        to,
        "background",
        "Behind the mail",
        &mut theme.background,
        &before.background,
    );
    colour(
        to,
        "surface",
        "Behind the blocks",
        &mut theme.surface,
        &before.surface,
    );
    colour(to, "text", "Text", &mut theme.text, &before.text);
    colour(
        to,
        "muted",
        "Secondary text",
        &mut theme.muted,
        &before.muted,
    );
    colour(to, "accent", "Buttons", &mut theme.accent, &before.accent);
    colour(to, "link", "Links", &mut theme.link, &before.link);
    for (value, default) in [
        (&mut theme.background, before.background),
        (&mut theme.surface, before.surface),
        (&mut theme.text, before.text),
        (&mut theme.muted, before.muted),
        (&mut theme.accent, before.accent),
        (&mut theme.link, before.link),
    ] {
        if value.is_empty() {
            *value = default;
        }
    }
    pick(
        to,
        label("font", "Font"),
        &FontStack::ALL,
        &mut theme.font,
        FontStack::label,
    );
    let field = label("heading_font", "Font of headings");
    pick(
        to,
        field,
        &FontStack::ALL,
        &mut theme.heading_font,
        FontStack::label,
    );
    number(
        to,
        label("width", "Width in pixels"),
        320,
        900,
        &mut theme.width,
    );
}

fn colour(to: &mut impl Visit, name: &str, words: &str, value: &mut String, fallback: &str) {
    let fallback = fallback.to_owned();
    to.text(label(name, words), Input::Colour { fallback }, value);
}

fn number<T>(to: &mut impl Visit, field: Label, min: i64, max: i64, value: &mut T)
where
    T: Copy + Into<i64> + TryFrom<i64>,
{
    if let Ok(new) = T::try_from(to.number(field, min, max, (*value).into())) {
        *value = new;
    }
}

fn align_of(to: &mut impl Visit, align: &mut Align) {
    pick(
        to,
        label("align", "Align"),
        &Align::ALL,
        align,
        |align| match align {
            Align::Left => "Left",
            Align::Center => "Centre",
            Align::Right => "Right",
        },
    );
}

/// A choice among the values of an enum; its value in the form is its position in the list of all.
fn pick<T: Copy + PartialEq>(
    to: &mut impl Visit,
    field: Label,
    all: &[T],
    value: &mut T,
    words: impl Fn(T) -> &'static str,
) {
    let key = |item: T| words(item).to_lowercase().replace(' ', "-");
    let options = all.iter().map(|item| (key(*item), words(*item))).collect();
    let at = all.iter().position(|item| item == value).unwrap_or(0);
    if let Some(new) = all.get(to.choice(field, options, at)) {
        *value = *new;
    }
}
