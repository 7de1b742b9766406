//! One mail of the outbox, looked at from five sides.

use super::api::{DeleteOutboxMail, find_outbox_mail};
use super::list::subject;
use super::model::{Attachment, Excerpt, OutboxMail, Shown, Tab, size_words};
use crate::error::AppError;
use crate::ids::OutboxId;
use crate::ui::confirm::Confirm;
use crate::ui::empty::Empty;
use crate::ui::form::{FormMessage, FormState};
use crate::ui::load::load;
use crate::ui::page::PageHead;
use crate::ui::time::Time;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

#[component]
pub fn OutboxDetailPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let id = params
            .read()
            .get("id")
            .and_then(|id| id.parse::<OutboxId>().ok());
        (id, Tab::of(&query.read().get("tab").unwrap_or_default()))
    });
    let mail = Resource::new_blocking(
        move || asked.get(),
        |(id, tab)| async move {
            match id {
                Some(id) => find_outbox_mail(id, tab).await,
                None => Err(AppError::not_found("mail")),
            }
        },
    );
    let delete = ServerAction::<DeleteOutboxMail>::new();
    view! {
        <FormMessage form=FormState::of(delete)/>
        {load(mail, move |mail| detail(mail, delete))}
    }
}

fn detail(mail: OutboxMail, delete: ServerAction<DeleteOutboxMail>) -> impl IntoView {
    let OutboxMail {
        line,
        account,
        attachment_count,
        tab,
        shown,
        can_edit,
    } = mail;
    let id = line.id;
    let tabs = Tab::ALL.map(|other| {
        let words = if other == Tab::Attachments {
            format!("{} ({attachment_count})", other.words())
        } else {
            other.words().to_owned()
        };
        let class = if other == tab { "tab tab-active" } else { "tab" };
        let current = (other == tab).then_some("page");
        view! { <a class=class aria-current=current href=format!("/outbox/{id}?tab={}", other.as_str())>{words}</a> }
    });
    view! {
        <PageHead title=subject(&line.subject) back=("/outbox".to_string(), "Outbox".to_string())>
            <a class="btn btn-sm" href=format!("/outbox/{id}/message.eml") rel="external" download>"Download"</a>
            {can_edit.then(|| view! {
                <Confirm id="delete-mail" label="Delete mail" question="Delete this mail?" detail="It is gone for good. The campaign’s numbers stay.">
                    <ActionForm action=delete>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <button type="submit" class="btn btn-sm btn-error">"Delete for good"</button>
                    </ActionForm>
                </Confirm>
            })}
        </PageHead>
        <dl class="panel mb-4 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
            <dt class="text-muted">"From"</dt>
            <dd class="min-w-0 break-words">{line.from}</dd>
            <dt class="text-muted">"To"</dt>
            <dd class="min-w-0 break-words">{line.to}</dd>
            <dt class="text-muted">"Delivered"</dt>
            <dd><Time ms=line.delivered_at/></dd>
            <dt class="text-muted">"Account"</dt>
            <dd class="min-w-0 break-words">{account}</dd>
            <dt class="text-muted">"Size"</dt>
            <dd>{size_words(line.size)}</dd>
        </dl>
        <nav class="tabs tabs-border mb-4 overflow-x-auto" aria-label="Views of the mail">{tabs.into_iter().collect_view()}</nav>
        {match shown {
            Shown::Rendered => rendered(id).into_any(),
            Shown::Text(Some(text)) => excerpt(id, text).into_any(),
            Shown::Text(None) => view! {
                <Empty icon="draft" title="No plain text" text="This mail has no plain-text part."/>
            }.into_any(),
            Shown::Source(text) => excerpt(id, text).into_any(),
            Shown::Headers(headers) => header_table(headers).into_any(),
            Shown::Attachments(files) => attachments(id, files).into_any(),
        }}
    }
}

fn rendered(id: OutboxId) -> impl IntoView {
    view! {
        <iframe title="The mail as recipients see it" src=format!("/outbox/{id}/rendered")
            sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"
            class="h-[75vh] w-full rounded-box border border-base-300 bg-white"></iframe>
        <p class="mt-2 text-sm text-muted">"Images load over https only. Links open in a new tab, and clicks on tracked links count."</p>
    }
}

fn excerpt(id: OutboxId, excerpt: Excerpt) -> impl IntoView {
    view! {
        <pre class="panel overflow-x-auto whitespace-pre-wrap break-words font-mono text-sm" tabindex="0">{excerpt.text}</pre>
        {excerpt.is_cut.then(|| view! {
            <p class="mt-2 text-sm text-muted">
                "This is only the beginning. "<a class="link" rel="external" href=format!("/outbox/{id}/message.eml")>"Download the whole mail"</a>"."
            </p>
        })}
    }
}

fn header_table(headers: Vec<(String, String)>) -> impl IntoView {
    view! {
        <div class="table-wrap">
            <table class="table">
                <thead><tr><th scope="col">"Header"</th><th scope="col">"Value"</th></tr></thead>
                <tbody>
                    {headers.into_iter().map(|(name, value)| view! {
                        <tr>
                            <th scope="row" class="whitespace-nowrap align-top font-medium">{name}</th>
                            <td class="break-all font-mono text-sm">{value}</td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

fn attachments(id: OutboxId, files: Vec<Attachment>) -> impl IntoView {
    if files.is_empty() {
        return view! { <Empty icon="copy" title="No attachments" text="This mail carries no files."/> }.into_any();
    }
    view! {
        <ul class="grid gap-2">
            {files.into_iter().map(|file| {
                let label = format!("Download {}", file.name);
                view! {
                    <li class="panel flex flex-wrap items-center justify-between gap-3">
                        <div class="min-w-0">
                            <p class="break-words font-medium">{file.name}</p>
                            <p class="text-sm text-muted">{file.content_type}" · "{size_words(file.size)}</p>
                        </div>
                        <a class="btn btn-sm" rel="external" download href=format!("/outbox/{id}/attachments/{}", file.index) aria-label=label>
                            "Download"
                        </a>
                    </li>
                }
            }).collect_view()}
        </ul>
    }
    .into_any()
}
