//! Rates over time as lines, with axes, a legend, values when pointed at and a table behind.

use super::{HEIGHT, STEP, Ticks, heights, legend, lines_across, marks_under, slots, table};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One step of the time axis with a rate per series, in thousandths; `None`: there was nothing to measure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatePoint {
    /// In the table and when pointed at: "Week of 2 Mar".
    pub label: String,
    /// Under the axis: "2 Mar".
    pub short: String,
    pub values: Vec<Option<i64>>,
}

/// Strokes of the first, second … series.
const STROKES: [&str; 2] = ["stroke-primary", "stroke-accent"];

/// `123` as `12.3%`.
fn rate_words(value: Option<i64>) -> String {
    value.map_or("–".into(), |value| {
        format!("{}.{}%", value / 10, value.rem_euclid(10))
    })
}

#[component]
pub fn RateChart(
    /// What is shown; names the picture and its table.
    #[prop(into)]
    title: String,
    series: Vec<String>,
    points: Vec<RatePoint>,
    /// Over the first column of the table: "Week".
    #[prop(into)]
    axis: String,
) -> impl IntoView {
    let most = points
        .iter()
        .flat_map(|point| point.values.iter().flatten());
    // Steps of whole percents.
    let ticks = Ticks::over(most.max().map_or(1, |most| most / 10 + 1).min(100));
    let top = (ticks.top() * 10) as f64;
    let width = STEP * points.len().max(1) as f64;
    let at = |index: usize, value: i64| {
        let x = STEP * (index as f64 + 0.5);
        (x, HEIGHT - HEIGHT * value as f64 / top)
    };
    let drawn = (0..series.len())
        .map(|series| {
            let values = points.iter().map(|point| point.values.get(series).copied().flatten());
            let paths = path(values.enumerate().map(|(i, value)| value.map(|value| at(i, value))));
            let stroke = STROKES[series % STROKES.len()];
            view! {
                <path d=paths.0 fill="none" class=stroke stroke-width="2" stroke-linejoin="round" vector-effect="non-scaling-stroke"></path>
                <path d=paths.1 fill="none" class=stroke stroke-width="7" stroke-linecap="round" vector-effect="non-scaling-stroke"></path>
            }
        })
        .collect_view();
    let words: Vec<(String, Vec<String>)> = points
        .iter()
        .map(|point| {
            let values = point.values.iter().map(|value| rate_words(*value));
            (point.label.clone(), values.collect())
        })
        .collect();
    let shorts = points.iter().map(|point| point.short.clone()).collect();
    let spoken = spoken(&title, &series, &points);
    view! {
        <figure class="chart">
            {(series.len() > 1).then(|| legend(&series))}
            <div class="flex gap-2">
                {heights(ticks, |value| format!("{value}%"))}
                <div class="min-w-0 grow">
                    <div class="relative">
                        <svg role="img" aria-label=spoken class="block h-48 w-full overflow-visible" viewBox=format!("0 0 {width} {HEIGHT}")
                            preserveAspectRatio="none">
                            {lines_across(ticks, width)}
                            {drawn}
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

/// The line through the points that are there, and their dots.
fn path(points: impl Iterator<Item = Option<(f64, f64)>>) -> (String, String) {
    let (mut line, mut dots) = (String::new(), String::new());
    let mut command = 'M';
    for point in points {
        let Some((x, y)) = point else {
            command = 'M';
            continue;
        };
        line.push_str(&format!("{command}{x:.2} {y:.2}"));
        dots.push_str(&format!("M{x:.2} {y:.2}h0.01"));
        command = 'L';
    }
    (line, dots)
}

/// The picture in a sentence per series: its latest value and its highest.
fn spoken(title: &str, series: &[String], points: &[RatePoint]) -> String {
    let mut out = format!("{title}.");
    for (i, name) in series.iter().enumerate() {
        let known: Vec<(&RatePoint, i64)> = points
            .iter()
            .filter_map(|point| Some((point, point.values.get(i).copied().flatten()?)))
            .collect();
        if let (Some((_, last)), Some((peak, most))) =
            (known.last(), known.iter().max_by_key(|(_, value)| *value))
        {
            out.push_str(&format!(
                " {name}: {} at last, highest at {} with {}.",
                rate_words(Some(*last)),
                peak.label,
                rate_words(Some(*most))
            ));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_where_there_is_nothing() {
        let points = [Some((0.0, 1.0)), Some((1.0, 2.0)), None, Some((3.0, 4.0))];
        let (line, dots) = path(points.into_iter());
        assert_eq!(line, "M0.00 1.00L1.00 2.00M3.00 4.00");
        assert_eq!(dots.matches('M').count(), 3);
    }

    #[test]
    fn rates_are_told_in_percent() {
        assert_eq!(rate_words(Some(0)), "0.0%");
        assert_eq!(rate_words(Some(123)), "12.3%");
        assert_eq!(rate_words(Some(1000)), "100.0%");
        assert_eq!(rate_words(None), "–");
        let point = |label: &str, value| RatePoint {
            label: label.into(),
            short: String::new(),
            values: vec![value],
        };
        let points = [
            point("1 Mar", Some(400)),
            point("8 Mar", None),
            point("15 Mar", Some(250)),
        ];
        assert_eq!(
            spoken("Rates", &["Open rate".to_owned()], &points),
            "Rates. Open rate: 25.0% at last, highest at 1 Mar with 40.0%."
        );
    }
}
