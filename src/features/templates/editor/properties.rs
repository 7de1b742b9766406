//! The property form of a block or of the theme, drawn from a list of properties.

use super::address::number;
use super::fields::{Input, Property, picker_value};
use super::rich::RichSource;
use super::session::Editor;
use super::view::Common;
use crate::ui::icon::Icon;
use leptos::ev::Event;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// Takes a form while one types in it, or when an input is left or a choice made.
pub(super) fn take(editor: Editor, event: &Event, done: bool) {
    let form = event.current_target().and_then(|form| form.dyn_into().ok());
    let target = event.target();
    let input = target.and_then(|target| target.dyn_ref::<Element>()?.get_attribute("name"));
    if let Some(form) = form {
        editor.take_form(&form, input.unwrap_or_default(), done);
    }
}

/// One form. With JavaScript it saves while one types; without, by its button.
#[component]
pub(super) fn PropertyForm(
    editor: Editor,
    op: &'static str,
    #[prop(optional)] block: Option<u32>,
    list: Vec<Property>,
    /// Of its button; empty where changes are taken as they are typed.
    label: &'static str,
) -> impl IntoView {
    let block_text = number(block);
    let fields = list
        .into_iter()
        .map(|property| view! { <PropertyField editor op block=block_text.clone() property/> })
        .collect_view();
    view! {
        <form method="post" action=editor.url() class="grid gap-3" on:submit=editor.on_submit()
            on:change=move |event| take(editor, &event, true) on:input=move |event| take(editor, &event, false)>
            {match block {
                Some(block) => view! { <Common editor op block/> }.into_any(),
                None => view! { <Common editor op/> }.into_any(),
            }}
            {fields}
            {(!label.is_empty()).then(|| view! {
                <div><button type="submit" class="btn btn-sm btn-primary">{label}</button></div>
            })}
        </form>
    }
}

#[component]
fn PropertyField(editor: Editor, op: &'static str, block: String, property: Property) -> AnyView {
    let Property {
        name,
        label,
        hint,
        input,
        value,
    } = property;
    let id = format!("{op}{block}-{name}");
    let note = format!("{id}-note");
    let form_name = format!("edit[fields][{name}]");
    let shown = typed(editor, op, &block, &name, &input, &value).unwrap_or(value);
    let is_alignment = name == "align";
    let message = Memo::new(move |_| editor.field_message(op, &block, &name));
    let invalid = move || message.with(Option::is_some);
    let described = (!hint.is_empty()).then(|| note.clone());
    let label_for = id.clone();
    let control = match input {
        Input::Line | Input::Address => {
            let mode = (input == Input::Address).then_some("url");
            view! {
                <input id=id type="text" name=form_name value=shown class="input w-full" class:input-error=invalid inputmode=mode
                    data-merge="" autocomplete="off" aria-invalid=move || invalid().then_some("true") aria-describedby=note.clone()/>
            }
            .into_any()
        }
        Input::Rich => view! {
            <RichSource id=id name=form_name value=shown note=note.clone()/>
        }
        .into_any(),
        Input::Number { min, max } => view! {
            <input id=id type="text" name=form_name value=shown class="input w-28" class:input-error=invalid inputmode="numeric"
                autocomplete="off" data-min=min.to_string() data-max=max.to_string()
                aria-invalid=move || invalid().then_some("true") aria-describedby=note.clone()/>
        }
        .into_any(),
        Input::Choice(options) if is_alignment => {
            return view! { <Alignment id form_name label options shown/> }.into_any();
        }
        Input::Choice(options) => {
            let options = options
                .into_iter()
                .map(|(key, words)| {
                    let selected = key == shown;
                    view! { <option value=key selected=selected>{words}</option> }
                })
                .collect_view();
            view! { <select id=id name=form_name class="select w-full" aria-describedby=described>{options}</select> }.into_any()
        }
        Input::Switch => {
            let checked = shown == "true";
            return view! {
                <div class="field">
                    <label class="flex items-start gap-3 py-1" for=label_for>
                        <input id=id type="checkbox" class="checkbox checkbox-sm mt-0.5" name=form_name value="true" checked=checked/>
                        <span>{label}<span class="block text-sm text-muted">{hint}</span></span>
                    </label>
                </div>
            }
            .into_any();
        }
        Input::Colour { fallback } => view! {
            <ColourInput editor id name=form_name label=label.clone() value=shown fallback note=note.clone()/>
        }
        .into_any(),
    };
    view! {
        <div class="field">
            <label class="field-label" for=label_for>{label}</label>
            {control}
            <p id=note class="field-note" class:text-error=invalid>{move || message.get().unwrap_or_else(|| hint.to_owned())}</p>
        </div>
    }
    .into_any()
}

/// Left, centre, right, as buttons in a row.
#[component]
fn Alignment(
    id: String,
    form_name: String,
    label: String,
    options: Vec<(String, &'static str)>,
    shown: String,
) -> impl IntoView {
    let buttons = options
        .into_iter()
        .map(|(key, words)| {
            let icon = match key.as_str() {
                "left" => "align-left",
                "right" => "align-right",
                _ => "align-center",
            };
            let (id, checked) = (format!("{id}-{key}"), key == shown);
            let label_for = id.clone();
            view! {
                <label for=label_for class="segment" title=words>
                    <input id=id type="radio" name=form_name.clone() value=key checked=checked/>
                    <Icon name=icon/>
                    <span class="sr-only">{words}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend class="field-label">{label}</legend>
            <div class="segments">{buttons}</div>
        </fieldset>
    }
}

/// What was in a field whose form came back: a switch that is off is not sent, and of the two inputs of a colour the one that was
/// changed counts, as it would when saved.
fn typed(
    editor: Editor,
    op: &str,
    block: &str,
    name: &str,
    input: &Input,
    stored: &str,
) -> Option<String> {
    let text = editor.typed(op, block, name);
    match input {
        Input::Switch if editor.is_rejected(op, block) => Some(text.unwrap_or_default()),
        Input::Colour { fallback } => {
            let picked = editor.typed(op, block, &format!("{name}_picker"));
            let picked = picked.filter(|picked| *picked != picker_value(stored, fallback));
            text.filter(|text| text != stored || picked.is_none())
                .or(picked)
        }
        _ => text,
    }
}

/// A colour as text and as a picker. With JavaScript the two follow each other; without, the server sees which one was changed.
#[component]
fn ColourInput(
    editor: Editor,
    id: String,
    name: String,
    label: String,
    value: String,
    fallback: String,
    note: String,
) -> impl IntoView {
    let picker_name = name.strip_suffix(']').map(|name| format!("{name}_picker]"));
    let (text, picker) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let picked = picker_value(&value, &fallback);
    let words = StoredValue::new(label.clone());
    let typed_fallback = fallback.clone();
    let on_type = move |event: Event| {
        if let Some(picker) = picker.get_untracked() {
            picker.set_value(&picker_value(&event_target_value(&event), &typed_fallback));
        }
    };
    let on_pick = move |event: Event| {
        if let Some(text) = text.get_untracked() {
            text.set_value(&event_target_value(&event));
        }
    };
    // A colour of the theme, with one click.
    let choose = move |hex: String| {
        let Some(input) = text.get_untracked() else {
            return;
        };
        input.set_value(&hex);
        if let Some(picker) = picker.get_untracked() {
            picker.set_value(&hex);
        }
        if let Some(form) = input.form() {
            editor.take_form(&form, input.name(), true);
        }
    };
    let swatches = move || {
        let theme = editor.document().with(|document| document.theme.clone());
        let mut colours = vec![
            theme.text,
            theme.accent,
            theme.link,
            theme.muted,
            theme.surface,
            theme.background,
        ];
        let mut known = Vec::new();
        colours.retain(|hex| {
            let is_new = !known.contains(hex);
            known.push(hex.clone());
            is_new
        });
        colours
            .into_iter()
            .map(|hex| {
                let (style, label) = (format!("background:{hex}"), format!("{}: {hex}", words.get_value()));
                view! {
                    <button type="button" class="swatch" style=style title=hex.clone() aria-label=label
                        on:click=move |_| choose(hex.clone())></button>
                }
            })
            .collect_view()
    };
    view! {
        <div class="flex gap-2">
            <input id=id type="text" name=name value=value class="input grow min-w-0" node_ref=text on:input=on_type
                placeholder=format!("{fallback} (standard)") autocomplete="off" spellcheck="false" aria-describedby=note/>
            <input type="color" name=picker_name value=picked class="h-10 w-12 shrink-0 cursor-pointer rounded-field"
                node_ref=picker on:input=on_pick aria-label=format!("Pick: {label}")/>
        </div>
        {move || editor.is_alive().then(|| view! { <div class="mt-1.5 flex flex-wrap gap-1.5">{swatches}</div> })}
    }
}
