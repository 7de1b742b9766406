//! Fresh databases, migrated or empty, of both backends. Embedded ones are copies of a template migrated once.

use std::path::PathBuf;

use mailer::server::db::{Db, DbTarget};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// A database of a test's own; its file goes when this is dropped.
pub struct Fresh {
    pub db: Db,
    pub target: DbTarget,
    /// Keeps the file.
    pub folder: Option<TempDir>,
}

/// An embedded file with the whole schema.
pub async fn fresh_embedded_db() -> (TempDir, PathBuf) {
    static TEMPLATE: OnceCell<(TempDir, PathBuf)> = OnceCell::const_new();
    let (_, template) = TEMPLATE
        .get_or_init(async || {
            let (folder, path) = empty_embedded_db();
            let db = Db::open(&DbTarget::File(path.clone())).await.unwrap();
            db.migrate().await.unwrap();
            // Everything is in the one file once it is closed.
            db.close().await;
            (folder, path)
        })
        .await;
    let (folder, path) = empty_embedded_db();
    std::fs::copy(template, &path).unwrap();
    (folder, path)
}

/// The path of an embedded file that does not exist yet.
pub fn empty_embedded_db() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mailer.db");
    (folder, path)
}

/// Opened, without a schema.
pub async fn empty_embedded() -> Fresh {
    let (folder, path) = empty_embedded_db();
    let target = DbTarget::File(path);
    Fresh {
        db: Db::open(&target).await.unwrap(),
        target,
        folder: Some(folder),
    }
}

/// Opened, without a schema.
pub async fn empty_remote() -> Fresh {
    let target = DbTarget::Remote {
        url: super::sqld::fresh_remote_db().await,
        token: None,
    };
    Fresh {
        db: Db::open(&target).await.unwrap(),
        target,
        folder: None,
    }
}
