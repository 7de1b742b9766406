//! Finds the addresses in a CSV file. Does not judge them.

/// Headings that name the column of addresses, in lower case.
const HEADINGS: [&str; 6] = [
    "email",
    "e-mail",
    "email address",
    "e-mail address",
    "address",
    "mail",
];

/// The filled cells of the column of addresses: the one with such a heading, or else the first with an @ in the first line.
/// `None` when there is no such column. UTF-8, or else Windows-1252; separated by comma, semicolon or tab.
pub fn read(bytes: &[u8]) -> Option<Vec<String>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0,
    };
    let first_line = text.lines().next().unwrap_or_default();
    let count = |sign: char| first_line.matches(sign).count();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|sign| (count(char::from(*sign)), *sign == b','))?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut rows = reader.records().map_while(Result::ok);
    let first = rows.next()?;
    let heading = first
        .iter()
        .position(|cell| HEADINGS.contains(&cell.trim().to_lowercase().as_str()));
    let column = heading.or_else(|| first.iter().position(|cell| cell.contains('@')))?;
    let mut found = Vec::new();
    let body = heading.is_none().then_some(first).into_iter().chain(rows);
    for row in body {
        match row.get(column).map(str::trim) {
            Some(cell) if !cell.is_empty() => found.push(cell.to_owned()),
            _ => {}
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_column_of_addresses_is_found() {
        let cases: [(&[u8], &[&str]); 6] = [
            (b"a@x.org\nb@x.org\n", &["a@x.org", "b@x.org"]),
            (b"Name;E-Mail\nAnn;a@x.org\nBob;\n", &["a@x.org"]),
            (
                b"\xef\xbb\xbfEmail,Note\r\na@x.org,\"x, y\"\r\n",
                &["a@x.org"],
            ),
            (b"Ann\ta@x.org\nBob\tb@x.org", &["a@x.org", "b@x.org"]),
            (b"M\xfcller,m@x.org\n", &["m@x.org"]),
            (b"email\n", &[]),
        ];
        for (bytes, expected) in cases {
            assert_eq!(read(bytes).unwrap(), expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_file_without_addresses_is_refused() {
        assert_eq!(read(b""), None);
        assert_eq!(read(b"Name,City\nAnn,Rome\n"), None);
    }
}
