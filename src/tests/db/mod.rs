//! The database layer's contract: one suite, run on the embedded file and on a real libSQL server.

use mailer::server::db::{Db, Stmt, sql};

/// Instantiates tests that take a [`crate::util::databases::Fresh`] database for both backends.
macro_rules! on_both_backends {
    ($($test:ident)*) => {
        mod on_embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::util::databases::empty_embedded().await).await;
            })*
        }
        mod on_remote {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                if crate::util::sqld::is_wanted() {
                    super::$test(crate::util::databases::empty_remote().await).await;
                }
            })*
        }
    };
}

mod concurrency;
mod embedded;
mod migrations;
mod remote;
mod statements;
mod values;

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
