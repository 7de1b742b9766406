//! One of each component, in a theme of its own. Ids are told apart by the theme: two sets stand on one page.

use super::figures::figures;
use crate::error::AppError;
use crate::ui::badge::{Badge, Tone};
use crate::ui::confirm::Confirm;
use crate::ui::copy::CopyText;
use crate::ui::empty::Empty;
use crate::ui::form::{Checkbox, Field, FormMessage, FormState, Select, Submit, TextArea};
use crate::ui::icon::Icon;
use crate::ui::load::{ErrorPanel, Skeleton};
use crate::ui::pager::Pager;
use crate::ui::select::{SelectAll, SelectBox, Selected, Selection};
use crate::ui::time::Time;
use leptos::prelude::*;

/// The moment all samples show: 2026-03-01 12:00 UTC.
const MOMENT: i64 = 1_772_366_400_000;

#[component]
pub fn Components(theme: &'static str, name: &'static str) -> impl IntoView {
    view! {
        <section data-theme=theme class="grid gap-6 rounded-box border border-base-300 bg-base-200 p-5 text-base-content" aria-label=name>
            <h2 class="text-xl font-bold">{name}</h2>
            {group("Colours", colours())}
            {group("Words", words())}
            {group("Buttons", buttons(theme))}
            {group("Badges and messages", messages())}
            {group("Forms", forms(theme))}
            {group("Lists", lists(theme))}
            {group("Numbers", figures(theme))}
            {group("Nothing, loading, failed", states())}
            {group("Icons", icons())}
        </section>
    }
}

fn group(name: &'static str, content: impl IntoView) -> impl IntoView {
    view! {
        <div class="grid gap-3">
            <h3 class="text-sm font-semibold text-muted">{name}</h3>
            {content}
        </div>
    }
}

fn colours() -> impl IntoView {
    const GROUNDS: [(&str, &str); 9] = [
        ("bg-base-100", "Sheet"),
        ("bg-base-200", "Ground"),
        ("bg-base-300", "Edge"),
        ("bg-primary text-primary-content", "Primary"),
        ("bg-accent text-accent-content", "Accent"),
        ("bg-info text-info-content", "Info"),
        ("bg-success text-success-content", "Good"),
        ("bg-warning text-warning-content", "Careful"),
        ("bg-error text-error-content", "Bad"),
    ];
    let one = |(class, name): (&str, &'static str)| {
        view! { <span class=format!("{class} rounded-field border border-base-300 px-3 py-4 text-xs font-medium")>{name}</span> }
    };
    view! { <div class="grid grid-cols-3 gap-2 sm:grid-cols-5">{GROUNDS.into_iter().map(one).collect_view()}</div> }
}

fn words() -> impl IntoView {
    view! {
        <div class="panel">
            <p class="page-title">"The name of a page"</p>
            <p class="page-lead">"A line that says what the page is for."</p>
            <p class="mt-4 text-base font-semibold">"The name of a panel"</p>
            <p>"Words that are read, with "<a href="#content" class="link">"a link"</a>" and "<code>"a code"</code>"."</p>
            <p class="text-sm text-muted">"Words of second rank, such as hints."</p>
            <p class="text-sm"><Time ms=MOMENT/></p>
        </div>
    }
}

fn buttons(theme: &'static str) -> impl IntoView {
    view! {
        <div class="flex flex-wrap items-center gap-2">
            <button type="button" class="btn btn-primary">"Do the one thing"</button>
            <button type="button" class="btn">"Do another"</button>
            <button type="button" class="btn btn-ghost">"Step back"</button>
            <button type="button" class="btn btn-sm">"Small"</button>
            <button type="button" class="btn" disabled>"Not now"</button>
            <button type="button" class="btn btn-primary" aria-busy="true">
                <span class="loading loading-spinner loading-xs"></span>"Busy"
            </button>
            <Confirm id=format!("{theme}-confirm") label="Delete" question="Delete the sample?"
                detail="What cannot be undone is asked about first.">
                <button type="button" class="btn btn-sm btn-error">"Delete it"</button>
            </Confirm>
        </div>
    }
}

fn messages() -> impl IntoView {
    const TONES: [(Tone, &str); 5] = [
        (Tone::Neutral, "Draft"),
        (Tone::Info, "Sending"),
        (Tone::Good, "Completed"),
        (Tone::Warn, "Paused"),
        (Tone::Bad, "Failed"),
    ];
    view! {
        <div>
            <div class="mb-4 flex flex-wrap gap-2">
                {TONES.into_iter().map(|(tone, text)| view! { <Badge tone=tone text=text/> }).collect_view()}
            </div>
            <div class="notice"><Icon name="check"/><span>"What was done is said once."</span></div>
            <div class="alert alert-error alert-soft mb-3">"What went wrong, and what to do now."</div>
            <div class="alert alert-warning alert-soft mb-3">"What deserves a look."</div>
            <div class="alert alert-success alert-soft">"What went well."</div>
        </div>
    }
}

fn forms(theme: &'static str) -> impl IntoView {
    let form = FormState::of_route("design");
    let options = vec![
        ("a".to_owned(), "The first".to_owned()),
        ("b".to_owned(), "The second".to_owned()),
    ];
    view! {
        <div class="panel grid gap-4">
            <FormMessage form=form/>
            <Field form=form prefix=theme name="name" label="A line" value="As it was typed" hint="What it is for."/>
            <Select form=form prefix=theme name="choice" label="A choice" options=options hint="One of a few."/>
            <TextArea form=form prefix=theme name="text" label="Many lines" rows=3 hint="As many as needed."/>
            <Checkbox prefix=theme name="flag" label="Yes or no" checked=true hint="What yes means."/>
            <div><Submit form=form label="Save"/></div>
        </div>
    }
}

fn lists(theme: &'static str) -> impl IntoView {
    let selection = Selection::new(vec!["spring".into(), "summer".into()]);
    let row = |name: &'static str, tone: Tone, words: &'static str| {
        let id = format!("{theme}-{name}");
        view! {
            <tr>
                <td class="pr-0"><SelectBox selection=selection id=id name="sample" label=format!("Select {name}")/></td>
                <td class="font-medium">{name}</td>
                <td><Badge tone=tone text=words/></td>
                <td class="hidden sm:table-cell"><Time ms=MOMENT/></td>
            </tr>
        }
    };
    let (previous, next): (Option<String>, _) = (None, Some("#content".to_owned()));
    view! {
        <div>
            <div class="tabs tabs-border mb-3">
                <a class="tab tab-active" href="#content" aria-current="page">"All"</a>
                <a class="tab" href="#content">"Some"</a>
            </div>
            <p class="mb-2"><Selected selection=selection/></p>
            <div class="table-wrap">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col" class="w-10 pr-0"><SelectAll selection=selection label="Select all samples"/></th>
                            <th scope="col">"Name"</th>
                            <th scope="col">"State"</th>
                            <th scope="col" class="hidden sm:table-cell">"When"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {row("Spring letter", Tone::Good, "Completed")}
                        {row("Summer sale", Tone::Info, "Sending")}
                    </tbody>
                </table>
            </div>
            <Pager previous=previous next=next words="2 of 40 campaigns"/>
        </div>
    }
}

fn states() -> impl IntoView {
    view! {
        <div class="grid gap-3">
            <Empty icon="draft" title="No draft yet" text="What will be here, and the next step.">
                <button type="button" class="btn btn-primary">"New campaign"</button>
            </Empty>
            <Skeleton/>
            <ErrorPanel error=AppError::not_found("draft")/>
            <CopyText text="Text to take elsewhere" label="Copy the sample"/>
        </div>
    }
}

fn icons() -> impl IntoView {
    const NAMES: [&str; 44] = [
        "home",
        "campaign",
        "draft",
        "template",
        "queue",
        "outbox",
        "suppression",
        "account",
        "settings",
        "people",
        "page",
        "close",
        "menu",
        "check",
        "alert",
        "plus",
        "up",
        "down",
        "copy",
        "trash",
        "search",
        "send",
        "chart",
        "header",
        "text",
        "image",
        "button",
        "divider",
        "spacer",
        "columns",
        "columns-3",
        "social",
        "footer",
        "drag",
        "keyboard",
        "align-left",
        "align-center",
        "align-right",
        "bold",
        "italic",
        "link",
        "bullets",
        "numbers",
        "braces",
    ];
    let one = |name: &'static str| {
        view! { <span class="grid justify-items-center gap-1 text-xs text-muted"><Icon name=name/>{name}</span> }
    };
    view! { <div class="panel grid grid-cols-4 gap-4 sm:grid-cols-8">{NAMES.into_iter().map(one).collect_view()}</div> }
}
