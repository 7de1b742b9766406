//! Why messages wait, as a list of sentences.

use super::waiting::WaitReason;
use crate::ui::number::thousands;
use crate::ui::time::Time;
use leptos::prelude::*;

#[component]
pub fn Reasons(#[prop(into)] reasons: Signal<Vec<WaitReason>>) -> impl IntoView {
    view! {
        <ul class="mt-2 grid gap-1 text-sm">
            {move || reasons.get().into_iter().map(sentence).collect_view()}
        </ul>
    }
}

fn sentence(reason: WaitReason) -> impl IntoView {
    let words = reason.words();
    let number = (reason.messages > 0).then(|| {
        let more = if reason.is_more { "more than " } else { "" };
        view! { <strong class="tabular-nums">{format!("{more}{}", thousands(reason.messages))}</strong>" " }
    });
    // Words that lead up to a time without having one keep their sense.
    let words = match reason.until {
        Some(_) => words,
        None => words
            .trim_end_matches(", the next one at")
            .trim_end_matches(" It goes on at")
            .trim_end_matches(" It is tried again at")
            .to_owned(),
    };
    view! {
        <li>{number}{words}{reason.until.map(|ms| view! { " "<Time ms=ms/>"." })}</li>
    }
}
