//! The forms beside the findings of a review: a button, or a field with a button, puts each right where it is read.

use super::super::api::{ApplyFix, FixDomain};
use super::super::model::{Fix, Step};
use super::Identity;
use crate::ids::DraftId;
use crate::mail::block::completed_link;
use crate::ui::form::FormState;
use leptos::prelude::*;

/// The forms that put something right at once.
#[derive(Clone, Copy)]
pub struct Fixes {
    pub content: ServerAction<ApplyFix>,
    pub domains: ServerAction<FixDomain>,
}

/// Puts one finding right, where that needs no more than a click or a word.
#[component]
pub fn FixButton(id: DraftId, revision: i64, fix: Fix, fixes: Fixes) -> impl IntoView {
    match fix {
        Fix::Footer => view! {
            <ActionForm action=fixes.content>
                <Identity id revision/>
                <input type="hidden" name="form[kind]" value="footer"/>
                <button type="submit" class="btn btn-sm">"Add a footer with the link"</button>
            </ActionForm>
        }
        .into_any(),
        Fix::Typos => view! {
            <ActionForm action=fixes.domains>
                <Identity id revision/>
                <input type="hidden" name="form[step]" value=Step::Review.as_str()/>
                <button type="submit" class="btn btn-sm">"Correct all of them"</button>
            </ActionForm>
        }
        .into_any(),
        Fix::Scheme(address) => view! {
            <ActionForm action=fixes.content>
                <Identity id revision/>
                <input type="hidden" name="form[kind]" value="scheme"/>
                <input type="hidden" name="form[name]" value=address.clone()/>
                <button type="submit" class="btn btn-sm">{format!("Make it {}", completed_link(&address))}</button>
            </ActionForm>
        }
        .into_any(),
        Fix::Words(name) => {
            let label = format!("What mails say instead of {name}");
            let ask = Ask {
                kind: "words",
                name,
                block: String::new(),
                label,
                example: "there, for example",
                button: "Say this instead",
                is_long: false,
            };
            view! { <FixField id revision ask fixes/> }.into_any()
        }
        Fix::Description(block) => {
            let ask = Ask {
                kind: "description",
                name: String::new(),
                block: block.to_string(),
                label: "What the image shows".to_owned(),
                example: "A red bicycle, for example",
                button: "Save description",
                is_long: false,
            };
            view! { <FixField id revision ask fixes/> }.into_any()
        }
        Fix::Link(block) => {
            let ask = Ask {
                kind: "link",
                name: String::new(),
                block: block.to_string(),
                label: "Where the button leads".to_owned(),
                example: "https://",
                button: "Save link",
                is_long: false,
            };
            view! { <FixField id revision ask fixes/> }.into_any()
        }
        Fix::Address => {
            let ask = Ask {
                kind: "address",
                name: String::new(),
                block: String::new(),
                label: "Postal address".to_owned(),
                example: "Name, street, town, country",
                button: "Save postal address",
                is_long: true,
            };
            view! { <FixField id revision ask fixes/> }.into_any()
        }
    }
}

/// What a finding asks for, to be typed beside it.
struct Ask {
    kind: &'static str,
    name: String,
    block: String,
    label: String,
    example: &'static str,
    button: &'static str,
    /// Of several lines.
    is_long: bool,
}

/// A field and a button that put one finding right. What was typed comes back when it is refused.
#[component]
fn FixField(id: DraftId, revision: i64, ask: Ask, fixes: Fixes) -> impl IntoView {
    let Ask {
        kind,
        name,
        block,
        label,
        example,
        button,
        is_long,
    } = ask;
    let form = FormState::of(fixes.content);
    let is_mine = form.typed("kind", "") == kind
        && form.typed("name", "") == name
        && form.typed("block", "") == block;
    let typed = if is_mine {
        form.typed("words", "")
    } else {
        String::new()
    };
    view! {
        <ActionForm action=fixes.content>
            <Identity id revision/>
            <input type="hidden" name="form[kind]" value=kind/>
            <input type="hidden" name="form[name]" value=name/>
            <input type="hidden" name="form[block]" value=block/>
            <div class="flex flex-wrap items-start gap-2">
                {if is_long {
                    view! {
                        <textarea name="form[words]" rows="3" class="textarea textarea-sm min-w-0 grow" required=true maxlength="400"
                            placeholder=example aria-label=label>{typed}</textarea>
                    }.into_any()
                } else {
                    view! {
                        <input name="form[words]" class="input input-sm min-w-0 grow" required=true maxlength="1000" autocomplete="off"
                            value=typed placeholder=example aria-label=label/>
                    }.into_any()
                }}
                <button type="submit" class="btn btn-sm">{button}</button>
            </div>
        </ActionForm>
    }
}
