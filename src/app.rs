//! The document, and the route table: the site map on one screen.

use crate::features::auth::api::current_user;
use crate::features::auth::person::{PersonFoot, SignedInUser};
use crate::features::search::dialog::{SearchButton, SearchDialog, SearchDialogState};
use crate::ui::layout::Frame;
use crate::ui::load::ErrorPanel;
use crate::ui::theme::Theme;
use crate::{error::AppError, ui::page::PageHead};
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::SsrMode::Async;
use leptos_router::components::{Outlet, ParentRoute, Route, Router, Routes};
use leptos_router::{Lazy, LazyRoute, lazy_route, path};

/// The HTML document around the app; the server alone renders it.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    #[cfg(feature = "ssr")]
    set_content_policy();
    let theme = theme();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.data_theme()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content=theme.color_scheme()/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HashedStylesheet options=options.clone() id="leptos"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The colours this browser asked for.
fn theme() -> Theme {
    #[cfg(feature = "ssr")]
    return crate::server::theme::current();
    #[cfg(not(feature = "ssr"))]
    Theme::System
}

/// Only our own scripts run, and inline ones only with this response's nonce. Previews of mails are documents of their own
/// with a stricter policy.
#[cfg(feature = "ssr")]
fn set_content_policy() {
    let Some(response) = use_context::<leptos_axum::ResponseOptions>() else {
        return;
    };
    let nonce = leptos::nonce::use_nonce()
        .map(|nonce| format!(" 'nonce-{nonce}'"))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{nonce}; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: https:; connect-src 'self' ws:; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    if let Ok(value) = axum::http::HeaderValue::from_str(&policy) {
        response.insert_header(axum::http::header::CONTENT_SECURITY_POLICY, value);
    }
}

/// Each page is code of its own, which the browser fetches when it first comes to it: `script/build` splits the WebAssembly there.
macro_rules! pages {
    ($($page:ident in $($module:ident)::+;)*) => { $(
        struct $page;

        #[lazy_route]
        impl LazyRoute for $page {
            fn data() -> Self {
                $page
            }

            fn view(_page: Self) -> AnyView {
                crate::features::$($module)::+::$page().into_any()
            }
        }
    )* };
}

pages! {
    AccountCreatePage in accounts::edit;
    AccountEditPage in accounts::edit;
    AccountListPage in accounts::list;
    CampaignComparePage in analytics::compare;
    CampaignReportPage in analytics::report;
    AuditListPage in audit::list;
    AuthSetupPage in auth::setup;
    AuthSignInPage in auth::sign_in;
    CampaignDetailPage in campaigns::detail;
    CampaignListPage in campaigns::list;
    RecipientDetailPage in campaigns::recipients::detail;
    DesignPage in design::page;
    DomainListPage in domains::list;
    DraftEditPage in drafts::compose;
    DraftCreatePage in drafts::create;
    DraftListPage in drafts::list;
    HomePage in home::overview;
    OutboxDetailPage in outbox::detail;
    OutboxListPage in outbox::list;
    JoinPage in people::join;
    PeopleListPage in people::list;
    ProfilePage in people::profile;
    QueueListPage in queue::list;
    SearchPage in search::page;
    AboutPage in settings::about;
    AppearancePage in settings::appearance;
    SendingPage in settings::sending;
    TrackingPage in settings::tracking;
    WorkspacePage in settings::workspace;
    SuppressionListPage in suppressions::list;
    TemplateEditPage in templates::detail;
    TemplateImportPage in templates::import;
    TemplateListPage in templates::list;
    TemplateNewPage in templates::new;
    TemplateHistoryPage in templates::versions::history;
    UnsubscribePage in tracking::unsubscribe;
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Effect::new(|_| mark_hydrated());
    view! {
        <Title formatter=document_title/>
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/sign-in") view={Lazy::<AuthSignInPage>::new()} ssr=Async/>
                <Route path=path!("/setup/:token") view={Lazy::<AuthSetupPage>::new()} ssr=Async/>
                <Route path=path!("/join/:token") view={Lazy::<JoinPage>::new()} ssr=Async/>
                <Route path=path!("/u/:token") view={Lazy::<UnsubscribePage>::new()} ssr=Async/>
                <ParentRoute path=path!("") view=SignedIn ssr=Async>
                    <Route path=path!("/") view={Lazy::<HomePage>::new()} ssr=Async/>
                    <Route path=path!("/drafts") view={Lazy::<DraftListPage>::new()} ssr=Async/>
                    <Route path=path!("/drafts/new") view={Lazy::<DraftCreatePage>::new()} ssr=Async/>
                    <Route path=path!("/drafts/:id") view={Lazy::<DraftEditPage>::new()} ssr=Async/>
                    <Route path=path!("/templates") view={Lazy::<TemplateListPage>::new()} ssr=Async/>
                    <Route path=path!("/templates/new") view={Lazy::<TemplateNewPage>::new()} ssr=Async/>
                    <Route path=path!("/templates/import") view={Lazy::<TemplateImportPage>::new()} ssr=Async/>
                    <Route path=path!("/templates/:id") view={Lazy::<TemplateEditPage>::new()} ssr=Async/>
                    <Route path=path!("/templates/:id/history") view={Lazy::<TemplateHistoryPage>::new()} ssr=Async/>
                    <Route path=path!("/accounts") view={Lazy::<AccountListPage>::new()} ssr=Async/>
                    <Route path=path!("/accounts/new") view={Lazy::<AccountCreatePage>::new()} ssr=Async/>
                    <Route path=path!("/accounts/:id") view={Lazy::<AccountEditPage>::new()} ssr=Async/>
                    <Route path=path!("/outbox") view={Lazy::<OutboxListPage>::new()} ssr=Async/>
                    <Route path=path!("/outbox/:id") view={Lazy::<OutboxDetailPage>::new()} ssr=Async/>
                    <Route path=path!("/campaigns/:id/report") view={Lazy::<CampaignReportPage>::new()} ssr=Async/>
                    <Route path=path!("/design") view={Lazy::<DesignPage>::new()} ssr=Async/>
                    <Route path=path!("/search") view={Lazy::<SearchPage>::new()} ssr=Async/>
                    <Route path=path!("/suppressions") view={Lazy::<SuppressionListPage>::new()} ssr=Async/>
                    <Route path=path!("/settings") view={Lazy::<WorkspacePage>::new()} ssr=Async/>
                    <Route path=path!("/settings/tracking") view={Lazy::<TrackingPage>::new()} ssr=Async/>
                    <Route path=path!("/settings/sending") view={Lazy::<SendingPage>::new()} ssr=Async/>
                    <Route path=path!("/settings/domains") view={Lazy::<DomainListPage>::new()} ssr=Async/>
                    <Route path=path!("/settings/people") view={Lazy::<PeopleListPage>::new()} ssr=Async/>
                    <Route path=path!("/settings/activity") view={Lazy::<AuditListPage>::new()} ssr=Async/>
                    <Route path=path!("/settings/profile") view={Lazy::<ProfilePage>::new()} ssr=Async/>
                    <Route path=path!("/settings/appearance") view={Lazy::<AppearancePage>::new()} ssr=Async/>
                    <Route path=path!("/settings/about") view={Lazy::<AboutPage>::new()} ssr=Async/>
                    <Route path=path!("/campaigns") view={Lazy::<CampaignListPage>::new()} ssr=Async/>
                    <Route path=path!("/campaigns/compare") view={Lazy::<CampaignComparePage>::new()} ssr=Async/>
                    <Route path=path!("/campaigns/:id") view={Lazy::<CampaignDetailPage>::new()} ssr=Async/>
                    <Route path=path!("/campaigns/:id/recipients/:message") view={Lazy::<RecipientDetailPage>::new()} ssr=Async/>
                    <Route path=path!("/queue") view={Lazy::<QueueListPage>::new()} ssr=Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// Everything behind sign-in: the frame, with the person at its foot.
#[component]
fn SignedIn() -> impl IntoView {
    provide_context(SignedInUser(Resource::new_blocking(
        || (),
        |()| current_user(),
    )));
    let state = SearchDialogState::new();
    view! {
        <Frame
            search=view! { <SearchButton state=state/> }.into_any()
            quick_search=view! { <SearchButton state=state compact=true/> }.into_any()
            user=view! { <PersonFoot/> }.into_any()
        >
            <Outlet/>
        </Frame>
        <SearchDialog state=state/>
    }
}

#[component]
fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    view! {
        <main class="gate">
            <div class="gate-card">
                <PageHead title="Page not found"/>
                <ErrorPanel error=AppError::not_found("page")/>
                <a class="btn mt-4" href="/">"Go home"</a>
            </div>
        </main>
    }
}

/// The title of every page. On the server it is put into the HTML as it is, so it is escaped here: names come from people.
fn document_title(title: String) -> String {
    #[cfg(feature = "ssr")]
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    if title.is_empty() {
        "Mailer".into()
    } else {
        format!("{title} · Mailer")
    }
}

/// Tells tests and styles that the page has come alive.
fn mark_hydrated() {
    #[cfg(feature = "hydrate")]
    if let Some(root) = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.document_element())
    {
        let _ = root.set_attribute("data-hydrated", "true");
    }
}
