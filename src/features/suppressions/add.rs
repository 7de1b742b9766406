//! The two ways to put addresses on the list: typed, or from a file.

use super::api::AddSuppressions;
use crate::ui::form::{Field, FormMessage, FormState, Submit, TextArea};
use leptos::prelude::*;

/// Closed until somebody wants it, or until something is to be put right.
#[component]
pub fn AddPanel(action: ServerAction<AddSuppressions>) -> impl IntoView {
    let form = FormState::of(action);
    let is_open = move || form.message("addresses").is_some() || form.message("note").is_some();
    view! {
        <details class="panel mb-4" open=is_open>
            <summary class="cursor-pointer font-medium">"Add addresses"</summary>
            <div class="mt-4 grid gap-8 lg:grid-cols-2">
                <ActionForm action=action attr:class="grid content-start gap-4">
                    <FormMessage form=form/>
                    <TextArea form=form prefix="form" name="addresses" label="Addresses" rows=5
                        hint="One address on each line, at most 1,000."/>
                    <Field form=form prefix="form" name="note" label="Note" hint="Why they are not to be mailed. Optional."/>
                    <div><Submit form=form label="Add to the list"/></div>
                </ActionForm>
                <form method="post" action="/suppressions/import" enctype="multipart/form-data" class="grid content-start gap-4">
                    <div class="field">
                        <label class="field-label" for="suppressions-file">"Or a CSV file"</label>
                        <input id="suppressions-file" type="file" name="file" accept=".csv,.tsv,.txt,text/csv" required=true
                            class="file-input w-full" aria-describedby="suppressions-file-note"/>
                        <p id="suppressions-file-note" class="field-note">
                            "The column named “email” is read, or the first one with addresses. At most 20 MB."
                        </p>
                    </div>
                    <div><button type="submit" class="btn">"Import file"</button></div>
                </form>
            </div>
        </details>
    }
}
