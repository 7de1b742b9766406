//! How deep elements stand in one another, before the MJML parser is let near them: it calls itself for each level, and so does its
//! renderer, so that enough of them would end the process.

use htmlparser::{ElementEnd, Token, Tokenizer};

/// The deepest mail of any use has some twenty levels.
pub(super) const MAX_DEPTH: usize = 100;

/// The byte offset of the first element that stands too deep. Reads with the tokenizer of the MJML parser, and counts as it does.
pub(super) fn too_deep(mjml: &str) -> Option<usize> {
    let (mut depth, mut start, mut is_void) = (0_usize, 0, false);
    for token in Tokenizer::from(mjml) {
        // At a mistake the parser stops, too.
        match token.ok()? {
            Token::ElementStart { local, span, .. } => {
                (start, is_void) = (span.start(), is_void_element(local.as_str()));
            }
            Token::ElementEnd {
                end: ElementEnd::Open,
                ..
            } if !is_void => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(start);
                }
            }
            Token::ElementEnd {
                end: ElementEnd::Close(..),
                ..
            } => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// What the parser takes for an element without content.
fn is_void_element(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}
