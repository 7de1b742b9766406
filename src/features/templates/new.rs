//! A new template: from a starter, or empty.

use super::api::{CreateTemplate, list_starters};
use super::entry::StarterCard;
use super::list::Thumbnail;
use crate::ui::form::{Field, FormMessage, FormState, Submit};
use crate::ui::load::load;
use crate::ui::page::PageHead;
use leptos::form::ActionForm;
use leptos::prelude::*;

/// Ways to start without a starter: value, words, explanation.
const EMPTY: [(&str, &str, &str); 3] = [
    (
        "blocks",
        "Empty, with blocks",
        "Put it together from texts, images and buttons.",
    ),
    (
        "mjml",
        "Empty, as MJML",
        "For those who write MJML by hand.",
    ),
    (
        "html",
        "Empty, as HTML",
        "For those who bring HTML of their own.",
    ),
];

#[component]
pub fn TemplateNewPage() -> impl IntoView {
    let create = ServerAction::<CreateTemplate>::new();
    let form = FormState::of(create);
    let starters = Resource::new_blocking(|| (), |()| list_starters());
    view! {
        <PageHead title="New template" back=("/templates".to_owned(), "Templates".to_owned())/>
        <ActionForm action=create>
            <FormMessage form=form/>
            <div class="mb-6 max-w-xl">
                <Field form=form name="name" label="Name" prefix="form" hint="If blank: the name of the design."/>
            </div>
            {load(starters, move |starters| view! { <Choices form starters/> })}
            <div class="sticky bottom-0 mt-6 flex gap-2 border-t border-base-300 bg-base-100 px-4 py-3">
                <Submit form=form label="Create template"/>
                <a class="btn btn-ghost" href="/templates">"Cancel"</a>
            </div>
        </ActionForm>
    }
}

#[component]
fn Choices(form: FormState, starters: Vec<StarterCard>) -> impl IntoView {
    let first = starters
        .first()
        .map_or("blocks", |starter| starter.key.as_str());
    let chosen = form.typed("from", first);
    let is_chosen = |key: &str| key == chosen;
    let designs = starters
        .iter()
        .map(|starter| {
            view! {
                <Choice value=starter.key.clone() words=starter.name.clone() detail=starter.description.clone()
                    picture=format!("/templates/starters/{}/preview", starter.key) checked=is_chosen(&starter.key)/>
            }
        })
        .collect_view();
    let empty = EMPTY
        .into_iter()
        .map(|(key, words, detail)| view! { <Choice value=key words detail checked=is_chosen(key)/> })
        .collect_view();
    view! {
        <fieldset>
            <legend class="mb-3 text-lg font-semibold">"Start from"</legend>
            <ul class="grid grid-cols-[repeat(auto-fill,minmax(min(100%,17rem),1fr))] gap-5">{designs}</ul>
            <ul class="mt-5 grid gap-5 sm:grid-cols-3">{empty}</ul>
        </fieldset>
    }
}

/// A card with a radio button; all of it can be clicked.
#[component]
fn Choice(
    #[prop(into)] value: String,
    #[prop(into)] words: String,
    #[prop(into)] detail: String,
    #[prop(optional, into)] picture: String,
    checked: bool,
) -> impl IntoView {
    let id = format!("from-{value}");
    let label_for = id.clone();
    view! {
        <li>
            <label for=label_for class="panel flex h-full cursor-pointer flex-col overflow-hidden p-0 has-checked:outline-2 has-checked:outline-primary">
                {(!picture.is_empty()).then(|| view! { <Thumbnail src=picture/> })}
                <span class="flex gap-3 border-base-300 p-4">
                    <input id=id type="radio" class="radio radio-sm radio-primary mt-0.5" name="form[from]" value=value checked=checked/>
                    <span>
                        <span class="block font-semibold">{words}</span>
                        <span class="block text-sm text-muted">{detail}</span>
                    </span>
                </span>
            </label>
        </li>
    }
}
