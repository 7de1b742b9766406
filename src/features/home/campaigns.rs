//! The latest campaigns and drafts of the home page.

use super::model::{RecentCampaign, RecentDraft};
use crate::ui::badge::Badge;
use crate::ui::number::{percent, thousands};
use crate::ui::time::Time;
use leptos::prelude::*;

#[component]
pub fn Campaigns(campaigns: Vec<RecentCampaign>) -> impl IntoView {
    let is_empty = campaigns.is_empty();
    view! {
        <section class="panel" aria-labelledby="home-campaigns">
            <div class="mb-3 flex items-baseline justify-between gap-2">
                <h2 id="home-campaigns" class="text-base font-semibold">"Recent campaigns"</h2>
                <a class="link text-sm" href="/campaigns">"All campaigns"</a>
            </div>
            {if is_empty {
                view! { <p class="text-muted">"Nothing was sent yet. A draft becomes a campaign when you send it."</p> }.into_any()
            } else {
                view! { <ul class="divide-y divide-base-300">{campaigns.into_iter().map(campaign).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
}

fn campaign(campaign: RecentCampaign) -> impl IntoView {
    let RecentCampaign {
        id,
        name,
        state,
        delivery,
        engagement,
        created_at,
    } = campaign;
    let done = delivery.done();
    let label = format!(
        "{name}: {} of {} done",
        thousands(done),
        thousands(delivery.total)
    );
    let is_running = delivery.waiting() > 0;
    view! {
        <li class="py-3 first:pt-0 last:pb-0">
            <div class="flex items-center justify-between gap-2">
                <a class="link link-hover min-w-0 truncate font-medium" href=format!("/campaigns/{id}")>{name}</a>
                <Badge tone=state.tone() text=state.words()/>
            </div>
            {is_running.then(|| view! {
                <progress class="progress progress-primary mt-2 w-full" value=done.to_string() max=delivery.total.to_string()
                    aria-label=label></progress>
            })}
            <p class="mt-1 text-sm text-muted">
                {format!("{} of {} sent", thousands(delivery.sent), thousands(delivery.total))}
                {(delivery.sent > 0).then(|| format!(", {} opened, {} clicked",
                    percent(engagement.unique_opens, delivery.sent), percent(engagement.unique_clicks, delivery.sent)))}
                ", "<Time ms=created_at/>
            </p>
        </li>
    }
}

#[component]
pub fn Drafts(drafts: Vec<RecentDraft>) -> impl IntoView {
    let is_empty = drafts.is_empty();
    view! {
        <section class="panel" aria-labelledby="home-drafts">
            <div class="mb-3 flex items-baseline justify-between gap-2">
                <h2 id="home-drafts" class="text-base font-semibold">"Drafts to finish"</h2>
                <a class="link text-sm" href="/drafts">"All drafts"</a>
            </div>
            {if is_empty {
                view! { <p class="text-muted">"No draft is waiting to be finished."</p> }.into_any()
            } else {
                view! { <ul class="divide-y divide-base-300">{drafts.into_iter().map(draft).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
}

fn draft(draft: RecentDraft) -> impl IntoView {
    let RecentDraft {
        id,
        name,
        subject,
        updated_at,
    } = draft;
    let subject = if subject.trim().is_empty() {
        "No subject yet".to_owned()
    } else {
        subject
    };
    view! {
        <li class="py-3 first:pt-0 last:pb-0">
            <a class="link link-hover block truncate font-medium" href=format!("/drafts/{id}")>{name}</a>
            <p class="truncate text-sm text-muted">{subject}", changed "<Time ms=updated_at/></p>
        </li>
    }
}
