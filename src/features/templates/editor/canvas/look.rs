//! How blocks look on the canvas: the same sizes, spaces and colours as the compiled mail, as inline styles. Pure.

use super::keys::{Spot, spot};
use crate::mail::block::{Block, BlockKind, Column, Document, Theme};
use crate::mail::colour::Rgb;
use crate::mail::shade::{Palette, has_serif_headings};

/// Space at both sides of the blocks, and inside a coloured column, in pixels.
const SIDE: u16 = 40;
const CARD: u16 = 22;

/// The page around the mail.
pub(super) fn page(theme: &Theme) -> String {
    let palette = Palette::of(theme);
    let margin = margin(&palette);
    let weight = if has_serif_headings(theme) { 400 } else { 700 };
    format!(
        "background:{};padding-block:{}px;font-family:{};--heading-font:{};--heading-weight:{weight}",
        palette.background.hex(),
        margin.max(16),
        theme.font.css(),
        theme.heading_font.css(),
    )
}

pub(super) fn width(theme: &Theme) -> String {
    format!("max-width:{}px", theme.width.clamp(320, 900))
}

/// The page shows around the blocks when its colour differs from theirs.
fn margin(palette: &Palette) -> u16 {
    if palette.background == palette.surface {
        0
    } else {
        28
    }
}

/// What a block stands on, and its own style.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Look {
    pub ground: Rgb,
    pub style: String,
    /// The column it stands in: `5:0`; empty at the top level.
    pub within: String,
}

pub(super) fn look(document: &Document, id: u32) -> Option<Look> {
    let palette = Palette::of(&document.theme);
    let found = spot(document, id)?;
    let block = found.list.get(found.index)?;
    Some(match found.parent {
        None => top_level(document, &palette, block, &found),
        Some((parent, index)) => {
            let column = parent.kind.columns().get(index)?;
            let card = Rgb::parse(&column.background);
            let last = found.list.len().saturating_sub(1);
            let edge = |is_edge: bool, padding: u16| match card {
                Some(_) if is_edge => padding.max(CARD),
                _ => padding.min(200),
            };
            let (top, bottom) = match block.kind {
                BlockKind::Spacer { .. } => (0, 0),
                _ => (
                    edge(found.index == 0, block.frame.padding_top),
                    edge(found.index == last, block.frame.padding_bottom),
                ),
            };
            let side = if card.is_some() { CARD } else { 0 };
            Look {
                ground: card.unwrap_or_else(|| palette.ground(parent)),
                style: format!("padding:{top}px {side}px {bottom}px"),
                within: format!("{}:{index}", parent.id),
            }
        }
    })
}

fn top_level(document: &Document, palette: &Palette, block: &Block, found: &Spot) -> Look {
    let is_columns = matches!(block.kind, BlockKind::Columns { .. });
    let (top, bottom) = match block.kind {
        BlockKind::Divider { padding, .. } => (padding, padding),
        BlockKind::Spacer { .. } => (0, 0),
        _ => (block.frame.padding_top, block.frame.padding_bottom),
    };
    let side = if is_columns { SIDE - 10 } else { SIDE };
    let is_footer = |block: &Block| matches!(block.kind, BlockKind::Footer { .. });
    let rounds = margin(palette) > 0 && !is_footer(block);
    let last = document.blocks.iter().rposition(|block| !is_footer(block));
    let corner = |is_edge: bool| if rounds && is_edge { "12px" } else { "0" };
    let (head, foot) = (corner(found.index == 0), corner(Some(found.index) == last));
    let ground = palette.ground(block);
    Look {
        ground,
        style: format!(
            "background:{};padding:{}px var(--side) {}px;--side:{side}px;border-radius:{head} {head} {foot} {foot}",
            ground.hex(),
            top.min(200),
            bottom.min(200),
        ),
        within: String::new(),
    }
}

/// A column; a coloured one is a card.
pub(super) fn column(column: &Column) -> String {
    Rgb::parse(&column.background)
        .map(|colour| format!("background:{};border-radius:10px", colour.hex()))
        .unwrap_or_default()
}

/// The style of a rich text: its own, and the colours of what is in it.
pub(super) fn rich(
    palette: &Palette,
    ground: Rgb,
    ink: Rgb,
    size: u16,
    line: &str,
    align: &str,
) -> String {
    let colours = palette.in_text(ground, ink);
    format!(
        "color:{};font-size:{size}px;line-height:{line};text-align:{align};--link:{};--accent:{};--muted:{};--rule:{}",
        ink.hex(),
        colours.link.hex(),
        colours.accent.hex(),
        colours.muted.hex(),
        colours.rule.hex(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::block::Place;

    #[test]
    fn blocks_stand_on_the_ground_the_mail_gives_them() {
        let mut document = Document::default();
        let text = document
            .insert(Place::Bottom, BlockKind::new_text())
            .unwrap();
        let block = document
            .insert(Place::Bottom, BlockKind::new_columns(2))
            .unwrap();
        let place = Place::InColumn { block, column: 1 };
        let inner = document.insert(place, BlockKind::new_button()).unwrap();
        let footer = document
            .insert(Place::Bottom, BlockKind::new_footer())
            .unwrap();
        let at = |id| look(&document, id).unwrap();
        assert_eq!(at(text).ground.hex(), "#ffffff");
        assert!(at(text).style.ends_with("12px 12px 0 0"));
        assert!(
            at(block).style.contains("--side:30px") && at(block).style.ends_with("0 0 12px 12px")
        );
        assert_eq!(at(inner).within, format!("{block}:1"));
        assert_eq!(at(footer).ground.hex(), "#f3f4f6");
        assert!(at(footer).style.ends_with("0 0 0 0"));
        assert!(look(&document, 99).is_none());
    }

    #[test]
    fn a_coloured_column_is_a_card_with_room_inside() {
        let mut document = Document::default();
        let mut columns = BlockKind::new_columns(2);
        if let BlockKind::Columns { columns } = &mut columns {
            columns[0].background = "#123456".into();
        }
        let block = document.insert(Place::Bottom, columns).unwrap();
        let place = Place::InColumn { block, column: 0 };
        let inner = document.insert(place, BlockKind::new_text()).unwrap();
        let look = look(&document, inner).unwrap();
        assert_eq!(look.ground.hex(), "#123456");
        assert_eq!(look.style, "padding:22px 22px 22px");
    }
}
