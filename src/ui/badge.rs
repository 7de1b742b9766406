//! A short word with a colour and, for those who do not see it, the same meaning in text.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Neutral,
    Info,
    Good,
    Warn,
    Bad,
}

impl Tone {
    pub fn class(self) -> &'static str {
        match self {
            Tone::Neutral => "badge badge-soft badge-neutral",
            Tone::Info => "badge badge-soft badge-info",
            Tone::Good => "badge badge-soft badge-success",
            Tone::Warn => "badge badge-soft badge-warning",
            Tone::Bad => "badge badge-soft badge-error",
        }
    }
}

#[component]
pub fn Badge(tone: Tone, #[prop(into)] text: String) -> impl IntoView {
    view! { <span class=format!("{} whitespace-nowrap", tone.class())>{text}</span> }
}
