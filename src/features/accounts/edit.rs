//! A new account (first its kind, then its fields), and a stored one with its test mail and its end.

use super::api::{DeleteAccount, SendTestMail, SubmitAccount, find_account};
use super::fields::{TestAnswer, account_fields};
use super::form::AccountForm;
use super::model::{AccountDetail, Kind, TestReport};
use crate::error::AppError;
use crate::features::auth::api::current_user;
use crate::features::auth::model::Role;
use crate::ids::AccountId;
use crate::ui::confirm::Confirm;
use crate::ui::form::{Field, FormMessage, FormState, Submit};
use crate::ui::icon::Icon;
use crate::ui::load::load;
use crate::ui::page::PageHead;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

fn to_list() -> (String, String) {
    ("/accounts".into(), "Sender accounts".into())
}

#[component]
pub fn AccountCreatePage() -> impl IntoView {
    let query = use_query_map();
    let kind = move || {
        query
            .read()
            .get("kind")
            .and_then(|kind| kind.parse::<Kind>().ok())
    };
    let allowed = Resource::new_blocking(
        || (),
        |()| async {
            match current_user().await? {
                Some(user) if user.role.allows(Role::Editor) => Ok(()),
                _ => Err(AppError::Forbidden(
                    "Your role lets you look, not change. Ask an owner for the editor role.".into(),
                )),
            }
        },
    );
    view! {
        {load(allowed, move |()| move || match kind() {
            None => kinds().into_any(),
            Some(kind) => new_account(kind).into_any(),
        })}
    }
}

fn kinds() -> impl IntoView {
    let cards = Kind::ALL.map(|kind| {
        let (icon, text) = match kind {
            Kind::Smtp => ("send", "Any mail server or sending service that gives you a host, a user name and a password."),
            Kind::Gmail => ("account", "A Gmail or Google Workspace address with an app password. Fine for a few hundred messages a day."),
            Kind::Sandbox => ("outbox", "Sends nothing. Mail stays in the outbox here, so that you can try everything without risk."),
        };
        view! {
            <li>
                <a class="panel flex h-full flex-col gap-2 no-underline" href=format!("/accounts/new?kind={}", kind.as_str())>
                    <span class="flex items-center gap-2 font-semibold"><Icon name=icon/>{kind.words()}</span>
                    <span class="text-sm text-muted">{text}</span>
                </a>
            </li>
        }
    });
    view! {
        <PageHead title="Add account" lead="What will your mail leave through?" back=to_list()/>
        <ul class="grid gap-4 sm:grid-cols-3">{cards.into_iter().collect_view()}</ul>
    }
}

fn new_account(kind: Kind) -> impl IntoView {
    let action = ServerAction::<SubmitAccount>::new();
    let title = match kind {
        Kind::Smtp => "Add SMTP server",
        Kind::Gmail => "Add Gmail account",
        Kind::Sandbox => "Add sandbox",
    };
    view! {
        <PageHead title=title back=("/accounts/new".to_string(), "Other kinds".to_string())/>
        {account_form(action, kind, AccountForm::of_kind(kind), false, "Add account")}
    }
}

fn account_form(
    action: ServerAction<SubmitAccount>,
    kind: Kind,
    values: AccountForm,
    has_password: bool,
    save: &'static str,
) -> impl IntoView {
    let form = FormState::of(action);
    let answer = action.value();
    let report =
        Signal::derive(move || answer.with(|answer| answer.as_ref().and_then(TestReport::of)));
    view! {
        <ActionForm action=action attr:class="grid max-w-3xl gap-4" attr:novalidate=true>
            <FormMessage form=form/>
            {account_fields(form, kind, values, has_password)}
            <TestAnswer report=report/>
            <div class="flex flex-wrap gap-2">
                <Submit form=form label=save/>
                {(kind != Kind::Sandbox).then(|| view! {
                    <button type="submit" class="btn" name="form[intent]" value="test"
                        aria-busy=move || form.is_pending().then_some("true")>"Test connection"</button>
                })}
                <a class="btn btn-ghost" href="/accounts">"Cancel"</a>
            </div>
        </ActionForm>
    }
}

#[component]
pub fn AccountEditPage() -> impl IntoView {
    let params = use_params_map();
    let id = move || {
        params
            .read()
            .get("id")
            .and_then(|id| id.parse::<AccountId>().ok())
    };
    let detail = Resource::new_blocking(id, |id| async move {
        match id {
            Some(id) => find_account(id).await,
            None => Err(AppError::not_found("account")),
        }
    });
    view! { {load(detail, edit)} }
}

fn edit(detail: AccountDetail) -> impl IntoView {
    let AccountDetail {
        account,
        test_address,
        can_edit,
    } = detail;
    let save = ServerAction::<SubmitAccount>::new();
    let (id, kind) = (account.id, account.kind);
    let name = account.name.clone();
    let values = AccountForm::from(&account);
    view! {
        <PageHead title=account.name.clone() lead=kind.words() back=to_list()/>
        {if can_edit {
            view! {
                {account_form(save, kind, values, account.has_password, "Save account")}
                <div class="mt-4 grid max-w-3xl gap-4">
                    {test_mail(id, kind, test_address)}
                    {removal(id, name, kind)}
                </div>
            }.into_any()
        } else {
            // Shown, not offered: the service refuses as well.
            let form = FormState::of(save);
            view! {
                <p class="mb-4 text-muted">"Your role lets you look, not change."</p>
                <fieldset disabled=true class="grid max-w-3xl gap-4">
                    {account_fields(form, kind, values, account.has_password)}
                </fieldset>
            }.into_any()
        }}
    }
}

fn test_mail(id: AccountId, kind: Kind, address: String) -> impl IntoView {
    let action = ServerAction::<SendTestMail>::new();
    let form = FormState::of(action);
    let answer = action.value();
    let report =
        Signal::derive(move || answer.with(|answer| answer.as_ref().and_then(TestReport::of)));
    let words = if kind == Kind::Sandbox {
        "Puts a small mail into the outbox."
    } else {
        "Sends a small real mail through the account as it is saved. It does not count towards the caps."
    };
    view! {
        <section class="panel grid gap-4">
            <div>
                <h2 class="text-base font-semibold">"Test mail"</h2>
                <p class="text-sm text-muted">{words}</p>
            </div>
            <ActionForm action=action attr:class="grid gap-4" attr:novalidate=true>
                <FormMessage form=form/>
                <input type="hidden" name="id" value=id.to_string()/>
                <Field form=form prefix="form" name="address" label="Send the test mail to" kind="email" value=address required=true/>
                <TestAnswer report=report/>
                <div><Submit form=form label="Send test mail" class="btn"/></div>
            </ActionForm>
        </section>
    }
}

fn removal(id: AccountId, name: String, kind: Kind) -> impl IntoView {
    let action = ServerAction::<DeleteAccount>::new();
    let form = FormState::of(action);
    let detail = if kind == Kind::Sandbox {
        "The mails it put into the outbox are deleted too. This cannot be undone."
    } else {
        "Its password and its numbers are deleted. Campaigns that were sent keep their reports. This cannot be undone."
    };
    view! {
        <section class="panel grid gap-4">
            <div>
                <h2 class="text-base font-semibold">"Delete account"</h2>
                <p class="text-sm text-muted">"Mail that waits goes on through the other accounts."</p>
            </div>
            <FormMessage form=form/>
            <div>
                <Confirm id="delete-account" label="Delete account" question=format!("Delete “{name}”?") detail=detail>
                    <ActionForm action=action>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <button type="submit" class="btn btn-sm btn-error">"Delete for good"</button>
                    </ActionForm>
                </Confirm>
            </div>
        </section>
    }
}
