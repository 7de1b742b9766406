//! Checks rows and packs them for the database: a thousand at a time, each pack one JSON text well under a megabyte.

use super::super::columns::{Column, keyed};
use super::super::model::{RowStatus, Typo};
use super::super::typo;
use super::records::Raw;
use crate::mail::address;
use std::collections::{BTreeMap, HashMap};

/// What one statement takes in (at most a thousand rows, at most a megabyte).
const PACK_ROWS: usize = 1_000;
const PACK_BYTES: usize = 700_000;
/// Longest value of a cell, in characters.
const MAX_VALUE_CHARS: usize = 10_000;
/// Longest JSON of a row, in bytes.
const MAX_DATA_BYTES: usize = 64 * 1024;
/// Misspelt domains that are kept count of.
const MAX_TYPOS: usize = 50;

/// What must be remembered about a row until the database has said what became of it.
#[derive(Clone, Debug, Default)]
pub struct Note {
    /// Columns without a value.
    pub empty: Vec<u16>,
    /// A domain that looks misspelt, and the one that was probably meant.
    pub typo: Option<(String, String)>,
}

/// A row by itself: whether its address is one, and what it holds.
#[derive(Clone, Debug)]
pub struct Checked {
    pub address: String,
    /// What is compared.
    pub key: String,
    /// The merge data, as JSON.
    pub data: String,
    /// Why it cannot be mailed; empty where it can.
    pub problem: String,
    pub note: Note,
}

/// Rows ready for the database: a JSON array of `[position, line, address, address_key, data, problem, twin]`, where `twin` is
/// the line of an earlier row of this pack with the same address.
#[derive(Debug)]
pub struct Pack {
    pub json: String,
    pub rows: usize,
    /// How much of the list is read with it, per mille.
    pub share: i64,
    first: i64,
    notes: Vec<Note>,
}

/// Turns raw rows into packs.
#[derive(Debug)]
pub struct Checker {
    columns: Vec<Column>,
    /// `None`: nobody knows yet; every row waits as invalid without a problem.
    email: Option<usize>,
    /// The column that takes the name of `Name <address>` when its own cell is empty.
    name: Option<usize>,
    position: i64,
    seen: HashMap<String, i64>,
    pack: Pack,
}

impl Pack {
    fn starting(first: i64) -> Self {
        Pack {
            json: String::from("["),
            rows: 0,
            share: 0,
            first,
            notes: Vec::new(),
        }
    }
}

impl Checker {
    pub fn new(headings: &[String], email: Option<usize>) -> Self {
        let columns = keyed(headings, email);
        let name = columns.iter().position(|column| column.key == "name");
        Checker {
            columns,
            email,
            name,
            position: 0,
            seen: HashMap::new(),
            pack: Pack::starting(1),
        }
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The merge name of the column of addresses; empty while it is unknown.
    pub fn email_key(&self) -> &str {
        self.email
            .and_then(|i| self.columns.get(i))
            .map_or("", |column| &column.key)
    }

    /// Takes a row; returns a pack when one is full.
    pub fn push(&mut self, raw: Raw) -> Option<Pack> {
        self.push_again(raw, None)
    }

    /// Takes a row that was checked before and may have been found broken then.
    pub fn push_again(&mut self, raw: Raw, problem: Option<String>) -> Option<Pack> {
        let full = (self.pack.rows >= PACK_ROWS || self.pack.json.len() >= PACK_BYTES)
            .then(|| self.close());
        self.add(raw, problem);
        full
    }

    /// What is left, at the end.
    pub fn finish(&mut self) -> Option<Pack> {
        (self.pack.rows > 0).then(|| self.close())
    }

    fn close(&mut self) -> Pack {
        self.seen.clear();
        let mut pack = std::mem::replace(&mut self.pack, Pack::starting(self.position + 1));
        pack.json.push(']');
        pack
    }

    /// Looks at the values of a row, in the order of the columns. `known`: what was found wrong with it before.
    pub fn check(&self, fields: &[String], known: Option<String>) -> Checked {
        let mut problem = known.or_else(|| extra_values(fields, self.columns.len()));
        let mut values: Vec<String> = fields
            .iter()
            .take(self.columns.len())
            .map(|value| clean(value))
            .collect();
        values.resize(self.columns.len(), String::new());
        for (value, column) in values.iter_mut().zip(&self.columns) {
            if let Some((cut, _)) = value.char_indices().nth(MAX_VALUE_CHARS) {
                value.truncate(cut);
                problem.get_or_insert(format!(
                    "The value of “{}” is longer than 10,000 characters.",
                    column.name
                ));
            }
        }
        let mut note = Note::default();
        let (mut shown, mut key) = (String::new(), String::new());
        if let Some(email) = self.email {
            let raw_address = values.get(email).cloned().unwrap_or_default();
            match address::parse(&raw_address) {
                Ok(found) => {
                    if let (Some(name), false) = (self.name, found.name.is_empty())
                        && values[name].is_empty()
                    {
                        values[name].clone_from(&found.name);
                    }
                    if let Some((_, domain)) = found.key.split_once('@') {
                        note.typo = typo::meant(domain).map(|meant| (domain.to_owned(), meant));
                    }
                    values[email].clone_from(&found.address);
                    (shown, key) = (found.address, found.key);
                }
                Err(sentence) => {
                    shown = raw_address.chars().take(320).collect();
                    key = shown.to_lowercase();
                    problem = Some(sentence);
                }
            }
        }
        let empty = values
            .iter()
            .enumerate()
            .filter(|(_, value)| value.is_empty());
        note.empty = empty.filter_map(|(i, _)| u16::try_from(i).ok()).collect();
        let data = self.data(&values, &shown);
        let data = if data.len() > MAX_DATA_BYTES {
            problem.get_or_insert_with(|| "This row holds more than 64 KB.".into());
            "{}".to_owned()
        } else {
            data
        };
        Checked {
            address: shown,
            key,
            data,
            problem: problem.unwrap_or_default(),
            note,
        }
    }

    fn add(&mut self, raw: Raw, known: Option<String>) {
        self.position += 1;
        let checked = self.check(&raw.fields, known);
        let twin = if checked.problem.is_empty() && self.email.is_some() {
            self.twin_of(&checked.key, raw.line)
        } else {
            None
        };
        let row = (
            self.position,
            raw.line,
            &checked.address,
            &checked.key,
            &checked.data,
            &checked.problem,
            twin,
        );
        if self.pack.rows > 0 {
            self.pack.json.push(',');
        }
        // Numbers and texts always serialise.
        self.pack
            .json
            .push_str(&serde_json::to_string(&row).unwrap_or_default());
        self.pack.rows += 1;
        self.pack.notes.push(checked.note);
    }

    /// The line of an earlier row of this pack with this address; remembers the row otherwise.
    fn twin_of(&mut self, key: &str, line: i64) -> Option<i64> {
        let twin = self.seen.get(key).copied();
        if twin.is_none() {
            self.seen.insert(key.to_owned(), line);
        }
        twin
    }

    /// The merge data: every column by its key, and the address as `email`.
    fn data(&self, values: &[String], address: &str) -> String {
        let mut data: BTreeMap<&str, &str> = self
            .columns
            .iter()
            .zip(values)
            .map(|(column, value)| (column.key.as_str(), value.as_str()))
            .collect();
        if self.email.is_some() {
            data.insert("email", address);
        }
        serde_json::to_string(&data).unwrap_or_else(|_| "{}".into())
    }
}

/// Without what the database cannot hold, and without blanks around.
fn clean(value: &str) -> String {
    let value = value.trim();
    if value.contains('\0') {
        value.replace('\0', "")
    } else {
        value.to_owned()
    }
}

fn extra_values(fields: &[String], columns: usize) -> Option<String> {
    let extra = fields.get(columns..)?;
    extra.iter().any(|value| !value.trim().is_empty()).then(|| {
        format!(
            "This row has {} values, but the list has {columns} columns. Is a value with a separator in it missing its quotation marks?",
            fields.len()
        )
    })
}

/// What the rows came to, counted as the database says what became of each.
#[derive(Debug, Default)]
pub struct Tally {
    pub valid: i64,
    pub invalid: i64,
    pub duplicate: i64,
    pub suppressed: i64,
    /// Valid rows without a value, by column.
    empty: BTreeMap<u16, i64>,
    typos: BTreeMap<String, (String, i64)>,
}

impl Tally {
    pub fn add(&mut self, pack: &Pack, position: i64, status: RowStatus) {
        match status {
            RowStatus::Valid => self.valid += 1,
            RowStatus::Invalid => self.invalid += 1,
            RowStatus::Duplicate => self.duplicate += 1,
            RowStatus::Suppressed => self.suppressed += 1,
        }
        let note = usize::try_from(position - pack.first)
            .ok()
            .and_then(|at| pack.notes.get(at));
        let (RowStatus::Valid, Some(note)) = (status, note) else {
            return;
        };
        for column in &note.empty {
            *self.empty.entry(*column).or_default() += 1;
        }
        if let Some((from, to)) = &note.typo {
            if let Some((_, n)) = self.typos.get_mut(from) {
                *n += 1;
            } else if self.typos.len() < MAX_TYPOS {
                self.typos.insert(from.clone(), (to.clone(), 1));
            }
        }
    }

    pub fn rows(&self) -> i64 {
        self.valid + self.invalid + self.duplicate + self.suppressed
    }

    /// The columns with their gaps counted.
    pub fn columns(&self, columns: &[Column]) -> Vec<Column> {
        let empty = |i| self.empty.get(&i).copied().unwrap_or_default();
        (0..)
            .zip(columns)
            .map(|(i, column)| Column {
                empty: empty(i),
                ..column.clone()
            })
            .collect()
    }

    /// Misspelt domains, most frequent first.
    pub fn typos(&self) -> Vec<Typo> {
        let mut typos: Vec<Typo> = self
            .typos
            .iter()
            .map(|(from, (to, count))| Typo {
                from: from.clone(),
                to: to.clone(),
                count: *count,
            })
            .collect();
        typos.sort_by_key(|typo| -typo.count);
        typos
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn rows(checker: &mut Checker, lines: &[&[&str]]) -> Vec<Value> {
        for (i, fields) in lines.iter().enumerate() {
            let line = i64::try_from(i).unwrap() + 2;
            let fields = fields.iter().map(|field| (*field).to_owned()).collect();
            assert!(checker.push(Raw { line, fields }).is_none());
        }
        let pack = checker.finish().unwrap();
        serde_json::from_str::<Vec<Value>>(&pack.json).unwrap()
    }

    #[test]
    fn rows_carry_address_data_and_what_is_wrong() {
        let headings = ["Name".to_owned(), "E-Mail".to_owned()];
        let mut checker = Checker::new(&headings, Some(1));
        let rows = rows(
            &mut checker,
            &[
                &[" Ann\0 ", "Ann@Example.com"],
                &["", "Bob Roe <bob@example.com>"],
                &["x"],
                &["Ann 2", "ann@example.com", "oops"],
                &["Ann 3", "ANN@example.com"],
                &["Ann 4", "Ann@example.com", " "],
            ],
        );
        let data = |i: usize| serde_json::from_str::<Value>(rows[i][4].as_str().unwrap()).unwrap();
        assert_eq!(
            data(0),
            json!({"name": "Ann", "e_mail": "Ann@example.com", "email": "Ann@example.com"})
        );
        assert_eq!(
            (&rows[0][2], &rows[0][3]),
            (&json!("Ann@example.com"), &json!("ann@example.com"))
        );
        assert_eq!(data(1)["name"], "Bob Roe");
        assert!(rows[2][5].as_str().unwrap().contains("no address"));
        assert!(rows[3][5].as_str().unwrap().contains("3 values"));
        assert_eq!((&rows[4][5], &rows[4][6]), (&json!(""), &json!(2)));
        assert_eq!(rows[5][6], json!(2));
    }

    #[test]
    fn packs_stay_within_rows_and_bytes() {
        let headings = ["Email".to_owned(), "Text".to_owned()];
        let mut checker = Checker::new(&headings, Some(0));
        let mut packs = Vec::new();
        for i in 0..2_500 {
            let text = if i < 2_000 {
                String::new()
            } else {
                "x".repeat(5_000)
            };
            packs.extend(checker.push(Raw {
                line: i,
                fields: vec![format!("a{i}@example.com"), text],
            }));
        }
        packs.extend(checker.finish());
        assert_eq!(packs.iter().map(|pack| pack.rows).sum::<usize>(), 2_500);
        assert!(
            packs
                .iter()
                .all(|pack| pack.rows <= 1_000 && pack.json.len() < 1_000_000)
        );
        assert_eq!(packs[1].first, 1_001);
    }

    #[test]
    fn gaps_and_slips_are_counted_among_the_valid() {
        let headings = ["Email".to_owned(), "Name".to_owned()];
        let mut checker = Checker::new(&headings, Some(0));
        for (line, fields) in [
            ["a@gmial.com", ""],
            ["b@gmial.com", "Bob"],
            ["c@gmial.com", ""],
        ]
        .iter()
        .enumerate()
        {
            checker.push(Raw {
                line: line as i64,
                fields: fields.map(String::from).into(),
            });
        }
        let pack = checker.finish().unwrap();
        let mut tally = Tally::default();
        for (position, status) in [
            (1, RowStatus::Valid),
            (2, RowStatus::Valid),
            (3, RowStatus::Suppressed),
        ] {
            tally.add(&pack, position, status);
        }
        assert_eq!(tally.columns(checker.columns())[1].empty, 1);
        assert_eq!(
            tally.typos(),
            [Typo {
                from: "gmial.com".into(),
                to: "gmail.com".into(),
                count: 2
            }]
        );
        assert_eq!((tally.valid, tally.suppressed, tally.rows()), (2, 1, 3));
    }
}
