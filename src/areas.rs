//! Areas of the site: pages whose code a browser downloads together, at the first visit to one of them. The gate, and what stands in
//! no area (the frame, the palette), are in the part that every visit loads first.
//!
//! A handful of areas and not a page each: code that two of them share becomes a download of its own, so that forty would make
//! hundreds of those.

use crate::features::accounts::edit::AccountCreatePage;
use crate::features::accounts::edit::AccountEditPage;
use crate::features::accounts::list::AccountListPage;
use crate::features::analytics::compare::CampaignComparePage;
use crate::features::analytics::report::CampaignReportPage;
use crate::features::audit::list::AuditListPage;
use crate::features::auth::setup::AuthSetupPage;
use crate::features::auth::sign_in::AuthSignInPage;
use crate::features::campaigns::detail::CampaignDetailPage;
use crate::features::campaigns::list::CampaignListPage;
use crate::features::campaigns::recipients::detail::RecipientDetailPage;
use crate::features::design::page::DesignPage;
use crate::features::domains::list::DomainListPage;
use crate::features::drafts::compose::DraftEditPage;
use crate::features::drafts::create::DraftCreatePage;
use crate::features::drafts::list::DraftListPage;
use crate::features::home::overview::HomePage;
use crate::features::outbox::detail::OutboxDetailPage;
use crate::features::outbox::list::OutboxListPage;
use crate::features::people::join::JoinPage;
use crate::features::people::list::PeopleListPage;
use crate::features::people::profile::ProfilePage;
use crate::features::queue::list::QueueListPage;
use crate::features::search::page::SearchPage;
use crate::features::settings::about::AboutPage;
use crate::features::settings::appearance::AppearancePage;
use crate::features::settings::sending::SendingPage;
use crate::features::settings::tracking::TrackingPage;
use crate::features::settings::workspace::WorkspacePage;
use crate::features::suppressions::list::SuppressionListPage;
use crate::features::templates::detail::TemplateEditPage;
use crate::features::templates::import::TemplateImportPage;
use crate::features::templates::list::TemplateListPage;
use crate::features::templates::new::TemplateNewPage;
use crate::features::templates::versions::history::TemplateHistoryPage;
use crate::features::tracking::unsubscribe::UnsubscribePage;
use crate::hydration::Later;
use leptos::prelude::*;
use leptos_router::ChooseView;

/// Declares [`Page`]: `gate`, whose pages are there at once, and areas.
macro_rules! pages {
    (
        gate { $($at_once:ident),* $(,)? }
        $($(#[$doc:meta])* $area:ident { $($page:ident),* $(,)? })*
    ) => {
        /// The view of a route. One type for all of them: a browser compiles what a router does with the type of each view before it
        /// shows the first page.
        #[derive(Clone, Copy, Debug)]
        #[allow(clippy::enum_variant_names, reason = "they are named as the pages are")]
        pub enum Page {
            $($at_once,)*
            $($($page),*),*
        }

        impl ChooseView for Page {
            async fn choose(self) -> AnyView {
                match self {
                    $(Page::$at_once => $at_once().into_any(),)*
                    $($(Page::$page)|* => $area::load(self).await,)*
                }
            }

            /// The page is put together only when its code is there: what the server rendered can then be taken over at once.
            async fn preload(&self) {
                #[cfg(feature = "hydrate")]
                {
                    let wanted = missing::Wanted::here();
                    crate::hydration::next_task().await;
                    let loaded = match self {
                        $(Page::$at_once)|* => Ok(()),
                        $($(Page::$page)|* => $area::preload().await,)*
                    };
                    if loaded.is_err() {
                        wanted.do_without().await;
                    }
                }
            }
        }

        $(
            $(#[$doc])*
            mod $area {
                use super::*;

                fn view(page: Page) -> AnyView {
                    let make = move || match page {
                        $(Page::$page => $page().into_any(),)*
                        other => unreachable!("{other:?} is a page of another area"),
                    };
                    view! { <Later>{make()}</Later> }.into_any()
                }

                /// Downloads the area, unless it was.
                #[cfg(feature = "hydrate")]
                #[leptos::wasm_split::wasm_split($area, wasm_split_path = leptos::wasm_split, preload(preload), fallible)]
                pub fn split(page: Page) -> Result<AnyView, leptos::wasm_split::SplitLoaderError> {
                    Ok(view(page))
                }

                #[cfg(feature = "hydrate")]
                pub async fn load(page: Page) -> AnyView {
                    split(page).await.unwrap_or_else(|_| missing::view())
                }

                #[cfg(not(feature = "hydrate"))]
                pub async fn load(page: Page) -> AnyView {
                    view(page)
                }
            }
        )*
    };
}

pages! {
    gate {
        AuthSetupPage,
        AuthSignInPage,
        JoinPage,
        UnsubscribePage,
    }

    /// Where mails are written: the editor is most of it.
    editing {
        DraftEditPage,
        TemplateEditPage,
    }

    /// Where mails and designs are found and begun, what is being sent, and what came of it.
    desk {
        CampaignComparePage,
        CampaignDetailPage,
        CampaignListPage,
        CampaignReportPage,
        DraftCreatePage,
        DraftListPage,
        HomePage,
        QueueListPage,
        RecipientDetailPage,
        TemplateHistoryPage,
        TemplateImportPage,
        TemplateListPage,
        TemplateNewPage,
    }

    /// How the workspace is set up, and what is looked at seldom.
    settings {
        AboutPage,
        AccountCreatePage,
        AccountEditPage,
        AccountListPage,
        AppearancePage,
        AuditListPage,
        DesignPage,
        DomainListPage,
        OutboxDetailPage,
        OutboxListPage,
        PeopleListPage,
        ProfilePage,
        SearchPage,
        SendingPage,
        SuppressionListPage,
        TrackingPage,
        WorkspacePage,
    }
}

/// What to do without an area: a newer version was installed since this page was opened, or the line is down.
#[cfg(feature = "hydrate")]
mod missing {
    use crate::error::AppError;
    use crate::ui::load::ErrorPanel;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use leptos::wasm_bindgen::closure::Closure;
    use leptos_router::location::Url;

    /// The address of the page that an area is wanted for.
    pub struct Wanted(Option<String>);

    impl Wanted {
        /// Of the route that is being built.
        pub fn here() -> Self {
            let url = use_context::<ArcRwSignal<Url>>();
            Wanted(url.map(|url| {
                let url = url.read_untracked();
                let query = match url.search() {
                    "" => String::new(),
                    search => format!("?{search}"),
                };
                // With the origin, or a path of two slashes would be another host's.
                format!("{}{}{query}{}", url.origin(), url.path(), url.hash())
            }))
        }

        /// On the way to another page: has the server bring it. On the page that was opened: leaves it as the server made it, and says
        /// so. Never returns, so that nobody waits for the area in vain, or works without it.
        pub async fn do_without(self) {
            let is_alive = document()
                .document_element()
                .is_some_and(|root| root.has_attribute("data-hydrated"));
            match self.0 {
                Some(address) if is_alive => {
                    let _ = window().location().assign(&address);
                }
                _ => stay_as_served(),
            }
            std::future::pending::<()>().await;
        }
    }

    /// Links lead to the server: the router, which would follow them here, does not hear of clicks any more.
    fn stay_as_served() {
        let listener =
            Closure::<dyn Fn(leptos::web_sys::Event)>::new(|event: leptos::web_sys::Event| {
                event.stop_immediate_propagation()
            });
        let _ = window().add_event_listener_with_callback_and_bool(
            "click",
            listener.as_ref().unchecked_ref(),
            true,
        );
        listener.forget();
        if let Some(notice) = document().get_element_by_id("not-loaded") {
            let _ = notice.remove_attribute("hidden");
        }
    }

    pub fn view() -> AnyView {
        let error = AppError::Unavailable("This page did not load. Reload it in a moment.".into());
        view! { <ErrorPanel error=error/> }.into_any()
    }
}
