//! Drafts: their audience, their content, what the pages refuse. The CSV cases go through the real upload route.

use super::util::app::{Answer, TestApp};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use mailer::features::auth::model::Role;
use mailer::features::drafts::recipients::model::{
    GivenList, RecipientsStep, RowFilter, RowStatus, SetState,
};
use mailer::features::drafts::recipients::service;
use mailer::ids::{DraftId, RecipientSetId};
use mailer::server::db::sql;

mod copies;
mod lists;
mod review;
mod rows;
mod suppressed;
mod workbooks;

const BOUNDARY: &str = "test-boundary";

async fn draft(test: &TestApp) -> DraftId {
    let rows = test
        .query(sql(
            "INSERT INTO drafts (name, mode, source, subject, created_at, updated_at) \
             VALUES ('Spring', 'html', '<p>Hi</p>', 'Hello', 1, 1) RETURNING id",
        ))
        .await;
    rows[0].get("id").unwrap()
}

async fn revision(test: &TestApp, id: DraftId) -> i64 {
    let rows = test
        .query(sql("SELECT revision FROM drafts WHERE id = ?1").bind(id))
        .await;
    rows[0].get("revision").unwrap()
}

/// What a browser sends when the form is submitted: the draft's revision and a file or a pasted list.
fn upload(
    role: Role,
    id: DraftId,
    revision: i64,
    field: &str,
    content: impl Into<Vec<u8>>,
) -> Request<Body> {
    let name = if field == "file" {
        "; filename=\"people.csv\"\r\nContent-Type: text/csv"
    } else {
        ""
    };
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"revision\"\r\n\r\n{revision}\r\n--{BOUNDARY}\r\n\
         Content-Disposition: form-data; name=\"{field}\"{name}\r\n\r\n"
    )
    .into_bytes();
    body.extend(content.into());
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
    request(role, id, Body::from(body))
}

fn request(role: Role, id: DraftId, body: Body) -> Request<Body> {
    Request::post(format!("/drafts/{id}/recipients"))
        .header(header::HOST, "mailer.test")
        .header(header::ORIGIN, "http://mailer.test")
        .header(header::ACCEPT, "text/html")
        .header(
            header::COOKIE,
            format!("mailer_session=token-of-{}", role.as_str()),
        )
        .header(
            header::CONTENT_TYPE,
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(body)
        .unwrap()
}

async fn give(test: &TestApp, id: DraftId, field: &str, content: impl Into<Vec<u8>>) -> Answer {
    let revision = revision(test, id).await;
    test.request(upload(Role::Editor, id, revision, field, content))
        .await
}

/// The list that the answer's page is about: it was refused, or waits for its column. The page comes back before a large one is
/// read to its end.
async fn given(test: &TestApp, id: DraftId, answer: &Answer) -> Option<GivenList> {
    let set: RecipientSetId = answer.location().split_once("given=")?.1.parse().unwrap();
    let begin = std::time::Instant::now();
    loop {
        let step = service::open(&test.cx(Role::Viewer), id, &RowFilter::default(), Some(set))
            .await
            .unwrap();
        let is_reading = step
            .given
            .as_ref()
            .is_some_and(|given| given.set.state == SetState::Reading);
        if !is_reading || begin.elapsed() > std::time::Duration::from_secs(60) {
            return step.given;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn step(test: &TestApp, id: DraftId, status: RowStatus) -> RecipientsStep {
    let filter = RowFilter {
        status,
        ..RowFilter::default()
    };
    service::open(&test.cx(Role::Viewer), id, &filter, None)
        .await
        .unwrap()
}

/// Addresses of the valid rows, in order.
async fn valid(test: &TestApp, id: DraftId) -> Vec<String> {
    let step = step(test, id, RowStatus::Valid).await;
    step.page.rows.into_iter().map(|row| row.address).collect()
}

#[tokio::test]
async fn a_number_in_the_form_is_no_place_for_a_file() {
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    let body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"revision\"\r\n\r\n{}\r\n--{BOUNDARY}--\r\n",
        "1".repeat(1_000_000)
    );
    let answer = test
        .request(request(Role::Editor, id, Body::from(body)))
        .await;
    let page = test.get(Some(Role::Editor), answer.location()).await;
    assert!(
        page.body.contains("This form could not be read."),
        "{}",
        answer.location()
    );
}

#[tokio::test]
async fn a_list_for_an_older_revision_is_not_taken() {
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    give(&test, id, "list", "ann@example.com").await;
    let answer = test
        .request(upload(Role::Editor, id, 1, "list", "bob@example.com"))
        .await;
    let list = given(&test, id, &answer).await.unwrap();
    assert!(
        list.set.problem.contains("changed in the meantime"),
        "{}",
        list.set.problem
    );
    assert_eq!(list.pasted, "bob@example.com");
    assert_eq!(valid(&test, id).await, ["ann@example.com"]);
}

#[tokio::test]
async fn a_viewer_looks_and_changes_nothing() {
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    give(&test, id, "list", "ann@example.com").await;
    let answer = test
        .request(upload(Role::Viewer, id, 2, "list", "bob@example.com"))
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let page = test.get(Some(Role::Viewer), answer.location()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Your role lets you look, not change."));
    assert_eq!(valid(&test, id).await, ["ann@example.com"]);
}

#[tokio::test]
async fn a_list_for_a_draft_that_is_gone_leads_to_a_page_that_says_so() {
    let test = TestApp::embedded().await;
    let answer = test
        .request(upload(
            Role::Editor,
            DraftId(99),
            1,
            "list",
            "bob@example.com",
        ))
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let page = test.get(Some(Role::Editor), answer.location()).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("There is no such draft."));
    // A program that asks for no page gets the status and the sentence.
    let mut request = upload(Role::Editor, DraftId(99), 1, "list", "bob@example.com");
    request.headers_mut().remove(header::ACCEPT);
    let answer = test.request(request).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

/// A form with this many bytes of a file, in pieces of a megabyte; and how many pieces nobody has read yet.
fn large(megabytes: usize) -> (Body, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"revision\"\r\n\r\n1\r\n--{BOUNDARY}\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"big.csv\"\r\n\r\nemail\n"
    );
    let mut piece = "someone.with.a.long.name@a-rather-long-domain.example.com\n".repeat(20_000);
    piece.truncate(1024 * 1024);
    let pieces = std::iter::once(head)
        .chain(std::iter::repeat_n(piece, megabytes))
        .chain(std::iter::once(format!("\r\n--{BOUNDARY}--\r\n")));
    let left = std::sync::Arc::new(AtomicUsize::new(megabytes + 2));
    let counter = left.clone();
    let stream = futures::stream::iter(pieces.map(move |piece| {
        counter.fetch_sub(1, Ordering::Relaxed);
        Ok::<_, std::io::Error>(piece)
    }));
    (Body::from_stream(stream), left)
}

#[tokio::test]
async fn a_refused_list_is_read_for_the_browsers_sake_but_not_without_end() {
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    for (megabytes, unread) in [(60, 0), (200, 100)] {
        let (body, left) = large(megabytes);
        let answer = test.request(request(Role::Viewer, id, body)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let left = left.load(std::sync::atomic::Ordering::Relaxed);
        assert!(
            if unread == 0 {
                left == 0
            } else {
                left > unread
            },
            "{left}"
        );
    }
    assert_eq!(test.number("SELECT count(*) FROM recipient_sets").await, 0);
}

/// The body is sent in pieces, as a browser does; it must be read to its end, or the browser would see a reset.
#[tokio::test]
async fn sixty_megabytes_are_refused_in_the_page() {
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    let (body, left) = large(60);
    let answer = test.request(request(Role::Editor, id, body)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(left.load(std::sync::atomic::Ordering::Relaxed), 0);
    let list = given(&test, id, &answer).await.unwrap();
    assert!(
        list.set.problem.contains("larger than 50 MB"),
        "{}",
        list.set.problem
    );
    assert_eq!(list.set.source, "big.csv");
    assert_eq!(test.number("SELECT count(*) FROM recipients").await, 0);
}

#[tokio::test]
async fn a_hundred_thousand_rows_take_a_hundred_statements() {
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    let mut csv = String::from("email,name,town,note\n");
    for i in 0..100_000 {
        csv.push_str(&format!(
            "person{i}@example{}.com,Person {i},Town {},\"a, note\"\n",
            i % 977,
            i % 31
        ));
    }
    let before = test.app.db.round_trips();
    give(&test, id, "file", csv).await;
    let trips = test.app.db.round_trips() - before;
    assert!(trips < 110, "{trips} round trips");
    let cx = test.cx(Role::Viewer);
    let filter = RowFilter {
        search: "person99999@".into(),
        ..RowFilter::default()
    };
    let before = test.app.db.round_trips();
    let found = service::open(&cx, id, &filter, None).await.unwrap();
    assert_eq!(test.app.db.round_trips() - before, 1);
    assert_eq!(found.page.rows.len(), 1);
    assert_eq!(found.set.unwrap().valid, 100_000);
}

#[tokio::test]
async fn lists_nobody_uses_are_removed_after_a_day() {
    use mailer::features::drafts::worker::ListCleaner;
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    let rows: String = (0..5_000)
        .map(|i| format!("old{i}@example.com\n"))
        .collect();
    give(&test, id, "list", rows).await;
    give(&test, id, "list", "ann@example.com").await;
    test.tick(ListCleaner).await;
    assert_eq!(test.number("SELECT count(*) FROM recipients").await, 5_001);
    test.app.clock.advance(25 * 3600 * 1000);
    test.tick(ListCleaner).await;
    assert_eq!(test.number("SELECT count(*) FROM recipients").await, 1);
    assert_eq!(test.number("SELECT count(*) FROM recipient_sets").await, 1);
    assert_eq!(valid(&test, id).await, ["ann@example.com"]);
}
