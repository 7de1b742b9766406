//! The way from a new install to the first campaign.

use super::model::Steps;
use crate::ui::icon::Icon;
use leptos::prelude::*;

#[component]
pub fn FirstSteps(steps: Steps) -> impl IntoView {
    let entries = [
        (
            steps.has_account,
            "/accounts/new",
            "Add a sender account",
            "Gmail or your own mail server. To try things out first, the sandbox account is ready: it sends to nobody.",
        ),
        (
            steps.has_template,
            "/templates",
            "Choose a template",
            "Start from a design that is ready, or make your own.",
        ),
        (
            steps.has_draft,
            if steps.has_draft {
                "/drafts"
            } else {
                "/drafts/new"
            },
            "Write a draft",
            "Subject, content and recipients, in any order. Send yourself a test.",
        ),
        (
            steps.has_campaign,
            "/drafts",
            "Send it",
            "The last step of a draft shows what will happen before anything leaves.",
        ),
    ];
    let next = entries.iter().position(|(is_done, ..)| !is_done);
    let list = entries
        .into_iter()
        .enumerate()
        .map(|(at, (is_done, href, words, why))| {
            let is_next = Some(at) == next;
            view! {
                <li class="flex items-start gap-3 py-3 first:pt-0 last:pb-0" aria-current=is_next.then_some("step")>
                    {if is_done {
                        view! { <span class="badge badge-success badge-soft mt-0.5 size-6 p-1"><Icon name="check"/></span> }.into_any()
                    } else {
                        view! { <span class="badge mt-0.5 size-6 p-0" aria-hidden="true">{at + 1}</span> }.into_any()
                    }}
                    <div>
                        <a class="link link-hover font-medium" href=href>{words}</a>
                        {is_done.then(|| view! { <span class="sr-only">" (done)"</span> })}
                        <p class="text-sm text-muted">{why}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="panel" aria-labelledby="home-steps">
            <h2 id="home-steps" class="mb-3 text-base font-semibold">"First steps"</h2>
            <ol class="divide-y divide-base-300">{list}</ol>
        </section>
    }
}
