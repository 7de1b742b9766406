//! The parts of a report about what people did: rates, and opens and clicks over time.

use super::comparison::{CLICKS, CLICKS_OF_OPENS, OPENS, Of, UNSUBSCRIBES, against};
use super::model::{Period, Report, meaning};
use crate::ui::chart::BarChart;
use crate::ui::number::{count, percent, thousands};
use crate::ui::term::Term;
use leptos::prelude::*;

/// The rates, each with what it means one tap away, and against earlier campaigns.
#[component]
pub fn Figures(report: Report) -> impl IntoView {
    let sent = report.delivery.sent;
    let of = report.engagement;
    let opens = tracked(report.tracks_opens, percent(of.unique_opens, sent));
    let clicks = tracked(report.tracks_clicks, percent(of.unique_clicks, sent));
    let both = report.tracks_opens && report.tracks_clicks;
    let trend = |is_tracked: bool, rate: Of| is_tracked.then(|| against(&report, rate)).flatten();
    view! {
        <section aria-label="Key figures" class="grid grid-cols-2 gap-4 lg:grid-cols-4">
            <Figure word="Open rate" value=opens trend=trend(report.tracks_opens, OPENS)
                note=format!("{} opened, {} in all", thousands(of.unique_opens), count(of.opens, "open", "opens"))/>
            <Figure word="Click-through rate" value=clicks trend=trend(report.tracks_clicks, CLICKS)
                note=format!("{} clicked, {} in all", thousands(of.unique_clicks), count(of.clicks, "click", "clicks"))/>
            <Figure word="Click-to-open rate" value=tracked(both, percent(of.unique_clicks, of.unique_opens)) trend=trend(both, CLICKS_OF_OPENS)
                note=format!("{} of {} opened", thousands(of.unique_clicks), thousands(of.unique_opens))/>
            <Figure word="Unsubscribe rate" value=percent(of.unsubscribes, sent) trend=trend(true, UNSUBSCRIBES)
                note=format!("{} of {} sent", thousands(of.unsubscribes), thousands(sent))/>
        </section>
    }
}

fn tracked(is_tracked: bool, value: String) -> String {
    if is_tracked { value } else { "Off".into() }
}

#[component]
fn Figure(word: &'static str, value: String, note: String, trend: Option<String>) -> impl IntoView {
    let id = format!("about-{}", word.to_lowercase().replace(' ', "-"));
    view! {
        <div class="panel">
            <p class="flex items-start justify-between gap-1 text-sm text-muted">{word}<Term id=id word=word meaning=meaning(word)/></p>
            <p class="mt-1 text-2xl font-semibold tabular-nums">{value}</p>
            <p class="mt-1 text-sm text-muted">{note}</p>
            {trend.map(|trend| view! { <p class="mt-2 text-xs font-medium">{trend}</p> })}
        </div>
    }
}

/// Opens and clicks by hour or day.
#[component]
pub fn OverTime(report: Report) -> impl IntoView {
    let is_quiet = report.engagement.opens + report.engagement.clicks == 0;
    let undrawn = report.undrawn();
    let id = report.id;
    let period = report.period;
    let tab = move |of: Period, words: &'static str| {
        let is_current = of == period;
        view! {
            <a class="btn btn-sm join-item" class:btn-active=is_current aria-current=is_current.then_some("true")
                href=format!("/campaigns/{id}/report?time={}", of.as_str())>
                {words}
            </a>
        }
    };
    let axis = match period {
        Period::Hours => "Hour",
        Period::Days => "Day",
    };
    view! {
        <section class="panel" aria-labelledby="report-time">
            <div class="mb-4 flex flex-wrap items-center justify-between gap-2">
                <h2 id="report-time" class="text-base font-semibold">"Opens and clicks over time"</h2>
                {(!is_quiet).then(|| view! {
                    <nav class="join" aria-label="Steps of the chart">
                        {tab(Period::Hours, "First 48 hours")}
                        {tab(Period::Days, "By day")}
                    </nav>
                })}
            </div>
            {if is_quiet {
                let words = if report.tracks_opens || report.tracks_clicks {
                    "Nobody has opened or clicked yet."
                } else {
                    "Opens and clicks are not counted for this campaign: tracking was off when it was started."
                };
                view! { <p class="text-muted">{words}</p> }.into_any()
            } else {
                view! {
                    <BarChart title="Opens and clicks over time" axis=axis series=vec!["Opens".to_owned(), "Clicks".to_owned()]
                        buckets=report.buckets/>
                    <p class="mt-3 text-sm text-muted">
                        {format!("By people; machines are left out. Times are of the zone {}.", report.zone)}
                        {(undrawn > 0).then(|| format!(
                            " {} outside the chart.", count(undrawn, "more open or click lies", "more opens and clicks lie")
                        ))}
                    </p>
                }.into_any()
            }}
        </section>
    }
}
