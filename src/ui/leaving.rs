//! Whether the page may be left. A page with unsaved work objects here; whoever leads away from it by other means than a link asks
//! before.

use leptos::prelude::*;

/// The page that may object, if there is one; context of every page behind sign-in.
#[derive(Clone, Copy)]
pub struct Leaving(StoredValue<Option<(u32, Callback<String, bool>)>>);

impl Leaving {
    /// Makes it known to everything below.
    pub fn provide() {
        provide_context(Self(StoredValue::new(None)));
    }

    /// What [`Leaving::provide`] made known.
    pub fn find() -> Option<Self> {
        use_context()
    }

    /// Has every way out ask `may_go` with its address, for as long as the caller is on the page. Who says no takes over: it goes there
    /// itself when nothing is lost any more.
    pub fn guard(self, may_go: Callback<String, bool>) {
        let last = self.0.with_value(|guard| guard.map_or(0, |(id, _)| id));
        let id = last + 1;
        self.0.set_value(Some((id, may_go)));
        on_cleanup(move || {
            // Not that of the page that came after.
            self.0.try_update_value(|guard| {
                if guard.is_some_and(|(of, _)| of == id) {
                    *guard = None;
                }
            });
        });
    }

    /// Whether the page may be left for this address now.
    pub fn may_go(self, address: &str) -> bool {
        let guard = self.0.get_value();
        guard
            .and_then(|(_, guard)| guard.try_run(address.to_owned()))
            .unwrap_or(true)
    }
}
