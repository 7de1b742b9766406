//! The report of one campaign: where the mail is, and what people did with it.

use super::api::find_report;
use super::audience::{Domains, Readers, Recipients};
use super::click_map::{ClickMap, Links};
use super::comparison::Comparison;
use super::engagement::{Figures, OverTime};
use super::machines::PeopleAndMachines;
use super::model::{GLOSSARY, Period, Report, ReportPage, parts};
use crate::features::campaigns::failures::FailureGroups;
use crate::features::campaigns::model::Counts;
use crate::features::campaigns::progress::ReplyGroup;
use crate::hydration::still;
use crate::ids::CampaignId;
use crate::ui::chart::{Share, ShareBar};
use crate::ui::load::load;
use crate::ui::number::{percent, thousands};
use crate::ui::page::PageHead;
use crate::ui::time::Time;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

#[component]
pub fn CampaignReportPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let id = params.read().get("id").unwrap_or_default();
        let period = query.read().get("time").unwrap_or_default();
        (id, Period::of(&period))
    });
    let report = Resource::new_blocking(
        move || asked.get(),
        |(id, period)| async move {
            // No campaign has this number: the server says so, with the right status.
            find_report(id.parse().unwrap_or(CampaignId(0)), period).await
        },
    );
    view! { {load(report, move |page| view! { <WholeReport page=page/> })} }
}

#[component]
fn WholeReport(page: ReportPage) -> impl IntoView {
    let ReportPage {
        id,
        name,
        subject,
        report,
    } = page;
    let file = format!("campaign-{id}-report.csv");
    view! {
        <PageHead title=format!("Report: {name}") lead=subject back=(format!("/campaigns/{id}"), name)>
            <a class="btn" href=format!("/campaigns/{id}/report.csv") rel="external" download=file>"Export CSV"</a>
        </PageHead>
        {still(report, |report| view! { <Panels report=report/> })}
    }
}

#[component]
fn Panels(report: Report) -> impl IntoView {
    let (id, delivery) = (report.id, report.delivery);
    view! {
        {span(&report)}
        <div class="grid gap-4 long-page">
            <Figures report=report.clone()/>
            <DeliveryTable id=id delivery=delivery/>
            <OverTime report=report.clone()/>
            <PeopleAndMachines report=report.clone()/>
            <Links report=report.clone()/>
            <Readers report=report.clone()/>
            <Domains report=report.clone()/>
            <Failures id=id failed=delivery.failed groups=report.failures.clone()/>
            <Recipients report=report.clone()/>
            <Comparison report=report.clone()/>
            <ClickMap report=report/>
            <Glossary/>
        </div>
    }
}

/// When it was sent.
fn span(report: &Report) -> impl IntoView + use<> {
    let (started, finished) = (report.started_at, report.finished_at);
    let waiting = report.delivery.waiting();
    view! {
        <p class="mb-4 text-sm text-muted">
            {match started {
                Some(ms) => view! { "Started "<Time ms=ms/> }.into_any(),
                None => view! { "Not started yet" }.into_any(),
            }}
            {match finished {
                Some(ms) => view! { ", ended "<Time ms=ms/>"." }.into_any(),
                None if waiting > 0 => view! { ". These are the numbers of this moment: some mail has not left yet." }.into_any(),
                None => view! { "." }.into_any(),
            }}
        </p>
    }
}

/// Every recipient in exactly one row.
#[component]
fn DeliveryTable(id: CampaignId, delivery: Counts) -> impl IntoView {
    let shares = parts(&delivery)
        .into_iter()
        .map(|(label, value, fill, ..)| Share { label, value, fill })
        .collect();
    let rows = parts(&delivery).into_iter().map(|(label, value, fill, state, means)| {
        let href = format!("/campaigns/{id}?tab=recipients&state={state}");
        view! {
            <tr>
                <th scope="row" class="font-normal">
                    <span class="flex items-center gap-2">
                        <svg class="size-3 shrink-0" viewBox="0 0 10 10" aria-hidden="true">
                            <rect width="10" height="10" rx="2" class=fill></rect>
                        </svg>
                        {if value > 0 {
                            view! { <a class="link link-hover" href=href>{label}</a> }.into_any()
                        } else {
                            view! { {label} }.into_any()
                        }}
                    </span>
                </th>
                <td class="text-right tabular-nums">{thousands(value)}</td>
                <td class="text-right tabular-nums">{percent(value, delivery.total)}</td>
                <td class="hidden text-sm text-muted md:table-cell">{means}</td>
            </tr>
        }
    });
    view! {
        <section class="panel" aria-labelledby="report-delivery">
            <h2 id="report-delivery" class="mb-3 text-base font-semibold">"Delivery"</h2>
            <ShareBar title="Delivery" shares=shares/>
            <div class="table-wrap mt-4">
                <table class="table table-sm">
                    <thead>
                        <tr>
                            <th scope="col">"State"</th>
                            <th scope="col" class="text-right">"Recipients"</th>
                            <th scope="col" class="text-right">"Share"</th>
                            <th scope="col" class="hidden md:table-cell">"Meaning"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                    <tfoot>
                        <tr>
                            <th scope="row">"Audience"</th>
                            <td class="text-right font-semibold tabular-nums">{thousands(delivery.total)}</td>
                            <td class="text-right tabular-nums">{percent(delivery.total, delivery.total)}</td>
                            <td class="hidden text-sm font-normal text-muted md:table-cell">"The sum of all rows: nobody is lost."</td>
                        </tr>
                    </tfoot>
                </table>
            </div>
        </section>
    }
}

/// What servers said when they refused.
#[component]
fn Failures(id: CampaignId, failed: i64, groups: Vec<ReplyGroup>) -> impl IntoView {
    (failed > 0).then(|| {
        view! {
            <section class="panel" aria-labelledby="report-failures">
                <div class="mb-3 flex flex-wrap items-baseline justify-between gap-2">
                    <h2 id="report-failures" class="text-base font-semibold">"Why messages failed"</h2>
                    <a class="link text-sm" href=format!("/campaigns/{id}?tab=recipients&state=failed")>"Show failed recipients"</a>
                </div>
                <FailureGroups id=id groups=groups/>
            </section>
        }
    })
}

#[component]
fn Glossary() -> impl IntoView {
    let words = GLOSSARY.into_iter().map(|(word, meaning)| {
        view! {
            <div>
                <dt class="font-medium">{word}</dt>
                <dd class="text-muted">{meaning}</dd>
            </div>
        }
    });
    view! {
        <section class="panel" aria-labelledby="report-glossary">
            <h2 id="report-glossary" class="mb-3 text-base font-semibold">"What the numbers mean"</h2>
            <dl class="grid gap-3 text-sm md:grid-cols-2">{words.collect_view()}</dl>
        </section>
    }
}
