//! The composer: one page per draft, three steps as links, taken in any order.

mod autosave;
mod content;
mod fixes;
mod recipients;
mod review;

use super::api::{DeleteDraft, DuplicateDraft, RenameDraft};
use super::lacks::Lacks;
use super::model::{Draft, DraftHead, Step};
use crate::error::AppError;
use crate::ids::DraftId;
use crate::ui::confirm::Confirm;
use crate::ui::form::{Field, FormMessage, FormState, Submit};
use crate::ui::icon::Icon;
use crate::ui::number::count;
use crate::ui::page::PageHead;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
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

/// Counts the times an action went well.
fn successes<S>(action: ServerAction<S>) -> Memo<u32>
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let value = action.value();
    Memo::new(move |count: Option<&u32>| {
        let is_ok = value.with(|value| matches!(value, Some(Ok(_))));
        count.copied().unwrap_or_default() + u32::from(is_ok)
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
    /// What the steps lack, where that moves on too.
    #[prop(optional)]
    lacks: Option<Signal<Lacks>>,
    children: Children,
) -> impl IntoView {
    let DraftHead {
        id,
        name,
        recipients,
        can_edit,
        lacks: lacking,
        findings,
        ..
    } = head;
    let lacks = lacks.unwrap_or_else(|| Signal::stored(lacking));
    let duplicate = ServerAction::<DuplicateDraft>::new();
    let delete = ServerAction::<DeleteDraft>::new();
    let rename = ServerAction::<RenameDraft>::new();
    let form = FormState::of(rename);
    let named = name_after(rename, name.clone());
    let head = move || {
        let name = named.get();
        let question = format!("Delete “{name}”?");
        view! {
            <PageHead title=name back=("/drafts".to_owned(), "Drafts".to_owned())>
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
        }
    };
    view! {
        {head}
        <FormMessage form=FormState::of(duplicate)/>
        <FormMessage form=FormState::of(delete)/>
        {can_edit.then(|| view! {
            <details class="mb-4" open=move || form.message("name").is_some() || form.summary().is_some()>
                <summary class="cursor-pointer text-sm text-muted">"Rename"</summary>
                <ActionForm action=rename>
                    <FormMessage form=form/>
                    <div class="mt-2 flex max-w-xl items-start gap-2">
                        <input type="hidden" name="form[id]" value=id.to_string()/>
                        <input type="hidden" name="form[step]" value=step.as_str()/>
                        <div class="grow"><Field form=form name="name" label="Draft name" prefix="form" value=name/></div>
                        <div class="pt-6"><Submit form=form label="Rename" class="btn"/></div>
                    </div>
                </ActionForm>
            </details>
        })}
        <Steps id step recipients findings lacks/>
        {children()}
    }
}

/// The draft's name, which a rename changes without loading the page again.
fn name_after(rename: ServerAction<RenameDraft>, name: String) -> Signal<String> {
    let named = RwSignal::new(name);
    let (input, value) = (rename.input(), rename.value());
    Effect::new(move |typed: Option<Option<String>>| {
        let sent = input.with(|input| input.as_ref().map(|input| input.form.name.clone()));
        let is_done = sent.is_none() && matches!(value.get(), Some(Ok(())));
        let typed = sent.or(typed.flatten());
        if let Some(name) = typed.as_ref().filter(|_| is_done) {
            named.set(name.trim().to_owned());
        }
        typed
    });
    named.into()
}

/// The steps as links, each with what it still lacks.
#[component]
fn Steps(
    id: DraftId,
    step: Step,
    recipients: Option<i64>,
    findings: Option<i64>,
    lacks: Signal<Lacks>,
) -> impl IntoView {
    let missing = move |entry: Step| lacks.with(|lacks| lacks.in_step(entry).map(str::to_owned));
    let done = move |entry: Step| match (entry, recipients) {
        (Step::Content, _) => "Written".to_owned(),
        (Step::Recipients, Some(n)) => count(n, "person", "people"),
        (Step::Recipients, None) => String::new(),
        (Step::Review, _) => review_words(findings),
    };
    // Nothing that is stored says whether somebody has looked the mail over, so that step is never ticked off.
    let is_done = move |entry: Step| entry != Step::Review && missing(entry).is_none();
    view! {
        <nav aria-label="Steps" class="mb-6">
            <ol class="grid grid-cols-3 gap-2 sm:gap-3">
                {(1..).zip(Step::ALL).map(|(number, entry)| view! {
                    <li>
                        <a class="composer-step" href=Draft::href(id, entry) aria-current=(entry == step).then_some("step")>
                            <span class="composer-step-mark" class:composer-step-done=move || is_done(entry) aria-hidden="true">
                                {move || if is_done(entry) {
                                    view! { <Icon name="check"/> }.into_any()
                                } else {
                                    number.to_string().into_any()
                                }}
                            </span>
                            <span class="min-w-0">
                                <span class="block font-medium leading-tight">{entry.words()}</span>
                                <span class="text-muted block text-xs leading-snug sm:text-sm">{move || missing(entry).unwrap_or_else(|| done(entry))}</span>
                            </span>
                        </a>
                    </li>
                }).collect_view()}
            </ol>
        </nav>
    }
}

/// What the review says once nothing is missing.
fn review_words(findings: Option<i64>) -> String {
    match findings {
        None => "Look it over and send".to_owned(),
        Some(0) => "Ready to send".to_owned(),
        Some(n) => format!("{} to look at", count(n, "thing", "things")),
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
