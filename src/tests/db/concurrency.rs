//! Many writers at once, in one instance and in two.

use std::collections::HashSet;

use mailer::server::db::{Db, DbError, sql};

use super::{at_once, insert, number, table};
use crate::util::databases::Fresh;

on_both_backends! {
    concurrent_claimers_never_claim_a_row_twice
    concurrent_increments_are_all_counted
    one_failing_write_among_many_affects_no_other
}

async fn concurrent_claimers_never_claim_a_row_twice(Fresh { db, target, .. }: Fresh) {
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

async fn concurrent_increments_are_all_counted(Fresh { db, target, .. }: Fresh) {
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

async fn one_failing_write_among_many_affects_no_other(Fresh { db, .. }: Fresh) {
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
