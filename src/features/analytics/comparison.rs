//! The part of a report that holds a campaign against those before it.

use super::model::{CampaignLine, Report};
use crate::features::analytics::model::Engagement;
use crate::ui::number::{count, percent};
use crate::ui::time::Time;
use leptos::prelude::*;

/// A rate as its two numbers, so that several campaigns can be added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    pub part: i64,
    pub whole: i64,
}

impl Rate {
    /// In tenths of a percent.
    fn tenths(self) -> Option<i64> {
        (self.whole > 0).then(|| (self.part * 2_000 + self.whole) / (self.whole * 2))
    }
}

/// Which rate: of messages sent, and of what came of them.
pub type Of = fn(i64, &Engagement) -> Rate;

pub const OPENS: Of = |sent, of| Rate {
    part: of.unique_opens,
    whole: sent,
};
pub const CLICKS: Of = |sent, of| Rate {
    part: of.unique_clicks,
    whole: sent,
};
pub const CLICKS_OF_OPENS: Of = |_, of| Rate {
    part: of.unique_clicks,
    whole: of.unique_opens,
};
pub const UNSUBSCRIBES: Of = |sent, of| Rate {
    part: of.unsubscribes,
    whole: sent,
};

/// The rate over several campaigns together: large ones weigh more.
fn together(campaigns: &[CampaignLine], of: Of) -> Rate {
    campaigns.iter().fold(Rate::default(), |sum, campaign| {
        let rate = of(campaign.delivery.sent, &campaign.engagement);
        Rate {
            part: sum.part + rate.part,
            whole: sum.whole + rate.whole,
        }
    })
}

/// "1.2 points above your last 3 campaigns"; `None` when there is nothing to compare.
pub fn against(report: &Report, of: Of) -> Option<String> {
    let before = together(&report.earlier, of).tenths()?;
    let now = of(report.delivery.sent, &report.engagement).tenths()?;
    let n = report.earlier.len() as i64;
    let them = if n == 1 {
        "your last campaign".to_owned()
    } else {
        format!("your last {}", count(n, "campaign", "campaigns"))
    };
    let gap = now - before;
    let points = format!("{}.{} points", gap.abs() / 10, gap.abs() % 10);
    Some(match gap {
        0 => format!("The same as {them}"),
        1.. => format!("{points} above {them}"),
        _ => format!("{points} below {them}"),
    })
}

/// This campaign and the ones before it, side by side.
#[component]
pub fn Comparison(report: Report) -> impl IntoView {
    let together: Vec<Rate> = [OPENS, CLICKS, CLICKS_OF_OPENS, UNSUBSCRIBES]
        .into_iter()
        .map(|of| together(&report.earlier, of))
        .collect();
    let this = CampaignLine {
        id: report.id,
        name: report.name.clone(),
        started_at: report.started_at,
        delivery: report.delivery,
        engagement: report.engagement,
    };
    let n = report.earlier.len() as i64;
    let ids: Vec<String> = report
        .earlier
        .iter()
        .take(1)
        .map(|earlier| format!("/campaigns/compare?ids={},{}", report.id, earlier.id))
        .collect();
    (n > 0).then(|| view! {
        <section class="panel" aria-labelledby="report-comparison">
            <div class="mb-3 flex flex-wrap items-baseline justify-between gap-2">
                <h2 id="report-comparison" class="text-base font-semibold">"Compared with earlier campaigns"</h2>
                {ids.into_iter().map(|href| view! { <a class="link no-print text-sm" href=href>"Compare with the one before, side by side"</a> }).collect_view()}
            </div>
            <div class="table-wrap">
                <table class="table table-sm">
                    <thead>
                        <tr>
                            <th scope="col">"Campaign"</th>
                            <th scope="col" class="hidden text-right md:table-cell">"Sent"</th>
                            <th scope="col" class="text-right">"Open rate"</th>
                            <th scope="col" class="text-right">"Click-through"</th>
                            <th scope="col" class="hidden text-right sm:table-cell">"Click-to-open"</th>
                            <th scope="col" class="hidden text-right sm:table-cell">"Unsubscribed"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {line(this, true)}
                        {report.earlier.into_iter().map(|earlier| line(earlier, false)).collect_view()}
                    </tbody>
                    <tfoot>
                        <tr>
                            <th scope="row">{format!("The last {} together", count(n, "campaign", "campaigns"))}</th>
                            <td class="hidden md:table-cell"></td>
                            {together.into_iter().enumerate().map(|(at, rate)| view! {
                                <td class=cell(at)>{percent(rate.part, rate.whole)}</td>
                            }).collect_view()}
                        </tr>
                    </tfoot>
                </table>
            </div>
        </section>
    })
}

/// The later columns have no room on a phone.
fn cell(at: usize) -> &'static str {
    if at < 2 {
        "text-right tabular-nums"
    } else {
        "hidden text-right tabular-nums sm:table-cell"
    }
}

fn line(campaign: CampaignLine, is_this: bool) -> impl IntoView {
    let sent = campaign.delivery.sent;
    let rates =
        [OPENS, CLICKS, CLICKS_OF_OPENS, UNSUBSCRIBES].map(|of| of(sent, &campaign.engagement));
    let name = if is_this {
        view! { <strong>{campaign.name}</strong> }.into_any()
    } else {
        view! { <a class="link link-hover" href=format!("/campaigns/{}/report", campaign.id)>{campaign.name}</a> }.into_any()
    };
    view! {
        <tr class:bg-base-200=is_this aria-current=is_this.then_some("true")>
            <th scope="row" class="font-normal">
                <span class="block [overflow-wrap:anywhere]">{name}</span>
                {campaign.started_at.map(|ms| view! { <span class="block text-xs font-normal text-muted"><Time ms=ms/></span> })}
            </th>
            <td class="hidden text-right tabular-nums md:table-cell">{crate::ui::number::thousands(sent)}</td>
            {rates.into_iter().enumerate().map(|(at, rate)| view! { <td class=cell(at)>{percent(rate.part, rate.whole)}</td> }).collect_view()}
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_round_to_the_nearest_tenth() {
        for (part, whole, tenths) in [
            (1, 3, 333),
            (2, 3, 667),
            (1, 8, 125),
            (0, 5, 0),
            (5, 5, 1000),
        ] {
            assert_eq!(
                Rate { part, whole }.tenths(),
                Some(tenths),
                "{part} of {whole}"
            );
        }
        assert_eq!(Rate { part: 0, whole: 0 }.tenths(), None);
    }

    #[test]
    fn large_campaigns_weigh_more() {
        let campaign = |sent, unique_opens| CampaignLine {
            id: crate::ids::CampaignId(1),
            name: String::new(),
            started_at: None,
            delivery: crate::features::campaigns::model::Counts {
                sent,
                ..Default::default()
            },
            engagement: Engagement {
                unique_opens,
                ..Engagement::default()
            },
        };
        let rate = together(&[campaign(900, 90), campaign(100, 100)], OPENS);
        assert_eq!(rate.tenths(), Some(190));
    }
}
