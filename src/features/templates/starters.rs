//! The designs a new workspace starts with. Type, colour and space carry them; none needs an image.

mod announcement;
mod event;
mod feedback;
mod letter;
mod meeting;
mod newsletter;
mod promotion;
mod welcome;

use super::model::TemplateContent;
use crate::mail::block::{
    Align, Block, BlockKind, Column, Document, Frame, Network, SocialLink, TextSize, Theme,
};

/// One starter: what the gallery says about it, and the template it becomes.
#[derive(Debug, Clone, PartialEq)]
pub struct Starter {
    /// Stable; tells an installed starter apart.
    pub key: &'static str,
    pub description: &'static str,
    pub content: TemplateContent,
}

/// All starters, in the order of the gallery.
pub fn starters() -> Vec<Starter> {
    vec![
        newsletter::design(),
        promotion::design(),
        welcome::design(),
        meeting::design(),
        announcement::design(),
        event::design(),
        feedback::design(),
        letter::design(),
    ]
}

fn starter(
    key: &'static str,
    name: &str,
    description: &'static str,
    (subject, preheader): (&str, &str),
    page: Page,
) -> Starter {
    Starter {
        key,
        description,
        content: TemplateContent {
            name: name.to_owned(),
            subject: subject.to_owned(),
            preheader: preheader.to_owned(),
            design: page.finish().into(),
        },
    }
}

/// Builds a document from top to bottom.
struct Page {
    theme: Theme,
    blocks: Vec<Block>,
    next: u32,
}

/// A column's background and its blocks, each with its padding above and below.
type ColumnSketch<'a> = (&'a str, Vec<(BlockKind, u16, u16)>);

impl Page {
    fn new(theme: Theme) -> Self {
        Self {
            theme,
            blocks: Vec::new(),
            next: 1,
        }
    }

    fn block(&mut self, kind: BlockKind, frame: Frame) -> Block {
        let id = self.next;
        self.next += 1;
        Block { id, kind, frame }
    }

    /// A block on the surface, with space above and below.
    fn add(self, kind: BlockKind, top: u16, bottom: u16) -> Self {
        self.band("", kind, top, bottom)
    }

    /// A block on a ground of its own.
    fn band(mut self, background: &str, kind: BlockKind, top: u16, bottom: u16) -> Self {
        let block = self.block(kind, frame(background, top, bottom));
        self.blocks.push(block);
        self
    }

    /// Columns side by side: each a background and its blocks with the space around them.
    fn columns(
        mut self,
        background: &str,
        columns: Vec<ColumnSketch<'_>>,
        top: u16,
        bottom: u16,
    ) -> Self {
        let id = self.next;
        self.next += 1;
        let columns = columns
            .into_iter()
            .map(|(card, kinds)| Column {
                background: card.to_owned(),
                blocks: kinds
                    .into_iter()
                    .map(|(kind, top, bottom)| self.block(kind, frame("", top, bottom)))
                    .collect(),
            })
            .collect();
        self.blocks.push(Block {
            id,
            kind: BlockKind::Columns { columns },
            frame: frame(background, top, bottom),
        });
        self
    }

    fn footer(self, text: &str) -> Self {
        let kind = BlockKind::Footer {
            text: text.to_owned(),
            show_address: true,
            show_unsubscribe: true,
        };
        self.add(kind, 28, 12)
    }

    fn finish(self) -> Document {
        Document {
            blocks: self.blocks,
            theme: self.theme,
        }
    }
}

fn frame(background: &str, top: u16, bottom: u16) -> Frame {
    Frame {
        background: background.to_owned(),
        padding_top: top,
        padding_bottom: bottom,
    }
}

fn theme(colours: [&str; 6]) -> Theme {
    let [background, surface, text, muted, accent, link] = colours.map(str::to_owned);
    Theme {
        background,
        surface,
        text,
        muted,
        accent,
        link,
        ..Theme::default()
    }
}

fn text(html: &str) -> BlockKind {
    BlockKind::text(html)
}

fn set(html: &str, align: Align, size: TextSize, colour: &str) -> BlockKind {
    BlockKind::Text {
        html: html.to_owned(),
        align,
        size,
        colour: colour.to_owned(),
    }
}

fn brand(title: &str, background: &str, colour: &str, align: Align) -> BlockKind {
    BlockKind::Header {
        image_url: String::new(),
        image_alt: String::new(),
        background: background.to_owned(),
        title: title.to_owned(),
        title_colour: colour.to_owned(),
        align,
    }
}

fn button(label: &str, path: &str, colours: (&str, &str), align: Align, radius: u8) -> BlockKind {
    BlockKind::Button {
        label: label.to_owned(),
        href: format!("https://example.com/{path}"),
        colour: colours.0.to_owned(),
        text_colour: colours.1.to_owned(),
        align,
        radius,
    }
}

fn line(padding: u16) -> BlockKind {
    BlockKind::Divider {
        colour: String::new(),
        thickness: 1,
        padding,
    }
}

fn social(align: Align) -> BlockKind {
    let links = [Network::Instagram, Network::Linkedin, Network::Youtube]
        .into_iter()
        .map(|network| SocialLink {
            network,
            url: format!("https://example.com/{}", network.label().to_lowercase()),
        })
        .collect();
    BlockKind::Social { links, align }
}

#[cfg(test)]
mod tests;
