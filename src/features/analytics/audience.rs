//! The parts of a report about who read the mail: devices and programs, domains, and what people did last.

use super::model::{Activity, DomainLine, ReaderLine, Report};
use crate::ids::CampaignId;
use crate::ui::chart::ranks::{Rank, RankTable};
use crate::ui::number::{percent, thousands};
use crate::ui::time::Time;
use leptos::prelude::*;

/// Lines that are shown of each list.
const SHOWN: usize = 8;

/// What people read with.
#[component]
pub fn Readers(report: Report) -> impl IntoView {
    let whole = report.engagement.opens + report.engagement.clicks;
    let ranks = |lines: Vec<ReaderLine>| -> Vec<Rank> {
        let value = |line: &ReaderLine| line.opens + line.clicks;
        let rest: i64 = lines.iter().skip(SHOWN).map(value).sum();
        let mut ranks: Vec<Rank> = lines
            .into_iter()
            .take(SHOWN)
            .map(|line| Rank {
                value: value(&line),
                name: line.name,
            })
            .collect();
        if rest > 0 {
            ranks.push(Rank {
                name: "All others".into(),
                value: rest,
            });
        }
        ranks
    };
    (!report.programs.is_empty()).then(|| view! {
        <section class="panel" aria-labelledby="report-readers">
            <h2 id="report-readers" class="text-base font-semibold">"Devices and mail programs"</h2>
            <p class="mt-1 mb-3 text-sm text-muted">
                "Of all opens and clicks by people. Gmail and Yahoo load images for their readers, so their devices stay hidden."
            </p>
            <div class="grid items-start gap-4 lg:grid-cols-2">
                <RankTable head="Device" unit="Times" ranks=ranks(report.devices) whole=whole/>
                <RankTable head="Mail program or browser" unit="Times" ranks=ranks(report.programs) whole=whole/>
            </div>
        </section>
    })
}

/// How the servers of each domain treated the mail.
#[component]
pub fn Domains(report: Report) -> impl IntoView {
    let is_over = report.delivery.waiting() <= 0;
    let rest = DomainLine::rest(&report.domains, &report.delivery, &report.engagement);
    let is_counted = !report.domains.is_empty();
    let (opens, clicks) = (report.tracks_opens, report.tracks_clicks);
    let row = move |line: DomainLine| {
        let sent = line.sent();
        let is_bad = line.failed * 10 > line.total;
        let rate = |is_tracked: bool, n: i64| match (is_tracked, is_over) {
            (false, _) => "Off".to_owned(),
            (true, true) => percent(n, sent),
            (true, false) => thousands(n),
        };
        view! {
            <tr>
                <th scope="row" class="min-w-28 font-normal [overflow-wrap:anywhere]">{line.domain}</th>
                <td class="text-right tabular-nums">{thousands(line.total)}</td>
                <td class="hidden text-right tabular-nums sm:table-cell">{if is_over { thousands(sent) } else { "…".into() }}</td>
                <td class="hidden text-right tabular-nums sm:table-cell" class:text-error=is_bad>{thousands(line.failed)}</td>
                <td class="text-right tabular-nums">{rate(opens, line.opened)}</td>
                <td class="hidden text-right tabular-nums sm:table-cell">{rate(clicks, line.clicked)}</td>
            </tr>
        }
    };
    let rows = report.domains.into_iter().map(row).collect_view();
    is_counted.then(|| view! {
        <section class="panel" aria-labelledby="report-domains">
            <h2 id="report-domains" class="text-base font-semibold">"Domains"</h2>
            <p class="mt-1 mb-3 text-sm text-muted">
                {if is_over {
                    "The recipients' domains, the largest first. Opened and clicked are shares of what was sent."
                } else {
                    "The recipients' domains, the largest first. How many were sent to each is known once nothing waits."
                }}
            </p>
            <div class="table-wrap" tabindex="0" role="group" aria-label="Numbers by domain">
                <table class="table table-sm">
                    <thead>
                        <tr>
                            <th scope="col">"Domain"</th>
                            <th scope="col" class="text-right">"Recipients"</th>
                            <th scope="col" class="hidden text-right sm:table-cell">"Sent"</th>
                            <th scope="col" class="hidden text-right sm:table-cell">"Failed"</th>
                            <th scope="col" class="text-right">"Opened"</th>
                            <th scope="col" class="hidden text-right sm:table-cell">"Clicked"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {rows}
                        {(rest.total > 0).then(|| row(rest))}
                    </tbody>
                </table>
            </div>
        </section>
    })
}

/// What people did last, and the ways to everybody.
#[component]
pub fn Recipients(report: Report) -> impl IntoView {
    let id = report.id;
    let of = report.engagement;
    let link = move |words: &'static str, n: i64, filter: &'static str| {
        let href = format!("/campaigns/{id}?tab=recipients&state={filter}");
        view! { <li><a class="btn btn-sm" href=href>{format!("{words} {}", thousands(n))}</a></li> }
    };
    let is_quiet = report.activity.is_empty();
    view! {
        <section class="panel" aria-labelledby="report-recipients">
            <h2 id="report-recipients" class="mb-3 text-base font-semibold">"Recipients"</h2>
            <ul class="no-print mb-4 flex flex-wrap gap-2" aria-label="Lists of recipients">
                {link("All", report.delivery.total, "")}
                {report.tracks_opens.then(|| link("Opened", of.unique_opens, "opened"))}
                {report.tracks_clicks.then(|| link("Clicked", of.unique_clicks, "clicked"))}
                {link("Failed", report.delivery.failed, "failed")}
            </ul>
            {if is_quiet {
                view! { <p class="text-muted">"Nobody has opened or clicked lately."</p> }.into_any()
            } else {
                view! {
                    <h3 class="mb-2 text-sm font-semibold">"What people did last"</h3>
                    <div class="table-wrap">
                        <table class="table table-sm">
                            <thead><tr><th scope="col">"Recipient"</th><th scope="col">"What"</th><th scope="col">"When"</th></tr></thead>
                            <tbody>{report.activity.into_iter().map(|activity| act(id, activity)).collect_view()}</tbody>
                        </table>
                    </div>
                }
                .into_any()
            }}
        </section>
    }
}

fn act(id: CampaignId, activity: Activity) -> impl IntoView {
    let what = match (activity.is_click, activity.link) {
        (false, _) => "Opened".to_owned(),
        (true, Some(link)) if !link.trim().is_empty() => format!("Clicked \u{201c}{link}\u{201d}"),
        (true, _) => "Clicked a link".to_owned(),
    };
    view! {
        <tr>
            <td class="max-w-56">
                <a class="link link-hover block truncate" href=format!("/campaigns/{id}/recipients/{}", activity.message)>{activity.address}</a>
            </td>
            <td class="max-w-sm"><span class="line-clamp-2 break-words">{what}</span></td>
            <td class="text-sm text-muted"><Time ms=activity.at/></td>
        </tr>
    }
}
