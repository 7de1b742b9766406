//! The page of appearance: light or dark, for this browser.

use super::api::{ChooseTheme, find_theme};
use super::frame::SettingsFrame;
use crate::ui::load::load;
use crate::ui::theme::Theme;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[component]
pub fn AppearancePage() -> impl IntoView {
    let theme = Resource::new_blocking(|| (), |()| find_theme());
    view! {
        <SettingsFrame title="Appearance" lead="For this browser only. What you send does not change.">
            {load(theme, choices)}
        </SettingsFrame>
    }
}

/// A plain form on purpose: the whole document comes anew in its colours.
fn choices(current: Theme) -> impl IntoView {
    view! {
        <form method="post" action=ChooseTheme::url() class="panel">
            <fieldset>
                <legend class="text-base font-semibold">"Colours"</legend>
                <div class="mt-4 grid gap-3 sm:grid-cols-3">
                    {Theme::ALL.into_iter().map(|theme| choice(theme, theme == current)).collect_view()}
                </div>
            </fieldset>
            <button type="submit" class="btn btn-primary mt-5">"Use these colours"</button>
        </form>
    }
}

fn choice(theme: Theme, is_current: bool) -> impl IntoView {
    let (name, hint) = match theme {
        Theme::System => (
            "As the system",
            "Light by day, dark by night, if your device does that",
        ),
        Theme::Light => ("Light", "Dark words on white"),
        Theme::Dark => ("Dark", "Light words on dark blue"),
    };
    view! {
        <label class="theme-choice">
            <span class="theme-sample" data-sample=theme.as_str() aria-hidden="true"><span></span><span></span></span>
            <span class="flex items-start gap-3">
                <input type="radio" class="radio radio-sm mt-0.5" name="form[theme]" value=theme.as_str() checked=is_current/>
                <span>
                    <span class="font-medium">{name}</span>
                    <span class="block text-sm text-muted">{hint}</span>
                </span>
            </span>
        </label>
    }
}
