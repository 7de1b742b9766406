//! XLSX workbooks: which sheets there are, and the rows of one, a row in memory at a time. `inflate` has let the file pass before.

use super::inflate::damaged;
use super::records::{Fault, MAX_ROW_BYTES, Raw};
use super::shape::{self, Head, MAX_COLUMNS, SAMPLE_ROWS};
use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader};
use std::fs::File;
use std::io::BufReader;

/// Sheets that are looked at.
const MAX_SHEETS: usize = 20;

pub struct Workbook {
    book: Xlsx<BufReader<File>>,
}

/// A sheet with rows in it.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub name: String,
    pub head: Head,
    /// Where the table begins: titles above and empty columns beside it are passed over.
    first_row: u32,
    first_column: usize,
    /// The last row, as the file says; 0 where it does not.
    last_row: u32,
}

impl Workbook {
    pub fn open(file: File) -> Result<Self, Fault> {
        let book = Xlsx::new(BufReader::new(file)).map_err(unreadable)?;
        Ok(Workbook { book })
    }

    /// The visible sheets that hold a table, in order.
    pub fn sheets(&mut self) -> Result<Vec<Sheet>, Fault> {
        let names: Vec<String> = self
            .book
            .sheets_metadata()
            .iter()
            .filter(|sheet| {
                sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
            })
            .map(|sheet| sheet.name.clone())
            .take(MAX_SHEETS)
            .collect();
        let (mut sheets, mut problem) = (Vec::new(), None);
        for name in names {
            match self.sheet(name) {
                Ok(sheet) => sheets.extend(sheet),
                Err(Fault::Sentence(sentence)) => problem = problem.or(Some(sentence)),
                Err(fault) => return Err(fault),
            }
        }
        if sheets.is_empty() {
            let words = problem.unwrap_or_else(|| "This workbook is empty.".into());
            return Err(Fault::Sentence(words));
        }
        Ok(sheets)
    }

    fn sheet(&mut self, name: String) -> Result<Option<Sheet>, Fault> {
        let mut rows = self.rows(&name)?;
        let last_row = rows.cells.dimensions().end.0;
        let mut sample = Vec::new();
        while sample.len() < SAMPLE_ROWS
            && let Some(row) = rows.next()?
        {
            sample.push(row);
        }
        let filled = |row: &[String]| row.iter().filter(|cell| !cell.is_empty()).count();
        let Some(most) = sample.iter().map(|(_, row)| filled(row)).max() else {
            return Ok(None);
        };
        // A title over the table fills a cell or two; the headings fill most of what the rows do.
        let above = sample
            .iter()
            .take_while(|(_, row)| filled(row) * 2 < most)
            .count();
        sample.drain(..above);
        let Some((first_row, _)) = sample.first() else {
            return Ok(None);
        };
        let first_row = *first_row;
        let is_used = |column: &usize| {
            sample
                .iter()
                .any(|(_, row)| row.get(*column).is_some_and(|cell| !cell.is_empty()))
        };
        let width = sample.iter().map(|(_, row)| row.len()).max().unwrap_or(0);
        let first_column = (0..width).find(is_used).unwrap_or(0);
        let rows: Vec<Vec<String>> = sample
            .into_iter()
            .map(|(_, mut row)| {
                row.resize(width, String::new());
                row.split_off(first_column)
            })
            .collect();
        let head = shape::head_of(&rows).map_err(|sentence| {
            Fault::Sentence(format!("The sheet “{name}” cannot be used. {sentence}"))
        })?;
        Ok(Some(Sheet {
            name,
            head,
            first_row,
            first_column,
            last_row,
        }))
    }

    fn rows(&mut self, name: &str) -> Result<Rows<'_>, Fault> {
        let cells = self.book.worksheet_cells_reader(name).map_err(unreadable)?;
        Ok(Rows {
            cells,
            waiting: None,
            is_over: false,
        })
    }

    /// Gives each row below the headings to `take`, with how far it is (per mille), until that says stop.
    pub fn read(
        &mut self,
        sheet: &Sheet,
        mut take: impl FnMut(Raw, i64) -> bool,
    ) -> Result<(), Fault> {
        let begin = sheet.first_row + u32::from(sheet.head.has_header);
        let all = i64::from(sheet.last_row.saturating_sub(begin)) + 1;
        let mut rows = self.rows(&sheet.name)?;
        while let Some((row, mut fields)) = rows.next()? {
            if row < begin {
                continue;
            }
            let fields = fields.split_off(sheet.first_column.min(fields.len()));
            let share = (i64::from(row - begin) * 1_000 / all).min(1_000);
            let raw = Raw {
                line: i64::from(row) + 1,
                fields,
            };
            if !take(raw, share) {
                break;
            }
        }
        Ok(())
    }
}

struct Rows<'a> {
    cells: XlsxCellReader<'a, BufReader<File>>,
    /// The first cell of the next row.
    waiting: Option<(u32, usize, String)>,
    /// The last cell is read: asking for another one would be an error.
    is_over: bool,
}

impl Rows<'_> {
    /// The next row with a value in it, and its number from 0.
    fn next(&mut self) -> Result<Option<(u32, Vec<String>)>, Fault> {
        let mut row: Option<(u32, Vec<String>)> = None;
        let mut bytes = 0;
        loop {
            let cell = match self.waiting.take() {
                Some(cell) => Some(cell),
                None => self.next_cell()?,
            };
            let Some((at, column, text)) = cell else {
                return Ok(row);
            };
            match &mut row {
                Some((current, _)) if *current != at => {
                    self.waiting = Some((at, column, text));
                    return Ok(row);
                }
                Some((_, fields)) => put(fields, column, text.clone()),
                None => {
                    let mut fields = Vec::new();
                    put(&mut fields, column, text.clone());
                    row = Some((at, fields));
                }
            }
            bytes += text.len();
            if bytes > MAX_ROW_BYTES {
                return Err(Fault::Sentence(format!(
                    "Row {} is longer than {} KB. Shorten its texts and try again.",
                    at + 1,
                    MAX_ROW_BYTES / 1024
                )));
            }
        }
    }

    /// The next cell with a value: its row, its column, its text.
    fn next_cell(&mut self) -> Result<Option<(u32, usize, String)>, Fault> {
        loop {
            if self.is_over {
                return Ok(None);
            }
            let Some(cell) = self.cells.next_cell().map_err(unreadable)? else {
                self.is_over = true;
                return Ok(None);
            };
            let (row, column) = cell.get_position();
            let text = text_of(cell.get_value());
            if !text.trim().is_empty() {
                let column = usize::try_from(column).unwrap_or(usize::MAX);
                // Far to the right of any list: a stray note, not a value.
                if column < MAX_COLUMNS * 4 {
                    return Ok(Some((row, column, text)));
                }
            }
        }
    }
}

fn put(fields: &mut Vec<String>, column: usize, text: String) {
    if fields.len() <= column {
        fields.resize(column + 1, String::new());
    }
    fields[column] = text;
}

/// A cell as a mail would say it.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(n) => n.to_string(),
        DataRef::Float(n) => number(*n),
        DataRef::Bool(true) => "TRUE".into(),
        DataRef::Bool(false) => "FALSE".into(),
        DataRef::DateTime(moment) => moment_in_words(moment),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// Fifteen digits, as Excel shows them: 0.30000000000000004 is 0.3, and a phone number has no exponent.
fn number(n: f64) -> String {
    let rounded = format!("{n:.14e}").parse::<f64>().unwrap_or(n);
    format!("{rounded}")
}

fn moment_in_words(moment: &ExcelDateTime) -> String {
    let value = moment.as_f64();
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let seconds = if second > 0 {
        format!(":{second:02}")
    } else {
        String::new()
    };
    if moment.is_duration() {
        // Thirty hours stay thirty hours.
        let hours = (value * 24.0).floor();
        format!("{hours}:{minute:02}{seconds}")
    } else if value < 1.0 {
        format!("{hour:02}:{minute:02}{seconds}")
    } else if value.fract() == 0.0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}{seconds}")
    }
}

fn unreadable(error: calamine::XlsxError) -> Fault {
    tracing::debug!(%error, "workbook could not be read");
    damaged()
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType;

    #[test]
    fn numbers_and_dates_read_as_people_write_them() {
        for (n, text) in [
            (42.0, "42"),
            (0.1 + 0.2, "0.3"),
            (491_701_234_567.0, "491701234567"),
            (-1.5, "-1.5"),
        ] {
            assert_eq!(number(n), text);
        }
        let moment = |value| {
            moment_in_words(&ExcelDateTime::new(
                value,
                ExcelDateTimeType::DateTime,
                false,
            ))
        };
        assert_eq!(moment(46_082.0), "2026-03-01");
        assert_eq!(moment(46_082.5), "2026-03-01 12:00");
        assert_eq!(moment(0.75), "18:00");
        let span = ExcelDateTime::new(1.25, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(moment_in_words(&span), "30:00");
    }
}
