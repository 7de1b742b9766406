//! The list of campaigns: state, progress and results of each; filters and paging live in the address.

use super::api::{ChangeCampaigns, list_campaigns};
use super::bar::Bar;
use super::bulk::BulkButtons;
use super::filters::{Filters, PATH, address};
use super::model::{CampaignList, CampaignQuery, CampaignSummary};
use crate::features::analytics::model::meaning;
use crate::features::auth::model::Role;
use crate::features::auth::person::ForRole;
use crate::ui::badge::Badge;
use crate::ui::empty::Empty;
use crate::ui::form::{FormMessage, FormState};
use crate::ui::load::load;
use crate::ui::number::{count, percent, thousands};
use crate::ui::page::PageHead;
use crate::ui::pager::Pager;
use crate::ui::select::{SelectAll, SelectBox, Selection};
use crate::ui::term::Term;
use crate::ui::time::Time;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

#[component]
pub fn CampaignListPage() -> impl IntoView {
    let map = use_query_map();
    // The notice is part of the source: after a change the list is read again.
    let source = move || {
        let map = map.read();
        let get = |name| map.get(name).unwrap_or_default();
        let query = CampaignQuery {
            state: get("state"),
            q: get("q"),
            account: get("account"),
            from: get("from"),
            to: get("to"),
            before: get("before"),
            after: get("after"),
        };
        (query, get("notice"))
    };
    let list = Resource::new_blocking(source, |(query, _)| async move {
        let list = list_campaigns(query.clone()).await?;
        Ok((query, list))
    });
    view! {
        <PageHead title="Campaigns" lead="Everything that was sent or is on its way.">
            <ForRole role=Role::Editor><a class="btn btn-primary" href="/drafts/new">"New campaign"</a></ForRole>
        </PageHead>
        <FormMessage form=FormState::of(ServerAction::<ChangeCampaigns>::new())/>
        {load(list, |(query, list)| {
            if list.count() == 0 {
                view! {
                    <Empty icon="campaign" title="No campaigns yet"
                        text="A campaign starts as a draft: write the mail, add recipients, then send. It appears here the moment it is sent.">
                        <a class="btn" href="/drafts">"Go to drafts"</a>
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
    let page = |before: Option<String>, after: Option<String>| {
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        address(&query, &query.state, &before, &after)
    };
    let newer = list.newer.map(|id| page(Some(id.to_string()), None));
    let older = list.older.map(|id| page(None, Some(id.to_string())));
    let words = if query.is_narrowed() || !query.state.is_empty() {
        String::new()
    } else {
        count(list.count(), "campaign", "campaigns")
    };
    let can_edit = list.can_edit;
    let ids = list
        .campaigns
        .iter()
        .map(|campaign| campaign.id.to_string());
    let selection = Selection::new(ids.collect());
    view! {
        <Filters query=query list=list.clone()/>
        {if list.campaigns.is_empty() {
            view! {
                <Empty icon="search" title="No campaign found" text="No campaign fits these filters.">
                    <a class="btn" href=PATH>"Show all campaigns"</a>
                </Empty>
            }
            .into_any()
        } else {
            view! {
                <form method="post" action=ChangeCampaigns::url()>
                    <BulkButtons can_edit=can_edit selection=selection/>
                    <div class="table-wrap">
                        <table class="table">
                            <thead>
                                <tr>
                                    <th scope="col" class="w-10 pr-0"><SelectAll selection=selection label="Select all campaigns of this page"/></th>
                                    <th scope="col">"Campaign"</th>
                                    <th scope="col" class="hidden md:table-cell">"Progress"</th>
                                    <th scope="col" class="hidden lg:table-cell text-right">"Opened"<Term id="term-opened" word="Opened" meaning=meaning("Open rate")/></th>
                                    <th scope="col" class="hidden lg:table-cell text-right">"Clicked"<Term id="term-clicked" word="Clicked" meaning=meaning("Click-through rate")/></th>
                                    <th scope="col" class="hidden sm:table-cell">"Started"</th>
                                </tr>
                            </thead>
                            <tbody>
                                {list.campaigns.into_iter().map(|campaign| view! { <Line campaign=campaign selection=selection/> }).collect_view()}
                            </tbody>
                        </table>
                    </div>
                </form>
            }
            .into_any()
        }}
        <Pager previous=newer next=older words=words/>
    }
}

#[component]
fn Line(campaign: CampaignSummary, selection: Selection) -> impl IntoView {
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
    // What the wide table shows in columns of its own.
    let results = (counts.sent > 0).then(|| {
        format!(
            "{} opened, {} clicked",
            percent(unique_opens, counts.sent),
            percent(unique_clicks, counts.sent)
        )
    });
    view! {
        <tr>
            <td class="pr-0">
                <SelectBox selection=selection id=id.to_string() name="form[ids][]" label=format!("Select {name}")/>
            </td>
            <td class="max-w-xs">
                <div class="flex flex-wrap items-center gap-2">
                    <a class="link link-hover font-medium" href=format!("{PATH}/{id}")>{name}</a>
                    <Badge tone=state.tone() text=state.words()/>
                </div>
                <p class="truncate text-sm text-muted">{subject}</p>
                <p class="text-sm text-muted md:hidden">{progress()}</p>
                {results.map(|words| view! { <p class="text-sm text-muted tabular-nums lg:hidden">{words}</p> })}
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
