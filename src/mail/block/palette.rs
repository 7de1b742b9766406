//! Fresh blocks, as the editor offers them, and what each kind is called.

use super::{
    Align, BlockKind, Column, SocialLink, TextSize, button_radius, divider_padding,
    divider_thickness, full_width, spacer_height,
};

impl BlockKind {
    /// One fresh block of every kind, in the order the editor offers them.
    pub fn palette() -> Vec<Self> {
        vec![
            Self::new_header(),
            Self::new_text(),
            Self::new_image(),
            Self::new_button(),
            Self::new_divider(),
            Self::new_spacer(),
            Self::new_columns(2),
            Self::new_social(),
            Self::new_footer(),
        ]
    }

    pub fn new_header() -> Self {
        Self::Header {
            image_url: String::new(),
            image_alt: String::new(),
            background: String::new(),
            title: "Your name".to_owned(),
            title_colour: String::new(),
            align: Align::Left,
        }
    }

    pub fn new_text() -> Self {
        Self::text("<p>Write something here.</p>")
    }

    /// A left-aligned text block of normal size in the theme's colour.
    pub fn text(html: impl Into<String>) -> Self {
        Self::Text {
            html: html.into(),
            align: Align::Left,
            size: TextSize::Normal,
            colour: String::new(),
        }
    }

    pub fn new_image() -> Self {
        Self::Image {
            url: String::new(),
            alt: String::new(),
            href: String::new(),
            width_percent: full_width(),
            align: Align::Center,
        }
    }

    pub fn new_button() -> Self {
        Self::button("Read more", "https://")
    }

    /// A left-aligned button in the theme's accent.
    pub fn button(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self::Button {
            label: label.into(),
            href: href.into(),
            colour: String::new(),
            text_colour: String::new(),
            align: Align::Left,
            radius: button_radius(),
        }
    }

    pub fn new_divider() -> Self {
        Self::Divider {
            colour: String::new(),
            thickness: divider_thickness(),
            padding: divider_padding(),
        }
    }

    pub fn new_spacer() -> Self {
        Self::Spacer {
            height: spacer_height(),
        }
    }

    /// Empty columns; fewer than 2 become 2, more than 3 become 3.
    pub fn new_columns(count: usize) -> Self {
        Self::Columns {
            columns: vec![Column::default(); count.clamp(2, 3)],
        }
    }

    pub fn new_social() -> Self {
        Self::Social {
            links: vec![SocialLink::default()],
            align: Align::Center,
        }
    }

    pub fn new_footer() -> Self {
        Self::Footer {
            text: String::new(),
            show_address: true,
            show_unsubscribe: true,
        }
    }

    /// What the editor calls this kind.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Header { .. } => "Header",
            Self::Text { .. } => "Text",
            Self::Image { .. } => "Image",
            Self::Button { .. } => "Button",
            Self::Divider { .. } => "Divider",
            Self::Spacer { .. } => "Spacer",
            Self::Columns { .. } => "Columns",
            Self::Social { .. } => "Social links",
            Self::Footer { .. } => "Footer",
        }
    }

    /// Whether this kind may stand inside a column.
    pub fn can_nest(&self) -> bool {
        !matches!(
            self,
            Self::Columns { .. } | Self::Header { .. } | Self::Footer { .. }
        )
    }

    /// The columns of a `Columns` block; none for any other kind.
    pub fn columns(&self) -> &[Column] {
        match self {
            Self::Columns { columns } => columns,
            _ => &[],
        }
    }
}
