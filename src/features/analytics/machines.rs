//! The part of a report that counts people and machines side by side, and says how machines were recognised.

use super::model::{Report, RuleLine, meaning};
use crate::ui::number::{count, percent, thousands};
use leptos::prelude::*;

#[component]
pub fn PeopleAndMachines(report: Report) -> impl IntoView {
    let sent = report.delivery.sent;
    let (people, machines) = (report.engagement, report.engagement.machine);
    let number = |words: &'static str, people: i64, machines: i64| {
        row(words, thousands(people), thousands(machines))
    };
    let rate = |words: &'static str, people: (i64, i64), machines: (i64, i64)| {
        row(
            words,
            percent(people.0, people.1),
            percent(machines.0, machines.1),
        )
    };
    let opens = report.tracks_opens.then(|| {
        view! {
            {number("Messages opened", people.unique_opens, machines.unique_opens)}
            {rate("Open rate", (people.unique_opens, sent), (machines.unique_opens, sent))}
            {number("Opens in all", people.opens, machines.opens)}
        }
    });
    let clicks = report.tracks_clicks.then(|| {
        view! {
            {number("Messages clicked", people.unique_clicks, machines.unique_clicks)}
            {rate("Click-through rate", (people.unique_clicks, sent), (machines.unique_clicks, sent))}
            {number("Clicks in all", people.clicks, machines.clicks)}
        }
    });
    let both = (report.tracks_opens && report.tracks_clicks).then(|| {
        rate(
            "Click-to-open rate",
            (people.unique_clicks, people.unique_opens),
            (machines.unique_clicks, machines.unique_opens),
        )
    });
    let is_tracked = report.tracks_opens || report.tracks_clicks;
    is_tracked.then(|| {
        view! {
            <section class="panel" aria-labelledby="report-machines">
                <h2 id="report-machines" class="text-base font-semibold">"People and machines"</h2>
                <p class="mt-1 mb-3 max-w-prose text-sm text-muted">{meaning("Machines")}</p>
                <div class="table-wrap">
                    <table class="table table-sm">
                        <thead>
                            <tr>
                                <th scope="col">"Number"</th>
                                <th scope="col" class="text-right">"People"</th>
                                <th scope="col" class="text-right">"Machines"</th>
                            </tr>
                        </thead>
                        <tbody>{opens}{clicks}{both}</tbody>
                    </table>
                </div>
                {rules(report.rules)}
            </section>
        }
    })
}

fn row(words: &'static str, people: String, machines: String) -> impl IntoView {
    view! {
        <tr>
            <th scope="row" class="font-normal">{words}</th>
            <td class="text-right tabular-nums">{people}</td>
            <td class="text-right tabular-nums text-muted">{machines}</td>
        </tr>
    }
}

fn rules(lines: Vec<RuleLine>) -> impl IntoView {
    (!lines.is_empty()).then(|| {
        let lines = lines.into_iter().map(|line| {
            view! {
                <li>
                    <span class="font-medium">
                        {format!("{}, {}", count(line.opens, "open", "opens"), count(line.clicks, "click", "clicks"))}
                    </span>
                    <span class="text-muted">{format!(": {}", line.rule.words())}</span>
                </li>
            }
        });
        view! {
            <details class="mt-3 text-sm">
                <summary class="cursor-pointer text-muted">"How the machines were recognised"</summary>
                <ul class="mt-2 grid gap-1.5">{lines.collect_view()}</ul>
            </details>
        }
    })
}
