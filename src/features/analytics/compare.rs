//! Campaigns side by side: their numbers in columns, the best of each row marked, and how fast they were opened.

use super::api::compare_campaigns;
use super::comparison::{CLICKS, CLICKS_OF_OPENS, OPENS, Of, UNSUBSCRIBES};
use super::model::{ComparedCampaign, SideBySide, meaning};
use crate::hydration::still;
use crate::ui::chart::BarChart;
use crate::ui::empty::Empty;
use crate::ui::load::load;
use crate::ui::number::{percent, thousands};
use crate::ui::page::PageHead;
use crate::ui::term::Term;
use crate::ui::time::Time;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

#[component]
pub fn CampaignComparePage() -> impl IntoView {
    let map = use_query_map();
    // "3,7" of a link, or the boxes of the list.
    let ids = Memo::new(move |_| {
        let map = map.read();
        let some = |name: &str| map.get_all(name).unwrap_or_default();
        let all: Vec<String> = some("ids").into_iter().chain(some("form[ids][]")).collect();
        all.join(",")
    });
    let compared = Resource::new_blocking(move || ids.get(), compare_campaigns);
    view! {
        <PageHead title="Compare campaigns" lead="Side by side, by what people did." back=("/campaigns".to_owned(), "Campaigns".to_owned())/>
        {load(compared, |compared| still(compared, |compared| view! { <Columns compared=compared/> }))}
    }
}

#[component]
fn Columns(compared: SideBySide) -> impl IntoView {
    if compared.campaigns.len() < 2 {
        return view! {
            <Empty icon="search" title="Nothing to compare yet"
                text="Select two to four campaigns in the list, then press Compare.">
                <a class="btn" href="/campaigns">"Go to campaigns"</a>
            </Empty>
        }
        .into_any();
    }
    let SideBySide { campaigns, hours } = compared;
    let names: Vec<String> = campaigns
        .iter()
        .map(|campaign| campaign.line.name.clone())
        .collect();
    let is_opened = hours
        .iter()
        .any(|hour| hour.values.iter().any(|opens| *opens > 0));
    let heads = campaigns.iter().map(|campaign| {
        let line = &campaign.line;
        view! {
            <th scope="col" class="min-w-40 whitespace-normal align-bottom">
                <a class="link link-hover text-base [overflow-wrap:anywhere]" href=format!("/campaigns/{}/report", line.id)>{line.name.clone()}</a>
                <span class="mt-1 block font-normal text-muted">{campaign.subject.clone()}</span>
            </th>
        }
    });
    let started = campaigns.iter().map(|campaign| {
        view! { <td>{campaign.line.started_at.map(|ms| view! { <Time ms=ms/> })}</td> }
    });
    let number = |words: &'static str, value: fn(&ComparedCampaign) -> i64| {
        let cells = campaigns.iter().map(
            move |campaign| view! { <td class="tabular-nums">{thousands(value(campaign))}</td> },
        );
        view! { <tr><th scope="row" class="whitespace-nowrap font-normal">{words}</th>{cells.collect_view()}</tr> }
    };
    let rate = |words: &'static str,
                of: Of,
                is_counted: fn(&ComparedCampaign) -> bool,
                is_more_better: bool| {
        rate_row(&campaigns, words, of, is_counted, is_more_better)
    };
    view! {
        <div class="grid gap-4">
            <section class="panel" aria-label="Numbers">
                <div class="table-wrap">
                    <table class="table">
                        <thead><tr><th scope="col">"Number"</th>{heads.collect_view()}</tr></thead>
                        <tbody>
                            <tr><th scope="row" class="font-normal">"Started"</th>{started.collect_view()}</tr>
                            {number("Recipients", |campaign| campaign.line.delivery.total)}
                            {number("Sent", |campaign| campaign.line.delivery.sent)}
                            {number("Failed", |campaign| campaign.line.delivery.failed)}
                            {rate("Open rate", OPENS, |campaign| campaign.tracks_opens, true)}
                            {rate("Click-through rate", CLICKS, |campaign| campaign.tracks_clicks, true)}
                            {rate("Click-to-open rate", CLICKS_OF_OPENS, |campaign| campaign.tracks_opens && campaign.tracks_clicks, true)}
                            {rate("Unsubscribe rate", UNSUBSCRIBES, |_| true, false)}
                            {number("Opens by machines", |campaign| campaign.line.engagement.machine.opens)}
                            {number("Clicks by machines", |campaign| campaign.line.engagement.machine.clicks)}
                        </tbody>
                    </table>
                </div>
                <p class="mt-3 text-sm text-muted">"The best rate of each row is bold. Rates are of messages sent, by people."</p>
            </section>
            {is_opened.then(|| view! {
                <section class="panel" aria-labelledby="compare-hours">
                    <h2 id="compare-hours" class="mb-4 text-base font-semibold">"Opens in the first day"</h2>
                    <BarChart title="Opens in the first day" axis="Hour after the start" series=names buckets=hours/>
                </section>
            })}
        </div>
    }
    .into_any()
}

fn rate_row(
    campaigns: &[ComparedCampaign],
    words: &'static str,
    of: Of,
    is_counted: fn(&ComparedCampaign) -> bool,
    is_more_better: bool,
) -> impl IntoView + use<> {
    let rates: Vec<Option<(i64, i64)>> = campaigns
        .iter()
        .map(|campaign| {
            let rate = of(campaign.line.delivery.sent, &campaign.line.engagement);
            is_counted(campaign).then_some((rate.part, rate.whole))
        })
        .collect();
    let best = best(&rates, is_more_better);
    let cells = rates.into_iter().enumerate().map(|(at, rate)| {
        let is_best = best == Some(at);
        let words = rate.map_or("Off".to_owned(), |(part, whole)| percent(part, whole));
        view! {
            <td class="tabular-nums" class:font-bold=is_best>
                {words}{is_best.then(|| view! { <span class="sr-only">" (best)"</span> })}
            </td>
        }
    });
    let id = format!("about-{}", words.to_lowercase().replace(' ', "-"));
    view! {
        <tr>
            <th scope="row" class="whitespace-nowrap font-normal">{words}<Term id=id word=words meaning=meaning(words)/></th>
            {cells.collect_view()}
        </tr>
    }
}

/// Which rate is the best alone; `None` when two are equal or nothing is known.
fn best(rates: &[Option<(i64, i64)>], is_more_better: bool) -> Option<usize> {
    let value = |(part, whole): (i64, i64)| {
        let tenths = part * 1_000_000 / whole.max(1);
        if is_more_better { tenths } else { -tenths }
    };
    let known: Vec<(usize, i64)> = rates
        .iter()
        .enumerate()
        .filter_map(|(at, rate)| rate.filter(|rate| rate.1 > 0).map(|rate| (at, value(rate))))
        .collect();
    let (at, most) = *known.iter().max_by_key(|(_, value)| *value)?;
    let is_alone = known.iter().filter(|(_, value)| *value == most).count() == 1;
    (is_alone && known.len() > 1).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::best;

    #[test]
    fn the_best_stands_alone() {
        assert_eq!(best(&[Some((1, 10)), Some((3, 10)), None], true), Some(1));
        assert_eq!(best(&[Some((1, 10)), Some((3, 10))], false), Some(0));
        assert_eq!(best(&[Some((1, 10)), Some((2, 20))], true), None);
        assert_eq!(best(&[Some((1, 10)), None], true), None);
        assert_eq!(best(&[Some((1, 10)), Some((0, 0))], true), None);
    }
}
