//! Who may call what: every server function, page and route, signed out and with each role. A new one that is not listed here
//! fails a test.

use crate::util::app::{Answer, TestApp};
use axum::body::Body;
use axum::http::{Method, Request, header};
use leptos::server_fn::axum::server_fn_paths;
use mailer::app::App;
use mailer::features::auth::model::Role;
use std::collections::BTreeSet;

/// The least a caller must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Nobody,
    Viewer,
    Editor,
    Owner,
}

use Needs::{Editor, Nobody, Owner, Viewer};

/// Every server function, by its path below `/api/`.
const CALLS: &[(&str, Needs)] = &[
    ("accounts/delete-account", Editor),
    ("accounts/enable-account", Editor),
    ("accounts/find-account", Viewer),
    ("accounts/list-accounts", Viewer),
    ("accounts/list-choices", Viewer),
    ("accounts/move-account", Editor),
    ("accounts/reset-breaker", Editor),
    ("accounts/send-test", Editor),
    ("accounts/submit-account", Editor),
    ("analytics/compare-campaigns", Viewer),
    ("analytics/find-report", Viewer),
    ("audit/list-audit", Owner),
    ("auth/change-password", Viewer),
    ("auth/check-setup-link", Viewer),
    ("auth/create-owner", Nobody),
    ("auth/current-user", Viewer),
    ("auth/sign-in", Nobody),
    ("auth/sign-out", Viewer),
    ("campaigns/cancel-campaign", Editor),
    ("campaigns/change-campaigns", Editor),
    ("campaigns/confirm-unconfirmed", Editor),
    ("campaigns/delete-campaign", Editor),
    ("campaigns/duplicate-campaign", Editor),
    ("campaigns/find-campaign", Viewer),
    ("campaigns/find-recipient", Viewer),
    ("campaigns/list-campaigns", Viewer),
    ("campaigns/list-recipients", Viewer),
    ("campaigns/pause-campaign", Editor),
    ("campaigns/resend-unconfirmed", Editor),
    ("campaigns/resume-campaign", Editor),
    ("campaigns/retry-failed", Editor),
    ("design/draw-components", Owner),
    ("domains/activate-key", Owner),
    ("domains/create-key", Owner),
    ("domains/delete-key", Owner),
    ("domains/list-domains", Viewer),
    ("domains/retire-key", Owner),
    ("drafts/add-row", Editor),
    ("drafts/apply-fix", Editor),
    ("drafts/choose-design", Editor),
    ("drafts/choose-sheet", Editor),
    ("drafts/copy-recipients", Editor),
    ("drafts/create-draft", Editor),
    ("drafts/delete-draft", Editor),
    ("drafts/duplicate-draft", Editor),
    ("drafts/edit-draft", Editor),
    ("drafts/find-reading", Viewer),
    ("drafts/fix-domain", Editor),
    ("drafts/launch-draft", Editor),
    ("drafts/list-drafts", Viewer),
    ("drafts/map-columns", Editor),
    ("drafts/open-content", Viewer),
    ("drafts/open-recipients", Viewer),
    ("drafts/open-review", Viewer),
    ("drafts/remove-recipients", Editor),
    ("drafts/remove-row", Editor),
    ("drafts/rename-draft", Editor),
    ("drafts/save-row", Editor),
    ("drafts/save-sender", Editor),
    ("drafts/send-test", Editor),
    ("home/find-overview", Viewer),
    ("outbox/clear-mails", Editor),
    ("outbox/delete-mail", Editor),
    ("outbox/find-mail", Viewer),
    ("outbox/list-mails", Viewer),
    ("people/change-role", Owner),
    ("people/end-other-sessions", Viewer),
    ("people/end-session", Viewer),
    ("people/find-invitation", Viewer),
    ("people/find-profile", Viewer),
    ("people/invite-person", Owner),
    ("people/join", Nobody),
    ("people/list-people", Owner),
    ("people/remove-person", Owner),
    ("people/rename-self", Viewer),
    ("people/withdraw-invitation", Owner),
    ("queue/cancel-message", Editor),
    ("queue/change-messages", Editor),
    ("queue/confirm-message", Editor),
    ("queue/find-queue", Viewer),
    ("queue/hasten-message", Editor),
    ("queue/list-waiting", Viewer),
    ("queue/process-now", Editor),
    ("queue/resend-message", Editor),
    ("queue/retry-message", Editor),
    ("search/search-all", Viewer),
    ("settings/choose-theme", Viewer),
    ("settings/find-about", Viewer),
    ("settings/find-settings", Viewer),
    ("settings/find-theme", Viewer),
    ("settings/find-workspace", Viewer),
    ("settings/save-sending", Owner),
    ("settings/save-tracking", Owner),
    ("settings/save-workspace", Owner),
    ("suppressions/add", Editor),
    ("suppressions/list", Viewer),
    ("suppressions/remove", Editor),
    ("templates/create-template", Editor),
    ("templates/delete-template", Editor),
    ("templates/duplicate-template", Editor),
    ("templates/edit-template", Editor),
    ("templates/import-template", Editor),
    ("templates/keep-version", Editor),
    ("templates/list-names", Viewer),
    ("templates/list-starters", Viewer),
    ("templates/list-templates", Viewer),
    ("templates/open-history", Viewer),
    ("templates/open-template", Viewer),
    ("templates/rename-template", Editor),
    ("templates/restore-version", Editor),
    ("unsubscribe", Nobody),
];

/// Every plain route: method, path, least role.
const ROUTES: &[(&str, &str, Needs)] = &[
    ("GET", "/healthz", Nobody),
    ("GET", "/readyz", Nobody),
    ("GET", "/metrics", Nobody),
    ("GET", "/t/o/{token}", Nobody),
    ("GET", "/t/c/{token}", Nobody),
    ("GET", "/t/r/{token}", Nobody),
    ("POST", "/u/{token}", Nobody),
    ("POST", "/u/{token}/undo", Nobody),
    ("GET", "/campaigns/{id}/events", Viewer),
    ("GET", "/campaigns/{id}/content", Viewer),
    ("GET", "/campaigns/{id}/recipients.csv", Viewer),
    ("GET", "/campaigns/{id}/report.csv", Viewer),
    ("GET", "/campaigns/{id}/click-map", Viewer),
    ("GET", "/drafts/{id}/preview", Viewer),
    ("GET", "/drafts/{id}/mail/{position}", Viewer),
    ("POST", "/drafts/{id}/recipients", Editor),
    ("GET", "/drafts/{id}/recipients/{file}", Viewer),
    ("GET", "/outbox/{id}/rendered", Viewer),
    ("GET", "/outbox/{id}/message.eml", Viewer),
    ("GET", "/outbox/{id}/attachments/{index}", Viewer),
    ("POST", "/suppressions/import", Editor),
    ("GET", "/suppressions/export.csv", Viewer),
    ("GET", "/templates/{id}/preview", Viewer),
    ("GET", "/templates/{id}/versions/{version}/preview", Viewer),
    ("GET", "/templates/{id}/export", Viewer),
    ("GET", "/templates/starters/{key}/preview", Viewer),
    ("POST", "/templates/import/file", Editor),
];

/// Pages a visitor may see.
const PUBLIC_PAGES: [&str; 4] = ["/sign-in", "/setup/:token", "/join/:token", "/u/:token"];

/// One body that every server function can read: unknown fields are passed over. Ids name nothing that exists.
const BODY: &str = "id=99&revision=1&set=99&up=true&enabled=true&lane=99&after=&tab=rendered&token=x&email=a%40example.com&password=x&words=&page=1&version=99\
    &q=&campaign=99&message=99&recipient=1&current_password=x&new_password=y\
    &form[id]=99&form[revision]=1&form[name]=x&form[token]=x&form[draft]=99&form[campaign]=99&form[message]=99&form[addresses]=a%40example.com\
    &query[id]=99&query[campaign]=99&edit[action]=undo";

/// The listed calls and the registered ones are the same.
#[tokio::test(flavor = "multi_thread")]
async fn every_server_function_is_listed_here() {
    let _registers_them = TestApp::embedded().await;
    let registered: BTreeSet<String> = server_fn_paths()
        .map(|(path, _)| path.trim_start_matches("/api/").to_owned())
        .collect();
    let listed: BTreeSet<String> = CALLS.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(registered, listed);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_plain_route_is_listed_here() {
    let mut found = BTreeSet::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("tests") {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name == "routes.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for part in text.split(".route(").skip(1) {
                    found.insert(
                        part.trim_start()
                            .trim_start_matches('"')
                            .split('"')
                            .next()
                            .unwrap()
                            .to_owned(),
                    );
                }
            }
        }
    }
    let listed: BTreeSet<String> = ROUTES
        .iter()
        .map(|(_, path, _)| (*path).to_owned())
        .collect();
    assert_eq!(found, listed);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_server_function_does_anything_for_those_it_is_not_for() {
    let test = TestApp::embedded().await;
    let mut wrong = Vec::new();
    for (path, needs) in CALLS {
        let url = format!("/api/{path}");
        let mut check = |who: &str, answer: Answer, is_allowed: bool| {
            let refused = answer.status == 401 || answer.status == 403;
            // A body that cannot be read proves nothing.
            let unread = answer.body.contains("could not be read");
            if refused == is_allowed || unread {
                wrong.push(format!(
                    "{path} by {who}: {} {}",
                    answer.status,
                    answer.body.chars().take(160).collect::<String>()
                ));
            }
        };
        check("a visitor", call(&test, None, &url).await, *needs == Nobody);
        if *needs != Nobody && *path != "auth/sign-out" {
            check(
                "a viewer",
                call(&test, Some(Role::Viewer), &url).await,
                *needs == Viewer,
            );
            if *needs == Owner {
                check(
                    "an editor",
                    call(&test, Some(Role::Editor), &url).await,
                    false,
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_does_anything_for_those_it_is_not_for() {
    let test = TestApp::embedded().await;
    let mut wrong = Vec::new();
    for (method, path, needs) in ROUTES {
        let url = path
            .replace("{id}", "99")
            .replace("{token}", "x")
            .replace("{key}", "x")
            .replace("{version}", "99")
            .replace("{file}", "invalid.csv")
            .replace("{index}", "0")
            .replace("{position}", "1");
        let visitor = send(&test, None, method, &url).await;
        let is_refused = visitor.status == 401 || visitor.location().starts_with("/sign-in");
        if is_refused == (*needs == Nobody) {
            wrong.push(format!("{method} {path} by a visitor: {}", visitor.status));
        }
        if *needs == Editor {
            let viewer = send(&test, Some(Role::Viewer), method, &url).await;
            // A plain form's refusal goes back to its page, in the address: {"Forbidden": …} in base64.
            if viewer.status != 403 && !viewer.location().contains("__err=eyJGb3JiaWRkZW4i") {
                wrong.push(format!(
                    "{method} {path} by a viewer: {} {}",
                    viewer.status,
                    viewer.location()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_but_the_public_ones_asks_a_visitor_to_sign_in() {
    let test = TestApp::embedded().await;
    let mut wrong = Vec::new();
    for page in leptos_axum::generate_route_list(App) {
        let path = page.path().replace("{", ":").replace("}", "");
        let url: String = path
            .split('/')
            .map(|part| if part.starts_with(':') { "99" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        let answer = test.get(None, &url).await;
        let is_refused = answer.location().starts_with("/sign-in");
        if is_refused == PUBLIC_PAGES.contains(&path.as_str()) {
            wrong.push(format!("{path}: {} {}", answer.status, answer.location()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn call(test: &TestApp, role: Option<Role>, url: &str) -> Answer {
    let request = Request::post(url)
        .header(header::HOST, "mailer.test")
        .header(header::ORIGIN, "http://mailer.test")
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    test.request(signed_in(request, role).body(Body::from(BODY)).unwrap())
        .await
}

async fn send(test: &TestApp, role: Option<Role>, method: &str, url: &str) -> Answer {
    let request = Request::builder()
        .method(method.parse::<Method>().unwrap())
        .uri(url)
        .header(header::HOST, "mailer.test")
        .header(header::ORIGIN, "http://mailer.test")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
    let body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\r\nemail\r\na@example.com\r\n--b--\r\n";
    test.request(signed_in(request, role).body(Body::from(body)).unwrap())
        .await
}

fn signed_in(
    request: axum::http::request::Builder,
    role: Option<Role>,
) -> axum::http::request::Builder {
    match role {
        Some(role) => request.header(
            header::COOKIE,
            format!("mailer_session=token-of-{}", role.as_str()),
        ),
        None => request,
    }
}
