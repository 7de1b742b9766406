//! Colour arithmetic: what is readable on what, and how a colour looks in dark mode.

use crate::mail::block::is_colour;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(u8, u8, u8);

pub const WHITE: Rgb = Rgb(255, 255, 255);
/// The surface, page and ink of dark mode.
pub const DARK_SURFACE: Rgb = Rgb(0x1b, 0x1e, 0x24);
pub const DARK_PAGE: Rgb = Rgb(0x10, 0x12, 0x16);
pub const DARK_TINT: Rgb = Rgb(0x26, 0x2a, 0x32);
pub const DARK_INK: Rgb = Rgb(0xed, 0xee, 0xf1);
pub const DARK_MUTED: Rgb = Rgb(0xa3, 0xa9, 0xb4);

impl Rgb {
    /// Reads `#rgb` and `#rrggbb`.
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        if !is_colour(value) {
            return None;
        }
        let number = u32::from_str_radix(value.get(1..)?, 16).ok()?;
        let byte = |shift: u32| (number >> shift & 0xff) as u8;
        let nibble = |shift: u32| ((number >> shift & 0xf) * 17) as u8;
        Some(if value.len() == 4 {
            Self(nibble(8), nibble(4), nibble(0))
        } else {
            Self(byte(16), byte(8), byte(0))
        })
    }

    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Relative luminance, 0 to 1, after WCAG 2.2.
    fn luminance(self) -> f64 {
        let linear = |byte: u8| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast ratio, 1 to 21, after WCAG 2.2.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Whether white text is readable on it (4.5 to 1, WCAG AA).
    pub fn is_dark(self) -> bool {
        self.contrast(WHITE) >= 4.5
    }

    /// Whether it is a pale shade of paper rather than a colour chosen for its own sake.
    pub fn is_tint(self) -> bool {
        let (low, high) = (
            self.0.min(self.1).min(self.2),
            self.0.max(self.1).max(self.2),
        );
        low >= 0xc0 && high - low <= 0x30
    }

    /// The colour with `share` (0 to 1) of another mixed in.
    pub fn mix(self, other: Self, share: f64) -> Self {
        let part =
            |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self(
            part(self.0, other.0),
            part(self.1, other.1),
            part(self.2, other.2),
        )
    }

    /// The colour, made lighter until it reads well on a dark surface.
    pub fn on_dark(self) -> Self {
        (0..=10)
            .map(|step| self.mix(WHITE, f64::from(step) / 10.0))
            .find(|colour| colour.contrast(DARK_TINT) >= 4.5)
            .unwrap_or(WHITE)
    }

    /// White or near-black, whichever reads better on it.
    pub fn ink(self) -> Self {
        if self.is_dark() {
            WHITE
        } else {
            Self(0x11, 0x18, 0x27)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_follows_the_standard() {
        let black = Rgb::parse("#000").unwrap();
        assert!((black.contrast(WHITE) - 21.0).abs() < 0.01);
        assert!((Rgb::parse("#767676").unwrap().contrast(WHITE) - 4.54).abs() < 0.01);
        assert_eq!(Rgb::parse("#1af"), Rgb::parse("#11aaff"));
        assert_eq!(Rgb::parse("red"), None);
        assert_eq!(Rgb::parse("#0a0b0c").unwrap().hex(), "#0a0b0c");
    }

    #[test]
    fn any_colour_becomes_readable() {
        for value in ["#000000", "#1e3a8a", "#7f1d1d", "#ffffff", "#808080"] {
            let colour = Rgb::parse(value).unwrap();
            assert!(colour.on_dark().contrast(DARK_SURFACE) >= 4.5, "{value}");
            assert!(colour.ink().contrast(colour) >= 4.0, "{value}");
        }
    }
}
