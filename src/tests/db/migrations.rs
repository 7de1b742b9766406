//! The migration runner, and that both backends accept the schema.

use mailer::server::db::{Db, DbError, DbTarget, MIGRATIONS, Migration, sql};

use super::{at_once, number};
use crate::util::databases::{Fresh, fresh_embedded_db};

on_both_backends! {
    concurrent_starters_apply_each_migration_once
    a_failing_migration_leaves_nothing_behind
    an_altered_or_newer_schema_is_refused
    the_released_schema_is_accepted
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

async fn concurrent_starters_apply_each_migration_once(Fresh { target, .. }: Fresh) {
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

async fn a_failing_migration_leaves_nothing_behind(Fresh { db, .. }: Fresh) {
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

async fn an_altered_or_newer_schema_is_refused(Fresh { db, .. }: Fresh) {
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

async fn the_released_schema_is_accepted(Fresh { db, .. }: Fresh) {
    db.migrate().await.unwrap();
    db.migrate().await.unwrap();
    let applied = number(&db, "SELECT count(*) FROM schema_migrations").await;
    assert_eq!(applied, MIGRATIONS.len() as i64);
    let dangling = db.query(sql("PRAGMA foreign_key_check")).await.unwrap();
    assert!(dangling.is_empty());
}

#[tokio::test]
async fn a_copy_of_the_migrated_template_is_up_to_date() {
    let (_folder, path) = fresh_embedded_db().await;
    let db = Db::open(&DbTarget::File(path)).await.unwrap();
    let applied = number(&db, "SELECT count(*) FROM schema_migrations").await;
    assert_eq!(applied, MIGRATIONS.len() as i64);
}
