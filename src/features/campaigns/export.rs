//! The log as CSV (RFC 4180), made while it is sent: a million rows never stand in memory.

use super::recipients::model::LogFilter;
use super::recipients::service::{Export, export_chunk};
use crate::error::AppError;
use crate::features::queue::model::MessageRow;
use crate::server::{Cx, csv};
use crate::ui::time::iso_utc;
use bytes::Bytes;
use futures::stream::unfold;
use futures::{Stream, StreamExt};

const HEADINGS: [&str; 12] = [
    "address",
    "state",
    "account",
    "reply_code",
    "reply",
    "attempts",
    "opens",
    "clicks",
    "queued_at",
    "finished_at",
    "due_at",
    "message",
];

/// The file, chunk by chunk. A chunk that cannot be read breaks the transfer off, so that nobody takes half a file for all of it.
pub fn stream(cx: Cx, export: Export) -> impl Stream<Item = Result<Bytes, AppError>> {
    unfold(Some((cx, export, true)), |state| async move {
        let (cx, mut export, is_first) = state?;
        let rows = match export_chunk(&cx, &mut export).await {
            Ok(rows) => rows,
            Err(error) => return Some((Err(error), None)),
        };
        let head = is_first.then(|| HEADINGS.map(str::to_owned));
        let bytes = match csv::write(head.into_iter().chain(rows.iter().map(record))) {
            Ok(text) => Bytes::from(text),
            Err(error) => return Some((Err(error), None)),
        };
        let next = (!export.is_done()).then_some((cx, export, false));
        Some((Ok(bytes), next))
    })
    // Compression asks once more after the end.
    .fuse()
}

fn record(row: &MessageRow) -> [String; 12] {
    [
        row.address.clone(),
        row.state.words().to_lowercase(),
        row.account.clone().unwrap_or_default(),
        row.reply_code
            .map_or(String::new(), |code| code.to_string()),
        row.reply.clone(),
        row.attempt.to_string(),
        row.opens.to_string(),
        row.clicks.to_string(),
        iso_utc(row.created_at),
        row.finished_at.map_or(String::new(), iso_utc),
        iso_utc(row.due_at),
        row.id.to_string(),
    ]
}

/// `campaign-7-failed.csv`
pub fn file_name(id: crate::ids::CampaignId, filter: LogFilter) -> String {
    match filter {
        LogFilter::All => format!("campaign-{id}.csv"),
        filter => format!("campaign-{id}-{}.csv", filter.as_str()),
    }
}
