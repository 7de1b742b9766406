//! The page of sending domains: whether their mail is signed, and the keys that do it.

use super::api::{
    ActivateDomainKey, CreateDomainKey, DeleteDomainKey, RetireDomainKey, list_domains,
};
use super::keys::key;
use super::model::{Algorithm, DomainsOverview, SendingDomain, is_mailbox_provider};
use crate::features::settings::frame::SettingsFrame;
use crate::ui::badge::{Badge, Tone};
use crate::ui::empty::Empty;
use crate::ui::form::{FormMessage, FormState, Submit};
use crate::ui::load::load;
use leptos::prelude::*;

/// The actions that every domain offers; the page loads afresh after each.
#[derive(Clone, Copy)]
pub(super) struct Actions {
    pub create: ServerAction<CreateDomainKey>,
    pub activate: ServerAction<ActivateDomainKey>,
    pub retire: ServerAction<RetireDomainKey>,
    pub delete: ServerAction<DeleteDomainKey>,
}

#[component]
pub fn DomainListPage() -> impl IntoView {
    let actions = Actions {
        create: ServerAction::new(),
        activate: ServerAction::new(),
        retire: ServerAction::new(),
        delete: ServerAction::new(),
    };
    let done = move || {
        (
            actions.create.version().get(),
            actions.activate.version().get(),
            actions.retire.version().get(),
            actions.delete.version().get(),
        )
    };
    let overview = Resource::new_blocking(done, |_| list_domains());
    view! {
        <SettingsFrame title="Sending domains"
            lead="Signed mail (DKIM) proves that it comes from you and that nobody changed it. Gmail and Yahoo ask for it from everybody who sends to many.">
            <div>
                <FormMessage form=FormState::of(actions.create)/>
                <FormMessage form=FormState::of(actions.activate)/>
                <FormMessage form=FormState::of(actions.retire)/>
                <FormMessage form=FormState::of(actions.delete)/>
                {load(overview, move |overview| domains(overview, actions))}
            </div>
        </SettingsFrame>
    }
}

fn domains(overview: DomainsOverview, actions: Actions) -> impl IntoView {
    let DomainsOverview { domains, can_edit } = overview;
    if domains.is_empty() {
        return view! {
            <Empty icon="account" title="No sending domain yet"
                text="The domains of your sender accounts appear here. The sandbox does not count: its mail goes nowhere.">
                <a href="/accounts" class="btn btn-primary">"Sender accounts"</a>
            </Empty>
        }
        .into_any();
    }
    view! {
        {(!can_edit).then(|| view! { <p class="mb-4 text-sm text-muted">"Only an owner can change these."</p> })}
        <div class="grid gap-6">
            {domains.into_iter().map(|one| domain(one, can_edit, actions)).collect_view()}
        </div>
    }
    .into_any()
}

fn domain(domain: SendingDomain, can_edit: bool, actions: Actions) -> impl IntoView {
    let is_theirs = is_mailbox_provider(&domain.domain);
    let (tone, words) = match (domain.is_signed(), is_theirs) {
        (true, _) => (Tone::Good, "Signed"),
        (false, true) => (Tone::Neutral, "Signed by its provider"),
        (false, false) => (Tone::Warn, "Not signed here"),
    };
    let used = match domain.accounts.as_slice() {
        [] => "No account sends from it any more.".to_owned(),
        [one] => format!("The account “{one}” sends from it."),
        many => format!("These accounts send from it: {}.", many.join(", ")),
    };
    let can_create = can_edit && !is_theirs && !domain.accounts.is_empty();
    let title = format!("domain-{}", domain.domain.replace('.', "-"));
    let labelled = title.clone();
    let has_keys = !domain.keys.is_empty();
    view! {
        <section class="panel" aria-labelledby=labelled>
            <h2 id=title class="flex flex-wrap items-center gap-2 text-base font-semibold">
                <span class="break-all">{domain.domain.clone()}</span>
                <Badge tone=tone text=words/>
            </h2>
            <p class="mt-1 text-sm text-muted">{used}</p>
            {is_theirs.then(|| view! {
                <p class="mt-1 text-sm text-muted">"Its owner signs mail that leaves through its own servers; nobody else can publish a key there."</p>
            })}
            {has_keys.then(|| view! {
                <ul class="mt-4 grid gap-4" aria-label=format!("Keys of {}", domain.domain)>
                    {domain.keys.iter().map(|one| key(one.clone(), can_edit, actions)).collect_view()}
                </ul>
            })}
            {can_create.then(|| create(&domain, actions))}
        </section>
    }
}

fn create(domain: &SendingDomain, actions: Actions) -> impl IntoView + use<> {
    let form = FormState::of(actions.create);
    let name = domain.domain.clone();
    let label = format!("Kind of a new key for {name}");
    let (words, hint) = if domain.keys.is_empty() {
        (
            "Create key",
            "You get a DNS record to give to whoever manages your domain. Mail is signed once you confirm it.",
        )
    } else {
        (
            "Create another key",
            "To replace a key: make another, publish its record, then start signing with it. Nothing goes out unsigned meanwhile.",
        )
    };
    view! {
        <ActionForm action=actions.create attr:class="mt-4 border-t border-base-300 pt-4">
            <input type="hidden" name="form[domain]" value=name/>
            <div class="flex flex-wrap items-center gap-2">
                <select name="form[algorithm]" class="select select-sm w-auto" aria-label=label>
                    <option value=Algorithm::Rsa.as_str() selected=true>"Standard (RSA)"</option>
                    <option value=Algorithm::Ed25519.as_str()>"Ed25519, for experts"</option>
                </select>
                <Submit form=form label=words class="btn btn-sm"/>
            </div>
            <p class="mt-2 text-sm text-muted">{hint}</p>
        </ActionForm>
    }
}
