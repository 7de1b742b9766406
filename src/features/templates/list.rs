//! The gallery: every template with a picture of it, found by name or subject.

use super::api::{DeleteTemplate, DuplicateTemplate, list_templates};
use super::entry::{TemplateCard, TemplateList};
use crate::ui::badge::{Badge, Tone};
use crate::ui::confirm::Confirm;
use crate::ui::empty::Empty;
use crate::ui::form::{FormMessage, FormState};
use crate::ui::load::load;
use crate::ui::page::PageHead;
use crate::ui::pager::Pager;
use crate::ui::time::Time;
use leptos::form::ActionForm;
use leptos::html::iframe;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use std::time::Duration;

/// How long after the last keystroke the gallery is searched.
const SEARCH_PAUSE: Duration = Duration::from_millis(250);

#[component]
pub fn TemplateListPage() -> impl IntoView {
    let query = use_query_map();
    let words = Memo::new(move |_| query.read().get("q").unwrap_or_default());
    let page = Memo::new(move |_| {
        let page = query.read().get("page");
        page.and_then(|page| page.parse::<i64>().ok()).unwrap_or(1)
    });
    let duplicate = ServerAction::<DuplicateTemplate>::new();
    let delete = ServerAction::<DeleteTemplate>::new();
    let list = Resource::new_blocking(
        move || (words.get(), page.get(), delete.version().get()),
        |(words, page, _)| list_templates(words, page),
    );
    let navigate = use_navigate();
    let mut search = debounce(SEARCH_PAUSE, move |words: String| {
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&address(words.trim(), 1), options);
    });
    view! {
        <PageHead title="Templates" lead="Designs to start a campaign from. A draft gets its own copy.">
            <a class="btn" href="/templates/import">"Import"</a>
            <a class="btn btn-primary" href="/templates/new">"New template"</a>
        </PageHead>
        <form method="get" action="/templates" role="search" class="mb-6 flex max-w-md gap-2">
            <input type="search" name="q" class="input grow" value=words.get_untracked() aria-label="Search templates" placeholder="Name or subject"
                autocomplete="off" on:input=move |event| search(event_target_value(&event))/>
            <button type="submit" class="btn">"Search"</button>
        </form>
        <FormMessage form=FormState::of(duplicate)/>
        <FormMessage form=FormState::of(delete)/>
        {load(list, move |list| view! { <Gallery list words=words.get_untracked() duplicate delete/> })}
    }
}

#[component]
fn Gallery(
    list: TemplateList,
    words: String,
    duplicate: ServerAction<DuplicateTemplate>,
    delete: ServerAction<DeleteTemplate>,
) -> impl IntoView {
    let TemplateList {
        cards,
        page,
        has_next,
        can_edit,
    } = list;
    if cards.is_empty() {
        return if words.is_empty() {
            view! {
                <Empty icon="template" title="No templates yet" text="A template holds a design that campaigns start from.">
                    <a class="btn btn-primary" href="/templates/new">"New template"</a>
                </Empty>
            }
            .into_any()
        } else {
            view! {
                <Empty icon="search" title="Nothing found" text=format!("No template's name or subject holds “{words}”.")>
                    <a class="btn" href="/templates">"Show all templates"</a>
                </Empty>
            }
            .into_any()
        };
    }
    let found = match cards.len() {
        1 => "1 template".to_owned(),
        count => format!("{count} templates on this page"),
    };
    let cards = cards
        .into_iter()
        .map(|card| view! { <Card card can_edit duplicate delete/> })
        .collect_view();
    view! {
        <p role="status" class="sr-only">{found}</p>
        <ul class="grid grid-cols-[repeat(auto-fill,minmax(min(100%,17rem),1fr))] gap-5">{cards}</ul>
        <Pager previous=(page > 1).then(|| address(&words, page - 1)) next=has_next.then(|| address(&words, page + 1))
            words=format!("Page {page}")/>
    }
    .into_any()
}

fn address(words: &str, page: i64) -> String {
    let mut map = leptos_router::params::ParamsMap::new();
    if !words.is_empty() {
        map.insert("q", words.to_owned());
    }
    if page > 1 {
        map.insert("page", page.to_string());
    }
    format!("/templates{}", map.to_query_string())
}

#[component]
fn Card(
    card: TemplateCard,
    can_edit: bool,
    duplicate: ServerAction<DuplicateTemplate>,
    delete: ServerAction<DeleteTemplate>,
) -> impl IntoView {
    let TemplateCard {
        id,
        name,
        mode,
        revision,
        updated_at,
        usage,
    } = card;
    let href = format!("/templates/{id}");
    let (duplicate_label, export_label) = (format!("Duplicate {name}"), format!("Export {name}"));
    let question = format!("Delete “{name}”?");
    let is_code = mode != crate::mail::design::Mode::Blocks;
    view! {
        <li class="panel flex flex-col overflow-hidden p-0">
            <a href=href.clone() tabindex="-1" aria-hidden="true" class="block border-b border-base-300">
                <Thumbnail src=format!("/templates/{id}/preview?revision={revision}")/>
            </a>
            <div class="flex grow flex-col gap-1 p-4">
                <div class="flex items-start justify-between gap-2">
                    <h2 class="min-w-0 font-semibold"><a class="hover:underline" href=href>{name}</a></h2>
                    {is_code.then(|| view! { <Badge tone=Tone::Neutral text=mode.as_str().to_uppercase()/> })}
                </div>
                <p class="text-sm text-muted">"Changed "<Time ms=updated_at/></p>
                <div class="mt-auto flex flex-wrap items-center gap-1 pt-3">
                    {can_edit.then(|| view! {
                        <ActionForm action=duplicate>
                            <input type="hidden" name="id" value=id.to_string()/>
                            <button type="submit" class="btn btn-ghost btn-sm" aria-label=duplicate_label>"Duplicate"</button>
                        </ActionForm>
                    })}
                    <a class="btn btn-ghost btn-sm" rel="external" download="" href=format!("/templates/{id}/export")
                        aria-label=export_label>"Export"</a>
                    {can_edit.then(|| view! {
                        <Confirm id=format!("delete-{id}") label="Delete" question=question detail=usage.consequence()>
                            <ActionForm action=delete>
                                <input type="hidden" name="id" value=id.to_string()/>
                                <button type="submit" class="btn btn-sm btn-error">"Delete template"</button>
                            </ActionForm>
                        </Confirm>
                    })}
                </div>
            </div>
        </li>
    }
}

/// A mail in small: a frame twice as large as its place, at half size. It runs nothing and takes no clicks.
#[component]
pub fn Thumbnail(#[prop(into)] src: String) -> impl IntoView {
    // Built by hand: `view!` knows no `loading` for frames. It comes before the address, or it comes too late.
    let frame = iframe()
        .attr("loading", "lazy")
        .src(src)
        .title("")
        .sandbox("")
        .tabindex("-1")
        .attr("scrolling", "no")
        .class(
            "pointer-events-none absolute left-0 top-0 h-[200%] w-[200%] origin-top-left scale-50",
        );
    view! { <div class="relative h-52 overflow-hidden bg-white" aria-hidden="true">{frame}</div> }
}
