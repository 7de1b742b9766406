//! One key of a domain: its DNS record, what it does, and what can be done with it.

use super::list::Actions;
use super::model::{DomainKey, KeyState};
use crate::ui::badge::Badge;
use crate::ui::confirm::Confirm;
use crate::ui::copy::CopyText;
use crate::ui::time::Time;
use leptos::prelude::*;

pub(super) fn key(key: DomainKey, can_edit: bool, actions: Actions) -> impl IntoView {
    let label = format!("Key {}", key.selector);
    view! {
        <li class="rounded-box border border-base-300 p-4" aria-label=label>
            <div class="flex flex-wrap items-center gap-2">
                <h3 class="text-sm font-semibold break-all">{key.selector.clone()}</h3>
                <Badge tone=key.state.tone() text=key.state.words()/>
                <span class="text-sm text-muted">{key.algorithm.words()}", "{since(&key)}</span>
            </div>
            {if key.state == KeyState::New {
                view! {
                    <p class="mt-3 text-sm">"Add this record where the DNS of "{key.domain.clone()}" is kept. It may take an hour to be seen everywhere."</p>
                    {record(&key)}
                }.into_any()
            } else {
                view! {
                    <details class="mt-3">
                        <summary class="cursor-pointer text-sm">"DNS record"</summary>
                        {record(&key)}
                    </details>
                }.into_any()
            }}
            {(key.state == KeyState::Retired).then(|| view! {
                <p class="mt-3 text-sm text-muted">
                    "Leave its DNS record in place for a week: mail that is still on its way is checked with it. Then delete both."
                </p>
            })}
            {can_edit.then(|| buttons(&key, actions))}
        </li>
    }
}

fn since(key: &DomainKey) -> impl IntoView + use<> {
    let (words, at) = match key.state {
        KeyState::Active => ("since ", key.activated_at),
        KeyState::Retired => ("since ", key.retired_at),
        KeyState::New => ("made ", Some(key.created_at)),
    };
    let at = at.unwrap_or(key.created_at);
    view! { {words}<Time ms=at/> }
}

fn record(key: &DomainKey) -> impl IntoView + use<> {
    let (name, value, strings) = (key.record_name(), key.record_value(), key.record_strings());
    // A short value is one string: nothing to split.
    let is_split = strings.contains("\" \"");
    view! {
        <dl class="mt-3 grid gap-x-4 gap-y-2 text-sm sm:grid-cols-[7rem_minmax(0,1fr)]">
            <dt class="text-muted">"Type"</dt>
            <dd>"TXT"</dd>
            <dt class="text-muted">"Name"</dt>
            <dd class="min-w-0"><CopyText text=name label="Copy the name"/></dd>
            <dt class="text-muted">"Value"</dt>
            <dd class="min-w-0"><CopyText text=value label="Copy the value"/></dd>
            {is_split.then(|| view! {
                <dt class="text-muted">"Value in parts"</dt>
                <dd class="min-w-0">
                    <CopyText text=strings label="Copy the value in parts"/>
                    <p class="mt-1 text-xs text-muted">"For DNS editors that take at most 255 characters at once."</p>
                </dd>
            })}
        </dl>
    }
}

fn buttons(key: &DomainKey, actions: Actions) -> impl IntoView + use<> {
    let (id, state) = (key.id, key.state);
    let selector = key.selector.clone();
    let words = match state {
        KeyState::New => "I have published it: start signing",
        _ => "Sign with it again",
    };
    view! {
        <div class="mt-4 flex flex-wrap items-center gap-2">
            {state.can_activate().then(|| view! {
                <ActionForm action=actions.activate>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button type="submit" class="btn btn-sm" class:btn-primary=state == KeyState::New>{words}</button>
                </ActionForm>
            })}
            {(state == KeyState::Active).then(|| view! {
                <Confirm id=format!("retire-{id}") label="Stop signing" question=format!("Stop signing with {selector}?")
                    detail="Mail of this domain then leaves without this signature. To replace the key, make another one instead.">
                    <ActionForm action=actions.retire>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <button type="submit" class="btn btn-sm btn-error">"Stop signing"</button>
                    </ActionForm>
                </Confirm>
            })}
            {state.can_delete().then(|| view! {
                <Confirm id=format!("delete-{id}") label="Delete key" question=format!("Delete {selector}?")
                    detail="The key cannot be brought back. Remove its DNS record too, once no mail signed with it is under way.">
                    <ActionForm action=actions.delete>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <button type="submit" class="btn btn-sm btn-error">"Delete for good"</button>
                    </ActionForm>
                </Confirm>
            })}
        </div>
    }
}
