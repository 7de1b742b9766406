//! The dialog of searching, opened by Ctrl-K, Cmd-K or its button. A combobox with a list, as the WAI-ARIA practices describe it:
//! focus stays in the input, arrows move through the list. The dialog element brings Escape, the focus trap and the way back.

use super::api::search_all;
use super::model::{Group, Hit};
use super::page::hidden;
use crate::ui::icon::Icon;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// Opens the dialog from wherever a button stands.
#[derive(Clone, Copy)]
pub struct SearchDialogState {
    dialog: NodeRef<html::Dialog>,
    input: NodeRef<html::Input>,
    text: RwSignal<String>,
    found: RwSignal<Found>,
    /// Position of the marked hit, counted through all groups.
    marked: RwSignal<usize>,
    is_asking: RwSignal<bool>,
}

#[derive(Clone, Default)]
struct Found {
    groups: Vec<Group>,
    problem: String,
}

impl Found {
    fn hits(&self) -> impl Iterator<Item = &Hit> {
        self.groups.iter().flat_map(|group| &group.hits)
    }

    fn count(&self) -> usize {
        self.hits().count()
    }
}

impl SearchDialogState {
    /// Made once for all pages behind sign-in.
    pub fn new() -> Self {
        SearchDialogState {
            dialog: NodeRef::new(),
            input: NodeRef::new(),
            text: RwSignal::new(String::new()),
            found: RwSignal::new(Found::default()),
            marked: RwSignal::new(0),
            is_asking: RwSignal::new(false),
        }
    }

    fn open(self) {
        let Some(dialog) = self.dialog.get_untracked() else {
            return;
        };
        if !dialog.open() {
            let _ = dialog.show_modal();
            if let Some(input) = self.input.get_untracked() {
                input.select();
            }
            self.ask();
        }
    }

    fn close(self) {
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
    }

    /// Asks for what is typed; while an answer is under way, the next question waits for it.
    fn ask(self) {
        if self.is_asking.get_untracked() {
            return;
        }
        self.is_asking.set(true);
        spawn_local(async move {
            loop {
                let asked = self.text.get_untracked();
                let found = match search_all(asked.clone()).await {
                    Ok(groups) => Found {
                        groups,
                        problem: String::new(),
                    },
                    Err(error) => Found {
                        groups: Vec::new(),
                        problem: error.to_string(),
                    },
                };
                self.marked.set(0);
                self.found.set(found);
                if self.text.get_untracked() == asked {
                    break;
                }
            }
            self.is_asking.set(false);
        });
    }

    fn step(self, by: isize) {
        let count = self.found.with_untracked(Found::count);
        if count > 0 {
            let count = count.cast_signed();
            self.marked
                .update(|at| *at = (at.cast_signed() + by).rem_euclid(count).cast_unsigned());
            scroll_to(self.marked.get_untracked());
        }
    }

    /// As a click on it does.
    fn choose_marked(self) {
        let option = document().get_element_by_id(&option_id(self.marked.get_untracked()));
        if let Some(option) = option.and_then(|option| option.dyn_into::<HtmlElement>().ok()) {
            option.click();
        }
    }
}

impl Default for SearchDialogState {
    fn default() -> Self {
        Self::new()
    }
}

/// The button that opens the dialog; without JavaScript, a link to the page. `compact`: only its picture.
#[component]
pub fn SearchButton(
    state: SearchDialogState,
    #[prop(default = false)] compact: bool,
) -> impl IntoView {
    let open = move |event: ev::MouseEvent| {
        // A new tab is wished for: the page is there.
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            state.open();
        }
    };
    if compact {
        return view! {
            <a href="/search" class="btn btn-ghost btn-square ml-auto" aria-label="Search" on:click=open><Icon name="search"/></a>
        }
        .into_any();
    }
    view! {
        <a href="/search" class="search-button" aria-keyshortcuts="Control+K Meta+K" on:click=open>
            <Icon name="search"/>
            <span class="grow">"Search"</span>
            <kbd class="kbd kbd-sm hidden lg:inline-flex" aria-hidden="true">"Ctrl K"</kbd>
        </a>
    }
    .into_any()
}

#[component]
pub fn SearchDialog(state: SearchDialogState) -> impl IntoView {
    let SearchDialogState {
        dialog,
        input,
        text,
        found,
        marked,
        ..
    } = state;
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, move |event| {
            let is_shortcut = (event.ctrl_key() || event.meta_key())
                && !event.shift_key()
                && !event.alt_key()
                && event.key().eq_ignore_ascii_case("k");
            // An editor may use the keys for its links.
            if is_shortcut && !event.default_prevented() {
                event.prevent_default();
                state.open();
            }
        });
        on_cleanup(move || handle.remove());
    });
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            state.step(1);
        }
        "ArrowUp" => {
            event.prevent_default();
            state.step(-1);
        }
        "Enter" => {
            event.prevent_default();
            state.choose_marked();
        }
        _ => {}
    };
    let on_input = move |event: ev::Event| {
        text.set(event_target_value(&event));
        state.ask();
    };
    let status = move || {
        found.with(|found| match found.count() {
            _ if !found.problem.is_empty() => found.problem.clone(),
            0 => "Nothing found".to_owned(),
            1 => "1 result".to_owned(),
            n => format!("{n} results"),
        })
    };
    view! {
        <dialog node_ref=dialog class="search-dialog" aria-label="Search" on:click=move |event| {
            // On the backdrop: what lies around the dialog belongs to it.
            let is_backdrop = event.target() == event.current_target();
            if is_backdrop {
                state.close();
            }
        }>
            <div class="search-field">
                <Icon name="search"/>
                <input node_ref=input type="text" role="combobox" aria-expanded="true" aria-controls="search-list" aria-autocomplete="list"
                    aria-activedescendant=move || found.with(|found| found.count() > 0).then(|| option_id(marked.get()))
                    aria-label="Search pages, campaigns, drafts and templates" placeholder="Where to, or what to do?"
                    autocomplete="off" spellcheck="false" on:input=on_input on:keydown=on_key/>
                <button type="button" class="btn btn-ghost btn-sm" on:click=move |_| state.close()>"Close"</button>
            </div>
            <div id="search-list" role="listbox" aria-label="Results" class="search-list">
                <Groups state=state/>
            </div>
            <p role="status" class=move || if found.with(|found| found.count() == 0) { "p-6 text-center text-muted" } else { "sr-only" }>
                {status}
            </p>
        </dialog>
    }
}

fn option_id(at: usize) -> String {
    format!("search-option-{at}")
}

/// The groups found. What stays found stays in place: a click that has begun on it is not lost when a further answer comes.
#[component]
fn Groups(state: SearchDialogState) -> impl IntoView {
    let names = move || {
        let name = |group: &Group| group.name.clone();
        state
            .found
            .with(|found| found.groups.iter().map(name).collect::<Vec<_>>())
    };
    let hits = move |name: &str| {
        state.found.with(|found| {
            let group = found.groups.iter().find(|group| group.name == name);
            group.map(|group| group.hits.clone()).unwrap_or_default()
        })
    };
    view! {
        <For each=names key=String::clone children=move |name| {
            let (label, heading) = (name.clone(), name.clone());
            view! {
                <div role="group" aria-label=label>
                    <p class="nav-group mt-3" aria-hidden="true">{heading}</p>
                    <For each=move || hits(&name) key=Hit::clone children=move |hit| option(hit, state)/>
                </div>
            }
        }/>
    }
}

fn option(hit: Hit, state: SearchDialogState) -> impl IntoView {
    let key = hit.clone();
    let at = Memo::new(move |_| {
        let place = state
            .found
            .with(|found| found.hits().position(|hit| *hit == key));
        place.unwrap_or_default()
    });
    let id = move || option_id(at.get());
    let is_marked = move || (state.marked.get() == at.get()).to_string();
    let mark = move |_| {
        let at = at.get_untracked();
        if state.marked.get_untracked() != at {
            state.marked.set(at);
        }
    };
    let close = move |_| state.close();
    let words = view! {
        <Icon name=hit.icon.name()/>
        <span class="min-w-0 grow truncate">{hit.title}</span>
        <span class="text-sm text-muted">{hit.note}</span>
    };
    match hit.post {
        None => view! {
            <a id=id href=hit.href role="option" tabindex="-1" class="search-option" aria-selected=is_marked
                on:mousemove=mark on:click=close>{words}</a>
        }
        .into_any(),
        Some(fields) => view! {
            <form method="post" action=hit.href role="presentation">
                {hidden(fields)}
                <button id=id type="submit" role="option" tabindex="-1" class="search-option" aria-selected=is_marked
                    on:mousemove=mark on:click=close>{words}</button>
            </form>
        }
        .into_any(),
    }
}

/// Keeps the marked hit in sight.
fn scroll_to(at: usize) {
    #[cfg(feature = "hydrate")]
    if let Some(option) = document().get_element_by_id(&option_id(at)) {
        use wasm_bindgen::JsCast;
        // With "nearest", which web-sys offers only behind more of its features.
        let options = js_sys::Object::new();
        let _ = js_sys::Reflect::set(&options, &"block".into(), &"nearest".into());
        if let Ok(scroll) = js_sys::Reflect::get(&option, &"scrollIntoView".into())
            && let Some(scroll) = scroll.dyn_ref::<js_sys::Function>()
        {
            let _ = scroll.call1(&option, &options);
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = at;
}
