//! From a design to the two parts of a mail. Merge expressions come out as they went in.

mod blocks;
mod code;
mod dark;
mod depth;
mod rich;
mod scrub;

use super::block::{Document, Problem};
use super::design::{Design, MAX_SOURCE_BYTES};
use super::merge::{Escape, MergeTemplate};

pub use dark::{force_dark, force_light};

/// Rich text with only what a mail may hold.
pub fn clean_rich(html: &str) -> String {
    rich::clean(html)
}

/// What a mail says besides its body. All of it may hold merge expressions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileContext {
    /// Becomes the document's title.
    pub subject: String,
    /// What inboxes show after the subject; hidden in the mail itself.
    pub preheader: String,
    /// BCP 47 tag of the mail's language.
    pub lang: String,
}

impl Default for CompileContext {
    fn default() -> Self {
        Self {
            subject: String::new(),
            preheader: String::new(),
            lang: "en".to_owned(),
        }
    }
}

/// The two parts of a mail, still holding merge expressions.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Compiled {
    pub html: String,
    pub text: String,
}

/// Why a design cannot become a mail. The line counts from 1, in the source of a code mode.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[error("{}{message}", line.map(|line| format!("Line {line}: ")).unwrap_or_default())]
pub struct CompileError {
    pub line: Option<usize>,
    pub message: String,
}

impl CompileError {
    fn new(message: impl Into<String>) -> Self {
        Self {
            line: None,
            message: message.into(),
        }
    }
}

/// Compiles a design of any mode.
///
/// # Errors
/// Source beyond 1 MB, MJML that cannot be read, too many blocks.
pub fn compile(design: &Design, context: &CompileContext) -> Result<Compiled, CompileError> {
    match design {
        Design::Blocks { document } => compile_blocks(document, context),
        Design::Mjml { source } => compile_mjml(source, context),
        Design::Html { source } => compile_html(source, context),
    }
}

/// Compiles blocks. Bad colours fall back to the theme, bad addresses are left out; see [`Document::problems`].
///
/// # Errors
/// Too many blocks or too much text.
pub fn compile_blocks(
    document: &Document,
    context: &CompileContext,
) -> Result<Compiled, CompileError> {
    document.check_shape().map_err(CompileError::new)?;
    let html = blocks::html(document, context)?;
    let text = super::text::from_document(document);
    Ok(Compiled { html, text })
}

/// Compiles MJML.
///
/// # Errors
/// Source beyond 1 MB, `mj-include`, MJML that cannot be read; with the line where known.
pub fn compile_mjml(source: &str, context: &CompileContext) -> Result<Compiled, CompileError> {
    bounded(source)?;
    let html = code::finish(&scrub::scrub(&code::mjml(source, &context.lang)?), context);
    let text = super::text::from_html(&html);
    Ok(Compiled { html, text })
}

/// Takes HTML as it is, a whole document or the inside of a body. Scripts and the like are taken out.
///
/// # Errors
/// Source beyond 1 MB.
pub fn compile_html(source: &str, context: &CompileContext) -> Result<Compiled, CompileError> {
    bounded(source)?;
    let html = code::finish(&scrub::scrub(source), context);
    let text = super::text::from_html(&html);
    Ok(Compiled { html, text })
}

fn bounded(source: &str) -> Result<(), CompileError> {
    if source.len() > MAX_SOURCE_BYTES {
        return Err(CompileError::new("The source is larger than 1 MB."));
    }
    if source.trim().is_empty() {
        return Err(CompileError::new("The source is empty."));
    }
    Ok(())
}

/// Mistakes in the merge fields of a design, with the block or the line they stand in.
pub fn merge_problems(design: &Design) -> Vec<Problem> {
    let document = match design {
        Design::Blocks { document } => document,
        Design::Mjml { source } | Design::Html { source } => {
            return MergeTemplate::compile(source, Escape::Html)
                .err()
                .map(|error| Problem::new(None, error.to_string()))
                .into_iter()
                .collect();
        }
    };
    // A condition may span blocks: only a mistake in the whole is a mistake.
    let whole = match compile_blocks(document, &CompileContext::default()) {
        Ok(compiled) => MergeTemplate::compile(&compiled.html, Escape::Html).err(),
        Err(_) => None,
    };
    let Some(whole) = whole else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    for block in document.walk() {
        for text in blocks::strings(&block.kind) {
            if let Err(error) = MergeTemplate::compile(text, Escape::Html) {
                problems.push(Problem::new(Some(block.id), error.message));
                break;
            }
        }
    }
    if problems.is_empty() {
        problems.push(Problem::new(None, whole.message));
    }
    problems
}

#[cfg(test)]
mod tests;
