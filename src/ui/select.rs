//! Rows that are chosen with a box: all at once, how many, and whether there are any. Without JavaScript the boxes are plain
//! boxes of a plain form; counting and choosing all come with it.

use super::number::thousands;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// Which rows of a list are chosen.
#[derive(Clone, Copy)]
pub struct Selection {
    shown: StoredValue<Vec<String>>,
    chosen: RwSignal<BTreeSet<String>>,
    /// JavaScript is there: it alone knows how many are chosen.
    is_counted: RwSignal<bool>,
}

impl Selection {
    /// Over rows with these ids, none of them chosen yet.
    pub fn new(shown: Vec<String>) -> Selection {
        let is_counted = RwSignal::new(false);
        Effect::new(move |_| is_counted.set(true));
        Selection {
            shown: StoredValue::new(shown),
            chosen: RwSignal::new(BTreeSet::new()),
            is_counted,
        }
    }

    /// How many are chosen, once that is known.
    pub fn count(self) -> Option<i64> {
        self.is_counted
            .get()
            .then(|| self.chosen.with(|chosen| chosen.len() as i64))
    }

    /// Whether it is known that nothing is chosen: what needs a choice is disabled then.
    pub fn is_empty(self) -> bool {
        self.count() == Some(0)
    }

    fn is_full(self) -> bool {
        let all = self.shown.with_value(Vec::len);
        all > 0 && self.chosen.with(|chosen| chosen.len()) == all
    }

    /// Some, but not all.
    fn is_partial(self) -> bool {
        !self.is_full() && self.chosen.with(|chosen| !chosen.is_empty())
    }

    fn set(self, id: &str, is_chosen: bool) {
        self.chosen.update(|chosen| {
            if is_chosen {
                chosen.insert(id.to_owned());
            } else {
                chosen.remove(id);
            }
        });
    }

    fn set_all(self, is_chosen: bool) {
        let all = || self.shown.with_value(|ids| ids.iter().cloned().collect());
        self.chosen
            .set(if is_chosen { all() } else { BTreeSet::new() });
    }
}

/// The box of one row.
#[component]
pub fn SelectBox(
    selection: Selection,
    #[prop(into)] id: String,
    /// What the form calls it.
    name: &'static str,
    #[prop(into)] label: String,
    /// The form it belongs to, where it does not stand inside it.
    #[prop(optional)]
    form: Option<&'static str>,
) -> impl IntoView {
    let (asked, told) = (id.clone(), id.clone());
    view! {
        <label class="-m-3 grid size-11 place-items-center">
            <input type="checkbox" class="checkbox checkbox-sm" name=name value=id form=form aria-label=label
                prop:checked=move || selection.chosen.with(|chosen| chosen.contains(&asked))
                on:change=move |event| selection.set(&told, event_target_checked(&event))/>
        </label>
    }
}

/// The box above the rows that chooses all of them. It comes with JavaScript.
#[component]
pub fn SelectAll(selection: Selection, label: &'static str) -> impl IntoView {
    view! {
        <Show when=move || selection.is_counted.get() fallback=|| view! { <span class="sr-only">"Select"</span> }>
            <label class="-m-3 grid size-11 place-items-center">
                <input type="checkbox" class="checkbox checkbox-sm" aria-label=label
                    prop:checked=move || selection.is_full()
                    prop:indeterminate=move || selection.is_partial()
                    on:change=move |event| selection.set_all(event_target_checked(&event))/>
            </label>
        </Show>
    }
}

/// "3 selected", said aloud when it changes.
#[component]
pub fn Selected(selection: Selection) -> impl IntoView {
    view! {
        <span role="status" aria-live="polite" class="text-sm text-muted tabular-nums">
            {move || match selection.count() {
                None => "With the selected:".to_owned(),
                Some(0) => "None selected".to_owned(),
                Some(n) => format!("{} selected", thousands(n)),
            }}
        </span>
    }
}
