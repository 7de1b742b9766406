//! The page of all addresses that are not mailed, newest first.

use super::add::AddPanel;
use super::api::{AddSuppressions, RemoveSuppression, list_suppressions};
use super::model::{
    Added, IMPORT_FORM, ImportProblem, Reason, SuppressionLine, SuppressionPage, SuppressionQuery,
};
use crate::ui::badge::Badge;
use crate::ui::confirm::Confirm;
use crate::ui::empty::Empty;
use crate::ui::form::{FormMessage, FormState};
use crate::ui::load::load;
use crate::ui::number::{count, thousands};
use crate::ui::page::PageHead;
use crate::ui::pager::Pager;
use crate::ui::time::Time;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

const PATH: &str = "/suppressions";

#[component]
pub fn SuppressionListPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let query = query.read();
        SuppressionQuery {
            search: query.get("q").unwrap_or_default(),
            reason: query.get("reason").unwrap_or_default(),
            before: query.get("before").and_then(|id| id.parse().ok()),
            after: query.get("after").and_then(|id| id.parse().ok()),
        }
    });
    let add = ServerAction::<AddSuppressions>::new();
    let remove = ServerAction::<RemoveSuppression>::new();
    // Only what was added brings the page anew: after a mistake, what is typed stays.
    let added = Memo::new(move |before: Option<&usize>| {
        let version = add.version().get();
        let is_done = add.value().with(|value| matches!(value, Some(Ok(()))));
        if is_done {
            version
        } else {
            before.copied().unwrap_or_default()
        }
    });
    let page = Resource::new_blocking(
        move || (asked.get(), added.get(), remove.version().get()),
        |(query, _, _)| async move {
            let page = list_suppressions(query.clone()).await?;
            Ok((query, page))
        },
    );
    view! {
        <PageHead title="Suppressions"
            lead="Addresses that are never mailed, whatever list they are on. People who unsubscribe are put here at once.">
            <a class="btn" href="/suppressions/export.csv" rel="external" download="suppressions.csv">"Export CSV"</a>
        </PageHead>
        <Outcome/>
        <FormMessage form=FormState::of_route(IMPORT_FORM)/>
        <FormMessage form=FormState::of(remove)/>
        {load(page, move |(query, page)| view! {
            {page.can_edit.then(|| view! { <AddPanel action=add/> })}
            {entries(query, page, remove)}
        })}
    }
}

/// What adding or importing came to.
#[component]
fn Outcome() -> impl IntoView {
    let query = use_query_map();
    let sentence = move || {
        let query = query.read();
        let number = |name| query.get(name).and_then(|text| text.parse::<i64>().ok());
        if let Some(problem) = query.get("import") {
            return ImportProblem::of(&problem)
                .map(|problem| (true, problem.sentence().to_owned()));
        }
        let added = Added {
            added: number("added")?.max(0),
            known: number("known").unwrap_or_default().max(0),
            wrong: number("wrong").unwrap_or_default().max(0),
        };
        Some((false, added.sentence()))
    };
    view! {
        <div aria-live="polite">
            {move || sentence().map(|(is_problem, text)| {
                let class = if is_problem { "alert alert-error alert-soft mb-4" } else { "alert alert-success alert-soft mb-4" };
                view! { <p role="status" class=class>{text}</p> }
            })}
        </div>
    }
}

fn entries(
    query: SuppressionQuery,
    page: SuppressionPage,
    remove: ServerAction<RemoveSuppression>,
) -> impl IntoView {
    let reason: Option<Reason> = query.reason.parse().ok();
    let search = query.search.trim().to_owned();
    let is_empty = page.lines.is_empty();
    let newer = page
        .lines
        .first()
        .filter(|_| page.has_newer)
        .map(|line| address(&search, reason, Some(("after", line.id.0))));
    let older = page
        .lines
        .last()
        .filter(|_| page.has_older)
        .map(|line| address(&search, reason, Some(("before", line.id.0))));
    let words = if search.is_empty() {
        count(page.count(reason), "address", "addresses")
    } else {
        String::new()
    };
    let is_unused = page.count(None) == 0;
    view! {
        {(!is_unused).then(|| filters(&search, reason, &page))}
        {if is_unused {
            view! {
                <Empty icon="suppression" title="No address is suppressed"
                    text="People who unsubscribe appear here by themselves. You can also add addresses that must not be mailed."/>
            }.into_any()
        } else if is_empty {
            view! {
                <Empty icon="search" title="Nothing found" text="No suppressed address matches.">
                    <a class="btn" href=PATH>"Show all suppressions"</a>
                </Empty>
            }.into_any()
        } else {
            table(page.lines, page.can_edit, remove).into_any()
        }}
        <Pager previous=newer next=older words=words/>
    }
}

/// The list with this search and reason, from an entry on.
fn address(search: &str, reason: Option<Reason>, edge: Option<(&'static str, i64)>) -> String {
    let mut query = ParamsMap::new();
    if !search.is_empty() {
        query.insert("q", search.to_owned());
    }
    if let Some(reason) = reason {
        query.insert("reason", reason.as_str().to_owned());
    }
    if let Some((name, id)) = edge {
        query.insert(name, id.to_string());
    }
    format!("{PATH}{}", query.to_query_string())
}

fn filters(search: &str, reason: Option<Reason>, page: &SuppressionPage) -> impl IntoView + use<> {
    let tab = |of: Option<Reason>, words: &'static str| {
        let is_current = of == reason;
        let href = address(search, of, None);
        let n = thousands(page.count(of));
        view! {
            <a class="tab" class:tab-active=is_current href=href aria-current=is_current.then_some("page")>
                {words}" "<span class="ml-1 text-muted">{n}</span>
            </a>
        }
    };
    view! {
        <nav class="tabs tabs-border mb-4 overflow-x-auto" aria-label="Reasons">
            {tab(None, "All")}
            {Reason::ALL
                .into_iter()
                .filter(|known| page.count(Some(*known)) > 0 || Some(*known) == reason)
                .map(|known| tab(Some(known), known.words()))
                .collect_view()}
        </nav>
        <form method="get" action=PATH role="search" class="mb-4 flex flex-wrap gap-2">
            {reason.map(|reason| view! { <input type="hidden" name="reason" value=reason.as_str()/> })}
            <input type="search" name="q" value=search.to_owned() class="input grow sm:max-w-sm" aria-label="Search addresses"
                placeholder="Part of an address"/>
            <button type="submit" class="btn">"Search"</button>
            {(!search.is_empty()).then(|| view! { <a class="btn btn-ghost" href=address("", reason, None)>"Show all"</a> })}
        </form>
    }
}

fn table(
    lines: Vec<SuppressionLine>,
    can_edit: bool,
    remove: ServerAction<RemoveSuppression>,
) -> impl IntoView {
    view! {
        <div class="table-wrap">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Address"</th>
                        <th scope="col">"Reason"</th>
                        <th scope="col" class="hidden lg:table-cell">"Note"</th>
                        <th scope="col" class="hidden sm:table-cell">"Added"</th>
                        {can_edit.then(|| view! { <th scope="col"><span class="sr-only">"Actions"</span></th> })}
                    </tr>
                </thead>
                <tbody>
                    {lines.into_iter().map(|line| row(line, can_edit, remove)).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

fn row(
    line: SuppressionLine,
    can_edit: bool,
    remove: ServerAction<RemoveSuppression>,
) -> impl IntoView {
    let SuppressionLine {
        id,
        address,
        reason,
        note,
        campaign,
        created_at,
    } = line;
    let question = format!("Remove {address}?");
    view! {
        <tr>
            <td class="break-all font-medium">{address}</td>
            <td><Badge tone=reason.tone() text=reason.words()/></td>
            <td class="hidden lg:table-cell">
                {note}
                {campaign.map(|(id, name)| view! {
                    <a class="link link-hover" href=format!("/campaigns/{id}")>{name}</a>
                })}
            </td>
            <td class="hidden sm:table-cell"><Time ms=created_at/></td>
            {can_edit.then(|| view! {
                <td class="text-right">
                    <Confirm id=format!("remove-{id}") label="Remove" question=question
                        detail="The address may be mailed again. Only remove somebody who unsubscribed if they asked you to.">
                        <ActionForm action=remove attr:class="grid w-full gap-3">
                            <input type="hidden" name="form[id]" value=id.to_string()/>
                            <input name="form[why]" class="input w-full" aria-label="Why may it be mailed again?"
                                placeholder="Why may it be mailed again?" required=true maxlength="200" autocomplete="off"/>
                            <button type="submit" class="btn btn-sm btn-error justify-self-end">"Remove address"</button>
                        </ActionForm>
                    </Confirm>
                </td>
            })}
        </tr>
    }
}
