//! What narrows the list of campaigns. A plain form: what is chosen stands in the address, so it can be shared and gone back to.

use super::model::{CampaignList, CampaignQuery, CampaignState};
use crate::ui::href::href;
use crate::ui::number::thousands;
use leptos::prelude::*;

pub const PATH: &str = "/campaigns";

/// The list's address with these values and the query's other filters.
pub fn address(query: &CampaignQuery, state: &str, before: &str, after: &str) -> String {
    href(
        PATH,
        &[
            ("state", state),
            ("q", &query.q),
            ("account", &query.account),
            ("from", &query.from),
            ("to", &query.to),
            ("before", before),
            ("after", after),
        ],
    )
}

#[component]
pub fn Filters(query: CampaignQuery, list: CampaignList) -> impl IntoView {
    // The numbers are of all campaigns: beside a narrower list they would say something else.
    let is_narrowed = query.is_narrowed();
    let tab = |state: Option<CampaignState>, n: i64| {
        let (value, words) = state.map_or(("", "All"), |state| (state.as_str(), state.words()));
        let is_current = query.state == value;
        view! {
            <a class="tab" class:tab-active=is_current href=address(&query, value, "", "") aria-current=is_current.then_some("page")>
                {words}
                {(!is_narrowed).then(|| view! { <span class="ml-1.5 text-muted">{thousands(n)}</span> })}
            </a>
        }
    };
    let tabs = CampaignState::ALL
        .into_iter()
        .filter_map(|state| {
            let n = list.states.iter().find(|(s, _)| *s == state)?.1;
            Some(tab(Some(state), n))
        })
        .collect_view();
    let account = query.account.clone();
    let accounts = list.accounts.iter().map(|(id, name)| {
        let id = id.to_string();
        let is_chosen = id == account;
        view! { <option value=id selected=is_chosen>{name.clone()}</option> }
    });
    view! {
        <nav class="tabs tabs-border mb-3" aria-label="States">{tab(None, list.count())}{tabs}</nav>
        <form method="get" action=PATH role="search" class="mb-4 grid grid-cols-2 items-end gap-3 lg:grid-cols-[minmax(0,2fr)_minmax(0,1.5fr)_auto_auto_auto]">
            {(!query.state.is_empty()).then(|| view! { <input type="hidden" name="state" value=query.state.clone()/> })}
            <label class="col-span-2 min-w-0 lg:col-span-1">
                <span class="mb-1 block text-sm text-muted">"Name or subject"</span>
                <input type="search" name="q" value=query.q.clone() class="input input-sm w-full"/>
            </label>
            <label class="col-span-2 min-w-0 lg:col-span-1">
                <span class="mb-1 block text-sm text-muted">"Sender account"</span>
                <select name="account" class="select select-sm w-full">
                    <option value="" selected=account.is_empty()>"Any"</option>
                    {accounts.collect_view()}
                </select>
            </label>
            <label class="min-w-0">
                <span class="mb-1 block text-sm text-muted">"From"</span>
                <input type="date" name="from" value=query.from.clone() class="input input-sm w-full"/>
            </label>
            <label class="min-w-0">
                <span class="mb-1 block text-sm text-muted">"To"</span>
                <input type="date" name="to" value=query.to.clone() class="input input-sm w-full"/>
            </label>
            <div class="col-span-2 flex gap-2 lg:col-span-1">
                <button type="submit" class="btn btn-sm">"Filter"</button>
                {(is_narrowed || !query.state.is_empty()).then(|| view! { <a class="btn btn-sm btn-ghost" href=PATH>"Clear"</a> })}
            </div>
        </form>
    }
}
