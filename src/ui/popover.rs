//! The platform's popovers, where a script closes one.

/// Closes it; nothing happens where it is closed already.
#[cfg(feature = "hydrate")]
pub fn hide(element: &leptos::web_sys::Element) {
    use leptos::wasm_bindgen::JsCast;
    if let Ok(hide) = js_sys::Reflect::get(element, &"hidePopover".into())
        && let Some(hide) = hide.dyn_ref::<js_sys::Function>()
    {
        // It says no when it is not open, which is fine.
        let _ = hide.call0(element);
    }
}
