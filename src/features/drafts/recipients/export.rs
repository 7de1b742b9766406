//! Rows as CSV: which cells there are.

use super::model::{Recipient, RecipientSet, RowStatus};
use crate::error::AppError;
use crate::server::csv;

/// The line of headings. Spreadsheets need the byte order mark to read UTF-8.
pub fn head(set: &RecipientSet, status: RowStatus) -> Result<String, AppError> {
    let mut cells = vec!["Line".to_owned()];
    if status != RowStatus::Valid {
        cells.push("Why".into());
    }
    cells.extend(set.columns.iter().map(|column| column.name.clone()));
    Ok(format!("\u{feff}{}", csv::write([cells])?))
}

pub fn rows(set: &RecipientSet, status: RowStatus, rows: &[Recipient]) -> Result<String, AppError> {
    let line = |row: &Recipient| {
        let mut cells = vec![row.line.to_string()];
        if status != RowStatus::Valid {
            cells.push(row.problem.clone());
        }
        cells.extend(set.columns.iter().map(|column| {
            let value = row.data.get(&column.key).and_then(|value| value.as_str());
            value.unwrap_or_default().to_owned()
        }));
        cells
    };
    csv::write(rows.iter().map(line))
}
