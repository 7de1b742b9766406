//! The parts of a report about people: rates, opens and clicks over time, links.

use super::model::{Period, Report, meaning};
use crate::ui::chart::BarChart;
use crate::ui::number::{count, percent, thousands};
use leptos::prelude::*;

/// The rates, each with what it means one tap away.
#[component]
pub fn Figures(report: Report) -> impl IntoView {
    let sent = report.delivery.sent;
    let of = report.engagement;
    let opens = tracked(report.tracks_opens, percent(of.unique_opens, sent));
    let clicks = tracked(report.tracks_clicks, percent(of.unique_clicks, sent));
    let both = report.tracks_opens && report.tracks_clicks;
    view! {
        <section aria-label="Key figures" class="grid grid-cols-2 gap-4 lg:grid-cols-4">
            <Figure word="Open rate" value=opens
                note=format!("{} opened, {} in all", thousands(of.unique_opens), count(of.opens, "open", "opens"))/>
            <Figure word="Click-through rate" value=clicks
                note=format!("{} clicked, {} in all", thousands(of.unique_clicks), count(of.clicks, "click", "clicks"))/>
            <Figure word="Click-to-open rate" value=tracked(both, percent(of.unique_clicks, of.unique_opens))
                note=format!("{} of {} opened", thousands(of.unique_clicks), thousands(of.unique_opens))/>
            <Figure word="Unsubscribe rate" value=percent(of.unsubscribes, sent)
                note=format!("{} of {} sent", thousands(of.unsubscribes), thousands(sent))/>
        </section>
    }
}

fn tracked(is_tracked: bool, value: String) -> String {
    if is_tracked { value } else { "Off".into() }
}

#[component]
fn Figure(word: &'static str, value: String, note: String) -> impl IntoView {
    view! {
        <div class="panel">
            <p class="text-sm text-muted">{word}</p>
            <p class="mt-1 text-2xl font-semibold tabular-nums">{value}</p>
            <p class="mt-1 text-sm text-muted">{note}</p>
            <details class="mt-2 text-sm">
                <summary class="cursor-pointer text-muted">{format!("About {}", word.to_lowercase())}</summary>
                <p class="mt-1">{meaning(word)}</p>
            </details>
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
                        {format!("Times are of the zone {}.", report.zone)}
                        {(undrawn > 0).then(|| format!(
                            " {} outside the chart.", count(undrawn, "more open or click lies", "more opens and clicks lie")
                        ))}
                    </p>
                }.into_any()
            }}
        </section>
    }
}

/// Which links people followed.
#[component]
pub fn TopLinks(report: Report) -> impl IntoView {
    let clicks = report.engagement.clicks;
    let more = report.link_count - report.links.len() as i64;
    let is_empty = report.links.is_empty();
    let rows = report.links.into_iter().map(|link| {
        let label = if link.label.trim().is_empty() {
            "Link without words".to_owned()
        } else {
            link.label
        };
        view! {
            <tr>
                <td class="max-w-0 w-full">
                    <span class="block truncate font-medium" title=label.clone()>{label.clone()}</span>
                    <span class="block truncate text-sm text-muted" title=link.target.clone()>{link.target.clone()}</span>
                </td>
                <td class="text-right tabular-nums">{thousands(link.clicks)}</td>
                <td class="text-right tabular-nums">{thousands(link.unique_clicks)}</td>
                <td class="hidden text-right tabular-nums sm:table-cell">{percent(link.clicks, clicks)}</td>
            </tr>
        }
    });
    view! {
        <section class="panel" aria-labelledby="report-links">
            <h2 id="report-links" class="mb-3 text-base font-semibold">"Top links"</h2>
            {if is_empty {
                let words = if report.tracks_clicks {
                    "This mail has no links that are counted."
                } else {
                    "Clicks are not counted for this campaign: tracking was off when it was started."
                };
                view! { <p class="text-muted">{words}</p> }.into_any()
            } else {
                view! {
                    <div class="table-wrap">
                        <table class="table table-sm">
                            <thead>
                                <tr>
                                    <th scope="col">"Link"</th>
                                    <th scope="col" class="text-right">"Clicks"</th>
                                    <th scope="col" class="text-right" title="Messages in which the link was clicked">"Unique"</th>
                                    <th scope="col" class="hidden text-right sm:table-cell">"Share"</th>
                                </tr>
                            </thead>
                            <tbody>{rows.collect_view()}</tbody>
                        </table>
                    </div>
                    {(more > 0).then(|| view! {
                        <p class="mt-2 text-sm text-muted">{format!("{} with fewer clicks.", count(more, "more link", "more links"))}</p>
                    })}
                }.into_any()
            }}
        </section>
    }
}
