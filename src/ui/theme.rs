//! Light, dark, or as the system says: a choice of each browser.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    pub fn as_str(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The theme of the style sheet, for `data-theme` on the root. None: the style sheet follows the system.
    pub fn data_theme(self) -> Option<&'static str> {
        match self {
            Theme::System => None,
            Theme::Light => Some("paper"),
            Theme::Dark => Some("ink"),
        }
    }

    /// For `<meta name="color-scheme">`: what the browser paints before the style sheet is there.
    pub fn color_scheme(self) -> &'static str {
        match self {
            Theme::System => "light dark",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// What a cookie holds; anything else means the system's.
    pub fn of(text: &str) -> Theme {
        Theme::ALL
            .into_iter()
            .find(|theme| theme.as_str() == text)
            .unwrap_or_default()
    }
}
