//! The editor at work: what is stored now, what is on its way, what can be undone. Without JavaScript only its first state is shown.

use super::content::EditorData;
use super::edit::EditForm;
use crate::error::AppError;
use crate::mail::block::Document;
use crate::mail::design::Mode;
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use serde::Deserialize;
use std::collections::{BTreeMap, VecDeque};

/// Steps that can be undone.
const UNDO_STEPS: usize = 50;

/// Where the editor stands: what its forms and links must carry.
#[derive(Clone, Debug)]
pub struct Site {
    /// The server function's arguments besides `revision` and `edit`: `[("id", "7")]`.
    pub hidden: Vec<(&'static str, String)>,
    /// The page's address, with its own query if it has one: `/drafts/7?step=content`.
    pub page: String,
    /// The address of the preview documents; `?part=…&revision=…` is added.
    pub preview: String,
    /// False shows everything and offers no change.
    pub can_edit: bool,
}

/// A handle to the editor's state; copies share it. Made once per page by [`Editor::new`].
#[derive(Clone, Copy)]
pub struct Editor {
    data: RwSignal<EditorData>,
    error: Signal<Option<AppError>>,
    pending: Signal<bool>,
    site: StoredValue<Site>,
    url: &'static str,
    submit: Callback<EditForm>,
    steps: RwSignal<Steps>,
    /// Goes up when a form must show what is stored instead of what was typed.
    epoch: RwSignal<u32>,
    selected: Memo<Option<u32>>,
    view: Memo<View>,
}

/// Earlier and later sources.
#[derive(Clone, Debug, Default)]
struct Steps {
    back: VecDeque<String>,
    forth: Vec<String>,
    /// What the last change was about: typing on in the same form is one step.
    last: (String, String),
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
        let data = RwSignal::new(data);
        let steps = RwSignal::new(Steps::default());
        let epoch = RwSignal::new(0);
        let value = action.value();
        // One change at a time: the next one needs the revision that the last one made.
        let waiting = StoredValue::new(VecDeque::<EditForm>::new());
        let sent = StoredValue::new(None::<EditForm>);
        let send = Callback::new(move |edit: EditForm| {
            sent.set_value(Some(edit.clone()));
            let revision = data.with_untracked(|data| data.revision);
            action.dispatch(make(revision, edit));
        });
        let submit = Callback::new(move |edit: EditForm| {
            if action.pending().get_untracked() {
                waiting.update_value(|waiting| waiting.push_back(edit));
            } else {
                send.run(edit);
            }
        });
        let (query, navigate) = (use_query_map(), use_navigate());
        let selected = Memo::new(move |_| query.read().get("block")?.parse::<u32>().ok());
        let view = Memo::new(move |_| View::of(&query.read().get("view").unwrap_or_default()));
        let page = site.page.clone();
        Effect::new(move |_| {
            let Some(result) = value.get() else { return };
            let Some(edit) = sent.try_update_value(Option::take).flatten() else {
                return;
            };
            match result {
                Ok(new) => {
                    let before = data.with_untracked(|data| data.content.source.clone());
                    if before != new.content.source {
                        steps.update(|steps| steps.record(&edit, before));
                    }
                    if edit.op == "restore" {
                        epoch.update(|epoch| *epoch += 1);
                    }
                    let now_selected = new.selected;
                    data.set(new);
                    if selected.get_untracked() != now_selected {
                        let options = NavigateOptions {
                            replace: true,
                            scroll: false,
                            ..NavigateOptions::default()
                        };
                        let view = view.get_untracked();
                        navigate(&address(&page, now_selected, view.as_str()), options);
                    }
                }
                Err(AppError::Conflict(_)) => waiting.update_value(VecDeque::clear),
                Err(_) => {}
            }
            if let Some(next) = waiting.try_update_value(VecDeque::pop_front).flatten() {
                send.run(next);
            }
        });
        Self {
            data,
            error: Signal::derive(move || {
                value.with(|value| value.as_ref().and_then(|result| result.clone().err()))
            }),
            pending: action.pending().into(),
            site: StoredValue::new(site),
            url: S::url(),
            submit,
            steps,
            epoch,
            selected,
            view,
        }
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

    pub(super) fn pending(&self) -> bool {
        self.pending.get()
    }

    pub(super) fn epoch(&self) -> u32 {
        self.epoch.get()
    }

    /// The block document, if there is one; changes only when the blocks do.
    pub(super) fn document(&self) -> Memo<Document> {
        let data = self.data;
        Memo::new(move |_| data.with(|data| data.content.document().unwrap_or_default()))
    }

    /// Where forms are sent without JavaScript.
    pub(super) fn url(&self) -> &'static str {
        self.url
    }

    pub(super) fn hidden(&self) -> Vec<(&'static str, String)> {
        self.site.with_value(|site| site.hidden.clone())
    }

    /// The block that is selected, by the page's address.
    pub(super) fn selected(&self) -> Option<u32> {
        self.selected.get()
    }

    /// What the preview shows, by the page's address.
    pub(super) fn view(&self) -> View {
        self.view.get()
    }

    /// The page with another block selected or another view of the preview.
    pub(super) fn href(&self, block: Option<u32>, view: View) -> String {
        self.site
            .with_value(|site| address(&site.page, block, view.as_str()))
    }

    /// The page as it is stored, without a selection.
    pub(super) fn page(&self) -> String {
        self.site.with_value(|site| site.page.clone())
    }

    /// A preview document of the stored revision: `html`, `source` or `text`.
    pub(super) fn preview(&self, part: &str) -> String {
        let revision = self.data.with(|data| data.revision);
        self.site
            .with_value(|site| format!("{}?part={part}&revision={revision}", site.preview))
    }

    /// Sends a form's change and keeps the page.
    pub(super) fn on_submit(&self) -> impl Fn(SubmitEvent) + Clone + use<> {
        let submit = self.submit;
        move |event: SubmitEvent| {
            // A form that cannot be read here goes to the server as it is.
            if let Ok(envelope) = Envelope::from_event(&event) {
                event.prevent_default();
                submit.run(envelope.edit);
            }
        }
    }

    /// The sentence about the last change as a whole; field errors stand at their fields.
    pub(super) fn message(&self) -> Option<String> {
        self.error.with(|error| match error {
            Some(AppError::Invalid(invalid)) if invalid.message.is_empty() => None,
            other => other.as_ref().map(ToString::to_string),
        })
    }

    pub(super) fn is_stale(&self) -> bool {
        self.error
            .with(|error| matches!(error, Some(AppError::Conflict(_))))
    }

    /// Whether anything was refused.
    pub(super) fn is_refused(&self) -> bool {
        self.error.with(Option::is_some)
    }

    /// The sentence for one field of one form.
    pub(super) fn field_message(&self, op: &str, block: &str, field: &str) -> Option<String> {
        self.error.with(|error| match error {
            Some(AppError::Invalid(invalid))
                if invalid.typed.get("op").is_some_and(|typed| typed == op)
                    && invalid
                        .typed
                        .get("block")
                        .is_none_or(|typed| typed == block) =>
            {
                let mut fields = invalid.fields.iter();
                let found = fields.find(|entry| entry.field == field);
                found.map(|entry| entry.message.clone())
            }
            _ => None,
        })
    }

    /// What was typed into a field of a rejected form; `None` when no such form or field came back.
    pub(super) fn typed(&self, op: &str, block: &str, field: &str) -> Option<String> {
        self.with_rejected(op, block, |typed| typed.get(field).cloned())
            .flatten()
    }

    /// Whether what was typed into this form came back.
    pub(super) fn is_rejected(&self, op: &str, block: &str) -> bool {
        self.with_rejected(op, block, |_| ()).is_some()
    }

    fn with_rejected<T>(
        &self,
        op: &str,
        block: &str,
        read: impl FnOnce(&BTreeMap<String, String>) -> T,
    ) -> Option<T> {
        self.error.with_untracked(|error| match error {
            Some(AppError::Invalid(invalid))
                if invalid.typed.get("op").is_some_and(|typed| typed == op)
                    && invalid
                        .typed
                        .get("block")
                        .is_some_and(|typed| typed == block) =>
            {
                Some(read(&invalid.typed))
            }
            _ => None,
        })
    }

    pub(super) fn can_undo(&self) -> bool {
        self.steps.with(|steps| !steps.back.is_empty())
    }

    pub(super) fn can_redo(&self) -> bool {
        self.steps.with(|steps| !steps.forth.is_empty())
    }

    /// Goes one step back, or forth again.
    pub(super) fn step(&self, back: bool) {
        let now = self.data.with_untracked(|data| data.content.source.clone());
        let target = self
            .steps
            .try_update(|steps| steps.take(back, now))
            .flatten();
        if let Some(source) = target {
            self.submit.run(EditForm {
                op: "restore".into(),
                selected: number(self.selected.get_untracked()),
                fields: [("source".to_owned(), source)].into(),
                ..EditForm::default()
            });
        }
    }
}

/// An id as a form sends it; empty for none.
pub(super) fn number(id: Option<u32>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

impl Steps {
    fn record(&mut self, edit: &EditForm, before: String) {
        if edit.op == "restore" {
            self.last = Default::default();
            return;
        }
        let about = (edit.op.clone(), edit.block.clone());
        let typing = matches!(edit.op.as_str(), "set" | "theme" | "source");
        self.forth.clear();
        if typing && self.last == about && !self.back.is_empty() {
            return;
        }
        self.last = about;
        self.back.push_back(before);
        if self.back.len() > UNDO_STEPS {
            self.back.pop_front();
        }
    }

    fn take(&mut self, back: bool, now: String) -> Option<String> {
        if back {
            let target = self.back.pop_back()?;
            self.forth.push(now);
            Some(target)
        } else {
            let target = self.forth.pop()?;
            self.back.push_back(now);
            Some(target)
        }
    }
}

/// The editor's page with a selection and a view.
pub(super) fn address(page: &str, block: Option<u32>, view: &str) -> String {
    let mut out = page.to_owned();
    let mut add = |name: &str, value: &str| {
        out.push(if out.contains('?') { '&' } else { '?' });
        out.push_str(&format!("{name}={value}"));
    };
    if let Some(block) = block {
        add("block", &block.to_string());
    }
    if View::of(view) != View::Desktop {
        add("view", View::of(view).as_str());
    }
    out
}

/// What the preview shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Desktop,
    Phone,
    Source,
    Text,
}

impl View {
    pub(super) const ALL: [View; 4] = [View::Desktop, View::Phone, View::Source, View::Text];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            View::Desktop => "desktop",
            View::Phone => "phone",
            View::Source => "source",
            View::Text => "text",
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            View::Desktop => "Desktop",
            View::Phone => "Phone",
            View::Source => "HTML source",
            View::Text => "Plain text",
        }
    }

    /// The preview document it shows.
    pub(super) fn part(self) -> &'static str {
        match self {
            View::Desktop | View::Phone => "html",
            View::Source => "source",
            View::Text => "text",
        }
    }

    /// The view an address asks for; the first for anything else.
    pub(super) fn of(text: &str) -> View {
        let mut all = View::ALL.into_iter();
        all.find(|view| view.as_str() == text)
            .unwrap_or(View::Desktop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(op: &str, block: &str) -> EditForm {
        EditForm {
            op: op.into(),
            block: block.into(),
            ..EditForm::default()
        }
    }

    #[test]
    fn addresses_keep_the_pages_own_query() {
        assert_eq!(address("/templates/7", None, ""), "/templates/7");
        assert_eq!(
            address("/drafts/7?step=content", Some(3), "phone"),
            "/drafts/7?step=content&block=3&view=phone"
        );
        assert_eq!(
            address("/templates/7", Some(3), "\"><x"),
            "/templates/7?block=3"
        );
    }

    #[test]
    fn typing_in_one_form_is_one_step_and_steps_go_back_and_forth() {
        let mut steps = Steps::default();
        steps.record(&edit("set", "1"), "a".into());
        steps.record(&edit("set", "1"), "ab".into());
        steps.record(&edit("delete", "1"), "abc".into());
        assert_eq!(steps.back, ["a", "abc"]);
        assert_eq!(steps.take(true, "now".into()).as_deref(), Some("abc"));
        steps.record(&edit("restore", ""), "now".into());
        assert_eq!(steps.take(true, "abc".into()).as_deref(), Some("a"));
        assert_eq!(steps.take(true, "a".into()), None);
        assert_eq!(steps.take(false, "a".into()).as_deref(), Some("abc"));
        steps.record(&edit("set", "1"), "abc".into());
        assert!(steps.forth.is_empty());
    }

    #[test]
    fn fifty_steps_are_kept() {
        let mut steps = Steps::default();
        for i in 0..60 {
            steps.record(&edit("delete", "1"), i.to_string());
        }
        assert_eq!(steps.back.len(), UNDO_STEPS);
        assert_eq!(steps.back[0], "10");
    }
}
