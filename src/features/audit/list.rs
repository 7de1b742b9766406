//! The page of the audit trail, newest first.

use super::api::list_audit;
use super::model::{AREAS, AuditLine, AuditPage, AuditQuery};
use crate::features::settings::frame::SettingsFrame;
use crate::ui::empty::Empty;
use crate::ui::href::href;
use crate::ui::load::load;
use crate::ui::pager::Pager;
use crate::ui::time::Time;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

const PATH: &str = "/settings/activity";

#[component]
pub fn AuditListPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let query = query.read();
        AuditQuery {
            area: query.get("area").unwrap_or_default(),
            person: query.get("person").unwrap_or_default(),
            before: query.get("before").and_then(|id| id.parse().ok()),
            after: query.get("after").and_then(|id| id.parse().ok()),
        }
    });
    let page = Resource::new_blocking(
        move || asked.get(),
        |query| async move {
            let page = list_audit(query.clone()).await?;
            Ok((query, page))
        },
    );
    view! {
        <SettingsFrame title="Activity" lead="Who signed in, and who changed what. Lines are kept for two years.">
            {load(page, move |(query, page)| trail(query, page))}
        </SettingsFrame>
    }
}

fn trail(query: AuditQuery, page: AuditPage) -> impl IntoView {
    let AuditPage {
        lines,
        has_newer,
        has_older,
        people,
    } = page;
    let address = |edge: &str, line: Option<&AuditLine>| {
        let id = line.map(|line| line.id.to_string()).unwrap_or_default();
        href(
            PATH,
            &[
                ("area", query.area.as_str()),
                ("person", query.person.as_str()),
                (edge, id.as_str()),
            ],
        )
    };
    let newer = has_newer.then(|| address("after", lines.first()));
    let older = has_older.then(|| address("before", lines.last()));
    let is_empty = lines.is_empty();
    view! {
        <div>
            {filters(&query, people)}
            {if is_empty {
                view! {
                    <Empty icon="search" title="Nothing found" text="Nothing of this kind has happened yet.">
                        <a class="btn" href=PATH>"Show all activity"</a>
                    </Empty>
                }.into_any()
            } else {
                table(lines).into_any()
            }}
            <Pager previous=newer next=older/>
        </div>
    }
}

fn filters(query: &AuditQuery, people: Vec<(String, String)>) -> impl IntoView + use<> {
    let areas = std::iter::once(("", "Everything")).chain(AREAS);
    let options = |chosen: &str, all: Vec<(String, String)>| {
        let chosen = chosen.to_owned();
        all.into_iter()
            .map(|(value, words)| {
                let selected = value == chosen;
                view! { <option value=value selected=selected>{words}</option> }
            })
            .collect_view()
    };
    let areas = areas
        .map(|(area, words)| (area.to_owned(), words.to_owned()))
        .collect();
    let everybody = std::iter::once((String::new(), "Everybody".to_owned()))
        .chain(people)
        .collect();
    view! {
        <form method="get" action=PATH class="mb-4 flex flex-wrap gap-2">
            <select name="area" class="select w-auto" aria-label="What happened">{options(&query.area, areas)}</select>
            <select name="person" class="select w-auto" aria-label="Who did it">{options(&query.person, everybody)}</select>
            <button type="submit" class="btn">"Show"</button>
        </form>
    }
}

fn table(lines: Vec<AuditLine>) -> impl IntoView {
    view! {
        <div class="table-wrap">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"What happened"</th>
                        <th scope="col">"Who"</th>
                        <th scope="col" class="hidden sm:table-cell">"When"</th>
                    </tr>
                </thead>
                <tbody>{lines.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn row(line: AuditLine) -> impl IntoView {
    let AuditLine {
        at,
        actor,
        words,
        subject,
        detail,
        is_refusal,
        ..
    } = line;
    let who = if actor.is_empty() {
        "Unknown".to_owned()
    } else {
        actor
    };
    view! {
        <tr class="align-top">
            <td>
                <p>
                    <span class:text-error=is_refusal>{words}</span>
                    {(!subject.is_empty()).then(|| view! { " "<span class="font-medium [overflow-wrap:anywhere]">{subject}</span> })}
                </p>
                {(!detail.is_empty()).then(|| view! { <p class="text-sm text-muted [overflow-wrap:anywhere]">{detail}</p> })}
                <p class="text-sm text-muted sm:hidden"><Time ms=at/></p>
            </td>
            <td class="[overflow-wrap:anywhere]">{who}</td>
            <td class="hidden sm:table-cell"><Time ms=at/></td>
        </tr>
    }
}
