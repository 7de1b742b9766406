//! One person of a list, with a field for every column: corrected where the row stands, or added.

use super::super::super::recipients::model::{Recipient, RecipientSet, RowForm};
use super::Actions;
use crate::ids::DraftId;
use crate::ui::confirm::Confirm;
use crate::ui::form::{FormMessage, FormState, Submit};
use leptos::html::Input;
use leptos::prelude::*;

/// Without a `row`: somebody new.
#[component]
pub fn Person(
    id: DraftId,
    set: RecipientSet,
    #[prop(default = None)] row: Option<Recipient>,
    /// The page of rows to come back to.
    back: String,
    actions: Actions,
) -> impl IntoView {
    let first = NodeRef::<Input>::new();
    let is_new = row.is_none();
    Effect::new(move |_| {
        if let Some(input) = first.get().filter(|_| !is_new) {
            // An input that cannot take the focus is still there to be clicked.
            let _ = input.focus();
        }
    });
    let position = row.as_ref().map_or(0, |row| row.position);
    let edits = row.as_ref().map_or(0, |row| row.edits);
    let query = back.split_once('?').map(|(_, query)| query.to_owned());
    let identity = Identity {
        id,
        set: set.id.to_string(),
        position,
        edits,
        back: query.unwrap_or_default(),
    };
    let form = if is_new {
        FormState::of(actions.add_row)
    } else {
        FormState::of(actions.save_row)
    };
    // Of a refused form without JavaScript, what was typed comes back with the page.
    let is_refused = form.typed("set", "") == identity.set
        && (is_new || form.typed("position", "") == position.to_string());
    let values: Vec<String> = set
        .columns
        .iter()
        .map(|column| {
            let stored = row.as_ref().map_or("", |row| row.value(&column.key));
            if is_refused {
                form.typed(&RowForm::typed_name(&column.key), stored)
            } else {
                stored.to_owned()
            }
        })
        .collect();
    let email = set.email_column;
    let address = row.map(|row| row.address).unwrap_or_default();
    let fields = set
        .columns
        .into_iter()
        .zip(values)
        .enumerate()
        .map(|(at, (column, value))| {
            let field = format!("person-{position}-{at}");
            let is_email = column.key == email;
            view! {
                <div class="field">
                    <input type="hidden" name=format!("form[fields][{at}][key]") value=column.key/>
                    <label class="field-label" for=field.clone()>{column.name}</label>
                    {if is_email {
                        view! {
                            <input node_ref=first id=field name=format!("form[fields][{at}][value]") value=value class="input w-full"
                                inputmode="email" autocomplete="off" required=true/>
                        }.into_any()
                    } else {
                        view! {
                            <input id=field name=format!("form[fields][{at}][value]") value=value class="input w-full" autocomplete="off"/>
                        }.into_any()
                    }}
                </div>
            }
        })
        .collect_view();
    let grid = "grid gap-4 sm:grid-cols-2 lg:grid-cols-3";
    if is_new {
        view! {
            <ActionForm action=actions.add_row>
                <FormMessage form=form/>
                {identity.view()}
                <div class=grid>{fields}</div>
                <div class="mt-4"><Submit form=form label="Add to the list" class="btn btn-primary"/></div>
            </ActionForm>
        }
        .into_any()
    } else {
        let removal = identity.clone();
        let question = format!("Remove {address} from this list?");
        view! {
            <ActionForm action=actions.save_row>
                <FormMessage form=form/>
                {identity.view()}
                <div class=grid>{fields}</div>
                <div class="mt-4 flex flex-wrap items-center gap-2">
                    <Submit form=form label="Save" class="btn btn-primary"/>
                    <a class="btn btn-ghost" href=back>"Cancel"</a>
                </div>
            </ActionForm>
            <FormMessage form=FormState::of(actions.remove_row)/>
            <div class="mt-2">
                <Confirm id="remove-row" label="Remove from the list" question=question
                    detail="Only this draft's list changes. The address can be added again.">
                    <ActionForm action=actions.remove_row>
                        {removal.view()}
                        <button type="submit" class="btn btn-sm btn-error">"Remove"</button>
                    </ActionForm>
                </Confirm>
            </div>
        }
        .into_any()
    }
}

/// Which row a form changes, as seen when.
#[derive(Clone)]
struct Identity {
    id: DraftId,
    set: String,
    position: i64,
    edits: i64,
    back: String,
}

impl Identity {
    fn view(self) -> impl IntoView {
        view! {
            <input type="hidden" name="form[id]" value=self.id.to_string()/>
            <input type="hidden" name="form[set]" value=self.set/>
            <input type="hidden" name="form[position]" value=self.position.to_string()/>
            <input type="hidden" name="form[edits]" value=self.edits.to_string()/>
            <input type="hidden" name="form[back]" value=self.back/>
        }
    }
}
