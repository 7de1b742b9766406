//! A forecast as a sentence, with a table of its parts behind it.

use super::simulate::DAYS;
use super::{End, Forecast, Row};
use crate::ui::number::thousands;
use crate::ui::time::Time;
use leptos::prelude::*;

/// Shows nothing while there is no forecast.
#[component]
pub fn Outlook(
    /// What leaves, as the beginning of a sentence: "All 5,000 leave".
    #[prop(into)]
    lead: String,
    #[prop(into)] forecast: Signal<Option<Forecast>>,
) -> impl IntoView {
    // The disclosure stays as it is, open or closed, while what it shows changes.
    let has_parts = Memo::new(move |_| {
        forecast.with(|forecast| forecast.as_ref().is_some_and(|f| f.rows.len() > 1))
    });
    let parts = move || forecast.with(|forecast| forecast.as_ref().map(table));
    view! {
        <p class="mt-2 text-sm">{move || forecast.with(|forecast| forecast.as_ref().map(|f| sentence(&lead, f)))}</p>
        <Show when=move || has_parts.get()>
            <details class="mt-1 text-sm">
                <summary class="cursor-pointer text-muted">"Day by day"</summary>
                <div class="overflow-x-auto">{parts}</div>
            </details>
        </Show>
    }
}

fn sentence(lead: &str, forecast: &Forecast) -> impl IntoView + use<> {
    let (by_day, pace) = (forecast.by_day(), forecast.pace_words());
    let after = if by_day.is_empty() {
        pace.clone()
    } else {
        format!(": {by_day}{pace}")
    };
    match &forecast.end {
        End::At(ms) => view! { {format!("{lead} by about ")}<Time ms=*ms/>{after} }.into_any(),
        End::Beyond { left } => format!(
            "{} leave in {DAYS} days, and {} still wait then{pace}",
            thousands(forecast.messages - left),
            thousands(*left)
        )
        .into_any(),
        End::AccountOff { account } => {
            format!("Nothing leaves until {account} is switched on.").into_any()
        }
        End::NoAccount => "Nothing leaves until a sender account is switched on.".into_any(),
    }
}

fn table(forecast: &Forecast) -> impl IntoView + use<> {
    let further = forecast.further;
    view! {
        <table class="table table-sm mt-1">
            <thead>
                <tr><th>"Day"</th><th>"Account"</th><th class="text-right">"Messages"</th><th>"From about"</th><th>"Until about"</th></tr>
            </thead>
            <tbody>
                {forecast.rows.clone().into_iter().map(row).collect_view()}
                {(further > 0).then(|| view! {
                    <tr><td colspan="2">"After that"</td><td class="text-right tabular-nums">{thousands(further)}</td><td colspan="2"></td></tr>
                })}
            </tbody>
        </table>
    }
}

fn row(row: Row) -> impl IntoView {
    let mut day = row.day;
    if let Some(first) = day.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    view! {
        <tr>
            <td class="whitespace-nowrap">{day}</td>
            <td>{row.account}</td>
            <td class="text-right tabular-nums">{thousands(row.messages)}</td>
            <td><Time ms=row.starts_at/></td>
            <td><Time ms=row.ends_at/></td>
        </tr>
    }
}
