//! What the review finds and can put right by itself: an unsubscribe footer, and words for those who have no value. Texts only:
//! they are saved like any other change of the content.

use super::model::{FixForm, FixKind};
use crate::error::AppError;
use crate::features::templates::editor::Content;
use crate::mail::block::{BlockKind, Document, Place};
use crate::mail::design::Mode;
use crate::mail::expr::{Tag, scan};
use crate::mail::names::merge_name;
use serde_json::Value;

/// Longest words for those who have no value, in characters.
const MAX_WORDS: usize = 100;

/// The content with this put right.
pub fn apply(content: &Content, form: &FixForm) -> Result<Content, AppError> {
    match form.kind {
        FixKind::Footer => with_footer(content),
        FixKind::Words => with_words(content, &form.name, &form.words),
    }
}

fn with_footer(content: &Content) -> Result<Content, AppError> {
    const HTML: &str = "<p style=\"font-size:12px;text-align:center\">{{ workspace_address }}<br><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></p>\n";
    const MJML: &str = "<mj-section><mj-column><mj-text align=\"center\" font-size=\"12px\">{{ workspace_address }}<br/><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></mj-text></mj-column></mj-section>\n";
    let source = match content.mode {
        Mode::Blocks => {
            let mut document = read(&content.source)?;
            document
                .insert(Place::Bottom, BlockKind::new_footer())
                .map_err(|error| AppError::refused(error.to_string()))?;
            document.to_json()
        }
        Mode::Mjml => before(&content.source, "</mj-body", MJML),
        Mode::Html => before(&content.source, "</body", HTML),
    };
    Ok(Content {
        source,
        ..content.clone()
    })
}

fn read(source: &str) -> Result<Document, AppError> {
    Document::from_json(source).map_err(AppError::refused)
}

/// The text with `part` before the last `tag`, or at its end where there is none.
fn before(text: &str, tag: &str, part: &str) -> String {
    // Lower case of ASCII only, so that offsets stay.
    let at = text.to_ascii_lowercase().rfind(tag).unwrap_or(text.len());
    let (head, tail) = text.split_at(at);
    format!("{head}{part}{tail}")
}

fn with_words(content: &Content, name: &str, words: &str) -> Result<Content, AppError> {
    let words = words.trim().replace('\'', "’");
    if words.is_empty() {
        return Err(AppError::refused(
            "Write what the mail says to those who have no value, such as “there” in “Hello there”.",
        ));
    }
    if words.chars().count() > MAX_WORDS {
        return Err(AppError::refused(format!(
            "Keep it under {MAX_WORDS} characters."
        )));
    }
    // What would end the expression or the markup around it.
    if words.contains(|c: char| c.is_control() || "<>{}\"\\&%".contains(c)) {
        return Err(AppError::refused(
            "Plain words only, please: none of < > { } \" \\ & %.",
        ));
    }
    let line = |text: &str| defaulted(text, name, &words);
    let source = match content.mode {
        Mode::Blocks => {
            let mut design: Value = serde_json::from_str(&content.source).map_err(|error| {
                AppError::refused(format!("The design cannot be read: {error}."))
            })?;
            walk(&mut design, &line);
            read(&design.to_string())?.to_json()
        }
        Mode::Mjml | Mode::Html => line(&content.source),
    };
    let new = Content {
        mode: content.mode,
        source,
        subject: line(&content.subject),
        preheader: line(&content.preheader),
    };
    if new == *content {
        return Err(AppError::refused(format!(
            "The field {{{{ {name} }}}} is used in a way that cannot be changed from here. Change it in the content."
        )));
    }
    Ok(new)
}

/// Every text inside a value, changed.
fn walk(value: &mut Value, change: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(list) => list.iter_mut().for_each(|entry| walk(entry, change)),
        Value::Object(map) => map.values_mut().for_each(|entry| walk(entry, change)),
        _ => {}
    }
}

/// `{{ name }}` becomes `{{ name | default('words') }}`, other filters after it; one that has a default stays as it is.
fn defaulted(text: &str, name: &str, words: &str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut last = 0;
    for span in scan(text) {
        let whole = &text[span.range.clone()];
        let inner = whole
            .strip_prefix("{{")
            .and_then(|inner| inner.strip_suffix("}}"))
            .filter(|_| span.tag == Tag::Print);
        let Some(inner) = inner else { continue };
        let inner = inner.trim_matches('-');
        let (field, filters) = inner.split_once('|').unwrap_or((inner, ""));
        if merge_name(field) != name || filters.contains("default") {
            continue;
        }
        out.push_str(&text[last..span.range.start]);
        let filters = match filters.trim() {
            "" => String::new(),
            filters => format!(" | {filters}"),
        };
        out.push_str(&format!(
            "{{{{ {} | default('{words}'){filters} }}}}",
            field.trim()
        ));
        last = span.range.end;
    }
    out.push_str(&text[last..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::merge::{Escape, MergeData, MergeTemplate};

    fn content(mode: Mode, source: &str) -> Content {
        Content {
            mode,
            source: source.into(),
            subject: "Hi {{ First Name }}".into(),
            preheader: String::new(),
        }
    }

    fn form(kind: FixKind, name: &str, words: &str) -> FixForm {
        FixForm {
            kind,
            name: name.into(),
            words: words.into(),
            ..FixForm::default()
        }
    }

    #[test]
    fn words_stand_in_for_a_missing_value_everywhere() {
        let html = "<p>{{first_name}} {{ first_name | upper }} {{ first_name | default(\"x\") }} {{ last_name }}</p>";
        let new = apply(
            &content(Mode::Html, html),
            &form(FixKind::Words, "first_name", "l'amie"),
        )
        .unwrap();
        assert_eq!(new.subject, "Hi {{ First Name | default('l’amie') }}");
        assert_eq!(
            new.source,
            "<p>{{ first_name | default('l’amie') }} {{ first_name | default('l’amie') | upper }} {{ first_name | default(\"x\") }} {{ last_name }}</p>"
        );
        let template = MergeTemplate::compile(&new.source, Escape::Html).unwrap();
        assert!(!template.variables_without_default().contains("first_name"));
        let mail = template.render(&MergeData::from_json(&serde_json::Map::new()));
        assert_eq!(mail.unwrap(), "<p>l’amie L’AMIE x </p>");
    }

    #[test]
    fn words_reach_into_blocks() {
        let mut document = Document::default();
        let text = BlockKind::text("<p>Dear {{ name }}</p>");
        document.insert(Place::Top, text).unwrap();
        let old = content(Mode::Blocks, &document.to_json());
        let new = apply(&old, &form(FixKind::Words, "name", "friend")).unwrap();
        assert!(new.source.contains("default('friend')"), "{}", new.source);
    }

    #[test]
    fn words_that_would_break_the_mail_are_refused() {
        let old = content(Mode::Html, "<p>{{ name }}</p>");
        for words in ["", "  ", "<b>", "a}}b", "\"quoted\"", &"x".repeat(101)] {
            assert!(
                apply(&old, &form(FixKind::Words, "name", words)).is_err(),
                "{words}"
            );
        }
        // In a loop or a condition there is nothing to stand in for.
        let old = content(Mode::Html, "{% if town %}{{ name }}{% endif %}");
        assert!(apply(&old, &form(FixKind::Words, "town", "x")).is_err());
    }

    #[test]
    fn a_footer_is_added_in_every_way_to_write() {
        let html = apply(
            &content(Mode::Html, "<html><BODY><p>Hi</p></BODY></html>"),
            &form(FixKind::Footer, "", ""),
        )
        .unwrap();
        assert!(html.source.ends_with("Unsubscribe</a></p>\n</BODY></html>"));
        let bare = apply(
            &content(Mode::Html, "<p>Hi</p>"),
            &form(FixKind::Footer, "", ""),
        );
        assert!(bare.unwrap().source.contains("{{ unsubscribe_url }}"));
        let mjml = "<mjml><mj-body><mj-section></mj-section></mj-body></mjml>";
        let mjml = apply(&content(Mode::Mjml, mjml), &form(FixKind::Footer, "", "")).unwrap();
        assert!(mjml.source.contains("</mj-section>\n</mj-body>"));
        let blocks = content(Mode::Blocks, &Document::default().to_json());
        let blocks = apply(&blocks, &form(FixKind::Footer, "", "")).unwrap();
        assert!(blocks.document().unwrap().len() == 1);
    }
}
