//! The rows of a list, by what became of them: found, paged through, and corrected in place.

use super::super::super::recipients::columns::Column;
use super::super::super::recipients::model::{
    Recipient, RecipientSet, RowFilter, RowPage, RowStatus,
};
use super::Actions;
use super::person::Person;
use crate::ids::DraftId;
use crate::ui::arrival::arrive;
use crate::ui::form::FormState;
use crate::ui::number::thousands;
use crate::ui::pager::Pager;
use leptos::prelude::*;

/// Columns of the list that are shown beside the address.
const SHOWN: usize = 4;

#[component]
pub fn Rows(
    id: DraftId,
    set: RecipientSet,
    filter: RowFilter,
    page: RowPage,
    /// Rows may be changed.
    can_change: bool,
    /// Position of the row that is being edited; 0: none.
    edited: i64,
    actions: Actions,
) -> impl IntoView {
    let status = filter.status;
    let tabs = RowStatus::ALL.map(|entry| {
        let tab = RowFilter {
            status: entry,
            ..RowFilter::default()
        };
        (entry, tab.href(id, None), set.count(entry))
    });
    let is_filtered = filter.is_searching();
    let all = RowFilter {
        status,
        ..RowFilter::default()
    };
    let missing = (!filter.missing.is_empty()).then(|| {
        format!(
            "Only recipients without a value for {{{{ {} }}}} are shown.",
            filter.missing
        )
    });
    let (previous, next) = neighbours(id, &filter, &page);
    let looked = page.looked_to.map(|at| {
        format!(
            "Looked as far as row {}. Nothing is left out: go on with the buttons below.",
            thousands(at.max(1))
        )
    });
    let download = format!("/drafts/{id}/recipients/{}.csv", status.as_str());
    // After a change of a row the list is where one goes on.
    arrive();
    let has_rows = set.count(status) > 0;
    let has_page = !page.rows.is_empty();
    view! {
        <section aria-labelledby="rows-title">
            <div class="mb-2 flex flex-wrap items-center justify-between gap-2">
                <h2 id="rows-title" tabindex="-1" class="min-w-0 scroll-mt-20 text-base font-semibold">{set.title()}</h2>
                {has_rows.then(|| view! { <a class="btn btn-sm" rel="external" download="" href=download>"Download these rows"</a> })}
            </div>
            <nav aria-label="Rows" class="tabs tabs-box mb-4">
                {tabs.into_iter().map(|(entry, href, n)| view! {
                    <a class="tab" class:tab-active=entry == status href=href aria-current=(entry == status).then_some("page")>
                        {entry.words()}" "<span class="ml-1 tabular-nums">{thousands(n)}</span>
                    </a>
                }).collect_view()}
            </nav>
            {(has_rows || is_filtered).then(|| view! {
                <form method="get" action=format!("/drafts/{id}") role="search" class="mb-4 flex flex-wrap gap-2">
                    <input type="hidden" name="step" value="recipients"/>
                    <input type="hidden" name="show" value=status.as_str()/>
                    <input type="search" name="q" value=filter.search.clone() class="input grow sm:max-w-sm"
                        aria-label="Search recipients" placeholder="Name or address"/>
                    <button type="submit" class="btn">"Search"</button>
                    {is_filtered.then(|| view! { <a class="btn btn-ghost" href=all.href(id, None)>"Show all"</a> })}
                </form>
            })}
            {missing.map(|words| view! { <p class="mb-2 text-sm text-muted">{words}</p> })}
            {if has_page {
                table(id, &set, &filter, page.rows, can_change.then_some(edited), actions).into_any()
            } else if looked.is_none() {
                view! { <p class="py-6 text-muted">{nothing(status, is_filtered)}</p> }.into_any()
            } else {
                ().into_any()
            }}
            {looked.map(|words| view! { <p role="status" class="mt-3 text-sm text-muted">{words}</p> })}
            <Pager previous next/>
            {can_change.then(|| view! {
                <details class="panel mt-4" open=FormState::of(actions.add_row).summary().is_some()>
                    <summary class="cursor-pointer font-medium">"Add one person"</summary>
                    <div class="mt-4"><Person id set back=filter.here(id) actions/></div>
                </details>
            })}
        </section>
    }
}

/// The addresses of the pages before and after this one.
fn neighbours(id: DraftId, filter: &RowFilter, page: &RowPage) -> (Option<String>, Option<String>) {
    use super::super::super::recipients::model::Place;
    let edge = |row: Option<&Recipient>| row.map(|row| row.position);
    let is_forward = matches!(filter.place, Place::After(_));
    let looked = |is_this_way: bool| page.looked_to.filter(|_| is_this_way);
    let here = match filter.place {
        Place::After(position) | Place::Before(position) => position,
    };
    // Where nothing is shown yet, the page itself is the edge.
    let first = looked(!is_forward)
        .or(edge(page.rows.first()))
        .unwrap_or(here.saturating_add(i64::from(is_forward)));
    let last = looked(is_forward)
        .or(edge(page.rows.last()))
        .unwrap_or(here.saturating_sub(1));
    (
        page.has_previous
            .then(|| filter.href(id, Some(("before", first)))),
        page.has_next
            .then(|| filter.href(id, Some(("after", last)))),
    )
}

fn nothing(status: RowStatus, is_filtered: bool) -> &'static str {
    match status {
        _ if is_filtered => "No row matches.",
        RowStatus::Valid => "No row can be mailed.",
        RowStatus::Invalid => "Every address can be mailed.",
        RowStatus::Duplicate => "Every address is there once.",
        RowStatus::Suppressed => "No address is on the suppression list.",
    }
}

/// `edited`: the row that is open, or `None` where no row may be changed.
fn table(
    id: DraftId,
    set: &RecipientSet,
    filter: &RowFilter,
    rows: Vec<Recipient>,
    edited: Option<i64>,
    actions: Actions,
) -> impl IntoView {
    let is_valid = filter.status == RowStatus::Valid;
    let columns: Vec<Column> = set
        .columns
        .iter()
        .filter(|column| is_valid && column.key != set.email_column)
        .take(SHOWN)
        .cloned()
        .collect();
    let width = (columns.len() + 4).to_string();
    let here = filter.here(id);
    view! {
        <div class="table-wrap">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col" class="hidden sm:table-cell">"Line"</th>
                        <th scope="col">"Address"</th>
                        {(!is_valid).then(|| view! { <th scope="col">"Why"</th> })}
                        {columns.iter().map(|column| view! { <th scope="col" class="hidden sm:table-cell">{column.name.clone()}</th> }).collect_view()}
                        {edited.is_some().then(|| view! { <th scope="col"><span class="sr-only">"Change"</span></th> })}
                    </tr>
                </thead>
                <tbody>
                    {rows.into_iter().map(|row| {
                        let anchor = format!("row-{}", row.position);
                        if edited == Some(row.position) {
                            return view! {
                                <tr id=anchor>
                                    <td colspan=width.clone()><Person id set=set.clone() row=Some(row) back=here.clone() actions/></td>
                                </tr>
                            }.into_any();
                        }
                        line(row, &columns, is_valid, edited.map(|_| here.as_str())).into_any()
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

fn line(row: Recipient, columns: &[Column], is_valid: bool, here: Option<&str>) -> impl IntoView {
    let cells = columns
        .iter()
        .map(|column| row.value(&column.key).to_owned());
    let cells = cells
        .map(|text| view! { <td class="hidden max-w-48 truncate sm:table-cell">{text}</td> })
        .collect_view();
    let address = if row.address.is_empty() {
        "(empty)".to_owned()
    } else {
        row.address
    };
    let change = here.map(|here| {
        let href = format!("{here}&edit={0}#row-{0}", row.position);
        let label = format!("Edit {address}");
        view! { <td class="text-right"><a class="btn btn-ghost btn-sm" href=href aria-label=label>"Edit"</a></td> }
    });
    view! {
        <tr id=format!("row-{}", row.position)>
            <td class="hidden tabular-nums text-muted sm:table-cell">{thousands(row.line)}</td>
            <td class="break-all">{address.clone()}</td>
            {(!is_valid).then(|| view! { <td>{row.problem}</td> })}
            {cells}
            {change}
        </tr>
    }
}
