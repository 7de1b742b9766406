//! Events wait here for the next write, so that a pixel answers at once and a thousand opens cost one transaction.
//! What is in it may be lost: at most a fifth of a second of opens and clicks.

use crate::ids::MessageId;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Events that wait at most. More come only while the database cannot be reached, or from somebody who floods a link.
const CAPACITY: usize = 20_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    Open,
    /// Position of the link in its snapshot.
    Click(i64),
    /// The link that no person sees.
    Trap,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub message: MessageId,
    pub kind: EventKind,
    /// A HEAD request.
    pub is_head: bool,
    /// The request says that it fetches ahead of a person.
    pub is_ahead: bool,
    /// Cut short.
    pub user_agent: String,
    /// The network address, for at most a moment: what is written is what the workspace's settings let be kept of it.
    pub ip: String,
    /// The reader's browser asks not to be tracked (Global Privacy Control).
    pub is_opted_out: bool,
    /// Unix ms.
    pub at: i64,
}

/// Bounded; cheap to clone, clones share the content.
#[derive(Clone, Default)]
pub struct EventBuffer(Arc<Mutex<VecDeque<Event>>>);

impl EventBuffer {
    /// False when there is no room: the event is lost.
    pub fn push(&self, event: Event) -> bool {
        let mut events = self.lock();
        let has_room = events.len() < CAPACITY;
        if has_room {
            events.push_back(event);
        }
        has_room
    }

    /// The oldest events, at most `limit`.
    pub fn take(&self, limit: usize) -> Vec<Event> {
        let mut events = self.lock();
        let n = events.len().min(limit);
        events.drain(..n).collect()
    }

    /// Returns events that could not be written, before those that came since.
    pub fn put_back(&self, events: Vec<Event>) {
        let mut waiting = self.lock();
        for event in events.into_iter().rev() {
            if waiting.len() >= CAPACITY {
                waiting.pop_back();
            }
            waiting.push_front(event);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Event>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at: i64) -> Event {
        Event {
            message: MessageId(1),
            kind: EventKind::Open,
            is_head: false,
            is_ahead: false,
            user_agent: String::new(),
            ip: String::new(),
            is_opted_out: false,
            at,
        }
    }

    #[test]
    fn events_keep_their_order_also_when_put_back() {
        let buffer = EventBuffer::default();
        for at in 0..5 {
            assert!(buffer.push(event(at)));
        }
        let taken = buffer.take(3);
        buffer.put_back(taken);
        let order: Vec<i64> = buffer.take(10).iter().map(|event| event.at).collect();
        assert_eq!(order, [0, 1, 2, 3, 4]);
        assert!(buffer.is_empty());
    }

    #[test]
    fn a_full_buffer_takes_no_more() {
        let buffer = EventBuffer::default();
        for at in 0..CAPACITY {
            assert!(buffer.push(event(at as i64)));
        }
        assert!(!buffer.push(event(-1)));
        buffer.put_back(vec![event(-2)]);
        let all = buffer.take(CAPACITY * 2);
        assert_eq!(all.len(), CAPACITY);
        assert_eq!(all[0].at, -2);
    }
}
