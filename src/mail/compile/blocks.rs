//! Blocks to MJML to HTML. Nothing a marketer typed reaches the MJML parser: each string is cleaned or
//! escaped here, replaced by an inert word, and put into the finished HTML.

mod parts;

use super::rich::{self, Look};
use super::{CompileContext, CompileError, code, dark};
use crate::mail::block::{
    Align, Block, BlockKind, Document, Frame, Theme, has_safe_scheme, is_link_target,
};
use crate::mail::colour::Rgb;
use crate::mail::expr::Mask;
use crate::mail::html::{decode, escape_literals};
use crate::mail::shade::{self, Palette};

/// Space at both sides of the blocks, in pixels; less on phones.
const SIDE: u16 = 40;
/// Largest document, as JSON.
const MAX_BYTES: usize = 1_000_000;

/// The strings of a block that may hold merge expressions.
pub(super) fn strings(kind: &BlockKind) -> Vec<&str> {
    match kind {
        BlockKind::Header {
            image_url,
            image_alt,
            title,
            ..
        } => vec![image_url, image_alt, title],
        BlockKind::Text { html, .. } => vec![html],
        BlockKind::Image { url, alt, href, .. } => vec![url, alt, href],
        BlockKind::Button { label, href, .. } => vec![label, href],
        BlockKind::Social { links, .. } => links.iter().map(|link| link.url.as_str()).collect(),
        BlockKind::Footer { text, .. } => vec![text],
        BlockKind::Divider { .. } | BlockKind::Spacer { .. } | BlockKind::Columns { .. } => {
            Vec::new()
        }
    }
}

pub(super) fn html(document: &Document, context: &CompileContext) -> Result<String, CompileError> {
    let json = document.to_json();
    if json.len() > MAX_BYTES {
        return Err(CompileError::new("The design is larger than 1 MB."));
    }
    // Cleaning decodes character references, so the words must not occur in disguise either.
    let avoid = format!("{json}{}", decode(&json, false));
    let mut writer = Writer {
        theme: &document.theme,
        palette: Palette::of(&document.theme),
        mask: Mask::new(&avoid),
        out: String::new(),
        width: document.theme.width.clamp(320, 900),
    };
    let mjml = writer.document(document, context);
    let rendered = code::render(&mjml).map_err(|(_, message)| {
        CompileError::new(format!("The design cannot be compiled. {message}"))
    })?;
    Ok(writer.mask.reveal(&rendered))
}

fn is_footer(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Footer { .. })
}

/// What a block stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Ground {
    colour: Rgb,
    /// The class that gives it its colour in dark mode; none keeps it.
    class: &'static str,
}

/// Where a block stands: on its ground, with so much space at its sides, in so much width.
#[derive(Clone, Copy)]
struct Spot {
    ground: Ground,
    side: u16,
    width: u16,
    top: u16,
    bottom: u16,
}

struct Writer<'a> {
    theme: &'a Theme,
    palette: Palette,
    mask: Mask,
    out: String,
    width: u16,
}

impl Writer<'_> {
    fn document(&mut self, document: &Document, context: &CompileContext) -> String {
        let lang = context.lang.trim();
        let lang = self
            .mask
            .hide(escape_literals(if lang.is_empty() { "en" } else { lang }));
        let title = self.mask.hide(escape_literals(context.subject.trim()));
        let preheader = code::preheader(context.preheader.trim());
        let sheet = dark::style_sheet(self.palette.link, self.palette.accent);
        let sheet = self.mask.hide(sheet);
        let metas = self.mask.hide(
            "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\">\
             <meta name=\"x-apple-disable-message-reformatting\"><meta name=\"format-detection\" content=\"telephone=no,date=no,address=no,email=no\">",
        );
        let preheader = self.mask.hide(preheader);
        let (page, surface) = (self.palette.background, self.palette.surface);
        let margin = if page == surface { 0 } else { 28 };
        if margin > 0 {
            self.gap(margin);
        }
        let last = document.blocks.iter().rposition(|block| !is_footer(block));
        let is_rounded = |at: usize| margin > 0 && !is_footer(&document.blocks[at]);
        let radius = |from: usize, to: usize| {
            let top = is_rounded(from) && from == 0;
            let end = is_rounded(to) && Some(to) == last;
            let corner = |is_round: bool| if is_round { "12px 12px" } else { "0 0" };
            (top || end).then(|| format!(" border-radius=\"{} {}\"", corner(top), corner(end)))
        };
        let runs = document.blocks.chunk_by(|a, b| self.is_seamless(a, b));
        let runs: Vec<&[Block]> = runs.collect();
        let mut at = 0;
        for run in runs {
            let ground = self.ground(&run[0]);
            let end = at + run.len() - 1;
            if run.len() > 1 {
                self.out.push_str(&format!(
                    "<mj-wrapper css-class=\"{}\" background-color=\"{}\" padding=\"0\"{}>",
                    ground.class,
                    ground.colour.hex(),
                    radius(at, end).unwrap_or_default(),
                ));
            }
            for (block, at) in run.iter().zip(at..) {
                self.section(block, &radius(at, at).unwrap_or_default());
            }
            if run.len() > 1 {
                self.out.push_str("</mj-wrapper>");
            }
            at = end + 1;
        }
        self.gap(margin.max(16));
        format!(
            "<mjml lang=\"{lang}\"><mj-head><mj-title>{title}</mj-title><mj-raw>{metas}</mj-raw>\
             <mj-attributes><mj-all font-family=\"{font}\" /><mj-section padding=\"0\" /><mj-column padding=\"0\" /></mj-attributes>\
             <mj-style>{sheet}</mj-style></mj-head>\
             <mj-body css-class=\"m-bg\" width=\"{width}px\" background-color=\"{background}\"><mj-raw>{preheader}</mj-raw>{body}</mj-body></mjml>",
            font = self.theme.font.css(),
            width = self.width,
            background = page.hex(),
            body = self.out,
        )
    }

    /// Empty space in the colour of the page.
    fn gap(&mut self, height: u16) {
        self.out.push_str(&format!(
            "<mj-section><mj-column><mj-spacer height=\"{height}px\" /></mj-column></mj-section>"
        ));
    }

    /// Whether two blocks stand on one ground, drawn behind both: between bands of their own, a screen that does not show whole
    /// pixels leaves a line in the colour of the page.
    fn is_seamless(&self, one: &Block, next: &Block) -> bool {
        let (ground, other) = (self.ground(one), self.ground(next));
        ground == other
            && ground.colour != self.palette.background
            && !is_footer(one)
            && !is_footer(next)
    }

    /// A top-level block in its band.
    fn section(&mut self, block: &Block, radius: &str) {
        let ground = self.ground(block);
        let frame = &block.frame;
        let is_columns = matches!(block.kind, BlockKind::Columns { .. });
        let (top, bottom) = match block.kind {
            BlockKind::Divider { padding, .. } => (padding, padding),
            BlockKind::Spacer { .. } => (0, 0),
            _ => (frame.padding_top, frame.padding_bottom),
        };
        let side = if is_columns { SIDE - 10 } else { SIDE };
        let pad = if is_columns { "m-col" } else { "m-pad" };
        self.out.push_str(&format!(
            "<mj-section css-class=\"{pad} {class}\" background-color=\"{colour}\" padding=\"{top}px {side}px {bottom}px\"{radius}>",
            class = ground.class,
            colour = ground.colour.hex(),
            top = top.min(200),
            bottom = bottom.min(200),
        ));
        let spot = Spot {
            ground,
            side: 0,
            width: self.width - 2 * side,
            top: 0,
            bottom: 0,
        };
        match &block.kind {
            BlockKind::Columns { columns } => self.columns(columns, spot),
            kind => {
                self.out.push_str("<mj-column>");
                self.part(kind, spot);
                self.out.push_str("</mj-column>");
            }
        }
        self.out.push_str("</mj-section>");
    }

    fn ground(&self, block: &Block) -> Ground {
        let colour = self.palette.ground(block);
        match Palette::own_ground(block) {
            Some(own) => self.on(own),
            None if is_footer(block) => Ground {
                colour,
                class: "m-bg",
            },
            None => Ground {
                colour,
                class: "m-su",
            },
        }
    }

    /// A ground of its own colour: pale ones become a dark tint in dark mode, strong ones stay as they are.
    fn on(&self, colour: Rgb) -> Ground {
        let class = if colour == self.palette.surface {
            "m-su"
        } else if !colour.is_tint() {
            ""
        } else {
            "m-ti"
        };
        Ground { colour, class }
    }

    fn columns(&mut self, columns: &[crate::mail::block::Column], spot: Spot) {
        let count = u16::try_from(columns.len()).unwrap_or(2).max(1);
        for column in columns {
            let card = Rgb::parse(&column.background);
            let ground = card.map_or(spot.ground, |colour| self.on(colour));
            let width = (spot.width / count).saturating_sub(20);
            let (class, inner) = match card {
                Some(colour) if ground.class == "m-ti" => (
                    "m-ca",
                    format!(
                        " inner-background-color=\"{0}\" inner-border-radius=\"10px\"",
                        colour.hex()
                    ),
                ),
                Some(colour) => (
                    "m-cd",
                    format!(
                        " inner-background-color=\"{0}\" inner-border-radius=\"10px\"",
                        colour.hex()
                    ),
                ),
                None => ("m-cc", String::new()),
            };
            self.out.push_str(&format!(
                "<mj-column css-class=\"{class}\" padding=\"0 10px\" vertical-align=\"top\"{inner}>"
            ));
            let side = if card.is_some() { 22 } else { 0 };
            let last = column.blocks.len().saturating_sub(1);
            for (index, block) in column.blocks.iter().enumerate() {
                let Frame {
                    padding_top,
                    padding_bottom,
                    ..
                } = block.frame;
                let edge = |is_edge: bool, padding: u16| {
                    if card.is_some() && is_edge {
                        padding.max(22)
                    } else {
                        padding.min(200)
                    }
                };
                self.part(
                    &block.kind,
                    Spot {
                        ground,
                        side,
                        width: width.saturating_sub(2 * side),
                        top: edge(index == 0, padding_top),
                        bottom: edge(index == last, padding_bottom),
                    },
                );
            }
            self.out.push_str("</mj-column>");
        }
    }

    /// Rich text, cleaned, styled and hidden behind a word.
    fn rich(&mut self, html: &str, ground: Ground, ink: Rgb) -> String {
        let colours = self.palette.in_text(ground.colour, ink);
        let look = Look {
            heading_font: self.theme.heading_font.css(),
            serif_headings: shade::has_serif_headings(self.theme),
            link: colours.link.hex(),
            accent: colours.accent.hex(),
            muted: colours.muted.hex(),
            rule: colours.rule.hex(),
        };
        let masked = self.mask.hide_expressions(html);
        let styled = rich::style(&rich::clean(&masked), &look);
        self.mask.hide(styled)
    }

    /// A string for text or an attribute, escaped and hidden behind a word.
    fn word(&mut self, text: &str) -> String {
        self.mask.hide(escape_literals(text))
    }

    /// The attribute for a link, or nothing if the address is not one.
    fn href(&mut self, href: &str) -> String {
        let href = href.trim();
        if is_link_target(href) {
            format!(" href=\"{}\"", self.word(href))
        } else {
            String::new()
        }
    }
}

/// Whether an image can be loaded from there.
fn is_picture(url: &str) -> bool {
    let url = url.trim();
    let lower = url.to_ascii_lowercase();
    url.starts_with("{{") || (has_safe_scheme(url) && lower.starts_with("http"))
}
