//! The composer: one page per draft, three steps as links, taken in any order.

mod content;
mod recipients;
mod review;

use super::api::{DeleteDraft, DuplicateDraft, RenameDraft};
use super::model::{Draft, DraftHead, Step};
use crate::error::AppError;
use crate::ids::DraftId;
use crate::ui::confirm::Confirm;
use crate::ui::form::{Field, FormMessage, FormState, Submit};
use crate::ui::number::thousands;
use crate::ui::page::PageHead;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

#[component]
pub fn DraftEditPage() -> impl IntoView {
    let query = use_query_map();
    let step = Memo::new(move |_| Step::of(&query.read().get("step").unwrap_or_default()));
    move || match step.get() {
        Step::Content => view! { <content::ContentPage/> }.into_any(),
        Step::Recipients => view! { <recipients::RecipientsPage/> }.into_any(),
        Step::Review => view! { <review::ReviewPage/> }.into_any(),
    }
}

/// The draft that the address names.
fn draft_id() -> Memo<Result<DraftId, AppError>> {
    let params = use_params_map();
    Memo::new(move |_| {
        let id = params.read().get("id").unwrap_or_default();
        id.parse().map_err(|_| AppError::not_found("draft"))
    })
}

/// Name, actions and steps around the content of a step.
#[component]
fn Composer(
    head: DraftHead,
    step: Step,
    /// The draft's revision, which may move on while the page is open.
    #[prop(into)]
    revision: Signal<i64>,
    children: Children,
) -> impl IntoView {
    let DraftHead {
        id,
        name,
        recipients,
        can_edit,
        ..
    } = head;
    let duplicate = ServerAction::<DuplicateDraft>::new();
    let delete = ServerAction::<DeleteDraft>::new();
    let rename = ServerAction::<RenameDraft>::new();
    let form = FormState::of(rename);
    let question = format!("Delete “{name}”?");
    view! {
        <PageHead title=name.clone() back=("/drafts".to_owned(), "Drafts".to_owned())>
            {can_edit.then(|| view! {
                <ActionForm action=duplicate>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button type="submit" class="btn btn-sm">"Duplicate draft"</button>
                </ActionForm>
                <Confirm id="delete-draft" label="Delete" question=question
                    detail="Its content is gone for good. The list of recipients is deleted too, unless another draft or campaign uses it.">
                    <ActionForm action=delete>
                        <Identity id revision/>
                        <button type="submit" class="btn btn-sm btn-error">"Delete draft"</button>
                    </ActionForm>
                </Confirm>
            })}
        </PageHead>
        <FormMessage form=FormState::of(duplicate)/>
        <FormMessage form=FormState::of(delete)/>
        {can_edit.then(|| view! {
            <details class="mb-4" open=move || form.message("name").is_some() || form.summary().is_some()>
                <summary class="cursor-pointer text-sm text-muted">"Rename"</summary>
                <ActionForm action=rename>
                    <FormMessage form=form/>
                    <div class="mt-2 flex max-w-xl items-start gap-2">
                        <Identity id revision/>
                        <input type="hidden" name="form[step]" value=step.as_str()/>
                        <div class="grow"><Field form=form name="name" label="Draft name" prefix="form" value=name/></div>
                        <div class="pt-6"><Submit form=form label="Rename" class="btn"/></div>
                    </div>
                </ActionForm>
            </details>
        })}
        <nav aria-label="Steps" class="tabs tabs-border mb-6">
            {Step::ALL.into_iter().map(|entry| {
                let count = recipients.filter(|_| entry == Step::Recipients).map(|n| format!(" ({})", thousands(n)));
                view! {
                    <a class="tab" class:tab-active=entry == step href=Draft::href(id, entry)
                        aria-current=(entry == step).then_some("step")>
                        {entry.words()}{count}
                    </a>
                }
            }).collect_view()}
        </nav>
        {children()}
    }
}

/// Which draft a form changes, as seen when.
#[component]
fn Identity(id: DraftId, #[prop(into)] revision: Signal<i64>) -> impl IntoView {
    view! {
        <input type="hidden" name="form[id]" value=id.to_string()/>
        <input type="hidden" name="form[revision]" value=move || revision.get().to_string()/>
    }
}
