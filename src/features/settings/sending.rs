//! The page of sending: how often a message is tried, and when an account that fails is paused.

use super::api::{SaveSending, find_settings};
use super::frame::{SettingsFields, SettingsFrame};
use super::model::{SettingsView, minutes};
use crate::ui::form::{Field, FormState};
use crate::ui::load::load;
use leptos::prelude::*;

#[component]
pub fn SendingPage() -> impl IntoView {
    let save = ServerAction::<SaveSending>::new();
    let found = Resource::new_blocking(|| (), |()| find_settings());
    view! {
        <SettingsFrame title="Sending" lead="How often Mailer tries again, and when it pauses an account.">
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
                <Field form=form prefix="form" name="breaker_failures" label="Pause an account after this many failures in a row" inputmode="numeric"
                    value=workspace.breaker_failures.to_string()/>
                <Field form=form prefix="form" name="breaker_minutes" label="Length of a pause (minutes)" inputmode="decimal"
                    value=minutes(workspace.breaker_secs) hint="Then one message tries the account again. 0.5 is half a minute."/>
            </SettingsFields>
        </ActionForm>
    }
}
