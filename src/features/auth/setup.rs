//! The page behind the one-time setup link: makes the first owner.

use super::api::{CreateOwner, check_setup_link};
use super::model::PASSWORD_MIN;
use crate::error::AppError;
use crate::ui::form::{Field, FormMessage, FormState, Submit};
use crate::ui::load::load;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

#[component]
pub fn AuthSetupPage() -> impl IntoView {
    let token = move || use_params_map().read().get("token").unwrap_or_default();
    let link = Resource::new_blocking(token, |token| async move {
        // An expired link is this page's content, not a failure to load it.
        match check_setup_link(token.clone()).await {
            Ok(()) => Ok((token, None)),
            Err(AppError::Invalid(invalid)) => Ok((token, Some(invalid.to_string()))),
            Err(other) => Err(other),
        }
    });
    let form = FormState::of(ServerAction::<CreateOwner>::new());
    view! {
        <Title text="Set up Mailer"/>
        <main class="gate">
            <div class="gate-card">
                <p class="brand brand-large">"Mailer"</p>
                {load(link, move |(token, problem)| match problem {
                    Some(problem) => view! {
                        <h1 class="page-title">"This link does not work"</h1>
                        <p role="alert" class="mt-2 text-muted">{problem}</p>
                        <p class="mt-6"><a class="btn" href="/sign-in">"Go to sign-in"</a></p>
                    }
                    .into_any(),
                    None => view! {
                        <h1 class="page-title">"Welcome"</h1>
                        <p class="mt-2 text-muted">"Create the owner of this workspace. You can invite others later."</p>
                        <form method="post" action=CreateOwner::url() class="mt-6 grid gap-4">
                            <FormMessage form=form/>
                            <input type="hidden" name="form[token]" value=token/>
                            <Field form=form prefix="form" name="name" label="Your name" autocomplete="name" required=true/>
                            <Field form=form prefix="form" name="email" label="Email" kind="email" autocomplete="username" required=true/>
                            <Field form=form prefix="form" name="password" label="Password" kind="password"
                                autocomplete="new-password" required=true hint=format!("At least {PASSWORD_MIN} characters.")/>
                            <Submit form=form label="Create owner" class="btn btn-primary w-full"/>
                        </form>
                    }
                    .into_any(),
                })}
            </div>
        </main>
    }
}
