//! The waiting messages one by one: narrowed by filters that stand in the address, chosen, sent now or cancelled.

use super::actions::MessageButtons;
use super::many::{FORM, ManyButtons};
use super::model::{MessageRow, MessageState, QueueOverview, WaitingPage};
use super::narrow::{QueueQuery, WaitFilter};
use crate::features::campaigns::recipients::list::{said, state_words};
use crate::ui::select::{SelectAll, SelectBox, Selection};
use crate::ui::time::Time;
use leptos::prelude::*;

/// Where the list stands on its page.
pub const ID: &str = "messages";

/// The choices of the filters are those of the moment the page came: what is typed into them is never taken away.
#[component]
pub fn Filters(query: QueueQuery, queue: QueueOverview) -> impl IntoView {
    let option = |value: String, words: String, chosen: &str| {
        let is_chosen = value == chosen;
        view! { <option value=value selected=is_chosen>{words}</option> }
    };
    let lanes = queue
        .lanes
        .iter()
        .map(|lane| option(lane.lane().to_string(), lane.name.clone(), &query.lane))
        .collect_view();
    // A campaign that has ended since is still what is shown.
    let is_known = query.lane.is_empty()
        || queue
            .lanes
            .iter()
            .any(|lane| lane.lane().to_string() == query.lane);
    let unknown = (!is_known).then(|| option(query.lane.clone(), "This one".into(), &query.lane));
    let accounts = queue
        .accounts
        .iter()
        .map(|account| option(account.id.to_string(), account.name.clone(), &query.account))
        .collect_view();
    let states = WaitFilter::ALL
        .map(|filter| {
            option(
                filter.as_str().to_owned(),
                filter.words().to_owned(),
                &query.state,
            )
        })
        .collect_view();
    let is_narrowed = query.is_narrowed();
    view! {
        <form method="get" action=format!("/queue#{ID}") role="search" aria-label="Messages"
            class="no-print mb-4 grid items-end gap-3 sm:grid-cols-2 lg:grid-cols-[minmax(0,1.5fr)_repeat(3,minmax(0,1fr))_auto]">
            <label class="min-w-0">
                <span class="mb-1 block text-sm text-muted">"Address"</span>
                <input type="search" name="q" value=query.q.clone() placeholder="Address or part of it" class="input input-sm w-full"/>
            </label>
            <label class="min-w-0">
                <span class="mb-1 block text-sm text-muted">"Why it waits"</span>
                <select name="state" class="select select-sm w-full">{states}</select>
            </label>
            <label class="min-w-0">
                <span class="mb-1 block text-sm text-muted">"Campaign"</span>
                <select name="lane" class="select select-sm w-full">
                    <option value="" selected=query.lane.is_empty()>"Any"</option>
                    {unknown}
                    {lanes}
                </select>
            </label>
            <label class="min-w-0">
                <span class="mb-1 block text-sm text-muted">"Sender account"</span>
                <select name="account" class="select select-sm w-full">
                    <option value="" selected=query.account.is_empty()>"Any"</option>
                    {accounts}
                </select>
            </label>
            <div class="flex gap-2">
                <button type="submit" class="btn btn-sm">"Filter"</button>
                {is_narrowed.then(|| view! { <a class="btn btn-sm btn-ghost" href="/queue">"Clear"</a> })}
            </div>
        </form>
    }
}

#[component]
pub fn Messages(page: WaitingPage) -> impl IntoView {
    let next = page.next.map(|spot| page.query.href(&spot.to_string()));
    let first = (!page.is_first).then(|| page.query.href(""));
    let title = page.name.as_ref().map_or_else(
        || "Waiting messages".to_owned(),
        |name| format!("Waiting messages of {name}"),
    );
    let can_move = |row: &MessageRow| matches!(row.state, MessageState::Ready | MessageState::Held);
    let ids: Vec<String> = page
        .rows
        .iter()
        .filter(|row| can_move(row))
        .map(|row| row.id.to_string())
        .collect();
    let can_select = page.can_edit && !ids.is_empty();
    let here = page.query.href("");
    let selection = Selection::new(ids);
    let (can_edit, is_cancelled) = (page.can_edit, page.is_cancelled);
    let nothing = if page.is_part {
        "Nothing among the messages looked at so far."
    } else if page.query.is_narrowed() {
        "No waiting message fits these filters."
    } else {
        "No message waits."
    };
    let part = page.is_part.then_some(
        "Many messages wait, and not all were looked at for this page. Nothing is left out: go on with “Next page”.",
    );
    let names = StoredValue::new(page.names.clone());
    let rows = page.rows.clone();
    let buttons = can_select.then({
        let page = page.clone();
        move || view! { <ManyButtons page=page selection=selection/> }
    });
    view! {
        <h2 id="waiting-list" class="mb-3 font-semibold">{title}</h2>
        {buttons}
        {if rows.is_empty() {
            view! { <p class="text-sm text-muted">{nothing}</p> }.into_any()
        } else {
            view! {
                <div class="table-wrap">
                    <table class="table table-sm">
                        <thead>
                            <tr>
                                {can_select.then(|| view! {
                                    <th scope="col" class="w-10 pr-0"><SelectAll selection=selection label="Select all messages of this page"/></th>
                                })}
                                <th scope="col">"Recipient"</th>
                                <th scope="col" class="hidden sm:table-cell">"Due"</th>
                                <th scope="col" class="hidden md:table-cell">"Last answer"</th>
                                <th scope="col" class="hidden sm:table-cell"><span class="sr-only">"Actions"</span></th>
                            </tr>
                        </thead>
                        <tbody>
                            {rows
                                .into_iter()
                                .map(|row| {
                                    let name = row.campaign.and_then(|id| {
                                        names.with_value(|names| names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone()))
                                    });
                                    let chooses = can_select.then(|| (can_move(&row), selection));
                                    view! { <WaitingLine row=row name=name chooses=chooses here=here.clone() is_cancelled=is_cancelled can_edit=can_edit/> }
                                })
                                .collect_view()}
                        </tbody>
                    </table>
                </div>
            }
            .into_any()
        }}
        {part.map(|words| view! { <p role="status" class="mt-3 text-sm text-muted">{words}</p> })}
        <nav class="mt-3 flex flex-wrap gap-2" aria-label="Pages of messages">
            {first.map(|href| view! { <a class="btn btn-sm" href=href>"First page"</a> })}
            {next.map(|href| view! { <a class="btn btn-sm" href=href>"Next page"</a> })}
        </nav>
    }
}

#[component]
fn WaitingLine(
    row: MessageRow,
    /// Its campaign's, where messages of several are shown.
    name: Option<String>,
    /// Whether this row has a box, where rows have boxes.
    chooses: Option<(bool, Selection)>,
    /// The page's address.
    here: String,
    is_cancelled: bool,
    can_edit: bool,
) -> impl IntoView {
    let (words, answer) = (state_words(&row), said(&row));
    let words = name.map_or_else(|| words.to_owned(), |name| format!("{words} · {name}"));
    let address = match row.campaign {
        Some(campaign) => view! {
            <a class="link link-hover block truncate" href=format!("/campaigns/{campaign}/recipients/{}", row.id)>{row.address.clone()}</a>
        }
        .into_any(),
        None => view! { <span class="block truncate">{row.address.clone()}</span> }.into_any(),
    };
    let label = format!("Select {}", row.address);
    view! {
        <tr>
            {chooses.map(|(has_box, selection)| view! {
                <td class="pr-0">
                    {has_box.then(|| view! { <SelectBox selection=selection id=row.id.to_string() name="form[ids][]" label=label form=FORM/> })}
                </td>
            })}
            <td class="max-w-56">
                {address}
                <span class="block truncate text-xs text-muted">{words}</span>
                <span class="block truncate text-xs text-muted md:hidden">{answer.clone()}</span>
            </td>
            <td class="hidden sm:table-cell text-sm text-muted"><Time ms=row.due_at/></td>
            <td class="hidden md:table-cell max-w-md"><span class="line-clamp-2 break-words">{answer}</span></td>
            // On a phone a row is chosen, or its recipient's page opened, to do something with it.
            <td class="hidden sm:table-cell">
                <div class="flex justify-end gap-2 whitespace-nowrap">
                    {can_edit.then(|| view! { <MessageButtons id=row.id state=row.state is_cancelled=is_cancelled name=row.address then=here/> })}
                </div>
            </td>
        </tr>
    }
}
