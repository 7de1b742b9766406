//! What exec, query and batch promise, and how they fail.

use std::time::Duration;

use mailer::server::db::{Db, DbError, DbKind, Outcome, sql};

use super::{insert, number, table};
use crate::util::databases::Fresh;

on_both_backends! {
    a_batch_is_applied_wholly_or_not_at_all
    a_wrong_number_of_rows_rolls_everything_back
    a_batch_returns_what_each_statement_did
    violations_are_classified
    foreign_keys_are_enforced_even_when_checked_at_commit
    returning_rows_are_read_and_the_change_is_committed
    wrong_statements_fail_and_leave_the_database_usable
    callers_cannot_write_transactions
    the_clock_and_the_counters_work
    a_closed_database_says_so
}

async fn a_batch_is_applied_wholly_or_not_at_all(Fresh { db, .. }: Fresh) {
    table(&db).await;
    db.batch(vec![insert("a"), insert("b")]).await.unwrap();
    let before = db.round_trips();
    let failed = db.batch(vec![insert("c"), insert("a"), insert("d")]).await;
    assert_eq!(
        failed.unwrap_err(),
        DbError::Unique {
            what: "t.name".into()
        }
    );
    assert_eq!(db.round_trips() - before, 1);
    assert_eq!(number(&db, "SELECT count(*) FROM t").await, 2);
    let broken = db
        .batch(vec![insert("c"), sql("INSERT INTO absent VALUES (1)")])
        .await;
    assert!(matches!(broken, Err(DbError::Driver(_))), "{broken:?}");
    assert_eq!(number(&db, "SELECT count(*) FROM t").await, 2);
    db.batch(vec![insert("c")]).await.unwrap();
    assert!(db.batch(vec![]).await.unwrap().is_empty());
    assert_eq!(number(&db, "SELECT count(*) FROM t").await, 3);
}

async fn a_wrong_number_of_rows_rolls_everything_back(Fresh { db, .. }: Fresh) {
    table(&db).await;
    db.batch(vec![insert("a"), insert("b")]).await.unwrap();
    let update = |name: &str| sql("UPDATE t SET n = n + 1 WHERE name = ?1").bind(name);

    assert_eq!(db.exec(update("a").expect_rows(1)).await.unwrap(), 1);
    let missed = db.exec(update("nobody").expect_rows(1)).await.unwrap_err();
    assert!(
        matches!(&missed, DbError::RowsAffected { expected: 1, actual: Some(0), sql } if sql.starts_with("UPDATE t")),
        "{missed:?}"
    );
    assert!(!missed.is_outcome_unknown() && !missed.is_retry_safe());

    let all = sql("UPDATE t SET n = 100");
    let failed = db
        .batch(vec![
            insert("c"),
            update("b").expect_rows(1),
            all.clone().expect_rows(2),
            insert("d"),
        ])
        .await;
    assert!(
        matches!(
            failed,
            Err(DbError::RowsAffected {
                expected: 2,
                actual: Some(3),
                ..
            })
        ),
        "{failed:?}"
    );
    assert_eq!(number(&db, "SELECT count(*) FROM t").await, 2);
    assert_eq!(number(&db, "SELECT sum(n) FROM t").await, 1);

    let claimed = db
        .query(sql("UPDATE t SET owner = 'x' RETURNING id").expect_rows(2))
        .await
        .unwrap();
    assert_eq!(claimed.len(), 2);
    // A read between must not borrow the count of the statement before it.
    let stale = db.batch(vec![all, sql("SELECT 1").expect_rows(0)]).await;
    if db.kind() == DbKind::Embedded {
        assert_eq!(stale.unwrap()[1].affected, 0);
    }
}

async fn a_batch_returns_what_each_statement_did(Fresh { db, .. }: Fresh) {
    table(&db).await;
    let before = db.round_trips();
    let outcomes = db
        .batch(vec![
            sql("INSERT INTO t (name) VALUES ('a'), ('b'), ('c') RETURNING id, name"),
            sql("SELECT count(*) AS total FROM t"),
            sql("UPDATE t SET n = 1 WHERE name = 'nobody'"),
            sql("DELETE FROM t WHERE name <> 'a'"),
            sql("SELECT name FROM t"),
        ])
        .await
        .unwrap();
    assert_eq!(db.round_trips() - before, 1);
    assert_eq!(
        outcomes
            .iter()
            .map(|outcome| outcome.affected)
            .collect::<Vec<_>>(),
        [3, 0, 0, 2, 0]
    );
    assert_eq!(outcomes[0].rows.len(), 3);
    assert_eq!(outcomes[1].rows[0].get::<i64>("total").unwrap(), 3);
    assert_eq!(outcomes[4].rows[0].get::<String>("name").unwrap(), "a");
    // A batch of reads alone is allowed too.
    let reads: Vec<Outcome> = db
        .batch(vec![
            sql("SELECT 1"),
            sql("SELECT name FROM t WHERE id = ?1").bind(1),
        ])
        .await
        .unwrap();
    assert_eq!(reads[1].rows[0].at::<String>(0).unwrap(), "a");
}

async fn violations_are_classified(Fresh { db, .. }: Fresh) {
    table(&db).await;
    db.exec(insert("a")).await.unwrap();
    assert_eq!(
        db.exec(insert("a")).await.unwrap_err(),
        DbError::Unique {
            what: "t.name".into()
        }
    );
    let key = db
        .exec(sql("INSERT INTO t (id) VALUES (1)"))
        .await
        .unwrap_err();
    assert_eq!(
        key,
        DbError::Unique {
            what: "t.id".into()
        }
    );
    for refused in ["UPDATE t SET n = -1", "UPDATE t SET n = NULL"] {
        let error = db.exec(sql(refused)).await.unwrap_err();
        assert!(matches!(error, DbError::Constraint(_)), "{error:?}");
    }
    db.exec(sql(
        "CREATE TRIGGER no_delete BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'keep it'); END",
    ))
    .await
    .unwrap();
    let raised = db.exec(sql("DELETE FROM t")).await.unwrap_err();
    assert!(
        matches!(&raised, DbError::Constraint(text) if text.contains("keep it")),
        "{raised:?}"
    );
    assert_eq!(number(&db, "SELECT count(*) FROM t").await, 1);
}

async fn foreign_keys_are_enforced_even_when_checked_at_commit(Fresh { db, .. }: Fresh) {
    db.batch(vec![
        sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)"),
        sql("CREATE TABLE child (id INTEGER PRIMARY KEY, now INTEGER REFERENCES parent (id), later INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"),
    ])
    .await
    .unwrap();
    let child = |column: &str| sql(format!("INSERT INTO child ({column}) VALUES (7)"));
    for column in ["now", "later"] {
        for result in [
            db.exec(child(column)).await.map(drop),
            db.batch(vec![child(column)]).await.map(drop),
        ] {
            assert!(
                matches!(result, Err(DbError::Constraint(_))),
                "{column}: {result:?}"
            );
        }
    }
    assert_eq!(number(&db, "SELECT count(*) FROM child").await, 0);
    db.batch(vec![child("later"), sql("INSERT INTO parent VALUES (7)")])
        .await
        .unwrap();
    assert_eq!(number(&db, "SELECT count(*) FROM child").await, 1);
}

async fn returning_rows_are_read_and_the_change_is_committed(Fresh { db, target, .. }: Fresh) {
    table(&db).await;
    let rows = db
        .query(sql(
            "INSERT INTO t (name) VALUES ('a'), ('b') RETURNING id, name AS title",
        ))
        .await
        .unwrap();
    assert_eq!(rows[1].get::<String>("title").unwrap(), "b");
    assert_eq!(
        db.exec(sql("UPDATE t SET n = 2 RETURNING id"))
            .await
            .unwrap(),
        2
    );
    let other = Db::open(&target).await.unwrap();
    assert_eq!(number(&other, "SELECT sum(n) FROM t").await, 4);
    let picked = db.query_one(sql("WITH x AS (SELECT 'b' AS k) DELETE FROM t WHERE name IN (SELECT k FROM x) RETURNING name")).await;
    assert_eq!(picked.unwrap().unwrap().at::<String>(0).unwrap(), "b");
    assert_eq!(number(&other, "SELECT count(*) FROM t").await, 1);
    // The names of an altered table are seen by a statement prepared before.
    let all = || async {
        db.query_one(sql("SELECT * FROM t"))
            .await
            .unwrap()
            .unwrap()
            .columns()
            .len()
    };
    assert_eq!(all().await, 4);
    other
        .exec(sql("ALTER TABLE t ADD COLUMN extra TEXT"))
        .await
        .unwrap();
    assert_eq!(all().await, 5);
}

async fn wrong_statements_fail_and_leave_the_database_usable(Fresh { db, .. }: Fresh) {
    table(&db).await;
    for wrong in [
        sql("SELEC 1"),
        sql("SELECT * FROM absent"),
        sql("SELECT ?1, ?2").bind(1),
        insert("first").bind("second"),
        sql("INSERT INTO t (name) VALUES ('one'); INSERT INTO t (name) VALUES ('two')"),
        sql(""),
    ] {
        let error = db.query(wrong.clone()).await.unwrap_err();
        assert!(matches!(error, DbError::Driver(_)), "{wrong:?}: {error:?}");
    }
    assert_eq!(number(&db, "SELECT count(*) FROM t").await, 0);
    db.exec(insert("a")).await.unwrap();
}

async fn callers_cannot_write_transactions(Fresh { db, .. }: Fresh) {
    for text in ["BEGIN", " commit", "ROLLBACK", "SAVEPOINT a"] {
        assert!(
            matches!(db.exec(sql(text)).await, Err(DbError::Unsupported(_))),
            "{text}"
        );
        assert!(
            matches!(
                db.batch(vec![sql("SELECT 1"), sql(text)]).await,
                Err(DbError::Unsupported(_))
            ),
            "{text}"
        );
    }
}

async fn the_clock_and_the_counters_work(Fresh { db, .. }: Fresh) {
    let before = db.round_trips();
    let first = db.now_ms().await.unwrap();
    let second = db.now_ms().await.unwrap();
    assert!(first > 1_700_000_000_000 && second >= first && second < first + 60_000);
    assert!(db.ping().await.unwrap() < Duration::from_secs(5));
    assert_eq!(db.round_trips() - before, 3);
}

async fn a_closed_database_says_so(Fresh { db, .. }: Fresh) {
    table(&db).await;
    let clone = db.clone();
    db.close().await;
    let error = clone.exec(insert("late")).await.unwrap_err();
    assert!(matches!(error, DbError::Unavailable(_)), "{error:?}");
    assert!(clone.query(sql("SELECT 1")).await.is_err());
    clone.close().await;
}
