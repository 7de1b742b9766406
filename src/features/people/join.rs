//! The page behind an invitation: its person chooses a name and a password, and is in.

use super::api::{Join, find_invitation};
use super::model::{Welcome, role_words};
use crate::error::AppError;
use crate::features::auth::model::PASSWORD_MIN;
use crate::ui::form::{Field, FormMessage, FormState, Submit};
use crate::ui::load::load;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_params_map;

#[component]
pub fn JoinPage() -> impl IntoView {
    let token = move || use_params_map().read().get("token").unwrap_or_default();
    let link = Resource::new_blocking(token, |token| async move {
        // An expired link is this page's content, not a failure to load it.
        match find_invitation(token.clone()).await {
            Ok(welcome) => Ok((token, Ok(welcome))),
            Err(AppError::Invalid(invalid)) => Ok((token, Err(invalid.to_string()))),
            Err(other) => Err(other),
        }
    });
    view! {
        <Title text="Join"/>
        <Meta name="robots" content="noindex"/>
        <main class="gate">
            <div class="gate-card">
                <p class="brand brand-large">"Mailer"</p>
                {load(link, move |(token, found)| match found {
                    Err(problem) => view! {
                        <h1 class="page-title">"This link does not work"</h1>
                        <p role="alert" class="mt-2 text-muted">{problem}</p>
                        <p class="mt-6"><a class="btn" href="/sign-in">"Go to sign-in"</a></p>
                    }
                    .into_any(),
                    Ok(welcome) => form(token, welcome).into_any(),
                })}
            </div>
        </main>
    }
}

fn form(token: String, welcome: Welcome) -> impl IntoView {
    let Welcome {
        email,
        role,
        workspace,
    } = welcome;
    let form = FormState::of(ServerAction::<Join>::new());
    let (name, may) = role_words(role);
    let title = if workspace.is_empty() {
        "You are invited".to_owned()
    } else {
        format!("Join {workspace}")
    };
    view! {
        <h1 class="page-title">{title}</h1>
        <p class="mt-2 text-muted">
            "You sign in as "<strong class="break-all text-base-content">{email.clone()}</strong>". Your role: "
            <strong class="text-base-content">{name}</strong>". "{may}"."
        </p>
        <form method="post" action=Join::url() class="mt-6 grid gap-4">
            <FormMessage form=form/>
            <input type="hidden" name="form[token]" value=token/>
            // For password managers, which keep it beside the password.
            <input type="hidden" autocomplete="username" value=email/>
            <Field form=form prefix="form" name="name" label="Your name" autocomplete="name" required=true/>
            <Field form=form prefix="form" name="password" label="Password" kind="password" autocomplete="new-password" required=true
                hint=format!("At least {PASSWORD_MIN} characters.")/>
            <Submit form=form label="Join" class="btn btn-primary w-full"/>
        </form>
    }
}
