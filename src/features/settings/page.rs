//! The settings page: the workspace, and how the installation is doing.

use super::api::{SaveWorkspace, find_settings};
use super::frame::SettingsFrame;
use super::model::{About, Instance, SettingsView, Workspace};
use crate::ui::badge::{Badge, Tone};
use crate::ui::form::{Checkbox, Field, FormMessage, FormState, Select, Submit, TextArea};
use crate::ui::load::load;
use crate::ui::time::Time;
use leptos::prelude::*;

#[component]
pub fn SettingsPage() -> impl IntoView {
    let save = ServerAction::<SaveWorkspace>::new();
    let settings = Resource::new_blocking(move || save.version().get(), |_| find_settings());
    view! {
        <SettingsFrame title="Settings">
            {load(settings, move |settings| {
                let SettingsView { workspace, zones, can_edit, about } = settings;
                view! {
                    <div class="grid gap-6">
                        {workspace_form(save, workspace, zones, can_edit)}
                        {about_panel(about)}
                    </div>
                }
            })}
        </SettingsFrame>
    }
}

fn workspace_form(
    action: ServerAction<SaveWorkspace>,
    workspace: Workspace,
    zones: Vec<String>,
    can_edit: bool,
) -> impl IntoView {
    let form = FormState::of(action);
    let zones: Vec<(String, String)> = zones
        .into_iter()
        .map(|zone| (zone.clone(), zone.replace('_', " ")))
        .collect();
    let on = |field: &str, stored: bool| form.typed(field, &stored.to_string()) == "true";
    let (opens, clicks) = (
        on("track_opens", workspace.track_opens),
        on("track_clicks", workspace.track_clicks),
    );
    view! {
        <section class="panel" aria-labelledby="workspace-title">
            <h2 id="workspace-title" class="text-base font-semibold">"Workspace"</h2>
            {(!can_edit).then(|| view! { <p class="mt-1 text-sm text-muted">"Only an owner can change these."</p> })}
            <ActionForm action=action attr:class="mt-4" attr:novalidate=true>
                <FormMessage form=form/>
                <fieldset class="grid gap-4" disabled=!can_edit>
                    <Field form=form prefix="form" name="name" label="Workspace name" value=workspace.name autocomplete="organization"/>
                    <Select form=form prefix="form" name="time_zone" label="Time zone" value=workspace.time_zone options=zones
                        hint="Daily caps start afresh at its midnight."/>
                    <TextArea form=form prefix="form" name="postal_address" label="Postal address" value=workspace.postal_address rows=3
                        hint="Printed in the footer of campaigns. The law asks for it in many countries."/>
                    <Field form=form prefix="form" name="test_address" label="Address for test mails" kind="email" value=workspace.test_address
                        hint="Left blank: the address of whoever sends the test."/>
                    <fieldset class="grid gap-1">
                        <legend class="field-label">"Tracking"</legend>
                        <Checkbox prefix="form" name="track_opens" label="Count opens" checked=opens
                            hint="Puts a small invisible image into each campaign mail."/>
                        <Checkbox prefix="form" name="track_clicks" label="Count clicks" checked=clicks
                            hint="Links lead through this installation on their way."/>
                    </fieldset>
                    <fieldset class="grid items-start gap-4 sm:grid-cols-2">
                        <legend class="field-label">"When an account fails"</legend>
                        <Field form=form prefix="form" name="breaker_failures" label="Faults in a row" inputmode="numeric"
                            value=workspace.breaker_failures.to_string() hint="After so many, the account is left alone for a while."/>
                        <Field form=form prefix="form" name="breaker_secs" label="Pause in seconds" inputmode="numeric"
                            value=workspace.breaker_secs.to_string() hint="Then one message tries it again. 300 are five minutes."/>
                    </fieldset>
                    {can_edit.then(|| view! { <div><Submit form=form label="Save settings"/></div> })}
                </fieldset>
            </ActionForm>
        </section>
    }
}

fn about_panel(about: About) -> impl IntoView {
    let latency = format!(
        "{}.{} ms",
        about.latency_us / 1_000,
        about.latency_us / 100 % 10
    );
    view! {
        <section class="panel" aria-labelledby="about-title">
            <h2 id="about-title" class="text-base font-semibold">"About this installation"</h2>
            <dl class="mt-4 grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
                <dt class="text-muted">"Version"</dt>
                <dd>{about.version}</dd>
                <dt class="text-muted">"Database"</dt>
                <dd>{about.database}</dd>
                <dt class="text-muted">"Database answers in"</dt>
                <dd>{latency}</dd>
            </dl>
            <h3 class="mt-6 text-sm font-semibold">"Running instances"</h3>
            {instances(about.instances)}
        </section>
    }
}

fn instances(instances: Vec<Instance>) -> impl IntoView {
    if instances.is_empty() {
        return view! {
            <p class="mt-2 text-sm text-muted">"None has reported in the last minute. Reload in a moment."</p>
        }
        .into_any();
    }
    view! {
        <div class="table-wrap mt-2">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Host"</th>
                        <th scope="col" class="hidden sm:table-cell">"Version"</th>
                        <th scope="col" class="hidden sm:table-cell">"Started"</th>
                        <th scope="col">"Last heard of"</th>
                    </tr>
                </thead>
                <tbody>
                    {instances.into_iter().map(|instance| view! {
                        <tr>
                            <td>
                                <span class="flex flex-wrap items-center gap-2">
                                    {instance.host}
                                    {instance.is_this.then(|| view! { <Badge tone=Tone::Info text="This one"/> })}
                                </span>
                            </td>
                            <td class="hidden sm:table-cell">{instance.version}</td>
                            <td class="hidden sm:table-cell"><Time ms=instance.started_at/></td>
                            <td><Time ms=instance.heartbeat_at/></td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}
