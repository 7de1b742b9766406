//! The two ways to give a list: plain forms, so that they work everywhere. With JavaScript they say how much of a file has left this
//! computer, and then how many of its rows are checked.

use super::super::super::api::find_reading;
use super::super::super::recipients::model::Progress;
use crate::ids::{DraftId, RecipientSetId};
use crate::ui::number::thousands;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use std::time::Duration;

/// How often a list that is being read is asked after.
const EVERY: Duration = Duration::from_millis(700);

/// Where an upload is.
#[cfg_attr(
    not(feature = "hydrate"),
    allow(dead_code, reason = "only the browser sends forms by itself")
)]
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    Idle,
    /// Bytes that have left this computer, of so many.
    Sending {
        sent: f64,
        of: f64,
    },
    Checking(RecipientSetId),
    Failed(String),
}

#[component]
pub fn Add(
    id: DraftId,
    revision: i64,
    pasted: String,
    has_set: bool,
    look: Callback<String>,
) -> impl IntoView {
    let action = format!("/drafts/{id}/recipients");
    let stage = RwSignal::new(Stage::Idle);
    let submit = move |event: SubmitEvent| upload(&event, stage);
    let title = if has_set {
        "Replace the list"
    } else {
        "Add recipients"
    };
    let forms = view! {
        <div class="grid items-start gap-6 md:grid-cols-2" class:hidden=move || is_busy(&stage.get())>
            <form method="post" action=action.clone() enctype="multipart/form-data" class="grid gap-3" on:submit=submit>
                <input type="hidden" name="revision" value=revision.to_string()/>
                <div class="field">
                    <label class="field-label" for="list-file">"Upload a file"</label>
                    <input id="list-file" type="file" name="file" required=true class="file-input w-full"
                        accept=".xlsx,.csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                        aria-describedby="list-file-note"/>
                    <p id="list-file-note" class="field-note">"Excel (.xlsx), CSV or TSV, up to 50 MB. Separator and encoding are found by themselves."</p>
                </div>
                <div><button type="submit" class="btn btn-primary">"Upload list"</button></div>
            </form>
            <form method="post" action=action enctype="multipart/form-data" class="grid gap-3" on:submit=submit>
                <input type="hidden" name="revision" value=revision.to_string()/>
                <div class="field">
                    <label class="field-label" for="list-text">"Or paste a list"</label>
                    <textarea id="list-text" name="list" rows="5" required=true spellcheck="false" class="textarea w-full font-mono"
                        aria-describedby="list-text-note">{pasted.clone()}</textarea>
                    <p id="list-text-note" class="field-note">"One address a line, “Name <address>”, or cells copied from a spreadsheet."</p>
                </div>
                <div><button type="submit" class="btn">"Use pasted list"</button></div>
            </form>
        </div>
        {move || match stage.get() {
            Stage::Idle => ().into_any(),
            Stage::Sending { sent, of } => sending(sent, of).into_any(),
            Stage::Checking(set) => view! { <Checking id set progress=Progress::default() look/> }.into_any(),
            Stage::Failed(words) => view! { <div role="alert" class="alert alert-error alert-soft mt-4">{words}</div> }.into_any(),
        }}
    };
    if has_set {
        view! {
            <details class="panel mb-6" open=!pasted.is_empty()>
                <summary class="cursor-pointer font-medium">{title}</summary>
                <div class="mt-4">{forms}</div>
            </details>
        }
        .into_any()
    } else {
        view! {
            <section class="panel mb-6" aria-labelledby="add-title">
                <h2 id="add-title" class="mb-4 text-base font-semibold">{title}</h2>
                {forms}
            </section>
        }
        .into_any()
    }
}

fn is_busy(stage: &Stage) -> bool {
    matches!(stage, Stage::Sending { .. } | Stage::Checking(_))
}

fn sending(sent: f64, of: f64) -> impl IntoView {
    let megabytes = |bytes: f64| format!("{:.1}", bytes / 1_048_576.0);
    view! {
        <p role="status" class="mb-2">{format!("Uploading: {} of {} MB", megabytes(sent), megabytes(of))}</p>
        <progress class="progress progress-primary w-full" aria-label="Uploaded" value=sent.to_string() max=of.max(1.0).to_string()></progress>
    }
}

/// How far a list is that is being read; goes on by itself once it is.
#[component]
pub fn Checking(
    id: DraftId,
    set: RecipientSetId,
    progress: Progress,
    look: Callback<String>,
) -> impl IntoView {
    let known = RwSignal::new(progress);
    let problem = RwSignal::new(None::<String>);
    let ask = Action::new(move |(): &()| find_reading(id, set));
    Effect::new(move |_| {
        let timer = set_interval_with_handle(
            move || {
                if !ask.pending().get_untracked() {
                    ask.dispatch(());
                }
            },
            EVERY,
        );
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
    });
    Effect::new(move |_| match ask.value().get() {
        Some(Ok(reading)) => {
            problem.set(None);
            known.set(reading.progress);
            if let Some(href) = reading.href {
                look.run(href);
            }
        }
        Some(Err(error)) => problem.set(Some(error.to_string())),
        None => {}
    });
    let words = move || match known.get().rows {
        0 => "The first rows are being read.".to_owned(),
        rows => format!("{} rows checked so far", thousands(rows)),
    };
    view! {
        <p role="status" class="mb-2">{words}</p>
        <progress class="progress progress-primary w-full" aria-label="Checked" value=move || known.get().share.to_string() max="1000"></progress>
        <p class="mt-2 text-sm text-muted">
            "You may leave this page: the reading goes on. "
            <a class="link" href=move || format!("/drafts/{id}?step=recipients&given={set}") rel="external">"Look again"</a>
        </p>
        {move || problem.get().map(|words| view! { <p role="alert" class="mt-2 text-sm text-error">{words}</p> })}
        <noscript inner_html="<meta http-equiv=\"refresh\" content=\"3\">"></noscript>
    }
}

/// Sends the form by itself, to say how far that is. Without this the browser sends it.
#[cfg(not(feature = "hydrate"))]
fn upload(event: &SubmitEvent, stage: RwSignal<Stage>) {
    let _ = (event, stage);
}

/// Sends the form by itself, to say how far that is. Where that cannot be, the browser sends it.
#[cfg(feature = "hydrate")]
fn upload(event: &SubmitEvent, stage: RwSignal<Stage>) {
    if is_busy(&stage.get_untracked()) || browser::send(event, stage).is_some() {
        event.prevent_default();
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::Stage;
    use crate::error::AppError;
    use crate::ids::RecipientSetId;
    use leptos::ev::SubmitEvent;
    use leptos::prelude::{RwSignal, Set};
    use leptos::wasm_bindgen::JsCast;
    use leptos::wasm_bindgen::closure::Closure;
    use web_sys::{FormData, HtmlFormElement, ProgressEvent, XmlHttpRequest};

    const LOST: &str =
        "The upload broke off before it was complete. Check the connection and try again.";

    pub fn send(event: &SubmitEvent, stage: RwSignal<Stage>) -> Option<()> {
        let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
        let data = FormData::new_with_form(&form).ok()?;
        let request = XmlHttpRequest::new().ok()?;
        request.open("POST", &form.action()).ok()?;
        request
            .set_request_header("Accept", "application/json")
            .ok()?;
        let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
            stage.set(Stage::Sending {
                sent: event.loaded(),
                of: event.total(),
            });
        });
        let upload = request.upload().ok()?;
        upload.set_onprogress(Some(progress.as_ref().unchecked_ref()));
        let answered = request.clone();
        let ended = Closure::<dyn FnMut(ProgressEvent)>::new(move |_| {
            let text = answered.response_text().ok().flatten();
            stage.set(of_answer(&text.unwrap_or_default()));
        });
        // Fired once, however it ends: answered, broken off, or given up.
        request.set_onloadend(Some(ended.as_ref().unchecked_ref()));
        request.send_with_opt_form_data(Some(&data)).ok()?;
        stage.set(Stage::Sending { sent: 0.0, of: 1.0 });
        // The request outlives this function, and its handlers with it.
        progress.forget();
        ended.forget();
        Some(())
    }

    fn of_answer(text: &str) -> Stage {
        #[derive(serde::Deserialize)]
        struct Taken {
            set: i64,
        }
        match serde_json::from_str::<Taken>(text) {
            Ok(taken) => Stage::Checking(RecipientSetId(taken.set)),
            Err(_) => Stage::Failed(
                serde_json::from_str::<AppError>(text)
                    .map_or_else(|_| LOST.to_owned(), |error| error.to_string()),
            ),
        }
    }
}
