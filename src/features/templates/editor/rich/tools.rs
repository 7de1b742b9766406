//! The tools of a text, in the panel beside the mail: they work on what is marked in it, or on all of it when nothing is.

use super::super::canvas::{call, closest, get};
use super::super::session::Editor;
use super::command;
use crate::mail::block::{completed_link, is_link_target};
use crate::mail::shade::Palette;
use crate::ui::icon::Icon;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{HtmlElement, HtmlSelectElement, Node};

/// What a paragraph can be: the element, and its words.
const KINDS: [(&str, &str); 6] = [
    ("p", "Paragraph"),
    ("h1", "Large heading"),
    ("h2", "Heading"),
    ("h3", "Small heading"),
    ("h4", "Label"),
    ("blockquote", "Quote"),
];

/// The marks that a tool sets and takes away, by the browser's names for them.
const MARKS: [&str; 7] = [
    "bold",
    "italic",
    "insertUnorderedList",
    "insertOrderedList",
    "justifyLeft",
    "justifyCenter",
    "justifyRight",
];

/// The selection in the text, as it was when the focus was last there.
#[derive(Clone, Copy)]
struct Marked {
    id: u32,
    range: Option<StoredValue<Option<JsValue>, LocalStorage>>,
}

impl Marked {
    fn text(&self) -> Option<HtmlElement> {
        let found = document().query_selector(&format!(".mail-rich[data-text='{}']", self.id));
        found.ok()??.dyn_into().ok()
    }

    fn note(&self) {
        let selection = call(&window(), "getSelection", &[]);
        let node: Option<Node> = get(&selection, "anchorNode").dyn_into().ok();
        if self
            .text()
            .is_some_and(|text| text.contains(node.as_ref()) && node.is_some())
        {
            let range = call(&selection, "getRangeAt", &[0.into()]);
            if let Some(kept) = self.range {
                kept.set_value(Some(call(&range, "cloneRange", &[])));
            }
        }
    }

    /// Puts the focus back into the text with what was marked there; with all of it when nothing was.
    fn take_up(&self) {
        let Some(text) = self.text() else { return };
        let has_focus = document().active_element().as_deref() == Some(text.as_ref());
        let _ = text.focus();
        let selection = call(&window(), "getSelection", &[]);
        match self.range.and_then(|range| range.get_value()) {
            Some(range) if !has_focus => {
                call(&selection, "removeAllRanges", &[]);
                call(&selection, "addRange", &[range]);
            }
            None => {
                call(&selection, "selectAllChildren", &[text.into()]);
            }
            _ => {}
        }
    }

    fn run(&self, name: &str, value: &str) {
        self.take_up();
        let page = document();
        command(&page, name, value);
        self.note();
    }

    /// A command whose result is a style, as mails want it, rather than an element of old.
    fn run_styled(&self, name: &str, value: &str) {
        self.take_up();
        let page = document();
        command(&page, "styleWithCSS", "true");
        command(&page, name, value);
        command(&page, "styleWithCSS", "false");
        self.note();
    }

    /// The address of the link that what is marked stands in.
    fn link(&self) -> String {
        let node = self
            .range
            .and_then(|range| range.get_value())
            .map(|range| get(&range, "startContainer"));
        let element = node.and_then(|node| get(&node, "parentElement").dyn_into().ok());
        closest(element, "a")
            .and_then(|link| link.get_attribute("href"))
            .unwrap_or_default()
    }

    fn is_collapsed(&self) -> bool {
        let range = self.range.and_then(|range| range.get_value());
        range.is_some_and(|range| get(&range, "collapsed").is_truthy())
    }
}

#[component]
pub(in super::super) fn TextTools(editor: Editor, id: u32) -> impl IntoView {
    let marked = Marked {
        id,
        // Not on the server: what one of its threads made there another must not drop.
        range: cfg!(feature = "hydrate").then(|| StoredValue::new_local(None)),
    };
    // Which of the marks the selection has.
    let marks = RwSignal::new([false; MARKS.len()]);
    let kind = RwSignal::new("p".to_owned());
    Effect::new(move |_| {
        let keys = window_event_listener(leptos::ev::keyup, move |_| follow(marked, marks, kind));
        let pointer =
            window_event_listener(leptos::ev::pointerup, move |_| follow(marked, marks, kind));
        on_cleanup(move || {
            keys.remove();
            pointer.remove();
        });
    });
    let toggle = move |name: &'static str, words: &'static str, icon: &'static str| {
        let at = MARKS.iter().position(|mark| *mark == name);
        let is_on = move || marks.with(|marks| at.and_then(|at| marks.get(at)) == Some(&true));
        let run = move |_| {
            if name.starts_with("justify") {
                marked.run_styled(name, "");
            } else {
                marked.run(name, "");
            }
            follow(marked, marks, kind);
        };
        view! {
            <button type="button" class="text-tool" title=words aria-label=words aria-pressed=move || is_on().to_string()
                on:mousedown=|event| event.prevent_default() on:click=run>
                <Icon name=icon/>
            </button>
        }
    };
    let kinds = KINDS
        .into_iter()
        .map(|(key, words)| {
            view! { <option value=key>{words}</option> }
        })
        .collect_view();
    let fields = editor
        .merge_fields()
        .into_iter()
        .map(|(name, words)| view! { <option value=name.clone()>{format!("{name}: {words}")}</option> })
        .collect_view();
    let on_field = move |event: leptos::ev::Event| {
        let name = event_target_value(&event);
        if !name.is_empty() {
            marked.run("insertText", &format!("{{{{ {name} }}}}"));
            let select = event
                .target()
                .and_then(|select| select.dyn_into::<HtmlSelectElement>().ok());
            if let Some(select) = select {
                select.set_value("");
            }
        }
    };
    view! {
        <div class="text-tools" role="group" aria-label="Text">
            <label class="sr-only" for="text-kind">"Kind of paragraph"</label>
            <select id="text-kind" class="select select-sm w-full" prop:value=move || kind.get() on:change=move |event| {
                marked.run("formatBlock", &event_target_value(&event));
            }>{kinds}</select>
            <div class="flex flex-wrap gap-1">
                {toggle("bold", "Bold (Ctrl+B)", "bold")}
                {toggle("italic", "Italic (Ctrl+I)", "italic")}
                {toggle("insertUnorderedList", "Bullet list", "bullets")}
                {toggle("insertOrderedList", "Numbered list", "numbers")}
                <button type="button" class="text-tool" title="Link (Ctrl+K)" aria-label="Link" aria-expanded=move || editor.linking().get().to_string()
                    on:mousedown=|event| event.prevent_default()
                    on:click=move |_| { marked.note(); editor.linking().update(|open| *open = !*open); }>
                    <Icon name="link"/>
                </button>
                {toggle("justifyLeft", "Align paragraph left", "align-left")}
                {toggle("justifyCenter", "Centre paragraph", "align-center")}
                {toggle("justifyRight", "Align paragraph right", "align-right")}
            </div>
            {move || editor.linking().get().then(|| view! { <LinkForm editor marked/> })}
            <TextColours editor marked/>
            <label class="sr-only" for="text-field">"Insert a merge field"</label>
            <select id="text-field" class="select select-sm w-full" on:change=on_field>
                <option value="">"Insert a merge field…"</option>
                {fields}
            </select>
        </div>
    }
}

/// Shows what the marked words are.
fn follow(marked: Marked, marks: RwSignal<[bool; MARKS.len()]>, kind: RwSignal<String>) {
    let has_focus = marked
        .text()
        .is_some_and(|text| document().active_element().as_deref() == Some(text.as_ref()));
    if !has_focus {
        return;
    }
    marked.note();
    let page = document();
    let now = MARKS.map(|name| call(&page, "queryCommandState", &[name.into()]).is_truthy());
    if marks.get_untracked() != now {
        marks.set(now);
    }
    let found = call(&page, "queryCommandValue", &["formatBlock".into()]);
    let found = found.as_string().unwrap_or_default().to_lowercase();
    if KINDS.iter().any(|(key, _)| *key == found) && kind.get_untracked() != found {
        kind.set(found);
    }
}

/// Where the link leads.
#[component]
fn LinkForm(editor: Editor, marked: Marked) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let wrong = RwSignal::new(false);
    let old = marked.link();
    let has_link = !old.is_empty();
    let set = move || {
        let typed = input.get_untracked().map(|input| input.value());
        let target = completed_link(&typed.unwrap_or_default());
        if !is_link_target(&target) {
            wrong.set(true);
            return;
        }
        editor.linking().set(false);
        if marked.is_collapsed() && !has_link {
            let words = target
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('"', "&quot;");
            marked.run("insertHTML", &format!("<a href=\"{words}\">{words}</a>"));
        } else {
            marked.run("createLink", &target);
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            set();
        }
        "Escape" => {
            event.prevent_default();
            editor.linking().set(false);
            marked.take_up();
        }
        _ => {}
    };
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    view! {
        <div class="grid gap-2">
            <label class="field-label" for="link-address">"Link to"</label>
            <input id="link-address" type="text" inputmode="url" class="input input-sm w-full" node_ref=input value=old data-merge=""
                autocomplete="off" placeholder="https://" aria-invalid=move || wrong.get().then_some("true")
                aria-describedby="link-note" on:keydown=on_key/>
            <p id="link-note" class="field-note" class:text-error=move || wrong.get()>
                {move || if wrong.get() { "Enter an address such as https://example.com, mailto:ann@example.com or tel:+49301234." } else { "" }}
            </p>
            <div class="flex gap-2">
                <button type="button" class="btn btn-sm btn-primary" on:click=move |_| set()>"Set link"</button>
                {has_link.then(|| view! {
                    <button type="button" class="btn btn-sm" on:click=move |_| {
                        editor.linking().set(false);
                        marked.run("unlink", "");
                    }>"Remove link"</button>
                })}
            </div>
        </div>
    }
}

/// The theme's colours to set words in, and any other.
#[component]
fn TextColours(editor: Editor, marked: Marked) -> impl IntoView {
    let colour = move |hex: &str| marked.run_styled("foreColor", hex);
    let palette = editor
        .document()
        .with_untracked(|document| Palette::of(&document.theme));
    let swatches = [
        ("Text colour", palette.text),
        ("Button colour", palette.accent),
        ("Link colour", palette.link),
        ("Secondary text colour", palette.muted),
    ]
    .map(|(words, rgb)| {
        let hex = rgb.hex();
        let style = format!("background:{hex}");
        view! {
            <button type="button" class="swatch" title=words aria-label=format!("{words} {hex}") style=style
                on:mousedown=|event| event.prevent_default() on:click=move |_| colour(&hex)></button>
        }
    })
    .collect_view();
    view! {
        <div class="flex items-center gap-1.5">
            <span class="text-sm text-muted">"Colour"</span>
            {swatches}
            <input type="color" class="swatch" aria-label="Another colour for the marked words" value=palette.accent.hex()
                on:change=move |event| colour(&event_target_value(&event))/>
        </div>
    }
}
