//! Tests of the editor's changes.

use super::*;
use crate::mail::block::TextSize;

fn form(op: &str) -> EditForm {
    EditForm {
        op: op.into(),
        ..EditForm::default()
    }
}

fn on(op: &str, block: u32) -> EditForm {
    EditForm {
        block: block.to_string(),
        ..form(op)
    }
}

fn set(block: u32, fields: &[(&str, &str)]) -> EditForm {
    with(on("set", block), fields)
}

fn with(form: EditForm, fields: &[(&str, &str)]) -> EditForm {
    let fields = fields.iter();
    EditForm {
        fields: fields.map(|(k, v)| ((*k).into(), (*v).into())).collect(),
        ..form
    }
}

fn add(content: &Content, kind: &str, place: &str) -> Applied {
    let edit = EditForm {
        kind: kind.into(),
        place: place.into(),
        ..form("add")
    };
    apply(content, &edit).unwrap()
}

/// A header, a text and a footer.
fn letter() -> Content {
    let mut content = Content::empty(Mode::Blocks);
    for kind in ["header", "text", "footer"] {
        content = add(&content, kind, "end").content;
    }
    content
}

fn names(content: &Content) -> Vec<&'static str> {
    let document = content.document().unwrap();
    let blocks = document.walk();
    blocks.iter().map(|block| kind_key(&block.kind)).collect()
}

fn invalid(result: Result<Applied, AppError>) -> Invalid {
    match result {
        Err(AppError::Invalid(invalid)) => invalid,
        other => panic!("expected a rejected form, got {other:?}"),
    }
}

#[test]
fn every_kind_of_the_palette_can_be_added_and_its_form_sent_back_changes_nothing() {
    for kind in BlockKind::palette() {
        let added = add(&Content::empty(Mode::Blocks), kind_key(&kind), "");
        let document = added.content.document().unwrap();
        let block = document.find(added.selected.unwrap()).unwrap();
        assert_eq!(kind_key(&block.kind), kind_key(&kind));
        let listed = fields::properties(block, &document.theme);
        let mut edit = set(block.id, &[]);
        for property in listed {
            if let fields::Input::Colour { fallback } = &property.input {
                let shown = fields::picker_value(&property.value, fallback);
                edit.fields
                    .insert(format!("{}_picker", property.name), shown);
            }
            edit.fields.insert(property.name, property.value);
        }
        let same = apply(&added.content, &edit).unwrap().content;
        match kind {
            // A link without an address is dropped: there is nothing to link to.
            BlockKind::Social { .. } => assert!(same.source.contains("\"links\":[]")),
            _ => assert_eq!(same, added.content),
        }
    }
}

#[test]
fn a_new_block_stands_above_the_footer_unless_it_is_one() {
    let content = add(&letter(), "button", "end").content;
    assert_eq!(names(&content), ["header", "text", "button", "footer"]);
    let content = add(&content, "divider", "after:1").content;
    assert_eq!(names(&content)[1], "divider");
    let content = add(&content, "spacer", "top").content;
    assert_eq!(names(&content)[0], "spacer");
}

#[test]
fn blocks_go_into_columns_and_out_again() {
    let added = add(&letter(), "columns-3", "after:2");
    let columns = added.selected.unwrap();
    let inner = add(&added.content, "image", &format!("in:{columns}:2"));
    let id = inner.selected.unwrap();
    let fewer = apply(&inner.content, &set(columns, &[("count", "2")])).unwrap();
    let document = fewer.content.document().unwrap();
    let halves = document.find(columns).unwrap().kind.columns();
    assert_eq!(halves.len(), 2);
    assert_eq!(halves[1].blocks[0].id, id);
    let out = EditForm {
        place: "top".into(),
        ..on("move", id)
    };
    let moved = apply(&fewer.content, &out).unwrap();
    assert_eq!(moved.selected, Some(id));
    assert_eq!(names(&moved.content)[0], "image");
    let header_into_column = EditForm {
        place: format!("in:{columns}:0"),
        ..on("move", 1)
    };
    let refused = invalid(apply(&moved.content, &header_into_column));
    assert!(refused.message.contains("inside a column"));
}

#[test]
fn the_selection_stays_unless_its_block_goes() {
    let content = letter();
    let edit = |op: &str, block| EditForm {
        selected: "2".into(),
        ..on(op, block)
    };
    assert_eq!(
        apply(&content, &edit("move-up", 3)).unwrap().selected,
        Some(2)
    );
    assert_eq!(
        apply(&content, &edit("delete", 1)).unwrap().selected,
        Some(2)
    );
    assert_eq!(apply(&content, &edit("delete", 2)).unwrap().selected, None);
    assert_eq!(
        apply(&content, &edit("duplicate", 2)).unwrap().selected,
        Some(4)
    );
}

#[test]
fn a_block_that_is_gone_is_a_conflict_and_nothing_changes() {
    for op in ["move-up", "move-down", "duplicate", "delete", "set", "move"] {
        let result = apply(&letter(), &on(op, 99));
        assert!(matches!(result, Err(AppError::Conflict(_))), "{op}");
    }
}

#[test]
fn properties_are_set_as_typed() {
    let content = letter();
    let edit = set(
        2,
        &[
            ("html", "Hello\r\nyou\r\n\r\nBye"),
            ("size", "large"),
            ("align", "centre"),
            ("frame_top", " 30 "),
            ("frame_background", "#FFEEDD"),
        ],
    );
    let document = apply(&content, &edit).unwrap().content.document().unwrap();
    let block = document.find(2).unwrap();
    assert_eq!(block.frame.padding_top, 30);
    assert_eq!(block.frame.padding_bottom, 10);
    assert_eq!(block.frame.background, "#FFEEDD");
    match &block.kind {
        BlockKind::Text { html, size, .. } => {
            assert_eq!(html, "<p>Hello<br>you</p>\n<p>Bye</p>");
            assert_eq!(*size, TextSize::Large);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_bad_property_gets_its_sentence_and_keeps_what_was_typed() {
    let content = letter();
    for (block, name, typed, words) in [
        (2, "frame_top", "1.5", "Enter a whole number from 0 to 200."),
        (2, "colour", "red", "This is not a colour."),
        (2, "align", "up", "Choose one of the list."),
        (1, "title", &"x".repeat(2001), "Keep this under 2000"),
    ] {
        let found = invalid(apply(&content, &set(block, &[(name, typed)])));
        assert_eq!(found.fields.len(), 1, "{name}");
        assert_eq!(found.fields[0].field, name);
        assert!(found.fields[0].message.starts_with(words), "{name}");
        assert_eq!(found.typed["op"], "set");
        assert_eq!(found.typed["block"], block.to_string());
        assert_eq!(found.typed.contains_key(name), typed.len() <= 400);
    }
}

#[test]
fn of_text_and_picker_the_one_that_was_changed_counts() {
    let content = apply(&letter(), &set(2, &[("colour", "#112233")]))
        .unwrap()
        .content;
    for (text, picker, expected) in [
        ("#112233", "#112233", "#112233"),
        ("#445566", "#112233", "#445566"),
        ("#112233", "#778899", "#778899"),
        ("#445566", "#778899", "#445566"),
        ("", "#112233", ""),
    ] {
        let edit = set(2, &[("colour", text), ("colour_picker", picker)]);
        let document = apply(&content, &edit).unwrap().content.document().unwrap();
        match &document.find(2).unwrap().kind {
            BlockKind::Text { colour, .. } => assert_eq!(colour, expected, "{text} {picker}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn social_links_grow_by_the_empty_row_and_shrink_by_an_empty_address() {
    let added = add(&letter(), "social", "end");
    let id = added.selected.unwrap();
    let edit = set(
        id,
        &[
            ("network_0", "mastodon"),
            ("url_0", "https://a.test/@b"),
            ("network_1", "x"),
            ("url_1", "https://x.test/b"),
        ],
    );
    let two = apply(&added.content, &edit).unwrap().content;
    assert!(two.source.contains("mastodon") && two.source.contains("https://x.test/b"));
    let one = apply(&two, &set(id, &[("url_0", "")])).unwrap().content;
    assert!(!one.source.contains("mastodon") && one.source.contains("https://x.test/b"));
}

#[test]
fn the_theme_is_set_and_an_emptied_colour_is_the_standard_one() {
    let edit = with(
        form("theme"),
        &[
            ("accent", "#00aa00"),
            ("link", ""),
            ("font", "georgia"),
            ("width", "640"),
        ],
    );
    let theme = apply(&letter(), &edit).unwrap().content.document().unwrap();
    let theme = theme.theme;
    assert_eq!((theme.accent.as_str(), theme.width), ("#00aa00", 640));
    assert_eq!(theme.link, "#1d4ed8");
    assert_eq!(theme.font.label(), "Georgia");
    let wide = invalid(apply(&letter(), &with(form("theme"), &[("width", "9000")])));
    assert_eq!(wide.fields[0].field, "width");
}

#[test]
fn subject_and_preheader_are_one_line() {
    let edit = with(
        form("headline"),
        &[("subject", " Hello\r\nBcc: x "), ("preheader", "a  b")],
    );
    let content = apply(&letter(), &edit).unwrap().content;
    assert_eq!(content.subject, "Hello Bcc: x");
    assert_eq!(content.preheader, "a b");
    let long = with(form("headline"), &[("subject", &"ä".repeat(501))]);
    assert_eq!(invalid(apply(&letter(), &long)).fields[0].field, "subject");
}

#[test]
fn code_is_kept_as_typed_within_a_megabyte() {
    let content = Content::empty(Mode::Mjml);
    let broken = with(form("source"), &[("source", "<mjml>\r\n{% if")]);
    assert_eq!(
        apply(&content, &broken).unwrap().content.source,
        "<mjml>\n{% if"
    );
    let large = with(form("source"), &[("source", &"x".repeat(1_000_001))]);
    assert!(
        invalid(apply(&content, &large)).fields[0]
            .message
            .contains("1 MB")
    );
    assert!(
        invalid(apply(&content, &form("add")))
            .message
            .contains("no blocks")
    );
    assert!(
        invalid(apply(&letter(), &broken))
            .message
            .contains("made of blocks")
    );
}

#[test]
fn undo_puts_back_a_document_and_refuses_anything_else() {
    let content = letter();
    let changed = apply(&content, &on("delete", 2)).unwrap().content;
    let undo = with(form("restore"), &[("source", content.source.as_str())]);
    assert_eq!(apply(&changed, &undo).unwrap().content, content);
    let junk = with(form("restore"), &[("source", "{\"blocks\":1}")]);
    assert!(apply(&changed, &junk).is_err());
}
