//! The properties of blocks and theme as form fields. One walk over a block names its properties; one visitor lists them for
//! the form, another sets them from what was typed. Both targets; pure.

mod set;
mod walk;

use crate::error::AppError;
use crate::mail::block::{
    Block, BlockKind, Column, MAX_FIELD_BYTES, MAX_TEXT_BYTES, SocialLink, Theme, is_colour,
};
use set::Setter;
use std::collections::BTreeMap;
use walk::{walk_block, walk_theme};

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

/// Sets what a block says, as it was typed on the canvas.
pub(super) fn set_text(kind: &mut BlockKind, typed: &str) -> Result<(), AppError> {
    let (value, most) = match kind {
        BlockKind::Text { html, .. } => (html, MAX_TEXT_BYTES),
        BlockKind::Footer { text, .. } => (text, MAX_TEXT_BYTES),
        BlockKind::Button { label, .. } => (label, MAX_FIELD_BYTES),
        BlockKind::Header { title, .. } => (title, MAX_FIELD_BYTES),
        _ => return Err(AppError::refused("This block has no text.")),
    };
    if typed.len() > most {
        return Err(AppError::refused(format!(
            "This text is too long. Keep it under {most} characters; what you typed last was not saved."
        )));
    }
    if typed.contains('\0') {
        return Err(AppError::refused(
            "This holds a character that cannot be stored (NUL). Take it out.",
        ));
    }
    *value = typed.trim().to_owned();
    Ok(())
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
