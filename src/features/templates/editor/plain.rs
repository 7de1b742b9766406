//! How a change ends that came from a page without JavaScript: it goes back to the editor, and nothing typed is lost. Server only.

use super::address::{View, address, number};
use super::content::EditorData;
use super::edit::EditForm;
use crate::error::AppError;
use crate::server::request::is_plain_post;

/// What comes back in the page's address when a change came too late, in bytes as JSON. Proxies take addresses of 8 KB, and it is
/// half as long again in one.
const KEPT_BYTES: usize = 4_000;

/// Ends one change for its server function. With JavaScript the page shows the result by itself. Without, a success goes back to the
/// editor at `page` (as in [`super::Site`]), at the block that is selected now; of a change that came too late, what was typed is kept:
/// in its form again or, when it is too long for that, in a copy. `rescue` makes that: where it is, and what is in it.
pub async fn answer<Rescue>(
    result: Result<EditorData, AppError>,
    page: &str,
    edit: &EditForm,
    rescue: impl FnOnce() -> Rescue,
) -> Result<EditorData, AppError>
where
    Rescue: Future<Output = Result<(String, EditorData), AppError>>,
{
    if !is_plain_post() {
        return result;
    }
    let sentence = match result {
        Ok(data) => {
            leave(page, edit, data.selected);
            return Ok(data);
        }
        Err(AppError::Conflict(sentence)) => sentence,
        Err(error) => return Err(error),
    };
    match edit.op.as_str() {
        "set" | "theme" | "headline" if typed_bytes(edit) <= KEPT_BYTES => {
            Err(AppError::Invalid(edit.came_too_late()))
        }
        "set" | "theme" | "headline" | "source" => {
            let (copy, data) = rescue().await?;
            leptos_axum::redirect(&copy);
            Ok(data)
        }
        // A button was pressed: nothing was typed.
        _ => Err(AppError::Conflict(sentence)),
    }
}

fn typed_bytes(edit: &EditForm) -> usize {
    serde_json::to_string(&edit.fields).map_or(usize::MAX, |json| json.len())
}

fn leave(page: &str, edit: &EditForm, selected: Option<u32>) {
    let view = View::of(&edit.view).as_str();
    let anchor = match number(selected) {
        id if id.is_empty() => id,
        id => format!("#block-{id}"),
    };
    leptos_axum::redirect(&format!("{}{anchor}", address(page, selected, view)));
}
