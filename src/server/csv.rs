//! CSV files (RFC 4180) that no spreadsheet takes for a program.

use super::errors::internal;
use crate::error::AppError;

/// Lines with each cell quoted where it must be and made harmless.
pub fn write<const N: usize>(
    lines: impl IntoIterator<Item = [String; N]>,
) -> Result<String, AppError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        writer
            .write_record(line.map(|cell| harmless(&cell)))
            .map_err(|error| internal(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| internal(&error))?;
    String::from_utf8(bytes).map_err(|error| internal(&error))
}

/// What starts like a formula gets an apostrophe in front (OWASP, CSV injection).
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn cells_are_quoted_and_formulas_made_harmless() {
        let lines = [["=1+1", "a,\"b\"", "a=b"].map(str::to_owned)];
        assert_eq!(write(lines).unwrap(), "'=1+1,\"a,\"\"b\"\"\",a=b\n");
    }
}
