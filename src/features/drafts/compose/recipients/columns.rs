//! How the columns of a list are read: which one holds the addresses, what the others are called, which are left out.

use super::super::super::api::MapColumns;
use super::super::super::recipients::columns::Column;
use super::super::super::recipients::model::{Recipient, RecipientSet};
use super::super::Identity;
use crate::ids::DraftId;
use crate::ui::form::{FormState, Submit};
use leptos::prelude::*;

/// Values of a column that are shown.
const VALUES: usize = 3;

#[component]
pub fn Columns(
    id: DraftId,
    revision: i64,
    set: RecipientSet,
    sample: Vec<Recipient>,
    map: ServerAction<MapColumns>,
    label: &'static str,
) -> impl IntoView {
    let form = FormState::of(map);
    let email = set.email_column;
    view! {
        <ActionForm action=map>
            <Identity id revision/>
            <input type="hidden" name="form[set]" value=set.id.to_string()/>
            <ul class="grid divide-y divide-base-300">
                {set.columns.into_iter().enumerate().map(|(at, column)| {
                    let values = values(&sample, &column);
                    let is_email = column.key == email;
                    view! { <Line at column is_email values/> }
                }).collect_view()}
            </ul>
            <p class="mb-3 mt-4 text-sm text-muted">
                "What you leave out is not kept. Merge fields follow the names: a column called “First name” is "
                <code>"{{ first_name }}"</code>" in the mail."
            </p>
            <Submit form=form label=label class="btn btn-primary"/>
        </ActionForm>
    }
}

/// A few different values of a column, as they stand in the first rows.
fn values(sample: &[Recipient], column: &Column) -> String {
    let mut found: Vec<&str> = Vec::new();
    for value in sample.iter().map(|row| row.value(&column.key)) {
        if found.len() < VALUES && !value.is_empty() && !found.contains(&value) {
            found.push(value);
        }
    }
    if found.is_empty() {
        "No values in the first rows".into()
    } else {
        let short = |value: &&str| value.chars().take(60).collect::<String>();
        found.iter().map(short).collect::<Vec<_>>().join(" · ")
    }
}

#[component]
fn Line(at: usize, column: Column, is_email: bool, values: String) -> impl IntoView {
    let name = move |field: &str| format!("form[columns][{at}][{field}]");
    let Column {
        name: heading, key, ..
    } = column;
    let field = format!(
        "{{{{ {} }}}}",
        if is_email { "email" } else { key.as_str() }
    );
    view! {
        <li class="grid gap-x-4 gap-y-2 py-3 md:grid-cols-[minmax(0,14rem)_minmax(0,1fr)_auto] md:items-center">
            <div>
                <input type="hidden" name=name("key") value=key.clone()/>
                <input name=name("name") value=heading.clone() class="input w-full" maxlength="100" autocomplete="off"
                    aria-label=format!("Name of the column {heading}")/>
            </div>
            <div class="min-w-0 text-sm">
                <p class="truncate">{values}</p>
                <code class="text-muted break-words">{field}</code>
            </div>
            <div class="flex flex-wrap gap-x-5 gap-y-1">
                <label class="flex min-h-11 items-center gap-2 md:min-h-9">
                    <input type="radio" class="radio radio-sm" name="form[email]" value=key checked=is_email required=true/>
                    <span>"Addresses"<span class="sr-only">{format!(" are in {heading}")}</span></span>
                </label>
                <label class="flex min-h-11 items-center gap-2 md:min-h-9">
                    <input type="checkbox" class="checkbox checkbox-sm" name=name("keep") value="true" checked=true/>
                    <span>"Use"<span class="sr-only">{format!(" the column {heading}")}</span></span>
                </label>
            </div>
        </li>
    }
}
