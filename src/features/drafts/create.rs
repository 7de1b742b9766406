//! The page that starts a draft: blank, or from a template (`?template=7`).

use super::api::CreateDraft;
use super::model::UNTITLED;
use crate::features::templates::api::list_template_names;
use crate::ids::TemplateId;
use crate::mail::design::Mode;
use crate::ui::form::{Field, FormMessage, FormState, Select, Submit};
use crate::ui::load::load;
use crate::ui::page::PageHead;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

#[component]
pub fn DraftCreatePage() -> impl IntoView {
    let template = use_query_map()
        .read_untracked()
        .get("template")
        .unwrap_or_default();
    let templates = Resource::new_blocking(|| (), |()| list_template_names());
    let create = ServerAction::<CreateDraft>::new();
    view! {
        <PageHead title="New campaign" back=("/drafts".to_owned(), "Drafts".to_owned())
            lead="It begins as a draft: nothing is sent until you say so, and everything can be changed, the design too."/>
        {load(templates, move |templates| form(create, templates, template.clone()))}
    }
}

fn form(
    create: ServerAction<CreateDraft>,
    templates: Vec<(TemplateId, String)>,
    template: String,
) -> impl IntoView {
    let form = FormState::of(create);
    let none = ("Start without a template".to_owned(), String::new());
    let options = std::iter::once((none.1, none.0)).chain(
        templates
            .into_iter()
            .map(|(id, name)| (id.to_string(), name)),
    );
    view! {
        <section class="panel max-w-xl">
            <ActionForm action=create>
                <FormMessage form=form/>
                <div class="grid gap-4">
                    <Field form=form prefix="form" name="name" label="Name" hint="Only you see it." placeholder=UNTITLED/>
                    <Select form=form prefix="form" name="template" label="Template" value=template options=options.collect()/>
                    <Select form=form prefix="form" name="mode" label="Without a template, write it as" value=Mode::Blocks.as_str()
                        options=modes()/>
                    <div><Submit form=form label="Create draft"/></div>
                </div>
            </ActionForm>
        </section>
    }
}

/// The ways to write a mail, for a choice.
pub fn modes() -> Vec<(String, String)> {
    let words = |mode| match mode {
        Mode::Blocks => "Blocks: text, images and buttons put together",
        Mode::Mjml => "MJML code",
        Mode::Html => "HTML code",
    };
    Mode::ALL
        .into_iter()
        .map(|mode| (mode.as_str().to_owned(), words(mode).to_owned()))
        .collect()
}
