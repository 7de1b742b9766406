//! What the canvas needs of the browser. Looked up by name where leptos brings no binding, so that no more bindings are compiled in.

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::{Array, Function, Reflect};
use leptos::web_sys::{Element, EventTarget, HtmlElement};

/// A rectangle in the window, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in super::super) struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    pub(super) fn holds(&self, x: f64, y: f64) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    pub(super) fn middle(&self) -> f64 {
        f64::midpoint(self.top, self.bottom)
    }
}

/// Calls a method by its name; `undefined` when it fails.
pub(in super::super) fn call(target: &JsValue, method: &str, args: &[JsValue]) -> JsValue {
    let function = Reflect::get(target, &method.into())
        .ok()
        .and_then(|found| found.dyn_into::<Function>().ok());
    let args: Array = args.iter().collect();
    function
        .and_then(|function| function.apply(target, &args).ok())
        .unwrap_or(JsValue::UNDEFINED)
}

pub(in super::super) fn get(target: &JsValue, name: &str) -> JsValue {
    Reflect::get(target, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Where something with `getBoundingClientRect` (an element, a range) stands.
pub(in super::super) fn rect(target: &JsValue) -> Rect {
    let found = call(target, "getBoundingClientRect", &[]);
    let number = |name| get(&found, name).as_f64().unwrap_or_default();
    Rect {
        left: number("left"),
        top: number("top"),
        right: number("right"),
        bottom: number("bottom"),
    }
}

/// Elements of a class inside another, in the order of the page.
pub(super) fn of_class(root: &Element, class: &str) -> Vec<Element> {
    let found = root.get_elements_by_class_name(class);
    (0..found.length()).filter_map(|i| found.item(i)).collect()
}

/// The element an event happened at, or the nearest around it, that a selector names.
pub(in super::super) fn closest(target: Option<EventTarget>, selector: &str) -> Option<Element> {
    let element: Element = target?.dyn_into().ok()?;
    element.closest(selector).ok().flatten()
}

/// The block that an element of the canvas belongs to.
pub(super) fn block_at(target: Option<EventTarget>) -> Option<u32> {
    closest(target, ".mail-block")?
        .get_attribute("data-block")?
        .parse()
        .ok()
}

/// Whether keys belong to what is typed in there.
pub(in super::super) fn is_typed_in(target: Option<EventTarget>) -> bool {
    let Some(element) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    element.is_content_editable()
        || matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// Puts the focus on the first element a selector names, once the page shows what has just changed.
fn focus(selector: impl Into<String>) {
    let selector = selector.into();
    request_animation_frame(move || focus_now(&selector));
}

/// Puts the focus on the first element a selector names.
pub(super) fn focus_now(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Puts the focus on a block, or on the canvas when there is none.
pub(in super::super) fn focus_block(id: Option<u32>) {
    focus(match id {
        Some(id) => format!(".mail-block[data-block='{id}']"),
        None => ".mail-canvas".to_owned(),
    });
}
