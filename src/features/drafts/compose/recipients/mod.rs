//! The recipients step: give a list, say how it is read, see what became of each row.

mod add;
mod columns;
mod person;
mod rows;

use super::super::api::{
    AddRow, ChooseSheet, CopyRecipients, FixDomain, MapColumns, RemoveRecipients, RemoveRow,
    SaveRow, open_recipients,
};
use super::super::model::{Draft, Step};
use super::super::recipients::model::{
    GivenList, RecipientSet, RecipientsStep, RowFilter, RowQuery, SetState, SheetLine, UPLOAD_FORM,
};
use super::{Composer, Identity, draft_id, successes};
use crate::ids::{DraftId, RecipientSetId};
use crate::ui::arrival::arrive;
use crate::ui::confirm::Confirm;
use crate::ui::empty::Empty;
use crate::ui::form::{FormMessage, FormState};
use crate::ui::icon::Icon;
use crate::ui::load::load;
use crate::ui::number::count;
use add::{Add, Checking};
use columns::Columns;
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};
use rows::Rows;

/// The forms of this step.
#[derive(Clone, Copy)]
struct Actions {
    fix: ServerAction<FixDomain>,
    map: ServerAction<MapColumns>,
    sheet: ServerAction<ChooseSheet>,
    copy: ServerAction<CopyRecipients>,
    remove: ServerAction<RemoveRecipients>,
    save_row: ServerAction<SaveRow>,
    add_row: ServerAction<AddRow>,
    remove_row: ServerAction<RemoveRow>,
    /// Goes to an address of this step and looks at everything anew.
    look: Callback<String>,
}

#[component]
pub fn RecipientsPage() -> impl IntoView {
    let (id, query) = (draft_id(), use_query_map());
    let asked = Memo::new(move |_| {
        let query = query.read();
        let get = |name| query.get(name).unwrap_or_default();
        RowQuery {
            show: get("show"),
            q: get("q"),
            missing: get("missing"),
            after: get("after"),
            before: get("before"),
            given: get("given"),
            edit: get("edit"),
        }
    });
    let (looks, navigate) = (RwSignal::new(0_u32), use_navigate());
    let actions = Actions {
        fix: ServerAction::new(),
        map: ServerAction::new(),
        sheet: ServerAction::new(),
        copy: ServerAction::new(),
        remove: ServerAction::new(),
        save_row: ServerAction::new(),
        add_row: ServerAction::new(),
        remove_row: ServerAction::new(),
        look: Callback::new(move |href: String| {
            navigate(&href, leptos_router::NavigateOptions::default());
            looks.update(|looks| *looks += 1);
        }),
    };
    let changes = [
        successes(actions.fix),
        successes(actions.map),
        successes(actions.sheet),
        successes(actions.copy),
        successes(actions.remove),
        successes(actions.save_row),
        successes(actions.add_row),
        successes(actions.remove_row),
    ];
    // What was refused leaves the page as it is, with what was typed.
    let versions = move || (changes.map(|change| change.get()), looks.get());
    let opened = Resource::new_blocking(
        move || (id.get(), asked.get(), versions()),
        |(id, asked, _)| async move {
            let opened = open_recipients(id?, asked.clone()).await?;
            let edited = asked.edit.parse().unwrap_or_default();
            Ok((asked.filter(), edited, opened))
        },
    );
    view! {
        <FormMessage form=FormState::of_route(UPLOAD_FORM)/>
        <FormMessage form=FormState::of(actions.fix)/>
        <FormMessage form=FormState::of(actions.map)/>
        <FormMessage form=FormState::of(actions.sheet)/>
        <FormMessage form=FormState::of(actions.copy)/>
        <FormMessage form=FormState::of(actions.remove)/>
        {load(opened, move |(filter, edited, opened)| view! { <Opened filter edited opened actions/> })}
    }
}

#[component]
fn Opened(
    filter: RowFilter,
    edited: i64,
    opened: RecipientsStep,
    actions: Actions,
) -> impl IntoView {
    let RecipientsStep {
        head,
        set,
        page,
        given,
        sheets,
        sample,
        is_shared,
    } = opened;
    let (id, revision, can_edit) = (head.id, head.revision, head.can_edit);
    let pasted = given
        .as_ref()
        .map(|given| given.pasted.clone())
        .unwrap_or_default();
    let has_set = set.is_some();
    let shown = match &given {
        Some(given) if given.set.state == SetState::Choosing => Some(given.set.id),
        _ => set.as_ref().map(|set| set.id),
    };
    // Right after a list came in, its columns are worth a look.
    let is_new = use_query_map().with_untracked(|query| {
        query
            .get("notice")
            .is_some_and(|notice| notice == "recipients-added")
    });
    view! {
        <Composer head step=Step::Recipients revision>
            {given.map(|given| view! { <Given id revision given can_edit actions/> })}
            {(can_edit && !has_set).then(|| view! { <Add id revision pasted=pasted.clone() has_set look=actions.look/> })}
            {(can_edit && !sheets.is_empty()).then(|| view! { <Sheets id revision sheets shown actions/> })}
            {match set {
                Some(set) => view! {
                    {(can_edit && set.valid > 0).then(|| view! { <Onward id set=set.clone()/> })}
                    <Typos id revision set=set.clone() can_edit actions/>
                    {(can_edit && is_shared).then(|| view! { <Shared id revision actions/> })}
                    <Rows id set=set.clone() filter page can_change=can_edit && !is_shared edited actions/>
                    {can_edit.then(|| view! {
                        <details id="columns" class="panel my-6 scroll-mt-20" open=is_new>
                            <summary class="cursor-pointer font-medium">
                                {format!("Columns ({})", set.columns.len())}
                                <span class="ml-2 text-sm font-normal text-muted">"Choose, rename or leave out"</span>
                            </summary>
                            <div class="mt-4"><Columns id revision set=set.clone() sample map=actions.map label="Save columns"/></div>
                        </details>
                    })}
                    {can_edit.then(|| view! { <Add id revision pasted has_set look=actions.look/> })}
                    {can_edit.then(|| view! { <Remove id revision actions/> })}
                }.into_any(),
                None => view! {
                    <Empty icon="people" title="No recipients yet"
                        text="Add a list of addresses. Every row is checked, and you see what became of it before anything is sent."/>
                }.into_any(),
            }}
        </Composer>
    }
}

/// What became of the list, in a line, and the way on.
#[component]
fn Onward(id: DraftId, set: RecipientSet) -> impl IntoView {
    view! {
        <div class="panel mb-6 flex flex-wrap items-center justify-between gap-3">
            <p class="font-medium">{set.outcome()}</p>
            <a class="btn btn-primary" href=Draft::href(id, Step::Review)>"Continue to review"</a>
        </div>
    }
}

/// A list that was not taken, or not yet: how far it is, why, or the question that is open.
#[component]
fn Given(
    id: DraftId,
    revision: i64,
    given: GivenList,
    can_edit: bool,
    actions: Actions,
) -> impl IntoView {
    let GivenList {
        set,
        sample,
        is_alive,
        ..
    } = given;
    let problem = match set.state {
        SetState::Reading if is_alive => {
            return view! {
                <section class="panel mb-4" aria-labelledby="reading-title">
                    <h2 id="reading-title" class="text-base font-semibold">{format!("“{}” is being read", set.title())}</h2>
                    <Checking id set=set.id progress=set.progress look=actions.look/>
                </section>
            }
            .into_any();
        }
        SetState::Reading => {
            "The reading broke off before its end: the program was stopped meanwhile. Add the list again."
                .to_owned()
        }
        SetState::Choosing if can_edit => {
            return view! {
                <section class="panel mb-4" aria-labelledby="choose-title">
                    <h2 id="choose-title" class="text-base font-semibold">"Which column holds the email addresses?"</h2>
                    <p role="alert" class="mb-4 mt-1">{format!("No email column was found in “{}”.", set.title())}</p>
                    <Columns id revision set sample map=actions.map label="Use this list"/>
                </section>
            }
            .into_any();
        }
        _ => set.problem.clone(),
    };
    view! {
        <div role="alert" class="alert alert-error alert-soft mb-4 items-start">
            <Icon name="alert"/>
            <div>
                <p class="font-medium">{format!("“{}” was not taken.", set.title())}</p>
                <p>{problem}</p>
            </div>
        </div>
    }
    .into_any()
}

/// The sheets of the workbook, where it has several.
#[component]
fn Sheets(
    id: DraftId,
    revision: i64,
    sheets: Vec<SheetLine>,
    shown: Option<RecipientSetId>,
    actions: Actions,
) -> impl IntoView {
    view! {
        <section class="panel mb-6" aria-labelledby="sheets-title">
            <h2 id="sheets-title" class="text-base font-semibold">"Sheets of this workbook"</h2>
            <p class="mt-1 text-sm text-muted">"The other sheets are kept for a day, in case you want one of them instead."</p>
            <ul class="mt-3 grid gap-2">
                {sheets.into_iter().map(|line| {
                    let words = match line.state {
                        SetState::Reading => "being read".to_owned(),
                        _ => count(line.rows, "row", "rows"),
                    };
                    let label = format!("Use {}", line.sheet);
                    let is_shown = Some(line.set) == shown;
                    view! {
                        <li class="flex flex-wrap items-center gap-3">
                            <span class="min-w-0 grow break-words">
                                <span class="font-medium">{line.sheet}</span>" "<span class="text-muted">{words}</span>
                            </span>
                            {if is_shown {
                                view! { <span class="badge badge-soft badge-success">"In use"</span> }.into_any()
                            } else {
                                view! {
                                    <ActionForm action=actions.sheet>
                                        <Identity id revision/>
                                        <input type="hidden" name="form[set]" value=line.set.to_string()/>
                                        <button type="submit" class="btn btn-sm" aria-label=label>"Use this sheet"</button>
                                    </ActionForm>
                                }.into_any()
                            }}
                        </li>
                    }
                }).collect_view()}
            </ul>
        </section>
    }
}

/// Domains that look misspelt, each with its correction.
#[component]
fn Typos(
    id: DraftId,
    revision: i64,
    set: RecipientSet,
    can_edit: bool,
    actions: Actions,
) -> impl IntoView {
    if !set.typos.is_empty() {
        arrive();
    }
    let are_several = set.typos.len() > 1;
    let form = move |from: String, label: String, keep: bool, class: &'static str| {
        view! {
            <ActionForm action=actions.fix>
                <Identity id revision/>
                <input type="hidden" name="form[from]" value=from/>
                {keep.then(|| view! { <input type="hidden" name="form[keep]" value="true"/> })}
                <button type="submit" class=class>{label}</button>
            </ActionForm>
        }
    };
    (!set.typos.is_empty()).then(|| view! {
        <section id="typos" class="panel mb-6" aria-labelledby="typos-title">
            <div class="flex flex-wrap items-center justify-between gap-2">
                <h2 id="typos-title" class="text-base font-semibold">"Is this a slip of the finger?"</h2>
                {(can_edit && are_several).then(|| form(String::new(), "Correct all of them".into(), false, "btn btn-sm btn-primary"))}
            </div>
            <ul class="mt-2 grid gap-2">
                {set.typos.into_iter().map(|typo| {
                    let words = format!("{} at {}", count(typo.count, "address", "addresses"), typo.from);
                    let (label, right) = (format!("Change to {}", typo.to), format!("{} is right", typo.from));
                    view! {
                        <li class="flex flex-wrap items-center gap-3">
                            <span class="grow">{words}</span>
                            {can_edit.then(|| view! {
                                {form(typo.from.clone(), label, false, "btn btn-sm")}
                                {form(typo.from, right, true, "btn btn-sm btn-ghost")}
                            })}
                        </li>
                    }
                }).collect_view()}
            </ul>
        </section>
    })
}

/// Why the rows cannot be edited here, and the way to a list that can.
#[component]
fn Shared(id: DraftId, revision: i64, actions: Actions) -> impl IntoView {
    view! {
        <div class="mb-4 flex flex-wrap items-center gap-3 rounded-box border border-base-300 bg-base-100 px-4 py-3">
            <p class="min-w-0 grow text-sm">"Another draft or a campaign uses the same list, so its rows cannot be changed here."</p>
            <ActionForm action=actions.copy>
                <Identity id revision/>
                <button type="submit" class="btn btn-sm">"Copy the list to edit it"</button>
            </ActionForm>
        </div>
    }
}

#[component]
fn Remove(id: DraftId, revision: i64, actions: Actions) -> impl IntoView {
    view! {
        <div class="mt-6">
            <Confirm id="remove-recipients" label="Remove the list" question="Remove all recipients from this draft?"
                detail="The draft keeps its content. You can add a list again.">
                <ActionForm action=actions.remove>
                    <Identity id revision/>
                    <button type="submit" class="btn btn-sm btn-error">"Remove recipients"</button>
                </ActionForm>
            </Confirm>
        </div>
    }
}
