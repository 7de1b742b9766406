//! Newer and older: links that carry the list's other parameters along.

use leptos::prelude::*;

/// `previous` and `next` are full addresses, or `None` at an end.
#[component]
pub fn Pager(
    #[prop(into)] previous: Option<String>,
    #[prop(into)] next: Option<String>,
    #[prop(into, default = String::new())] words: String,
) -> impl IntoView {
    let shown = previous.is_some() || next.is_some();
    shown.then(|| {
        view! {
            <nav class="mt-4 flex items-center justify-between gap-4" aria-label="Pages">
                <span class="text-sm text-muted">{words}</span>
                <span class="join">
                    {link(previous, "Previous")}
                    {link(next, "Next")}
                </span>
            </nav>
        }
    })
}

fn link(href: Option<String>, words: &'static str) -> AnyView {
    match href {
        Some(href) => view! { <a class="btn btn-sm join-item" href=href>{words}</a> }.into_any(),
        None => view! { <span class="btn btn-sm btn-disabled join-item" aria-disabled="true">{words}</span> }.into_any(),
    }
}
