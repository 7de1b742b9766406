//! What only the embedded file can show: backups, panics of the driver, locks of other processes.

use std::time::Duration;

use mailer::server::db::{Db, DbError, DbTarget, Patience, sql};

use super::{at_once, insert, number, table};
use crate::util::databases::{Fresh, empty_embedded};

#[tokio::test]
async fn a_backup_is_complete_and_checked() {
    let Fresh { db, folder, .. } = empty_embedded().await;
    let folder = folder.unwrap();
    table(&db).await;
    db.exec(insert("kept")).await.unwrap();
    let path = folder.path().join("copy.db");
    db.backup_to(&path).await.unwrap();
    assert!(
        db.backup_to(&path).await.is_err(),
        "a backup must not be overwritten"
    );
    db.exec(insert("later")).await.unwrap();
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        !names
            .iter()
            .any(|name| name.to_string_lossy().contains("partial")),
        "{names:?}"
    );
    let copy = Db::open(&DbTarget::File(path)).await.unwrap();
    assert_eq!(number(&copy, "SELECT count(*) FROM t").await, 1);
}

#[tokio::test]
async fn closing_leaves_one_file() {
    let Fresh { db, folder, target } = empty_embedded().await;
    table(&db).await;
    db.close().await;
    let folder = folder.unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(files, ["mailer.db"]);
    assert_eq!(
        number(&Db::open(&target).await.unwrap(), "SELECT count(*) FROM t").await,
        0
    );
}

#[tokio::test]
async fn a_panic_in_the_driver_is_an_error_and_nothing_more() {
    let Fresh {
        db,
        folder: _folder,
        ..
    } = empty_embedded().await;
    table(&db).await;
    // The driver panics on text that is not UTF-8.
    let poison = "SELECT CAST(X'ff' AS TEXT)";
    for _ in 0..6 {
        assert!(matches!(
            db.query(sql(poison)).await,
            Err(DbError::Driver(_))
        ));
    }
    let write = "INSERT INTO t (name) VALUES ('gone') RETURNING CAST(X'ff' AS TEXT)";
    assert!(matches!(
        db.query(sql(write)).await,
        Err(DbError::Driver(_))
    ));
    let results = at_once(50, |i| {
        let db = db.clone();
        async move {
            if i % 10 == 4 {
                db.query(sql(write)).await.map(drop)
            } else {
                db.exec(insert(&i.to_string())).await.map(drop)
            }
        }
    })
    .await;
    for (i, result) in results.iter().enumerate() {
        assert_eq!(result.is_ok(), i % 10 != 4, "{result:?}");
    }
    assert_eq!(number(&db, "SELECT count(*) FROM t").await, 45);
}

#[tokio::test]
async fn reads_go_on_while_a_write_runs() {
    let Fresh {
        db,
        folder: _folder,
        ..
    } = empty_embedded().await;
    table(&db).await;
    let long = "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 300000) INSERT INTO t (id) SELECT n FROM i";
    let writer = db.clone();
    let write = tokio::spawn(async move { writer.exec(sql(long)).await });
    let mut seen_before = 0;
    while !write.is_finished() {
        assert!([0, 300_000].contains(&number(&db, "SELECT count(*) FROM t").await));
        seen_before += 1;
    }
    assert_eq!(write.await.unwrap().unwrap(), 300_000);
    assert!(seen_before > 0);
}

#[tokio::test]
async fn a_write_waits_for_another_process_and_gives_up_in_the_end() {
    let Fresh { db, target, folder } = empty_embedded().await;
    table(&db).await;
    let DbTarget::File(path) = &target else {
        unreachable!()
    };
    let patience = Patience {
        retry: Duration::from_millis(300),
        ..Patience::default()
    };
    let hasty = Db::open_with(&target, patience).await.unwrap();
    // A lock held from outside this layer.
    let other = libsql::Builder::new_local(path)
        .build()
        .await
        .unwrap()
        .connect()
        .unwrap();
    other
        .execute_batch("BEGIN IMMEDIATE; INSERT INTO t (name) VALUES ('other')")
        .await
        .unwrap();
    assert_eq!(hasty.exec(insert("refused")).await, Err(DbError::Busy));
    assert_eq!(
        hasty
            .batch(vec![insert("refused"), insert("refused too")])
            .await
            .map(drop),
        Err(DbError::Busy)
    );
    assert!(hasty.retries() > 0);
    let patient = db.clone();
    let waiting = tokio::spawn(async move { patient.exec(insert("waited")).await });
    assert_eq!(number(&db, "SELECT count(*) FROM t").await, 0);
    other.execute_batch("COMMIT").await.unwrap();
    assert_eq!(waiting.await.unwrap(), Ok(1));
    assert_eq!(number(&db, "SELECT count(*) FROM t").await, 2);
    drop(folder);
}

#[tokio::test]
async fn an_unusable_file_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a folder/mailer.db");
    Db::open(&DbTarget::File(path)).await.unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(
        &text,
        "These are notes, and no database at all.\n".repeat(100),
    )
    .unwrap();
    assert!(Db::open(&DbTarget::File(text)).await.is_err());
    let error = Db::open(&DbTarget::File(folder.path().into()))
        .await
        .err()
        .unwrap();
    assert!(
        matches!(&error, DbError::Unavailable(text) if text.contains("cannot be opened")),
        "{error:?}"
    );
    assert!(Db::open(&DbTarget::File(":memory:".into())).await.is_err());
}
