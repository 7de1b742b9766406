//! Brings a database's schema up to date. Each migration is one atomic batch whose first statement records it, so that
//! several instances may start at once. Released scripts are never changed.

use sha2::{Digest, Sha256};

use super::{Db, DbError, lex, sql};

/// One step of the schema: `migrations/NNNN_name.sql`.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub version: i64,
    pub name: &'static str,
    pub script: &'static str,
}

macro_rules! migrations {
    ($($version:literal => $file:literal,)*) => {
        &[$(Migration {
            version: $version,
            name: $file,
            script: include_str!(concat!("../../../migrations/", $file, ".sql")),
        }),*]
    };
}

/// Every migration of this program, in ascending order.
pub const MIGRATIONS: &[Migration] = migrations! {
    1 => "0001_init",
    2 => "0002_rate_slots",
    3 => "0003_dkim",
    4 => "0004_addresses",
    5 => "0005_snapshot_sources",
    6 => "0006_composer",
    7 => "0007_engagement",
    8 => "0008_people",
    9 => "0009_template_versions",
};

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL)";

pub(super) async fn run(db: &Db, migrations: &[Migration]) -> Result<(), DbError> {
    db.exec(sql(LEDGER)).await?;
    let mut lost_races = 0;
    loop {
        let applied = check(db, migrations).await?;
        let Some(next) = migrations
            .iter()
            .find(|migration| !applied.contains(&migration.version))
        else {
            return Ok(());
        };
        match apply(db, next).await {
            Ok(()) => tracing::info!(migration = next.name, "schema migrated"),
            // Another instance was faster, or our own answer got lost: look again at what is recorded.
            Err(DbError::Unique { what })
                if what.starts_with("schema_migrations.") && lost_races < 100 =>
            {
                lost_races += 1;
            }
            Err(error) if error.is_outcome_unknown() && lost_races < 3 => lost_races += 1,
            Err(error) if error.is_outcome_unknown() || error.is_retry_safe() => return Err(error),
            Err(error) => {
                return Err(DbError::Schema(format!(
                    "Migration {} could not be applied: {error}",
                    next.name
                )));
            }
        }
    }
}

/// The versions on record, all of which must be known and unaltered.
async fn check(db: &Db, migrations: &[Migration]) -> Result<Vec<i64>, DbError> {
    let rows = db
        .query(sql(
            "SELECT version, name, checksum FROM schema_migrations ORDER BY version",
        ))
        .await?;
    let mut versions = Vec::with_capacity(rows.len());
    for row in rows {
        let (version, name): (i64, String) = (row.get("version")?, row.get("name")?);
        let Some(known) = migrations
            .iter()
            .find(|migration| migration.version == version)
        else {
            return Err(DbError::Schema(format!(
                "The database was already migrated to {name}, which this version of Mailer does not know: start the newer version or restore an older backup."
            )));
        };
        if row.get::<String>("checksum")? != checksum(known.script) {
            return Err(DbError::Schema(format!(
                "Migration {} was changed after it had been applied to this database: restore the original file and add a new migration instead.",
                known.name
            )));
        }
        versions.push(version);
    }
    Ok(versions)
}

async fn apply(db: &Db, migration: &Migration) -> Result<(), DbError> {
    let script = normalised(migration.script);
    let record = sql(
        "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?1, ?2, ?3, CAST(unixepoch('subsec') * 1000 AS INTEGER))",
    );
    // The primary key is both the lock and the marker.
    let mut batch = vec![
        record
            .bind(migration.version)
            .bind(migration.name)
            .bind(checksum(migration.script)),
    ];
    batch.extend(
        lex::split(&script)
            .into_iter()
            .map(|statement| sql(statement.to_owned())),
    );
    db.batch(batch).await.map(drop)
}

/// A checkout with other line ends is the same migration.
fn normalised(script: &str) -> String {
    script.replace("\r\n", "\n").replace('\r', "\n")
}

fn checksum(script: &str) -> String {
    Sha256::digest(normalised(script))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{MIGRATIONS, checksum};

    #[test]
    fn line_ends_do_not_change_the_checksum() {
        assert_eq!(checksum("a\r\nb\n"), checksum("a\nb\n"));
        assert_ne!(checksum("a\nb\n"), checksum("a\nc\n"));
        assert_eq!(checksum("").len(), 64);
    }

    #[test]
    fn every_migration_file_is_listed_once_and_in_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let entries = std::fs::read_dir(folder)
            .map(|entries| entries.flatten().collect())
            .unwrap_or_else(|_| Vec::new());
        let mut files: Vec<_> = entries
            .iter()
            .map(|entry| entry.file_name().to_string_lossy().replace(".sql", ""))
            .collect();
        files.sort();
        assert_eq!(
            MIGRATIONS
                .iter()
                .map(|migration| migration.name)
                .collect::<Vec<_>>(),
            files
        );
        for migration in MIGRATIONS {
            let number = format!("{:04}_", migration.version);
            assert!(migration.name.starts_with(&number), "{}", migration.name);
        }
        // A number may be left out: it was taken by work that never came in.
        assert!(MIGRATIONS.is_sorted_by(|a, b| a.version < b.version));
    }
}
