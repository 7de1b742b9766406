//! Makes a set from another one: its rows read again with their addresses in another column, other headings, fewer columns, or
//! misspelt domains put right.

use super::check::{Checker, Pack, Tally};
use super::records::Raw;
use super::{Refusal, Totals, store_pack, totals};
use crate::features::drafts::recipients::model::{RecipientSet, RowStatus, Typo};
use crate::features::drafts::recipients::repo;
use crate::ids::RecipientSetId;
use crate::mail::address;
use crate::server::AppState;
use crate::server::db::DbError;

/// How a set differs from the one it is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: a copy that may be edited.
    Nothing,
    /// The addresses stand in the column with this key; the columns have these headings, and those without are left out.
    Columns {
        email: String,
        headings: Vec<Option<String>>,
    },
    /// Addresses at misspelt domains move to those that were meant.
    Domains(Vec<Typo>),
}

/// Fills an empty set with the rows of another one, changed and checked again.
pub async fn rebuild(
    app: &AppState,
    old: &RecipientSet,
    change: &Change,
    new: RecipientSetId,
) -> Result<Totals, Refusal> {
    let (email_key, headings) = match change {
        Change::Columns { email, headings } => (email, headings.clone()),
        Change::Nothing | Change::Domains(_) => (&old.email_column, kept(old)),
    };
    let is_email = |key: &String| key == email_key;
    let columns: Vec<_> = old
        .columns
        .iter()
        .zip(headings)
        .filter_map(|(column, heading)| Some((column.key.clone(), heading?)))
        .collect();
    let Some(email) = columns.iter().position(|(key, _)| is_email(key)) else {
        return Err(Refusal::List(
            "This list has no such column. Choose another one.".into(),
        ));
    };
    let headings: Vec<String> = columns.iter().map(|(_, heading)| heading.clone()).collect();
    let mut checker = Checker::new(&headings, Some(email));
    let mut tally = Tally::default();
    let all = (old.valid + old.invalid + old.duplicate + old.suppressed).max(1);
    let (mut after, mut seen) = (0, 0);
    loop {
        let page = app
            .db
            .query(repo::select_after(old.id, after, 1_000))
            .await
            .map_err(ours)?;
        let Some(last) = page.last() else { break };
        after = last.get("position").map_err(ours)?;
        for row in &page {
            let row = repo::recipient(row).map_err(ours)?;
            let mut fields: Vec<String> = columns
                .iter()
                .map(|(key, _)| row.value(key).to_owned())
                .collect();
            if let (Change::Domains(typos), Some(address)) = (change, fields.get_mut(email)) {
                correct(address, typos);
            }
            // A fault of the row itself, not of its address, stays.
            let is_broken = row.status == RowStatus::Invalid
                && !row.problem.is_empty()
                && (old.email_column.is_empty() || address::parse(&row.address).is_ok());
            let problem = is_broken.then_some(row.problem);
            let raw = Raw {
                line: row.line,
                fields,
            };
            seen += 1;
            let pack = checker.push_again(raw, problem);
            keep(app, new, pack, seen * 1_000 / all, &mut tally).await?;
        }
    }
    keep(app, new, checker.finish(), 1_000, &mut tally).await?;
    totals(&checker, &tally)
}

fn kept(set: &RecipientSet) -> Vec<Option<String>> {
    set.columns
        .iter()
        .map(|column| Some(column.name.clone()))
        .collect()
}

async fn keep(
    app: &AppState,
    set: RecipientSetId,
    pack: Option<Pack>,
    share: i64,
    tally: &mut Tally,
) -> Result<(), Refusal> {
    let Some(mut pack) = pack else {
        return Ok(());
    };
    pack.share = share.min(1_000);
    store_pack(app, set, &pack, tally)
        .await
        .map_err(Refusal::Ours)
}

fn ours(error: DbError) -> Refusal {
    Refusal::Ours(error.into())
}

fn correct(address: &mut String, typos: &[Typo]) {
    if let Ok(found) = address::parse(address)
        && let Some((local, domain)) = found.address.split_once('@')
        && let Some(typo) = typos.iter().find(|typo| typo.from == domain)
    {
        *address = format!("{local}@{}", typo.to);
    }
}
