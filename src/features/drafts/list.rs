//! The page of all drafts, newest change first.

use super::api::{DeleteDraft, DuplicateDraft, list_drafts};
use super::model::{DraftLine, DraftPage};
use crate::ui::confirm::Confirm;
use crate::ui::empty::Empty;
use crate::ui::form::{FormMessage, FormState};
use crate::ui::load::load;
use crate::ui::number::count;
use crate::ui::page::PageHead;
use crate::ui::pager::Pager;
use crate::ui::time::Time;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

#[component]
pub fn DraftListPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let query = query.read();
        let page = query.get("page").and_then(|page| page.parse::<i64>().ok());
        (query.get("q").unwrap_or_default(), page.unwrap_or(1))
    });
    let duplicate = ServerAction::<DuplicateDraft>::new();
    let delete = ServerAction::<DeleteDraft>::new();
    let drafts = Resource::new_blocking(
        move || (asked.get(), delete.version().get()),
        |((search, page), _)| async move {
            let drafts = list_drafts(search.clone(), page).await?;
            Ok((search, drafts))
        },
    );
    view! {
        <FormMessage form=FormState::of(duplicate)/>
        <FormMessage form=FormState::of(delete)/>
        {load(drafts, move |(search, drafts)| view(search, drafts, duplicate, delete))}
    }
}

fn view(
    search: String,
    drafts: DraftPage,
    duplicate: ServerAction<DuplicateDraft>,
    delete: ServerAction<DeleteDraft>,
) -> impl IntoView {
    let is_searching = !search.trim().is_empty();
    let can_edit = drafts.can_edit;
    let newer = (drafts.page > 1).then(|| address(&search, drafts.page - 1));
    let older = drafts.has_next.then(|| address(&search, drafts.page + 1));
    let write = move || {
        can_edit.then(|| view! { <a class="btn btn-primary" href="/drafts/new">"New campaign"</a> })
    };
    view! {
        <PageHead title="Drafts" lead="Campaigns that are being written. Nothing here has been sent.">{write()}</PageHead>
        {drafts.is_any.then(|| view! {
            <form method="get" action="/drafts" role="search" class="mb-4 flex flex-wrap gap-2">
                <input type="search" name="q" value=search.clone() class="input grow sm:max-w-sm" aria-label="Search drafts"
                    placeholder="Name or subject"/>
                <button type="submit" class="btn">"Search"</button>
                {is_searching.then(|| view! { <a class="btn btn-ghost" href="/drafts">"Show all"</a> })}
            </form>
        })}
        {if !drafts.is_any {
            view! {
                <Empty icon="draft" title="No drafts yet"
                    text="A draft is a campaign you are writing: its content, its recipients, and a last look before it leaves.">
                    {write()}
                    <a class="btn" href="/templates">"Look at templates"</a>
                </Empty>
            }.into_any()
        } else if drafts.lines.is_empty() {
            view! { <Empty icon="search" title="Nothing found" text="No draft has this in its name or its subject."/> }.into_any()
        } else {
            table(drafts.lines, can_edit, duplicate, delete).into_any()
        }}
        <Pager previous=newer next=older/>
    }
}

/// A page of the list, with the search carried along.
fn address(search: &str, page: i64) -> String {
    let mut query = ParamsMap::new();
    if !search.is_empty() {
        query.insert("q", search.to_owned());
    }
    query.insert("page", page.to_string());
    format!("/drafts{}", query.to_query_string())
}

fn table(
    lines: Vec<DraftLine>,
    can_edit: bool,
    duplicate: ServerAction<DuplicateDraft>,
    delete: ServerAction<DeleteDraft>,
) -> impl IntoView {
    view! {
        <div class="table-wrap">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Draft"</th>
                        <th scope="col" class="hidden sm:table-cell">"Recipients"</th>
                        <th scope="col" class="hidden md:table-cell">"Changed"</th>
                        {can_edit.then(|| view! { <th scope="col"><span class="sr-only">"Actions"</span></th> })}
                    </tr>
                </thead>
                <tbody>
                    {lines.into_iter().map(|line| row(line, can_edit, duplicate, delete)).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

fn row(
    line: DraftLine,
    can_edit: bool,
    duplicate: ServerAction<DuplicateDraft>,
    delete: ServerAction<DeleteDraft>,
) -> impl IntoView {
    let DraftLine {
        id,
        name,
        subject,
        recipients,
        revision,
        updated_at,
    } = line;
    let recipients = recipients.map_or("None yet".to_owned(), |n| {
        count(n, "recipient", "recipients")
    });
    let subject = if subject.trim().is_empty() {
        "No subject yet".to_owned()
    } else {
        subject
    };
    let words = format!("Duplicate {name}");
    let question = format!("Delete “{name}”?");
    view! {
        <tr>
            <td class="w-full max-w-0">
                <a href=format!("/drafts/{id}") class="link link-hover block truncate font-medium">{name}</a>
                <span class="block truncate text-sm text-muted">{subject}</span>
            </td>
            <td class="hidden whitespace-nowrap sm:table-cell">{recipients}</td>
            <td class="hidden md:table-cell"><Time ms=updated_at/></td>
            {can_edit.then(|| view! {
                <td>
                    <div class="flex justify-end gap-1">
                        <ActionForm action=duplicate>
                            <input type="hidden" name="id" value=id.to_string()/>
                            <button type="submit" class="btn btn-sm btn-ghost" aria-label=words>"Duplicate"</button>
                        </ActionForm>
                        <Confirm id=format!("delete-{id}") label="Delete" question=question
                            detail="Its content is gone for good. The list of recipients is deleted too, unless another draft or campaign uses it.">
                            <ActionForm action=delete>
                                <input type="hidden" name="form[id]" value=id.to_string()/>
                                <input type="hidden" name="form[revision]" value=revision.to_string()/>
                                <button type="submit" class="btn btn-sm btn-error">"Delete draft"</button>
                            </ActionForm>
                        </Confirm>
                    </div>
                </td>
            })}
        </tr>
    }
}
