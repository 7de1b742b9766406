//! Takes a list in: from the bytes of a file, or from the rows of another set, to checked rows in the database. Memory is
//! bounded: a file streams through a thousand rows at a time. Whoever waits sees how far it is: each pack notes that with its rows.

mod again;
mod check;
mod decode;
mod inflate;
mod markup;
mod records;
mod shape;
mod workbook;

use super::columns::Column;
use super::model::{RecipientSet, Typo};
use super::repo;
use crate::error::AppError;
use crate::ids::RecipientSetId;
use crate::server::AppState;
use crate::server::errors::internal;
use check::{Checker, Pack, Tally};
use decode::{Utf8Reader, encoding_of};
use encoding_rs::Encoding;
use records::{Fault, Records};
use shape::Shape;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use workbook::Workbook;

pub use again::{Change, rebuild};
pub use check::{Checked, Note};
pub use workbook::Sheet;

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

/// What a file holds, by its content, whatever it is called.
pub enum Content {
    /// Values apart by separators, or addresses.
    Text,
    /// The sheets of a workbook that hold a table.
    Sheets(Vec<Sheet>),
}

/// One workbook at a time in a process: all texts that its cells share are held in memory while it is read.
static WORKBOOKS: Semaphore = Semaphore::const_new(1);
/// How often a list that waits for its turn says that it is still to be read.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

/// Waits until no other workbook is read. The permit belongs into the thread that reads.
async fn turn(app: &AppState, set: RecipientSetId) -> Result<SemaphorePermit<'static>, Refusal> {
    loop {
        match tokio::time::timeout(SIGN_OF_LIFE, WORKBOOKS.acquire()).await {
            Ok(permit) => return permit.map_err(|error| Refusal::Ours(internal(&error))),
            Err(_) => {
                let sign = repo::update_progress(set, 0, 0, app.now());
                app.db
                    .exec(sign)
                    .await
                    .map_err(|error| Refusal::Ours(error.into()))?;
            }
        }
    }
}

/// Looks at a file, and refuses a workbook that would not stay small.
pub async fn look(
    app: &AppState,
    set: RecipientSetId,
    mut file: File,
) -> Result<(File, Content), Refusal> {
    let (mut file, is_archive) = in_thread(move || {
        file.rewind()?;
        let mut magic = [0; 4];
        let is_archive = file.read_exact(&mut magic).is_ok() && magic == *b"PK\x03\x04";
        Ok((file, is_archive))
    })
    .await?;
    if !is_archive {
        return Ok((file, Content::Text));
    }
    let permit = turn(app, set).await?;
    in_thread(move || {
        let _turn = permit;
        inflate::check(&mut file)?;
        let sheets = Workbook::open(file.try_clone()?)?.sheets()?;
        Ok((file, Content::Sheets(sheets)))
    })
    .await
}

/// Reads a text file into an empty set.
pub async fn read_text(app: &AppState, set: RecipientSetId, file: File) -> Result<Totals, Refusal> {
    read(app, set, move |sender| text_packs(file, sender)).await
}

/// Reads a sheet of a workbook that [`look`] let pass into an empty set.
pub async fn read_sheet(
    app: &AppState,
    set: RecipientSetId,
    file: File,
    sheet: Sheet,
) -> Result<Totals, Refusal> {
    let permit = turn(app, set).await?;
    read(app, set, move |sender| {
        let _turn = permit;
        sheet_packs(file, &sheet, sender)
    })
    .await
}

/// Checks one row of a set by itself; `fields` stand in the order of its columns.
pub fn check_row(set: &RecipientSet, fields: &[String]) -> Checked {
    let names: Vec<String> = set
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    let email = set
        .columns
        .iter()
        .position(|column| column.key == set.email_column);
    Checker::new(&names, email).check(fields, None)
}

async fn read(
    app: &AppState,
    set: RecipientSetId,
    packs: impl FnOnce(&mpsc::Sender<Pack>) -> Result<Checker, Refusal> + Send + 'static,
) -> Result<Totals, Refusal> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    // Decoding and checking is work for a thread of its own; it waits when the database is slower.
    let reader = in_thread(move || packs(&sender));
    let (checker, stored) = tokio::join!(reader, store(app, set, receiver));
    // The database's fault comes first: it is why the reader stopped.
    let tally = stored.map_err(Refusal::Ours)?;
    totals(&checker?, &tally)
}

async fn in_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Refusal::Ours(internal(&error)))?
}

fn text_packs(mut file: File, sender: &mpsc::Sender<Pack>) -> Result<Checker, Refusal> {
    file.rewind()?;
    let encoding = encoding_of(&mut file).map_err(|fault| match fault {
        Ok(sentence) => Refusal::List(sentence),
        Err(error) => Refusal::from(error),
    })?;
    let shape = shape_of(&mut file, encoding)?;
    let size = file.metadata()?.len().max(1);
    file.rewind()?;
    let seen = Rc::new(Cell::new(0));
    let counted = Counted {
        file,
        seen: seen.clone(),
    };
    let mut records = Records::new(Utf8Reader::new(counted, encoding), &shape.form)?;
    let mut checker = Checker::new(&shape.headings, shape.email);
    while let Some(raw) = records.next()? {
        let share = i64::try_from(seen.get() * 1_000 / size).unwrap_or_default();
        if !hand_over(checker.push(raw), share, sender) {
            return Ok(checker);
        }
    }
    let _ = hand_over(checker.finish(), 1_000, sender);
    Ok(checker)
}

fn sheet_packs(file: File, sheet: &Sheet, sender: &mpsc::Sender<Pack>) -> Result<Checker, Refusal> {
    let mut checker = Checker::new(&sheet.head.headings, sheet.head.email);
    let mut book = Workbook::open(file)?;
    book.read(sheet, |raw, share| {
        hand_over(checker.push(raw), share, sender)
    })?;
    let _ = hand_over(checker.finish(), 1_000, sender);
    Ok(checker)
}

/// False when nobody listens any more, which happens only if storing failed, and then that is reported.
fn hand_over(pack: Option<Pack>, share: i64, sender: &mpsc::Sender<Pack>) -> bool {
    let Some(mut pack) = pack else {
        return true;
    };
    pack.share = share.min(1_000);
    sender.blocking_send(pack).is_ok()
}

/// Counts what was read of a file.
struct Counted {
    file: File,
    seen: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(out)?;
        self.seen.set(self.seen.get() + n as u64);
        Ok(n)
    }
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
    app: &AppState,
    set: RecipientSetId,
    mut packs: mpsc::Receiver<Pack>,
) -> Result<Tally, AppError> {
    let mut tally = Tally::default();
    while let Some(pack) = packs.recv().await {
        store_pack(app, set, &pack, &mut tally).await?;
    }
    Ok(tally)
}

async fn store_pack(
    app: &AppState,
    set: RecipientSetId,
    pack: &Pack,
    tally: &mut Tally,
) -> Result<(), AppError> {
    let read = tally.rows() + i64::try_from(pack.rows).unwrap_or_default();
    let outcomes = app
        .db
        .batch(vec![
            repo::insert_rows(set, &pack.json),
            repo::update_progress(set, read, pack.share, app.now()),
        ])
        .await?;
    for row in outcomes.first().map_or(&[][..], |outcome| &outcome.rows) {
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
