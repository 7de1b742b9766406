//! Import of a template file: uploaded, or its text pasted.

use super::api::ImportTemplate;
use crate::ui::form::{FormMessage, FormState, Submit, TextArea};
use crate::ui::page::PageHead;
use leptos::form::ActionForm;
use leptos::prelude::*;

#[component]
pub fn TemplateImportPage() -> impl IntoView {
    let import = ServerAction::<ImportTemplate>::new();
    let form = FormState::of(import);
    view! {
        <PageHead title="Import a template" lead="A template file is what “Export” downloads, from here or from another Mailer."
            back=("/templates".to_owned(), "Templates".to_owned())/>
        <FormMessage form=form/>
        <div class="grid max-w-2xl gap-6">
            <section class="panel" aria-labelledby="upload-title">
                <h2 id="upload-title" class="mb-3 font-semibold">"Upload a file"</h2>
                <form method="post" action="/templates/import/file" enctype="multipart/form-data" class="grid gap-3">
                    <div class="field">
                        <label class="field-label" for="import-file">"Template file"</label>
                        <input id="import-file" type="file" name="file" accept=".json,application/json" required=true class="file-input w-full"/>
                    </div>
                    <div><button type="submit" class="btn btn-primary">"Upload and import"</button></div>
                </form>
            </section>
            <section class="panel" aria-labelledby="paste-title">
                <h2 id="paste-title" class="mb-3 font-semibold">"Or paste its text"</h2>
                <ActionForm action=import>
                    <TextArea form=form name="json" label="Text of the file" prefix="form" rows=8 code=true/>
                    <div class="mt-3"><Submit form=form label="Import text" class="btn"/></div>
                </ActionForm>
            </section>
        </div>
    }
}
