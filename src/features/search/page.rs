//! The page of searching: what the dialog shows, for those without JavaScript.

use super::api::search_all;
use super::model::{Group, Hit};
use crate::ui::empty::Empty;
use crate::ui::icon::Icon;
use crate::ui::load::load;
use crate::ui::page::PageHead;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

#[component]
pub fn SearchPage() -> impl IntoView {
    let query = use_query_map();
    let text = Memo::new(move |_| query.read().get("q").unwrap_or_default());
    let found = Resource::new_blocking(move || text.get(), search_all);
    view! {
        <PageHead title="Search"/>
        <form method="get" action="/search" role="search" class="mb-6 flex gap-2">
            <input type="search" name="q" value=text.get_untracked() class="input grow sm:max-w-md" autocomplete="off"
                aria-label="Search pages, campaigns, drafts and templates" placeholder="A page, a campaign, a draft, a template"/>
            <button type="submit" class="btn btn-primary">"Search"</button>
        </form>
        {load(found, groups)}
    }
}

fn groups(found: Vec<Group>) -> impl IntoView {
    if found.is_empty() {
        return view! {
            <Empty icon="search" title="Nothing found" text="No page, campaign, draft or template is called so. Try a part of its name."/>
        }
        .into_any();
    }
    view! { <div class="grid gap-6">{found.into_iter().map(group).collect_view()}</div> }.into_any()
}

fn group(group: Group) -> impl IntoView {
    view! {
        <section class="panel py-3">
            <h2 class="text-sm font-semibold text-muted">{group.name}</h2>
            <ul>{group.hits.into_iter().map(hit).collect_view()}</ul>
        </section>
    }
}

fn hit(hit: Hit) -> impl IntoView {
    let words = view! {
        <Icon name=hit.icon.name()/>
        <span class="min-w-0 truncate">{hit.title}</span>
        <span class="text-sm text-muted">{hit.note}</span>
    };
    let way = match hit.post {
        None => view! { <a href=hit.href class="nav-link">{words}</a> }.into_any(),
        Some(fields) => view! {
            <form method="post" action=hit.href>
                {hidden(fields)}
                <button type="submit" class="nav-link w-full cursor-pointer text-left">{words}</button>
            </form>
        }
        .into_any(),
    };
    view! { <li>{way}</li> }
}

/// What a form posts besides what is typed.
pub fn hidden(fields: Vec<(String, String)>) -> impl IntoView {
    fields
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view()
}
