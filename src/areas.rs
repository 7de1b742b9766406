//! Areas of the site: pages whose code a browser downloads together, at the first visit to one of them. What stands in no area
//! (signing in, the frame, the palette) is in the part that every visit loads first.
//!
//! A handful of areas and not a page each: code that two of them share becomes a download of its own, so that forty would make
//! hundreds of those.

use crate::features::accounts::edit::AccountCreatePage;
use crate::features::accounts::edit::AccountEditPage;
use crate::features::accounts::list::AccountListPage;
use crate::features::analytics::compare::CampaignComparePage;
use crate::features::analytics::report::CampaignReportPage;
use crate::features::audit::list::AuditListPage;
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
use leptos::lazy;
use leptos::prelude::*;
use leptos_router::LazyRoute;

/// Declares an area: a split point of the browser's program, and a route's view for each page in it. The name in brackets is what
/// `#[lazy]` calls the function that downloads the area.
macro_rules! area {
    ($(#[$doc:meta])* $load:ident ($preload:ident): $pages:ident { $($page:ident),* $(,)? }) => {
        #[derive(Clone, Copy)]
        #[repr(u8)]
        #[allow(clippy::enum_variant_names, reason = "they are named as the pages are")]
        enum $pages {
            $($page),*
        }

        $(#[$doc])*
        #[lazy]
        fn $load(page: $pages) -> AnyView {
            match page {
                $($pages::$page => $page().into_any()),*
            }
        }

        $(
            pub struct $page {}

            impl LazyRoute for $page {
                fn data() -> Self {
                    $page {}
                }

                async fn view(_this: Self) -> AnyView {
                    $load($pages::$page).await
                }

                /// The page is put together only when its code is there: what the server rendered can then be taken over at once.
                async fn preload() {
                    #[cfg(feature = "hydrate")]
                    $preload().await;
                }
            }
        )*
    };
}

area! {
    /// Where mails are written: the editor is most of it.
    editing (__preload_editing): EditingPages {
        DraftEditPage,
        TemplateEditPage,
    }
}

area! {
    /// Where mails and designs are found and begun.
    library (__preload_library): LibraryPages {
        DraftCreatePage,
        DraftListPage,
        TemplateHistoryPage,
        TemplateImportPage,
        TemplateListPage,
        TemplateNewPage,
    }
}

area! {
    /// What is being sent and what came of it.
    results (__preload_results): ResultPages {
        CampaignComparePage,
        CampaignDetailPage,
        CampaignListPage,
        CampaignReportPage,
        HomePage,
        QueueListPage,
        RecipientDetailPage,
    }
}

area! {
    /// How the workspace is set up, and what is looked at seldom.
    settings (__preload_settings): SettingsPages {
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
