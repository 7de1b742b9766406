//! Drag and drop by pointer: from the palette and on the canvas, with a line where the block will land, and scrolling at the edges.

use super::super::edit::EditForm;
use super::super::session::Editor;
use super::dom::{Rect, block_at, closest, focus_block, of_class, rect};
use super::keys::whereabouts;
use super::kind_of;
use leptos::ev::PointerEvent;
use leptos::prelude::*;
use leptos::web_sys::Element;
use std::time::Duration;

/// How far a pointer moves before a press becomes a drag, in pixels.
const SLACK: f64 = 5.0;
/// How near to the window's edge a drag scrolls, in pixels.
const EDGE: f64 = 72.0;
const SCROLL_EVERY: Duration = Duration::from_millis(16);

/// What is dragged: a fresh block of the palette, or one of the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Load {
    New(&'static str),
    Block(u32),
}

/// Where it would land: the place as a change says it, and the line that shows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Target {
    pub place: String,
    pub line: Rect,
}

/// The one drag of the page.
#[derive(Clone, Copy)]
pub(in super::super) struct Drag {
    editor: Editor,
    press: StoredValue<Option<(Load, f64, f64)>>,
    load: RwSignal<Option<Load>>,
    pointer: RwSignal<(f64, f64)>,
    target: RwSignal<Option<Target>>,
    scrolling: StoredValue<Option<IntervalHandle>>,
    /// The click that ends a drag is none.
    has_dropped: StoredValue<bool>,
}

impl Drag {
    pub(in super::super) fn new(editor: Editor) -> Self {
        let drag = Self {
            editor,
            press: StoredValue::new(None),
            load: RwSignal::new(None),
            pointer: RwSignal::new((0.0, 0.0)),
            target: RwSignal::new(None),
            scrolling: StoredValue::new(None),
            has_dropped: StoredValue::new(false),
        };
        Effect::new(move |_| {
            let moved = window_event_listener(leptos::ev::pointermove, move |event| {
                drag.moved(f64::from(event.client_x()), f64::from(event.client_y()));
            });
            let up = window_event_listener(leptos::ev::pointerup, move |_| drag.drop());
            let lost = window_event_listener(leptos::ev::pointercancel, move |_| drag.cancel());
            let key = window_event_listener(leptos::ev::keydown, move |event| {
                if event.key() == "Escape" && drag.load.get_untracked().is_some() {
                    event.prevent_default();
                    event.stop_propagation();
                    drag.cancel();
                }
            });
            on_cleanup(move || {
                moved.remove();
                up.remove();
                lost.remove();
                key.remove();
                if let Some(scrolling) = drag.scrolling.try_get_value().flatten() {
                    scrolling.clear();
                }
            });
        });
        drag
    }

    /// The pointer went down on something that can be dragged. A finger drags by the handle alone, or a page could not be scrolled.
    pub(in super::super) fn pressed(&self, event: &PointerEvent, load: Load) {
        let is_handle = closest(event.target(), "[data-drag]").is_some();
        if event.button() == 0 && (event.pointer_type() == "mouse" || is_handle) {
            let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
            self.press.set_value(Some((load, x, y)));
        }
    }

    /// The pointer went down on the canvas.
    pub(super) fn pressed_canvas(&self, event: &PointerEvent) {
        let is_text = closest(event.target(), "[contenteditable=true]").is_some();
        let is_button = closest(event.target(), "button:not([data-drag])").is_some();
        if !is_text
            && !is_button
            && let Some(id) = block_at(event.target())
        {
            self.pressed(event, Load::Block(id));
        }
    }

    pub(in super::super) fn load(&self) -> Option<Load> {
        self.load.get()
    }

    /// Whether a drag has just ended: its click means nothing.
    pub(in super::super) fn has_dropped(&self) -> bool {
        self.has_dropped.get_value()
    }

    fn moved(&self, x: f64, y: f64) {
        if self.load.get_untracked().is_none() {
            let Some((load, from_x, from_y)) = self.press.get_value() else {
                return;
            };
            if (x - from_x).hypot(y - from_y) < SLACK {
                return;
            }
            self.load.set(Some(load));
            let drag = *self;
            let ticks = set_interval_with_handle(move || drag.scroll(), SCROLL_EVERY).ok();
            self.scrolling.set_value(ticks);
        }
        self.pointer.set((x, y));
        self.aim();
    }

    /// Finds the target under the pointer.
    fn aim(&self) {
        let Some(load) = self.load.get_untracked() else {
            return;
        };
        let found = document().query_selector(".mail-canvas").ok().flatten();
        let target = found.and_then(|canvas| {
            let (x, y) = self.pointer.get_untracked();
            let around = rect(&canvas);
            around.holds(x, y).then_some(())?;
            let nests = match load {
                Load::New(key) => kind_of(key).is_some_and(|kind| kind.can_nest()),
                Load::Block(id) => self.editor.document().with_untracked(|document| {
                    document.find(id).is_some_and(|block| block.kind.can_nest())
                }),
            };
            Some(target(&measure(&canvas), around, (x, y), nests))
        });
        if self.target.with_untracked(|old| *old != target) {
            self.target.set(target);
        }
    }

    fn scroll(&self) {
        let (_, y) = self.pointer.get_untracked();
        let height = window()
            .inner_height()
            .ok()
            .and_then(|height| height.as_f64());
        let below = y - (height.unwrap_or(f64::MAX) - EDGE);
        let step = if y < EDGE {
            (y - EDGE) / 4.0
        } else if below > 0.0 {
            below / 4.0
        } else {
            return;
        };
        window().scroll_by_with_x_and_y(0.0, step.clamp(-24.0, 24.0));
        self.aim();
    }

    fn drop(&self) {
        let (load, target) = (self.load.get_untracked(), self.target.get_untracked());
        let is_drag = load.is_some();
        self.cancel();
        if is_drag {
            self.has_dropped.set_value(true);
            let drag = *self;
            set_timeout(
                move || {
                    let _ = drag.has_dropped.try_set_value(false);
                },
                Duration::ZERO,
            );
        }
        let (Some(load), Some(Target { place, .. })) = (load, target) else {
            return;
        };
        let editor = self.editor;
        match load {
            Load::New(key) => add(editor, key, place),
            Load::Block(id) => shift(editor, id, place),
        }
    }

    fn cancel(&self) {
        self.press.set_value(None);
        if let Some(scrolling) = self.scrolling.try_update_value(Option::take).flatten() {
            scrolling.clear();
        }
        if self.load.get_untracked().is_some() {
            self.load.set(None);
            self.target.set(None);
        }
    }
}

/// Adds a fresh block, selects it and says where it stands.
pub(in super::super) fn add(editor: Editor, kind: &str, place: String) {
    editor.change(EditForm {
        op: "add".into(),
        kind: kind.into(),
        place,
        ..EditForm::default()
    });
    announce(editor, editor.selected_untracked(), "added");
    focus_block(editor.selected_untracked());
}

/// Takes a block to another place, selects it and says where it stands.
pub(super) fn shift(editor: Editor, id: u32, place: String) {
    editor.select(Some(id));
    editor.change(EditForm {
        op: "move".into(),
        block: id.to_string(),
        place,
        ..EditForm::default()
    });
    announce(editor, Some(id), "moved");
    focus_block(Some(id));
}

/// "Button moved after Text “Hello”."
pub(super) fn announce(editor: Editor, id: Option<u32>, done: &str) {
    let words = editor.document().with_untracked(|document| {
        let block = document.find(id?)?;
        let mut place = whereabouts(document, block.id);
        if done == "moved" && place == "at the top" {
            place = "to the top".to_owned();
        }
        Some(format!("{} {done} {place}", block.kind.name()))
    });
    if let Some(words) = words {
        editor.say(words);
    }
}

/// The line where the block will land, and what is dragged, beside the pointer.
#[component]
pub(in super::super) fn DragShapes(drag: Drag) -> impl IntoView {
    let name = move || {
        Some(match drag.load.get()? {
            Load::New(key) => super::kind_words(key),
            Load::Block(id) => drag
                .editor
                .document()
                .with_untracked(|document| document.find(id).map(|block| block.kind.name()))?,
        })
    };
    let ghost = move || {
        let (x, y) = drag.pointer.get();
        format!("left:{}px;top:{}px", x + 14.0, y + 14.0)
    };
    let line = move || {
        drag.target.get().map(|Target { line, .. }| {
            let style = format!(
                "left:{}px;top:{}px;width:{}px",
                line.left,
                line.top,
                (line.right - line.left).max(0.0)
            );
            view! { <div class="drop-line" style=style></div> }
        })
    };
    view! {
        {line}
        {move || name().map(|name| view! { <div class="drag-ghost" style=ghost>{name}</div> })}
    }
}

/// What stands where on the canvas.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// Each block: its id, the column it stands in (`5:0`, empty at the top level), its place.
    blocks: Vec<(u32, String, Rect)>,
    columns: Vec<(String, Rect)>,
}

fn measure(canvas: &Element) -> Measured {
    let text = |element: &Element, name| element.get_attribute(name).unwrap_or_default();
    let blocks = of_class(canvas, "mail-block").into_iter().filter_map(|el| {
        let id = text(&el, "data-block").parse().ok()?;
        Some((id, text(&el, "data-in"), rect(&el)))
    });
    let columns = of_class(canvas, "mail-column").into_iter();
    Measured {
        blocks: blocks.collect(),
        columns: columns
            .map(|el| (text(&el, "data-column"), rect(&el)))
            .collect(),
    }
}

/// Where a block lands that is dropped at this point.
fn target(measured: &Measured, canvas: Rect, at: (f64, f64), nests: bool) -> Target {
    // The rim of a column belongs to what is around it: there a block lands above or below the columns.
    const RIM: f64 = 6.0;
    let (x, y) = at;
    let inside = measured.columns.iter().find(|(_, rect)| {
        let inner = Rect {
            top: rect.top + RIM,
            bottom: rect.bottom - RIM,
            ..*rect
        };
        nests && inner.holds(x, y)
    });
    let column = inside.map_or("", |(key, _)| key.as_str());
    let list: Vec<_> = measured
        .blocks
        .iter()
        .filter(|(_, within, _)| within == column)
        .collect();
    let flat = |rect: &Rect, top: f64| Rect {
        top,
        bottom: top,
        ..*rect
    };
    if let Some((id, _, rect)) = list.iter().find(|(_, _, rect)| y < rect.middle()) {
        return Target {
            place: format!("before:{id}"),
            line: flat(rect, rect.top),
        };
    }
    match (list.last(), inside) {
        (Some((id, _, rect)), _) => Target {
            place: format!("after:{id}"),
            line: flat(rect, rect.bottom),
        },
        (None, Some((key, rect))) => Target {
            place: format!("in:{key}"),
            line: flat(rect, rect.middle()),
        },
        (None, None) => Target {
            place: "top".into(),
            line: flat(&canvas, canvas.middle()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(left: f64, top: f64, right: f64, bottom: f64) -> Rect {
        Rect {
            left,
            top,
            right,
            bottom,
        }
    }

    /// A text (1), columns (2) with a button (3) in the first and nothing in the second, a divider (4).
    fn measured() -> Measured {
        Measured {
            blocks: vec![
                (1, String::new(), rect(0.0, 0.0, 600.0, 100.0)),
                (2, String::new(), rect(0.0, 100.0, 600.0, 200.0)),
                (3, "2:0".into(), rect(40.0, 110.0, 290.0, 150.0)),
                (4, String::new(), rect(0.0, 200.0, 600.0, 220.0)),
            ],
            columns: vec![
                ("2:0".into(), rect(40.0, 110.0, 290.0, 190.0)),
                ("2:1".into(), rect(310.0, 110.0, 560.0, 190.0)),
            ],
        }
    }

    #[test]
    fn a_drop_lands_at_the_nearest_gap() {
        let canvas = rect(0.0, 0.0, 600.0, 400.0);
        for (at, nests, place) in [
            ((300.0, 10.0), true, "before:1"),
            ((300.0, 90.0), true, "before:2"),
            ((300.0, 390.0), true, "after:4"),
            ((100.0, 120.0), true, "before:3"),
            ((100.0, 160.0), true, "after:3"),
            ((400.0, 150.0), true, "in:2:1"),
            ((400.0, 112.0), true, "before:2"),
            ((400.0, 188.0), true, "before:4"),
            ((100.0, 120.0), false, "before:2"),
            ((100.0, 180.0), false, "before:4"),
        ] {
            assert_eq!(
                target(&measured(), canvas, at, nests).place,
                place,
                "{at:?}"
            );
        }
        let empty = target(&Measured::default(), canvas, (5.0, 5.0), true);
        assert_eq!((empty.place.as_str(), empty.line.top), ("top", 200.0));
    }
}
