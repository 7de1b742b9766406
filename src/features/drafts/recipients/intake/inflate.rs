//! What a workbook's ZIP holds, counted while it is inflated: nothing else opens a workbook before this has let it pass.

use super::markup::{Markup, Tag, Trouble};
use super::records::{Fault, MAX_ROW_BYTES};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use zip::ZipArchive;

/// Most that all parts may come to, inflated.
const MAX_TOTAL: u64 = 1024 * 1024 * 1024;
/// Most that one part may come to, except a sheet, which is read row by row: the texts of a workbook are held in memory.
const MAX_PART: u64 = 96 * 1024 * 1024;
/// The same for what is made into far more than it is: lists of sheets and names.
const MAX_FRAME: u64 = 8 * 1024 * 1024;
const MAX_STYLES: u64 = 2 * 1024 * 1024;
/// Most texts that cells share, and formats of cells: each is held in memory, however short it is. Each format is a copy of its font,
/// so that neither may be long.
const MAX_TEXTS: usize = 2_000_000;
const MAX_FORMATS: usize = 65_000;
const MAX_STYLE_PIECE: usize = 2 * 1024;
/// The reader makes room for as many texts as the workbook says that it has.
const MAX_DIGITS: usize = 7;
const MAX_PARTS: usize = 5_000;

const TEXTS: &str = "xl/sharedstrings.xml";
const STYLES: &str = "xl/styles.xml";

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
    let mut names = Vec::with_capacity(archive.len());
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| damaged())?;
        let name = part.name().map_err(|_| damaged())?;
        // As the reader looks for them.
        names.push(name.replace('\\', "/").to_ascii_lowercase());
    }
    let sheets = sheets(&mut archive, &names)?;
    let mut left = max_total;
    for (at, name) in names.iter().enumerate() {
        let part = archive.by_index(at).map_err(|_| damaged())?;
        let rule = Rule::of(name, &sheets, left, max_part)?;
        left -= rule.check(part)?;
    }
    Ok(())
}

/// Where the workbook says that its sheets are. It must itself be where workbooks are: its neighbours are known by their names only.
fn sheets<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    names: &[String],
) -> Result<BTreeSet<String>, Fault> {
    let mut found = BTreeSet::new();
    for (at, name) in names.iter().enumerate() {
        let is_root = name == "_rels/.rels";
        if !is_root && !name.starts_with("xl/_rels/") {
            continue;
        }
        let mut on_tag = |tag: &Tag<'_>| -> Result<(), Trouble> {
            let text = String::from_utf8_lossy(tag.bytes())
                .replace('\\', "/")
                .to_ascii_lowercase();
            if is_root && text.contains("relationships/officedocument") {
                let book = target(&text).ok_or(Trouble::Strange)?;
                let book = book.strip_prefix('/').unwrap_or(book);
                match book.strip_prefix("xl/workbook") {
                    Some(rest) if !rest.contains(['/', '&']) => {}
                    _ => return Err(Trouble::Strange),
                }
            } else if !is_root && text.contains("worksheet") {
                let sheet = target(&text).ok_or(Trouble::Strange)?;
                found.insert(match sheet.strip_prefix('/') {
                    Some(whole) => whole.to_owned(),
                    None => format!("xl/{sheet}"),
                });
            }
            Ok(())
        };
        let part = archive.by_index(at).map_err(|_| damaged())?;
        inflate(part, MAX_FRAME, Some(MAX_ROW_BYTES), &mut on_tag)?;
    }
    Ok(found)
}

/// The one target of a relationship.
fn target(tag: &str) -> Option<&str> {
    let mut values = tag.match_indices("target").filter_map(|(at, word)| {
        let value = tag.get(at + word.len()..)?.trim_start().strip_prefix('=')?;
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        value.get(1..)?.split(quote).next()
    });
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// How large a part may be, and what in it.
struct Rule {
    most: u64,
    /// Longest piece of markup; parts that are nothing to the reader may hold anything.
    piece: Option<usize>,
    /// Elements that are counted, and how many there may be.
    counted: Option<(&'static str, usize)>,
}

impl Rule {
    fn of(name: &str, sheets: &BTreeSet<String>, left: u64, max_part: u64) -> Result<Rule, Fault> {
        let most = left.min(max_part);
        let in_xl = name.strip_prefix("xl/").unwrap_or_default();
        let last = name.rsplit('/').next().unwrap_or_default();
        let rule = |most, piece, counted| {
            Ok(Rule {
                most,
                piece,
                counted,
            })
        };
        if name == TEXTS {
            rule(most, Some(MAX_ROW_BYTES), Some(("si", MAX_TEXTS)))
        } else if name == STYLES {
            let most = most.min(MAX_STYLES);
            rule(most, Some(MAX_STYLE_PIECE), Some(("xf", MAX_FORMATS)))
        } else if TEXTS.ends_with(&format!("/{last}")) || STYLES.ends_with(&format!("/{last}")) {
            Err(damaged())
        } else if in_xl.starts_with("workbook") || in_xl == "theme/theme1.xml" {
            rule(most.min(MAX_FRAME), None, None)
        } else if sheets.contains(name) || is_in(in_xl, "worksheets/") {
            rule(left, Some(MAX_ROW_BYTES), None)
        } else {
            rule(most, None, None)
        }
    }

    fn check(&self, part: impl Read) -> Result<u64, Fault> {
        let mut seen = 0;
        let mut on_tag = |tag: &Tag<'_>| -> Result<(), Trouble> {
            if let Some((name, most)) = self.counted
                && tag.opens(name.as_bytes())
            {
                seen += 1;
                if seen > most {
                    return Err(Trouble::Many);
                }
            }
            if tag.opens(b"sst") && has_long_number(tag.bytes()) {
                return Err(Trouble::Strange);
            }
            Ok(())
        };
        inflate(part, self.most, self.piece, &mut on_tag)
    }
}

/// Whether this is directly in a folder.
fn is_in(name: &str, folder: &str) -> bool {
    name.strip_prefix(folder)
        .is_some_and(|name| !name.contains('/'))
}

fn has_long_number(tag: &[u8]) -> bool {
    tag.split(|byte| !byte.is_ascii_digit())
        .any(|digits| digits.len() > MAX_DIGITS)
}

/// Inflates a part without keeping it; returns its size. `on_tag` sees its tags, where pieces are limited.
fn inflate(
    mut part: impl Read,
    most: u64,
    piece: Option<usize>,
    on_tag: &mut dyn FnMut(&Tag<'_>) -> Result<(), Trouble>,
) -> Result<u64, Fault> {
    let mut buffer = vec![0; 64 * 1024];
    let mut markup = piece.map(Markup::new);
    let mut size = 0_u64;
    loop {
        let read = match part.read(&mut buffer) {
            Ok(0) => return Ok(size),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return Err(damaged()),
        };
        size += read as u64;
        if size > most {
            return Err(far_larger());
        }
        if let Some(markup) = &mut markup {
            markup
                .feed(&buffer[..read], on_tag)
                .map_err(|trouble| match trouble {
                    Trouble::Long if piece == Some(MAX_STYLE_PIECE) => sentence(
                        "The cell formats of this workbook are longer than formats can be. Save the sheet with your list as CSV and upload that.",
                    ),
                    Trouble::Long => sentence(
                        "A cell of this workbook holds more than 256 KB of text. Shorten it and try again.",
                    ),
                    Trouble::Many => far_larger(),
                    Trouble::Strange => damaged(),
                })?;
        }
    }
}

fn far_larger() -> Fault {
    sentence(
        "This workbook is far larger once it is unpacked than a list can be. Save the sheet with your list as CSV and upload that.",
    )
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
        let many = |text: &str, n: usize| text.repeat(n).into_bytes();
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
        // Little on the disk, and much in memory.
        for (name, part) in [
            ("xl/styles.xml", many("<xf/>", 65_001)),
            ("xl/styles.xml", many("<x:xf></x:xf>", 65_001)),
        ] {
            assert!(refused(&[(name, part)]).contains("far larger"), "{name}");
        }
        let whole = |name: &str, text: &str, n: usize| {
            let types = ("[Content_Types].xml", b"<Types/>".to_vec());
            match check(&mut zipped(&[types, (name, many(text, n))])) {
                Err(Fault::Sentence(sentence)) => sentence,
                other => panic!("{other:?}"),
            }
        };
        for (name, text, n) in [
            ("xl/sharedStrings.xml", "<si/>", 2_000_001),
            ("xl/styles.xml", "<font/>\n", 300_000),
            ("xl/workbook.xml", "<sheet/>\n", 1_000_000),
            ("XL\\Workbook2.xml", "<sheet/>\n", 1_000_000),
        ] {
            assert!(whole(name, text, n).contains("far larger"), "{name}");
        }
    }

    #[test]
    fn what_the_reader_would_believe_is_refused() {
        let strange = |name: &str, text: &str| refused(&[(name, text.as_bytes().to_vec())]);
        let book = |target: &str| {
            format!(
                "<Relationships><Relationship Type=\"http://x/relationships/officeDocument\" {target}/></Relationships>"
            )
        };
        let sheet = |target: &str| {
            format!("<Relationship Id='a' Type='http://x/relationships/worksheet' {target}/>")
        };
        for (name, text) in [
            (
                "xl/sharedStrings.xml",
                "<sst count=\"1\" uniqueCount=\"10000000000000\">".to_owned(),
            ),
            ("evil/sharedStrings.xml", "<sst/>".to_owned()),
            ("xl\\worksheets\\STYLES.xml", "<a/>".to_owned()),
            ("_rels/.rels", book("Target='xl/worksheets/workbook.xml'")),
            ("_rels/.rels", book("Target='evil/workbook.xml'")),
            ("_rels/.rels", book("Target='xl/workbook&#47;x/book.xml'")),
            (
                "_rels/.rels",
                book("Target='xl/workbook.xml' Target='evil/book.xml'"),
            ),
            ("_rels/.rels", "<!-- a comment -->".to_owned()),
            (
                "xl/worksheets/sheet1.xml",
                "<a><!-- a comment --></a>".to_owned(),
            ),
            (
                "xl/worksheets/sheet1.dat",
                "<a><![CDATA[x]]></a>".to_owned(),
            ),
        ] {
            assert!(strange(name, &text).contains("damaged"), "{name}: {text}");
        }
        // A sheet is one wherever it is.
        let long = format!("<t>{}", "x".repeat(300_000)).into_bytes();
        for (target, name) in [
            ("Target=\"other/a.dat\"", "xl/other/a.dat"),
            ("Target = '/Media/a.png'", "media\\A.png"),
        ] {
            let parts = [
                ("xl/_rels/workbook.xml.rels", sheet(target).into_bytes()),
                (name, long.clone()),
            ];
            assert!(refused(&parts).contains("256 KB"), "{name}");
        }
        // What it would clone for each format must be short.
        let name = format!("<font><name val=\"{}\"/></font>", "x".repeat(3_000));
        assert!(strange("xl/styles.xml", &name).contains("cell formats"));
    }

    #[test]
    fn real_workbooks_pass() {
        let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n";
        let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let package = "http://schemas.openxmlformats.org/package/2006/relationships";
        let root = format!(
            "{xml}<Relationships xmlns=\"{package}\"><Relationship Id=\"rId3\" Type=\"{office}/extended-properties\" Target=\"docProps/app.xml\"/>\
             <Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" Target=\"/xl/workbook.xml\"/></Relationships>"
        );
        let book = format!(
            "\u{feff}{xml}<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
             <Relationship Id=\"rId2\" Type=\"{office}/externalLink\" Target=\"x.xml\" TargetMode=\"External\"/></Relationships>"
        );
        let texts = format!(
            "{xml}<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"1200000\" uniqueCount=\"2\">\
             <si><t xml:space=\"preserve\"> it's > \"that\" </t></si><si><r><rPr><color rgb=\"FF00000000\"/></rPr><t>a</t></r></si></sst>"
        );
        let sheet = format!(
            "{xml}<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>it's \"a\"</t></is></c><c r=\"B1\"/>\
             <c r=\"C1\"><f>IF(A1&gt;1,\"x\",\"y\")</f><v>1</v></c></row></sheetData></worksheet>"
        );
        let drawing = format!("<xml><!-- it's --><![endif]>{}</xml>", "x".repeat(300_000));
        let parts: Vec<(&str, Vec<u8>)> = [
            ("_rels/.rels", root),
            ("xl/_rels/workbook.xml.rels", book),
            ("xl/sharedStrings.xml", texts),
            ("xl/worksheets/sheet1.xml", sheet),
            (
                "xl/styles.xml",
                format!("{xml}<styleSheet><xf/></styleSheet>"),
            ),
            ("xl/drawings/vmlDrawing1.vml", drawing.clone()),
            ("customXml/item1.xml", drawing),
            (
                "xl/worksheets/_rels/sheet1.xml.rels",
                format!("{xml}<Relationships/>"),
            ),
            ("xl/charts/style1.xml", format!("{xml}<!-- a --><cs/>")),
            ("docProps/app.xml", format!("{xml}<Properties/>")),
        ]
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect();
        assert_eq!(refused(&parts), "");
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
