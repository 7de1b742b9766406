//! The first page of settings: what the workspace is called and where it is.

use super::api::{SaveWorkspace, find_workspace};
use super::frame::{SettingsFields, SettingsFrame};
use super::model::{SettingsView, WorkspaceView};
use crate::ui::form::{Field, FormState, Select, TextArea};
use crate::ui::load::load;
use leptos::prelude::*;

#[component]
pub fn WorkspacePage() -> impl IntoView {
    let save = ServerAction::<SaveWorkspace>::new();
    let found = Resource::new_blocking(|| (), |()| find_workspace());
    view! {
        <SettingsFrame title="Workspace">
            {load(found, move |found| form(save, found))}
        </SettingsFrame>
    }
}

fn form(action: ServerAction<SaveWorkspace>, found: WorkspaceView) -> impl IntoView {
    let WorkspaceView {
        settings: SettingsView {
            workspace,
            can_edit,
        },
        zones,
    } = found;
    let form = FormState::of(action);
    let zones: Vec<(String, String)> = zones
        .into_iter()
        .map(|zone| (zone.clone(), zone.replace('_', " ")))
        .collect();
    view! {
        <ActionForm action=action attr:class="panel" attr:novalidate=true>
            <SettingsFields form=form title="Name, time zone and addresses" can_edit=can_edit>
                <Field form=form prefix="form" name="name" label="Workspace name" value=workspace.name autocomplete="organization"
                    hint="People see it when they unsubscribe or are invited."/>
                <Select form=form prefix="form" name="time_zone" label="Time zone" value=workspace.time_zone options=zones
                    hint="Daily caps reset at its midnight."/>
                <TextArea form=form prefix="form" name="postal_address" label="Postal address" value=workspace.postal_address rows=3
                    hint="Printed at the end of every campaign. The law asks for it in many countries."/>
                <Field form=form prefix="form" name="test_address" label="Address for test mails" kind="email" value=workspace.test_address
                    hint="If blank: the address of whoever sends the test."/>
            </SettingsFields>
        </ActionForm>
    }
}
