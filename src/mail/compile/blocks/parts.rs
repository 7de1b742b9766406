//! The MJML of each kind of block, as the content of a column.

use super::{Align, BlockKind, Spot, Writer, is_picture};
use crate::mail::block::{SocialLink, TextSize};
use crate::mail::colour::{DARK_SURFACE, Rgb};
use crate::mail::shade;

/// How a piece of text is set.
struct Setting {
    size: u16,
    line: &'static str,
    weight: u16,
    align: Align,
    colour: Rgb,
    class: &'static str,
    heading: bool,
}

impl Writer<'_> {
    pub(super) fn part(&mut self, kind: &BlockKind, spot: Spot) {
        match kind {
            BlockKind::Header {
                image_url,
                image_alt,
                title,
                title_colour,
                align,
                ..
            } => self.header(image_url, image_alt, title, title_colour, *align, spot),
            BlockKind::Text {
                html,
                align,
                size,
                colour,
            } => self.text(html, *align, *size, colour, spot),
            BlockKind::Image {
                url,
                alt,
                href,
                width_percent,
                align,
            } => self.image(url, alt, href, *width_percent, *align, spot),
            BlockKind::Button {
                label,
                href,
                colour,
                text_colour,
                align,
                radius,
            } => self.button(label, href, (colour, text_colour), *align, *radius, spot),
            BlockKind::Divider {
                colour, thickness, ..
            } => {
                let own = Rgb::parse(colour);
                let line = self.palette.line(colour, spot.ground.colour);
                self.out.push_str(&format!(
                    "<mj-divider css-class=\"{}\" border-color=\"{}\" border-width=\"{}px\" padding=\"{}\" />",
                    if own.is_none() && !spot.ground.class.is_empty() { "m-dv" } else { "m-dk" },
                    line.hex(),
                    (*thickness).clamp(1, 20),
                    padding(spot),
                ));
            }
            BlockKind::Spacer { height } => {
                self.out.push_str(&format!(
                    "<mj-spacer height=\"{}px\" padding=\"0\" />",
                    (*height).clamp(1, 400)
                ));
            }
            BlockKind::Social { links, align } => self.social(links, *align, spot),
            BlockKind::Footer {
                text,
                show_address,
                show_unsubscribe,
            } => self.footer(text, *show_address, *show_unsubscribe, spot),
            // The shape check refuses these inside a column; at the top they are handled before.
            BlockKind::Columns { .. } => {}
        }
    }

    /// The colour of text on a ground: the theme's, unless it would not be readable there.
    fn ink(&self, spot: Spot) -> Rgb {
        self.palette.ink(spot.ground.colour)
    }

    /// A colour chosen for text, and the class that keeps it readable in dark mode.
    fn chosen(&self, colour: &str, spot: Spot) -> (Rgb, &'static str) {
        let own = Rgb::parse(colour);
        let colour = own.unwrap_or_else(|| self.ink(spot));
        let changes = !spot.ground.class.is_empty();
        let survives = own.is_some() && colour.contrast(DARK_SURFACE) >= 4.5;
        let class = if changes && !survives { "m-tx" } else { "m-k" };
        (colour, class)
    }

    fn mj_text(&mut self, word: &str, spot: Spot, set: &Setting) {
        let family = if set.heading {
            self.theme.heading_font.css()
        } else {
            self.theme.font.css()
        };
        self.out.push_str(&format!(
            "<mj-text css-class=\"{class}\" font-family=\"{family}\" font-size=\"{size}px\" line-height=\"{line}\" font-weight=\"{weight}\" align=\"{align}\" color=\"{colour}\" padding=\"{padding}\">{word}</mj-text>",
            class = set.class,
            size = set.size,
            line = set.line,
            weight = set.weight,
            align = set.align.css(),
            colour = set.colour.hex(),
            padding = padding(spot),
        ));
    }

    fn header(
        &mut self,
        url: &str,
        alt: &str,
        title: &str,
        colour: &str,
        align: Align,
        spot: Spot,
    ) {
        let picture = is_picture(url);
        if picture {
            self.image(url, alt, "", 40, align, Spot { bottom: 0, ..spot });
        }
        if !title.trim().is_empty() {
            let (colour, class) = self.chosen(colour, spot);
            let word = self.word(title.trim());
            let set = Setting {
                size: 22,
                line: "1.3",
                weight: 700,
                align,
                colour,
                class,
                heading: true,
            };
            let top = if picture { 12 } else { spot.top };
            self.mj_text(&word, Spot { top, ..spot }, &set);
        }
    }

    fn text(&mut self, html: &str, align: Align, size: TextSize, colour: &str, spot: Spot) {
        let (colour, class) = self.chosen(colour, spot);
        let word = self.rich(html, spot.ground, colour);
        let display = size == TextSize::Display;
        let set = Setting {
            size: size.px(),
            line: if display { "1.05" } else { "1.6" },
            weight: if display && !shade::has_serif_headings(self.theme) {
                700
            } else {
                400
            },
            align,
            colour,
            class,
            heading: display,
        };
        self.mj_text(&word, spot, &set);
    }

    fn image(&mut self, url: &str, alt: &str, href: &str, percent: u8, align: Align, spot: Spot) {
        if !is_picture(url) {
            return;
        }
        let width = u32::from(spot.width) * u32::from(percent.clamp(5, 100)) / 100;
        let href = self.href(href);
        let (src, alt) = (self.word(url.trim()), self.word(alt.trim()));
        self.out.push_str(&format!(
            "<mj-image src=\"{src}\" alt=\"{alt}\"{href} width=\"{width}px\" align=\"{}\" border-radius=\"8px\" padding=\"{}\" />",
            align.css(),
            padding(spot),
        ));
    }

    fn button(
        &mut self,
        label: &str,
        href: &str,
        colours: (&str, &str),
        align: Align,
        radius: u8,
        spot: Spot,
    ) {
        let (ground, ink) = self
            .palette
            .button(colours.0, colours.1, spot.ground.colour);
        let vanishes = !spot.ground.class.is_empty() && ground.contrast(DARK_SURFACE) < 1.6;
        let href = self.href(href);
        let label = self.word(label.trim());
        self.out.push_str(&format!(
            "<mj-button css-class=\"{class}\"{href} background-color=\"{ground}\" color=\"{ink}\" font-size=\"16px\" font-weight=\"600\" line-height=\"1.2\" inner-padding=\"15px 28px\" border-radius=\"{radius}px\" align=\"{align}\" padding=\"{padding}\">{label}</mj-button>",
            class = if vanishes { "m-bt" } else { "m-bk" },
            ground = ground.hex(),
            ink = ink.hex(),
            radius = radius.min(40),
            align = align.css(),
            padding = padding(spot),
        ));
    }

    fn social(&mut self, links: &[SocialLink], align: Align, spot: Spot) {
        let mut line = String::new();
        for link in links {
            let href = self.href(&link.url);
            if href.is_empty() {
                continue;
            }
            if !line.is_empty() {
                line.push_str(" &nbsp;&middot;&nbsp; ");
            }
            let colour = self.palette.social(spot.ground.colour);
            line.push_str(&format!(
                "<a{href} style=\"color:{};text-decoration:none;font-weight:600;white-space:nowrap\">{}</a>",
                colour.hex(),
                link.network.label()
            ));
        }
        if line.is_empty() {
            return;
        }
        let word = self.mask.hide(line);
        let (colour, class) = self.chosen("", spot);
        let set = Setting {
            size: 14,
            line: "1.8",
            weight: 400,
            align,
            colour,
            class,
            heading: false,
        };
        self.mj_text(&word, spot, &set);
    }

    fn footer(&mut self, text: &str, address: bool, unsubscribe: bool, spot: Spot) {
        let colour = self.palette.footer(spot.ground.colour);
        let mut lines = Vec::new();
        if !text.trim().is_empty() {
            lines.push(self.rich(text, spot.ground, colour));
        }
        if address {
            lines.push("<p style=\"margin:0\">{{ workspace_address }}</p>".to_owned());
        }
        if unsubscribe {
            lines.push(format!(
                "<p style=\"margin:0\"><a href=\"{{{{ unsubscribe_url }}}}\" style=\"color:{};text-decoration:underline\">Unsubscribe</a></p>",
                colour.hex()
            ));
        }
        if lines.is_empty() {
            return;
        }
        let word = self
            .mask
            .hide(lines.join("<p style=\"margin:0;font-size:8px;line-height:8px\">&nbsp;</p>"));
        let set = Setting {
            size: 13,
            line: "1.6",
            weight: 400,
            align: Align::Center,
            colour,
            class: if spot.ground.class.is_empty() {
                "m-k"
            } else {
                "m-mu"
            },
            heading: false,
        };
        self.mj_text(&word, spot, &set);
    }
}

fn padding(spot: Spot) -> String {
    format!("{}px {}px {}px", spot.top, spot.side, spot.bottom)
}
