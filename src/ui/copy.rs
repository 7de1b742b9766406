//! Text to be taken elsewhere: one click selects all of it; with JavaScript a button copies it.

use super::icon::Icon;
use leptos::prelude::*;

/// `label` names the text for the button: "Copy the name".
#[component]
pub fn CopyText(#[prop(into)] text: String, #[prop(into)] label: String) -> impl IntoView {
    // The server and the first paint know nothing of a clipboard; it is there on https and on this machine only.
    let can_copy = RwSignal::new(false);
    let is_copied = RwSignal::new(false);
    Effect::new(move |_| can_copy.set(has_clipboard()));
    let copied = text.clone();
    view! {
        <div class="flex items-start gap-2">
            <code class="min-w-0 grow select-all break-all rounded bg-base-200 px-2 py-1 text-xs">{text}</code>
            {move || can_copy.get().then(|| {
                let (copied, label) = (copied.clone(), label.clone());
                view! {
                    <button type="button" class="btn btn-xs" aria-label=label on:click=move |_| {
                        copy(&copied);
                        is_copied.set(true);
                    }>
                        <Icon name="copy"/>
                        <span aria-live="polite">{move || if is_copied.get() { "Copied" } else { "Copy" }}</span>
                    </button>
                }
            })}
        </div>
    }
}

#[cfg(feature = "hydrate")]
fn clipboard() -> Option<wasm_bindgen::JsValue> {
    let window = web_sys::window()?;
    let navigator = js_sys::Reflect::get(&window, &"navigator".into()).ok()?;
    let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into()).ok()?;
    clipboard.is_object().then_some(clipboard)
}

fn has_clipboard() -> bool {
    #[cfg(feature = "hydrate")]
    return clipboard().is_some();
    #[cfg(not(feature = "hydrate"))]
    false
}

fn copy(text: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        if let Some(clipboard) = clipboard()
            && let Ok(write) = js_sys::Reflect::get(&clipboard, &"writeText".into())
            && let Some(write) = write.dyn_ref::<js_sys::Function>()
        {
            // A browser that refuses still lets people select the text.
            let _ = write.call1(&clipboard, &text.into());
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = text;
}
