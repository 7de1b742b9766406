//! What only a remote server can show: outages, silence and lost answers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use mailer::server::db::{Db, DbError, DbTarget, Patience, sql};

use super::{insert, number, table};
use crate::util::sqld::{self, Sqld};

fn target(url: String) -> DbTarget {
    DbTarget::Remote { url, token: None }
}

#[tokio::test]
async fn a_killed_server_is_found_again_when_it_is_back() {
    if !sqld::is_wanted() {
        return;
    }
    let mut server = Sqld::start().await;
    let patience = Patience {
        retry: Duration::from_millis(300),
        ..Patience::default()
    };
    let hasty = Db::open_with(&target(server.url()), patience)
        .await
        .unwrap();
    let db = Db::open(&target(server.url())).await.unwrap();
    table(&db).await;
    db.exec(insert("before")).await.unwrap();
    server.kill();
    // A connection kept from before may only now be found dead, which leaves a write's outcome unknown: reads first.
    hasty.query(sql("SELECT 1")).await.unwrap_err();
    let error = hasty.exec(insert("lost")).await.unwrap_err();
    assert!(error.is_retry_safe(), "{error:?}");
    // Waits out the outage.
    let waiting = tokio::spawn({
        let db = db.clone();
        async move {
            db.query(sql("SELECT 1")).await?;
            db.batch(vec![insert("waited"), insert("too")])
                .await
                .map(drop)
        }
    });
    while db.retries() == 0 {
        tokio::task::yield_now().await;
    }
    server.restart().await;
    assert_eq!(waiting.await.unwrap(), Ok(()));
    assert_eq!(hasty.exec(insert("after")).await, Ok(1));
    assert_eq!(number(&db, "SELECT count(*) FROM t").await, 4);
}

#[tokio::test]
async fn silence_ends_in_a_time_out() {
    // Takes connections into its backlog and never says a word.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let short = Duration::from_millis(200);
    let started = Instant::now();
    let opened = Db::open_with(
        &target(url),
        Patience {
            statement: short,
            batch: short,
            retry: short,
        },
    )
    .await;
    assert_eq!(opened.err(), Some(DbError::Timeout));
    assert!(started.elapsed() < Duration::from_secs(5));
}

/// A server that answers the first call, then does `fault` to every later one and counts them.
async fn faulty(fault: &'static str) -> (Db, Arc<AtomicU64>) {
    use axum::response::IntoResponse as _;
    let calls = Arc::new(AtomicU64::new(0));
    let counter = calls.clone();
    let answer = move || {
        let call = counter.fetch_add(1, Ordering::Relaxed);
        async move {
            match fault {
                _ if call == 0 => r#"{"results":[{"type":"ok","response":{"type":"execute","result":{"cols":[{"name":"foreign_keys"}],"rows":[[{"type":"integer","value":"1"}]],"affected_row_count":0}}}]}"#.into_response(),
                "busy" => r#"{"results":[{"type":"error","error":{"message":"database is locked","code":"SQLITE_BUSY"}}]}"#.into_response(),
                "full" => axum::http::StatusCode::TOO_MANY_REQUESTS.into_response(),
                "broken" => axum::http::StatusCode::BAD_GATEWAY.into_response(),
                "silent" => std::future::pending().await,
                other => other.into_response(),
            }
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new().route("/v3/pipeline", axum::routing::post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let patience = Patience {
        statement: Duration::from_millis(100),
        batch: Duration::from_millis(100),
        retry: Duration::from_millis(250),
    };
    let db = Db::open_with(&target(url), patience).await.unwrap();
    calls.store(1, Ordering::Relaxed);
    (db, calls)
}

#[tokio::test]
async fn a_write_is_repeated_only_if_it_was_certainly_not_executed() {
    for (fault, is_repeated) in [
        ("busy", true),
        ("full", true),
        ("broken", false),
        ("silent", false),
        ("garbage", false),
    ] {
        let (db, calls) = faulty(fault).await;
        let error = db.exec(insert("a")).await.unwrap_err();
        let attempts = calls.load(Ordering::Relaxed) - 1;
        assert_eq!(
            attempts > 1,
            is_repeated,
            "{fault}: {attempts} attempts, {error:?}"
        );
        assert_eq!(
            error.is_outcome_unknown(),
            !is_repeated,
            "{fault}: {error:?}"
        );
        let reads_before = db.retries();
        db.query(sql("SELECT 1")).await.unwrap_err();
        assert!(
            db.retries() > reads_before,
            "a read may always be repeated: {fault}"
        );
    }
}

#[tokio::test]
async fn a_backup_is_left_to_the_server() {
    let (db, _) = faulty("garbage").await;
    let result = db.backup_to(std::path::Path::new("/nowhere/copy.db")).await;
    assert!(matches!(result, Err(DbError::Unsupported(_))));
}
