//! Reads just enough SQL to tell reads from writes and to split a script into statements. It validates nothing.

/// How a statement must be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Changes nothing: any connection may run it, and it may be repeated.
    Read,
    Write,
    /// Changes the connection or the whole file; refused or without effect inside a transaction.
    Alone,
    /// BEGIN, COMMIT and the like, which belong to this layer alone.
    Transaction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Semicolon,
    Open,
    Close,
    Equals,
    /// A literal, quoted name, operator or parameter.
    Other,
}

/// Tokens with the byte offset at which each ends; white space and comments are skipped.
struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (Token<'a>, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        // The index just after the next `end`, searched from `from`; the end of the text if there is none.
        let after = |from: usize, end: &str| {
            self.text
                .get(from..)
                .and_then(|rest| rest.find(end))
                .map_or(bytes.len(), |i| from + i + end.len())
        };
        loop {
            let start = self.at;
            let byte = *bytes.get(start)?;
            let following = bytes.get(start + 1).copied();
            let token = match (byte, following) {
                (b'-', Some(b'-')) => {
                    self.at = after(start + 2, "\n");
                    continue;
                }
                (b'/', Some(b'*')) => {
                    self.at = after(start + 2, "*/");
                    continue;
                }
                (b' ' | b'\t' | b'\n' | b'\r' | 0x0c, _) => {
                    self.at += 1;
                    continue;
                }
                // A doubled quote reads as two literals side by side, which is just as good here.
                (b'\'', _) => {
                    self.at = after(start + 1, "'");
                    Token::Other
                }
                (b'"', _) => {
                    self.at = after(start + 1, "\"");
                    Token::Other
                }
                (b'`', _) => {
                    self.at = after(start + 1, "`");
                    Token::Other
                }
                (b'[', _) => {
                    self.at = after(start + 1, "]");
                    Token::Other
                }
                _ if is_word(byte) => {
                    let length = bytes[start..].iter().take_while(|b| is_word(**b)).count();
                    self.at = start + length;
                    Token::Word(self.text.get(start..self.at).unwrap_or_default())
                }
                _ => {
                    self.at += 1;
                    match byte {
                        b';' => Token::Semicolon,
                        b'(' => Token::Open,
                        b')' => Token::Close,
                        b'=' => Token::Equals,
                        _ => Token::Other,
                    }
                }
            };
            return Some((token, self.at));
        }
    }
}

fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

fn is_one_of(word: &str, list: &[&str]) -> bool {
    list.iter().any(|item| word.eq_ignore_ascii_case(item))
}

/// PRAGMAs that only read, as long as nothing is assigned.
const READING_PRAGMAS: &[&str] = &[
    "foreign_key_check",
    "foreign_key_list",
    "foreign_keys",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "journal_mode",
    "page_count",
    "page_size",
    "quick_check",
    "synchronous",
    "table_info",
    "table_list",
    "table_xinfo",
    "user_version",
];

pub(super) fn kind(text: &str) -> Kind {
    let mut tokens = tokens(text).map(|(token, _)| token);
    let Some(Token::Word(first)) = tokens.next() else {
        return Kind::Write;
    };
    if is_one_of(first, &["SELECT", "VALUES", "EXPLAIN"]) {
        return Kind::Read;
    }
    if is_one_of(
        first,
        &["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"],
    ) {
        return Kind::Transaction;
    }
    if is_one_of(first, &["VACUUM", "ATTACH", "DETACH"]) {
        return Kind::Alone;
    }
    if first.eq_ignore_ascii_case("PRAGMA") {
        let reads =
            matches!(tokens.next(), Some(Token::Word(name)) if is_one_of(name, READING_PRAGMAS));
        return if reads && !tokens.any(|token| token == Token::Equals) {
            Kind::Read
        } else {
            Kind::Alone
        };
    }
    if first.eq_ignore_ascii_case("WITH") {
        // The first verb outside the parentheses of the common table expressions says what it is.
        let mut depth = 0_i32;
        for token in tokens {
            match token {
                Token::Open => depth += 1,
                Token::Close => depth -= 1,
                Token::Word(word) if depth == 0 => {
                    if is_one_of(word, &["SELECT", "VALUES"]) {
                        return Kind::Read;
                    }
                    if is_one_of(word, &["INSERT", "UPDATE", "DELETE", "REPLACE"]) {
                        return Kind::Write;
                    }
                }
                _ => {}
            }
        }
    }
    Kind::Write
}

/// Splits a script at its semicolons, except those in literals, comments and trigger bodies. Empty statements are left out.
pub(super) fn split(script: &str) -> Vec<&str> {
    let mut statements = Vec::new();
    let mut start = 0;
    let mut words = 0;
    let mut creates = false;
    let mut is_trigger = false;
    // Open BEGIN and CASE blocks of a trigger.
    let mut depth = 0_u32;
    let mut is_empty = true;
    for (token, end) in tokens(script) {
        match token {
            Token::Semicolon if depth == 0 => {
                if !is_empty {
                    statements.push(script[start..end - 1].trim());
                }
                (start, words, creates, is_trigger, is_empty) = (end, 0, false, false, true);
                continue;
            }
            Token::Word(word) => {
                // CREATE [TEMP | TEMPORARY] TRIGGER
                if words == 0 {
                    creates = word.eq_ignore_ascii_case("CREATE");
                } else if words <= 2 && creates && word.eq_ignore_ascii_case("TRIGGER") {
                    is_trigger = true;
                } else if is_trigger && is_one_of(word, &["BEGIN", "CASE"]) {
                    depth += 1;
                } else if is_trigger && word.eq_ignore_ascii_case("END") {
                    depth = depth.saturating_sub(1);
                }
                words += 1;
            }
            _ => {}
        }
        is_empty = false;
    }
    if !is_empty {
        statements.push(script[start..].trim());
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::{Kind, kind, split};

    #[test]
    fn reads_and_writes_are_told_apart() {
        for (text, expected) in [
            ("SELECT 1", Kind::Read),
            (" -- why\n /* and */ select 1", Kind::Read),
            ("VALUES (1)", Kind::Read),
            ("WITH a AS (SELECT 1) SELECT * FROM a", Kind::Read),
            ("WITH a AS (SELECT 'INSERT') SELECT ')' FROM a", Kind::Read),
            (
                "WITH RECURSIVE a(n) AS (VALUES (1)), b AS MATERIALIZED (SELECT 1) INSERT INTO t SELECT n FROM a",
                Kind::Write,
            ),
            (
                "WITH a AS (SELECT 1) UPDATE t SET b = 1 RETURNING id",
                Kind::Write,
            ),
            ("INSERT INTO t VALUES (1) RETURNING id", Kind::Write),
            ("EXPLAIN QUERY PLAN DELETE FROM t", Kind::Read),
            ("PRAGMA table_info(t)", Kind::Read),
            ("PRAGMA user_version", Kind::Read),
            ("PRAGMA user_version = 3", Kind::Alone),
            ("PRAGMA wal_checkpoint(TRUNCATE)", Kind::Alone),
            ("VACUUM INTO ?1", Kind::Alone),
            ("begin immediate", Kind::Transaction),
            ("ROLLBACK TO a", Kind::Transaction),
            ("REPLACE INTO t VALUES (1)", Kind::Write),
            ("", Kind::Write),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn a_script_is_split_at_real_ends_only() {
        let script = "CREATE TABLE a (b TEXT DEFAULT 'x;''y'); -- one; two\n/* ; */ ;;\nINSERT INTO \"a;b\" VALUES ('é;')\n;\
            CREATE TRIGGER t AFTER UPDATE ON a WHEN CASE new.b WHEN 1 THEN 1 END BEGIN\n  UPDATE a SET b = CASE WHEN 1 THEN 'END;' ELSE 2 END;\n\
            SELECT 1;\nEND;\nSELECT [a;b]; -- the end";
        let statements = split(script);
        assert_eq!(statements.len(), 4, "{statements:#?}");
        assert_eq!(statements[0], "CREATE TABLE a (b TEXT DEFAULT 'x;''y')");
        assert!(statements[1].ends_with("VALUES ('é;')"));
        assert!(
            statements[2].starts_with("CREATE TRIGGER")
                && statements[2].ends_with("SELECT 1;\nEND")
        );
        assert_eq!(statements[3], "SELECT [a;b]");
        assert!(split(" -- nothing\n").is_empty());
        assert_eq!(split("SELECT 'open; ").len(), 1);
    }
}
