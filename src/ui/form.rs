//! Form fields with their errors beside them, with and without JavaScript. Inputs are uncontrolled: what is typed stays.

use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::error::ServerFnUrlError;

/// What the last submission of a form came to. Without JavaScript the error arrives in the page's address.
#[derive(Clone, Copy)]
pub struct FormState {
    error: Signal<Option<AppError>>,
    pending: Signal<bool>,
}

impl FormState {
    pub fn of<S>(action: ServerAction<S>) -> FormState
    where
        S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
        S::Output: Clone + Send + Sync + 'static,
    {
        let value = action.value();
        FormState {
            error: Signal::derive(move || {
                value.with(|value| {
                    value
                        .as_ref()
                        .and_then(|result| result.as_ref().err().cloned())
                })
            }),
            pending: action.pending().into(),
        }
    }

    /// Of a form that a plain route takes (an upload): its refusal arrives in the page's address under this name.
    pub fn of_route(name: &str) -> FormState {
        let error = use_context::<ServerActionError>()
            .filter(|error| error.path() == name)
            .map(|error| ServerFnUrlError::<AppError>::decode_err(error.err()));
        FormState {
            error: Signal::stored(error),
            pending: Signal::stored(false),
        }
    }

    /// The sentence for one field.
    pub fn message(&self, field: &str) -> Option<String> {
        self.error.with(|error| match error {
            Some(AppError::Invalid(invalid)) => invalid
                .fields
                .iter()
                .find(|entry| entry.field == field)
                .map(|entry| entry.message.clone()),
            _ => None,
        })
    }

    /// Whether a page comes with a sentence for this field: it then opens there, also without JavaScript.
    fn is_refused(&self, field: &str) -> bool {
        untrack(|| self.message(field).is_some())
    }

    /// The sentence about the whole form: everything that is not beside a field.
    pub fn summary(&self) -> Option<String> {
        self.error.with(|error| match error {
            Some(AppError::Invalid(invalid)) if !invalid.message.is_empty() => {
                Some(invalid.message.clone())
            }
            Some(AppError::Invalid(invalid)) => match invalid.fields.as_slice() {
                [] => None,
                [_] => Some("Please correct the marked field.".into()),
                _ => Some("Please correct the marked fields.".into()),
            },
            None => None,
            Some(other) => Some(other.to_string()),
        })
    }

    /// What was typed into a field before the page was rendered again, or else `value`.
    pub fn typed(&self, field: &str, value: &str) -> String {
        self.error.with_untracked(|error| match error {
            Some(AppError::Invalid(invalid)) => invalid
                .typed
                .get(field)
                .cloned()
                .unwrap_or_else(|| value.to_owned()),
            _ => value.to_owned(),
        })
    }

    /// The same for a checkbox.
    pub fn typed_flag(&self, field: &str, value: bool) -> bool {
        self.typed(field, &value.to_string()) == "true"
    }

    pub fn is_pending(&self) -> bool {
        self.pending.get()
    }
}

/// The sentence about the whole form, announced to screen readers when it appears.
#[component]
pub fn FormMessage(form: FormState) -> impl IntoView {
    view! {
        <div aria-live="polite">
            {move || form.summary().map(|text| view! { <div role="alert" class="alert alert-error alert-soft mb-4">{text}</div> })}
        </div>
    }
}

fn input_name(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}[{name}]")
    }
}

/// One labelled text input with hint and error.
#[component]
pub fn Field(
    form: FormState,
    /// The field's name in the form struct; also what errors refer to.
    name: &'static str,
    #[prop(into)] label: String,
    /// The server function's argument that holds the struct: "form" makes the input's name `form[name]`.
    #[prop(default = "")]
    prefix: &'static str,
    #[prop(into, default = String::new())] value: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(into, default = String::new())] hint: String,
    #[prop(into, default = String::new())] placeholder: String,
    #[prop(default = false)] required: bool,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(default = "")] inputmode: &'static str,
) -> impl IntoView {
    let id = format!("{prefix}{name}");
    let described = format!("{id}-note");
    let shown = if kind == "password" {
        String::new()
    } else {
        form.typed(name, &value)
    };
    let invalid = move || form.message(name).is_some();
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <input
                id=id
                name=input_name(prefix, name)
                type=kind
                value=shown
                placeholder=placeholder
                required=required
                autofocus=form.is_refused(name)
                autocomplete=autocomplete
                inputmode=inputmode
                class="input w-full"
                class:input-error=invalid
                aria-invalid=move || invalid().then_some("true")
                aria-describedby=described.clone()
            />
            <FieldNote form=form name=name id=described hint=hint/>
        </div>
    }
}

/// A labelled multi-line input.
#[component]
pub fn TextArea(
    form: FormState,
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(default = "")] prefix: &'static str,
    #[prop(into, default = String::new())] value: String,
    #[prop(into, default = String::new())] hint: String,
    #[prop(default = 6)] rows: u32,
    #[prop(default = false)] code: bool,
) -> impl IntoView {
    let id = format!("{prefix}{name}");
    let described = format!("{id}-note");
    let shown = form.typed(name, &value);
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <textarea
                id=id
                name=input_name(prefix, name)
                rows=rows
                spellcheck=(!code).to_string()
                autofocus=form.is_refused(name)
                class="textarea w-full"
                class=("font-mono", code)
                class:textarea-error=move || form.message(name).is_some()
                aria-describedby=described.clone()
            >
                {shown}
            </textarea>
            <FieldNote form=form name=name id=described hint=hint/>
        </div>
    }
}

/// A labelled choice of `(value, words)`.
#[component]
pub fn Select(
    form: FormState,
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(default = "")] prefix: &'static str,
    #[prop(into, default = String::new())] value: String,
    options: Vec<(String, String)>,
    #[prop(into, default = String::new())] hint: String,
) -> impl IntoView {
    let id = format!("{prefix}{name}");
    let described = format!("{id}-note");
    let shown = form.typed(name, &value);
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <select id=id name=input_name(prefix, name) class="select w-full" aria-describedby=described.clone()>
                {options
                    .into_iter()
                    .map(|(value, words)| {
                        let selected = value == shown;
                        view! { <option value=value selected=selected>{words}</option> }
                    })
                    .collect_view()}
            </select>
            <FieldNote form=form name=name id=described hint=hint/>
        </div>
    }
}

/// A checkbox that sends `true`; absent means false (`#[serde(default)]` in the form struct).
#[component]
pub fn Checkbox(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(default = "")] prefix: &'static str,
    #[prop(default = false)] checked: bool,
    #[prop(into, default = String::new())] hint: String,
) -> impl IntoView {
    view! {
        <label class="flex items-start gap-3 py-1">
            <input type="checkbox" class="checkbox checkbox-sm mt-0.5" name=input_name(prefix, name) value="true" checked=checked/>
            <span>
                {label}
                {(!hint.is_empty()).then(|| view! { <span class="block text-sm text-muted">{hint}</span> })}
            </span>
        </label>
    }
}

#[component]
fn FieldNote(form: FormState, name: &'static str, id: String, hint: String) -> impl IntoView {
    view! {
        <p id=id class="field-note" class:text-error=move || form.message(name).is_some()>
            {move || form.message(name).unwrap_or_else(|| hint.clone())}
        </p>
    }
}

/// The button that sends the form; says so while it is busy.
#[component]
pub fn Submit(
    form: FormState,
    #[prop(into)] label: String,
    #[prop(into, default = "btn btn-primary".to_string())] class: String,
) -> impl IntoView {
    view! {
        <button type="submit" class=class aria-busy=move || form.is_pending().then_some("true")>
            <span class="loading loading-spinner loading-xs" class:hidden=move || !form.is_pending()></span>
            {label}
        </button>
    }
}
