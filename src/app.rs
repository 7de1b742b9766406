//! The document, and the route table: the site map on one screen.

use crate::areas::Page;
use crate::features::auth::api::current_user;
use crate::features::auth::person::{PersonFoot, SignedInUser};
use crate::features::search::dialog::{SearchButton, SearchDialog, SearchDialogState};
use crate::hydration::{Alive, Later, Soon};
use crate::ui::layout::Frame;
use crate::ui::load::ErrorPanel;
use crate::ui::theme::Theme;
use crate::ui::time::local_times;
use crate::{error::AppError, ui::page::PageHead};
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::SsrMode::Async;
use leptos_router::components::{Outlet, ParentRoute, Route, Router, Routes};
use leptos_router::path;

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
                {local_times()}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HashedStylesheet options=options.clone() id="leptos"/>
                <AutoReload options=options.clone()/>
                <Program options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
                // Shown by program.js or areas.rs, when there is no program to show anything.
                <p id="not-loaded" class="not-loaded" role="alert" hidden>
                    "Some of this page did not load: links and forms work, the rest may not answer. "<a class="link" href="">"Reload the page"</a>
                </p>
            </body>
        </html>
    }
}

/// What makes the page come alive: see `program.js`.
#[component]
fn Program(options: LeptosOptions) -> impl IntoView {
    #[cfg(feature = "ssr")]
    {
        let addresses = crate::server::program::addresses(&options);
        let script = format!("({})(...{addresses:?})", include_str!("program.js"));
        view! { <script type="module" nonce=leptos::nonce::use_nonce()>{script}</script> }
    }
    #[cfg(not(feature = "ssr"))]
    let _ = options;
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
    // cargo-leptos reloads the page over a socket of its own while it watches.
    let watch = if cfg!(debug_assertions) { " ws:" } else { "" };
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{nonce}; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: https:; connect-src 'self'{watch}; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    if let Ok(value) = axum::http::HeaderValue::from_str(&policy) {
        response.insert_header(axum::http::header::CONTENT_SECURITY_POLICY, value);
    }
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        // With a text of its own: between two pages there is none, and no document may be without.
        <Title formatter=document_title text=""/>
        <Soon>
            <Router>
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/sign-in") view=Page::AuthSignInPage ssr=Async/>
                    <Route path=path!("/setup/:token") view=Page::AuthSetupPage ssr=Async/>
                    <Route path=path!("/join/:token") view=Page::JoinPage ssr=Async/>
                    <Route path=path!("/u/:token") view=Page::UnsubscribePage ssr=Async/>
                    <ParentRoute path=path!("") view=SignedIn ssr=Async>
                        <Route path=path!("/") view=Page::HomePage ssr=Async/>
                        <Route path=path!("/drafts") view=Page::DraftListPage ssr=Async/>
                        <Route path=path!("/drafts/new") view=Page::DraftCreatePage ssr=Async/>
                        <Route path=path!("/drafts/:id") view=Page::DraftEditPage ssr=Async/>
                        <Route path=path!("/templates") view=Page::TemplateListPage ssr=Async/>
                        <Route path=path!("/templates/new") view=Page::TemplateNewPage ssr=Async/>
                        <Route path=path!("/templates/import") view=Page::TemplateImportPage ssr=Async/>
                        <Route path=path!("/templates/:id") view=Page::TemplateEditPage ssr=Async/>
                        <Route path=path!("/templates/:id/history") view=Page::TemplateHistoryPage ssr=Async/>
                        <Route path=path!("/accounts") view=Page::AccountListPage ssr=Async/>
                        <Route path=path!("/accounts/new") view=Page::AccountCreatePage ssr=Async/>
                        <Route path=path!("/accounts/:id") view=Page::AccountEditPage ssr=Async/>
                        <Route path=path!("/outbox") view=Page::OutboxListPage ssr=Async/>
                        <Route path=path!("/outbox/:id") view=Page::OutboxDetailPage ssr=Async/>
                        <Route path=path!("/campaigns/:id/report") view=Page::CampaignReportPage ssr=Async/>
                        <Route path=path!("/design") view=Page::DesignPage ssr=Async/>
                        <Route path=path!("/search") view=Page::SearchPage ssr=Async/>
                        <Route path=path!("/suppressions") view=Page::SuppressionListPage ssr=Async/>
                        <Route path=path!("/settings") view=Page::WorkspacePage ssr=Async/>
                        <Route path=path!("/settings/tracking") view=Page::TrackingPage ssr=Async/>
                        <Route path=path!("/settings/sending") view=Page::SendingPage ssr=Async/>
                        <Route path=path!("/settings/domains") view=Page::DomainListPage ssr=Async/>
                        <Route path=path!("/settings/people") view=Page::PeopleListPage ssr=Async/>
                        <Route path=path!("/settings/activity") view=Page::AuditListPage ssr=Async/>
                        <Route path=path!("/settings/profile") view=Page::ProfilePage ssr=Async/>
                        <Route path=path!("/settings/appearance") view=Page::AppearancePage ssr=Async/>
                        <Route path=path!("/settings/about") view=Page::AboutPage ssr=Async/>
                        <Route path=path!("/campaigns") view=Page::CampaignListPage ssr=Async/>
                        <Route path=path!("/campaigns/compare") view=Page::CampaignComparePage ssr=Async/>
                        <Route path=path!("/campaigns/:id") view=Page::CampaignDetailPage ssr=Async/>
                        <Route path=path!("/campaigns/:id/recipients/:message") view=Page::RecipientDetailPage ssr=Async/>
                        <Route path=path!("/queue") view=Page::QueueListPage ssr=Async/>
                    </ParentRoute>
                </Routes>
            </Router>
        </Soon>
        <Alive/>
    }
}

/// Everything behind sign-in: the frame, with the person at its foot.
#[component]
fn SignedIn() -> impl IntoView {
    provide_context(SignedInUser(Resource::new_blocking(
        || (),
        |()| current_user(),
    )));
    view! { <Later><SignedInFrame/></Later> }
}

#[component]
fn SignedInFrame() -> impl IntoView {
    let state = SearchDialogState::new();
    view! {
        <Frame
            search=view! { <SearchButton state=state/> }.into_any()
            quick_search=view! { <SearchButton state=state compact=true/> }.into_any()
            user=view! { <PersonFoot/> }.into_any()
        >
            <Outlet/>
        </Frame>
        <Later><SearchDialog state=state/></Later>
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
