//! What happened last in a campaign: messages that ended, opens and clicks of people.

use super::progress::Recent;
use crate::ids::CampaignId;
use crate::ui::badge::{Badge, Tone};
use crate::ui::time::Time;
use leptos::prelude::*;

/// The word of an event, and its colour.
fn word(kind: &str) -> (Tone, &'static str) {
    match kind {
        "sent" => (Tone::Neutral, "Sent"),
        "failed" => (Tone::Bad, "Failed"),
        "open" => (Tone::Info, "Opened"),
        _ => (Tone::Good, "Clicked"),
    }
}

#[component]
pub fn RecentEvents(id: CampaignId, recent: Signal<Vec<Recent>>) -> impl IntoView {
    // Drawn anew only when something new has happened.
    let recent = Memo::new(move |_| recent.get());
    view! {
        <section class="panel" aria-labelledby="recent">
            <h2 id="recent" class="mb-2 font-semibold">"Recent events"</h2>
            {move || {
                let events = recent.get();
                if events.is_empty() {
                    view! { <p class="text-sm text-muted">"Nothing has happened yet."</p> }.into_any()
                } else {
                    view! { <ul class="divide-y divide-base-300">{events.into_iter().map(|event| line(id, event)).collect_view()}</ul> }.into_any()
                }
            }}
        </section>
    }
}

fn line(id: CampaignId, event: Recent) -> impl IntoView {
    let (tone, words) = word(&event.kind);
    view! {
        <li class="flex flex-wrap items-center gap-x-3 gap-y-1 py-2 text-sm sm:flex-nowrap">
            <span class="w-20 shrink-0"><Badge tone=tone text=words/></span>
            <a class="link link-hover min-w-0 max-w-60 truncate" href=format!("/campaigns/{id}/recipients/{}", event.message)>{event.address}</a>
            <span class="min-w-0 grow truncate text-muted">{event.words}</span>
            <span class="shrink-0 text-muted"><Time ms=event.at/></span>
        </li>
    }
}
