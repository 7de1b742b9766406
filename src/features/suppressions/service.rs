//! Use-cases of the suppression list: look, add, import, remove, export. Adding takes waiting mail out of the queue at once.

use super::import;
use super::model::{
    Added, ImportProblem, MOST_LINES, PAGE_SIZE, Reason, SuppressionAddForm, SuppressionLine,
    SuppressionPage, SuppressionQuery, SuppressionRemoveForm,
};
use super::repo::{self, Edge};
use crate::delivery::queue;
use crate::error::{AppError, Invalid};
use crate::features::audit::repo::{insert as insert_audit, insert_with};
use crate::features::auth::model::Role;
use crate::ids::SuppressionId;
use crate::mail::address;
use crate::server::db::DbError;
use crate::server::request::Cx;
use crate::ui::number::count;

/// Addresses that one transaction takes, and that one chunk of an export holds.
const CHUNK: usize = 1_000;
/// Wrong lines that are named; the rest is counted.
const NAMED_LINES: usize = 8;
/// What was typed is kept up to this many bytes on a page without JavaScript: it travels in the address.
const KEPT_BYTES: usize = 4_000;

/// An address that was checked: as it is written, and as it is compared.
pub type Entry = (String, String);

pub async fn list(cx: &Cx, query: &SuppressionQuery) -> Result<SuppressionPage, AppError> {
    let caller = cx.require(Role::Viewer)?;
    // A whole address is looked up as it is stored.
    let search = query.search.trim();
    let found = address::parse(search).map(|found| found.key);
    let search = found.as_deref().unwrap_or(search);
    let reason = query.reason.parse().ok();
    let edge = match (query.after, query.before) {
        (Some(after), _) => Edge::After(after),
        (None, before) => Edge::Before(before.unwrap_or(i64::MAX)),
    };
    // One more than the page holds tells whether there is another page.
    let outcomes = cx
        .db
        .batch(vec![
            repo::select(search, reason, edge, PAGE_SIZE + 1),
            repo::count_reasons(),
        ])
        .await?;
    let mut lines = repo::lines(&outcomes[0])?;
    let has_more = lines.len() as i64 > PAGE_SIZE;
    lines.truncate(PAGE_SIZE as usize);
    let (has_newer, has_older) = match edge {
        Edge::After(_) => {
            lines.reverse();
            (has_more, true)
        }
        Edge::Before(_) => (query.before.is_some(), has_more),
    };
    Ok(SuppressionPage {
        lines,
        reasons: repo::reasons(&outcomes[1])?,
        has_newer,
        has_older,
        can_edit: caller.user.role.allows(Role::Editor),
    })
}

/// Adds what the form holds: all of it, or nothing while a line is wrong.
pub async fn add(cx: &Cx, form: &SuppressionAddForm) -> Result<Added, AppError> {
    cx.require(Role::Editor)?;
    let mut invalid = Invalid::new();
    let mut wrong = Vec::new();
    let mut entries = Vec::new();
    for (at, line) in form.addresses.lines().enumerate() {
        let text = line.trim().trim_end_matches([',', ';']);
        if text.is_empty() {
            continue;
        }
        match checked(text) {
            Ok(entry) => entries.push(entry),
            Err(why) => wrong.push(format!("Line {} “{}”: {why}", at + 1, cut(text))),
        }
    }
    if !wrong.is_empty() {
        let more = wrong.len().saturating_sub(NAMED_LINES);
        wrong.truncate(NAMED_LINES);
        if more > 0 {
            wrong.push(format!("{more} more lines are wrong."));
        }
        invalid.add("addresses", wrong.join(" "));
    } else if entries.is_empty() {
        invalid.add("addresses", "Enter at least one address.");
    } else if entries.len() > MOST_LINES {
        invalid.add(
            "addresses",
            "These are more than 1,000 addresses. Import them as a file instead.",
        );
    }
    if form.note.chars().count() > 200 {
        invalid.add("note", "Use at most 200 characters.");
    }
    if !invalid.is_empty() {
        let mut invalid = invalid.with_typed(form);
        if form.addresses.len() <= KEPT_BYTES {
            invalid
                .typed
                .insert("addresses".into(), form.addresses.clone());
        }
        return Err(AppError::Invalid(invalid));
    }
    insert(cx, entries, form.note.trim()).await
}

/// Adds the addresses of a file. `Ok(Err(…))`: nothing could be taken from it.
pub async fn import(
    cx: &Cx,
    name: &str,
    bytes: &[u8],
) -> Result<Result<Added, ImportProblem>, AppError> {
    cx.require(Role::Editor)?;
    let Some(found) = import::read(bytes) else {
        return Ok(Err(ImportProblem::NoAddresses));
    };
    let mut entries = Vec::new();
    let mut wrong = 0;
    for text in found {
        match checked(&text) {
            Ok(entry) => entries.push(entry),
            Err(_) => wrong += 1,
        }
    }
    let note = format!("Imported from {}", cut(name));
    let added = insert(cx, entries, note.trim_end_matches(" from ")).await?;
    Ok(Ok(Added { wrong, ..added }))
}

/// By the rules of recipient lists, so that both come to the same key: a foreign domain is compared in ASCII.
fn checked(text: &str) -> Result<Entry, String> {
    let found = address::parse(text)?;
    Ok((found.address, found.key))
}

fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// Each chunk is one transaction: the entries, and what waits for them. Idempotent.
async fn insert(cx: &Cx, mut entries: Vec<Entry>, note: &str) -> Result<Added, AppError> {
    let user = cx.caller()?.user.id;
    entries.sort_by(|a, b| a.1.cmp(&b.1));
    entries.dedup_by(|a, b| a.1 == b.1);
    let now = cx.now();
    let mut added = 0;
    for (i, chunk) in entries.chunks(CHUNK).enumerate() {
        let json = serde_json::json!(chunk).to_string();
        let mut batch = vec![
            repo::insert_many(&json, note, now),
            queue::suppress_addresses(&json, Reason::Manual.as_str(), now),
        ];
        if i == 0 {
            let subject = count(entries.len() as i64, "address", "addresses");
            batch.push(insert_with(
                Some(user),
                "suppression.add",
                &subject,
                note,
                now,
            ));
        }
        let outcomes = cx.db.batch(batch).await?;
        added += i64::try_from(outcomes[0].affected).unwrap_or_default();
    }
    Ok(Added {
        added,
        known: entries.len() as i64 - added,
        wrong: 0,
    })
}

/// Lets an address be mailed again. The reason is kept in the audit trail.
pub async fn remove(cx: &Cx, form: &SuppressionRemoveForm) -> Result<(), AppError> {
    let user = cx.require(Role::Editor)?.user.id;
    let gone = || AppError::not_found("suppressed address");
    let id: SuppressionId = form.id.parse().map_err(|_| gone())?;
    let why = form.why.trim();
    if why.is_empty() || why.chars().count() > 200 {
        return Err(AppError::refused(
            "The address was not removed. Say in a few words (at most 200 characters) why it may be mailed again.",
        ));
    }
    let address = repo::find_address(&cx.db, id).await?.ok_or_else(gone)?;
    let audit = insert_audit(
        Some(user),
        "suppression.remove",
        &format!("{address}: {why}"),
        cx.now(),
    );
    match cx.db.batch(vec![repo::delete(id), audit]).await {
        Ok(_) => Ok(()),
        Err(DbError::RowsAffected { .. }) => Err(gone()),
        Err(other) => Err(other.into()),
    }
}

/// Notes who takes the whole list away, and gives its first entries.
pub async fn start_export(cx: &Cx) -> Result<Vec<SuppressionLine>, AppError> {
    let user = cx.require(Role::Viewer)?.user.id;
    let audit = insert_audit(Some(user), "suppression.export", "", cx.now());
    cx.db.exec(audit).await?;
    export_chunk(cx, i64::MAX).await
}

/// The next entries of an export below `before`, newest first; fewer than asked for at the end.
pub async fn export_chunk(cx: &Cx, before: i64) -> Result<Vec<SuppressionLine>, AppError> {
    cx.require(Role::Viewer)?;
    let statement = repo::select("", None, Edge::Before(before), CHUNK as i64);
    let outcomes = cx.db.batch(vec![statement]).await?;
    Ok(repo::lines(&outcomes[0])?)
}
