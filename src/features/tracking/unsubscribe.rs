//! The page behind the unsubscribe link of every campaign mail. Opening it changes nothing; its buttons are plain form posts.

use super::api::find_unsubscribe;
use super::model::{Standing, UnsubscribeView};
use crate::ui::load::load;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::{use_params_map, use_query_map};

#[component]
pub fn UnsubscribePage() -> impl IntoView {
    let token = move || use_params_map().read().get("token").unwrap_or_default();
    let found = Resource::new_blocking(token, |token| async move {
        let view = find_unsubscribe(token.clone()).await?;
        Ok((token, view))
    });
    let is_undone = use_query_map().read_untracked().get("undone").is_some();
    view! {
        <Title text="Unsubscribe"/>
        <Meta name="robots" content="noindex"/>
        <main class="gate">
            <div class="gate-card">
                {load(found, move |(token, view)| standing(&token, view, is_undone))}
            </div>
        </main>
    }
}

fn standing(token: &str, view: UnsubscribeView, is_undone: bool) -> AnyView {
    let UnsubscribeView {
        address,
        sender,
        standing,
    } = view;
    let from = if sender.is_empty() {
        "us".to_owned()
    } else {
        sender
    };
    let action = format!("/u/{token}");
    match standing {
        Standing::Subscribed => view! {
            <h1 class="page-title">"Unsubscribe?"</h1>
            {is_undone.then(|| view! {
                <p role="status" class="notice mt-4">{format!("{address} is subscribed again.")}</p>
            })}
            <p class="mt-2">
                "You get mail from "<strong>{from}</strong>" at "<strong class="break-all">{address}</strong>
                ". After you unsubscribe, no more is sent to this address."
            </p>
            <form method="post" action=action class="mt-6">
                <input type="hidden" name="from" value="page"/>
                <button type="submit" class="btn btn-primary w-full">"Unsubscribe"</button>
            </form>
        }
        .into_any(),
        Standing::Unsubscribed => view! {
            <h1 class="page-title">"You are unsubscribed"</h1>
            <p class="mt-2">
                "No more mail from "<strong>{from}</strong>" is sent to "<strong class="break-all">{address}</strong>". "
                "A message that was on its way already may still arrive."
            </p>
            <form method="post" action=format!("{action}/undo") class="mt-6">
                <button type="submit" class="btn w-full">"Undo: I did this by mistake"</button>
            </form>
        }
        .into_any(),
        Standing::Suppressed => view! {
            <h1 class="page-title">"You get no more mail"</h1>
            <p class="mt-2">
                "Nothing from "<strong>{from}</strong>" is sent to "<strong class="break-all">{address}</strong>
                " any more. There is nothing left to do."
            </p>
        }
        .into_any(),
        Standing::Test => view! {
            <h1 class="page-title">"This was a test"</h1>
            <p class="mt-2">
                "The link is one of a test message to "<strong class="break-all">{address}</strong>
                ". Nothing changed. In a campaign, this page lets people unsubscribe."
            </p>
        }
        .into_any(),
    }
}
