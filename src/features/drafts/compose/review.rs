//! The review step: the mail of each recipient, what to look at, a test, and the button that sends.

use super::super::api::{LaunchDraft, SendTest, open_review};
use super::super::copies::Copies;
use super::super::model::{Check, Draft, PreviewMail, ReviewStep, Step};
use super::fixes::{FixButton, Fixes};
use super::{Composer, Identity, draft_id, successes};
use crate::features::queue::forecast::outlook::Outlook;
use crate::ids::DraftId;
use crate::ui::badge::{Badge, Tone};
use crate::ui::confirm::Confirm;
use crate::ui::form::{Field, FormMessage, FormState, Submit};
use crate::ui::load::load;
use crate::ui::number::{count, thousands};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};

#[component]
pub fn ReviewPage() -> impl IntoView {
    let (id, query) = (draft_id(), use_query_map());
    let recipient = Memo::new(move |_| {
        query
            .read()
            .get("recipient")
            .and_then(|at| at.parse::<i64>().ok())
            .unwrap_or_default()
    });
    let launch = ServerAction::<LaunchDraft>::new();
    let test = ServerAction::<SendTest>::new();
    let fixes = Fixes {
        content: ServerAction::new(),
        domains: ServerAction::new(),
    };
    let (fixed, corrected) = (successes(fixes.content), successes(fixes.domains));
    let opened = Resource::new_blocking(
        move || (id.get(), recipient.get(), fixed.get(), corrected.get()),
        |(id, recipient, ..)| async move { open_review(id?, recipient).await },
    );
    view! {
        <FormMessage form=FormState::of(fixes.content)/>
        <FormMessage form=FormState::of(fixes.domains)/>
        {load(opened, move |opened| view! { <Opened opened launch test fixes/> })}
    }
}

#[component]
fn Opened(
    opened: ReviewStep,
    launch: ServerAction<LaunchDraft>,
    test: ServerAction<SendTest>,
    fixes: Fixes,
) -> impl IntoView {
    let can_send = opened.can_send();
    let ReviewStep {
        head,
        position,
        previous,
        next,
        number,
        reply_to,
        copies,
        preview,
        checks,
        is_rehearsal,
        forecast,
        test_address,
    } = opened;
    let (id, revision, can_edit, total) = (
        head.id,
        head.revision,
        head.can_edit,
        head.recipients.unwrap_or_default(),
    );
    let name = head.name.clone();
    let leaving = match total {
        1 if is_rehearsal => "The only mail is in the outbox".to_owned(),
        _ if is_rehearsal => format!("All {} are in the outbox", thousands(total)),
        1 => "The only mail leaves".to_owned(),
        _ => format!("All {} leave", thousands(total)),
    };
    view! {
        <Composer head step=Step::Review revision>
            <div class="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
                <div class="grid gap-4 xl:order-2">
                    <Checks id revision can_edit checks fixes/>
                    {can_edit.then(|| view! {
                        <Test id position test_address test/>
                        <section class="panel" aria-labelledby="send-title">
                            <h2 id="send-title" class="text-base font-semibold">"Send"</h2>
                            <FormMessage form=FormState::of(launch)/>
                            <Outlook lead=leaving forecast=Signal::stored(forecast)/>
                            {if can_send {
                                view! { <div class="mt-3"><Send id revision total name is_rehearsal copies=copies.clone() launch/></div> }.into_any()
                            } else {
                                view! { <p class="mt-1 text-muted">"Put right what is marked above, then the campaign can be sent."</p> }.into_any()
                            }}
                        </section>
                    })}
                </div>
                <div class="min-w-0">
                    <Stepper id previous next number total/>
                    {match preview {
                        Ok(mail) => view! { <Mail id position mail reply_to copies/> }.into_any(),
                        Err(sentence) => view! {
                            <div role="alert" class="alert alert-error alert-soft">{format!("There is no preview yet. {sentence}")}</div>
                        }.into_any(),
                    }}
                </div>
            </div>
        </Composer>
    }
}

/// What to look at before sending, blockers first.
#[component]
fn Checks(
    id: DraftId,
    revision: i64,
    can_edit: bool,
    checks: Vec<Check>,
    fixes: Fixes,
) -> impl IntoView {
    let is_fine = checks.is_empty();
    view! {
        <section class="panel" aria-labelledby="checks-title">
            <h2 id="checks-title" class="text-base font-semibold">"Before sending"</h2>
            {is_fine.then(|| view! { <p class="mt-1">"Nothing to put right."</p> })}
            <ul class="mt-2 grid gap-3">
                {checks.into_iter().map(|check| {
                    let badge = if check.is_blocker {
                        view! { <Badge tone=Tone::Bad text="Must be fixed"/> }
                    } else {
                        view! { <Badge tone=Tone::Warn text="Worth a look"/> }
                    };
                    view! {
                        <li class="grid gap-1">
                            <span>{badge}</span>
                            <span>{check.message}" "<a class="link" href=check.href>{check.words}</a></span>
                            {check.fix.filter(|_| can_edit).map(|fix| view! { <FixButton id revision fix fixes/> })}
                        </li>
                    }
                }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn Send(
    id: DraftId,
    revision: i64,
    total: i64,
    name: String,
    is_rehearsal: bool,
    copies: Copies,
    launch: ServerAction<LaunchDraft>,
) -> impl IntoView {
    let agreed = copies.in_words(total);
    let must_agree = copies.must_be_agreed(total);
    let people = count(total, "recipient", "recipients");
    let form = FormState::of(launch);
    let (label, question) = if is_rehearsal {
        let mails = count(total, "mail", "mails");
        (
            format!("Send {mails} to the outbox"),
            format!("Send “{name}” to the outbox?"),
        )
    } else {
        (
            format!("Send to {people}"),
            format!("Send “{name}” to {people}?"),
        )
    };
    let detail = if is_rehearsal {
        "Only the sandbox takes this mail: it is kept in the outbox here and reaches nobody."
    } else {
        "Sending starts at once. Content and recipients are fixed from then on; you can pause or cancel what has not left yet."
    };
    view! {
        <Confirm id="send-campaign" class="btn btn-primary" label=label question=question detail=detail keep="Not yet" is_danger=false>
            <ActionForm action=launch>
                <Identity id revision/>
                {must_agree.then(|| view! {
                    <label class="mb-3 flex items-start gap-3 text-sm">
                        <input type="checkbox" class="checkbox checkbox-sm mt-0.5" name="form[copies]" value="true" required=true/>
                        <span>{agreed}" Yes, that is meant."</span>
                    </label>
                })}
                <Submit form=form label="Send now" class="btn btn-sm btn-primary"/>
            </ActionForm>
        </Confirm>
    }
}

#[component]
fn Test(
    id: DraftId,
    position: i64,
    test_address: String,
    test: ServerAction<SendTest>,
) -> impl IntoView {
    let form = FormState::of(test);
    view! {
        <section class="panel" aria-labelledby="test-title">
            <h2 id="test-title" class="mb-3 text-base font-semibold">"Test mail"</h2>
            <ActionForm action=test>
                <FormMessage form=form/>
                <input type="hidden" name="form[id]" value=id.to_string()/>
                <input type="hidden" name="form[recipient]" value=position.to_string()/>
                <div class="grid gap-3">
                    <Field form=form prefix="form" name="address" label="Send a test to" kind="text" inputmode="email" value=test_address
                        hint="The mail as shown here, with the data of the recipient shown."/>
                    <div><Submit form=form label="Send test" class="btn"/></div>
                </div>
            </ActionForm>
        </section>
    }
}

/// Steps through the recipients, with the arrow keys too.
#[component]
fn Stepper(
    id: DraftId,
    previous: Option<i64>,
    next: Option<i64>,
    number: i64,
    total: i64,
) -> impl IntoView {
    let href =
        move |position: i64| format!("{}&recipient={position}", Draft::href(id, Step::Review));
    let navigate = use_navigate();
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        let target = match event.key().as_str() {
            "ArrowLeft" => previous,
            "ArrowRight" => next,
            _ => None,
        };
        let is_plain =
            !(event.alt_key() || event.ctrl_key() || event.meta_key() || event.shift_key());
        if let Some(position) = target.filter(|_| is_plain && !is_typing()) {
            event.prevent_default();
            navigate(
                &href(position),
                leptos_router::NavigateOptions {
                    scroll: false,
                    ..Default::default()
                },
            );
        }
    });
    on_cleanup(move || keys.remove());
    let link = move |position: Option<i64>, words: &'static str| {
        match position {
        Some(position) => view! { <a class="btn btn-sm join-item" href=href(position)>{words}</a> }.into_any(),
        None => view! { <span class="btn btn-sm btn-disabled join-item" aria-disabled="true">{words}</span> }.into_any(),
    }
    };
    (total > 0).then(|| view! {
        <nav aria-label="Recipient shown" class="mb-3 flex flex-wrap items-center justify-between gap-2">
            <p class="text-sm text-muted">{format!("Recipient {} of {}", thousands(number), thousands(total))}</p>
            <span class="join">{link(previous, "Previous recipient")}{link(next, "Next recipient")}</span>
        </nav>
    })
}

/// Whether the keys belong to a field.
fn is_typing() -> bool {
    document().active_element().is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}

/// The mail as it will leave.
#[component]
fn Mail(
    id: DraftId,
    position: i64,
    mail: PreviewMail,
    reply_to: String,
    copies: Copies,
) -> impl IntoView {
    let or = |text: String, words: &str| {
        if text.trim().is_empty() {
            words.to_owned()
        } else {
            text
        }
    };
    let lines = [
        ("Subject", or(mail.subject, "(no subject)")),
        ("Preheader", or(mail.preheader, "(none)")),
        ("From", or(mail.from, "(no sender account)")),
        ("To", or(mail.to, "(no recipient yet)")),
    ];
    let further = [
        ("Replies go to", reply_to),
        ("CC", copies.cc.join(", ")),
        ("BCC", copies.bcc.join(", ")),
    ];
    let further = further.into_iter().filter(|(_, text)| !text.is_empty());
    view! {
        <section class="panel" aria-label="The mail">
            <dl class="mb-4 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
                {lines.into_iter().chain(further).map(|(name, text)| view! {
                    <dt class="text-muted">{name}</dt>
                    <dd class="break-words">{text}</dd>
                }).collect_view()}
            </dl>
            <iframe sandbox="" title="Preview of the mail" src=format!("/drafts/{id}/mail/{position}")
                class="h-[36rem] w-full rounded border border-base-300 bg-white"></iframe>
            <details class="mt-3">
                <summary class="cursor-pointer text-sm font-medium">"Plain text part"</summary>
                <pre class="mt-2 whitespace-pre-wrap break-words text-sm">{mail.text}</pre>
            </details>
        </section>
    }
}
