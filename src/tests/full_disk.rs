//! A full disk: sending waits, says so, loses nothing, and goes on by itself. On the embedded file, where we can fill it.

use crate::util::app::TestApp;
use crate::util::campaign::Campaign;
use mailer::delivery::worker;
use mailer::error::AppError;
use mailer::features::auth::model::Role;
use mailer::features::queue::service::find_queue;
use mailer::features::queue::waiting::WaitKind;
use mailer::server::db::{DbError, sql};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_sending_until_there_is_space() {
    let test = TestApp::embedded().await;
    test.exec(sql(
        "INSERT INTO sender_accounts (name, kind, from_name, from_address, daily_cap, campaign_cap, max_connections, created_at, \
         updated_at) VALUES ('Sandbox', 'sandbox', 'Ann', 'ann@example.com', 0, 0, 5, 0, 0)",
    ))
    .await;
    Campaign::of(&test, 200, "ready").await;
    let pages = test.number("PRAGMA page_count").await;
    test.query(sql(format!("PRAGMA max_page_count = {}", pages + 4)))
        .await;
    let app = test.app.clone();
    let sending = tokio::spawn(async move { worker::deliver_due(&app).await });
    let begin = std::time::Instant::now();
    while !test.app.db.is_full() {
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "the disk is not full"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let ready = test.get(None, "/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("disk"), "{}", ready.body);
    let queue = find_queue(&test.cx(Role::Viewer)).await.unwrap();
    let reasons = &queue.lanes[0].reasons;
    assert!(
        reasons
            .iter()
            .any(|reason| reason.kind == WaitKind::DiskFull),
        "{reasons:?}"
    );
    let told = AppError::from(DbError::Full).to_string();
    assert!(told.contains("full"), "{told}");
    let sent = test
        .number("SELECT count(*) FROM email_queue WHERE state = 'sent'")
        .await;
    assert!(sent < 200, "the disk was full before the end");

    test.query(sql("PRAGMA max_page_count = 1000000")).await;
    sending.await.unwrap().unwrap();
    assert_eq!(
        test.number("SELECT count(*) FROM email_queue WHERE state = 'sent'")
            .await,
        200
    );
    assert_eq!(test.number("SELECT count(*) FROM outbox").await, 200);
    let sound = test.query(sql("PRAGMA integrity_check")).await;
    assert_eq!(sound[0].at::<String>(0).unwrap(), "ok");
    assert_eq!(test.get(None, "/readyz").await.status, 200);
}
