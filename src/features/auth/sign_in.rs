//! The sign-in page. A plain form on purpose: signing in loads the app afresh for the person who came in.

use super::api::SignIn;
use crate::ui::form::{Field, FormMessage, FormState, Submit};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

#[component]
pub fn AuthSignInPage() -> impl IntoView {
    let form = FormState::of(ServerAction::<SignIn>::new());
    let next = use_query_map()
        .read_untracked()
        .get("next")
        .unwrap_or_default();
    view! {
        <Title text="Sign in"/>
        <main class="gate">
            <div class="gate-card">
                <p class="brand brand-large">"Mailer"</p>
                <h1 class="page-title">"Sign in"</h1>
                <form method="post" action=SignIn::url() class="mt-6 grid gap-4">
                    <FormMessage form=form/>
                    <input type="hidden" name="next" value=next/>
                    <Field form=form name="email" label="Email" kind="email" autocomplete="username" required=true/>
                    <Field form=form name="password" label="Password" kind="password" autocomplete="current-password" required=true/>
                    <Submit form=form label="Sign in" class="btn btn-primary w-full"/>
                </form>
            </div>
        </main>
    }
}
