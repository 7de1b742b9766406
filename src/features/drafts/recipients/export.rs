//! Rows as CSV, so that no spreadsheet takes a cell for a formula.

use super::model::{Recipient, RecipientSet, RowStatus};
use crate::error::AppError;
use crate::server::errors::internal;

/// The line of headings. Spreadsheets need the byte order mark to read UTF-8.
pub fn head(set: &RecipientSet, status: RowStatus) -> Result<String, AppError> {
    let mut cells = vec!["Line".to_owned()];
    if status != RowStatus::Valid {
        cells.push("Why".into());
    }
    cells.extend(set.columns.iter().map(|column| column.name.clone()));
    Ok(format!("\u{feff}{}", write(&[cells])?))
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
    write(&rows.iter().map(line).collect::<Vec<_>>())
}

fn write(lines: &[Vec<String>]) -> Result<String, AppError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        let cells = line.iter().map(|cell| inert(cell));
        writer
            .write_record(cells)
            .map_err(|error| internal(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| internal(&error))?;
    String::from_utf8(bytes).map_err(|error| internal(&error))
}

/// A cell that starts like a formula gets an apostrophe in front (OWASP, "CSV Injection").
fn inert(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_made_inert_and_cells_quoted() {
        let lines = [vec![
            "=1+1".to_owned(),
            "@x".to_owned(),
            "a,\"b\"".to_owned(),
            "-5".to_owned(),
            "a=b".to_owned(),
        ]];
        assert_eq!(
            write(&lines).unwrap(),
            "'=1+1,'@x,\"a,\"\"b\"\"\",'-5,a=b\n"
        );
    }
}
