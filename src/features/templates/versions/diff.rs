//! The difference between two versions of a mail, in words. Both targets; pure.

use super::super::editor::{Content, Input, plain, properties, theme_properties, title};
use crate::mail::block::{Block, Document, Theme};
use crate::mail::design::Mode;
use std::collections::HashSet;

/// Most lines of a difference, and most characters of a value in it.
const MOST_LINES: usize = 60;
const MOST_CHARS: usize = 60;

/// What changes when the mail goes from `from` to `to`, each as a sentence. Empty: they are the same.
pub fn changes(from: &Content, to: &Content) -> Vec<String> {
    let mut list = Vec::new();
    for (what, from, to) in [
        ("Subject", &from.subject, &to.subject),
        ("Preheader", &from.preheader, &to.preheader),
    ] {
        if from != to {
            list.push(value_change(what, from, to));
        }
    }
    match (from.document(), to.document()) {
        (Some(from), Some(to)) => documents(&from, &to, &mut list),
        _ if from.mode != to.mode => list.push(format!(
            "Written as {} instead of {}.",
            mode_words(to.mode),
            mode_words(from.mode)
        )),
        _ => lines(&from.source, &to.source, &mut list),
    }
    if list.len() > MOST_LINES {
        let more = list.len() - MOST_LINES;
        list.truncate(MOST_LINES);
        list.push(format!("And {more} more changes."));
    }
    list
}

fn mode_words(mode: Mode) -> &'static str {
    match mode {
        Mode::Blocks => "blocks",
        Mode::Mjml => "MJML",
        Mode::Html => "HTML",
    }
}

fn documents(from: &Document, to: &Document, list: &mut Vec<String>) {
    let (old, new) = (from.walk(), to.walk());
    let ids = |blocks: &[&Block]| blocks.iter().map(|block| block.id).collect::<Vec<_>>();
    let (old_ids, new_ids) = (ids(&old), ids(&new));
    for block in old.iter().filter(|block| !new_ids.contains(&block.id)) {
        list.push(format!("{} goes.", title(block)));
    }
    for block in new.iter().filter(|block| !old_ids.contains(&block.id)) {
        list.push(format!("{} comes.", title(block)));
    }
    let moved = moved(from, to);
    for block in &new {
        let Some(before) = old.iter().find(|before| before.id == block.id) else {
            continue;
        };
        if before.kind.name() != block.kind.name() {
            list.push(format!("{} becomes {}.", title(before), title(block)));
            continue;
        }
        if moved.contains(&block.id) {
            list.push(format!("{} moves.", title(block)));
        }
        let (before, after) = (
            properties(before, &Theme::default()),
            properties(block, &Theme::default()),
        );
        for after in after {
            let old = before.iter().find(|before| before.name == after.name);
            let old = old.map_or("", |before| before.value.as_str());
            if old != after.value {
                let what = format!("{}, {}", title(block), after.label.to_lowercase());
                list.push(match after.input {
                    Input::Switch if after.value == "true" => format!("{what}: on."),
                    Input::Switch => format!("{what}: off."),
                    Input::Rich => match (plain(old), plain(&after.value)) {
                        (old, new) if old == new => format!("{what}: its looks change."),
                        (old, new) => value_change(&what, &old, &new),
                    },
                    _ => value_change(&what, old, &after.value),
                });
            }
        }
    }
    let before = theme_properties(&from.theme);
    for after in theme_properties(&to.theme) {
        let old = before.iter().find(|before| before.name == after.name);
        let old = old.map_or("", |before| before.value.as_str());
        if old != after.value {
            let what = format!("Theme, {}", after.label.to_lowercase());
            list.push(value_change(&what, old, &after.value));
        }
    }
}

/// Blocks of both documents that stand in another list, or in another order among those that stayed.
fn moved(from: &Document, to: &Document) -> HashSet<u32> {
    let places = |document: &Document| {
        let mut places: Vec<(u32, (u32, usize))> = Vec::new();
        for block in &document.blocks {
            places.push((block.id, (0, 0)));
            for (i, column) in block.kind.columns().iter().enumerate() {
                places.extend(column.blocks.iter().map(|inner| (inner.id, (block.id, i))));
            }
        }
        places
    };
    let (old, new) = (places(from), places(to));
    let list_of = |places: &[(u32, (u32, usize))], id: u32| {
        let mut found = places.iter().filter(|(other, _)| *other == id);
        found.next().map(|(_, list)| *list)
    };
    let mut moved = HashSet::new();
    let common: Vec<u32> = new
        .iter()
        .map(|(id, _)| *id)
        .filter(|id| list_of(&old, *id).is_some())
        .collect();
    for id in &common {
        if list_of(&old, *id) != list_of(&new, *id) {
            moved.insert(*id);
        }
    }
    // Of those that stayed in their lists, the fewest that explain the new order.
    let order: Vec<usize> = common
        .iter()
        .filter(|id| !moved.contains(id))
        .filter_map(|id| old.iter().position(|(other, _)| other == id))
        .collect();
    let kept: HashSet<usize> = rising(&order).into_iter().collect();
    for (at, (id, _)) in old.iter().enumerate() {
        if order.contains(&at) && !kept.contains(&at) {
            moved.insert(*id);
        }
    }
    moved
}

/// A longest rising subsequence.
fn rising(order: &[usize]) -> Vec<usize> {
    let mut best: Vec<Vec<usize>> = Vec::new();
    for value in order {
        let longest = best
            .iter()
            .filter(|run| run.last().is_some_and(|last| last < value))
            .max_by_key(|run| run.len());
        let mut run = longest.cloned().unwrap_or_default();
        run.push(*value);
        best.push(run);
    }
    // Of several as long, the first: what stands higher up is said to stay.
    best.into_iter()
        .rev()
        .max_by_key(Vec::len)
        .unwrap_or_default()
}

/// The lines that differ, with those before and after them left out.
fn lines(from: &str, to: &str, list: &mut Vec<String>) {
    if from == to {
        return;
    }
    let (old, new): (Vec<_>, Vec<_>) = (from.lines().collect(), to.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b);
    let tail = tail.count().min(most);
    let (gone, come) = (old.len() - head - tail, new.len() - head - tail);
    let count = |n: usize| match n {
        1 => "1 line".to_owned(),
        n => format!("{n} lines"),
    };
    list.push(match (gone, come) {
        (0, 0) => "Only line ends change.".to_owned(),
        (0, come) => format!("Added after line {head}: {}.", count(come)),
        (gone, 0) => format!("Removed from line {}: {}.", head + 1, count(gone)),
        (gone, come) => format!(
            "Changed from line {}: {} to {}.",
            head + 1,
            count(gone),
            count(come)
        ),
    });
    let shown = |lines: &[&str], sign: &str| {
        let lines = lines.iter().filter(|line| !line.trim().is_empty()).take(12);
        lines
            .map(|line| format!("{sign} {}", cut(line.trim())))
            .collect::<Vec<_>>()
    };
    list.extend(shown(old.get(head..head + gone).unwrap_or_default(), "−"));
    list.extend(shown(new.get(head..head + come).unwrap_or_default(), "+"));
}

fn value_change(what: &str, from: &str, to: &str) -> String {
    // A long text is shown around the place where it differs.
    let same = from
        .chars()
        .zip(to.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let start = if same > 30 { same - 20 } else { 0 };
    let part = |text: &str| {
        let rest: String = text.chars().skip(start).collect();
        let lead = if start > 0 { "…" } else { "" };
        format!("“{lead}{}”", cut(&rest))
    };
    match (from.is_empty(), to.is_empty()) {
        (true, _) => format!("{what}: {}.", part(to)),
        (_, true) => format!("{what}: {} goes.", part(from)),
        _ => format!("{what}: {} becomes {}.", part(from), part(to)),
    }
}

fn cut(text: &str) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(MOST_CHARS).collect();
    if chars.next().is_some() {
        format!("{head}…")
    } else {
        head
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::block::{BlockKind, Place};

    fn content(document: &Document) -> Content {
        Content {
            source: document.to_json(),
            ..Content::default()
        }
    }

    fn letter() -> Document {
        let mut document = Document::default();
        for kind in [
            BlockKind::new_header(),
            BlockKind::text("<p>Hello</p>"),
            BlockKind::new_button(),
            BlockKind::new_footer(),
        ] {
            document.insert(Place::Bottom, kind).unwrap();
        }
        document
    }

    #[test]
    fn nothing_differs_in_the_same_mail() {
        let mail = content(&letter());
        assert!(changes(&mail, &mail).is_empty());
    }

    #[test]
    fn blocks_that_come_go_move_and_change_are_named() {
        let from = letter();
        let mut to = letter();
        to.remove(3).unwrap();
        to.insert(Place::Top, BlockKind::new_divider()).unwrap();
        to.move_to(2, Place::Bottom).unwrap();
        to.update(
            1,
            BlockKind::Header {
                image_url: String::new(),
                image_alt: String::new(),
                background: "#ff0000".into(),
                title: "Spring".into(),
                title_colour: String::new(),
                align: Default::default(),
            },
        )
        .unwrap();
        to.theme.accent = "#00aa00".into();
        let mut after = content(&to);
        after.subject = "Hello".into();
        assert_eq!(
            changes(&content(&from), &after),
            [
                "Subject: “Hello”.",
                "Button “Read more” goes.",
                "Divider comes.",
                "Header “Spring”, title: “Your name” becomes “Spring”.",
                "Header “Spring”, header background: “#ff0000”.",
                "Text “Hello” moves.",
                "Theme, buttons: “#2563eb” becomes “#00aa00”.",
            ]
        );
    }

    #[test]
    fn into_a_column_is_a_move_and_switches_are_on_or_off() {
        let mut from = letter();
        let block = from.insert(Place::Top, BlockKind::new_columns(2)).unwrap();
        let mut to = from.clone();
        to.move_to(3, Place::InColumn { block, column: 1 }).unwrap();
        to.update(
            4,
            BlockKind::Footer {
                text: String::new(),
                show_address: true,
                show_unsubscribe: false,
            },
        )
        .unwrap();
        assert_eq!(
            changes(&content(&from), &content(&to)),
            [
                "Button “Read more” moves.",
                "Footer, unsubscribe link: off.",
            ]
        );
    }

    #[test]
    fn of_code_the_lines_that_differ_are_shown() {
        let code = |source: &str| Content {
            mode: Mode::Html,
            source: source.into(),
            ..Content::default()
        };
        let list = changes(&code("<p>\na\nb\n</p>"), &code("<p>\na\nc\nd\n</p>"));
        assert_eq!(
            list,
            [
                "Changed from line 3: 1 line to 2 lines.",
                "− b",
                "+ c",
                "+ d"
            ]
        );
        let list = changes(&code("a\nb"), &code("a\nx\nb"));
        assert_eq!(list, ["Added after line 1: 1 line.", "+ x"]);
    }

    #[test]
    fn a_long_text_is_shown_where_it_differs() {
        let long = "x".repeat(100);
        let from = Content {
            subject: format!("{long}a"),
            ..Content::default()
        };
        let to = Content {
            subject: format!("{long}b"),
            ..Content::default()
        };
        let list = changes(&from, &to);
        assert_eq!(list.len(), 1);
        assert!(
            list[0].contains(&format!("“…{}a”", "x".repeat(20))),
            "{list:?}"
        );
    }
}
