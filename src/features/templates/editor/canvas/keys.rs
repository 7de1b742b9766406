//! Going through a design by keyboard: which block an arrow leads to, and where Alt with an arrow takes one. Pure.

use super::super::summary::title;
use crate::mail::block::{Block, Document};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrow {
    Up,
    Down,
    Left,
    Right,
}

impl Arrow {
    pub(super) fn of(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowUp" => Self::Up,
            "ArrowDown" => Self::Down,
            "ArrowLeft" => Self::Left,
            "ArrowRight" => Self::Right,
            _ => return None,
        })
    }
}

/// Where a block stands.
pub(super) struct Spot<'a> {
    /// The block and those beside it, in their order.
    pub list: &'a [Block],
    pub index: usize,
    /// The columns block around it, and which of its columns.
    pub parent: Option<(&'a Block, usize)>,
}

pub(super) fn spot(document: &Document, id: u32) -> Option<Spot<'_>> {
    let at = |list: &[Block]| list.iter().position(|block| block.id == id);
    if let Some(index) = at(&document.blocks) {
        return Some(Spot {
            list: &document.blocks,
            index,
            parent: None,
        });
    }
    document.blocks.iter().find_map(|block| {
        let mut columns = block.kind.columns().iter().enumerate();
        columns.find_map(|(column, inner)| {
            Some(Spot {
                index: at(&inner.blocks)?,
                list: &inner.blocks,
                parent: Some((block, column)),
            })
        })
    })
}

/// The block around this one.
pub(super) fn parent(document: &Document, id: u32) -> Option<u32> {
    Some(spot(document, id)?.parent?.0.id)
}

/// The block an arrow leads to: up and down through all of them, left and right across columns, in and out of them.
pub(super) fn neighbour(document: &Document, id: u32, arrow: Arrow) -> Option<u32> {
    let all: Vec<u32> = document.walk().into_iter().map(|block| block.id).collect();
    let at = all.iter().position(|other| *other == id)?;
    match arrow {
        Arrow::Up => at.checked_sub(1).and_then(|at| all.get(at).copied()),
        Arrow::Down => all.get(at + 1).copied(),
        Arrow::Left | Arrow::Right => {
            let spot = spot(document, id)?;
            let Some((parent, column)) = spot.parent else {
                let mut inner = document.find(id)?.kind.columns().iter();
                return (arrow == Arrow::Right)
                    .then(|| inner.find_map(|column| Some(column.blocks.first()?.id)))
                    .flatten();
            };
            let columns = parent.kind.columns();
            let beside = |column: usize| {
                let list = &columns.get(column)?.blocks;
                Some(list.get(spot.index).or(list.last())?.id)
            };
            if arrow == Arrow::Left {
                let found = (0..column).rev().find_map(beside);
                found.or(Some(parent.id))
            } else {
                (column + 1..columns.len()).find_map(beside)
            }
        }
    }
}

/// The block to select once this one is gone.
pub(super) fn heir(document: &Document, id: u32) -> Option<u32> {
    let spot = spot(document, id)?;
    let beside = spot.list.get(spot.index + 1);
    let beside = beside.or_else(|| spot.list.get(spot.index.checked_sub(1)?));
    beside
        .map(|block| block.id)
        .or(spot.parent.map(|(parent, _)| parent.id))
}

/// The place, as a change says it, where Alt with an arrow takes a block: up and down in its list and out of its column at the end;
/// right into the columns below or above it, or the next column; left out again.
pub(super) fn shifted(document: &Document, id: u32, arrow: Arrow) -> Option<String> {
    let Spot {
        list,
        index,
        parent,
    } = spot(document, id)?;
    let above = index.checked_sub(1).and_then(|index| list.get(index));
    let below = list.get(index + 1);
    match (arrow, parent) {
        (Arrow::Up, _) if above.is_some() => Some(format!("before:{}", above?.id)),
        (Arrow::Down, _) if below.is_some() => Some(format!("after:{}", below?.id)),
        (Arrow::Up, Some((parent, _))) => Some(format!("before:{}", parent.id)),
        (Arrow::Down, Some((parent, _))) => Some(format!("after:{}", parent.id)),
        (Arrow::Left, Some((parent, 0))) => Some(format!("before:{}", parent.id)),
        (Arrow::Left, Some((parent, column))) => Some(format!("in:{}:{}", parent.id, column - 1)),
        (Arrow::Right, Some((parent, column))) => {
            let next = column + 1;
            Some(if next < parent.kind.columns().len() {
                format!("in:{}:{next}", parent.id)
            } else {
                format!("after:{}", parent.id)
            })
        }
        (Arrow::Right, None) if list.get(index)?.kind.can_nest() => {
            let columns = [below, above].into_iter().flatten();
            let mut columns = columns.filter(|block| !block.kind.columns().is_empty());
            Some(format!("in:{}:0", columns.next()?.id))
        }
        _ => None,
    }
}

/// Where a block stands now, in words: "after Text “Hello”", "first in column 2".
pub(super) fn whereabouts(document: &Document, id: u32) -> String {
    let Some(spot) = spot(document, id) else {
        return String::new();
    };
    let above = spot.index.checked_sub(1).and_then(|i| spot.list.get(i));
    let beside = above.map(|block| format!("after {}", title(block)));
    match (spot.parent, beside) {
        (None, Some(beside)) => beside,
        (None, None) => "at the top".to_owned(),
        (Some((_, column)), Some(beside)) => format!("in column {}, {beside}", column + 1),
        (Some((_, column)), None) => format!("first in column {}", column + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::block::{BlockKind, Place};

    /// Text 1, columns 2 (buttons 3 and 4 | image 5), divider 6.
    fn document() -> Document {
        let mut document = Document::default();
        let mut add = |place, kind| document.insert(place, kind).unwrap();
        add(Place::Bottom, BlockKind::text("<p>Hello</p>"));
        let block = add(Place::Bottom, BlockKind::new_columns(2));
        for (column, kind) in [
            (0, BlockKind::new_button()),
            (0, BlockKind::new_button()),
            (1, BlockKind::new_image()),
        ] {
            add(Place::InColumn { block, column }, kind);
        }
        add(Place::Bottom, BlockKind::new_divider());
        document
    }

    #[test]
    fn arrows_lead_through_all_blocks_and_across_columns() {
        let document = document();
        for (id, arrow, expected) in [
            (1, Arrow::Up, None),
            (1, Arrow::Down, Some(2)),
            (2, Arrow::Down, Some(3)),
            (5, Arrow::Down, Some(6)),
            (6, Arrow::Down, None),
            (6, Arrow::Up, Some(5)),
            (2, Arrow::Right, Some(3)),
            (1, Arrow::Right, None),
            (4, Arrow::Right, Some(5)),
            (5, Arrow::Left, Some(3)),
            (3, Arrow::Left, Some(2)),
            (5, Arrow::Right, None),
        ] {
            assert_eq!(neighbour(&document, id, arrow), expected, "{id} {arrow:?}");
        }
        assert_eq!(parent(&document, 5), Some(2));
        assert_eq!(parent(&document, 2), None);
    }

    #[test]
    fn alt_with_an_arrow_moves_in_its_list_and_in_and_out_of_columns() {
        let document = document();
        for (id, arrow, place) in [
            (1, Arrow::Up, None),
            (1, Arrow::Down, Some("after:2")),
            (1, Arrow::Right, Some("in:2:0")),
            (6, Arrow::Right, Some("in:2:0")),
            (2, Arrow::Right, None),
            (3, Arrow::Up, Some("before:2")),
            (3, Arrow::Down, Some("after:4")),
            (4, Arrow::Down, Some("after:2")),
            (4, Arrow::Right, Some("in:2:1")),
            (5, Arrow::Right, Some("after:2")),
            (5, Arrow::Left, Some("in:2:0")),
            (3, Arrow::Left, Some("before:2")),
            (1, Arrow::Left, None),
        ] {
            assert_eq!(
                shifted(&document, id, arrow).as_deref(),
                place,
                "{id} {arrow:?}"
            );
        }
    }

    #[test]
    fn what_is_deleted_has_an_heir_and_every_place_has_words() {
        let document = document();
        assert_eq!(heir(&document, 1), Some(2));
        assert_eq!(heir(&document, 6), Some(2));
        assert_eq!(heir(&document, 5), Some(2));
        assert_eq!(whereabouts(&document, 1), "at the top");
        assert_eq!(whereabouts(&document, 2), "after Text “Hello”");
        assert_eq!(whereabouts(&document, 5), "first in column 2");
        assert_eq!(
            whereabouts(&document, 4),
            "in column 1, after Button “Read more”"
        );
    }
}
