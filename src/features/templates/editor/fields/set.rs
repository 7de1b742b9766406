//! The visitor that sets properties from what was typed, with a sentence for each that cannot be taken.

use super::{Input, Label, Visit, picker_value};
use crate::error::Invalid;
use crate::mail::block::{MAX_FIELD_BYTES, MAX_TEXT_BYTES, is_colour};
use std::collections::BTreeMap;

pub(super) struct Setter<'a> {
    typed: &'a BTreeMap<String, String>,
    pub(super) invalid: Invalid,
}

impl<'a> Setter<'a> {
    pub(super) fn new(typed: &'a BTreeMap<String, String>) -> Self {
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
