//! How a page comes alive in the browser, where that is not all of it at once. Most of what it takes is the browser compiling code at its
//! first call, and nothing answers meanwhile: the less code and the shorter its pieces, the sooner a phone does.

use crate::error::AppError;
use crate::ui::load::ErrorPanel;
use leptos::either::Either;
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

#[cfg(feature = "hydrate")]
pub use browser::next_task;

/// Data of what is [`Still`]: a browser leaves it the text that it came as, until it renders it itself.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Sealed<T> {
    Open(T),
    Text(Box<RawValue>),
}

impl<'de, T> Deserialize<'de> for Sealed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Sealed::Text)
    }
}

impl<T: DeserializeOwned> Sealed<T> {
    /// An error if the text is not of a `T`: a newer server answered.
    pub fn open(self) -> Result<T, AppError> {
        match self {
            Sealed::Open(value) => Ok(value),
            Sealed::Text(text) => serde_json::from_str(text.get()).map_err(|_| {
                AppError::Transport("A newer version of Mailer runs now. Reload this page.".into())
            }),
        }
    }
}

/// [`Still`], of data that is opened only to be shown.
pub fn still<T, V>(data: Sealed<T>, view: impl FnOnce(T) -> V + Send + 'static) -> impl IntoView
where
    T: DeserializeOwned + Send + 'static,
    V: IntoView + 'static,
{
    view! {
        <Still>
            {match data.open() {
                Ok(value) => Either::Left(view(value)),
                Err(error) => Either::Right(view! { <ErrorPanel error=error/> }),
            }}
        </Still>
    }
}

/// Shows what is inside. What the server rendered of it stays as it is; it changes as a whole, when what is around it is rendered again.
///
/// Links, forms that are posted, the platform's popovers and [`crate::ui::time::Time`] work inside. Nothing in it may listen to events or
/// signals, and nothing may wait for data: resources are numbered in the order in which server and browser meet them.
#[component]
pub fn Still(children: Children) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    return browser::Around::still(children);
    #[cfg(not(feature = "hydrate"))]
    around(children)
}

/// Comes alive in its place, in tasks of its own: one for making the view, one for hydrating it.
#[component]
pub fn Soon(children: Children) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    return browser::Soon(children);
    #[cfg(not(feature = "hydrate"))]
    children()
}

/// Comes alive in tasks of its own, once everything else has: one for making the view, one for hydrating it. If it waits for data,
/// nothing that does may follow it.
#[component]
pub fn Later(children: Children) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    return browser::Around::later(children);
    #[cfg(not(feature = "hydrate"))]
    around(children)
}

/// Stands last in the document: what comes [`Later`] comes now. Then it tells tests and styles that the page is alive.
#[component]
pub fn Alive() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    return browser::Rest;
    #[cfg(not(feature = "hydrate"))]
    ()
}

/// One element, so that whoever passes by it knows where it ends; for the layout it is not there.
fn around(children: Children) -> AnyView {
    view! { <div class="contents">{children()}</div> }.into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::around;
    use leptos::attr::Attribute;
    use leptos::attr::any_attribute::AnyAttribute;
    use leptos::children::Children;
    use leptos::prelude::*;
    use leptos::tachys::hydration::Cursor;
    use leptos::tachys::renderer::CastFrom;
    use leptos::tachys::view::any_view::AnyViewState;
    use leptos::tachys::view::{Mountable, Position, PositionState};
    use leptos::wasm_bindgen::JsCast;
    use leptos::wasm_bindgen::closure::Closure;
    use leptos::web_sys::{Element, Node};
    use std::cell::RefCell;
    use std::collections::VecDeque;
    use std::rc::{Rc, Weak};

    /// What a view is besides what browsers do with it.
    macro_rules! in_browsers {
        () => {
            type AsyncOutput = Self;
            type Owned = Self;

            const MIN_LENGTH: usize = 0;

            fn dry_resolve(&mut self) {}

            async fn resolve(self) -> Self {
                self
            }

            fn into_owned(self) -> Self {
                self
            }

            fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {
                unreachable!("browsers render no HTML");
            }
        };
        ($($view:ty),*) => {
            $(impl AddAnyAttr for $view {
                type Output<A: Attribute> = Self;

                fn add_any_attr<A: Attribute>(self, _: A) -> Self {
                    self
                }
            })*
        };
    }

    in_browsers!(Around, Rest, Soon);

    /// What is done in one task.
    type Step = Box<dyn FnOnce()>;

    thread_local! {
        /// What comes alive later, in the order of the document.
        static WAITING: RefCell<VecDeque<Step>> = RefCell::default();
    }

    /// Lets the browser do what else there is to do: paint, answer.
    pub async fn next_task() {
        let promise = js_sys::Promise::new(&mut |resolve, _| {
            let _ = window().set_timeout_with_callback(&resolve);
        });
        let _ = js_sys::futures::JsFuture::from(promise).await;
    }

    fn next() -> Option<Step> {
        WAITING.with_borrow_mut(VecDeque::pop_front)
    }

    /// All that waits, at once: somebody is about to use it, or to leave the page that it belongs to.
    fn hurry() {
        while let Some(step) = next() {
            step();
        }
    }

    pub struct Soon(pub Children);

    impl Render for Soon {
        type State = AnyViewState;

        fn build(self) -> AnyViewState {
            (self.0)().build()
        }

        fn rebuild(self, state: &mut AnyViewState) {
            (self.0)().rebuild(state);
        }
    }

    impl RenderHtml for Soon {
        in_browsers!();

        fn hydrate<const FROM_SERVER: bool>(
            self,
            cursor: &Cursor,
            position: &PositionState,
        ) -> AnyViewState {
            (self.0)().hydrate::<FROM_SERVER>(cursor, position)
        }

        async fn hydrate_async(self, cursor: &Cursor, position: &PositionState) -> AnyViewState {
            next_task().await;
            let view = (self.0)();
            next_task().await;
            view.hydrate_async(cursor, position).await
        }
    }

    /// A view inside an element of its own.
    pub struct Around {
        children: Children,
        comes_alive: bool,
    }

    impl Around {
        pub fn still(children: Children) -> Self {
            let comes_alive = false;
            Around {
                children,
                comes_alive,
            }
        }

        pub fn later(children: Children) -> Self {
            let comes_alive = true;
            Around {
                children,
                comes_alive,
            }
        }
    }

    pub enum AroundState {
        /// The element as the server rendered it, and what is alive in it. Once this is dropped, nothing will be.
        Server(
            Element,
            #[allow(dead_code, reason = "it is kept, for what is alive to stay so")]
            Rc<RefCell<Option<AnyViewState>>>,
        ),
        Browser(AnyViewState),
    }

    impl AroundState {
        fn view(&self) -> &dyn Mountable {
            match self {
                AroundState::Server(element, _) => element,
                AroundState::Browser(view) => view,
            }
        }

        fn view_mut(&mut self) -> &mut dyn Mountable {
            match self {
                AroundState::Server(element, _) => element,
                AroundState::Browser(view) => view,
            }
        }
    }

    impl Render for Around {
        type State = AroundState;

        fn build(self) -> AroundState {
            AroundState::Browser(around(self.children).build())
        }

        fn rebuild(self, state: &mut AroundState) {
            if let AroundState::Browser(view) = state {
                around(self.children).rebuild(view);
                return;
            }
            let mut new = self.build();
            state.insert_before_this(&mut new);
            state.unmount();
            *state = new;
        }
    }

    impl RenderHtml for Around {
        in_browsers!();

        /// Steps over the element, as every element does once its children are hydrated.
        fn hydrate<const FROM_SERVER: bool>(
            self,
            cursor: &Cursor,
            position: &PositionState,
        ) -> AroundState {
            match position.get() {
                Position::FirstChild => cursor.child(),
                Position::Current => {}
                _ => cursor.sibling(),
            }
            position.set(Position::NextChild);
            let Some(element) = Element::cast_from(cursor.current()) else {
                unreachable!("the server rendered an element here");
            };
            let inside = Rc::new(RefCell::new(None));
            if self.comes_alive {
                let (children, inside) = (self.children, Rc::downgrade(&inside));
                let cursor = Cursor::new(element.clone());
                let make = in_owner(move || make(children, cursor, inside));
                WAITING.with_borrow_mut(|waiting| waiting.push_back(make));
            }
            AroundState::Server(element, inside)
        }
    }

    fn in_owner(step: impl FnOnce() + 'static) -> Step {
        let owner = Owner::current().unwrap_or_default();
        Box::new(move || owner.with(step))
    }

    /// Makes the view, to be hydrated in the next step, unless the page was left.
    fn make(children: Children, cursor: Cursor, inside: Weak<RefCell<Option<AnyViewState>>>) {
        if inside.strong_count() == 0 {
            return;
        }
        let view = children();
        let hydrate = move || {
            if let Some(inside) = inside.upgrade() {
                let position = PositionState::new(Position::FirstChild);
                inside.replace(Some(view.hydrate::<true>(&cursor, &position)));
            }
        };
        WAITING.with_borrow_mut(|waiting| waiting.push_front(in_owner(hydrate)));
    }

    impl Mountable for AroundState {
        fn unmount(&mut self) {
            self.view_mut().unmount();
        }

        fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
            self.view_mut().mount(parent, marker);
        }

        fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
            self.view().insert_before_this(child)
        }

        fn elements(&self) -> Vec<Element> {
            self.view().elements()
        }
    }

    pub struct Rest;

    impl Rest {
        const EVENTS: [&str; 5] = ["click", "input", "keydown", "popstate", "submit"];

        /// Does what waits, each step in a task of its own, or all of it before the first event that could concern it.
        async fn hydrate() {
            let hurry = Closure::<dyn Fn()>::new(hurry);
            let hurry = hurry.as_ref().unchecked_ref();
            for event in Self::EVENTS {
                // While it is captured: before anybody else hears of it.
                let _ = window().add_event_listener_with_callback_and_bool(event, hurry, true);
            }
            while !WAITING.with_borrow(VecDeque::is_empty) {
                next_task().await;
                if let Some(step) = next() {
                    step();
                }
            }
            for event in Self::EVENTS {
                let _ = window().remove_event_listener_with_callback_and_bool(event, hurry, true);
            }
            if let Some(root) = document().document_element() {
                let _ = root.set_attribute("data-hydrated", "true");
            }
        }
    }

    impl Render for Rest {
        type State = <() as Render>::State;

        fn build(self) -> Self::State {
            Render::build(())
        }

        fn rebuild(self, _: &mut Self::State) {}
    }

    impl RenderHtml for Rest {
        in_browsers!();
        // As the server's `()`.
        const EXISTS: bool = false;

        fn hydrate<const FROM_SERVER: bool>(
            self,
            cursor: &Cursor,
            position: &PositionState,
        ) -> Self::State {
            hurry();
            RenderHtml::hydrate::<FROM_SERVER>((), cursor, position)
        }

        async fn hydrate_async(self, cursor: &Cursor, position: &PositionState) -> Self::State {
            Self::hydrate().await;
            RenderHtml::hydrate::<true>((), cursor, position)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_data_is_opened_as_it_was_closed() {
        type Answer = Result<Sealed<Vec<String>>, AppError>;
        let words = vec!["a \"b\"".to_owned(), "</script>".to_owned()];
        let text = serde_json::to_string::<Answer>(&Ok(Sealed::Open(words.clone()))).unwrap();
        let arrived = serde_json::from_str::<Answer>(&text).unwrap().unwrap();
        assert!(matches!(arrived, Sealed::Text(_)));
        assert_eq!(arrived.open().unwrap(), words);
    }

    #[test]
    fn data_of_another_version_is_said_to_be_so() {
        let arrived: Sealed<Vec<String>> = serde_json::from_str("[1]").unwrap();
        let error = arrived.open().unwrap_err().to_string();
        assert!(error.contains("newer version"), "{error}");
    }
}
