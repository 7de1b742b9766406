//! A list of things by how many there are of each: a table whose rows hold their bar.

use crate::ui::number::{percent, thousands};
use leptos::prelude::*;

/// A name and its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rank {
    pub name: String,
    pub value: i64,
}

/// The largest first, as given. Shares are of `whole`.
#[component]
pub fn RankTable(
    /// Over the names: "Device".
    #[prop(into)]
    head: String,
    /// Over the numbers: "Opens".
    #[prop(into)]
    unit: String,
    ranks: Vec<Rank>,
    whole: i64,
) -> impl IntoView {
    let label = head.clone();
    let most = ranks
        .iter()
        .map(|rank| rank.value)
        .max()
        .unwrap_or(1)
        .max(1);
    let rows = ranks.into_iter().map(|rank| {
        let wide = (100.0 * rank.value as f64 / most as f64).max(1.0);
        view! {
            <tr>
                <th scope="row" class="font-normal [overflow-wrap:anywhere] sm:w-2/5">{rank.name}</th>
                <td class="hidden w-2/5 sm:table-cell" aria-hidden="true">
                    <svg class="block h-3 w-full" viewBox="0 0 100 10" preserveAspectRatio="none">
                        <rect width="100" height="10" rx="0" class="fill-base-300"></rect>
                        <rect width=format!("{wide:.1}") height="10" class="fill-primary"></rect>
                    </svg>
                </td>
                <td class="text-right tabular-nums">{thousands(rank.value)}</td>
                <td class="text-right tabular-nums text-muted">{percent(rank.value, whole)}</td>
            </tr>
        }
    });
    view! {
        <div class="table-wrap" tabindex="0" role="group" aria-label=label>
            <table class="table table-sm">
                <thead>
                    <tr>
                        <th scope="col" class="whitespace-normal">{head}</th>
                        <td class="hidden sm:table-cell" aria-hidden="true"></td>
                        <th scope="col" class="text-right">{unit}</th>
                        <th scope="col" class="text-right">"Share"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}
