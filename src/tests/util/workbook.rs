//! Workbooks for tests: sheets of cells, put together by hand so that nothing but the format is trusted.

use std::io::{Cursor, Write};
use zip::write::{SimpleFileOptions, ZipWriter};

/// An XLSX file with these sheets. Cells that read as numbers are numbers; empty ones are not there.
pub fn xlsx(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = String::from("<workbook xmlns:r=\"r\"><sheets>");
    let mut relations = String::from("<Relationships>");
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        (
            "_rels/.rels".to_owned(),
            "<Relationships><Relationship Id=\"r1\" Target=\"xl/workbook.xml\" \
             Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\"/></Relationships>"
                .to_owned(),
        ),
    ];
    for (at, (name, rows)) in sheets.iter().enumerate() {
        let number = at + 1;
        let hidden = if name.starts_with("hidden") {
            " state=\"hidden\""
        } else {
            ""
        };
        book.push_str(&format!(
            "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"r{number}\"{hidden}/>"
        ));
        relations.push_str(&format!(
            "<Relationship Id=\"r{number}\" Target=\"worksheets/sheet{number}.xml\" \
             Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\"/>"
        ));
        parts.push((format!("xl/worksheets/sheet{number}.xml"), sheet(rows)));
    }
    parts.push((
        "xl/workbook.xml".into(),
        format!("{book}</sheets></workbook>"),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".into(),
        format!("{relations}</Relationships>"),
    ));
    zipped(&parts)
}

fn sheet(rows: &[&[&str]]) -> String {
    let mut text = String::from("<worksheet><sheetData>");
    for (at, row) in rows.iter().enumerate() {
        text.push_str(&format!("<row r=\"{}\">", at + 1));
        for (column, cell) in row.iter().enumerate() {
            let place = format!("{}{}", char::from(b'A' + column as u8), at + 1);
            if cell.parse::<f64>().is_ok() {
                text.push_str(&format!("<c r=\"{place}\"><v>{cell}</v></c>"));
            } else if !cell.is_empty() {
                let cell = cell.replace('&', "&amp;").replace('<', "&lt;");
                text.push_str(&format!(
                    "<c r=\"{place}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"
                ));
            }
        }
        text.push_str("</row>");
    }
    text + "</sheetData></worksheet>"
}

pub fn zipped(parts: &[(String, String)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer
            .start_file(name.as_str(), SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
