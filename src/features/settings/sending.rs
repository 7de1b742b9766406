//! The page of sending: how often a message is tried, and when an account that fails is paused.

use super::api::{SaveSending, find_settings};
use super::frame::{SettingsFields, SettingsFrame};
use super::model::SettingsView;
use crate::ui::form::{Field, FormState};
use crate::ui::load::load;
use leptos::prelude::*;

#[component]
pub fn SendingPage() -> impl IntoView {
    let save = ServerAction::<SaveSending>::new();
    let found = Resource::new_blocking(|| (), |()| find_settings());
    view! {
        <SettingsFrame title="Sending" lead="What happens when a mail server says: not now.">
            {load(found, move |found| form(save, found))}
        </SettingsFrame>
    }
}

fn form(action: ServerAction<SaveSending>, found: SettingsView) -> impl IntoView {
    let SettingsView {
        workspace,
        can_edit,
    } = found;
    let form = FormState::of(action);
    view! {
        <ActionForm action=action attr:class="panel" attr:novalidate=true>
            <SettingsFields form=form title="When something goes wrong" can_edit=can_edit>
                <Field form=form prefix="form" name="max_attempts" label="Tries per message" inputmode="numeric"
                    value=workspace.max_attempts.to_string()
                    hint="A message that is turned away for now is tried again after a minute, five minutes, half an hour, two, four and then every eight hours."/>
                <div class="grid items-start gap-4 sm:grid-cols-2">
                    <Field form=form prefix="form" name="breaker_failures" label="Failures in a row" inputmode="numeric"
                        value=workspace.breaker_failures.to_string() hint="After so many, a sender account is paused for a while."/>
                    <Field form=form prefix="form" name="breaker_secs" label="Length of a pause (seconds)" inputmode="numeric"
                        value=workspace.breaker_secs.to_string() hint="Then one message tries it again. 300 are five minutes."/>
                </div>
            </SettingsFields>
        </ActionForm>
    }
}
