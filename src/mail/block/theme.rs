//! The look shared by all blocks of a design: colours, fonts, width.

use serde::{Deserialize, Serialize};

/// Colours are `#rgb` or `#rrggbb`; the width is in pixels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Theme {
    /// Behind the mail.
    pub background: String,
    /// Behind the blocks.
    pub surface: String,
    pub text: String,
    /// Secondary text: footers, captions.
    pub muted: String,
    /// Buttons and small labels.
    pub accent: String,
    pub link: String,
    pub font: FontStack,
    pub heading_font: FontStack,
    pub width: u16,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            background: "#f3f4f6".to_owned(),
            surface: "#ffffff".to_owned(),
            text: "#1f2937".to_owned(),
            muted: "#6b7280".to_owned(),
            accent: "#2563eb".to_owned(),
            link: "#1d4ed8".to_owned(),
            font: FontStack::Sans,
            heading_font: FontStack::Sans,
            width: 600,
        }
    }
}

/// Fonts that mail clients have; web fonts are not loaded, because most clients ignore them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FontStack {
    #[default]
    Sans,
    Arial,
    Verdana,
    Trebuchet,
    Georgia,
    Times,
    Palatino,
    Courier,
}

impl FontStack {
    pub const ALL: [Self; 8] = [
        Self::Sans,
        Self::Arial,
        Self::Verdana,
        Self::Trebuchet,
        Self::Georgia,
        Self::Times,
        Self::Palatino,
        Self::Courier,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::Sans => "System sans",
            Self::Arial => "Arial",
            Self::Verdana => "Verdana",
            Self::Trebuchet => "Trebuchet",
            Self::Georgia => "Georgia",
            Self::Times => "Times",
            Self::Palatino => "Palatino",
            Self::Courier => "Courier",
        }
    }

    /// The CSS `font-family` value. It holds no double quote, so it fits an attribute as it is.
    pub fn css(self) -> &'static str {
        match self {
            Self::Sans => {
                "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
            }
            Self::Arial => "Arial, 'Helvetica Neue', Helvetica, sans-serif",
            Self::Verdana => "Verdana, Geneva, sans-serif",
            Self::Trebuchet => "'Trebuchet MS', 'Lucida Grande', Tahoma, sans-serif",
            Self::Georgia => "Georgia, 'Times New Roman', serif",
            Self::Times => "'Times New Roman', Times, serif",
            Self::Palatino => "'Palatino Linotype', Palatino, 'Book Antiqua', Georgia, serif",
            Self::Courier => "'Courier New', Courier, monospace",
        }
    }
}
