//! The document, and the route table: the site map on one screen.

use crate::areas;
use crate::features::auth::api::current_user;
use crate::features::auth::person::{PersonFoot, SignedInUser};
use crate::features::auth::setup::AuthSetupPage;
use crate::features::auth::sign_in::AuthSignInPage;
use crate::features::people::join::JoinPage;
use crate::features::search::dialog::{SearchButton, SearchDialog, SearchDialogState};
use crate::features::tracking::unsubscribe::UnsubscribePage;
use crate::ui::layout::Frame;
use crate::ui::load::ErrorPanel;
use crate::ui::theme::Theme;
use crate::{error::AppError, ui::page::PageHead};
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::Lazy;
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
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HashedStylesheet options=options.clone() id="leptos"/>
                <AutoReload options=options.clone()/>
                // Seen first, alive a moment later: forms and links work meanwhile.
                <HydrationScripts options defer=true/>
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
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/sign-in") view=AuthSignInPage ssr=Async/>
                <Route path=path!("/setup/:token") view=AuthSetupPage ssr=Async/>
                <Route path=path!("/join/:token") view=JoinPage ssr=Async/>
                <Route path=path!("/u/:token") view=UnsubscribePage ssr=Async/>
                <ParentRoute path=path!("") view=SignedIn ssr=Async>
                    <Route path=path!("/") view={Lazy::<areas::HomePage>::new()} ssr=Async/>
                    <Route path=path!("/drafts") view={Lazy::<areas::DraftListPage>::new()} ssr=Async/>
                    <Route path=path!("/drafts/new") view={Lazy::<areas::DraftCreatePage>::new()} ssr=Async/>
                    <Route path=path!("/drafts/:id") view={Lazy::<areas::DraftEditPage>::new()} ssr=Async/>
                    <Route path=path!("/templates") view={Lazy::<areas::TemplateListPage>::new()} ssr=Async/>
                    <Route path=path!("/templates/new") view={Lazy::<areas::TemplateNewPage>::new()} ssr=Async/>
                    <Route path=path!("/templates/import") view={Lazy::<areas::TemplateImportPage>::new()} ssr=Async/>
                    <Route path=path!("/templates/:id") view={Lazy::<areas::TemplateEditPage>::new()} ssr=Async/>
                    <Route path=path!("/templates/:id/history") view={Lazy::<areas::TemplateHistoryPage>::new()} ssr=Async/>
                    <Route path=path!("/accounts") view={Lazy::<areas::AccountListPage>::new()} ssr=Async/>
                    <Route path=path!("/accounts/new") view={Lazy::<areas::AccountCreatePage>::new()} ssr=Async/>
                    <Route path=path!("/accounts/:id") view={Lazy::<areas::AccountEditPage>::new()} ssr=Async/>
                    <Route path=path!("/outbox") view={Lazy::<areas::OutboxListPage>::new()} ssr=Async/>
                    <Route path=path!("/outbox/:id") view={Lazy::<areas::OutboxDetailPage>::new()} ssr=Async/>
                    <Route path=path!("/campaigns/:id/report") view={Lazy::<areas::CampaignReportPage>::new()} ssr=Async/>
                    <Route path=path!("/design") view={Lazy::<areas::DesignPage>::new()} ssr=Async/>
                    <Route path=path!("/search") view={Lazy::<areas::SearchPage>::new()} ssr=Async/>
                    <Route path=path!("/suppressions") view={Lazy::<areas::SuppressionListPage>::new()} ssr=Async/>
                    <Route path=path!("/settings") view={Lazy::<areas::WorkspacePage>::new()} ssr=Async/>
                    <Route path=path!("/settings/tracking") view={Lazy::<areas::TrackingPage>::new()} ssr=Async/>
                    <Route path=path!("/settings/sending") view={Lazy::<areas::SendingPage>::new()} ssr=Async/>
                    <Route path=path!("/settings/domains") view={Lazy::<areas::DomainListPage>::new()} ssr=Async/>
                    <Route path=path!("/settings/people") view={Lazy::<areas::PeopleListPage>::new()} ssr=Async/>
                    <Route path=path!("/settings/activity") view={Lazy::<areas::AuditListPage>::new()} ssr=Async/>
                    <Route path=path!("/settings/profile") view={Lazy::<areas::ProfilePage>::new()} ssr=Async/>
                    <Route path=path!("/settings/appearance") view={Lazy::<areas::AppearancePage>::new()} ssr=Async/>
                    <Route path=path!("/settings/about") view={Lazy::<areas::AboutPage>::new()} ssr=Async/>
                    <Route path=path!("/campaigns") view={Lazy::<areas::CampaignListPage>::new()} ssr=Async/>
                    <Route path=path!("/campaigns/compare") view={Lazy::<areas::CampaignComparePage>::new()} ssr=Async/>
                    <Route path=path!("/campaigns/:id") view={Lazy::<areas::CampaignDetailPage>::new()} ssr=Async/>
                    <Route path=path!("/campaigns/:id/recipients/:message") view={Lazy::<areas::RecipientDetailPage>::new()} ssr=Async/>
                    <Route path=path!("/queue") view={Lazy::<areas::QueueListPage>::new()} ssr=Async/>
                </ParentRoute>
            </Routes>
        </Router>
        // Taken over last, when the area of this page is there and alive.
        {mark_hydrated}
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
