//! Keeps the queue's figures up to date while the page is open and seen. Without JavaScript the page stands still and says so.

use super::api::find_queue;
use super::model::QueueOverview;
use leptos::prelude::*;
use std::time::Duration;

/// How often the figures are asked for while mail waits.
const EVERY: Duration = Duration::from_secs(3);
/// While nothing waits, only every so many times.
const IDLE_TURNS: u32 = 10;

/// Whether news arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Nothing was asked for yet.
    Idle,
    Open,
    /// The last question had no answer; it is asked again.
    Lost,
}

/// Asks for the figures again and again, until the page is left.
pub fn follow(live: RwSignal<QueueOverview>, line: RwSignal<Line>) {
    let ask = Action::new(|(): &()| find_queue());
    Effect::new(move |_| {
        let turn = StoredValue::new(0_u32);
        let timer = set_interval_with_handle(
            move || {
                turn.update_value(|turn| *turn = turn.wrapping_add(1));
                let waits = live.with_untracked(|queue| queue.waiting > 0);
                let is_turn = waits || turn.get_value().is_multiple_of(IDLE_TURNS);
                if is_turn && is_seen() && !ask.pending().get_untracked() {
                    ask.dispatch(());
                }
            },
            EVERY,
        );
        line.set(Line::Open);
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
    });
    Effect::new(move |_| match ask.value().get() {
        Some(Ok(queue)) => {
            line.set(Line::Open);
            live.set(queue);
        }
        Some(Err(_)) => line.set(Line::Lost),
        None => {}
    });
}

/// Whether the window's tab is in front.
fn is_seen() -> bool {
    #[cfg(feature = "hydrate")]
    return !document().hidden();
    #[cfg(not(feature = "hydrate"))]
    true
}

/// Whether somebody points at the list, is in it with the keyboard, or has chosen rows of it: then it must stay as it is.
pub fn is_list_in_use(id: &str) -> bool {
    #[cfg(feature = "hydrate")]
    {
        let used = format!("#{id}:hover, #{id}:focus-within, #{id} input:checked");
        document()
            .query_selector(&used)
            .is_ok_and(|found| found.is_some())
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = id;
        false
    }
}
