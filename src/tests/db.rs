//! The database layer's contract: one suite, run on the embedded file and on a real libSQL server.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use mailer::server::db::{
    Db, DbError, DbKind, DbTarget, MIGRATIONS, Migration, Outcome, Patience, Stmt, Value, sql,
};

use crate::util::{
    databases::{Fresh, empty_embedded, empty_remote, fresh_embedded_db},
    sqld::{self, Sqld},
};

/// Instantiates every test of [`suite`] for both backends.
macro_rules! on_both_backends {
    ($($test:ident)*) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::suite::$test(super::empty_embedded().await).await;
            })*
        }
        mod remote {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                if super::sqld::is_wanted() {
                    super::suite::$test(super::empty_remote().await).await;
                }
            })*
        }
    };
}

on_both_backends! {
    values_come_back_unchanged
    big_values_and_big_reads_come_back_whole
    values_a_backend_would_change_are_refused
    a_batch_is_applied_wholly_or_not_at_all
    a_wrong_number_of_rows_rolls_everything_back
    a_batch_returns_what_each_statement_did
    violations_are_classified
    foreign_keys_are_enforced_even_when_checked_at_commit
    returning_rows_are_read_and_the_change_is_committed
    wrong_statements_fail_and_leave_the_database_usable
    callers_cannot_write_transactions
    concurrent_claimers_never_claim_a_row_twice
    concurrent_increments_are_all_counted
    one_failing_write_among_many_affects_no_other
    concurrent_starters_apply_each_migration_once
    a_failing_migration_leaves_nothing_behind
    an_altered_or_newer_schema_is_refused
    the_clock_and_the_counters_work
    a_closed_database_says_so
}

async fn table(db: &Db) {
    db.exec(sql("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, n INTEGER NOT NULL DEFAULT 0 CHECK (n >= 0), owner TEXT)"))
        .await
        .unwrap();
}

async fn number(db: &Db, text: &'static str) -> i64 {
    db.query_one(sql(text))
        .await
        .unwrap()
        .unwrap()
        .at(0)
        .unwrap()
}

fn insert(name: &str) -> Stmt {
    sql("INSERT INTO t (name) VALUES (?1)").bind(name)
}

/// Runs `count` tasks at once and returns their results.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    count: usize,
    task: impl Fn(usize) -> F,
) -> Vec<T> {
    let running: Vec<_> = (0..count).map(|i| tokio::spawn(task(i))).collect();
    let mut results = Vec::new();
    for task in running {
        results.push(task.await.unwrap());
    }
    results
}

mod suite {
    use super::*;

    pub async fn values_come_back_unchanged(Fresh { db, .. }: Fresh) {
        db.exec(sql("CREATE TABLE v (id INTEGER PRIMARY KEY, a)"))
            .await
            .unwrap();
        let texts = [
            "",
            "it's \"quoted\" -- ; /* */",
            "❤️ émoji 👩‍👩‍👧 \u{10ffff}",
            "line\r\nline\ttab",
            "?1 :a @b $c",
        ];
        let mut values: Vec<Value> = texts.iter().map(|text| Value::from(*text)).collect();
        values.extend([0, 1, -1, i64::MAX, i64::MIN, 1 << 53, (1 << 53) + 1].map(Value::from));
        values.extend([0.5, -1.25, 1e300, 5e-324, 3.0].map(Value::from));
        values.extend([
            Value::Blob(vec![]),
            Value::Blob((0..=255).collect()),
            Value::Blob(vec![0]),
            Value::Null,
        ]);
        for value in values {
            let stmt =
                sql("INSERT INTO v (a) VALUES (?1) RETURNING a, typeof(a) AS kind, ?1 AS bound")
                    .bind(value.clone());
            let row = db.query_one(stmt).await.unwrap().unwrap();
            assert_eq!(row.get::<Value>("a").unwrap(), value);
            assert_eq!(row.get::<Value>("bound").unwrap(), value);
            let kind = match value {
                Value::Null => "null",
                Value::Integer(_) => "integer",
                Value::Real(_) => "real",
                Value::Text(_) => "text",
                Value::Blob(_) => "blob",
            };
            assert_eq!(row.get::<String>("kind").unwrap(), kind);
        }
        let row = db
            .query_one(
                sql("SELECT ?1, ?2, ?3")
                    .bind(true)
                    .bind(None::<i64>)
                    .bind(Some("x")),
            )
            .await
            .unwrap()
            .unwrap();
        assert!(row.at::<bool>(0).unwrap());
        assert_eq!(row.at::<Option<i64>>(1).unwrap(), None);
        assert_eq!(row.at::<Option<String>>(2).unwrap().as_deref(), Some("x"));
        assert!(db.query(sql("SELECT 1 WHERE 0")).await.unwrap().is_empty());
    }

    pub async fn big_values_and_big_reads_come_back_whole(Fresh { db, .. }: Fresh) {
        db.exec(sql("CREATE TABLE v (id INTEGER PRIMARY KEY, a)"))
            .await
            .unwrap();
        let text = "ünï ".repeat(40_000);
        let blob: Vec<u8> = (0..500_000_u32).map(|i| i as u8).collect();
        db.batch(vec![
            sql("INSERT INTO v (a) VALUES (?1)").bind(text.clone()),
            sql("INSERT INTO v (a) VALUES (?1)").bind(blob.clone()),
        ])
        .await
        .unwrap();
        let rows = db.query(sql("SELECT a FROM v ORDER BY id")).await.unwrap();
        assert!(
            rows[0].at::<String>(0).unwrap() == text && rows[1].at::<Vec<u8>>(0).unwrap() == blob
        );

        let names: Vec<String> = (0..20_000)
            .map(|i| format!("\"person{i}@example.com\""))
            .collect();
        let list = format!("[{}]", names.join(","));
        let added = db
            .exec(sql("INSERT INTO v (a) SELECT value FROM json_each(?1)").bind(list))
            .await
            .unwrap();
        assert_eq!(added, 20_000);
        let rows = db
            .query(sql("SELECT id, a FROM v WHERE id > 2 ORDER BY id"))
            .await
            .unwrap();
        assert_eq!(rows.len(), 20_000);
        assert_eq!(
            rows[19_999].get::<String>("a").unwrap(),
            "person19999@example.com"
        );
    }

    pub async fn values_a_backend_would_change_are_refused(Fresh { db, .. }: Fresh) {
        table(&db).await;
        assert!(matches!(
            db.exec(insert("a\0b")).await,
            Err(DbError::Constraint(_))
        ));
        assert!(matches!(
            db.query(sql("SELECT ?1").bind(f64::NAN)).await,
            Err(DbError::Constraint(_))
        ));
        assert!(matches!(
            db.batch(vec![insert("good"), insert("\0")]).await,
            Err(DbError::Constraint(_))
        ));
        assert_eq!(number(&db, "SELECT count(*) FROM t").await, 0);
    }

    pub async fn a_batch_is_applied_wholly_or_not_at_all(Fresh { db, .. }: Fresh) {
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

    pub async fn a_wrong_number_of_rows_rolls_everything_back(Fresh { db, .. }: Fresh) {
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

    pub async fn a_batch_returns_what_each_statement_did(Fresh { db, .. }: Fresh) {
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

    pub async fn violations_are_classified(Fresh { db, .. }: Fresh) {
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

    pub async fn foreign_keys_are_enforced_even_when_checked_at_commit(Fresh { db, .. }: Fresh) {
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

    pub async fn returning_rows_are_read_and_the_change_is_committed(
        Fresh { db, target, .. }: Fresh,
    ) {
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

    pub async fn wrong_statements_fail_and_leave_the_database_usable(Fresh { db, .. }: Fresh) {
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

    pub async fn callers_cannot_write_transactions(Fresh { db, .. }: Fresh) {
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

    pub async fn concurrent_claimers_never_claim_a_row_twice(Fresh { db, target, .. }: Fresh) {
        table(&db).await;
        db.exec(sql("WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 600) INSERT INTO t (id) SELECT n FROM i")).await.unwrap();
        // Two handles on the same data stand for two instances.
        let handles = [db.clone(), Db::open(&target).await.unwrap()];
        let claimed = at_once(8, |i| {
            let db = handles[i % 2].clone();
            async move {
                let mut mine: Vec<i64> = Vec::new();
                loop {
                    let claim = sql("UPDATE t SET owner = ?1 WHERE id IN (SELECT id FROM t WHERE owner IS NULL ORDER BY id LIMIT 10) RETURNING id");
                    let rows = db.query(claim.bind(format!("worker {i}"))).await.unwrap();
                    if rows.is_empty() {
                        return mine;
                    }
                    mine.extend(rows.iter().map(|row| row.at::<i64>(0).unwrap()));
                }
            }
        })
        .await;
        let all: Vec<i64> = claimed.into_iter().flatten().collect();
        assert_eq!(all.len(), 600);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 600);
    }

    pub async fn concurrent_increments_are_all_counted(Fresh { db, target, .. }: Fresh) {
        table(&db).await;
        db.exec(insert("counter")).await.unwrap();
        let handles = [db.clone(), Db::open(&target).await.unwrap()];
        at_once(8, |i| {
            let db = handles[i % 2].clone();
            async move {
                for _ in 0..10 {
                    db.batch(vec![
                        sql("UPDATE t SET n = n + 1").expect_rows(1),
                        sql("SELECT n FROM t"),
                    ])
                    .await
                    .unwrap();
                }
            }
        })
        .await;
        assert_eq!(number(&db, "SELECT n FROM t").await, 80);
    }

    pub async fn one_failing_write_among_many_affects_no_other(Fresh { db, .. }: Fresh) {
        table(&db).await;
        db.batch(vec![
            insert("taken"),
            sql("CREATE TABLE child (parent INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)"),
            sql("CREATE TRIGGER all_gone BEFORE INSERT ON t WHEN new.name = 'bomb' BEGIN SELECT RAISE(ROLLBACK, 'bomb'); END"),
        ])
        .await
        .unwrap();
        let results = at_once(200, |i| {
            let db = db.clone();
            async move {
                let name = insert(&format!("name {i}"));
                match i % 10 {
                    // Half done, then refused.
                    3 => db.batch(vec![name, insert("taken")]).await.map(drop),
                    5 => db
                        .exec(sql("UPDATE t SET n = 5 WHERE name = 'nobody'").expect_rows(1))
                        .await
                        .map(drop),
                    // Refused only when the whole group commits.
                    7 if i < 100 => db
                        .exec(sql("INSERT INTO child VALUES (-1)"))
                        .await
                        .map(drop),
                    // Takes the whole group's transaction away.
                    9 if i < 100 => db.exec(insert("bomb")).await.map(drop),
                    0 => db
                        .batch(vec![
                            name,
                            sql("UPDATE t SET n = n + 1 WHERE name = 'taken'").expect_rows(1),
                        ])
                        .await
                        .map(drop),
                    _ => db.exec(name).await.map(drop),
                }
            }
        })
        .await;
        for (i, result) in results.iter().enumerate() {
            match i % 10 {
                3 => assert_eq!(
                    *result,
                    Err(DbError::Unique {
                        what: "t.name".into()
                    })
                ),
                5 => assert!(
                    matches!(
                        result,
                        Err(DbError::RowsAffected {
                            actual: Some(0),
                            ..
                        })
                    ),
                    "{result:?}"
                ),
                7 | 9 if i < 100 => {
                    assert!(matches!(result, Err(DbError::Constraint(_))), "{result:?}")
                }
                _ => assert_eq!(*result, Ok(()), "write {i}"),
            }
        }
        let good = results.iter().filter(|result| result.is_ok()).count() as i64;
        assert_eq!(number(&db, "SELECT count(*) FROM t").await, good + 1);
        assert_eq!(
            number(&db, "SELECT n FROM t WHERE name = 'taken'").await,
            20
        );
        assert_eq!(number(&db, "SELECT count(*) FROM child").await, 0);
    }

    const FIRST: Migration = Migration {
        version: 1,
        name: "0001_first",
        script: "-- The first.\r\nCREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER);\r\nINSERT INTO a VALUES (1, 1);\r\n",
    };
    const SECOND: Migration = Migration {
        version: 2,
        name: "0002_second",
        script: "CREATE TRIGGER up AFTER INSERT ON a BEGIN UPDATE a SET n = CASE WHEN n IS NULL THEN 0 ELSE n + 1 END; END;\nINSERT INTO a VALUES (2, 1);",
    };

    pub async fn concurrent_starters_apply_each_migration_once(Fresh { target, .. }: Fresh) {
        let results = at_once(6, |_| {
            let target = target.clone();
            async move {
                let db = Db::open(&target).await?;
                db.migrate_with(&[FIRST, SECOND]).await
            }
        })
        .await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        let db = Db::open(&target).await.unwrap();
        db.migrate_with(&[FIRST, SECOND]).await.unwrap();
        assert_eq!(
            number(
                &db,
                "SELECT count(*) FROM schema_migrations WHERE applied_at > 1700000000000"
            )
            .await,
            2
        );
        assert_eq!(number(&db, "SELECT sum(n) FROM a").await, 4);
    }

    pub async fn a_failing_migration_leaves_nothing_behind(Fresh { db, .. }: Fresh) {
        let broken = Migration {
            version: 2,
            name: "0002_broken",
            script: "CREATE TABLE b (id INTEGER); INSERT INTO absent VALUES (1);",
        };
        let error = db.migrate_with(&[FIRST, broken]).await.unwrap_err();
        assert!(
            matches!(&error, DbError::Schema(text) if text.contains("0002_broken")),
            "{error:?}"
        );
        assert_eq!(
            number(&db, "SELECT count(*) FROM schema_migrations").await,
            1
        );
        assert_eq!(
            number(&db, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'").await,
            0
        );
        db.migrate_with(&[FIRST, SECOND]).await.unwrap();
    }

    pub async fn an_altered_or_newer_schema_is_refused(Fresh { db, .. }: Fresh) {
        db.migrate_with(&[FIRST, SECOND]).await.unwrap();
        let unix = Migration {
            script: "-- The first.\nCREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER);\nINSERT INTO a VALUES (1, 1);\n",
            ..FIRST
        };
        db.migrate_with(&[unix, SECOND]).await.unwrap();
        let altered = Migration {
            script: "CREATE TABLE a (id INTEGER PRIMARY KEY);",
            ..FIRST
        };
        for (list, word) in [
            (vec![altered, SECOND], "0001_first was changed"),
            (vec![FIRST], "0002_second, which"),
        ] {
            let error = db.migrate_with(&list).await.unwrap_err();
            assert!(
                matches!(&error, DbError::Schema(text) if text.contains(word)),
                "{error:?}"
            );
        }
    }

    pub async fn the_clock_and_the_counters_work(Fresh { db, .. }: Fresh) {
        let before = db.round_trips();
        let first = db.now_ms().await.unwrap();
        let second = db.now_ms().await.unwrap();
        assert!(first > 1_700_000_000_000 && second >= first && second < first + 60_000);
        assert!(db.ping().await.unwrap() < Duration::from_secs(5));
        assert_eq!(db.round_trips() - before, 3);
    }

    pub async fn a_closed_database_says_so(Fresh { db, .. }: Fresh) {
        table(&db).await;
        let clone = db.clone();
        db.close().await;
        let error = clone.exec(insert("late")).await.unwrap_err();
        assert!(matches!(error, DbError::Unavailable(_)), "{error:?}");
        assert!(clone.query(sql("SELECT 1")).await.is_err());
        clone.close().await;
    }
}

/// What only one of the backends can show.
mod embedded_only {
    use super::*;

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
    async fn a_copy_of_the_migrated_template_is_up_to_date() {
        let (_folder, path) = fresh_embedded_db().await;
        let db = Db::open(&DbTarget::File(path)).await.unwrap();
        let applied = number(&db, "SELECT count(*) FROM schema_migrations").await;
        assert_eq!(applied, MIGRATIONS.len() as i64);
        db.migrate().await.unwrap();
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
}

mod remote_only {
    use super::*;

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
    async fn faulty(fault: &'static str) -> (Db, std::sync::Arc<std::sync::atomic::AtomicU64>) {
        use axum::response::IntoResponse as _;
        let calls = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
        let counter = calls.clone();
        let answer = move || {
            let call = counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
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
        calls.store(1, std::sync::atomic::Ordering::Relaxed);
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
            let attempts = calls.load(std::sync::atomic::Ordering::Relaxed) - 1;
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
    async fn a_remote_server_accepts_the_schema() {
        if sqld::is_wanted() {
            let Fresh { db, .. } = empty_remote().await;
            db.migrate().await.unwrap();
            db.migrate().await.unwrap();
            assert_eq!(
                number(&db, "SELECT count(*) FROM schema_migrations").await,
                MIGRATIONS.len() as i64
            );
        }
    }

    #[tokio::test]
    async fn a_backup_is_left_to_the_server() {
        let (db, _) = faulty("garbage").await;
        let result = db.backup_to(std::path::Path::new("/nowhere/copy.db")).await;
        assert!(matches!(result, Err(DbError::Unsupported(_))));
    }
}
