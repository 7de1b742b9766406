//! What a workbook's ZIP holds, counted while it is inflated: nothing else opens a workbook before this has let it pass.

use super::records::{Fault, MAX_ROW_BYTES};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use zip::ZipArchive;

/// Most that all parts may come to, inflated.
const MAX_TOTAL: u64 = 1024 * 1024 * 1024;
/// Most that one part may come to, except a sheet, which is read row by row: the texts of a workbook are held in memory.
const MAX_PART: u64 = 96 * 1024 * 1024;
const MAX_PARTS: usize = 5_000;

/// Lets an XLSX workbook pass, by its parts and by how large they really are.
pub fn check(file: &mut File) -> Result<(), Fault> {
    file.rewind().map_err(Fault::Io)?;
    check_within(file, MAX_TOTAL, MAX_PART)
}

fn check_within(file: &mut File, max_total: u64, max_part: u64) -> Result<(), Fault> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| damaged())?;
    if let Some(sentence) = stranger(&archive) {
        return Err(Fault::Sentence(sentence.into()));
    }
    if archive.len() > MAX_PARTS {
        return Err(sentence("This workbook has far too many parts."));
    }
    let mut left = max_total;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| damaged())?;
        let name = part.name().map_err(|_| damaged())?.to_lowercase();
        let is_sheet = name.contains("worksheets/");
        let most = if is_sheet { left } else { left.min(max_part) };
        let has_cells = name.ends_with(".xml") && !name.starts_with("customxml/");
        let size = count(part, most, has_cells)?;
        left -= size;
    }
    Ok(())
}

/// Inflates a part without keeping it; returns its size.
fn count(mut part: impl Read, most: u64, has_cells: bool) -> Result<u64, Fault> {
    let mut buffer = vec![0; 64 * 1024];
    let (mut size, mut run) = (0_u64, 0_usize);
    loop {
        let read = match part.read(&mut buffer) {
            Ok(0) => return Ok(size),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return Err(damaged()),
        };
        size += read as u64;
        if size > most {
            return Err(sentence(
                "This workbook is far larger once it is unpacked than a list can be. Save the sheet with your list as CSV and upload that.",
            ));
        }
        if !has_cells {
            continue;
        }
        // A cell's text holds no "<": what lies between two of them is held in memory as one piece.
        for byte in &buffer[..read] {
            run = if *byte == b'<' { 0 } else { run + 1 };
            if run > MAX_ROW_BYTES {
                return Err(sentence(
                    "A cell of this workbook holds more than 256 KB of text. Shorten it and try again.",
                ));
            }
        }
    }
}

/// What this is instead of an XLSX workbook, in a sentence.
fn stranger<R: Read + Seek>(archive: &ZipArchive<R>) -> Option<&'static str> {
    let has = |part: &str| {
        archive
            .file_names()
            .filter_map(Result::ok)
            .any(|name| name.eq_ignore_ascii_case(part))
    };
    if has("[Content_Types].xml") {
        return if has("xl/workbook.bin") {
            Some(
                "This is a binary Excel workbook (.xlsb). Save it as .xlsx or CSV and upload that.",
            )
        } else if has("word/document.xml") {
            Some("This is a Word document. Upload the list as an Excel or CSV file.")
        } else {
            None
        };
    }
    Some(if has("content.xml") {
        "This is an OpenDocument file. Save it as Excel (.xlsx) or CSV and upload that."
    } else if archive
        .file_names()
        .filter_map(Result::ok)
        .any(|name| name.ends_with(".iwa"))
    {
        "This is a Numbers spreadsheet. Export it as Excel or CSV and upload that."
    } else {
        "This is a ZIP file. Unpack it and upload the list inside."
    })
}

pub fn damaged() -> Fault {
    sentence(
        "This workbook is damaged or was not saved to its end. Open it, save it again and upload it once more, or save the list as CSV.",
    )
}

fn sentence(text: &str) -> Fault {
    Fault::Sentence(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn zipped(parts: &[(&str, Vec<u8>)]) -> File {
        let mut writer = ZipWriter::new(tempfile::tempfile().unwrap());
        for (name, content) in parts {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap()
    }

    fn refused(parts: &[(&str, Vec<u8>)]) -> String {
        let types = ("[Content_Types].xml", b"<Types/>".to_vec());
        let parts: Vec<_> = std::iter::once(types).chain(parts.to_vec()).collect();
        let mut file = zipped(&parts);
        file.rewind().unwrap();
        match check_within(&mut file, 1_000_000, 400_000) {
            Err(Fault::Sentence(sentence)) => sentence,
            Err(Fault::Io(error)) => panic!("{error}"),
            Ok(()) => String::new(),
        }
    }

    #[test]
    fn a_bomb_is_refused_by_what_it_really_holds() {
        let cells = |n: usize| b"<c>1</c>".repeat(n / 8);
        assert_eq!(refused(&[("xl/worksheets/sheet1.xml", cells(900_000))]), "");
        for (name, size) in [
            ("xl/worksheets/sheet1.xml", 1_200_000),
            ("xl/sharedStrings.xml", 500_000),
            ("anything.bin", 500_000),
        ] {
            let words = refused(&[(name, cells(size))]);
            assert!(words.contains("far larger"), "{name}: {words}");
        }
        let parts = [
            ("xl/worksheets/sheet1.xml", cells(600_000)),
            ("xl/worksheets/sheet2.xml", cells(600_000)),
        ];
        assert!(refused(&parts).contains("far larger"));
    }

    #[test]
    fn a_cell_without_end_is_refused() {
        let mut text = b"<t>".to_vec();
        text.extend(b"x".repeat(300_000));
        let words = refused(&[("xl/sharedStrings.xml", text)]);
        assert!(words.contains("256 KB"), "{words}");
    }

    #[test]
    fn other_archives_are_called_by_their_name() {
        for (part, words) in [
            ("content.xml", "OpenDocument"),
            ("Index/Document.iwa", "Numbers"),
            ("list.csv", "ZIP file"),
        ] {
            let mut file = zipped(&[(part, Vec::new())]);
            let Err(Fault::Sentence(sentence)) = check(&mut file) else {
                panic!("{part} passed");
            };
            assert!(sentence.contains(words), "{sentence}");
        }
        assert!(refused(&[("xl/workbook.bin", Vec::new())]).contains(".xlsb"));
    }
}
