//! The page of one campaign: head and actions, and its tabs. The tab is in the address.

use super::actions::{CampaignMessages, KeepButtons, RunButtons};
use super::api::find_campaign;
use super::live::{Line, follow};
use super::model::{CampaignDetail, CampaignForm};
use super::overview::Overview;
use super::recipients::api::list_recipients;
use super::recipients::list::RecipientLog;
use super::recipients::model::{LogPage, LogQuery};
use crate::error::AppError;
use crate::ui::badge::Badge;
use crate::ui::load::load;
use crate::ui::page::PageHead;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

#[component]
pub fn CampaignDetailPage() -> impl IntoView {
    let (params, map) = (use_params_map(), use_query_map());
    let id = move || params.read().get("id").unwrap_or_default();
    let get = move |name: &str| map.read().get(name).unwrap_or_default();
    // The notice is part of the source: after a change the page is read again.
    let campaign = Resource::new_blocking(
        move || (id(), get("notice")),
        |(id, _)| async move {
            find_campaign(CampaignForm {
                id,
                ..CampaignForm::default()
            })
            .await
        },
    );
    let query = move || {
        (get("tab") == "recipients").then(|| LogQuery {
            id: id(),
            state: get("state"),
            q: get("q"),
            before: get("before"),
            after: get("after"),
            reply: get("reply"),
            from: get("from"),
        })
    };
    let log = Resource::new_blocking(query, |query| async move {
        match query {
            Some(query) => list_recipients(query).await.map(Some),
            None => Ok(None),
        }
    });
    let tab = Memo::new(move |_| get("tab"));
    view! { {load(campaign, move |detail| view! { <Campaign detail=detail tab=tab log=log/> })} }
}

#[component]
fn Campaign(
    detail: CampaignDetail,
    tab: Memo<String>,
    log: Resource<Result<Option<LogPage>, AppError>>,
) -> impl IntoView {
    let progress = RwSignal::new(detail.progress.clone());
    let line = RwSignal::new(Line::Idle);
    follow(detail.id, progress, line);
    let (id, can_edit) = (detail.id, detail.can_edit);
    let state = Memo::new(move |_| progress.with(|p| p.state));
    // Buttons depend on the state and on which counts are zero; they stay put while numbers only grow.
    let rules = Memo::new(move |_| {
        progress.with(|p| {
            (
                p.state,
                p.counts.failed > 0,
                p.counts.unconfirmed > 0,
                p.counts.waiting() > 0,
            )
        })
    });
    let subject = detail.subject.clone();
    let overview = StoredValue::new(detail.clone());
    view! {
        <PageHead title=detail.name.clone() lead=detail.subject back=("/campaigns".to_owned(), "Campaigns".to_owned())>
            {move || view! { <Badge tone=state.get().tone() text=state.get().words()/> }}
            {move || {
                rules.track();
                let counts = progress.with_untracked(|p| p.counts);
                can_edit.then(|| view! {
                    <RunButtons id=id state=state.get() counts=counts/>
                    <KeepButtons id=id state=state.get() counts=counts/>
                })
            }}
        </PageHead>
        <CampaignMessages/>
        <nav class="tabs tabs-border mb-5" aria-label="Campaign">
            <TabLink tab=tab name="" href=format!("/campaigns/{id}") words="Progress"/>
            <TabLink tab=tab name="recipients" href=format!("/campaigns/{id}?tab=recipients") words="Recipients"/>
            <TabLink tab=tab name="content" href=format!("/campaigns/{id}?tab=content") words="Content"/>
            <a class="tab" href=format!("/campaigns/{id}/report")>"Report"</a>
        </nav>
        {move || match tab.get().as_str() {
            "recipients" => view! {
                {load(log, |page| page.map(|page| view! { <RecipientLog page=page/> }))}
            }
            .into_any(),
            "content" => view! { <Content id=id.to_string() subject=subject.clone()/> }.into_any(),
            _ => view! { <Overview detail=overview.get_value() progress=progress line=line/> }.into_any(),
        }}
    }
}

#[component]
fn TabLink(
    tab: Memo<String>,
    name: &'static str,
    href: String,
    words: &'static str,
) -> impl IntoView {
    let is_current = move || tab.get() == name;
    view! {
        <a class="tab" class:tab-active=is_current href=href aria-current=move || is_current().then_some("page")>{words}</a>
    }
}

/// The mail as it was frozen, in a frame of its own that runs no scripts and loads nothing of ours.
#[component]
fn Content(id: String, subject: String) -> impl IntoView {
    view! {
        <section class="panel">
            <div class="mb-3 flex flex-wrap items-start justify-between gap-3">
                <div class="min-w-0">
                    <h2 class="font-semibold">{subject}</h2>
                    <p class="text-sm text-muted">
                        "Frozen when the campaign was started: later changes to a template do not touch it. Shown with one recipient's data; looking at it counts no open."
                    </p>
                </div>
                <a class="btn btn-sm btn-ghost" href=format!("/campaigns/{id}/content?part=text") target="_blank">"Plain text"</a>
            </div>
            <iframe sandbox="" src=format!("/campaigns/{id}/content") title="The mail as it was frozen"
                class="h-[70vh] w-full rounded-box border border-base-300 bg-white"></iframe>
        </section>
    }
}
