//! Names of merge fields: how a column heading becomes the name used in `{{ }}`. Both targets.

/// Words the merge language keeps for itself; a column of such a name gets `_` at its end.
pub(crate) const KEYWORDS: [&str; 12] = [
    "and", "or", "not", "in", "is", "if", "else", "elif", "for", "true", "false", "none",
];

/// The name under which a column is merged: lower case, everything that is no letter or digit an
/// underscore. "First Name", "first-name" and "FIRST_NAME" are all `first_name`. Empty if nothing is left.
pub fn merge_name(column: &str) -> String {
    let mut name = String::with_capacity(column.len());
    for c in column.trim().chars().flat_map(char::to_lowercase) {
        if unicode_ident::is_xid_continue(c) && c != '·' {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    name.truncate(name.trim_end_matches('_').len());
    let starts_badly = name
        .chars()
        .next()
        .is_some_and(|c| c != '_' && !unicode_ident::is_xid_start(c));
    if starts_badly {
        name.insert(0, '_');
    }
    if KEYWORDS.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::merge_name;

    #[test]
    fn headings_of_all_sorts_become_names() {
        for (column, name) in [
            ("First Name", "first_name"),
            ("first-name", "first_name"),
            (" FIRST_NAME ", "first_name"),
            ("E-Mail (work)", "e_mail_work"),
            ("Größe", "größe"),
            ("名前", "名前"),
            ("हिन्दी", "हिन्दी"),
            ("2nd name", "_2nd_name"),
            ("Amount €", "amount"),
            ("If", "if_"),
            ("_private", "_private"),
            ("???", ""),
            ("", ""),
        ] {
            assert_eq!(merge_name(column), name, "{column}");
        }
    }
}
