//! The plain text of a block design, by way of plain HTML.

use super::from_html;
use crate::mail::block::{Block, BlockKind, Document};
use crate::mail::html::escape_literals;

/// The text of a block design: headings, paragraphs, `label: address` for links and buttons.
pub fn from_document(document: &Document) -> String {
    let mut html = String::new();
    for block in &document.blocks {
        block_html(block, &mut html);
    }
    from_html(&html)
}

fn block_html(block: &Block, out: &mut String) {
    let link = |label: &str, href: &str| {
        format!(
            "<p><a href=\"{}\">{}</a></p>",
            escape_literals(href),
            escape_literals(label)
        )
    };
    match &block.kind {
        BlockKind::Header {
            title, image_alt, ..
        } => {
            let title = if title.trim().is_empty() {
                image_alt
            } else {
                title
            };
            out.push_str(&format!("<h1>{}</h1>", escape_literals(title)));
        }
        BlockKind::Text { html, .. } => out.push_str(&format!("<div>{html}</div>")),
        BlockKind::Image { alt, href, .. } if !href.trim().is_empty() => {
            out.push_str(&link(alt, href));
        }
        BlockKind::Image { alt, .. } => {
            out.push_str(&format!("<p><img alt=\"{}\"></p>", escape_literals(alt)));
        }
        BlockKind::Button { label, href, .. } => out.push_str(&link(label, href)),
        BlockKind::Divider { .. } => out.push_str("<hr>"),
        BlockKind::Spacer { .. } => {}
        BlockKind::Columns { columns } => {
            for block in columns.iter().flat_map(|column| &column.blocks) {
                block_html(block, out);
            }
        }
        BlockKind::Social { links, .. } => {
            out.push_str("<p>");
            for social in links {
                out.push_str(&format!(
                    "<a href=\"{}\">{}</a><br>",
                    escape_literals(&social.url),
                    social.network.label()
                ));
            }
            out.push_str("</p>");
        }
        BlockKind::Footer {
            text,
            show_address,
            show_unsubscribe,
        } => {
            out.push_str(&format!("<hr><div>{text}</div>"));
            if *show_address {
                out.push_str("<p>{{ workspace_address }}</p>");
            }
            if *show_unsubscribe {
                out.push_str("<p><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></p>");
            }
        }
    }
}
