//! Follows a campaign by server-sent events while its page is open. Without JavaScript the page stands still and says so.

use super::progress::Progress;
use crate::ids::CampaignId;
use leptos::prelude::*;

/// Whether news arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Not opened: the page has just come, or it needs none.
    Idle,
    Open,
    /// Lost; it is tried again.
    Lost,
}

/// Keeps `progress` up to date until the campaign has ended or the page is left.
#[cfg(not(feature = "hydrate"))]
pub fn follow(id: CampaignId, progress: RwSignal<Progress>, line: RwSignal<Line>) {
    let _ = (id, progress, line);
}

/// Keeps `progress` up to date until the campaign has ended or the page is left.
#[cfg(feature = "hydrate")]
pub fn follow(id: CampaignId, progress: RwSignal<Progress>, line: RwSignal<Line>) {
    // Counts the times a line had to be opened anew because the browser gave it up.
    let round = RwSignal::new(0_u32);
    Effect::new(move |_| {
        round.track();
        if progress.with_untracked(Progress::is_finished) {
            return;
        }
        let stream = browser::Stream::open(
            &format!("/campaigns/{id}/events"),
            move |text| {
                let Ok(news) = serde_json::from_str::<Progress>(text) else {
                    return false;
                };
                let is_finished = news.is_finished();
                line.set(if is_finished { Line::Idle } else { Line::Open });
                if progress.with_untracked(|known| *known != news) {
                    progress.set(news);
                }
                is_finished
            },
            move |is_given_up| {
                line.set(Line::Lost);
                if is_given_up {
                    set_timeout(
                        move || {
                            round.try_update(|round| *round += 1);
                        },
                        std::time::Duration::from_secs(5),
                    );
                }
            },
        );
        // Lives as long as this run of the effect; dropping it closes the line.
        StoredValue::new_local(stream);
    });
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::wasm_bindgen::JsCast;
    use leptos::wasm_bindgen::closure::Closure;
    use web_sys::{Event, EventSource, MessageEvent};

    /// An `EventSource` with its handlers; closed when dropped.
    pub struct Stream {
        source: EventSource,
        _on_message: Closure<dyn FnMut(MessageEvent)>,
        _on_error: Closure<dyn FnMut(Event)>,
    }

    impl Stream {
        /// `on_message` says whether that was the last one. `on_error` hears whether the browser has given up; otherwise it
        /// tries again by itself.
        pub fn open(
            url: &str,
            mut on_message: impl FnMut(&str) -> bool + 'static,
            mut on_error: impl FnMut(bool) + 'static,
        ) -> Option<Stream> {
            let source = EventSource::new(url).ok()?;
            let closing = source.clone();
            let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                if let Some(text) = event.data().as_string()
                    && on_message(&text)
                {
                    closing.close();
                }
            });
            let failing = source.clone();
            let on_error = Closure::<dyn FnMut(Event)>::new(move |_| {
                on_error(failing.ready_state() == EventSource::CLOSED);
            });
            source.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
            source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
            Some(Stream {
                source,
                _on_message: on_message,
                _on_error: on_error,
            })
        }
    }

    impl Drop for Stream {
        fn drop(&mut self) {
            self.source.set_onmessage(None);
            self.source.set_onerror(None);
            self.source.close();
        }
    }
}
