//! What the review finds and can put right by itself, or with a word: an unsubscribe footer, words for those who have no value, what an
//! image shows, where a button leads, an address that is not complete. Texts only: they are saved like any other change of the content.

use super::model::{FixForm, FixKind};
use crate::error::AppError;
use crate::features::templates::editor::Content;
use crate::mail::block::{BlockKind, Document, Place, completed_link, is_link_target};
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
        FixKind::Description => with_block(content, form, described),
        FixKind::Link => with_block(content, form, linked),
        FixKind::Scheme => with_scheme(content, &form.name),
        FixKind::Address => Err(AppError::refused(
            "The postal address is no part of the content.",
        )),
    }
}

/// One block, changed by what was typed.
fn with_block(
    content: &Content,
    form: &FixForm,
    change: fn(&mut BlockKind, &str) -> Result<(), AppError>,
) -> Result<Content, AppError> {
    let gone = || AppError::refused("This block is not there any more. Look at the content again.");
    if content.mode != Mode::Blocks {
        return Err(gone());
    }
    let mut document = read(&content.source)?;
    let id = form.block.parse().map_err(|_| gone())?;
    let mut kind = document.find(id).ok_or_else(gone)?.kind.clone();
    change(&mut kind, form.words.trim())?;
    document
        .update(id, kind)
        .map_err(|error| AppError::refused(error.to_string()))?;
    Ok(Content {
        source: document.to_json(),
        ..content.clone()
    })
}

fn described(kind: &mut BlockKind, words: &str) -> Result<(), AppError> {
    let alt = match kind {
        BlockKind::Image { alt, .. } => alt,
        BlockKind::Header { image_alt, .. } => image_alt,
        _ => return Err(AppError::refused("This block has no image.")),
    };
    if words.is_empty() || words.chars().count() > MAX_WORDS * 3 {
        return Err(AppError::refused(
            "Say in a few words what the image shows, such as “A red bicycle”.",
        ));
    }
    words.clone_into(alt);
    Ok(())
}

fn linked(kind: &mut BlockKind, words: &str) -> Result<(), AppError> {
    let BlockKind::Button { href, .. } = kind else {
        return Err(AppError::refused("This block is no button."));
    };
    let target = completed_link(words);
    if !is_link_target(&target) {
        return Err(AppError::refused(
            "Enter an address such as https://example.com, mailto:ann@example.com or tel:+49301234.",
        ));
    }
    *href = target;
    Ok(())
}

/// The address made complete in every link and image that has it.
fn with_scheme(content: &Content, address: &str) -> Result<Content, AppError> {
    let whole = completed_link(address);
    if whole == address || !is_link_target(&whole) {
        return Err(AppError::refused(
            "It is not clear where this link leads. Change it in the content.",
        ));
    }
    // In markup an ampersand may be written as it is, or as an entity.
    let written = [address.to_owned(), address.replace('&', "&amp;")];
    let in_markup = |text: &str| {
        let mut text = text.to_owned();
        for (attribute, quote) in [("href", '"'), ("href", '\''), ("src", '"'), ("src", '\'')] {
            for old in &written {
                let new = completed_link(old);
                text = text.replace(
                    &format!("{attribute}={quote}{old}{quote}"),
                    &format!("{attribute}={quote}{new}{quote}"),
                );
            }
        }
        text
    };
    let source = match content.mode {
        Mode::Blocks => {
            let mut design: Value = serde_json::from_str(&content.source).map_err(|error| {
                AppError::refused(format!("The design cannot be read: {error}."))
            })?;
            walk(&mut design, "", &|key, text| match key {
                "href" | "url" | "image_url" if text.trim() == address => whole.clone(),
                _ => in_markup(text),
            });
            read(&design.to_string())?.to_json()
        }
        Mode::Mjml | Mode::Html => in_markup(&content.source),
    };
    let new = Content {
        source,
        ..content.clone()
    };
    if new == *content {
        return Err(AppError::refused(
            "This link is written in a way that cannot be changed from here. Change it in the content.",
        ));
    }
    Ok(new)
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
            walk(&mut design, "", &|_, text| line(text));
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

/// Every text inside a value, changed; `key` is the name it stands under.
fn walk(value: &mut Value, key: &str, change: &impl Fn(&str, &str) -> String) {
    match value {
        Value::String(text) => *text = change(key, text),
        Value::Array(list) => list.iter_mut().for_each(|entry| walk(entry, key, change)),
        Value::Object(map) => map
            .iter_mut()
            .for_each(|(key, entry)| walk(entry, key, change)),
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

    /// One block, and the form that changes it.
    fn one_block(kind: BlockKind, fix: FixKind, words: &str) -> (Content, FixForm) {
        let mut document = Document::default();
        let id = document.insert(Place::Top, kind).unwrap();
        let form = FixForm {
            block: id.to_string(),
            ..form(fix, "", words)
        };
        (content(Mode::Blocks, &document.to_json()), form)
    }

    fn image() -> BlockKind {
        BlockKind::Image {
            url: "https://a.test/b.png".into(),
            alt: String::new(),
            href: "shop.test/a".into(),
            width_percent: 100,
            align: Default::default(),
        }
    }

    #[test]
    fn an_image_gets_its_words_and_a_button_its_link() {
        let (old, form) = one_block(image(), FixKind::Description, " A \"red\" bicycle ");
        let new = apply(&old, &form).unwrap().document().unwrap();
        assert!(
            matches!(&new.blocks[0].kind, BlockKind::Image { alt, .. } if alt == "A \"red\" bicycle")
        );
        let (old, form) = one_block(BlockKind::new_button(), FixKind::Link, "shop.test");
        let new = apply(&old, &form).unwrap();
        assert_eq!(new.document().unwrap().problems(), []);
        assert!(new.source.contains("https://shop.test"));
        for (kind, fix, words) in [
            (image(), FixKind::Description, " "),
            (image(), FixKind::Link, "https://a.test"),
            (BlockKind::new_button(), FixKind::Link, "javascript:x"),
            (BlockKind::new_button(), FixKind::Description, "x"),
        ] {
            let (old, form) = one_block(kind, fix, words);
            assert!(apply(&old, &form).is_err(), "{fix:?} {words}");
        }
        let (old, mut gone) = one_block(image(), FixKind::Description, "x");
        gone.block = "99".into();
        assert!(apply(&old, &gone).is_err());
    }

    #[test]
    fn an_address_is_completed_wherever_it_stands() {
        let fix =
            |content: &Content, address: &str| apply(content, &form(FixKind::Scheme, address, ""));
        let html = "<a href=\"a.test/?b=1&amp;c=2\">a.test</a><a href='a.test/'>b</a>";
        let new = fix(&content(Mode::Html, html), "a.test/?b=1&c=2").unwrap();
        assert_eq!(
            new.source,
            "<a href=\"https://a.test/?b=1&amp;c=2\">a.test</a><a href='a.test/'>b</a>"
        );
        let (old, _) = one_block(image(), FixKind::Scheme, "");
        let new = fix(&old, "shop.test/a").unwrap().document().unwrap();
        assert!(
            matches!(&new.blocks[0].kind, BlockKind::Image { href, .. } if href == "https://shop.test/a")
        );
        let (old, _) = one_block(
            BlockKind::text("<p><a href=\"a.test\">a.test</a></p>"),
            FixKind::Scheme,
            "",
        );
        let new = fix(&old, "a.test").unwrap();
        assert!(new.source.contains("https://a.test"), "{}", new.source);
        for address in ["/shop", "https://a.test", "other.test", "javascript:x"] {
            assert!(fix(&old, address).is_err(), "{address}");
        }
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
