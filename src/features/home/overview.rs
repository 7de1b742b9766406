//! The home page: what to look at, what to do next, what went out.

use super::api::find_overview;
use super::campaigns::{Campaigns, Drafts};
use super::model::{Overview, Warning};
use super::results::{Best, Deliverable, Rates};
use super::steps::FirstSteps;
use crate::features::analytics::model::meaning;
use crate::features::auth::model::Role;
use crate::features::auth::person::ForRole;
use crate::hydration::still;
use crate::ui::chart::BarChart;
use crate::ui::icon::Icon;
use crate::ui::load::load;
use crate::ui::number::{count, percent, thousands};
use crate::ui::page::PageHead;
use crate::ui::term::Term;
use crate::ui::time::Time;
use leptos::prelude::*;

#[component]
pub fn HomePage() -> impl IntoView {
    let overview = Resource::new_blocking(|| (), |()| find_overview());
    view! {
        <PageHead title="Home">
            <ForRole role=Role::Editor><a class="btn btn-primary" href="/drafts/new">"New campaign"</a></ForRole>
        </PageHead>
        {load(overview, |overview| still(overview, |overview| view! { <Glance overview=overview/> }))}
    }
}

#[component]
fn Glance(overview: Overview) -> impl IntoView {
    let Overview {
        days,
        sent,
        engagement,
        campaigns,
        drafts,
        weeks,
        best,
        deliverability,
        warnings,
        steps,
    } = overview;
    let has_sent = days.iter().any(|day| day.values.iter().any(|n| *n > 0));
    view! {
        <div class="grid gap-4 long-page">
            <Warnings warnings=warnings/>
            {steps.is_shown().then(|| view! { <FirstSteps steps=steps/> })}
            <section aria-label="Last 30 days" class="grid grid-cols-1 gap-4 sm:grid-cols-3">
                <Figure label="Sent in 30 days" value=thousands(sent) note="By campaigns of the last 30 days"/>
                <Figure label="Open rate" value=percent(engagement.unique_opens, sent)
                    note=count(engagement.unique_opens, "message opened", "messages opened")/>
                <Figure label="Click-through rate" value=percent(engagement.unique_clicks, sent)
                    note=count(engagement.unique_clicks, "message clicked", "messages clicked")/>
            </section>
            {has_sent.then(|| view! {
                <section class="panel" aria-labelledby="home-volume">
                    <h2 id="home-volume" class="text-base font-semibold">"Mail by day"</h2>
                    <p class="mb-4 text-sm text-muted">"Messages handed to a mail server or to the sandbox, refused ones included."</p>
                    <BarChart title="Mail by day" axis="Day" series=vec!["Messages".to_owned()] buckets=days/>
                </section>
            })}
            <Rates weeks=weeks/>
            <div class="grid items-start gap-4 xl:grid-cols-2">
                <div class="grid gap-4">
                    <Best campaigns=best/>
                    <Campaigns campaigns=campaigns/>
                </div>
                <div class="grid gap-4">
                    <Deliverable of=deliverability/>
                    <Drafts drafts=drafts/>
                </div>
            </div>
        </div>
    }
}

#[component]
fn Figure(label: &'static str, value: String, #[prop(into)] note: String) -> impl IntoView {
    let meaning = meaning(label);
    let term = (!meaning.is_empty()).then(|| {
        let id = format!("about-{}", label.to_lowercase().replace(' ', "-"));
        view! { <Term id=id word=label meaning=meaning/> }
    });
    view! {
        <div class="panel">
            <p class="flex min-h-6 items-start justify-between gap-1 text-sm text-muted">{label}{term}</p>
            <p class="mt-1 text-2xl font-semibold tabular-nums">{value}</p>
            <p class="mt-1 text-sm text-muted">{note}</p>
        </div>
    }
}

#[component]
fn Warnings(warnings: Vec<Warning>) -> impl IntoView {
    (!warnings.is_empty()).then(|| {
        let entries = warnings.into_iter().map(|warning| {
            let is_mild = matches!(warning, Warning::OnlySandbox);
            let class = if is_mild {
                "alert alert-info alert-soft"
            } else {
                "alert alert-warning alert-soft"
            };
            view! {
                <li class=class>
                    <Icon name="alert"/>
                    <span>{words(warning)}</span>
                </li>
            }
        });
        view! { <ul class="grid gap-2" aria-label="Warnings">{entries.collect_view()}</ul> }
    })
}

fn words(warning: Warning) -> AnyView {
    match warning {
        Warning::NoAccount => view! {
            "No sender account is on, so no mail can leave. "<a class="link" href="/accounts">"See the sender accounts"</a>
        }
        .into_any(),
        Warning::OnlySandbox => view! {
            "Only the sandbox is set up: mail stays in the outbox here and reaches nobody. "
            <a class="link" href="/accounts/new">"Add a sender account"</a>
        }
        .into_any(),
        Warning::Resting {
            account,
            name,
            reason,
            until,
        } => view! {
            {format!("{name} is paused after failures in a row, until ")}<Time ms=until/>". "{reason}" "
            <a class="link" href=format!("/accounts/{account}")>{format!("Open {name}")}</a>
        }
        .into_any(),
        Warning::CapReached {
            account,
            name,
            cap,
            resets_at,
        } => view! {
            {format!("{name} has sent its {} of today. It goes on at ", count(cap, "message", "messages"))}<Time ms=resets_at/>". "
            <a class="link" href=format!("/accounts/{account}")>{format!("Open {name}")}</a>
        }
        .into_any(),
        Warning::Unconfirmed {
            campaign,
            name,
            count: n,
        } => view! {
            {format!("{} of {name} may or may not have left. ", count(n, "message", "messages"))}
            <a class="link" href=format!("/campaigns/{campaign}?tab=recipients&state=unconfirmed")>"Decide what to do"</a>
        }
        .into_any(),
    }
}
