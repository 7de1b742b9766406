//! Samples of numbers: charts, shares, ranks, and the words that explain them.

use crate::features::campaigns::bar::Bar;
use crate::features::campaigns::model::Counts;
use crate::ui::chart::lines::{RateChart, RatePoint};
use crate::ui::chart::ranks::{Rank, RankTable};
use crate::ui::chart::{BarChart, Bucket, Share, ShareBar};
use crate::ui::term::Term;
use leptos::prelude::*;

const DAYS: [(&str, i64); 5] = [
    ("Mon", 12),
    ("Tue", 30),
    ("Wed", 22),
    ("Thu", 8),
    ("Fri", 26),
];

pub fn figures(theme: &'static str) -> impl IntoView {
    let buckets = DAYS.map(|(day, n)| Bucket {
        label: day.into(),
        short: day.into(),
        values: vec![n, n / 3],
    });
    let points = DAYS.map(|(day, n)| RatePoint {
        label: day.into(),
        short: day.into(),
        values: vec![(n != 8).then_some(n * 10), Some(n * 2)],
    });
    let share = |label, value, fill| Share { label, value, fill };
    let shares = vec![
        share("Sent", 90, "fill-success"),
        share("Failed", 7, "fill-error"),
        share("Unconfirmed", 3, "fill-warning"),
    ];
    let ranks = [("Phone", 60), ("Computer", 30), ("Tablet", 10)].map(|(name, value)| Rank {
        name: name.into(),
        value,
    });
    let counts = Counts {
        total: 100,
        sent: 60,
        failed: 6,
        suppressed: 4,
        unconfirmed: 2,
        ..Counts::default()
    };
    view! {
        <div class="panel grid gap-6">
            <p class="text-sm text-muted">
                "Open rate"<Term id=format!("{theme}-term") word="Open rate" meaning="What the word beside the question mark means."/>
            </p>
            <BarChart title="Opens and clicks" axis="Day" series=vec!["Opens".to_owned(), "Clicks".to_owned()] buckets=buckets.to_vec()/>
            <RateChart title="Rates" axis="Day" series=vec!["Open rate".to_owned(), "Click-through rate".to_owned()] points=points.to_vec()/>
            <ShareBar title="Deliverability" shares=shares/>
            <RankTable head="Device" unit="Opens" ranks=ranks.to_vec() whole=100/>
            <Bar counts=Signal::stored(counts)/>
            <progress class="progress progress-primary w-full" aria-label="A part of the whole" value="40" max="100"></progress>
        </div>
    }
}
