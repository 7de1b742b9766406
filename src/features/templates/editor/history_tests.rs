//! Random editing, undone to the start and redone to the end.

use super::super::content::Content;
use super::super::edit::{EditForm, apply};
use super::{About, History};
use crate::mail::block::Document;
use crate::mail::design::Mode;
use proptest::prelude::*;

/// One change, made of numbers so that any sequence of them means something: what, to which block, where or with what.
type Roll = (u8, u8, u8);

const KINDS: [&str; 10] = [
    "header",
    "text",
    "image",
    "button",
    "divider",
    "spacer",
    "columns",
    "columns-3",
    "social",
    "footer",
];

fn pick<T: Copy>(list: &[T], roll: u8) -> Option<T> {
    list.get(usize::from(roll) % list.len().max(1)).copied()
}

fn edit(document: &Document, (what, which, how): Roll) -> EditForm {
    let ids: Vec<u32> = document.walk().iter().map(|block| block.id).collect();
    let block = pick(&ids, which).map(|id| id.to_string());
    let mut places = vec!["top".to_owned(), "end".to_owned()];
    for block in document.walk() {
        places.push(format!("before:{}", block.id));
        places.push(format!("after:{}", block.id));
        for column in 0..block.kind.columns().len() {
            places.push(format!("in:{}:{column}", block.id));
        }
    }
    let place = places[usize::from(how) % places.len()].clone();
    let field = |name: &str, value: &str| [(name.to_owned(), value.to_owned())].into();
    let op = [
        "add",
        "add",
        "add",
        "move",
        "move-up",
        "move-down",
        "duplicate",
        "delete",
        "set",
        "text",
        "theme",
    ];
    let op = pick(&op, what).unwrap_or("add");
    let fields = match op {
        "set" => field("frame_top", &(how % 100).to_string()),
        "text" => field("text", &format!("<p>{how} “words” & {{{{ name }}}}</p>")),
        "theme" => field("accent", &format!("#0000{how:02x}")),
        _ => Default::default(),
    };
    EditForm {
        op: op.into(),
        block: block.unwrap_or_default(),
        kind: pick(&KINDS, which).unwrap_or("text").into(),
        place,
        fields,
        ..EditForm::default()
    }
}

fn restored(content: &Content, source: &str) -> Content {
    let form = EditForm {
        op: "restore".into(),
        fields: [("source".to_owned(), source.to_owned())].into(),
        ..EditForm::default()
    };
    apply(content, &form).unwrap().content
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn undoing_all_and_redoing_all_gives_the_same_document(
        rolls in prop::collection::vec(any::<Roll>(), 0..50)
    ) {
        let start = Content::empty(Mode::Blocks);
        let (mut now, mut history) = (start.clone(), History::default());
        let mut made = 0;
        for roll in rolls {
            let form = edit(&now.document().unwrap(), roll);
            // A refused change leaves everything as it is.
            let Ok(applied) = apply(&now, &form) else { continue };
            if applied.content.source != now.source {
                let about = About { op: form.op, block: form.block, input: String::new() };
                history.record(about, now.source.clone());
                made += 1;
            }
            now = applied.content;
        }
        let end = now.clone();
        let mut back = 0;
        while let Some(source) = history.undo(&now.source) {
            now = restored(&now, &source);
            prop_assert!(now.document().is_some());
            back += 1;
        }
        prop_assert_eq!(&now, &start);
        prop_assert!(back <= made);
        while let Some(source) = history.redo(&now.source) {
            now = restored(&now, &source);
        }
        prop_assert_eq!(&now, &end);
        // And half of the way back again, from there.
        for _ in 0..back / 2 {
            let source = history.undo(&now.source).unwrap();
            now = restored(&now, &source);
        }
        while let Some(source) = history.redo(&now.source) {
            now = restored(&now, &source);
        }
        prop_assert_eq!(&now, &end);
    }
}
