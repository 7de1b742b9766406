//! The history of a template: its versions, one of them beside what is now, and what differs in words.

use super::api::{KeepVersion, RestoreVersion, open_history};
use super::model::{OpenedVersion, TemplateHistory, VersionCard};
use crate::error::AppError;
use crate::ids::{TemplateId, TemplateVersionId};
use crate::ui::confirm::Confirm;
use crate::ui::empty::Empty;
use crate::ui::form::{Field, FormMessage, FormState, Submit};
use crate::ui::load::load;
use crate::ui::page::PageHead;
use crate::ui::time::Time;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

#[component]
pub fn TemplateHistoryPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let version = Memo::new(move |_| {
        query
            .read()
            .get("version")?
            .parse::<TemplateVersionId>()
            .ok()
    });
    let keep = ServerAction::<KeepVersion>::new();
    let restore = ServerAction::<RestoreVersion>::new();
    let history = Resource::new_blocking(
        move || (id.get(), version.get(), keep.version().get()),
        |(id, version, _)| async move {
            let id: TemplateId = id.parse().map_err(|_| AppError::not_found("template"))?;
            open_history(id, version).await
        },
    );
    load(
        history,
        move |history| view! { <History history keep restore/> },
    )
}

#[component]
fn History(
    history: TemplateHistory,
    keep: ServerAction<KeepVersion>,
    restore: ServerAction<RestoreVersion>,
) -> impl IntoView {
    let TemplateHistory {
        id,
        name,
        revision,
        changed_at,
        can_edit,
        versions,
        opened,
    } = history;
    let form = FormState::of(keep);
    let current = opened.as_ref().map(|opened| opened.card.id);
    let lines = versions
        .into_iter()
        .map(|card| view! { <Line id card current/> })
        .collect_view();
    view! {
        <PageHead title=format!("Versions of {name}") lead="While you edit, what was before is kept every ten minutes. Versions with a name are kept for good."
            back=(format!("/templates/{id}"), name.clone())/>
        <FormMessage form=FormState::of(restore)/>
        <FormMessage form=form/>
        {can_edit.then(|| view! {
            <ActionForm action=keep>
                <div class="mb-6 flex max-w-xl flex-wrap items-start gap-2">
                    <input type="hidden" name="form[id]" value=id.to_string()/>
                    <div class="min-w-0 grow">
                        <Field form=form name="name" label="Keep the template as it is now" prefix="form" hint="A name such as “Before the sale”."/>
                    </div>
                    <div class="pt-8"><Submit form=form label="Keep version" class="btn"/></div>
                </div>
            </ActionForm>
        })}
        {match opened {
            None => view! {
                <Empty icon="template" title="No versions yet" text="The first is kept with your next change. Or keep one now, under a name.">
                    <a class="btn" href=format!("/templates/{id}")>"Edit the template"</a>
                </Empty>
            }.into_any(),
            Some(opened) => view! {
                <div class="grid items-start gap-6 lg:grid-cols-[16rem_minmax(0,1fr)]">
                    <nav aria-label="Versions" class="panel p-2">
                        <ul class="grid max-h-96 gap-0.5 overflow-y-auto lg:max-h-[80vh]">{lines}</ul>
                    </nav>
                    <Opened id revision changed_at can_edit opened restore/>
                </div>
            }.into_any(),
        }}
    }
}

#[component]
fn Line(id: TemplateId, card: VersionCard, current: Option<TemplateVersionId>) -> impl IntoView {
    let is_current = current == Some(card.id);
    let name = if card.name.is_empty() {
        "Kept while editing".to_owned()
    } else {
        card.name
    };
    view! {
        <li>
            <a href=format!("/templates/{id}/history?version={}", card.id) data-noscroll="" aria-current=is_current.then_some("true")
                class="block min-h-11 rounded-field px-3 py-2 hover:bg-base-200" class:bg-base-200=is_current>
                <span class="block font-medium [overflow-wrap:anywhere]">{name}</span>
                <span class="block text-sm text-muted"><Time ms=card.changed_at/></span>
            </a>
        </li>
    }
}

#[component]
fn Opened(
    id: TemplateId,
    revision: i64,
    changed_at: i64,
    can_edit: bool,
    opened: OpenedVersion,
    restore: ServerAction<RestoreVersion>,
) -> impl IntoView {
    let OpenedVersion { card, changes } = opened;
    let is_same = changes.is_empty();
    let frame = |title: &'static str, src: String, ms: i64| {
        view! {
            <figure class="min-w-0">
                <figcaption class="mb-2 flex flex-wrap justify-between gap-x-3 text-sm">
                    <span class="font-medium">{title}</span>
                    <span class="text-muted"><Time ms/></span>
                </figcaption>
                <iframe title=format!("{title}, as a mail") sandbox="" src=src class="h-[60vh] w-full rounded-box border border-base-300 bg-white"></iframe>
            </figure>
        }
    };
    let version = card.id;
    view! {
        <section class="grid min-w-0 gap-5" aria-label="The version and what is now">
            <div class="grid gap-5 xl:grid-cols-2">
                {frame("This version", format!("/templates/{id}/versions/{version}/preview"), card.changed_at)}
                {frame("Now", format!("/templates/{id}/preview?revision={revision}"), changed_at)}
            </div>
            <div class="panel">
                <h2 class="mb-2 font-semibold">"What restoring it changes"</h2>
                {if is_same {
                    view! { <p class="text-muted">"Nothing: the template is like this now."</p> }.into_any()
                } else {
                    let lines = changes.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
                    view! { <ul class="list-disc pl-5 [overflow-wrap:anywhere]">{lines}</ul> }.into_any()
                }}
                {(can_edit && !is_same).then(|| view! {
                    <div class="mt-4">
                        <Confirm id="restore" label="Restore this version" class="btn btn-primary" question="Restore this version?"
                            detail="The template becomes what it was. What it is now is kept as a version, so you can come back.">
                            <ActionForm action=restore>
                                <input type="hidden" name="id" value=id.to_string()/>
                                <input type="hidden" name="version" value=version.to_string()/>
                                <input type="hidden" name="revision" value=revision.to_string()/>
                                <button type="submit" class="btn btn-sm btn-primary">"Restore"</button>
                            </ActionForm>
                        </Confirm>
                    </div>
                })}
            </div>
        </section>
    }
}
