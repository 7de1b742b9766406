//! The page of tracking and privacy: what is counted, what is kept of it, and for how long.

use super::api::{SaveTracking, find_settings};
use super::frame::{SettingsFields, SettingsFrame};
use super::model::{KeepIp, SettingsView};
use crate::ui::form::{Checkbox, Field, FormState, Select};
use crate::ui::load::load;
use leptos::prelude::*;

#[component]
pub fn TrackingPage() -> impl IntoView {
    let save = ServerAction::<SaveTracking>::new();
    let found = Resource::new_blocking(|| (), |()| find_settings());
    view! {
        <SettingsFrame title="Tracking and privacy" lead="What is counted when people read your mail, and what is kept of it.">
            {load(found, move |found| form(save, found))}
        </SettingsFrame>
    }
}

fn form(action: ServerAction<SaveTracking>, found: SettingsView) -> impl IntoView {
    let SettingsView {
        workspace,
        can_edit,
    } = found;
    let form = FormState::of(action);
    let on = move |field: &str, stored: bool| form.typed_flag(field, stored);
    let modes = KeepIp::ALL
        .into_iter()
        .map(|mode| (mode.as_str().to_owned(), mode.words().to_owned()))
        .collect();
    let days = match workspace.keep_days {
        0 => String::new(),
        days => days.to_string(),
    };
    view! {
        <ActionForm action=action attr:class="panel" attr:novalidate=true>
            <SettingsFields form=form title="What is counted" can_edit=can_edit>
                <div class="grid gap-1">
                    <Checkbox prefix="form" name="track_opens" label="Count opens" checked=on("track_opens", workspace.track_opens)
                        hint="Puts a small invisible image into each campaign mail."/>
                    <Checkbox prefix="form" name="track_clicks" label="Count clicks" checked=on("track_clicks", workspace.track_clicks)
                        hint="Links pass through Mailer, so that clicks can be counted."/>
                    <Checkbox prefix="form" name="honour_gpc" label="Leave people alone who ask for it" checked=on("honour_gpc", workspace.honour_gpc)
                        hint="A browser can say that its owner does not want to be tracked (Global Privacy Control). Then nothing is counted."/>
                </div>
                <Select form=form prefix="form" name="keep_ip" label="What to keep of a reader's IP address" value=workspace.keep_ip.as_str()
                    options=modes hint="The full address is never kept."/>
                <Field form=form prefix="form" name="keep_days" label="Delete details of opens and clicks after (days)" inputmode="numeric" value=days
                    hint="If blank: never. The numbers of a campaign stay."/>
            </SettingsFields>
        </ActionForm>
    }
}
