//! CSV files (RFC 4180) that no spreadsheet takes for a program.

use super::errors::internal;
use crate::error::AppError;

/// Lines with each cell quoted where it must be and made harmless.
pub fn write<L: IntoIterator<Item = String>>(
    lines: impl IntoIterator<Item = L>,
) -> Result<String, AppError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        writer
            .write_record(line.into_iter().map(|cell| harmless(&cell)))
            .map_err(|error| internal(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| internal(&error))?;
    String::from_utf8(bytes).map_err(|error| internal(&error))
}

/// What starts like a formula gets an apostrophe in front (OWASP, CSV injection); also where a spreadsheet that is set to other
/// separators, or takes no notice of quotes, would begin a cell: after a semicolon, a tab or a line break.
fn harmless(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len() + 1);
    if cell.starts_with(['\t', '\r', '\n']) {
        out.push('\'');
    }
    let mut is_start = true;
    for c in cell.chars() {
        if is_start && matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') {
            out.push('\'');
        }
        is_start = matches!(c, ';' | '\t' | '\r' | '\n');
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn cells_are_quoted_and_formulas_made_harmless() {
        for (cells, line) in [
            (["=1+1", "a,\"b\"", "a=b"], "'=1+1,\"a,\"\"b\"\"\",a=b\n"),
            (["-5", "+41 79", "@x"], "'-5,'+41 79,'@x\n"),
            (["a;=1", "a\t@x", "a; b;-c"], "a;'=1,a\t'@x,a; b;'-c\n"),
            (["a\n=1", "\n=1", "\ta"], "\"a\n'=1\",\"'\n'=1\",'\ta\n"),
            (["＝1", "a-b", "2026-03-01"], "'＝1,a-b,2026-03-01\n"),
        ] {
            assert_eq!(write([cells.map(str::to_owned)]).unwrap(), line);
        }
    }
}
