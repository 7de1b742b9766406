//! The fields of an account, for a new one and a stored one alike, and the answer of a test.

use super::form::AccountForm;
use super::model::{Kind, TestReport, Tls};
use crate::ui::form::{Checkbox, Field, FormState, Select};
use crate::ui::icon::Icon;
use leptos::prelude::*;

/// Everything between `<form>` and its buttons. `values` is what is stored, or the defaults.
pub fn account_fields(
    form: FormState,
    kind: Kind,
    values: AccountForm,
    has_password: bool,
) -> impl IntoView {
    let enabled = form.typed("enabled", &values.enabled.to_string()) == "true";
    view! {
        <input type="hidden" name="form[id]" value=values.id.clone()/>
        <input type="hidden" name="form[kind]" value=kind.as_str()/>
        <section class="panel grid gap-4">
            <h2 class="text-base font-semibold">"Account"</h2>
            <Field form=form prefix="form" name="name" label="Name" value=values.name.clone() required=true
                hint="For you alone; recipients do not see it."/>
            {server(form, kind, &values, has_password)}
        </section>
        <section class="panel grid gap-4">
            <h2 class="text-base font-semibold">"Sender"</h2>
            <div class="grid items-start gap-4 sm:grid-cols-2">
                <Field form=form prefix="form" name="from_name" label="From name" value=values.from_name.clone()
                    hint="What recipients see, like “Ann of Example”."/>
                <Field form=form prefix="form" name="from_address" label="From address" kind="email" value=values.from_address.clone()
                    required=kind != Kind::Gmail
                    hint=if kind == Kind::Gmail { "If blank: the Gmail address." } else { "" }/>
            </div>
            <Field form=form prefix="form" name="reply_to" label="Reply-to address" kind="email" value=values.reply_to.clone()
                hint="Where answers go. If blank: to the from address."/>
        </section>
        <section class="panel grid gap-4">
            <h2 class="text-base font-semibold">"Limits"</h2>
            <p class="text-sm text-muted">
                "What your provider allows. 0 means no limit. All copies of Mailer together keep to it."
            </p>
            <div class="grid items-start gap-4 sm:grid-cols-2">
                <Field form=form prefix="form" name="daily_cap" label="Messages a day" inputmode="numeric" value=values.daily_cap.clone()
                    hint="A day ends at midnight in the workspace’s time zone."/>
                <Field form=form prefix="form" name="campaign_cap" label="Messages of one campaign a day" inputmode="numeric"
                    value=values.campaign_cap.clone() hint="Leaves room for other campaigns."/>
                <Field form=form prefix="form" name="rate_per_second" label="Messages a second" inputmode="numeric"
                    value=values.rate_per_second.clone()/>
                <Field form=form prefix="form" name="rate_per_minute" label="Messages a minute" inputmode="numeric"
                    value=values.rate_per_minute.clone()/>
            </div>
            {if kind == Kind::Sandbox {
                view! { <input type="hidden" name="form[max_connections]" value=values.max_connections.clone()/> }.into_any()
            } else {
                view! {
                    <Field form=form prefix="form" name="max_connections" label="Connections at a time" inputmode="numeric"
                        value=values.max_connections.clone() hint="For each copy of Mailer, between 1 and 100."/>
                }.into_any()
            }}
            <Checkbox prefix="form" name="enabled" label="Use this account" checked=enabled
                hint="Turned off, it sends nothing; campaigns go on through the others."/>
        </section>
    }
}

fn server(form: FormState, kind: Kind, values: &AccountForm, has_password: bool) -> AnyView {
    match kind {
        Kind::Sandbox => view! {
            <p class="text-sm text-muted">"Mail through this account stays in the outbox here. Nothing reaches the world."</p>
        }
        .into_any(),
        Kind::Gmail => view! {
            <div class="grid items-start gap-4 sm:grid-cols-2">
                <Field form=form prefix="form" name="username" label="Gmail address" kind="email" value=values.username.clone() required=true/>
                <Field form=form prefix="form" name="password" label="App password" kind="password" autocomplete="new-password"
                    hint=if has_password {
                        "Stored. If blank: it stays as it is."
                    } else {
                        "Sixteen letters that Google makes for you under Security, App passwords. Your own password does not work."
                    }/>
            </div>
        }
        .into_any(),
        Kind::Smtp => {
            let modes = Tls::ALL.map(|tls| (tls.as_str().to_owned(), tls.words().to_owned()));
            view! {
                <div class="grid items-start gap-4 sm:grid-cols-2">
                    <Field form=form prefix="form" name="host" label="Server" value=values.host.clone() required=true
                        placeholder="smtp.example.com" hint="Mailer connects to it from the machine it runs on."/>
                    <Field form=form prefix="form" name="port" label="Port" inputmode="numeric" value=values.port.clone() required=true/>
                </div>
                <Select form=form prefix="form" name="tls" label="Encryption" value=values.tls.clone() options=modes.into()/>
                <div class="grid items-start gap-4 sm:grid-cols-2">
                    <Field form=form prefix="form" name="username" label="User name" value=values.username.clone()
                        hint="If blank: the server wants no sign-in."/>
                    <Field form=form prefix="form" name="password" label="Password" kind="password" autocomplete="new-password"
                        hint=if has_password { "Stored. If blank: it stays as it is." } else { "" }/>
                </div>
            }
            .into_any()
        }
    }
}

/// What a test came to, announced when it arrives.
#[component]
pub fn TestAnswer(report: Signal<Option<TestReport>>) -> impl IntoView {
    view! {
        <div aria-live="polite">
            {move || report.get().map(|report| {
                let class = if report.works { "alert alert-success alert-soft" } else { "alert alert-error alert-soft" };
                // The report may have come in the page's address: only pages of the outbox are linked.
                let link = report.link.filter(|link| link.starts_with("/outbox/"));
                // Without JavaScript the page loads afresh, and the answer must not be missed at its foot.
                view! {
                    <div role="status" class=class tabindex="-1" autofocus=true>
                        <Icon name=if report.works { "check" } else { "alert" }/>
                        <div class="min-w-0">
                            <p>{report.text}</p>
                            {(!report.said.is_empty()).then(|| view! {
                                <p class="mt-1 text-sm">"The server said: "<q class="break-words font-mono">{report.said}</q></p>
                            })}
                            {link.map(|link| view! { <p class="mt-1"><a class="link" href=link>"Open it"</a></p> })}
                        </div>
                    </div>
                }
            })}
        </div>
    }
}
