//! The properties of blocks and theme as form fields. One walk over a block names its properties; one visitor lists them for
//! the form, another sets them from what was typed. Both targets; pure.

use crate::error::{AppError, Invalid};
use crate::mail::block::{
    Align, Block, BlockKind, Column, FontStack, Frame, MAX_FIELD_BYTES, MAX_TEXT_BYTES, Network,
    SocialLink, TextSize, Theme, is_colour,
};
use std::collections::BTreeMap;

/// One field of a property form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    pub name: String,
    pub label: String,
    pub hint: &'static str,
    pub input: Input,
    /// As a form sends it; a switch is `true` or empty.
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Line,
    /// Rich text as HTML.
    Rich,
    /// An address: of a page or an image.
    Address,
    /// `#rrggbb`, or empty for the theme's colour, which is given. A second input, `NAME_picker`, may hold a picked colour.
    Colour {
        fallback: String,
    },
    /// A whole number between these.
    Number {
        min: i64,
        max: i64,
    },
    /// One of `(value, words)`.
    Choice(Vec<(String, &'static str)>),
    Switch,
}

/// The fields of a block's form, in the order they are shown.
pub fn properties(block: &Block, theme: &Theme) -> Vec<Property> {
    let mut list = List(Vec::new());
    let mut copy = block.clone();
    if let BlockKind::Social { links, .. } = &mut copy.kind {
        links.push(SocialLink::default());
    }
    walk_block(&mut copy, theme, &mut list);
    list.0
}

/// The fields of the theme's form.
pub fn theme_properties(theme: &Theme) -> Vec<Property> {
    let mut list = List(Vec::new());
    walk_theme(&mut theme.clone(), &mut list);
    list.0
}

/// Sets a block's properties. A field that is missing keeps its value, except a switch, which is then off.
pub(super) fn set_block(
    block: &mut Block,
    theme: &Theme,
    typed: &BTreeMap<String, String>,
) -> Result<(), AppError> {
    if let BlockKind::Social { links, .. } = &mut block.kind {
        links.push(SocialLink::default());
    }
    if let BlockKind::Columns { columns } = &mut block.kind
        && let Some(count) = typed.get("count").and_then(|count| count.parse().ok())
    {
        set_column_count(columns, count);
    }
    let mut setter = Setter::new(typed);
    walk_block(block, theme, &mut setter);
    if let BlockKind::Social { links, .. } = &mut block.kind {
        links.retain(|link| !link.url.is_empty());
    }
    setter.invalid.into_result()
}

pub(super) fn set_theme(
    theme: &mut Theme,
    typed: &BTreeMap<String, String>,
) -> Result<(), AppError> {
    let mut setter = Setter::new(typed);
    walk_theme(theme, &mut setter);
    setter.invalid.into_result()
}

/// Two or three columns; what stood in the third moves to the end of the second.
fn set_column_count(columns: &mut Vec<Column>, count: usize) {
    let count = count.clamp(2, 3);
    while columns.len() > count {
        if let Some(dropped) = columns.pop()
            && let Some(last) = columns.last_mut()
        {
            last.blocks.extend(dropped.blocks);
        }
    }
    columns.resize(count, Column::default());
}

/// What a visitor does with each property. `T` of a choice is an enum with a fixed list.
trait Visit {
    fn text(&mut self, field: Label, input: Input, value: &mut String);
    fn number(&mut self, field: Label, min: i64, max: i64, value: i64) -> i64;
    fn choice(&mut self, field: Label, options: Vec<(String, &'static str)>, at: usize) -> usize;
    fn switch(&mut self, field: Label, value: &mut bool);
}

struct Label {
    name: String,
    label: String,
    hint: &'static str,
}

fn label(name: &str, label: &str) -> Label {
    Label {
        name: name.to_owned(),
        label: label.to_owned(),
        hint: "",
    }
}

impl Label {
    fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }
}

const MERGE_HINT: &str = "Merge fields such as {{ first_name }} are filled in for each recipient.";

fn walk_block(block: &mut Block, theme: &Theme, to: &mut impl Visit) {
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
            let field = label("image_url", "Logo or picture address").hint(hint);
            to.text(field, Input::Address, image_url);
            let field = label("image_alt", "What the picture shows");
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
            let field = label("url", "Picture address").hint("Starts with https://.");
            to.text(field, Input::Address, url);
            let hint = "Read aloud, and shown where pictures are blocked.";
            to.text(
                label("alt", "What the picture shows").hint(hint),
                Input::Line,
                alt,
            );
            let field = label("href", "Link").hint("Where a click leads. May stay empty.");
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

fn walk_theme(theme: &mut Theme, to: &mut impl Visit) {
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

struct List(Vec<Property>);

impl List {
    fn push(&mut self, field: Label, input: Input, value: String) {
        self.0.push(Property {
            name: field.name,
            label: field.label,
            hint: field.hint,
            input,
            value,
        });
    }
}

impl Visit for List {
    fn text(&mut self, field: Label, input: Input, value: &mut String) {
        self.push(field, input, value.clone());
    }

    fn number(&mut self, field: Label, min: i64, max: i64, value: i64) -> i64 {
        self.push(field, Input::Number { min, max }, value.to_string());
        value
    }

    fn choice(&mut self, field: Label, options: Vec<(String, &'static str)>, at: usize) -> usize {
        let value = options.get(at).map(|(key, _)| key.clone());
        self.push(field, Input::Choice(options), value.unwrap_or_default());
        at
    }

    fn switch(&mut self, field: Label, value: &mut bool) {
        let value = if *value { "true" } else { "" };
        self.push(field, Input::Switch, value.to_owned());
    }
}

struct Setter<'a> {
    typed: &'a BTreeMap<String, String>,
    invalid: Invalid,
}

impl<'a> Setter<'a> {
    fn new(typed: &'a BTreeMap<String, String>) -> Self {
        let invalid = Invalid::new();
        Self { typed, invalid }
    }

    fn colour(&mut self, field: &Label, fallback: &str, value: &mut String) {
        let text = self.typed.get(&field.name).map(|text| text.trim());
        let picked = self.typed.get(&format!("{}_picker", field.name));
        let shown = picker_value(value, fallback);
        // Both inputs arrive without JavaScript: the one that was changed counts, the text if both were.
        let new = match (text, picked) {
            (Some(text), _) if text != value.as_str() => text.to_owned(),
            (_, Some(picked)) if *picked != shown => picked.clone(),
            _ => return,
        };
        if new.is_empty() || is_colour(&new) {
            *value = new;
        } else {
            let message = "This is not a colour. Use a value like #2563eb, or pick one.";
            self.invalid.add(&field.name, message);
        }
    }
}

/// What `<input type=color>` shows: always `#rrggbb`, the fallback for an empty or unreadable value.
pub fn picker_value(value: &str, fallback: &str) -> String {
    let colour = if is_colour(value) { value } else { fallback };
    let long = match colour.strip_prefix('#') {
        Some(hex) if hex.len() == 3 => {
            let doubled: String = hex.chars().flat_map(|digit| [digit, digit]).collect();
            format!("#{doubled}")
        }
        _ => colour.to_owned(),
    };
    long.to_lowercase()
}

impl Visit for Setter<'_> {
    fn text(&mut self, field: Label, input: Input, value: &mut String) {
        if let Input::Colour { fallback } = &input {
            return self.colour(&field, fallback, value);
        }
        let Some(text) = self.typed.get(&field.name) else {
            return;
        };
        let rich = input == Input::Rich;
        let most = if rich {
            MAX_TEXT_BYTES
        } else {
            MAX_FIELD_BYTES
        };
        if text.len() > most {
            let message = format!("Keep this under {most} characters.");
            self.invalid.add(&field.name, message);
        } else if text.contains('\0') {
            let message = "This holds a character that cannot be stored (NUL). Take it out.";
            self.invalid.add(&field.name, message);
        } else if rich {
            *value = rich_text(text);
        } else {
            *value = text.trim().to_owned();
        }
    }

    fn number(&mut self, field: Label, min: i64, max: i64, value: i64) -> i64 {
        let Some(text) = self.typed.get(&field.name) else {
            return value;
        };
        match text.trim().parse() {
            Ok(number) if (min..=max).contains(&number) => number,
            _ => {
                let message = format!("Enter a whole number from {min} to {max}.");
                self.invalid.add(&field.name, message);
                value
            }
        }
    }

    fn choice(&mut self, field: Label, options: Vec<(String, &'static str)>, at: usize) -> usize {
        let Some(text) = self.typed.get(&field.name) else {
            return at;
        };
        let found = options.iter().position(|(key, _)| key == text);
        found.unwrap_or_else(|| {
            self.invalid.add(&field.name, "Choose one of the list.");
            at
        })
    }

    fn switch(&mut self, field: Label, value: &mut bool) {
        *value = self.typed.get(&field.name).is_some_and(|on| on == "true");
    }
}

/// Rich text as typed. Text without a tag is what people type who know no HTML: empty lines part paragraphs.
fn rich_text(typed: &str) -> String {
    let text = typed.replace("\r\n", "\n");
    let text = text.trim();
    if text.is_empty() || text.contains("</") || text.contains("<br") {
        return text.to_owned();
    }
    let paragraphs = text.split("\n\n").filter(|part| !part.trim().is_empty());
    let paragraphs = paragraphs.map(|part| format!("<p>{}</p>", part.trim().replace('\n', "<br>")));
    paragraphs.collect::<Vec<_>>().join("\n")
}
