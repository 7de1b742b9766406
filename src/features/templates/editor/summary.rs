//! What a block is called: its kind, and a few words of what it says. Both targets; pure.

use crate::mail::block::{Block, BlockKind};

/// "Button “Read more”", or "Divider".
pub fn title(block: &Block) -> String {
    match summary(&block.kind) {
        words if words.is_empty() => block.kind.name().to_owned(),
        words => format!("{} “{words}”", block.kind.name()),
    }
}

/// A few words of what the block says.
pub(super) fn summary(kind: &BlockKind) -> String {
    let text = match kind {
        BlockKind::Header {
            title, image_alt, ..
        } => {
            if title.is_empty() {
                image_alt
            } else {
                title
            }
        }
        BlockKind::Text { html, .. } => html,
        BlockKind::Image { alt, url, .. } => {
            if alt.is_empty() {
                url
            } else {
                alt
            }
        }
        BlockKind::Button { label, .. } => label,
        BlockKind::Footer { text, .. } => text,
        BlockKind::Divider { .. }
        | BlockKind::Spacer { .. }
        | BlockKind::Columns { .. }
        | BlockKind::Social { .. } => return String::new(),
    };
    let words = plain(text);
    if words.chars().count() > 40 {
        let cut: String = words.chars().take(38).collect();
        return format!("{}…", cut.trim_end());
    }
    words
}

/// The words of a rich text without its markup.
pub fn plain(html: &str) -> String {
    let mut plain = String::new();
    let mut is_inside = false;
    for c in html.chars() {
        match c {
            '<' => is_inside = true,
            '>' if is_inside => {
                is_inside = false;
                plain.push(' ');
            }
            c if !is_inside => plain.push(c),
            _ => {}
        }
    }
    let plain = plain.replace("&nbsp;", " ").replace("&amp;", "&");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_the_text_without_its_markup() {
        assert_eq!(
            summary(&BlockKind::text("<h1>Hello</h1>\n<p>you &amp; me</p>")),
            "Hello you & me"
        );
        assert_eq!(
            summary(&BlockKind::text("x".repeat(100))).chars().count(),
            39
        );
        assert_eq!(summary(&BlockKind::new_divider()), "");
    }
}
