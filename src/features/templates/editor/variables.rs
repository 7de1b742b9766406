//! Merge fields while one types: after `{{` a menu of names opens at the caret, in the mail's text and in every field that may hold
//! one. The keys are those of a combobox: arrows, Enter or Tab, Escape.

use super::canvas::{Rect, call, get, rect};
use super::session::Editor;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{Event, HtmlElement, HtmlInputElement, HtmlTextAreaElement};

/// Most names shown at once.
const MOST: usize = 8;
/// Height of a name in the menu, and of what is around them, in pixels; a little more than they need.
const ROW: f64 = 36.0;
const AROUND: f64 = 12.0;
/// Between the menu and the line it belongs to, in pixels.
const GAP: f64 = 6.0;
/// Fields outside of the mail's text that may hold merge fields.
const FIELDS: &str = ".editor [data-merge]";

/// An open menu.
#[derive(Clone, Debug, PartialEq)]
struct Menu {
    names: Vec<(String, String)>,
    active: usize,
    /// Of the caret, or of the field.
    at: Rect,
}

#[component]
pub(super) fn MergeMenu(editor: Editor) -> impl IntoView {
    let menu = RwSignal::new(None::<Menu>);
    let close = move || {
        if menu.with_untracked(Option::is_some) {
            menu.set(None);
            editor.choosing().set(false);
            describe(None);
        }
    };
    let choose = move |name: &str| {
        close();
        insert(name);
        editor.say(format!("{name} inserted"));
    };
    Effect::new(move |_| {
        let input = window_event_listener(leptos::ev::input, move |event: Event| {
            match find(editor, &event) {
                Some(found) => {
                    if menu.with_untracked(Option::is_none) {
                        editor.choosing().set(true);
                        editor.say(format!(
                            "{} merge fields. Choose with the arrow keys.",
                            found.names.len()
                        ));
                    }
                    describe(Some(found.active));
                    menu.set(Some(found));
                }
                None => close(),
            }
        });
        let keys = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
            let Some(open) = menu.get_untracked() else {
                return;
            };
            let count = open.names.len();
            let active = match event.key().as_str() {
                "ArrowDown" => (open.active + 1) % count,
                "ArrowUp" => (open.active + count - 1) % count,
                "Enter" | "Tab" => {
                    event.prevent_default();
                    if let Some((name, _)) = open.names.get(open.active) {
                        choose(name);
                    }
                    return;
                }
                "Escape" => {
                    event.prevent_default();
                    return close();
                }
                _ => return,
            };
            event.prevent_default();
            describe(Some(active));
            menu.set(Some(Menu { active, ..open }));
        });
        let left = window_event_listener(leptos::ev::pointerdown, move |_| close());
        on_cleanup(move || {
            input.remove();
            keys.remove();
            left.remove();
        });
    });
    let rows = move |open: Menu| {
        let Menu { names, active, at } = open;
        let height = window()
            .inner_height()
            .ok()
            .and_then(|height| height.as_f64());
        let style = style(at, names.len(), height.unwrap_or(f64::MAX));
        let rows = names
            .into_iter()
            .enumerate()
            .map(|(i, (name, words))| {
                let chosen = name.clone();
                let on_press = move |event: leptos::ev::PointerEvent| {
                    // The caret stays where it is.
                    event.prevent_default();
                    event.stop_propagation();
                    choose(&chosen);
                };
                view! {
                    <li role="option" id=format!("merge-{i}") aria-selected=(i == active).to_string() on:pointerdown=on_press
                        on:mousedown=|event| event.prevent_default()>
                        <code>{name}</code>
                        <span>{words}</span>
                    </li>
                }
            })
            .collect_view();
        view! { <ul id="merge-menu" class="merge-menu" role="listbox" aria-label="Merge fields" style=style>{rows}</ul> }
    };
    move || menu.get().map(rows)
}

/// Where the menu stands in a window of this height: under its line, or above it where there is more room.
fn style(at: Rect, names: usize, window: f64) -> String {
    let needs = names as f64 * ROW + AROUND + GAP;
    let left = at.left.max(8.0);
    if at.bottom + needs > window && at.top > window - at.bottom {
        format!("left:{left}px;bottom:{}px", window - at.top + GAP)
    } else {
        format!("left:{left}px;top:{}px", at.bottom + GAP)
    }
}

/// The menu for what was just typed, if a merge field has begun there.
fn find(editor: Editor, event: &Event) -> Option<Menu> {
    let target: HtmlElement = event.target()?.dyn_into().ok()?;
    let (before, at) = if target.is_content_editable() {
        let (text, offset, at) = caret()?;
        (cut(&text, offset), at)
    } else {
        target.matches(FIELDS).ok().filter(|matches| *matches)?;
        let (text, offset) = field_caret(&target)?;
        let place = rect(&target);
        (cut(&text, offset), place)
    };
    let word = open_word(&before)?;
    let names = matching(editor.merge_fields(), word);
    (!names.is_empty()).then_some(Menu {
        names,
        active: 0,
        at,
    })
}

/// Puts the chosen field in the place of what was typed of it.
fn insert(name: &str) {
    let page = document();
    let Some(target) = page
        .active_element()
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let field = format!("{{{{ {name} }}}}");
    if target.is_content_editable() {
        let Some((text, offset, _)) = caret() else {
            return;
        };
        let selection = call(&window(), "getSelection", &[]);
        let node = get(&selection, "focusNode");
        let (from, to) = span(&text, offset);
        let number = |n: usize| JsValue::from_f64(n as f64);
        call(
            &selection,
            "setBaseAndExtent",
            &[node.clone(), number(from), node, number(to)],
        );
    } else {
        let Some((text, offset)) = field_caret(&target) else {
            return;
        };
        let (from, to) = span(&text, offset);
        let number = |n: usize| JsValue::from_f64(n as f64);
        call(&target, "setSelectionRange", &[number(from), number(to)]);
    }
    super::rich::command(&page, "insertText", &field);
}

/// The text node the caret stands in, how far, and where that is in the window.
fn caret() -> Option<(String, usize, Rect)> {
    let selection = call(&window(), "getSelection", &[]);
    let node = get(&selection, "focusNode");
    let text = get(&node, "data").as_string()?;
    let offset = get(&selection, "focusOffset").as_f64()? as usize;
    let range = call(&selection, "getRangeAt", &[0.into()]);
    Some((text, offset, rect(&range)))
}

fn field_caret(target: &HtmlElement) -> Option<(String, usize)> {
    let text = match target.dyn_ref::<HtmlInputElement>() {
        Some(input) => input.value(),
        None => target.dyn_ref::<HtmlTextAreaElement>()?.value(),
    };
    let offset = get(target, "selectionStart").as_f64()? as usize;
    Some((text, offset))
}

/// The text before an offset, which browsers count in UTF-16 units.
fn cut(text: &str, offset: usize) -> String {
    let units: Vec<u16> = text.encode_utf16().take(offset).collect();
    String::from_utf16_lossy(&units)
}

/// What was typed of a name after the last `{{`.
fn open_word(before: &str) -> Option<&str> {
    let (_, inside) = before.rsplit_once("{{")?;
    let word = inside.trim_start_matches([' ', '\u{a0}']);
    let is_word = word.chars().all(|c| c.is_alphanumeric() || c == '_');
    (is_word && inside.len() - word.len() <= 4).then_some(word)
}

/// From the braces to the caret, and over closing braces that stand there already; in UTF-16 units.
fn span(text: &str, offset: usize) -> (usize, usize) {
    let before = cut(text, offset);
    let from = before.rfind("{{").map_or(offset, |at| {
        before.get(..at).unwrap_or_default().encode_utf16().count()
    });
    let units: Vec<u16> = text.encode_utf16().skip(offset).collect();
    let after = String::from_utf16_lossy(&units);
    let rest = after.trim_start_matches([' ', '\u{a0}']);
    let closing = if rest.starts_with("}}") {
        after.len() - rest.len() + 2
    } else {
        0
    };
    let closing = after.get(..closing).unwrap_or_default();
    (from, offset + closing.encode_utf16().count())
}

/// Names that begin with the word, then those that hold it.
fn matching(names: Vec<(String, String)>, word: &str) -> Vec<(String, String)> {
    let word = word.to_lowercase();
    let (mut first, rest): (Vec<_>, Vec<_>) = names
        .into_iter()
        .filter(|(name, _)| name.contains(&word))
        .partition(|(name, _)| name.starts_with(&word));
    first.extend(rest);
    first.truncate(MOST);
    first
}

/// Tells what has the focus which name of the menu is active.
fn describe(active: Option<usize>) {
    let Some(element) = document().active_element() else {
        return;
    };
    let _ = match active {
        Some(active) => element
            .set_attribute("aria-controls", "merge-menu")
            .and_then(|()| {
                element.set_attribute("aria-activedescendant", &format!("merge-{active}"))
            }),
        None => element
            .remove_attribute("aria-controls")
            .and_then(|()| element.remove_attribute("aria-activedescendant")),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_begins_after_two_braces() {
        for (before, word) in [
            ("Hello {{", Some("")),
            ("Hello {{ fir", Some("fir")),
            ("{{\u{a0}größe", Some("größe")),
            ("{{ name }} and {{ c", Some("c")),
            ("{{ name }}", None),
            ("{{ name | def", None),
            ("Hello {", None),
        ] {
            assert_eq!(open_word(before), word, "{before}");
        }
    }

    #[test]
    fn what_was_typed_of_a_field_is_replaced_with_its_end() {
        for (text, offset, expected) in [
            ("Hi {{ fi", 8, (3, 8)),
            ("Hi {{ fi }} x", 8, (3, 11)),
            ("ä😀{{", 5, (3, 5)),
            ("{{a}} {{b", 9, (6, 9)),
        ] {
            assert_eq!(span(text, offset), expected, "{text}");
        }
    }

    #[test]
    fn the_menu_stands_above_its_line_where_there_is_no_room_below() {
        let line = |top: f64| Rect {
            left: 2.0,
            top,
            right: 9.0,
            bottom: top + 20.0,
        };
        for (top, names, expected) in [
            (100.0, 8, "left:8px;top:126px"),
            (700.0, 8, "left:8px;bottom:106px"),
            (700.0, 1, "left:8px;top:726px"),
            // No room anywhere: below, where the page can be scrolled.
            (10.0, 40, "left:8px;top:36px"),
        ] {
            assert_eq!(style(line(top), names, 800.0), expected);
        }
    }

    #[test]
    fn names_that_begin_with_the_word_come_first() {
        let names = ["company", "first_name", "name", "last_name"];
        let names = names.map(|name| (name.to_owned(), String::new()));
        let found: Vec<_> = matching(names.to_vec(), "NAME")
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(found, ["name", "first_name", "last_name"]);
    }
}
