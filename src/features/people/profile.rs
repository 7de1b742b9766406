//! One's own page: name, password, and the devices one is signed in on.

use super::api::{EndOtherSessions, EndSession, RenameSelf, find_profile};
use super::model::{Device, Profile, role_words};
use crate::features::auth::api::ChangePassword;
use crate::features::auth::model::{PASSWORD_MIN, User};
use crate::features::settings::frame::SettingsFrame;
use crate::ui::badge::{Badge, Tone};
use crate::ui::form::{Field, FormMessage, FormState, Submit};
use crate::ui::load::load;
use crate::ui::time::Time;
use leptos::prelude::*;

#[component]
pub fn ProfilePage() -> impl IntoView {
    let rename = ServerAction::<RenameSelf>::new();
    let password = ServerAction::<ChangePassword>::new();
    let end = ServerAction::<EndSession>::new();
    let end_others = ServerAction::<EndOtherSessions>::new();
    let profile = Resource::new_blocking(
        move || (end.version().get(), end_others.version().get()),
        |_| find_profile(),
    );
    view! {
        <SettingsFrame title="Your profile">
            <div class="grid gap-6">
                {load(profile, move |Profile { user, devices }| view! {
                    <div class="grid gap-6">
                        {name_form(rename, user)}
                        {devices_panel(devices, end, end_others)}
                    </div>
                })}
                {password_form(password)}
            </div>
        </SettingsFrame>
    }
}

fn name_form(action: ServerAction<RenameSelf>, user: User) -> impl IntoView {
    let form = FormState::of(action);
    let User {
        name, email, role, ..
    } = user;
    let (role_name, may) = role_words(role);
    view! {
        <section class="panel" aria-labelledby="name-title">
            <h2 id="name-title" class="text-base font-semibold">"You"</h2>
            <p class="mt-1 text-sm text-muted">
                "You sign in as "<span class="font-medium [overflow-wrap:anywhere]">{email}</span>". Your role is "
                <span class="font-medium">{role_name}</span>{format!(": {}.", may.to_lowercase())}
            </p>
            <ActionForm action=action attr:class="mt-4 grid gap-4" attr:novalidate=true>
                <FormMessage form=form/>
                <Field form=form prefix="form" name="name" label="Your name" value=name autocomplete="name" required=true/>
                <div><Submit form=form label="Save name" class="btn"/></div>
            </ActionForm>
        </section>
    }
}

fn password_form(action: ServerAction<ChangePassword>) -> impl IntoView {
    let form = FormState::of(action);
    view! {
        <section class="panel" aria-labelledby="password-title">
            <h2 id="password-title" class="text-base font-semibold">"Your password"</h2>
            <p class="mt-1 text-sm text-muted">"Changing it signs you out on all other devices."</p>
            <ActionForm action=action attr:class="mt-4 grid gap-4" attr:novalidate=true>
                <FormMessage form=form/>
                <Field form=form name="current_password" label="Current password" kind="password" autocomplete="current-password" required=true/>
                <Field form=form name="new_password" label="New password" kind="password" autocomplete="new-password" required=true
                    hint=format!("At least {PASSWORD_MIN} characters.")/>
                <div><Submit form=form label="Change password" class="btn"/></div>
            </ActionForm>
        </section>
    }
}

fn devices_panel(
    devices: Vec<Device>,
    end: ServerAction<EndSession>,
    end_others: ServerAction<EndOtherSessions>,
) -> impl IntoView {
    let has_others = devices.iter().any(|device| !device.is_this);
    view! {
        <section class="panel" aria-labelledby="devices-title">
            <div class="flex flex-wrap items-start justify-between gap-3">
                <div class="min-w-0">
                    <h2 id="devices-title" class="text-base font-semibold">"Your devices"</h2>
                    <p class="mt-1 text-sm text-muted">"Where you are signed in. A device that is not used for two weeks is signed out by itself."</p>
                </div>
                {has_others.then(|| view! {
                    <ActionForm action=end_others>
                        <button type="submit" class="btn btn-sm">"Sign out all others"</button>
                    </ActionForm>
                })}
            </div>
            <FormMessage form=FormState::of(end)/>
            <FormMessage form=FormState::of(end_others)/>
            <ul class="mt-2 divide-y divide-base-300" aria-label="Your devices">
                {devices.into_iter().map(|one| device(one, end)).collect_view()}
            </ul>
        </section>
    }
}

fn device(device: Device, end: ServerAction<EndSession>) -> impl IntoView {
    let Device {
        id,
        words,
        signed_in_at,
        last_seen_at,
        is_this,
    } = device;
    let label = format!("Sign out {words}");
    view! {
        <li class="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3">
            <div class="min-w-0">
                <p class="flex flex-wrap items-center gap-2">
                    <span class="font-medium">{words}</span>
                    {is_this.then(|| view! { <Badge tone=Tone::Good text="This device"/> })}
                </p>
                <p class="text-sm text-muted">"Signed in "<Time ms=signed_in_at/>", last seen "<Time ms=last_seen_at/></p>
            </div>
            {(!is_this).then(|| view! {
                <ActionForm action=end>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button type="submit" class="btn btn-sm btn-ghost" aria-label=label>"Sign out"</button>
                </ActionForm>
            })}
        </li>
    }
}
