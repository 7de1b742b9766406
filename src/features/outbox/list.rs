//! The page of all mails the sandbox delivered, newest first.

use super::api::{ClearOutbox, list_outbox};
use super::model::{OutboxLine, OutboxPage, OutboxQuery, size_words};
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
pub fn OutboxListPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| OutboxQuery {
        search: query.read().get("q").unwrap_or_default(),
        before: query.read().get("before").and_then(|id| id.parse().ok()),
        after: query.read().get("after").and_then(|id| id.parse().ok()),
    });
    let clear = ServerAction::<ClearOutbox>::new();
    let page = Resource::new_blocking(
        move || (asked.get(), clear.version().get()),
        |(query, _)| async move {
            let page = list_outbox(query.clone()).await?;
            Ok((query, page))
        },
    );
    view! {
        <FormMessage form=FormState::of(clear)/>
        {load(page, move |(query, page)| mails(query, page, clear))}
    }
}

fn mails(query: OutboxQuery, page: OutboxPage, clear: ServerAction<ClearOutbox>) -> impl IntoView {
    let search = query.search.clone();
    let is_searching = !search.trim().is_empty();
    let is_empty = page.lines.is_empty();
    let newer = page
        .lines
        .first()
        .filter(|_| page.has_newer)
        .map(|line| address(&search, "after", line.id.0));
    let older = page
        .lines
        .last()
        .filter(|_| page.has_older)
        .map(|line| address(&search, "before", line.id.0));
    let words = count(page.total, "mail", "mails");
    let can_clear = page.can_edit && (!is_empty || is_searching);
    view! {
        <PageHead title="Outbox" lead="Mail that went through a sandbox account. It stays here and reaches nobody.">
            {can_clear.then(|| view! {
                <Confirm id="clear-outbox" label="Clear outbox" question="Delete every mail in the outbox?"
                    detail="All mails here are deleted, also those that the search does not show. This cannot be undone.">
                    <ActionForm action=clear>
                        <button type="submit" class="btn btn-sm btn-error">"Delete all"</button>
                    </ActionForm>
                </Confirm>
            })}
        </PageHead>
        {(!is_empty || is_searching).then(|| view! {
            <form method="get" action="/outbox" role="search" class="mb-4 flex flex-wrap gap-2">
                <input type="search" name="q" value=search.clone() class="input grow sm:max-w-sm" aria-label="Search the outbox"
                    placeholder="Address or subject"/>
                <button type="submit" class="btn">"Search"</button>
                {is_searching.then(|| view! { <a class="btn btn-ghost" href="/outbox">"Show all"</a> })}
            </form>
        })}
        {if is_empty && is_searching {
            view! { <Empty icon="search" title="Nothing found" text="No mail in the outbox has this in its addresses or its subject."/> }.into_any()
        } else if is_empty {
            view! {
                <Empty icon="outbox" title="The outbox is empty"
                    text="Send a test mail or a campaign through a sandbox account, and every mail appears here as it would have left.">
                    <a class="btn" href="/accounts">"Sender accounts"</a>
                </Empty>
            }.into_any()
        } else {
            table(page.lines).into_any()
        }}
        <Pager previous=newer next=older words=words/>
    }
}

/// A page of the list, with the search carried along.
fn address(search: &str, key: &'static str, id: i64) -> String {
    let mut query = ParamsMap::new();
    if !search.is_empty() {
        query.insert("q", search.to_owned());
    }
    query.insert(key, id.to_string());
    format!("/outbox{}", query.to_query_string())
}

fn table(lines: Vec<OutboxLine>) -> impl IntoView {
    view! {
        <div class="table-wrap">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Mail"</th>
                        <th scope="col" class="hidden md:table-cell">"From"</th>
                        <th scope="col" class="hidden sm:table-cell">"Size"</th>
                        <th scope="col" class="hidden sm:table-cell">"Delivered"</th>
                    </tr>
                </thead>
                <tbody>
                    {lines.into_iter().map(|line| view! {
                        <tr>
                            <td class="max-w-0 w-full">
                                <a href=format!("/outbox/{}", line.id) class="link link-hover block truncate font-medium">
                                    {subject(&line.subject)}
                                </a>
                                <span class="block truncate text-sm text-muted">"To "{line.to}</span>
                                <span class="block text-sm text-muted sm:hidden"><Time ms=line.delivered_at/></span>
                            </td>
                            <td class="hidden md:table-cell">{line.from}</td>
                            <td class="hidden whitespace-nowrap sm:table-cell">{size_words(line.size)}</td>
                            <td class="hidden sm:table-cell"><Time ms=line.delivered_at/></td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// A mail without a subject still needs words to click on.
pub fn subject(subject: &str) -> String {
    if subject.trim().is_empty() {
        "(no subject)".into()
    } else {
        subject.to_owned()
    }
}
