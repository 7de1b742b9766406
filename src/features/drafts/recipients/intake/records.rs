//! Rows of a file one at a time, with the line where each starts, and never more of the file in memory than one row.

use super::shape::{Form, entries};
use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

/// Longest row, in bytes: a quotation mark that is never closed must not swallow the whole file.
pub const MAX_ROW_BYTES: usize = 256 * 1024;

/// One row as it stands in the file; `line` counts from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    pub line: i64,
    pub fields: Vec<String>,
}

/// Why reading stopped.
#[derive(Debug)]
pub enum Fault {
    /// For the person who sent the file.
    Sentence(String),
    Io(io::Error),
}

/// How tables are read everywhere: rows of any length, quoted or not.
pub fn table(delimiter: u8) -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true);
    builder
}

pub enum Records<R: Read> {
    Table {
        reader: Box<csv::Reader<Guard<R>>>,
        since: Rc<Cell<usize>>,
        /// Lines before the table.
        skipped: i64,
        record: csv::StringRecord,
    },
    List {
        reader: BufReader<Guard<R>>,
        since: Rc<Cell<usize>>,
        line: i64,
        /// Entries of the current line that are still to come, last first.
        waiting: Vec<String>,
    },
}

impl<R: Read> Records<R> {
    /// `file` is UTF-8 text.
    pub fn new(file: R, form: &Form) -> Result<Self, Fault> {
        let since = Rc::new(Cell::new(0));
        let mut guard = Guard {
            file,
            since: since.clone(),
            last: b'\n',
        };
        match form {
            Form::List => Ok(Records::List {
                reader: BufReader::new(guard),
                since,
                line: 0,
                waiting: Vec::new(),
            }),
            Form::Table {
                delimiter,
                has_header,
                skip,
            } => {
                if *skip > 0 {
                    skip_line(&mut guard)?;
                }
                let reader = table(*delimiter)
                    .buffer_capacity(16 * 1024)
                    .from_reader(guard);
                let mut records = Records::Table {
                    reader: Box::new(reader),
                    since,
                    skipped: i64::try_from(*skip).unwrap_or_default(),
                    record: csv::StringRecord::new(),
                };
                if *has_header {
                    records.next()?;
                }
                Ok(records)
            }
        }
    }

    /// The next row, or `None` at the end. Rows without any value are passed over.
    pub fn next(&mut self) -> Result<Option<Raw>, Fault> {
        match self {
            Records::Table {
                reader,
                since,
                skipped,
                record,
            } => loop {
                since.set(0);
                let start = line_of(reader);
                match reader.read_record(record) {
                    Ok(true) if record.iter().all(|cell| cell.trim().is_empty()) => {}
                    Ok(true) => {
                        // Blank lines before the row are passed over silently: count back from its end.
                        let inside: usize =
                            record.iter().map(|cell| cell.matches('\n').count()).sum();
                        let line = line_of(reader) - 1 - i64::try_from(inside).unwrap_or_default();
                        let fields = record.iter().map(String::from).collect();
                        return Ok(Some(Raw {
                            line: line + *skipped,
                            fields,
                        }));
                    }
                    Ok(false) => return Ok(None),
                    Err(error) => return Err(fault(error, start + *skipped)),
                }
            },
            Records::List {
                reader,
                since,
                line,
                waiting,
            } => loop {
                if let Some(entry) = waiting.pop() {
                    return Ok(Some(Raw {
                        line: *line,
                        fields: vec![entry],
                    }));
                }
                since.set(0);
                let mut text = String::new();
                *line += 1;
                match reader.read_line(&mut text) {
                    Ok(0) => return Ok(None),
                    Ok(_) => waiting.extend(entries(&text).into_iter().rev().map(String::from)),
                    Err(error) => return Err(too_long_or(error, *line)),
                }
            },
        }
    }
}

/// The line the reader stands in.
fn line_of<R: Read>(reader: &csv::Reader<R>) -> i64 {
    i64::try_from(reader.position().line()).unwrap_or(i64::MAX)
}

fn fault(error: csv::Error, line: i64) -> Fault {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => too_long_or(error, line),
        other => Fault::Sentence(format!(
            "The row that starts in line {line} cannot be read: {other:?}."
        )),
    }
}

fn too_long_or(error: io::Error, line: i64) -> Fault {
    if error.kind() == io::ErrorKind::FileTooLarge {
        Fault::Sentence(format!(
            "The row that starts in line {line} is longer than {} KB. Is a quotation mark missing there?",
            MAX_ROW_BYTES / 1024
        ))
    } else {
        Fault::Io(error)
    }
}

fn skip_line(file: &mut impl Read) -> Result<(), Fault> {
    let mut byte = [0];
    while file.read(&mut byte).map_err(Fault::Io)? == 1 && byte[0] != b'\n' {}
    Ok(())
}

/// Makes every line end with a single line feed, the last one too, so that lines can be counted; and stops a row that does
/// not end, by counting what was read since it began.
pub struct Guard<R> {
    file: R,
    since: Rc<Cell<usize>>,
    last: u8,
}

impl<R: Read> Guard<R> {
    /// Drops the line feed of each CR LF and turns other CRs into line feeds; returns how many bytes are left.
    fn unify(&mut self, bytes: &mut [u8]) -> usize {
        if self.last != b'\r' && !bytes.contains(&b'\r') {
            self.last = bytes.last().copied().unwrap_or(self.last);
            return bytes.len();
        }
        let mut kept = 0;
        for at in 0..bytes.len() {
            let byte = bytes[at];
            if byte != b'\n' || self.last != b'\r' {
                bytes[kept] = if byte == b'\r' { b'\n' } else { byte };
                kept += 1;
            }
            self.last = byte;
        }
        kept
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.since.get() > MAX_ROW_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        loop {
            let n = self.file.read(out)?;
            if n == 0 && !out.is_empty() && !matches!(self.last, b'\n' | b'\r') {
                out[0] = b'\n';
                self.last = b'\n';
                return Ok(1);
            }
            let kept = self.unify(&mut out[..n]);
            if kept > 0 || n == 0 {
                self.since.set(self.since.get() + kept);
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, form: &Form) -> Result<Vec<(i64, Vec<String>)>, String> {
        let sentence = |fault| match fault {
            Fault::Sentence(sentence) => sentence,
            Fault::Io(error) => panic!("{error}"),
        };
        let mut records = Records::new(text.as_bytes(), form).map_err(sentence)?;
        let mut out = Vec::new();
        while let Some(raw) = records.next().map_err(sentence)? {
            out.push((raw.line, raw.fields));
        }
        Ok(out)
    }

    fn table(has_header: bool, skip: usize) -> Form {
        Form::Table {
            delimiter: b',',
            has_header,
            skip,
        }
    }

    #[test]
    fn rows_know_the_line_they_start_in() {
        let text = "a,b\n1,\"x\ny, \"\"z\"\"\"\n\n , \r\n2,w\r\n";
        let rows = all(text, &table(true, 0)).unwrap();
        assert_eq!(
            rows,
            [
                (2, vec!["1".into(), "x\ny, \"z\"".into()]),
                (6, vec!["2".to_owned(), "w".to_owned()])
            ]
        );
        let rows = all("a\r\r1\r\"2\r\nx\"\r\n3", &table(true, 0)).unwrap();
        let lines: Vec<_> = rows
            .iter()
            .map(|(line, fields)| (*line, fields[0].as_str()))
            .collect();
        assert_eq!(lines, [(3, "1"), (4, "2\nx"), (6, "3")]);
        let rows = all("sep=,\na\n1\n", &table(true, 1)).unwrap();
        assert_eq!(rows, [(3, vec!["1".to_owned()])]);
    }

    #[test]
    fn entries_of_a_list_share_their_line() {
        let rows = all("a@x.org; b@x.org\n\nc@x.org", &Form::List).unwrap();
        let lines: Vec<_> = rows
            .iter()
            .map(|(line, fields)| (*line, fields[0].as_str()))
            .collect();
        assert_eq!(lines, [(1, "a@x.org"), (1, "b@x.org"), (3, "c@x.org")]);
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_is_found() {
        let text = format!("a,b\n1,2\n3,\"{}", "x,y\n".repeat(200_000));
        let sentence = all(&text, &table(true, 0)).unwrap_err();
        assert!(
            sentence.contains("line 3") && sentence.contains("quotation mark"),
            "{sentence}"
        );
        let fine = "a,b\n".repeat(200_000);
        assert_eq!(all(&fine, &table(true, 0)).unwrap().len(), 199_999);
    }
}
