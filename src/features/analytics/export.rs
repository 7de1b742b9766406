//! A report as CSV: one table whose first column says which part of the report a line belongs to.

use super::model::{Report, parts};
use crate::error::AppError;
use crate::server::csv;

pub fn write(report: &Report) -> Result<String, AppError> {
    let mut lines = vec![["section", "name", "detail", "count", "unique"].map(str::to_owned)];
    let mut add = |section: &str, name: &str, detail: &str, count: String, unique: String| {
        lines.push([
            section.to_owned(),
            name.to_owned(),
            detail.to_owned(),
            count,
            unique,
        ]);
    };
    let none = String::new;
    let (delivery, engagement) = (&report.delivery, &report.engagement);
    add("campaign", &report.name, &report.subject, none(), none());
    add(
        "delivery",
        "Audience",
        "",
        delivery.total.to_string(),
        none(),
    );
    for (name, value, ..) in parts(delivery) {
        add("delivery", name, "", value.to_string(), none());
    }
    let both = [
        ("Opens", engagement.opens, engagement.unique_opens),
        ("Clicks", engagement.clicks, engagement.unique_clicks),
    ];
    for (name, count, unique) in both {
        add(
            "engagement",
            name,
            "",
            count.to_string(),
            unique.to_string(),
        );
    }
    let machines = [
        (
            "Opens by machines",
            engagement.machine.opens,
            engagement.machine.unique_opens,
        ),
        (
            "Clicks by machines",
            engagement.machine.clicks,
            engagement.machine.unique_clicks,
        ),
    ];
    for (name, count, unique) in machines {
        add(
            "engagement",
            name,
            "",
            count.to_string(),
            unique.to_string(),
        );
    }
    for line in &report.rules {
        let count = line.opens + line.clicks;
        add(
            "machine",
            line.rule.as_str(),
            line.rule.words(),
            count.to_string(),
            none(),
        );
    }
    let unsubscribes = engagement.unsubscribes.to_string();
    add(
        "engagement",
        "Unsubscribes",
        "",
        unsubscribes.clone(),
        unsubscribes,
    );
    for link in &report.links {
        let (count, unique) = (link.clicks.to_string(), link.unique_clicks.to_string());
        add("link", &link.label, &link.target, count, unique);
    }
    for bucket in &report.buckets {
        for (name, value) in ["Opens", "Clicks"].into_iter().zip(&bucket.values) {
            add("time", name, &bucket.label, value.to_string(), none());
        }
    }
    for (section, lines) in [("device", &report.devices), ("program", &report.programs)] {
        for line in lines {
            add(section, &line.name, "opens", line.opens.to_string(), none());
            add(
                section,
                &line.name,
                "clicks",
                line.clicks.to_string(),
                none(),
            );
        }
    }
    for line in &report.domains {
        for (detail, count) in [
            ("recipients", line.total),
            ("failed", line.failed),
            ("opened", line.opened),
            ("clicked", line.clicked),
        ] {
            add("domain", &line.domain, detail, count.to_string(), none());
        }
    }
    for group in &report.failures {
        let code = group.code.map_or(String::new(), |code| code.to_string());
        add(
            "failure",
            &code,
            &group.reply,
            group.count.to_string(),
            none(),
        );
    }
    csv::write(lines)
}
