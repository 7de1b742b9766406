//! The page of people: who is in, with what role, and who is invited.

use super::api::{ChangeRole, InvitePerson, RemovePerson, WithdrawInvitation, list_people};
use super::model::{INVITATION_DAYS, Invitation, PeopleView, Person, ROLES, role_words};
use crate::features::auth::model::Role;
use crate::features::settings::frame::SettingsFrame;
use crate::ui::badge::{Badge, Tone};
use crate::ui::confirm::Confirm;
use crate::ui::copy::CopyText;
use crate::ui::form::{Field, FormMessage, FormState, Select, Submit};
use crate::ui::load::load;
use crate::ui::time::Time;
use leptos::html;
use leptos::prelude::*;

#[derive(Clone, Copy)]
struct Actions {
    invite: ServerAction<InvitePerson>,
    /// The form of an invitation.
    invite_form: NodeRef<html::Form>,
    withdraw: ServerAction<WithdrawInvitation>,
    role: ServerAction<ChangeRole>,
    remove: ServerAction<RemovePerson>,
}

#[component]
pub fn PeopleListPage() -> impl IntoView {
    let actions = Actions {
        invite: ServerAction::new(),
        invite_form: NodeRef::new(),
        withdraw: ServerAction::new(),
        role: ServerAction::new(),
        remove: ServerAction::new(),
    };
    // Only a change that was made brings the page anew: after a mistake, what is typed stays.
    let invited = Memo::new(move |before: Option<&usize>| {
        let version = actions.invite.version().get();
        let is_done = actions
            .invite
            .value()
            .with(|value| matches!(value, Some(Ok(()))));
        if is_done {
            version
        } else {
            before.copied().unwrap_or_default()
        }
    });
    // What was typed belongs to the invitation that is made now.
    Effect::new(move |known: Option<()>| {
        invited.track();
        if known.is_some()
            && let Some(form) = actions.invite_form.get_untracked()
        {
            form.reset();
        }
    });
    let changed = move || {
        (
            invited.get(),
            actions.withdraw.version().get(),
            actions.role.version().get(),
            actions.remove.version().get(),
        )
    };
    let people = Resource::new_blocking(changed, |_| list_people());
    view! {
        <SettingsFrame title="People" lead="Who may come in, and what they may do.">
            <div>
                <FormMessage form=FormState::of(actions.withdraw)/>
                <FormMessage form=FormState::of(actions.role)/>
                <FormMessage form=FormState::of(actions.remove)/>
                {load(people, move |view| everybody(view, actions))}
            </div>
        </SettingsFrame>
    }
}

fn everybody(view: PeopleView, actions: Actions) -> impl IntoView {
    let PeopleView {
        people,
        invitations,
    } = view;
    view! {
        <div class="grid gap-6">
            <ul class="panel divide-y divide-base-300 py-0" aria-label="People">
                {people.into_iter().map(|one| person(one, actions)).collect_view()}
            </ul>
            {(!invitations.is_empty()).then(|| view! {
                <section class="panel" aria-labelledby="invitations-title">
                    <h2 id="invitations-title" class="text-base font-semibold">"Invited, not here yet"</h2>
                    <p class="mt-1 text-sm text-muted">
                        "Give each person their link, by mail or chat. It works once; whoever holds it can join."
                    </p>
                    <ul class="mt-2 divide-y divide-base-300">
                        {invitations.into_iter().map(|one| invitation(one, actions)).collect_view()}
                    </ul>
                </section>
            })}
            {invite(actions)}
        </div>
    }
}

fn role_options() -> Vec<(String, String)> {
    ROLES
        .into_iter()
        .map(|role| {
            let (name, may) = role_words(role);
            (
                role.as_str().to_owned(),
                format!("{name}: {}", may.to_lowercase()),
            )
        })
        .collect()
}

fn person(person: Person, actions: Actions) -> impl IntoView {
    let Person {
        id,
        name,
        email,
        role,
        last_seen_at,
        is_self,
    } = person;
    let (role_name, _) = role_words(role);
    let tone = if role == Role::Owner {
        Tone::Info
    } else {
        Tone::Neutral
    };
    let label = name.clone();
    let detail = if role == Role::Owner {
        "They are signed out everywhere at once and cannot sign in any more. What they made stays. Open invitations are withdrawn, because owners can see their links."
    } else {
        "They are signed out everywhere at once and cannot sign in any more. What they made stays."
    };
    view! {
        <li class="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 py-4" aria-label=label>
            <div class="min-w-0">
                <p class="flex flex-wrap items-center gap-2">
                    <span class="font-medium [overflow-wrap:anywhere]">{name.clone()}</span>
                    <Badge tone=tone text=role_name/>
                    {is_self.then(|| view! { <span class="text-sm text-muted">"That is you"</span> })}
                </p>
                <p class="text-sm text-muted [overflow-wrap:anywhere]">{email}</p>
                <p class="text-sm text-muted">
                    {match last_seen_at {
                        Some(ms) => view! { "Last seen "<Time ms=ms/> }.into_any(),
                        None => view! { "Not signed in anywhere" }.into_any(),
                    }}
                </p>
            </div>
            {(!is_self).then(|| view! {
                <div class="flex flex-wrap items-center gap-2">
                    {role_form(&name, id.to_string(), role, actions.role)}
                    <Confirm id=format!("remove-{id}") label="Remove" question=format!("Remove {name}?")
                        detail=detail>
                        <ActionForm action=actions.remove>
                            <input type="hidden" name="id" value=id.to_string()/>
                            <button type="submit" class="btn btn-sm btn-error">"Remove from the workspace"</button>
                        </ActionForm>
                    </Confirm>
                </div>
            })}
        </li>
    }
}

fn role_form(
    name: &str,
    id: String,
    current: Role,
    action: ServerAction<ChangeRole>,
) -> impl IntoView + use<> {
    let label = format!("Role of {name}");
    let button = format!("Change the role of {name}");
    view! {
        <ActionForm action=action attr:class="flex items-center gap-2">
            <input type="hidden" name="id" value=id/>
            <select name="role" class="select select-sm w-auto" aria-label=label>
                {ROLES
                    .into_iter()
                    .map(|role| view! { <option value=role.as_str() selected=role == current>{role_words(role).0}</option> })
                    .collect_view()}
            </select>
            <button type="submit" class="btn btn-sm" aria-label=button>"Change"</button>
        </ActionForm>
    }
}

fn invitation(invitation: Invitation, actions: Actions) -> impl IntoView {
    let Invitation {
        id,
        email,
        role,
        expires_at,
        link,
    } = invitation;
    let withdraw = format!("Withdraw the invitation of {email}");
    view! {
        <li class="grid gap-2 py-4" aria-label=email.clone()>
            <div class="flex flex-wrap items-center justify-between gap-2">
                <p class="flex min-w-0 flex-wrap items-center gap-2">
                    <span class="font-medium [overflow-wrap:anywhere]">{email.clone()}</span>
                    <Badge tone=Tone::Neutral text=role_words(role).0/>
                    <span class="text-sm text-muted">"until "<Time ms=expires_at/></span>
                </p>
                <ActionForm action=actions.withdraw>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button type="submit" class="btn btn-sm btn-ghost" aria-label=withdraw>"Withdraw"</button>
                </ActionForm>
            </div>
            <CopyText text=link label=format!("Copy the link for {email}")/>
        </li>
    }
}

fn invite(actions: Actions) -> impl IntoView {
    let form = FormState::of(actions.invite);
    view! {
        <section class="panel" aria-labelledby="invite-title">
            <h2 id="invite-title" class="text-base font-semibold">"Invite somebody"</h2>
            <p class="mt-1 text-sm text-muted">
                {format!("You get a link to hand over. It works once, within {INVITATION_DAYS} days.")}
            </p>
            <ActionForm action=actions.invite node_ref=actions.invite_form attr:class="mt-4 grid gap-4" attr:novalidate=true>
                <FormMessage form=form/>
                <Field form=form prefix="form" name="email" label="Email" kind="email" required=true/>
                <Select form=form prefix="form" name="role" label="Role" value="editor" options=role_options()
                    hint="Only owners manage people and settings."/>
                <div><Submit form=form label="Create invitation"/></div>
            </ActionForm>
        </section>
    }
}
