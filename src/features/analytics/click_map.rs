//! The part of a report about links: the mail with the share of clicks beside each, and the same as a table.

use super::model::Report;
use crate::ui::number::{count, percent, thousands};
use crate::ui::term::Term;
use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;

/// What stands in front of a link in the map. A mail is an island: everything is said inline, in colours of its own.
pub fn click_badge(clicks: i64, all: i64) -> String {
    let share = if all > 0 { clicks * 100 / all } else { 0 };
    let (ground, words) = match share {
        30.. => ("#9a3412", "#ffffff"),
        10..30 => ("#c2410c", "#ffffff"),
        1..10 => ("#ffedd5", "#7c2d12"),
        _ => ("#f1f5f9", "#334155"),
    };
    let (title, rate) = (count(clicks, "click", "clicks"), percent(clicks, all));
    format!(
        "<span title=\"{title}\" style=\"display:inline-block;margin:0 4px 2px 0;padding:0 6px;border:1px solid {words};\
         border-radius:9px;background:{ground};color:{words};font:600 11px/16px sans-serif;letter-spacing:0;text-decoration:none;\
         text-transform:none;vertical-align:middle\">{rate}</span>"
    )
}

/// Which links people followed.
#[component]
pub fn Links(report: Report) -> impl IntoView {
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
                <td class="max-w-0 min-w-32 w-full">
                    <span class="block truncate font-medium" title=label.clone()>{label.clone()}</span>
                    <span class="block truncate text-sm text-muted" title=link.target.clone()>{link.target.clone()}</span>
                </td>
                <td class="text-right tabular-nums">{thousands(link.clicks)}</td>
                <td class="text-right tabular-nums">{thousands(link.unique_clicks)}</td>
                <td class="hidden text-right tabular-nums sm:table-cell">{percent(link.clicks, clicks)}</td>
                <td class="hidden text-right tabular-nums text-muted sm:table-cell">{thousands(link.machine_clicks)}</td>
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
                                    <th scope="col" class="text-right whitespace-nowrap">
                                        "Unique"<Term id="about-unique" word="Unique clicks" meaning="Messages in which a person clicked the link, however often."/>
                                    </th>
                                    <th scope="col" class="hidden text-right sm:table-cell">"Share"</th>
                                    <th scope="col" class="hidden text-right sm:table-cell">"By machines"</th>
                                </tr>
                            </thead>
                            <tbody>{rows.collect_view()}</tbody>
                        </table>
                    </div>
                    {(more > 0).then(|| view! {
                        <p class="mt-2 text-sm text-muted">{format!("{} with fewer clicks.", count(more, "more link", "more links"))}</p>
                    })}
                    <p class="mt-3 text-sm"><a class="link" href="#report-map">"See them in the mail"</a></p>
                }.into_any()
            }}
        </section>
    }
}

/// Where in the mail people clicked. Far down in the report: it is a document of its own, which a phone loads only when it comes near.
#[component]
pub fn ClickMap(report: Report) -> impl IntoView {
    let id = report.id;
    (!report.links.is_empty()).then(|| {
        view! {
            <section class="panel" aria-labelledby="report-map">
                <h2 id="report-map" class="mb-1 text-base font-semibold">"Click map"</h2>
                <p class="mb-3 max-w-prose text-sm text-muted">
                    "The mail with each link's share of all clicks, as one recipient got it. The links lead nowhere here. The table of top links says the same."
                </p>
                <iframe {..custom_attribute("loading", "lazy")} sandbox="" src=format!("/campaigns/{id}/click-map") title="Click map of the mail"
                    class="h-[32rem] w-full rounded-box border border-base-300 bg-white"></iframe>
            </section>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::click_badge;

    #[test]
    fn a_badge_says_the_share() {
        assert!(click_badge(1, 3).contains(">33.3%<"));
        assert!(click_badge(1, 3).contains("title=\"1 click\""));
        assert!(click_badge(0, 0).contains(">–<"));
    }
}
