//! What is wrong with a document, in words for the marketer. Nothing here stops a compile: bad values fall back to the theme.

use std::collections::BTreeSet;

use super::{BlockKind, Document, MAX_BLOCKS, MAX_FIELD_BYTES, MAX_TEXT_BYTES};

/// One thing to fix. `block` is none when it concerns the whole design.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Problem {
    pub block: Option<u32>,
    pub message: String,
    /// What would put it right, where that is no more than a word or a click.
    #[serde(default)]
    pub lack: Option<Lack>,
}

impl Problem {
    pub fn new(block: Option<u32>, message: impl Into<String>) -> Self {
        Self {
            block,
            message: message.into(),
            lack: None,
        }
    }
}

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Lack {
    /// Words that say what an image shows.
    Description,
    /// Where a button leads.
    Link,
    /// The `https://` before this address.
    Scheme(String),
}

impl Lack {
    /// Of an address that would be one if it were complete.
    pub fn of_address(value: &str) -> Option<Self> {
        let value = value.trim();
        let completed = completed_link(value);
        (completed != value && is_link_target(&completed)).then(|| Self::Scheme(value.to_owned()))
    }
}

/// Whether this is `#rgb` or `#rrggbb`.
pub fn is_colour(value: &str) -> bool {
    value.strip_prefix('#').is_some_and(|hex| {
        matches!(hex.len(), 3 | 6) && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Whether a link may point there: http, https, mailto, tel, or a merge expression at the start.
pub fn is_link_target(value: &str) -> bool {
    let value = value.trim();
    value.starts_with("{{") || value.starts_with("{%") || has_safe_scheme(value)
}

/// An address as it was meant: "example.com" is a page, "ann@example.com" a person.
pub fn completed_link(typed: &str) -> String {
    let typed = typed.trim();
    let has_scheme = typed.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphabetic())
    });
    let is_other = typed.starts_with(['{', '/', '#', '.']) || typed.contains(char::is_whitespace);
    if typed.is_empty() || has_scheme || is_other {
        typed.to_owned()
    } else if typed.contains('@') && !typed.contains('/') {
        format!("mailto:{typed}")
    } else if typed.contains('.') {
        format!("https://{typed}")
    } else {
        typed.to_owned()
    }
}

/// Whether an address without merge expressions is complete and of a harmless kind.
pub(crate) fn has_safe_scheme(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once(':') else {
        return false;
    };
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => rest
            .strip_prefix("//")
            .is_some_and(|host| !host.is_empty() && !host.starts_with('/')),
        "mailto" | "tel" => !rest.is_empty(),
        _ => false,
    }
}

/// Whether an image may come from there: http, https, or a merge expression at the start.
pub(crate) fn is_image_source(value: &str) -> bool {
    let lower = value.trim().to_ascii_lowercase();
    is_link_target(value) && !lower.starts_with("mailto:") && !lower.starts_with("tel:")
}

impl Document {
    /// Everything to fix, from top to bottom.
    pub fn problems(&self) -> Vec<Problem> {
        let mut list = Vec::new();
        if let Err(message) = self.check_shape() {
            list.push(Problem::new(None, message));
        }
        // Called as their fields are.
        for (name, colour) in [
            ("Behind the mail", &self.theme.background),
            ("Behind the blocks", &self.theme.surface),
            ("Text", &self.theme.text),
            ("Secondary text", &self.theme.muted),
            ("Buttons", &self.theme.accent),
            ("Links", &self.theme.link),
        ] {
            if !is_colour(colour) {
                let message =
                    format!("In the theme, “{name}” is not a colour. Use a value like #2563eb.");
                list.push(Problem::new(None, message));
            }
        }
        if !(320..=900).contains(&self.theme.width) {
            let message = "The width must be between 320 and 900 pixels.";
            list.push(Problem::new(None, message));
        }
        for block in self.walk() {
            let mut found = Found(Vec::new());
            found.colour("Band behind the block", &block.frame.background);
            found.kind(&block.kind);
            list.extend(found.0.into_iter().map(|(message, lack)| Problem {
                block: Some(block.id),
                message,
                lack,
            }));
        }
        list
    }

    /// Limits of the tree: number of blocks, nesting, unique ids.
    pub(crate) fn check_shape(&self) -> Result<(), String> {
        let all = self.walk();
        if all.len() > MAX_BLOCKS {
            return Err(format!(
                "A design holds at most {MAX_BLOCKS} blocks; this one has {}.",
                all.len()
            ));
        }
        let ids: BTreeSet<u32> = all.iter().map(|block| block.id).collect();
        if ids.len() < all.len() {
            return Err("Two blocks share one id.".to_owned());
        }
        for block in &self.blocks {
            let columns = block.kind.columns();
            if matches!(block.kind, BlockKind::Columns { .. }) && !(2..=3).contains(&columns.len())
            {
                return Err("Columns come in twos or threes.".to_owned());
            }
            let mut inner = columns.iter().flat_map(|column| &column.blocks);
            if inner.any(|block| !block.kind.can_nest()) {
                return Err("Columns, headers and footers cannot stand inside a column.".to_owned());
            }
        }
        Ok(())
    }
}

struct Found(Vec<(String, Option<Lack>)>);

impl Found {
    fn say(&mut self, message: impl Into<String>) {
        self.lacks(message, None);
    }

    fn lacks(&mut self, message: impl Into<String>, lack: Option<Lack>) {
        self.0.push((message.into(), lack));
    }

    /// `field`: what its field is called.
    fn colour(&mut self, field: &str, value: &str) {
        if !value.is_empty() && !is_colour(value) {
            self.say(format!(
                "“{field}” is not a colour. Use a value like #2563eb."
            ));
        }
    }

    fn length(&mut self, what: &str, value: &str, most: usize) {
        if value.len() > most {
            self.say(format!("The {what} is too long."));
        }
    }

    /// A link that must be there.
    fn link(&mut self, what: &str, value: &str) {
        self.length("link", value, MAX_FIELD_BYTES);
        // A new button starts with the beginning of an address, to be written on.
        if matches!(
            value.trim(),
            "" | "https://" | "http://" | "mailto:" | "tel:"
        ) {
            let lack = (what == "button").then_some(Lack::Link);
            self.lacks(format!("The {what} has no link."), lack);
        } else if !is_link_target(value) {
            let message = format!(
                "The link of the {what} must start with https://, http://, mailto: or tel:, or be a merge field."
            );
            self.lacks(message, Lack::of_address(value));
        }
    }

    fn image(&mut self, url: &str, alt: &str) {
        self.length("image address", url, MAX_FIELD_BYTES);
        self.length("image description", alt, MAX_FIELD_BYTES);
        if !is_image_source(url) {
            let message = "The image address must start with https:// or http://.";
            let lack = Lack::of_address(url).filter(|_| is_image_source(&completed_link(url)));
            self.lacks(message, lack);
        }
        if alt.trim().is_empty() {
            let message = "The image has no description. Say what it shows.";
            self.lacks(message, Some(Lack::Description));
        }
    }

    fn kind(&mut self, kind: &BlockKind) {
        match kind {
            BlockKind::Header {
                image_url,
                image_alt,
                background,
                title,
                title_colour,
                ..
            } => {
                self.colour("Header background", background);
                self.colour("Title colour", title_colour);
                self.length("title", title, MAX_FIELD_BYTES);
                if !image_url.trim().is_empty() {
                    self.image(image_url, image_alt);
                } else if title.trim().is_empty() {
                    self.say("The header is empty. Give it a title or an image.");
                }
            }
            BlockKind::Text { html, colour, .. } => {
                self.colour("Text colour", colour);
                self.length("text", html, MAX_TEXT_BYTES);
                if html.trim().is_empty() {
                    self.say("The text is empty.");
                }
            }
            BlockKind::Image { url, alt, href, .. } => {
                if url.trim().is_empty() {
                    self.say("No image is chosen.");
                } else {
                    self.image(url, alt);
                }
                if !href.trim().is_empty() {
                    self.link("image", href);
                }
            }
            BlockKind::Button {
                label,
                href,
                colour,
                text_colour,
                ..
            } => {
                self.colour("Button colour", colour);
                self.colour("Button text colour", text_colour);
                self.length("button text", label, MAX_FIELD_BYTES);
                if label.trim().is_empty() {
                    self.say("The button has no text.");
                }
                self.link("button", href);
            }
            BlockKind::Divider { colour, .. } => self.colour("Line colour", colour),
            BlockKind::Spacer { .. } => {}
            BlockKind::Columns { columns } => {
                for (number, column) in (1..).zip(columns) {
                    let field = format!("Background of column {number}");
                    self.colour(&field, &column.background);
                }
                if columns.iter().all(|column| column.blocks.is_empty()) {
                    self.say("The columns are empty.");
                }
            }
            BlockKind::Social { links, .. } => {
                if links.is_empty() {
                    self.say("There are no social links.");
                }
                for link in links {
                    self.link(link.network.label(), &link.url);
                }
            }
            BlockKind::Footer { text, .. } => self.length("footer", text, MAX_TEXT_BYTES),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Column, Place, Theme};
    use super::*;

    #[test]
    fn colours_are_hex() {
        for (value, expected) in [
            ("#fff", true),
            ("#12aBcd", true),
            ("", false),
            ("fff", false),
            ("#ffff", false),
            ("#ggg", false),
            ("red", false),
            ("#fff\"onload=", false),
        ] {
            assert_eq!(is_colour(value), expected, "{value}");
        }
    }

    #[test]
    fn links_have_a_harmless_scheme() {
        for (value, expected) in [
            ("https://example.com", true),
            ("HTTP://example.com/a?b=c", true),
            ("mailto:ann@example.com", true),
            ("tel:+491234", true),
            ("{{ website }}", true),
            ("https://{{ shop }}.example.com", true),
            ("https://", false),
            ("http:///etc", false),
            ("javascript:alert(1)", false),
            (" JavaScript:alert(1)", false),
            ("data:text/html,x", false),
            ("example.com", false),
            ("/relative", false),
            ("", false),
        ] {
            assert_eq!(is_link_target(value), expected, "{value}");
        }
    }

    #[test]
    fn an_address_is_completed_as_it_was_meant() {
        for (typed, meant) in [
            (" example.com/a", "https://example.com/a"),
            ("ann@example.com", "mailto:ann@example.com"),
            ("https://example.com", "https://example.com"),
            ("tel:+49301", "tel:+49301"),
            ("{{ link }}", "{{ link }}"),
            ("javascript:x", "javascript:x"),
            ("/shop.html", "/shop.html"),
            ("../shop.html", "../shop.html"),
            ("no. 7", "no. 7"),
            ("hello", "hello"),
            ("", ""),
        ] {
            assert_eq!(completed_link(typed), meant);
        }
    }

    #[test]
    fn each_fault_is_named_once_with_its_block() {
        let cases: Vec<(BlockKind, &str)> = vec![
            (BlockKind::button("Go", ""), "The button has no link."),
            (BlockKind::new_button(), "The button has no link."),
            (
                BlockKind::button("Go", "javascript:x"),
                "The link of the button must start with https://, http://, mailto: or tel:, or be a merge field.",
            ),
            (
                BlockKind::button("", "https://a.test"),
                "The button has no text.",
            ),
            (BlockKind::text(" "), "The text is empty."),
            (BlockKind::new_image(), "No image is chosen."),
            (BlockKind::new_columns(3), "The columns are empty."),
            (
                BlockKind::Divider {
                    colour: "red".into(),
                    thickness: 1,
                    padding: 1,
                },
                "“Line colour” is not a colour. Use a value like #2563eb.",
            ),
        ];
        for (kind, message) in cases {
            let mut document = Document::default();
            let id = document.insert(Place::Top, kind).unwrap();
            let problems = document.problems();
            let found: Vec<_> = problems
                .iter()
                .map(|found| (found.block, found.message.as_str()))
                .collect();
            assert_eq!(found, [(Some(id), message)]);
        }
    }

    #[test]
    fn what_a_word_or_a_click_puts_right_is_named() {
        for (kind, lack) in [
            (BlockKind::new_button(), Some(Lack::Link)),
            (
                BlockKind::button("Go", "example.com/a"),
                Some(Lack::Scheme("example.com/a".into())),
            ),
            (BlockKind::button("Go", "javascript:x"), None),
            (BlockKind::text(""), None),
        ] {
            let mut document = Document::default();
            document.insert(Place::Top, kind).unwrap();
            assert_eq!(document.problems().remove(0).lack, lack);
        }
    }

    #[test]
    fn an_image_needs_words() {
        let mut document = Document::default();
        document
            .insert(
                Place::Top,
                BlockKind::Image {
                    url: "https://example.com/a.png".into(),
                    alt: String::new(),
                    href: String::new(),
                    width_percent: 100,
                    align: Default::default(),
                },
            )
            .unwrap();
        let problem = document.problems().remove(0);
        assert_eq!(
            problem.message,
            "The image has no description. Say what it shows."
        );
        assert_eq!(problem.lack, Some(Lack::Description));
    }

    #[test]
    fn the_theme_is_checked_too() {
        let document = Document {
            theme: Theme {
                accent: "blue".into(),
                width: 10,
                ..Theme::default()
            },
            ..Document::default()
        };
        let messages: Vec<String> = document.problems().into_iter().map(|p| p.message).collect();
        assert_eq!(messages.len(), 2, "{messages:?}");
        assert!(messages[0].contains("“Buttons”"));
    }

    #[test]
    fn imported_designs_are_held_to_the_limits() {
        let mut document = Document::default();
        document
            .insert(Place::Top, BlockKind::new_columns(2))
            .unwrap();
        let copy = Document::from_json(&document.to_json()).unwrap();
        assert_eq!(copy, document);
        let mut deep = document.clone();
        let inner = deep.blocks[0].clone();
        if let BlockKind::Columns { columns } = &mut deep.blocks[0].kind {
            columns.push(Column {
                blocks: vec![super::super::Block { id: 7, ..inner }],
                ..Column::default()
            });
        }
        assert!(
            Document::from_json(&deep.to_json())
                .unwrap_err()
                .contains("inside a column")
        );
        let mut twice = document.clone();
        twice.blocks.push(document.blocks[0].clone());
        assert!(
            Document::from_json(&twice.to_json())
                .unwrap_err()
                .contains("share one id")
        );
        assert!(Document::from_json("{\"blocks\":3}").is_err());
    }
}
