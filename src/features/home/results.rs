//! The parts of the home page about what came of the mail: rates by week, the best campaigns, what mail servers made of it.

use super::model::Deliverability;
use crate::features::analytics::model::{CampaignLine, DomainLine, meaning};
use crate::ui::chart::lines::{RateChart, RatePoint};
use crate::ui::chart::{Share, ShareBar};
use crate::ui::number::{percent, thousands};
use crate::ui::term::Term;
use leptos::prelude::*;

/// Open and click-through rate, once two weeks can be compared.
#[component]
pub fn Rates(weeks: Vec<RatePoint>) -> impl IntoView {
    let known = weeks
        .iter()
        .filter(|week| week.values.iter().any(Option::is_some));
    (known.count() >= 2).then(|| view! {
        <section class="panel" aria-labelledby="home-rates">
            <div class="flex items-center gap-1">
                <h2 id="home-rates" class="text-base font-semibold">"Rates by week"</h2>
                <Term id="about-rates" word="Rates" meaning=rates()/>
            </div>
            <p class="mb-4 text-sm text-muted">"Of the campaigns that started in the week. What machines opened and clicked is left out."</p>
            <RateChart title="Rates by week" axis="Week" series=vec!["Open rate".to_owned(), "Click-through rate".to_owned()] points=weeks/>
        </section>
    })
}

/// The campaigns that people clicked most.
#[component]
pub fn Best(campaigns: Vec<CampaignLine>) -> impl IntoView {
    let rows = campaigns.clone().into_iter().map(|campaign| {
        let (sent, of) = (campaign.delivery.sent, campaign.engagement);
        view! {
            <tr>
                <th scope="row" class="font-normal [overflow-wrap:anywhere]">
                    <a class="link link-hover font-medium" href=format!("/campaigns/{}/report", campaign.id)>{campaign.name}</a>
                </th>
                <td class="hidden text-right tabular-nums sm:table-cell">{thousands(sent)}</td>
                <td class="text-right tabular-nums">{percent(of.unique_opens, sent)}</td>
                <td class="text-right font-medium tabular-nums">{percent(of.unique_clicks, sent)}</td>
            </tr>
        }
    });
    (!campaigns.is_empty()).then(|| view! {
        <section class="panel" aria-labelledby="home-best">
            <h2 id="home-best" class="text-base font-semibold">"Best campaigns"</h2>
            <p class="mb-3 text-sm text-muted">"Of the last 12 weeks, by click-through rate."</p>
            <div class="table-wrap">
                <table class="table table-sm">
                    <thead>
                        <tr>
                            <th scope="col">"Campaign"</th>
                            <th scope="col" class="hidden text-right sm:table-cell">"Sent"</th>
                            <th scope="col" class="text-right whitespace-nowrap">"Opened"<Term id="about-best-opened" word="Opened" meaning=meaning("Open rate")/></th>
                            <th scope="col" class="text-right whitespace-nowrap">"Clicked"<Term id="about-best-clicked" word="Clicked" meaning=meaning("Click-through rate")/></th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    })
}

/// What the two lines of the chart are.
fn rates() -> String {
    let word = |word: &str| format!("{word}: {}", meaning(word));
    format!("{} {}", word("Open rate"), word("Click-through rate"))
}

/// How mail servers took the mail.
#[component]
pub fn Deliverable(of: Deliverability) -> impl IntoView {
    let Deliverability {
        delivery,
        unsubscribes,
        domains,
    } = of;
    // What was handed to a server, or refused by one.
    let tried = delivery.sent + delivery.failed + delivery.unconfirmed;
    let shares = vec![
        share("Sent", delivery.sent, "fill-success"),
        share("Failed", delivery.failed, "fill-error"),
        share("Unconfirmed", delivery.unconfirmed, "fill-warning"),
    ];
    let fact = |words: &'static str, value: String| {
        view! { <div><dt class="text-sm text-muted">{words}</dt><dd class="text-lg font-semibold tabular-nums">{value}</dd></div> }
    };
    (tried > 0).then(|| {
        view! {
            <section class="panel" aria-labelledby="home-delivery">
                <h2 id="home-delivery" class="text-base font-semibold">"Deliverability"</h2>
                <p class="mb-3 text-sm text-muted">"Of the campaigns of the last 30 days."</p>
                <ShareBar title="Deliverability" shares=shares/>
                <dl class="mt-3 flex flex-wrap gap-x-8 gap-y-2">
                    {fact("Sent", percent(delivery.sent, tried))}
                    {fact("Failed", percent(delivery.failed, tried))}
                    {fact("Unsubscribed", percent(unsubscribes, delivery.sent))}
                </dl>
                {largest(domains)}
            </section>
        }
    })
}

fn share(label: &'static str, value: i64, fill: &'static str) -> Share {
    Share { label, value, fill }
}

fn largest(domains: Vec<DomainLine>) -> impl IntoView {
    (!domains.is_empty()).then(|| {
        let rows = domains.into_iter().map(|line| {
            view! {
                <tr>
                    <th scope="row" class="font-normal break-all">{line.domain.clone()}</th>
                    <td class="text-right tabular-nums">{thousands(line.total)}</td>
                    <td class="text-right tabular-nums">{percent(line.failed, line.total - line.left_out)}</td>
                    <td class="hidden text-right tabular-nums sm:table-cell">{percent(line.opened, line.total - line.left_out)}</td>
                </tr>
            }
        });
        view! {
            <div class="table-wrap mt-4" tabindex="0" role="group" aria-label="Largest domains">
                <table class="table table-sm">
                    <thead>
                        <tr>
                            <th scope="col" class="whitespace-normal">"Largest domains"</th>
                            <th scope="col" class="text-right">"Recipients"</th>
                            <th scope="col" class="text-right">"Failed"</th>
                            <th scope="col" class="hidden text-right sm:table-cell">"Opened"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
    })
}
