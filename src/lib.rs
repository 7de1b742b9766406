//! Mailer, an email campaign platform: one crate, two targets. `ssr` is the server, `hydrate` the browser.
//! This module map is the architecture; ARCHITECTURE.md says why.
#![recursion_limit = "256"]

pub mod app;
mod areas;
pub mod error;
pub mod features;
pub mod hydration;
pub mod ids;
pub mod mail;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod delivery;
#[cfg(feature = "ssr")]
pub mod server;

/// Attaches the interactive app to the HTML that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    js_sys::futures::spawn_local(async {
        hydration::next_task().await;
        leptos::mount::hydrate_lazy(app::App);
    });
}
