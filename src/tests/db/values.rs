//! Values and rows survive the way there and back, or are refused.

use mailer::server::db::{DbError, Value, sql};

use super::{insert, number, table};
use crate::util::databases::Fresh;

on_both_backends! {
    values_come_back_unchanged
    big_values_and_big_reads_come_back_whole
    values_a_backend_would_change_are_refused
}

async fn values_come_back_unchanged(Fresh { db, .. }: Fresh) {
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
        let stmt = sql("INSERT INTO v (a) VALUES (?1) RETURNING a, typeof(a) AS kind, ?1 AS bound")
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

async fn big_values_and_big_reads_come_back_whole(Fresh { db, .. }: Fresh) {
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
    assert!(rows[0].at::<String>(0).unwrap() == text && rows[1].at::<Vec<u8>>(0).unwrap() == blob);

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

async fn values_a_backend_would_change_are_refused(Fresh { db, .. }: Fresh) {
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
