//! The block model of a design: what a marketer arranges in the editor, and what is stored as JSON.
//! Both targets; it must not know how a block is rendered.

mod check;
mod edit;
mod palette;
mod theme;

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
pub(crate) use check::has_safe_scheme;
pub use check::{Lack, Problem, completed_link, is_colour, is_link_target};
pub use edit::{EditError, Place};
pub use theme::{FontStack, Theme};

/// Most blocks a document may hold, those inside columns included.
pub const MAX_BLOCKS: usize = 200;
/// Longest rich text of one block, in bytes.
pub const MAX_TEXT_BYTES: usize = 100_000;
/// Longest URL, label or image description, in bytes.
pub const MAX_FIELD_BYTES: usize = 2_000;

/// A design: blocks from top to bottom, and the look they share.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Document {
    #[serde(default)]
    pub blocks: Vec<Block>,
    #[serde(default)]
    pub theme: Theme,
}

/// One block. The id is unique within its document and stays the same while the block lives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    pub id: u32,
    pub kind: BlockKind,
    #[serde(default)]
    pub frame: Frame,
}

/// The band a block stands on. An empty `background` is the theme's surface; padding in pixels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    #[serde(default)]
    pub background: String,
    #[serde(default = "frame_padding")]
    pub padding_top: u16,
    #[serde(default = "frame_padding")]
    pub padding_bottom: u16,
}

fn frame_padding() -> u16 {
    10
}

impl Default for Frame {
    fn default() -> Self {
        Self {
            background: String::new(),
            padding_top: frame_padding(),
            padding_bottom: frame_padding(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    #[default]
    Left,
    Center,
    Right,
}

impl Align {
    pub const ALL: [Self; 3] = [Self::Left, Self::Center, Self::Right];

    /// The CSS value, which is also the value of the MJML attribute.
    pub fn css(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Center => "center",
            Self::Right => "right",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextSize {
    Small,
    #[default]
    Normal,
    Large,
    /// For a word or a figure: "25 % off".
    Display,
}

impl TextSize {
    pub const ALL: [Self; 4] = [Self::Small, Self::Normal, Self::Large, Self::Display];

    pub fn px(self) -> u16 {
        match self {
            Self::Small => 14,
            Self::Normal => 16,
            Self::Large => 19,
            Self::Display => 60,
        }
    }
}

/// What a block is. An empty colour means the theme's. `html` fields hold rich text: `p`, `h1` to
/// `h4` (`h4` is the small label above a heading), lists, quotes, links, emphasis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum BlockKind {
    Header {
        #[serde(default)]
        image_url: String,
        #[serde(default)]
        image_alt: String,
        #[serde(default)]
        background: String,
        #[serde(default)]
        title: String,
        #[serde(default)]
        title_colour: String,
        #[serde(default)]
        align: Align,
    },
    Text {
        #[serde(default)]
        html: String,
        #[serde(default)]
        align: Align,
        #[serde(default)]
        size: TextSize,
        #[serde(default)]
        colour: String,
    },
    Image {
        #[serde(default)]
        url: String,
        #[serde(default)]
        alt: String,
        #[serde(default)]
        href: String,
        #[serde(default = "full_width")]
        width_percent: u8,
        #[serde(default)]
        align: Align,
    },
    Button {
        #[serde(default)]
        label: String,
        #[serde(default)]
        href: String,
        #[serde(default)]
        colour: String,
        #[serde(default)]
        text_colour: String,
        #[serde(default)]
        align: Align,
        #[serde(default = "button_radius")]
        radius: u8,
    },
    Divider {
        #[serde(default)]
        colour: String,
        #[serde(default = "divider_thickness")]
        thickness: u8,
        /// Space above and below the line, in pixels.
        #[serde(default = "divider_padding")]
        padding: u16,
    },
    Spacer {
        #[serde(default = "spacer_height")]
        height: u16,
    },
    Columns {
        #[serde(default)]
        columns: Vec<Column>,
    },
    Social {
        #[serde(default)]
        links: Vec<SocialLink>,
        #[serde(default)]
        align: Align,
    },
    Footer {
        #[serde(default)]
        text: String,
        #[serde(default = "yes")]
        show_address: bool,
        #[serde(default = "yes")]
        show_unsubscribe: bool,
    },
}

fn full_width() -> u8 {
    100
}
fn button_radius() -> u8 {
    8
}
fn divider_thickness() -> u8 {
    1
}
fn divider_padding() -> u16 {
    16
}
fn spacer_height() -> u16 {
    24
}
fn yes() -> bool {
    true
}

/// One column of a `Columns` block. It holds no columns, headers or footers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Column {
    #[serde(default)]
    pub blocks: Vec<Block>,
    /// Empty: transparent; otherwise the column is a card of this colour.
    #[serde(default)]
    pub background: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SocialLink {
    #[serde(default)]
    pub network: Network,
    #[serde(default)]
    pub url: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    #[default]
    Website,
    Bluesky,
    Facebook,
    Github,
    Instagram,
    Linkedin,
    Mastodon,
    Pinterest,
    Reddit,
    Telegram,
    Threads,
    Tiktok,
    Whatsapp,
    X,
    Youtube,
}

impl Network {
    pub const ALL: [Self; 15] = [
        Self::Website,
        Self::Bluesky,
        Self::Facebook,
        Self::Github,
        Self::Instagram,
        Self::Linkedin,
        Self::Mastodon,
        Self::Pinterest,
        Self::Reddit,
        Self::Telegram,
        Self::Threads,
        Self::Tiktok,
        Self::Whatsapp,
        Self::X,
        Self::Youtube,
    ];

    /// The name as its owner writes it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Website => "Website",
            Self::Bluesky => "Bluesky",
            Self::Facebook => "Facebook",
            Self::Github => "GitHub",
            Self::Instagram => "Instagram",
            Self::Linkedin => "LinkedIn",
            Self::Mastodon => "Mastodon",
            Self::Pinterest => "Pinterest",
            Self::Reddit => "Reddit",
            Self::Telegram => "Telegram",
            Self::Threads => "Threads",
            Self::Tiktok => "TikTok",
            Self::Whatsapp => "WhatsApp",
            Self::X => "X",
            Self::Youtube => "YouTube",
        }
    }
}

impl Document {
    /// Reads a stored or imported document.
    ///
    /// # Errors
    /// A sentence for the user: not JSON of this shape, too many blocks, ids used twice, or blocks nested too deep.
    pub fn from_json(json: &str) -> Result<Self, String> {
        let document: Self = serde_json::from_str(json)
            .map_err(|error| format!("This is not a design we can read: {error}."))?;
        document.check_shape()?;
        Ok(document)
    }

    /// The stored form.
    pub fn to_json(&self) -> String {
        // A tree of strings and numbers always serialises; an empty object reads back as an empty document.
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    /// Every block from top to bottom, those inside columns after the block that holds them.
    pub fn walk(&self) -> Vec<&Block> {
        fn visit<'a>(blocks: &'a [Block], out: &mut Vec<&'a Block>) {
            for block in blocks {
                out.push(block);
                for column in block.kind.columns() {
                    visit(&column.blocks, out);
                }
            }
        }
        let mut out = Vec::new();
        visit(&self.blocks, &mut out);
        out
    }

    pub fn find(&self, id: u32) -> Option<&Block> {
        self.walk().into_iter().find(|block| block.id == id)
    }

    /// Number of blocks, those inside columns included.
    pub fn len(&self) -> usize {
        self.walk().len()
    }

    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}
