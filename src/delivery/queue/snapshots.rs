//! Frozen content: what the messages of a campaign say, kept once.

use crate::features::drafts::copies::Copies;
use crate::features::settings::model::Workspace;
use crate::ids::SnapshotId;
use crate::server::db::{Stmt, sql};

/// A snapshot: what messages say. Its id is made by the caller, so that one batch can hold the snapshot and what refers to it.
pub struct NewSnapshot<'a> {
    pub id: SnapshotId,
    /// What it was made from, as the template or draft held it; empty for a test mail.
    pub source: &'a str,
    pub subject: &'a str,
    pub html: &'a str,
    pub text: &'a str,
    pub reply_to: &'a str,
    /// Who gets a copy of every mail.
    pub copies: &'a Copies,
    /// `(target, label)` in order of position, from 0.
    pub links: &'a [(String, String)],
    pub workspace: &'a Workspace,
    pub now: i64,
}

pub fn insert_snapshot(snapshot: &NewSnapshot<'_>) -> [Stmt; 2] {
    let constants = serde_json::json!({
        "workspace_name": snapshot.workspace.name,
        "workspace_address": snapshot.workspace.postal_address,
    });
    let links = serde_json::to_string(snapshot.links).unwrap_or_else(|_| "[]".into());
    [
        sql("INSERT INTO content_snapshots (id, subject, html, text, reply_to, constants, track_opens, track_clicks, created_at, source, \
             cc, bcc) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")
        .bind(snapshot.id)
        .bind(snapshot.subject)
        .bind(snapshot.html)
        .bind(snapshot.text)
        .bind(snapshot.reply_to)
        .bind(constants.to_string())
        .bind(snapshot.workspace.track_opens)
        .bind(snapshot.workspace.track_clicks)
        .bind(snapshot.now)
        .bind(snapshot.source)
        .bind(snapshot.copies.cc.join(","))
        .bind(snapshot.copies.bcc.join(",")),
        sql("INSERT INTO snapshot_links (snapshot_id, position, target, label) \
             SELECT ?1, key, value ->> 0, value ->> 1 FROM json_each(?2)")
        .bind(snapshot.id)
        .bind(links),
    ]
}

/// A snapshot as sending needs it, with the number of its links.
pub fn select_snapshot(id: SnapshotId) -> Stmt {
    sql("SELECT subject, html, text, reply_to, cc, bcc, constants, \
         (SELECT count(*) FROM snapshot_links l WHERE l.snapshot_id = s.id) AS links FROM content_snapshots s WHERE id = ?1")
    .bind(id)
}

/// A snapshot id nobody else makes: 52 random bits, exact in JavaScript too.
pub fn new_snapshot_id() -> SnapshotId {
    SnapshotId((rand::random::<u64>() >> 12).max(1) as i64)
}
