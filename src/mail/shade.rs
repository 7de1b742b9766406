//! Which colours a design comes to: what a block stands on, and what is readable there. The compiled mail and the editor's canvas
//! ask the same rules, so the one looks like the other. Both targets.

use super::block::{Block, BlockKind, FontStack, Theme};
use super::colour::{DARK_SURFACE, Rgb};

/// The theme's colours, each falling back to the default theme's where it is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    pub background: Rgb,
    pub surface: Rgb,
    pub text: Rgb,
    pub muted: Rgb,
    pub accent: Rgb,
    pub link: Rgb,
}

/// The colours of the parts of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextColours {
    pub link: Rgb,
    pub accent: Rgb,
    pub muted: Rgb,
    pub rule: Rgb,
}

impl Palette {
    pub fn of(theme: &Theme) -> Self {
        let fallback = Theme::default();
        let pick = |value: &str, other: &str| {
            Rgb::parse(value)
                .or_else(|| Rgb::parse(other))
                .unwrap_or(DARK_SURFACE)
        };
        Self {
            background: pick(&theme.background, &fallback.background),
            surface: pick(&theme.surface, &fallback.surface),
            text: pick(&theme.text, &fallback.text),
            muted: pick(&theme.muted, &fallback.muted),
            accent: pick(&theme.accent, &fallback.accent),
            link: pick(&theme.link, &fallback.link),
        }
    }

    /// The colour a top-level block chose to stand on, if it chose one.
    pub fn own_ground(block: &Block) -> Option<Rgb> {
        match &block.kind {
            BlockKind::Header { background, .. } => {
                Rgb::parse(background).or_else(|| Rgb::parse(&block.frame.background))
            }
            _ => Rgb::parse(&block.frame.background),
        }
    }

    /// The colour a top-level block stands on: its own, or the page's for a footer, or the surface's.
    pub fn ground(&self, block: &Block) -> Rgb {
        let is_footer = matches!(block.kind, BlockKind::Footer { .. });
        Self::own_ground(block).unwrap_or(if is_footer {
            self.background
        } else {
            self.surface
        })
    }

    /// The colour of text on a ground: the theme's, unless it would not be readable there.
    pub fn ink(&self, ground: Rgb) -> Rgb {
        if self.text.contrast(ground) >= 4.5 {
            self.text
        } else {
            ground.ink()
        }
    }

    /// The colours of links, labels and the like in a text of this ink.
    pub fn in_text(&self, ground: Rgb, ink: Rgb) -> TextColours {
        let on_page = !ground.is_dark();
        let fits = |colour: Rgb| {
            if colour.contrast(ground) >= 3.0 {
                colour
            } else {
                ink
            }
        };
        TextColours {
            link: if on_page { fits(self.link) } else { ink },
            accent: fits(self.accent),
            muted: if on_page {
                self.muted
            } else {
                ink.mix(ground, 0.25)
            },
            rule: ground.mix(ink, 0.14),
        }
    }

    /// A button's face and the ink on it.
    pub fn button(&self, colour: &str, text_colour: &str, ground: Rgb) -> (Rgb, Rgb) {
        let face = Rgb::parse(colour).unwrap_or_else(|| {
            // An accent that vanishes into its ground gives way to the ground's ink.
            if self.accent.contrast(ground) >= 1.6 {
                self.accent
            } else {
                ground.ink()
            }
        });
        (face, Rgb::parse(text_colour).unwrap_or_else(|| face.ink()))
    }

    /// A divider's line.
    pub fn line(&self, colour: &str, ground: Rgb) -> Rgb {
        Rgb::parse(colour).unwrap_or_else(|| ground.mix(self.ink(ground), 0.13))
    }

    /// The links of a social block.
    pub fn social(&self, ground: Rgb) -> Rgb {
        if ground.is_dark() {
            self.ink(ground)
        } else {
            self.link
        }
    }

    /// The text of a footer.
    pub fn footer(&self, ground: Rgb) -> Rgb {
        if self.muted.contrast(ground) >= 4.5 {
            self.muted
        } else {
            self.ink(ground).mix(ground, 0.2)
        }
    }
}

/// Serif faces carry a headline without being bold.
pub fn has_serif_headings(theme: &Theme) -> bool {
    matches!(
        theme.heading_font,
        FontStack::Georgia | FontStack::Times | FontStack::Palatino
    )
}
