//! What a list looks like, found from its first lines: separator, headings, and the column of addresses.

use crate::mail::address;
use crate::mail::names::merge_name;

/// How the rows are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// Values apart by a separator, quoted as RFC 4180 says. `skip`: lines before the table (Excel's `sep=;`).
    Table {
        delimiter: u8,
        has_header: bool,
        skip: usize,
    },
    /// Addresses, one or several a line, perhaps as `Name <address>`.
    List,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub form: Form,
    /// As they stand in the file, or made up where it has none.
    pub headings: Vec<String>,
    /// The column of addresses, if one was found.
    pub email: Option<usize>,
}

/// Most columns a list may have.
pub const MAX_COLUMNS: usize = 200;
/// Rows of the sample that are looked at.
pub const SAMPLE_ROWS: usize = 200;

/// What the first rows of a table say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub has_header: bool,
    /// As they stand in the file, or made up where it has none.
    pub headings: Vec<String>,
    /// The column of addresses, if one was found.
    pub email: Option<usize>,
}

/// `sample` is the start of the text; it ends within a row unless `is_all`.
///
/// # Errors
/// A sentence: this is no list we can read.
pub fn detect(sample: &str, is_all: bool) -> Result<Shape, String> {
    let sample = match sample.rfind(['\n', '\r']) {
        Some(end) if !is_all => &sample[..=end],
        None if !is_all => {
            return Err("The first line is too long to be part of a list. Is every recipient on a line of their own?".into());
        }
        _ => sample,
    };
    if is_list(sample) {
        let is_named = sample.contains('<');
        let headings = if is_named {
            vec!["Email", "Name"]
        } else {
            vec!["Email"]
        };
        return Ok(Shape {
            form: Form::List,
            headings: headings.into_iter().map(String::from).collect(),
            email: Some(0),
        });
    }
    let (declared, skip) = match declared_separator(sample) {
        Some(delimiter) => (Some(delimiter), 1),
        None => (None, 0),
    };
    let table = if skip == 1 {
        sample.split_once('\n').map_or("", |(_, rest)| rest)
    } else {
        sample
    };
    let delimiter = declared.unwrap_or_else(|| find_delimiter(table, is_all));
    let rows = parse(table, delimiter, is_all);
    let head = head_of(&rows)?;
    Ok(Shape {
        form: Form::Table {
            delimiter,
            has_header: head.has_header,
            skip,
        },
        headings: head.headings,
        email: head.email,
    })
}

/// The headings of a table, by its first rows, and its column of addresses.
///
/// # Errors
/// A sentence: this is no table we can use.
pub fn head_of(rows: &[Vec<String>]) -> Result<Head, String> {
    let Some((first, rest)) = rows.split_first() else {
        return Err("There are no rows in this file.".into());
    };
    if first.len() > MAX_COLUMNS {
        return Err(format!(
            "The list has {} columns; at most {MAX_COLUMNS} are possible.",
            first.len()
        ));
    }
    let has_header = !first.iter().any(|cell| address::parse(cell).is_ok());
    let data = if has_header { rest } else { rows };
    let mut headings: Vec<String> = (1..=first.len()).map(|n| format!("Column {n}")).collect();
    if has_header {
        for (heading, cell) in headings.iter_mut().zip(first) {
            let name: String = cell
                .trim()
                .chars()
                .filter(|c| !c.is_control())
                .take(100)
                .collect();
            if !name.is_empty() {
                *heading = name;
            }
        }
    }
    let email = find_email(has_header.then_some(headings.as_slice()), data, first.len());
    if let (false, Some(email)) = (has_header, email) {
        headings[email] = "Email".into();
    }
    Ok(Head {
        has_header,
        headings,
        email,
    })
}

/// Excel writes `sep=;` as a first line of its own.
fn declared_separator(sample: &str) -> Option<u8> {
    let line = sample.lines().next()?.trim().trim_matches('"');
    match line.get(..4) {
        Some(word) if word.eq_ignore_ascii_case("sep=") && line.len() == 5 => {
            Some(line.as_bytes()[4])
        }
        _ => None,
    }
}

/// Addresses and nothing else: every piece holds an @, save a few that somebody mistyped.
fn is_list(sample: &str) -> bool {
    let mut lines = sample
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(SAMPLE_ROWS)
        .peekable();
    // A heading makes it a table of one column.
    if lines
        .peek()
        .is_some_and(|line| !line.contains('@') && is_email_heading(line) > 0)
    {
        return false;
    }
    let (mut with, mut without) = (0, 0);
    for line in lines {
        let pieces = entries(line);
        // A mistyped address on a line of its own is still an entry; next to another value it is a table's cell.
        let weight = if pieces.len() > 1 { 10 } else { 1 };
        for piece in pieces {
            if piece.contains('@') {
                with += 1
            } else {
                without += weight
            }
        }
    }
    with > 0 && without * 4 <= with
}

/// The entries of a line of a plain list: apart by comma, semicolon, tab or bar, outside quotation marks and angle brackets;
/// or by spaces, if every word is an address.
pub fn entries(line: &str) -> Vec<&str> {
    let (mut out, mut start) = (Vec::new(), 0);
    let (mut is_quoted, mut is_angled) = (false, false);
    for (at, c) in line.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            '<' if !is_quoted => is_angled = true,
            '>' if !is_quoted => is_angled = false,
            ',' | ';' | '\t' | '|' if !is_quoted && !is_angled => {
                out.push(&line[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(&line[start..]);
    out.into_iter()
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .flat_map(|entry| {
            let words: Vec<_> = entry.split_whitespace().collect();
            let are_all = words.len() > 1
                && words
                    .iter()
                    .all(|word| word.contains('@') && !word.contains('<'));
            if are_all { words } else { vec![entry] }
        })
        .collect()
}

/// The rows of the sample; the last one is left out if it may be cut.
fn parse(sample: &str, delimiter: u8, is_all: bool) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = super::records::table(delimiter)
        .from_reader(sample.as_bytes())
        .into_records()
        .take(SAMPLE_ROWS)
        .filter_map(Result::ok)
        .map(|record| record.iter().map(String::from).collect())
        .collect();
    if !is_all && rows.len() > 1 && rows.len() < SAMPLE_ROWS {
        rows.pop();
    }
    rows.retain(|row| row.iter().any(|cell| !cell.trim().is_empty()));
    rows
}

/// The separator that cuts most rows into the same number of values, and into more than one.
fn find_delimiter(sample: &str, is_all: bool) -> u8 {
    let mut best = (0, 0, b',');
    for delimiter in [b',', b';', b'\t', b'|'] {
        let rows = parse(sample, delimiter, is_all);
        let columns = rows.first().map_or(0, Vec::len);
        if columns < 2 {
            continue;
        }
        let even = rows.iter().filter(|row| row.len() == columns).count() * 20 / rows.len();
        if (even, columns) > (best.0, best.1) {
            best = (even, columns, delimiter);
        }
    }
    best.2
}

/// How surely this heading names a column of addresses: 0 not at all, 3 certainly.
fn is_email_heading(heading: &str) -> u8 {
    let name = merge_name(heading.trim_matches('"'));
    let squeezed = name.replace('_', "");
    match squeezed.as_str() {
        "email" | "emailaddress" => 3,
        "mail" | "mailaddress" | "emails" | "emailaddresses" | "emailadresse" | "mailadresse"
        | "adresseemail" | "adressemail" | "courriel" | "correo" | "correoelectronico"
        | "correoelectrónico" | "epost" | "epostadress" | "indirizzoemail" | "posta"
        | "recipient" | "subscriber" | "emailadres" => 2,
        _ if squeezed.contains("email") || squeezed.ends_with("mail") => 1,
        _ => 0,
    }
}

/// The column whose heading names it and whose cells agree; or else the one that holds the most addresses.
fn find_email(headings: Option<&[String]>, rows: &[Vec<String>], columns: usize) -> Option<usize> {
    let score = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .filter(|cell| !cell.trim().is_empty());
        let (mut filled, mut good) = (0, 0);
        for cell in cells {
            filled += 1;
            good += usize::from(cell.contains('@'));
        }
        let is_mostly = good * 2 >= filled && good > 0;
        let named = headings
            .and_then(|headings| headings.get(column))
            .map_or(0, |heading| is_email_heading(heading));
        (is_mostly, named, good, filled)
    };
    (0..columns)
        .map(|column| (score(column), column))
        // A heading alone convinces while there is nothing that speaks against it.
        .filter(|((is_mostly, named, _, filled), _)| {
            *is_mostly || *named > 0 && (*filled == 0 || *named > 1)
        })
        .max_by_key(|((is_mostly, named, good, _), column)| {
            (*is_mostly, *named, *good, columns - column)
        })
        .map(|(_, column)| column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> (Form, Vec<String>, Option<usize>) {
        let shape = detect(text, true).unwrap();
        (shape.form, shape.headings, shape.email)
    }

    fn table(delimiter: u8, has_header: bool) -> Form {
        Form::Table {
            delimiter,
            has_header,
            skip: 0,
        }
    }

    #[test]
    fn separators_and_headings_are_found() {
        for (text, form, headings, email) in [
            (
                "Name,Email\nAnn,ann@example.com\n",
                table(b',', true),
                &["Name", "Email"][..],
                Some(1),
            ),
            (
                "Name;E-Mail;Note\nAnn;ann@example.com;a, b, c\n",
                table(b';', true),
                &["Name", "E-Mail", "Note"],
                Some(1),
            ),
            (
                "email\tname\nann@example.com\tAnn\n",
                table(b'\t', true),
                &["email", "name"],
                Some(0),
            ),
            (
                "a|mail\nx|ann@example.com\n",
                table(b'|', true),
                &["a", "mail"],
                Some(1),
            ),
            (
                "\"Name, first\",Email\n\"Lee, Ann\",ann@example.com\n",
                table(b',', true),
                &["Name, first", "Email"],
                Some(1),
            ),
            (
                "Ann,ann@example.com\nBob,bob@example.com\n",
                table(b',', false),
                &["Column 1", "Email"],
                Some(1),
            ),
            (
                "Email\nann@example.com\nnonsense\n",
                table(b',', true),
                &["Email"],
                Some(0),
            ),
            (
                "Contact,City\nann@example.com,Ulm\nbob@example.com,Bonn\n",
                table(b',', true),
                &["Contact", "City"],
                Some(0),
            ),
            (
                "Name,City\nAnn,Ulm\n",
                table(b',', true),
                &["Name", "City"],
                None,
            ),
            // The heading says one thing, the cells another.
            (
                "Email sent,Contact\nyes,ann@example.com\n",
                table(b',', true),
                &["Email sent", "Contact"],
                Some(1),
            ),
        ] {
            assert_eq!(
                shape(text),
                (
                    form,
                    headings.iter().map(|s| (*s).to_owned()).collect(),
                    email
                ),
                "{text}"
            );
        }
    }

    #[test]
    fn a_separator_named_by_excel_is_believed() {
        let (form, headings, email) = shape("sep=;\nName;Email\nAnn;ann@example.com\n");
        assert_eq!(
            form,
            Form::Table {
                delimiter: b';',
                has_header: true,
                skip: 1
            }
        );
        assert_eq!((headings.len(), email), (2, Some(1)));
    }

    #[test]
    fn pasted_addresses_are_a_list() {
        for (text, columns) in [
            ("ann@example.com\nbob@example.com\n", 1),
            ("ann@example.com, bob@example.com; carl@example.com", 1),
            (
                "Ann Lee <ann@example.com>\n\"Roe, Bob\" <bob@example.com>\n",
                2,
            ),
            (
                "ann@example.com\nbob@example.com\nnonsense\ncarl@example.com\ndora@example.com",
                1,
            ),
        ] {
            let (form, headings, email) = shape(text);
            assert_eq!(
                (form, headings.len(), email),
                (Form::List, columns, Some(0)),
                "{text}"
            );
        }
    }

    #[test]
    fn entries_of_a_line_come_apart() {
        assert_eq!(
            entries("a@x.org, \"Roe, Bob\" <b@x.org>;; c@x.org"),
            ["a@x.org", "\"Roe, Bob\" <b@x.org>", "c@x.org"]
        );
        assert_eq!(entries("a@x.org b@x.org"), ["a@x.org", "b@x.org"]);
        assert_eq!(entries("Bob Roe"), ["Bob Roe"]);
    }

    #[test]
    fn a_sample_cut_within_a_row_is_read_up_to_there() {
        let shape = detect("Name,Email\nAnn,ann@example.com\nBob,bob@exam", false).unwrap();
        assert_eq!(shape.email, Some(1));
        assert!(
            detect(&"x".repeat(1000), false)
                .unwrap_err()
                .contains("first line")
        );
    }
}
