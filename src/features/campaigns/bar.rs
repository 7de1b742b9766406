//! The bar that shows where an audience is: one band per kind of end. Drawn as SVG, so that it needs no inline style.

use super::model::Counts;
use crate::ui::number::thousands;
use leptos::prelude::*;

/// Bands of the bar: width in thousandths, and colour. What waits stays empty.
fn bands(counts: &Counts) -> Vec<(i64, i64, &'static str)> {
    let parts = [
        (counts.sent, "fill-success"),
        (counts.failed, "fill-error"),
        (counts.unconfirmed, "fill-warning"),
        (
            counts.suppressed + counts.skipped + counts.cancelled,
            "fill-neutral",
        ),
    ];
    let total = counts.total.max(1);
    let mut before = 0;
    let mut bands = Vec::new();
    for (n, class) in parts {
        let (from, to) = (before * 1_000 / total, (before + n) * 1_000 / total);
        if to > from {
            bands.push((from, to - from, class));
        }
        before += n;
    }
    bands
}

/// What the bar says, in words.
pub fn bar_words(counts: &Counts) -> String {
    format!(
        "{}% done: {} of {}",
        counts.percent_done(),
        thousands(counts.done()),
        thousands(counts.total)
    )
}

#[component]
pub fn Bar(
    #[prop(into)] counts: Signal<Counts>,
    #[prop(default = "h-2")] height: &'static str,
) -> impl IntoView {
    view! {
        <div role="progressbar" aria-label="Progress" aria-valuemin="0" aria-valuemax="100"
            aria-valuenow=move || counts.get().percent_done().to_string()
            aria-valuetext=move || bar_words(&counts.get())
            class=format!("{height} w-full overflow-hidden rounded-full bg-base-300")>
            <svg viewBox="0 0 1000 10" preserveAspectRatio="none" class="block h-full w-full" aria-hidden="true">
                {move || {
                    bands(&counts.get())
                        .into_iter()
                        .map(|(x, width, class)| view! {
                            <rect x=x.to_string() y="0" width=width.to_string() height="10" class=class></rect>
                        })
                        .collect_view()
                }}
            </svg>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bands_fill_the_bar_when_all_is_done() {
        let counts = Counts {
            total: 7,
            sent: 3,
            failed: 1,
            suppressed: 1,
            unconfirmed: 1,
            skipped: 1,
            ..Counts::default()
        };
        let widths: i64 = bands(&counts).iter().map(|(_, width, _)| width).sum();
        assert_eq!(widths, 1_000);
        assert!(bands(&Counts::default()).is_empty());
    }
}
