//! Takes a list in: from the bytes of a file, or from the rows of another set, to checked rows in the database. Memory is
//! bounded: a file streams through a thousand rows at a time.

mod check;
mod decode;
mod records;
mod shape;

use super::model::{Column, RecipientSet, RowStatus, Typo};
use super::repo;
use crate::error::AppError;
use crate::ids::RecipientSetId;
use crate::mail::address;
use crate::server::db::Db;
use crate::server::errors::internal;
use check::{Checker, Pack, Tally};
use decode::{Utf8Reader, encoding_of};
use encoding_rs::Encoding;
use records::{Fault, Raw, Records};
use shape::Shape;
use std::fs::File;
use std::io::{self, Read, Seek};
use tokio::sync::mpsc;

/// How much text the shape of a list is found from.
const SAMPLE_BYTES: u64 = 128 * 1024;
/// Packs that may wait for the database.
const AHEAD: usize = 2;

/// What a list came to, once its last row is in.
#[derive(Debug, Default)]
pub struct Totals {
    pub columns: Vec<Column>,
    /// Empty: the column of addresses is yet to be chosen.
    pub email_column: String,
    pub typos: Vec<Typo>,
    pub valid: i64,
    pub invalid: i64,
    pub duplicate: i64,
    pub suppressed: i64,
}

/// Why a list could not be taken in.
#[derive(Debug)]
pub enum Refusal {
    /// The list is at fault; the sentence is for whoever sent it.
    List(String),
    /// We are.
    Ours(AppError),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Sentence(sentence) => Refusal::List(sentence),
            Fault::Io(error) => Refusal::Ours(internal(&error)),
        }
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Refusal::Ours(internal(&error))
    }
}

/// Reads a file into an empty set.
pub async fn read_file(db: &Db, set: RecipientSetId, file: File) -> Result<Totals, Refusal> {
    let (sender, packs) = mpsc::channel(AHEAD);
    // Decoding and checking is work for a thread of its own; it waits when the database is slower.
    let reader = tokio::task::spawn_blocking(move || read_packs(file, &sender));
    let stored = store(db, set, packs).await;
    let checker = reader
        .await
        .map_err(|error| Refusal::Ours(internal(&error)))?;
    // The database's fault comes first: it is why the reader stopped.
    let tally = stored.map_err(Refusal::Ours)?;
    totals(&checker?, &tally)
}

fn read_packs(mut file: File, sender: &mpsc::Sender<Pack>) -> Result<Checker, Refusal> {
    file.rewind()?;
    let encoding = encoding_of(&mut file).map_err(|fault| match fault {
        Ok(sentence) => Refusal::List(sentence),
        Err(error) => Refusal::from(error),
    })?;
    let shape = shape_of(&mut file, encoding)?;
    file.rewind()?;
    let mut records = Records::new(Utf8Reader::new(file, encoding), &shape.form)?;
    let mut checker = Checker::new(&shape.headings, shape.email);
    while let Some(raw) = records.next()? {
        if let Some(pack) = checker.push(raw)
            && sender.blocking_send(pack).is_err()
        {
            return Ok(checker);
        }
    }
    if let Some(pack) = checker.finish() {
        // Nobody listens any more only if storing failed, and then that is reported.
        let _ = sender.blocking_send(pack);
    }
    Ok(checker)
}

fn shape_of(file: &mut File, encoding: &'static Encoding) -> Result<Shape, Refusal> {
    file.rewind()?;
    let mut sample = String::new();
    let mut reader = Utf8Reader::new(&*file, encoding);
    // Cutting within a letter is the reader's business: it hands out whole buffers of valid UTF-8.
    let mut bytes = Vec::new();
    reader.by_ref().take(SAMPLE_BYTES).read_to_end(&mut bytes)?;
    let is_all = reader.read(&mut [0])? == 0;
    sample.push_str(&String::from_utf8_lossy(&bytes));
    shape::detect(&sample, is_all).map_err(Refusal::List)
}

async fn store(
    db: &Db,
    set: RecipientSetId,
    mut packs: mpsc::Receiver<Pack>,
) -> Result<Tally, AppError> {
    let mut tally = Tally::default();
    while let Some(pack) = packs.recv().await {
        store_pack(db, set, &pack, &mut tally).await?;
    }
    Ok(tally)
}

async fn store_pack(
    db: &Db,
    set: RecipientSetId,
    pack: &Pack,
    tally: &mut Tally,
) -> Result<(), AppError> {
    let rows = db.query(repo::insert_rows(set, &pack.json)).await?;
    for row in &rows {
        let (position, status) = repo::taken(row)?;
        tally.add(pack, position, status);
    }
    Ok(())
}

fn totals(checker: &Checker, tally: &Tally) -> Result<Totals, Refusal> {
    if tally.rows() == 0 {
        return Err(Refusal::List(
            "There are no recipients in this list, only headings.".into(),
        ));
    }
    Ok(Totals {
        columns: tally.columns(checker.columns()),
        email_column: checker.email_key().to_owned(),
        typos: tally.typos(),
        valid: tally.valid,
        invalid: tally.invalid,
        duplicate: tally.duplicate,
        suppressed: tally.suppressed,
    })
}

/// How a set differs from the one it is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The addresses stand in this column (its key).
    EmailColumn(String),
    /// Addresses at one domain move to another.
    Domain { from: String, to: String },
}

/// Fills an empty set with the rows of another one, changed and checked again.
pub async fn rebuild(
    db: &Db,
    old: &RecipientSet,
    change: &Change,
    new: RecipientSetId,
) -> Result<Totals, Refusal> {
    let email_key = match change {
        Change::EmailColumn(key) => key,
        Change::Domain { .. } => &old.email_column,
    };
    let Some(email) = old
        .columns
        .iter()
        .position(|column| column.key == *email_key)
    else {
        return Err(Refusal::List(
            "This list has no such column. Choose another one.".into(),
        ));
    };
    let headings: Vec<String> = old
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    let mut checker = Checker::new(&headings, Some(email));
    let mut tally = Tally::default();
    let mut after = 0;
    loop {
        let page = db
            .query(repo::select_after(old.id, after, 1_000))
            .await
            .map_err(ours)?;
        let Some(last) = page.last() else { break };
        after = last.get("position").map_err(ours)?;
        for row in &page {
            let row = repo::recipient(row).map_err(ours)?;
            let mut fields: Vec<String> = old
                .columns
                .iter()
                .map(|column| {
                    row.data
                        .get(&column.key)
                        .and_then(|value| value.as_str())
                        .unwrap_or_default()
                        .to_owned()
                })
                .collect();
            if let (Change::Domain { from, to }, Some(address)) = (change, fields.get_mut(email)) {
                move_domain(address, from, to);
            }
            // A fault of the row itself, not of its address, stays.
            let is_broken = row.status == RowStatus::Invalid
                && !row.problem.is_empty()
                && (old.email_column.is_empty() || address::parse(&row.address).is_ok());
            let problem = is_broken.then_some(row.problem);
            if let Some(pack) = checker.push_again(
                Raw {
                    line: row.line,
                    fields,
                },
                problem,
            ) {
                store_pack(db, new, &pack, &mut tally)
                    .await
                    .map_err(Refusal::Ours)?;
            }
        }
    }
    if let Some(pack) = checker.finish() {
        store_pack(db, new, &pack, &mut tally)
            .await
            .map_err(Refusal::Ours)?;
    }
    totals(&checker, &tally)
}

fn ours(error: crate::server::db::DbError) -> Refusal {
    Refusal::Ours(error.into())
}

fn move_domain(address: &mut String, from: &str, to: &str) {
    if let Ok(found) = address::parse(address)
        && let Some((local, domain)) = found.address.split_once('@')
        && domain == from
    {
        *address = format!("{local}@{to}");
    }
}
