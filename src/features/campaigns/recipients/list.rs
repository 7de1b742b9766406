//! The log of a campaign as a tab of its page: filter, search and paging live in the address.

use super::model::{LogFilter, LogPage};
use crate::features::queue::model::{MessageRow, MessageState};
use crate::ids::CampaignId;
use crate::ui::badge::Badge;
use crate::ui::empty::Empty;
use crate::ui::href::href;
use crate::ui::number::{count, thousands};
use crate::ui::pager::Pager;
use crate::ui::time::Time;
use leptos::prelude::*;

#[component]
pub fn RecipientLog(page: LogPage) -> impl IntoView {
    let path = format!("/campaigns/{}", page.id);
    let state = page.filter.as_str();
    let (reply_words, reply) = page.reply.clone().unzip();
    let reply = reply.unwrap_or_default();
    let with =
        |state: &str, q: &str| href(&path, &[("tab", "recipients"), ("state", state), ("q", q)]);
    let at = |name: &'static str, place: String| {
        href(
            &path,
            &[
                ("tab", "recipients"),
                ("state", state),
                ("q", &page.search),
                ("reply", &reply),
                (name, &place),
            ],
        )
    };
    let previous = page.previous.map(|id| at("before", id.to_string()));
    let next = match (page.next, page.further) {
        (Some(id), _) => Some(at("after", id.to_string())),
        (None, Some(position)) => Some(at("from", position.to_string())),
        (None, None) => None,
    };
    let part = page.is_part.then_some(
        "This campaign has many recipients, and not all were looked at for this page. Nothing is left out: go on with “Next”.",
    );
    let of = move |filter: LogFilter| filter.count(&page.counts, page.opened, page.clicked);
    let tabs = LogFilter::ALL
        .into_iter()
        .chain(LogFilter::DONE)
        .map(|filter| {
            let is_current = filter == page.filter;
            view! {
                <a class="btn btn-sm" class:btn-active=is_current href=with(filter.as_str(), &page.search)
                    aria-current=is_current.then_some("page")>
                    {filter.words()}" "<span class="text-muted tabular-nums">{thousands(of(filter))}</span>
                </a>
            }
        })
        .collect_view();
    let csv = href(&format!("{path}/recipients.csv"), &[("state", state)]);
    let csv_words = match page.filter {
        LogFilter::All => "Export CSV".to_owned(),
        filter => format!("Export {} as CSV", filter.words().to_lowercase()),
    };
    let all = count(of(page.filter), "recipient", "recipients");
    let words = if page.search.is_empty() && reply.is_empty() {
        all
    } else {
        String::new()
    };
    let is_empty = page.rows.is_empty();
    let is_narrowed = !page.search.is_empty() || !reply.is_empty();
    let (everything, all_failed) = (with("", ""), with("failed", ""));
    view! {
        <nav class="mb-3 flex flex-wrap gap-2" aria-label="States of recipients">{tabs}</nav>
        <div class="mb-4 flex flex-wrap items-center justify-between gap-3">
            <form method="get" action=path.clone() role="search" class="join">
                <input type="hidden" name="tab" value="recipients"/>
                {(!state.is_empty()).then(|| view! { <input type="hidden" name="state" value=state/> })}
                <input type="search" name="q" value=page.search.clone() aria-label="Search recipients" placeholder="Name or address"
                    class="input input-sm join-item"/>
                <button type="submit" class="btn btn-sm join-item">"Search"</button>
            </form>
            <a class="btn btn-sm btn-ghost" href=csv download="" rel="external">{csv_words}</a>
        </div>
        {(page.unprepared > 0).then(|| view! {
            <p class="mb-3 text-sm text-muted">
                {format!("{} still being prepared; they appear here as that goes on.", count(page.unprepared, "recipient is", "recipients are"))}
            </p>
        })}
        {reply_words.map(|words| view! {
            <p class="mb-3 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
                <span>"Only failures of this kind: "<strong>{words}</strong></span>
                <a class="link" href=all_failed>"Show all that failed"</a>
            </p>
        })}
        {if is_empty && part.is_some() {
            ().into_any()
        } else if is_empty {
            let (title, text) = if is_narrowed {
                ("No recipient found", "No recipient of this campaign fits this search and state.")
            } else {
                ("Nobody here", "No recipient of this campaign is in this state.")
            };
            view! {
                <Empty icon="people" title=title text=text><a class="btn" href=everything>"Show all recipients"</a></Empty>
            }
            .into_any()
        } else {
            view! { <Rows id=page.id rows=page.rows/> }.into_any()
        }}
        {part.map(|words| view! { <p role="status" class="mt-3 text-sm text-muted">{words}</p> })}
        <Pager previous=previous next=next words=words/>
    }
}

#[component]
fn Rows(id: CampaignId, rows: Vec<MessageRow>) -> impl IntoView {
    view! {
        <div class="table-wrap">
            <table class="table table-sm">
                <thead>
                    <tr>
                        <th>"Recipient"</th>
                        <th>"State"</th>
                        <th class="hidden lg:table-cell">"Account"</th>
                        <th class="hidden md:table-cell">"The server said"</th>
                        <th class="hidden lg:table-cell text-right">"Opens"</th>
                        <th class="hidden lg:table-cell text-right">"Clicks"</th>
                        <th class="hidden sm:table-cell">"When"</th>
                    </tr>
                </thead>
                <tbody>
                    {rows.into_iter().map(|row| view! { <Line id=id row=row/> }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Line(id: CampaignId, row: MessageRow) -> impl IntoView {
    let said = said(&row);
    let words = state_words(&row);
    // What the wide table shows in columns of its own.
    let did = (row.opens + row.clicks > 0).then(|| {
        format!(
            "{}, {}",
            count(row.opens, "open", "opens"),
            count(row.clicks, "click", "clicks")
        )
    });
    view! {
        <tr>
            <td class="max-w-56">
                <a class="link link-hover block truncate" href=format!("/campaigns/{id}/recipients/{}", row.id)>{row.address}</a>
                <span class="block truncate text-xs text-muted md:hidden">{said.clone()}</span>
                {did.map(|words| view! { <span class="block text-xs text-muted tabular-nums lg:hidden">{words}</span> })}
            </td>
            <td><Badge tone=row.state.tone() text=words/></td>
            <td class="hidden lg:table-cell">{row.account}</td>
            <td class="hidden md:table-cell max-w-md"><span class="line-clamp-2 break-words">{said}</span></td>
            <td class="hidden lg:table-cell text-right tabular-nums">{row.opens.to_string()}</td>
            <td class="hidden lg:table-cell text-right tabular-nums">{row.clicks.to_string()}</td>
            <td class="hidden sm:table-cell text-sm text-muted"><Time ms=row.finished_at.unwrap_or(row.due_at)/></td>
        </tr>
    }
}

/// A state as a person wants to know it: a message that failed for now waits for its next try.
pub fn state_words(row: &MessageRow) -> &'static str {
    match row.state {
        MessageState::Ready if row.attempt > 0 => "Will be tried again",
        state => state.words(),
    }
}

/// Reply code and words.
pub fn said(row: &MessageRow) -> String {
    match row.reply_code {
        Some(code) if !row.reply.starts_with(&code.to_string()) => format!("{code} {}", row.reply),
        _ => row.reply.clone(),
    }
}
