//! The list of campaigns: state, progress and results of each; filter, search and paging live in the address.

use super::api::list_campaigns;
use super::bar::Bar;
use super::model::{CampaignList, CampaignQuery, CampaignState, CampaignSummary};
use crate::ui::badge::Badge;
use crate::ui::empty::Empty;
use crate::ui::href::href;
use crate::ui::load::load;
use crate::ui::number::{count, percent, thousands};
use crate::ui::page::PageHead;
use crate::ui::pager::Pager;
use crate::ui::time::Time;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

const PATH: &str = "/campaigns";

#[component]
pub fn CampaignListPage() -> impl IntoView {
    let map = use_query_map();
    let query = move || {
        let map = map.read();
        let get = |name| map.get(name).unwrap_or_default();
        CampaignQuery {
            state: get("state"),
            q: get("q"),
            before: get("before"),
            after: get("after"),
        }
    };
    let list = Resource::new_blocking(query, |query| async move {
        let list = list_campaigns(query.clone()).await?;
        Ok((query, list))
    });
    view! {
        <PageHead title="Campaigns" lead="Everything that was sent or is on its way.">
            <a class="btn btn-primary" href="/drafts">"Write a campaign"</a>
        </PageHead>
        {load(list, |(query, list)| {
            if list.count() == 0 {
                view! {
                    <Empty icon="campaign" title="No campaigns yet"
                        text="A campaign starts as a draft: write the mail, add recipients, then send. It appears here the moment it is sent.">
                        <a class="btn btn-primary" href="/drafts">"Go to drafts"</a>
                    </Empty>
                }
                .into_any()
            } else {
                view! { <Campaigns query=query list=list/> }.into_any()
            }
        })}
    }
}

#[component]
fn Campaigns(query: CampaignQuery, list: CampaignList) -> impl IntoView {
    let with = |state: &str, before: &str, after: &str| {
        href(
            PATH,
            &[
                ("state", state),
                ("q", &query.q),
                ("before", before),
                ("after", after),
            ],
        )
    };
    let newer = list.newer.map(|id| with(&query.state, &id.to_string(), ""));
    let older = list.older.map(|id| with(&query.state, "", &id.to_string()));
    let all = list.count();
    let tab = |state: Option<CampaignState>, n: i64| {
        let (value, words) = state.map_or(("", "All"), |state| (state.as_str(), state.words()));
        let is_current = query.state == value;
        view! {
            <a class="tab" class:tab-active=is_current href=with(value, "", "") aria-current=is_current.then_some("page")>
                {words}" "<span class="ml-1 text-muted">{thousands(n)}</span>
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
    let is_empty = list.campaigns.is_empty();
    view! {
        <div class="mb-4 flex flex-wrap items-center justify-between gap-3">
            <nav class="tabs tabs-border" aria-label="States">{tab(None, all)}{tabs}</nav>
            <form method="get" action=PATH role="search" class="join">
                {(!query.state.is_empty()).then(|| view! { <input type="hidden" name="state" value=query.state.clone()/> })}
                <input type="search" name="q" value=query.q.clone() aria-label="Search by name or subject"
                    placeholder="Name or subject" class="input input-sm join-item"/>
                <button type="submit" class="btn btn-sm join-item">"Search"</button>
            </form>
        </div>
        {if is_empty {
            view! {
                <Empty icon="search" title="No campaign found" text="No campaign fits this search and state.">
                    <a class="btn" href=PATH>"Show all campaigns"</a>
                </Empty>
            }
            .into_any()
        } else {
            view! {
                <div class="table-wrap">
                    <table class="table">
                        <thead>
                            <tr>
                                <th>"Campaign"</th>
                                <th class="hidden md:table-cell">"Progress"</th>
                                <th class="hidden lg:table-cell text-right">"Opened"</th>
                                <th class="hidden lg:table-cell text-right">"Clicked"</th>
                                <th class="hidden sm:table-cell">"Started"</th>
                            </tr>
                        </thead>
                        <tbody>
                            {list.campaigns.into_iter().map(|campaign| view! { <Line campaign=campaign/> }).collect_view()}
                        </tbody>
                    </table>
                </div>
            }
            .into_any()
        }}
        <Pager previous=newer next=older words=count(all, "campaign", "campaigns")/>
    }
}

#[component]
fn Line(campaign: CampaignSummary) -> impl IntoView {
    let CampaignSummary {
        id,
        name,
        subject,
        state,
        counts,
        unique_opens,
        unique_clicks,
        created_at,
    } = campaign;
    let progress = move || {
        format!(
            "{} of {}{}",
            thousands(counts.done()),
            count(counts.total, "recipient", "recipients"),
            if counts.failed > 0 {
                format!(", {} failed", thousands(counts.failed))
            } else {
                String::new()
            }
        )
    };
    view! {
        <tr>
            <td class="max-w-xs">
                <div class="flex flex-wrap items-center gap-2">
                    <a class="link link-hover font-medium" href=format!("{PATH}/{id}")>{name}</a>
                    <Badge tone=state.tone() text=state.words()/>
                </div>
                <p class="truncate text-sm text-muted">{subject}</p>
                <p class="text-sm text-muted md:hidden">{progress()}</p>
            </td>
            <td class="hidden md:table-cell min-w-48">
                <Bar counts=Signal::stored(counts)/>
                <p class="mt-1 text-sm text-muted">{progress()}</p>
            </td>
            <td class="hidden lg:table-cell text-right tabular-nums">{percent(unique_opens, counts.sent)}</td>
            <td class="hidden lg:table-cell text-right tabular-nums">{percent(unique_clicks, counts.sent)}</td>
            <td class="hidden sm:table-cell text-sm text-muted"><Time ms=created_at/></td>
        </tr>
    }
}
