//! The way to the server: one change at a time, because the next one needs the revision that the last one made. What still waits when
//! the page is left is sent all the same.

use super::content::EditorData;
use super::edit::EditForm;
use super::queue::Queue;
use super::session::Saving;
use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use std::sync::Arc;

pub(super) type Answer = Result<EditorData, AppError>;

/// What sending reads and moves.
#[derive(Clone, Copy)]
pub(super) struct Sender {
    pub queue: StoredValue<Queue>,
    pub data: RwSignal<EditorData>,
    pub saving: RwSignal<Saving>,
    /// The answer to the last change that was sent.
    pub answer: RwSignal<Option<Answer>>,
    /// While this says so, nothing is sent: something else of the same page is being saved.
    pub held: StoredValue<Option<Signal<bool>>>,
}

impl Sender {
    /// What sends the next change, if none is on its way. `make` builds the server function's arguments.
    pub(super) fn start<S>(
        self,
        make: impl Fn(i64, EditForm) -> S + Send + Sync + 'static,
    ) -> Callback<()>
    where
        S: ServerFn<Output = EditorData, Error = AppError> + Send + Sync + 'static,
    {
        let Self {
            queue,
            data,
            saving,
            answer,
            held,
        } = self;
        let make = Arc::new(make);
        // What the page leaves behind, for the change that is on its way then.
        let left = ArcStoredValue::new(Vec::new());
        let (make_rest, leave) = (Arc::clone(&make), left.clone());
        on_cleanup(move || {
            let Some((is_underway, rest)) = queue.try_update_value(Queue::leave) else {
                return;
            };
            if is_underway {
                leave.set_value(rest);
            } else if !rest.is_empty() {
                let revision = data.with_untracked(|data| data.revision);
                spawn_local(send_all(make_rest, revision, rest));
            }
        });
        Callback::new(move |()| {
            if held.with_value(|held| held.is_some_and(|held| held.get_untracked())) {
                return;
            }
            let Some(edit) = queue.try_update_value(Queue::next).flatten() else {
                return;
            };
            saving.set(Saving::Underway);
            let revision = data.with_untracked(|data| data.revision);
            let call = make(revision, edit).run_on_client();
            let (make, left) = (Arc::clone(&make), left.clone());
            spawn_local(async move {
                // It comes back when the page that asked is gone.
                let Some(result) = answer.try_set(Some(call.await)).flatten() else {
                    return;
                };
                if let Some(revision) = revision_after(revision, &result) {
                    send_all(make, revision, left.get_value()).await;
                }
            });
        })
    }
}

/// Sends changes whose page is gone, one by one, for as long as that can go well.
async fn send_all<S>(make: Arc<impl Fn(i64, EditForm) -> S>, mut revision: i64, rest: Vec<EditForm>)
where
    S: ServerFn<Output = EditorData, Error = AppError>,
{
    for edit in rest {
        let result = make(revision, edit).run_on_client().await;
        match revision_after(revision, &result) {
            Some(next) => revision = next,
            None => return,
        }
    }
}

/// The revision that the next change is made from; none where nothing more gets through.
fn revision_after(revision: i64, result: &Answer) -> Option<i64> {
    match result {
        Ok(data) => Some(data.revision),
        // This change was refused; the others may be right.
        Err(AppError::Invalid(_)) => Some(revision),
        Err(_) => None,
    }
}
