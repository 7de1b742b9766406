//! Charts as pictures drawn on the server: bars and lines over time, ranks, and shares of a whole. No script; the numbers stand
//! behind each as a table. The words beside a picture are HTML, so that they keep their size when it shrinks to a phone.

pub mod lines;
pub mod ranks;

use super::number::{percent, thousands};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One step of the time axis with a value per series.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// In the table and when pointed at: "1 Mar 14:00".
    pub label: String,
    /// Under the axis, where there is room for a few only: "14:00".
    pub short: String,
    pub values: Vec<i64>,
}

/// Fill of the first, second … series.
const FILLS: [&str; 4] = [
    "fill-primary",
    "fill-accent",
    "fill-success",
    "fill-neutral",
];
/// Width of a bucket in the picture's own units.
const STEP: f64 = 10.0;
/// Height of the picture in its own units; a bar of the highest tick fills it.
const HEIGHT: f64 = 100.0;
/// Words under the axis.
const LABELS: usize = 5;

/// Bars over time, with axes, a legend and a table. `series` names the values of a bucket in their order.
#[component]
pub fn BarChart(
    /// What is shown; names the picture and its table.
    #[prop(into)]
    title: String,
    series: Vec<String>,
    buckets: Vec<Bucket>,
    /// Over the first column of the table: "Day".
    #[prop(into)]
    axis: String,
) -> impl IntoView {
    let most = buckets
        .iter()
        .flat_map(|bucket| bucket.values.iter().copied());
    let ticks = Ticks::over(most.max().unwrap_or_default());
    let spoken = spoken(&title, &series, &buckets);
    let width = STEP * buckets.len().max(1) as f64;
    let bars = buckets
        .iter()
        .enumerate()
        .map(|(at, bucket)| column(at, bucket, series.len(), ticks.top()))
        .collect_view();
    let words: Vec<(String, Vec<String>)> = buckets
        .iter()
        .map(|bucket| {
            let values = bucket.values.iter().map(|value| thousands(*value));
            (bucket.label.clone(), values.collect())
        })
        .collect();
    let shorts = buckets.into_iter().map(|bucket| bucket.short).collect();
    view! {
        <figure class="chart">
            {(series.len() > 1).then(|| legend(&series))}
            <div class="flex gap-2">
                {heights(ticks, thousands)}
                <div class="min-w-0 grow">
                    <div class="relative">
                        <svg role="img" aria-label=spoken class="block h-48 w-full" viewBox=format!("0 0 {width} {HEIGHT}")
                            preserveAspectRatio="none">
                            {lines_across(ticks, width)}
                            {bars}
                        </svg>
                        {slots(&series, &words)}
                    </div>
                    {marks_under(shorts)}
                </div>
            </div>
            {table(title, axis, series, words)}
        </figure>
    }
}

/// The lines across a picture.
fn lines_across(ticks: Ticks, width: f64) -> impl IntoView + use<> {
    (0..=ticks.count)
        .map(|tick| {
            let y = (HEIGHT * tick as f64 / ticks.count as f64).to_string();
            view! {
                <line x1="0" x2=width.to_string() y1=y.clone() y2=y stroke="currentColor" stroke-opacity="0.15"
                    vector-effect="non-scaling-stroke"></line>
            }
        })
        .collect_view()
}

/// What the lines across stand for, beside the picture.
fn heights(ticks: Ticks, words: fn(i64) -> String) -> impl IntoView {
    let heights = (0..=ticks.count)
        .rev()
        .map(|tick| view! { <span>{words(tick * ticks.step)}</span> })
        .collect_view();
    view! {
        <div class="flex h-51 -mt-1.5 flex-col justify-between text-right text-xs leading-none text-muted" aria-hidden="true">{heights}</div>
    }
}

fn marks_under(shorts: Vec<String>) -> impl IntoView {
    let marks = marks(&shorts)
        .into_iter()
        .map(|short| view! { <span>{short}</span> })
        .collect_view();
    view! { <div class="mt-1.5 flex justify-between gap-2 text-xs text-muted" aria-hidden="true">{marks}</div> }
}

/// A field over each step that tells its values when pointed at or tapped. The table tells the same to everybody.
fn slots(series: &[String], words: &[(String, Vec<String>)]) -> impl IntoView + use<> {
    let n = words.len();
    let slots = words.iter().enumerate().map(|(at, (label, values))| {
        let lines: Vec<String> = series
            .iter()
            .zip(values)
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        // The words of the outer fields lean inwards.
        let side = match at * 4 / n.max(1) {
            0 => "chart-tip chart-tip-start",
            3 => "chart-tip chart-tip-end",
            _ => "chart-tip",
        };
        view! { <span class="chart-slot"><span class=side>{format!("{label}\n{}", lines.join("\n"))}</span></span> }
    });
    view! { <div class="chart-slots" aria-hidden="true">{slots.collect_view()}</div> }
}

/// The bars of one bucket side by side.
fn column(at: usize, bucket: &Bucket, series: usize, top: i64) -> impl IntoView + use<> {
    let left = STEP * at as f64;
    let wide = STEP * 0.8 / series.max(1) as f64;
    bucket
        .values
        .iter()
        .enumerate()
        .filter(|(_, value)| **value > 0)
        .map(|(i, value)| {
            let height = bar_height(*value, top);
            view! {
                <rect x=format!("{:.2}", left + STEP * 0.1 + wide * i as f64) y=format!("{:.2}", HEIGHT - height)
                    width=format!("{:.2}", wide * 0.92) height=format!("{height:.2}") class=FILLS[i % FILLS.len()]></rect>
            }
        })
        .collect_view()
}

/// A value above nothing is always seen.
fn bar_height(value: i64, top: i64) -> f64 {
    (HEIGHT * value as f64 / top.max(1) as f64).max(1.0)
}

fn legend(series: &[String]) -> impl IntoView + use<> {
    let entries = series.iter().cloned().enumerate().map(|(i, name)| {
        view! {
            <li class="flex items-center gap-1.5">
                <svg class="size-3" viewBox="0 0 10 10" aria-hidden="true">
                    <rect width="10" height="10" rx="2" class=FILLS[i % FILLS.len()]></rect>
                </svg>
                {name}
            </li>
        }
    });
    view! { <ul class="mb-3 flex flex-wrap gap-4 text-sm">{entries.collect_view()}</ul> }
}

/// The numbers behind a picture: a label and a value per series in each row.
fn table(
    title: String,
    axis: String,
    series: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
) -> impl IntoView {
    let heads = series
        .into_iter()
        .map(|name| view! { <th scope="col" class="text-right">{name}</th> });
    let rows = rows.into_iter().map(|(label, values)| {
        let cells = values
            .into_iter()
            .map(|value| view! { <td class="text-right tabular-nums">{value}</td> });
        view! {
            <tr>
                <th scope="row" class="font-normal">{label}</th>
                {cells.collect_view()}
            </tr>
        }
    });
    view! {
        <details class="mt-3 text-sm">
            <summary class="cursor-pointer text-muted">{format!("{title}: show the numbers")}</summary>
            <div class="table-wrap mt-2 max-h-80 overflow-y-auto" tabindex="0" role="region" aria-label=format!("{title}: numbers")>
                <table class="table table-sm">
                    <thead><tr><th scope="col">{axis}</th>{heads.collect_view()}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
}

/// The picture in a sentence per series: its sum and its peak.
fn spoken(title: &str, series: &[String], buckets: &[Bucket]) -> String {
    let mut out = format!("{title}.");
    for (i, name) in series.iter().enumerate() {
        let value = |bucket: &Bucket| bucket.values.get(i).copied().unwrap_or_default();
        let sum: i64 = buckets.iter().map(value).sum();
        out.push_str(&format!(" {name}: {} in all", thousands(sum)));
        if let Some(peak) = buckets.iter().max_by_key(|bucket| value(bucket))
            && value(peak) > 0
        {
            out.push_str(&format!(
                ", most at {} with {}",
                peak.label,
                thousands(value(peak))
            ));
        }
        out.push('.');
    }
    out
}

/// A few of the short labels, evenly apart, the first and the last among them.
fn marks(shorts: &[String]) -> Vec<String> {
    let n = shorts.len();
    let shown = n.min(LABELS);
    (0..shown)
        .filter_map(|i| {
            let at = if shown == 1 {
                0
            } else {
                i * (n - 1) / (shown - 1)
            };
            shorts.get(at).cloned()
        })
        .collect()
}

/// The lines across a chart: `count` steps from zero, each a round number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ticks {
    step: i64,
    count: i64,
}

impl Ticks {
    /// Enough for `most`, five at most.
    fn over(most: i64) -> Ticks {
        let most = most.max(1);
        let mut scale = 1i64;
        loop {
            for base in [1, 2, 5] {
                let step = scale.saturating_mul(base);
                let count = (most - 1) / step + 1;
                if count <= 5 {
                    return Ticks { step, count };
                }
            }
            scale = scale.saturating_mul(10);
        }
    }

    fn top(self) -> i64 {
        self.step.saturating_mul(self.count)
    }
}

/// One part of a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub label: &'static str,
    pub value: i64,
    /// A fill of the theme: "fill-success".
    pub fill: &'static str,
}

/// A bar divided into parts. The numbers belong beside it: the picture repeats them.
#[component]
pub fn ShareBar(#[prop(into)] title: String, shares: Vec<Share>) -> impl IntoView {
    let whole: i64 = shares.iter().map(|share| share.value).sum();
    let words: Vec<String> = shares
        .iter()
        .filter(|share| share.value > 0)
        .map(|share| format!("{} {}", share.label, percent(share.value, whole)))
        .collect();
    let mut left = 0.0;
    let parts = shares
        .into_iter()
        .filter(|share| share.value > 0)
        .map(|share| {
            let wide = 1000.0 * share.value as f64 / whole.max(1) as f64;
            let x = left;
            left += wide;
            let words = format!("{}: {}", share.label, thousands(share.value));
            view! {
                <g>
                    <title>{words}</title>
                    <rect x=format!("{x:.2}") y="0" width=format!("{:.2}", wide.max(2.0)) height="10" class=share.fill></rect>
                </g>
            }
        })
        .collect_view();
    view! {
        <svg role="img" aria-label=format!("{title}: {}.", words.join(", ")) class="block h-4 w-full overflow-hidden rounded-full"
            viewBox="0 0 1000 10" preserveAspectRatio="none">
            <rect x="0" y="0" width="1000" height="10" class="fill-base-300"></rect>
            {parts}
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_over_the_highest_value() {
        for (most, step, count) in [
            (0, 1, 1),
            (1, 1, 1),
            (3, 1, 3),
            (7, 2, 4),
            (10, 2, 5),
            (11, 5, 3),
            (49, 10, 5),
            (100, 20, 5),
            (1_234_567, 500_000, 3),
        ] {
            assert_eq!(Ticks::over(most), Ticks { step, count }, "{most}");
            assert!(Ticks::over(most).top() >= most);
        }
        assert!(Ticks::over(i64::MAX).count <= 5);
    }

    #[test]
    fn a_few_marks_stand_for_many_buckets() {
        let shorts = |n: usize| -> Vec<String> { (0..n).map(|i| i.to_string()).collect() };
        assert_eq!(marks(&shorts(48)), ["0", "11", "23", "35", "47"]);
        assert_eq!(marks(&shorts(3)), ["0", "1", "2"]);
        assert_eq!(marks(&shorts(1)), ["0"]);
        assert!(marks(&shorts(0)).is_empty());
    }

    #[test]
    fn a_picture_is_told_in_words() {
        let bucket = |label: &str, opens, clicks| Bucket {
            label: label.into(),
            short: String::new(),
            values: vec![opens, clicks],
        };
        let series = ["Opens".to_owned(), "Clicks".to_owned()];
        let buckets = [bucket("1 Mar", 1_200, 0), bucket("2 Mar", 30, 0)];
        assert_eq!(
            spoken("Opens and clicks", &series, &buckets),
            "Opens and clicks. Opens: 1,230 in all, most at 1 Mar with 1,200. Clicks: 0 in all."
        );
    }
}
