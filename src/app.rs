//! The document, and the route table: the site map on one screen.

use crate::features::accounts::edit::{AccountCreatePage, AccountEditPage};
use crate::features::accounts::list::AccountListPage;
use crate::features::analytics::compare::CampaignComparePage;
use crate::features::analytics::report::CampaignReportPage;
use crate::features::audit::list::AuditListPage;
use crate::features::auth::api::current_user;
use crate::features::auth::person::{PersonFoot, SignedInUser};
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
use crate::features::search::dialog::{SearchButton, SearchDialog, SearchDialogState};
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
use crate::ui::layout::Frame;
use crate::ui::load::ErrorPanel;
use crate::ui::theme::Theme;
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

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Effect::new(|_| mark_hydrated());
    view! {
        <Title formatter=document_title/>
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/sign-in") view=AuthSignInPage ssr=Async/>
                <Route path=path!("/setup/:token") view=AuthSetupPage ssr=Async/>
                <Route path=path!("/join/:token") view=JoinPage ssr=Async/>
                <Route path=path!("/u/:token") view=UnsubscribePage ssr=Async/>
                <ParentRoute path=path!("") view=SignedIn ssr=Async>
                    <Route path=path!("/") view=HomePage ssr=Async/>
                    <Route path=path!("/drafts") view=DraftListPage ssr=Async/>
                    <Route path=path!("/drafts/new") view=DraftCreatePage ssr=Async/>
                    <Route path=path!("/drafts/:id") view=DraftEditPage ssr=Async/>
                    <Route path=path!("/templates") view=TemplateListPage ssr=Async/>
                    <Route path=path!("/templates/new") view=TemplateNewPage ssr=Async/>
                    <Route path=path!("/templates/import") view=TemplateImportPage ssr=Async/>
                    <Route path=path!("/templates/:id") view=TemplateEditPage ssr=Async/>
                    <Route path=path!("/templates/:id/history") view=TemplateHistoryPage ssr=Async/>
                    <Route path=path!("/accounts") view=AccountListPage ssr=Async/>
                    <Route path=path!("/accounts/new") view=AccountCreatePage ssr=Async/>
                    <Route path=path!("/accounts/:id") view=AccountEditPage ssr=Async/>
                    <Route path=path!("/outbox") view=OutboxListPage ssr=Async/>
                    <Route path=path!("/outbox/:id") view=OutboxDetailPage ssr=Async/>
                    <Route path=path!("/campaigns/:id/report") view=CampaignReportPage ssr=Async/>
                    <Route path=path!("/design") view=DesignPage ssr=Async/>
                    <Route path=path!("/search") view=SearchPage ssr=Async/>
                    <Route path=path!("/suppressions") view=SuppressionListPage ssr=Async/>
                    <Route path=path!("/settings") view=WorkspacePage ssr=Async/>
                    <Route path=path!("/settings/tracking") view=TrackingPage ssr=Async/>
                    <Route path=path!("/settings/sending") view=SendingPage ssr=Async/>
                    <Route path=path!("/settings/domains") view=DomainListPage ssr=Async/>
                    <Route path=path!("/settings/people") view=PeopleListPage ssr=Async/>
                    <Route path=path!("/settings/activity") view=AuditListPage ssr=Async/>
                    <Route path=path!("/settings/profile") view=ProfilePage ssr=Async/>
                    <Route path=path!("/settings/appearance") view=AppearancePage ssr=Async/>
                    <Route path=path!("/settings/about") view=AboutPage ssr=Async/>
                    <Route path=path!("/campaigns") view=CampaignListPage ssr=Async/>
                    <Route path=path!("/campaigns/compare") view=CampaignComparePage ssr=Async/>
                    <Route path=path!("/campaigns/:id") view=CampaignDetailPage ssr=Async/>
                    <Route path=path!("/campaigns/:id/recipients/:message") view=RecipientDetailPage ssr=Async/>
                    <Route path=path!("/queue") view=QueueListPage ssr=Async/>
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
