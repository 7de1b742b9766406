//! The editor at work: what is shown, what is stored, what is on its way between the two. Without JavaScript only its first state is
//! shown. A change is applied here at once by the same rule as on the server ([`apply`]), then sent; one at a time, because the next
//! one needs the revision that the last one made.

use super::address::{View, address, number};
use super::conflict::Keeping;
use super::content::{Content, EditorData};
use super::edit::{EditForm, apply};
use super::history::{About, History};
use super::queue::Queue;
use super::sending::Sender;
use super::site::Site;
use crate::error::AppError;
use crate::mail::block::Document;
use crate::mail::design::Mode;
use crate::ui::time::clock_text;
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::web_sys::{FormData, HtmlFormElement};
use leptos_router::hooks::use_query_map;
use serde::Deserialize;
use std::time::Duration;

/// How long after the last keystroke a change is sent.
pub(super) const TYPING_PAUSE: Duration = Duration::from_millis(700);
/// How long after a failed attempt the next one is made.
const RETRY_PAUSE: Duration = Duration::from_secs(5);

/// How far the stored mail is the one that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Saving {
    /// All of it is stored; the time of day of the last save, if there was one.
    Saved(Option<String>),
    /// A change is waiting for a pause in typing, or on its way.
    Underway,
    /// It could not be sent; it is tried again. Why.
    Waiting(String),
    /// The last change was refused.
    Refused,
    /// Somebody else changed the mail; nothing more is sent.
    Conflict,
}

/// A handle to the editor's state; copies share it. Made once per page by [`Editor::new`].
#[derive(Clone, Copy)]
pub struct Editor {
    data: RwSignal<EditorData>,
    pub(super) shown: RwSignal<Content>,
    document: Memo<Document>,
    pub(super) error: RwSignal<Option<AppError>>,
    pub(super) saving: RwSignal<Saving>,
    pub(super) queue: StoredValue<Queue>,
    timer: StoredValue<Option<TimeoutHandle>>,
    pub(super) send: Callback<()>,
    held: StoredValue<Option<Signal<bool>>>,
    /// Whether something else of the page is not saved yet.
    others: StoredValue<Option<Signal<bool>>>,
    pub(super) site: StoredValue<Site>,
    url: &'static str,
    history: RwSignal<History>,
    /// Goes up when a form must show what is stored instead of what was typed.
    epoch: RwSignal<u32>,
    pub(super) selected: RwSignal<Option<u32>>,
    view: Memo<View>,
    /// False until the page's scripts run: the parts that work without them give way then.
    alive: RwSignal<bool>,
    said: RwSignal<String>,
    /// Whether a menu of merge fields is open: its keys come first.
    choosing: RwSignal<bool>,
    /// Whether the address of a link is being asked for.
    linking: RwSignal<bool>,
    /// What is shown is being put in the place of somebody else's version, or was.
    pub(super) keeping: RwSignal<Keeping>,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    edit: EditForm,
}

impl Editor {
    /// `make` builds the server function's arguments from a revision and a change.
    pub fn new<S>(
        action: ServerAction<S>,
        data: EditorData,
        site: Site,
        make: impl Fn(i64, EditForm) -> S + Send + Sync + 'static,
    ) -> Self
    where
        S: ServerFn<Output = EditorData, Error = AppError> + Clone + Send + Sync + 'static,
    {
        let shown = RwSignal::new(data.content.clone());
        let data = RwSignal::new(data);
        let value = action.value();
        // Without JavaScript, the refusal of the last change comes with the page.
        let error = RwSignal::new(value.with_untracked(|value| value.as_ref()?.clone().err()));
        let saving = RwSignal::new(match error.with_untracked(Option::is_some) {
            true => Saving::Refused,
            false => Saving::Saved(None),
        });
        let epoch = RwSignal::new(0);
        let queue = StoredValue::new(Queue::default());
        let (held, answer) = (StoredValue::new(None), RwSignal::new(None));
        let sender = Sender {
            queue,
            data,
            saving,
            answer,
            held,
        };
        let send = sender.start(make);
        let timer = StoredValue::new(None);
        let keeping = RwSignal::new(Keeping::No);
        Effect::new(move |_| {
            let Some(result) = answer.get() else { return };
            match result {
                Ok(new) => {
                    if !queue.try_update_value(Queue::answered).unwrap_or(false) {
                        return;
                    }
                    if queue.with_value(Queue::is_empty) {
                        if shown.with_untracked(|shown| *shown != new.content) {
                            shown.set(new.content.clone());
                        }
                        saving.set(Saving::Saved(Some(clock_text())));
                    }
                    data.set(new);
                    if keeping.get_untracked() == Keeping::Underway {
                        keeping.set(Keeping::Done);
                    }
                }
                // What is shown stays, with the way to be rid of it.
                Err(refused @ AppError::Invalid(_))
                    if keeping.get_untracked() == Keeping::Underway =>
                {
                    queue.update_value(|queue| {
                        queue.stop();
                    });
                    keeping.set(Keeping::No);
                    saving.set(Saving::Conflict);
                    error.set(Some(refused));
                    return;
                }
                Err(late @ AppError::Conflict(_)) => {
                    if queue.try_update_value(Queue::stop).unwrap_or(false) {
                        keeping.set(Keeping::No);
                        saving.set(Saving::Conflict);
                        error.set(Some(late));
                    }
                    return;
                }
                Err(
                    refused @ (AppError::Invalid(_)
                    | AppError::NotFound(_)
                    | AppError::Forbidden(_)),
                ) => {
                    if !queue.try_update_value(Queue::answered).unwrap_or(false) {
                        return;
                    }
                    let stored = data.with_untracked(|data| data.content.clone());
                    shown.set(queue.with_value(|queue| queue.on_top_of(&stored)));
                    epoch.update(|epoch| *epoch += 1);
                    saving.set(Saving::Refused);
                    error.set(Some(refused));
                }
                Err(other) => {
                    if queue.try_update_value(Queue::put_back).unwrap_or(false) {
                        saving.set(Saving::Waiting(other.to_string()));
                        later(timer, send, RETRY_PAUSE);
                    }
                    return;
                }
            }
            send.run(());
        });
        let query = use_query_map();
        let block = query.with_untracked(|query| query.get("block"));
        let selected = RwSignal::new(block.and_then(|block| block.parse().ok()));
        let alive = RwSignal::new(false);
        Effect::new(move |_| alive.set(true));
        Self {
            data,
            shown,
            document: Memo::new(move |_| {
                shown.with(|content| content.document().unwrap_or_default())
            }),
            error,
            saving,
            queue,
            timer,
            send,
            held,
            others: StoredValue::new(None),
            site: StoredValue::new(site),
            url: S::url(),
            history: RwSignal::new(History::default()),
            epoch,
            selected,
            view: Memo::new(move |_| View::of(&query.read().get("view").unwrap_or_default())),
            alive,
            said: RwSignal::new(String::new()),
            choosing: RwSignal::new(false),
            linking: RwSignal::new(false),
            keeping,
        }
    }

    /// Sends nothing while this says so, because something else of the same thing is being saved: each save is made on what the last
    /// one left. What is changed meanwhile waits. `unsaved`: whether leaving the page would lose something of that.
    pub fn hold_while(&self, saving: Signal<bool>, unsaved: Signal<bool>) {
        self.held.set_value(Some(saving));
        self.others.set_value(Some(unsaved));
        let send = self.send;
        Effect::new(move |_| {
            if !saving.get() {
                send.run(());
            }
        });
    }

    /// Whether something else of the page is not saved yet.
    pub(super) fn is_waiting_for_others(&self) -> bool {
        self.others
            .with_value(|others| others.is_some_and(|others| others.get()))
    }

    /// Whether a change is on its way, or about to be.
    pub fn is_saving(&self) -> Signal<bool> {
        let saving = self.saving;
        Signal::derive(move || saving.with(|saving| *saving == Saving::Underway))
    }

    /// What is stored now.
    pub fn data(&self) -> RwSignal<EditorData> {
        self.data
    }

    pub(super) fn mode(&self) -> Mode {
        self.data.with_untracked(|data| data.content.mode)
    }

    pub(super) fn can_edit(&self) -> bool {
        self.site.with_value(|site| site.can_edit)
    }

    pub(super) fn saving(&self) -> Saving {
        self.saving.get()
    }

    pub(super) fn is_alive(&self) -> bool {
        self.alive.get()
    }

    pub(super) fn epoch(&self) -> u32 {
        self.epoch.get()
    }

    /// The block document, if there is one; changes only when the blocks do.
    pub(super) fn document(&self) -> Memo<Document> {
        self.document
    }

    /// Where forms are sent without JavaScript.
    pub(super) fn url(&self) -> &'static str {
        self.url
    }

    pub(super) fn hidden(&self) -> Vec<(&'static str, String)> {
        self.site.with_value(|site| site.hidden.clone())
    }

    pub(super) fn selected(&self) -> Option<u32> {
        self.selected.get()
    }

    pub(super) fn selected_untracked(&self) -> Option<u32> {
        self.selected.get_untracked()
    }

    pub(super) fn select(&self, block: Option<u32>) {
        if self.selected.get_untracked() != block {
            self.history.update_untracked(History::pause);
            self.selected.set(block);
            if self.linking.get_untracked() {
                self.linking.set(false);
            }
        }
    }

    /// What is looked at, by the page's address.
    pub(super) fn view(&self) -> View {
        self.view.get()
    }

    /// The page with another block selected or another view of the mail.
    pub(super) fn href(&self, block: Option<u32>, view: View) -> String {
        self.site
            .with_value(|site| address(&site.page, block, view.as_str()))
    }

    /// The page as it is stored, without a selection.
    pub(super) fn page(&self) -> String {
        self.site.with_value(|site| site.page.clone())
    }

    /// A preview document of the stored revision: `html`, `dark`, `source` or `text`.
    pub(super) fn preview(&self, part: &str) -> String {
        let revision = self.data.with(|data| data.revision);
        self.site
            .with_value(|site| format!("{}?part={part}&revision={revision}", site.preview))
    }

    /// Sends a form's change and keeps the page.
    pub(super) fn on_submit(&self) -> impl Fn(SubmitEvent) + Clone + use<> {
        let editor = *self;
        move |event: SubmitEvent| {
            // A form that cannot be read here goes to the server as it is.
            if let Ok(envelope) = Envelope::from_event(&event) {
                event.prevent_default();
                editor.change(envelope.edit);
            }
        }
    }

    /// Takes a form as it is while one types in its input of this name; `done` when the input is left or the choice is made.
    pub(super) fn take_form(&self, form: &HtmlFormElement, input: String, done: bool) {
        let read = FormData::new_with_form(form)
            .ok()
            .and_then(|data| Envelope::from_form_data(&data).ok());
        if let Some(envelope) = read {
            self.apply(envelope.edit, input, done);
        }
    }

    /// Makes one change and sends it.
    pub(super) fn change(&self, edit: EditForm) {
        self.apply(edit, String::new(), true);
    }

    /// Makes one change, shows it, and sends it: at once if it is `done`, or else after a pause in typing. What is half typed and not yet
    /// right is left alone. After a conflict it is shown and waits.
    pub(super) fn apply(&self, mut edit: EditForm, input: String, done: bool) {
        self.queue.update_value(|queue| queue.is_typing = false);
        if edit.selected.is_empty() {
            edit.selected = number(self.selected.get_untracked());
        }
        let before = self.shown.get_untracked();
        let applied = match apply(&before, &edit) {
            Ok(applied) => applied,
            // The block of a form that is just going away.
            Err(AppError::Conflict(_)) => return,
            Err(error) => {
                if done && self.saving.get_untracked() != Saving::Conflict {
                    self.error.set(Some(error));
                }
                return;
            }
        };
        let is_stuck = self.saving.get_untracked() == Saving::Conflict;
        if !is_stuck && (done || self.error.with_untracked(Option::is_some)) {
            self.error.set(None);
            if self.saving.get_untracked() == Saving::Refused {
                self.saving.set(Saving::Saved(None));
            }
        }
        if applied.content != before {
            if applied.content.source != before.source && edit.op != "restore" {
                let about = About {
                    op: edit.op.clone(),
                    block: edit.block.clone(),
                    input,
                };
                self.history
                    .update(|history| history.record(about, before.source));
            }
            self.shown.set(applied.content);
            self.select(applied.selected);
            self.queue.update_value(|queue| queue.push(edit));
            if matches!(self.saving.get_untracked(), Saving::Saved(_)) {
                self.saving.set(Saving::Underway);
            }
        }
        let is_idle = self.queue.with_value(Queue::is_empty);
        if is_idle && self.saving.get_untracked() == Saving::Underway {
            self.saving.set(Saving::Saved(None));
        }
        if done {
            self.send.run(());
        } else {
            later(self.timer, self.send, TYPING_PAUSE);
        }
    }

    /// Something is being typed; it is taken at the next pause.
    pub(super) fn typing(&self) {
        self.queue.update_value(|queue| queue.is_typing = true);
        if matches!(self.saving.get_untracked(), Saving::Saved(_)) {
            self.saving.set(Saving::Underway);
        }
    }

    /// Sends what waits for a pause in typing, or for another try.
    pub fn save_now(&self) {
        if self.queue.with_value(Queue::is_empty) {
            self.say("All changes are saved");
        }
        self.send.run(());
    }

    /// Whether leaving now would lose something.
    pub(super) fn is_unsaved(&self) -> bool {
        self.queue.with_value(|queue| !queue.is_empty()) || untrack(|| self.is_waiting_for_others())
    }

    pub(super) fn can_undo(&self) -> bool {
        self.history.with(History::can_undo)
    }

    pub(super) fn can_redo(&self) -> bool {
        self.history.with(History::can_redo)
    }

    /// Goes one step back, or forth again.
    pub(super) fn step(&self, back: bool) {
        let now = self.shown.with_untracked(|content| content.source.clone());
        let target = self.history.try_update(|history| match back {
            true => history.undo(&now),
            false => history.redo(&now),
        });
        match target.flatten() {
            Some(source) => {
                self.change(EditForm {
                    op: "restore".into(),
                    fields: [("source".to_owned(), source)].into(),
                    ..EditForm::default()
                });
                self.epoch.update(|epoch| *epoch += 1);
                self.say(if back { "Undone" } else { "Redone" });
            }
            None => self.say(if back {
                "There is nothing to undo"
            } else {
                "There is nothing to redo"
            }),
        }
    }

    /// Tells screen readers what happened.
    pub(super) fn say(&self, words: impl Into<String>) {
        let words = words.into();
        // The same words twice are read twice only if they differ.
        let again = self.said.with_untracked(|said| *said == words);
        self.said.set(if again {
            format!("{words}\u{a0}")
        } else {
            words
        });
    }

    pub(super) fn choosing(&self) -> RwSignal<bool> {
        self.choosing
    }

    pub(super) fn linking(&self) -> RwSignal<bool> {
        self.linking
    }

    pub(super) fn said(&self) -> RwSignal<String> {
        self.said
    }
}

/// Sends after a while, unless something else is typed before.
fn later(timer: StoredValue<Option<TimeoutHandle>>, send: Callback<()>, pause: Duration) {
    if let Some(timer) = timer.try_update_value(Option::take).flatten() {
        timer.clear();
    }
    let send = move || {
        send.try_run(());
    };
    timer.set_value(set_timeout_with_handle(send, pause).ok());
}
