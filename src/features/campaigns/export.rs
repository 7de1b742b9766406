//! The log as CSV (RFC 4180), made while it is sent: a million rows never stand in memory.

use super::recipients::model::LogFilter;
use super::recipients::service::{Export, export_chunk};
use crate::error::AppError;
use crate::features::queue::model::MessageRow;
use crate::server::Cx;
use crate::ui::time::iso_utc;
use bytes::Bytes;
use futures::Stream;
use futures::stream::unfold;

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
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut written = if is_first {
            writer.write_record(HEADINGS)
        } else {
            Ok(())
        };
        for row in &rows {
            written = written.and_then(|()| writer.write_record(record(row)));
        }
        let bytes = match (written, writer.into_inner()) {
            (Ok(()), Ok(bytes)) => bytes,
            _ => {
                let error = crate::server::errors::internal(&"the CSV file cannot be written");
                return Some((Err(error), None));
            }
        };
        let next = (!export.is_done()).then_some((cx, export, false));
        Some((Ok(Bytes::from(bytes)), next))
    })
}

fn record(row: &MessageRow) -> [String; 12] {
    [
        harmless(&row.address),
        row.state.words().to_lowercase(),
        harmless(row.account.as_deref().unwrap_or_default()),
        row.reply_code
            .map_or(String::new(), |code| code.to_string()),
        harmless(&row.reply),
        row.attempt.to_string(),
        row.opens.to_string(),
        row.clicks.to_string(),
        iso_utc(row.created_at),
        row.finished_at.map_or(String::new(), iso_utc),
        iso_utc(row.due_at),
        row.id.to_string(),
    ]
}

/// A cell that no spreadsheet takes for a formula: what starts like one gets an apostrophe (OWASP, CSV injection).
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// `campaign-7-failed.csv`
pub fn file_name(id: crate::ids::CampaignId, filter: LogFilter) -> String {
    match filter {
        LogFilter::All => format!("campaign-{id}.csv"),
        filter => format!("campaign-{id}-{}.csv", filter.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        for text in ["=1+1", "+49", "-2", "@sum(a1)", "\tx", "\rx", "\nx"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        assert_eq!(harmless("ann@example.com"), "ann@example.com");
        assert_eq!(harmless("a=b"), "a=b");
    }
}
