//! Changes to content as pure functions: what a form says, applied to what is stored. Both targets; no I/O.

use super::content::{Content, stale};
use super::fields;
use crate::error::{AppError, Invalid};
use crate::features::templates::model::MAX_LINE_CHARS;
use crate::mail::block::{BlockKind, Document, EditError, Place};
use crate::mail::design::Mode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One change, as a form sends it: `edit[op]=move-up&edit[block]=3`.
///
/// | `op` | does | reads |
/// |---|---|---|
/// | `add` | adds a block of `kind` at `place` | `kind`, `place` |
/// | `move-up`, `move-down` | swaps with the neighbour in the same list | `block` |
/// | `move` | takes the block to `place` | `block`, `place` |
/// | `duplicate`, `delete` | | `block` |
/// | `set` | sets the block's properties | `block`, `fields` |
/// | `text` | sets what the block says: its rich text, label or title | `block`, `fields[text]` |
/// | `theme` | sets the theme | `fields` |
/// | `headline` | sets subject and preheader | `fields` |
/// | `source` | replaces the text of a code mode | `fields[source]` |
/// | `restore` | puts back an earlier block document (undo, redo) | `fields[source]` |
/// | `keep` | puts all of a mail in the place of what somebody else saved meanwhile | `kind` (its mode), `fields[source, subject, preheader]` |
///
/// `place` is `end` (the default: the bottom, but above a footer), `top`, `before:ID`, `after:ID` or `in:ID:COLUMN` with columns from 0.
/// `selected` and `view` are what the page shows; they come back unchanged unless the change selects another block.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EditForm {
    #[serde(default)]
    pub op: String,
    #[serde(default)]
    pub block: String,
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub place: String,
    #[serde(default)]
    pub selected: String,
    #[serde(default)]
    pub view: String,
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}

/// Content after a change, and the block to select.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    pub content: Content,
    pub selected: Option<u32>,
}

/// Applies one change. The content given is never altered; whoever calls stores the result, guarded by the revision.
///
/// # Errors
/// `Invalid` with a sentence per field, or about the whole; it carries what was typed (`op`, `block` and the short fields), so that the
/// editor can put it back into the right form. `Conflict` when the block is no longer there.
pub fn apply(content: &Content, edit: &EditForm) -> Result<Applied, AppError> {
    let result = match edit.op.as_str() {
        "headline" => headline(content, edit),
        "source" => source(content, edit),
        "restore" => restore(content, edit),
        "keep" => keep_mine(content, edit),
        _ => blocks(content, edit),
    };
    let keep = |error| match error {
        AppError::Invalid(invalid) => AppError::Invalid(with_typed(invalid, edit)),
        other => other,
    };
    let applied = result.map_err(keep)?;
    applied.content.check_size().map_err(keep)?;
    Ok(applied)
}

/// The error travels in an address without JavaScript, so long texts are left out.
fn with_typed(invalid: Invalid, edit: &EditForm) -> Invalid {
    with_fields(invalid, edit, |text| text.len() <= 400)
}

fn with_fields(mut invalid: Invalid, edit: &EditForm, keep: impl Fn(&str) -> bool) -> Invalid {
    let kept = edit.fields.iter().filter(|(_, text)| keep(text));
    invalid.typed = kept.map(|(k, v)| (k.clone(), v.clone())).collect();
    invalid.typed.insert("op".into(), edit.op.clone());
    invalid.typed.insert("block".into(), edit.block.clone());
    invalid
}

impl EditForm {
    /// Whether it is meant for whatever is stored by now, which is then kept beside it.
    #[cfg(feature = "ssr")]
    pub fn is_keeping(&self) -> bool {
        self.op == "keep"
    }

    /// The refusal of a form whose content was changed meanwhile, with all that was typed into it.
    #[cfg(feature = "ssr")]
    pub(super) fn came_too_late(&self) -> Invalid {
        let mut invalid = with_fields(Invalid::new(), self, |_| true);
        invalid.message = "Someone, perhaps you in another tab, changed this in the meantime, so your change was not saved. The page shows \
                           how it is now. What you typed is in its form again, if that is still there: save it once more if it should count."
            .into();
        invalid
    }
}

fn field<'a>(edit: &'a EditForm, name: &str) -> &'a str {
    edit.fields.get(name).map_or("", String::as_str)
}

fn headline(content: &Content, edit: &EditForm) -> Result<Applied, AppError> {
    let mut invalid = Invalid::new();
    let mut line = |name: &str, what: &str| {
        // One line always: a subject with a line break would end the header.
        let text = field(edit, name).split_whitespace();
        let text = text.collect::<Vec<_>>().join(" ");
        if text.chars().count() > MAX_LINE_CHARS {
            let message = format!("Keep the {what} under {MAX_LINE_CHARS} characters.");
            invalid.add(name, message);
        }
        text
    };
    let (subject, preheader) = (line("subject", "subject"), line("preheader", "preheader"));
    invalid.into_result()?;
    Ok(Applied {
        content: Content {
            subject,
            preheader,
            ..content.clone()
        },
        selected: edit.selected.parse().ok(),
    })
}

fn source(content: &Content, edit: &EditForm) -> Result<Applied, AppError> {
    if content.mode == Mode::Blocks {
        return Err(AppError::refused(
            "This mail is made of blocks; it has no text of its own to replace.",
        ));
    }
    // Browsers send CRLF (HTML standard, form submission); line numbers and exports want LF.
    let source = field(edit, "source").replace("\r\n", "\n");
    if source.contains('\0') {
        return Err(AppError::invalid(
            "source",
            "The text holds a character that cannot be stored (NUL). Take it out.",
        ));
    }
    Ok(Applied {
        content: Content {
            source,
            ..content.clone()
        },
        selected: None,
    })
}

fn restore(content: &Content, edit: &EditForm) -> Result<Applied, AppError> {
    if content.mode != Mode::Blocks {
        return source(content, edit);
    }
    let document = Document::from_json(field(edit, "source")).map_err(AppError::refused)?;
    Ok(Applied {
        selected: selected(&document, edit),
        content: Content {
            source: document.to_json(),
            ..content.clone()
        },
    })
}

fn keep_mine(content: &Content, edit: &EditForm) -> Result<Applied, AppError> {
    if edit.kind != content.mode.as_str() {
        return Err(AppError::refused(
            "Meanwhile this became a mail of another kind (blocks, MJML or HTML), so yours cannot take its place. Copy what you need, \
             then load the current version.",
        ));
    }
    restore(&headline(content, edit)?.content, edit)
}

fn blocks(content: &Content, edit: &EditForm) -> Result<Applied, AppError> {
    let mut document = match content.mode {
        Mode::Blocks => Document::from_json(&content.source).map_err(AppError::refused)?,
        Mode::Mjml | Mode::Html => {
            return Err(AppError::refused(
                "This mail is written as code; it has no blocks.",
            ));
        }
    };
    let block = || edit.block.parse::<u32>().map_err(|_| gone());
    let mut chosen = None;
    match edit.op.as_str() {
        "add" => {
            let kind = kind(&edit.kind)?;
            let place = place(&document, &edit.place, &kind)?;
            chosen = Some(document.insert(place, kind).map_err(refused)?);
        }
        "move-up" => drop(document.move_up(block()?).map_err(refused)?),
        "move-down" => drop(document.move_down(block()?).map_err(refused)?),
        "move" => {
            let id = block()?;
            let kind = &document.find(id).ok_or_else(gone)?.kind;
            let place = place(&document, &edit.place, kind)?;
            document.move_to(id, place).map_err(refused)?;
            chosen = Some(id);
        }
        "duplicate" => chosen = Some(document.duplicate(block()?).map_err(refused)?),
        "delete" => drop(document.remove(block()?).map_err(refused)?),
        "set" => {
            let id = block()?;
            let mut block = document.find(id).ok_or_else(gone)?.clone();
            fields::set_block(&mut block, &document.theme, &edit.fields)?;
            document.update(id, block.kind).map_err(refused)?;
            document.update_frame(id, block.frame).map_err(refused)?;
        }
        "text" => {
            let id = block()?;
            let mut kind = document.find(id).ok_or_else(gone)?.kind.clone();
            fields::set_text(&mut kind, field(edit, "text"))?;
            document.update(id, kind).map_err(refused)?;
        }
        "theme" => fields::set_theme(&mut document.theme, &edit.fields)?,
        _ => return Err(AppError::refused("This change is not known here.")),
    }
    Ok(Applied {
        selected: chosen.or_else(|| selected(&document, edit)),
        content: Content {
            source: document.to_json(),
            ..content.clone()
        },
    })
}

/// What was selected before, if it is still there.
fn selected(document: &Document, edit: &EditForm) -> Option<u32> {
    let id = edit.selected.parse().ok()?;
    document.find(id).map(|block| block.id)
}

/// A fresh block of the kind called so in the stored form: `text`, `button`, `columns`; `columns-3` is three columns.
fn kind(name: &str) -> Result<BlockKind, AppError> {
    if name == "columns-3" {
        return Ok(BlockKind::new_columns(3));
    }
    BlockKind::palette()
        .into_iter()
        .find(|kind| kind_key(kind) == name)
        .ok_or_else(|| AppError::refused("There is no block of this kind."))
}

/// The name of a kind in forms; the same as in the stored JSON.
pub fn kind_key(kind: &BlockKind) -> &'static str {
    match kind {
        BlockKind::Header { .. } => "header",
        BlockKind::Text { .. } => "text",
        BlockKind::Image { .. } => "image",
        BlockKind::Button { .. } => "button",
        BlockKind::Divider { .. } => "divider",
        BlockKind::Spacer { .. } => "spacer",
        BlockKind::Columns { .. } => "columns",
        BlockKind::Social { .. } => "social",
        BlockKind::Footer { .. } => "footer",
    }
}

fn place(document: &Document, text: &str, kind: &BlockKind) -> Result<Place, AppError> {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |text: &str| text.parse::<u32>().map_err(|_| gone());
    Ok(match parts.as_slice() {
        ["top"] => Place::Top,
        ["before", id] => Place::Before(number(id)?),
        ["after", id] => Place::After(number(id)?),
        ["in", id, column] => Place::InColumn {
            block: number(id)?,
            column: column.parse().map_err(|_| gone())?,
        },
        ["" | "end"] => match document.blocks.last() {
            Some(last)
                if matches!(last.kind, BlockKind::Footer { .. })
                    && !matches!(kind, BlockKind::Footer { .. }) =>
            {
                Place::Before(last.id)
            }
            _ => Place::Bottom,
        },
        _ => return Err(AppError::refused("There is no such place in the design.")),
    })
}

fn gone() -> AppError {
    refused(EditError::NotFound)
}

/// A block that is not there was deleted elsewhere: the page is stale, even if the revision was not.
fn refused(error: EditError) -> AppError {
    match error {
        EditError::NotFound => stale(),
        other => AppError::refused(other.to_string()),
    }
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
