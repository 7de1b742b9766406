//! The one use-case of searching.

use super::model::{Group, Hit, Icon, MOST_CHARS};
use super::{places, repo};
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::server::request::Cx;

/// Of each kind at most so many.
const MOST_EACH: i64 = 6;

/// Campaigns, each with its report beside it where it was asked for by name.
fn with_reports(hits: Vec<Hit>, is_named: bool) -> Vec<Hit> {
    let pairs = hits.into_iter().flat_map(|hit| {
        let report = is_named.then(|| Hit {
            title: format!("Report of {}", hit.title),
            href: format!("{}/report", hit.href),
            ..hit.clone()
        });
        std::iter::once(hit).chain(report)
    });
    pairs.collect()
}

/// What matches, in groups; with nothing typed, what one may do, and what was touched last.
pub async fn search(cx: &Cx, text: &str) -> Result<Vec<Group>, AppError> {
    let role = cx.require(Role::Viewer)?.user.role;
    let text: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(MOST_CHARS)
        .collect();
    let text = text.trim();
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let limit = if text.is_empty() { 3 } else { MOST_EACH };
    let read = cx.db.batch(repo::select_all(text, limit)).await?;
    let [campaigns, drafts, templates] = read.as_slice() else {
        return Ok(Vec::new());
    };
    let group = |name: &str, hits: Vec<Hit>| Group {
        name: name.into(),
        hits,
    };
    let mut found = vec![
        group(
            "Campaigns",
            with_reports(
                repo::hits(campaigns, Icon::Campaign, "/campaigns")?,
                !text.is_empty(),
            ),
        ),
        group("Drafts", repo::hits(drafts, Icon::Draft, "/drafts")?),
        group(
            "Templates",
            repo::hits(templates, Icon::Template, "/templates")?,
        ),
    ];
    let places = [
        group("Do", places::actions(&words, role)),
        group("Go to", places::pages(&words, role)),
    ];
    // What is called as typed is meant before what merely holds it somewhere.
    found.splice(0..0, places);
    found.retain(|group| !group.hits.is_empty());
    Ok(found)
}
