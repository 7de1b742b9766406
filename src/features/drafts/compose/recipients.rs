//! The recipients step: give a list, see what became of each row.

use super::super::api::{ChooseColumn, FixDomain, RemoveRecipients, open_recipients};
use super::super::model::Step;
use super::super::recipients::model::{
    Column, GivenList, Recipient, RecipientSet, RecipientsStep, RowFilter, RowPage, RowQuery,
    RowStatus, SetState, UPLOAD_FORM,
};
use super::{Composer, Identity, draft_id};
use crate::ids::{DraftId, RecipientSetId};
use crate::ui::confirm::Confirm;
use crate::ui::empty::Empty;
use crate::ui::form::{FormMessage, FormState};
use crate::ui::icon::Icon;
use crate::ui::load::load;
use crate::ui::number::{count, thousands};
use crate::ui::pager::Pager;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Columns of the list that are shown beside the address.
const SHOWN: usize = 4;

#[component]
pub fn RecipientsPage() -> impl IntoView {
    let (id, query) = (draft_id(), use_query_map());
    let asked = Memo::new(move |_| {
        let query = query.read();
        let get = |name| query.get(name).unwrap_or_default();
        RowQuery {
            show: get("show"),
            q: get("q"),
            missing: get("missing"),
            after: get("after"),
            before: get("before"),
            given: get("given"),
        }
    });
    let fix = ServerAction::<FixDomain>::new();
    let choose = ServerAction::<ChooseColumn>::new();
    let remove = ServerAction::<RemoveRecipients>::new();
    let versions = move || {
        (
            fix.version().get(),
            choose.version().get(),
            remove.version().get(),
        )
    };
    let opened = Resource::new_blocking(
        move || (id.get(), asked.get(), versions()),
        |(id, asked, _)| async move {
            let opened = open_recipients(id?, asked.clone()).await?;
            Ok((asked.filter(), opened))
        },
    );
    view! {
        <FormMessage form=FormState::of_route(UPLOAD_FORM)/>
        <FormMessage form=FormState::of(fix)/>
        <FormMessage form=FormState::of(choose)/>
        <FormMessage form=FormState::of(remove)/>
        {load(opened, move |(filter, opened)| view! { <Opened filter opened fix choose remove/> })}
    }
}

#[component]
fn Opened(
    filter: RowFilter,
    opened: RecipientsStep,
    fix: ServerAction<FixDomain>,
    choose: ServerAction<ChooseColumn>,
    remove: ServerAction<RemoveRecipients>,
) -> impl IntoView {
    let RecipientsStep {
        head,
        set,
        page,
        given,
    } = opened;
    let (id, revision, can_edit) = (head.id, head.revision, head.can_edit);
    let pasted = given
        .as_ref()
        .map(|given| given.pasted.clone())
        .unwrap_or_default();
    let has_set = set.is_some();
    view! {
        <Composer head step=Step::Recipients revision>
            {given.map(|given| view! { <Given id revision given choose/> })}
            {can_edit.then(|| view! { <Add id revision pasted has_set/> })}
            {match set {
                Some(set) => view! {
                    <Typos id revision set=set.clone() can_edit fix/>
                    <Rows id set=set.clone() filter page/>
                    {can_edit.then(|| view! { <Settings id revision set choose remove/> })}
                }.into_any(),
                None => view! {
                    <Empty icon="people" title="No recipients yet"
                        text="Add a list of addresses. Every row is checked, and you see what became of it before anything is sent."/>
                }.into_any(),
            }}
        </Composer>
    }
}

/// A list that was not taken: why, or the question that is open.
#[component]
fn Given(
    id: DraftId,
    revision: i64,
    given: GivenList,
    choose: ServerAction<ChooseColumn>,
) -> impl IntoView {
    let GivenList { set, sample, .. } = given;
    if set.state == SetState::Refused {
        return view! {
            <div role="alert" class="alert alert-error alert-soft mb-4 items-start">
                <Icon name="alert"/>
                <div>
                    <p class="font-medium">{format!("“{}” was not taken.", set.source)}</p>
                    <p>{set.problem}</p>
                </div>
            </div>
        }
        .into_any();
    }
    let names: Vec<_> = set
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    let found = format!("The columns are: {}.", names.join(", "));
    view! {
        <section class="panel mb-4" aria-labelledby="choose-title">
            <h2 id="choose-title" class="text-base font-semibold">"Which column holds the email addresses?"</h2>
            <p role="alert" class="mt-1">{format!("No email column was found in “{}”. {found}", set.source)}</p>
            <SampleRows columns=set.columns.clone() sample/>
            <ColumnChoice id revision set=Some(set.id) columns=set.columns current="" choose/>
        </section>
    }
    .into_any()
}

#[component]
fn SampleRows(columns: Vec<Column>, sample: Vec<Recipient>) -> impl IntoView {
    let columns: Vec<_> = columns.into_iter().take(SHOWN + 2).collect();
    let cell = |row: &Recipient, column: &Column| value(row, &column.key);
    view! {
        <div class="table-wrap my-3">
            <table class="table table-sm">
                <thead><tr>{columns.iter().map(|column| view! { <th scope="col">{column.name.clone()}</th> }).collect_view()}</tr></thead>
                <tbody>
                    {sample.iter().map(|row| view! {
                        <tr>{columns.iter().map(|column| view! { <td>{cell(row, column)}</td> }).collect_view()}</tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn ColumnChoice(
    id: DraftId,
    revision: i64,
    set: Option<RecipientSetId>,
    columns: Vec<Column>,
    #[prop(into)] current: String,
    choose: ServerAction<ChooseColumn>,
) -> impl IntoView {
    let pending = choose.pending();
    view! {
        <ActionForm action=choose>
            <Identity id revision/>
            <input type="hidden" name="form[set]" value=set.map(|set| set.to_string()).unwrap_or_default()/>
            <div class="flex flex-wrap items-end gap-2">
                <div class="field grow sm:max-w-xs">
                    <label class="field-label" for="email-column">"Email column"</label>
                    <select id="email-column" name="form[column]" class="select w-full">
                        {columns.into_iter().map(|column| {
                            let selected = column.key == current;
                            view! { <option value=column.key selected=selected>{column.name}</option> }
                        }).collect_view()}
                    </select>
                </div>
                <button type="submit" class="btn btn-primary" aria-busy=move || pending.get().then_some("true")>"Use this column"</button>
            </div>
        </ActionForm>
    }
}

/// The two ways to give a list: plain forms, so that they work everywhere.
#[component]
fn Add(id: DraftId, revision: i64, pasted: String, has_set: bool) -> impl IntoView {
    let action = format!("/drafts/{id}/recipients");
    let busy = RwSignal::new(false);
    let title = if has_set {
        "Replace the list"
    } else {
        "Add recipients"
    };
    let forms = view! {
        <div class="grid items-start gap-6 md:grid-cols-2">
            <form method="post" action=action.clone() enctype="multipart/form-data" class="grid gap-3" on:submit=move |_| busy.set(true)>
                <input type="hidden" name="revision" value=revision.to_string()/>
                <div class="field">
                    <label class="field-label" for="list-file">"Upload a file"</label>
                    <input id="list-file" type="file" name="file" required=true class="file-input w-full"
                        accept=".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values" aria-describedby="list-file-note"/>
                    <p id="list-file-note" class="field-note">"CSV or TSV, up to 50 MB. Separator and encoding are found by themselves."</p>
                </div>
                <div><button type="submit" class="btn btn-primary">"Upload list"</button></div>
            </form>
            <form method="post" action=action enctype="multipart/form-data" class="grid gap-3" on:submit=move |_| busy.set(true)>
                <input type="hidden" name="revision" value=revision.to_string()/>
                <div class="field">
                    <label class="field-label" for="list-text">"Or paste a list"</label>
                    <textarea id="list-text" name="list" rows="5" required=true spellcheck="false" class="textarea w-full font-mono"
                        aria-describedby="list-text-note">{pasted.clone()}</textarea>
                    <p id="list-text-note" class="field-note">"One address a line, “Name <address>”, or rows copied from a spreadsheet."</p>
                </div>
                <div><button type="submit" class="btn">"Use pasted list"</button></div>
            </form>
        </div>
        <p role="status" class="mt-3 text-sm text-muted">{move || busy.get().then_some("Reading the list. A large one takes a while.")}</p>
    };
    if has_set {
        view! {
            <details class="panel mb-6" open=!pasted.is_empty()>
                <summary class="cursor-pointer font-medium">{title}</summary>
                <div class="mt-4">{forms}</div>
            </details>
        }
        .into_any()
    } else {
        view! {
            <section class="panel mb-6" aria-labelledby="add-title">
                <h2 id="add-title" class="mb-4 text-base font-semibold">{title}</h2>
                {forms}
            </section>
        }
        .into_any()
    }
}

/// Domains that look misspelt, each with its correction.
#[component]
fn Typos(
    id: DraftId,
    revision: i64,
    set: RecipientSet,
    can_edit: bool,
    fix: ServerAction<FixDomain>,
) -> impl IntoView {
    (!set.typos.is_empty()).then(|| view! {
        <section class="panel mb-6" aria-labelledby="typos-title">
            <h2 id="typos-title" class="text-base font-semibold">"Is this a slip of the finger?"</h2>
            <ul class="mt-2 grid gap-2">
                {set.typos.into_iter().map(|typo| {
                    let words = format!("{} at {}", count(typo.count, "address", "addresses"), typo.from);
                    let label = format!("Change to {}", typo.to);
                    view! {
                        <li class="flex flex-wrap items-center gap-3">
                            <span>{words}</span>
                            {can_edit.then(|| view! {
                                <ActionForm action=fix>
                                    <Identity id revision/>
                                    <input type="hidden" name="form[from]" value=typo.from/>
                                    <button type="submit" class="btn btn-sm">{label}</button>
                                </ActionForm>
                            })}
                        </li>
                    }
                }).collect_view()}
            </ul>
        </section>
    })
}

/// The rows, by what became of them.
#[component]
fn Rows(id: DraftId, set: RecipientSet, filter: RowFilter, page: RowPage) -> impl IntoView {
    let status = filter.status;
    let tabs = RowStatus::ALL.map(|entry| {
        let tab = RowFilter {
            status: entry,
            ..RowFilter::default()
        };
        (entry, tab.href(id, None), set.count(entry))
    });
    let is_filtered = !filter.search.is_empty() || !filter.missing.is_empty();
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
    let edge = |row: Option<&Recipient>| row.map(|row| row.position);
    let previous = page
        .has_previous
        .then(|| edge(page.rows.first()))
        .flatten()
        .map(|at| filter.href(id, Some(("before", at))));
    let next = page
        .has_next
        .then(|| edge(page.rows.last()))
        .flatten()
        .map(|at| filter.href(id, Some(("after", at))));
    let download = format!("/drafts/{id}/recipients/{}.csv", status.as_str());
    let has_rows = set.count(status) > 0;
    view! {
        <section aria-labelledby="rows-title">
            <div class="mb-2 flex flex-wrap items-center justify-between gap-2">
                <h2 id="rows-title" class="text-base font-semibold">{set.source.clone()}</h2>
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
                        aria-label="Search addresses" placeholder="Part of an address"/>
                    <button type="submit" class="btn">"Search"</button>
                    {is_filtered.then(|| view! { <a class="btn btn-ghost" href=all.href(id, None)>"Show all"</a> })}
                </form>
            })}
            {missing.map(|words| view! { <p class="mb-2 text-sm text-muted">{words}</p> })}
            {if page.rows.is_empty() {
                view! { <p class="py-6 text-muted">{nothing(status, is_filtered)}</p> }.into_any()
            } else {
                table(&set, status, page.rows).into_any()
            }}
            <Pager previous next/>
        </section>
    }
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

fn table(set: &RecipientSet, status: RowStatus, rows: Vec<Recipient>) -> impl IntoView {
    let is_valid = status == RowStatus::Valid;
    let columns: Vec<Column> = set
        .columns
        .iter()
        .filter(|column| is_valid && column.key != set.email_column)
        .take(SHOWN)
        .cloned()
        .collect();
    view! {
        <div class="table-wrap">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col" class="hidden sm:table-cell">"Line"</th>
                        <th scope="col">"Address"</th>
                        {(!is_valid).then(|| view! { <th scope="col">"Why"</th> })}
                        {columns.iter().map(|column| view! { <th scope="col" class="hidden sm:table-cell">{column.name.clone()}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>
                    {rows.into_iter().map(|row| {
                        let cells = columns.iter().map(|column| value(&row, &column.key));
                        let cells = cells.map(|text| view! { <td class="hidden max-w-48 truncate sm:table-cell">{text}</td> }).collect_view();
                        view! {
                            <tr>
                                <td class="hidden tabular-nums text-muted sm:table-cell">{thousands(row.line)}</td>
                                <td class="break-all">{if row.address.is_empty() { "(empty)".to_owned() } else { row.address }}</td>
                                {(!is_valid).then(|| view! { <td>{row.problem}</td> })}
                                {cells}
                            </tr>
                        }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

fn value(row: &Recipient, key: &str) -> String {
    row.data
        .get(key)
        .and_then(|value| value.as_str())
        .unwrap_or_default()
        .to_owned()
}

/// How the list is read, and the way to be rid of it.
#[component]
fn Settings(
    id: DraftId,
    revision: i64,
    set: RecipientSet,
    choose: ServerAction<ChooseColumn>,
    remove: ServerAction<RemoveRecipients>,
) -> impl IntoView {
    let fields: Vec<_> = set
        .columns
        .iter()
        .map(|column| format!("{{{{ {} }}}}", column.key))
        .collect();
    let several = set.columns.len() > 1;
    view! {
        <details class="panel mt-6">
            <summary class="cursor-pointer font-medium">"How this list is read"</summary>
            <div class="mt-4 grid gap-4">
                <p class="text-sm">"Merge fields: "<code class="break-words">{fields.join(" ")}</code></p>
                {several.then(|| view! {
                    <ColumnChoice id revision set=None columns=set.columns.clone() current=set.email_column.clone() choose/>
                })}
                <div>
                    <Confirm id="remove-recipients" label="Remove the list" question="Remove all recipients from this draft?"
                        detail="The draft keeps its content. You can add a list again.">
                        <ActionForm action=remove>
                            <Identity id revision/>
                            <button type="submit" class="btn btn-sm btn-error">"Remove recipients"</button>
                        </ActionForm>
                    </Confirm>
                </div>
            </div>
        </details>
    }
}
