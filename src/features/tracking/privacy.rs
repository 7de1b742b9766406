//! What is kept of a reader's network address, and the forgetting of what is old.

use super::buffer::Event;
use super::repo;
use crate::delivery::timezone::day;
use crate::error::AppError;
use crate::features::audit;
use crate::features::settings::model::KeepIp;
use crate::features::settings::repo as settings;
use crate::server::AppState;
use crate::server::db::DbError;
use crate::server::secrets::random_token;
use crate::server::services::Progress;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::net::IpAddr;

/// Before the day of each salt.
const SALT: &str = "reader_salt.";
/// Lines of the audit trail are kept for two years.
const AUDIT_MS: i64 = 730 * 86_400_000;
/// What one statement deletes at most.
const CHUNK: u64 = 1_000;

/// Leaves of each event's network address what may be kept of it.
pub async fn reduce(app: &AppState, mode: KeepIp, events: &mut [Event]) -> Result<(), DbError> {
    match mode {
        KeepIp::None => events.iter_mut().for_each(|event| event.ip.clear()),
        KeepIp::Truncated => events
            .iter_mut()
            .for_each(|event| event.ip = truncated(&event.ip)),
        KeepIp::Hashed => {
            let salt = salt(app).await?;
            for event in events.iter_mut().filter(|event| !event.ip.is_empty()) {
                let hash = app
                    .keys
                    .sign("reader", &[salt.as_bytes(), event.ip.as_bytes()]);
                event.ip = URL_SAFE_NO_PAD.encode(&hash[..12]);
            }
        }
    }
    Ok(())
}

/// The network of an address: the first 24 bits of IPv4, the first 48 of IPv6.
fn truncated(ip: &str) -> String {
    match ip.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V4(ip)) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.0")
        }
        Ok(IpAddr::V6(ip)) => {
            let [a, b, c, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}::")
        }
        Err(_) => String::new(),
    }
}

/// The salt of the day (UTC), the same on every instance. Once it is deleted, nobody can tell an address by its hash any more.
async fn salt(app: &AppState) -> Result<String, DbError> {
    let key = format!("{SALT}{}", day("UTC", app.now()));
    if let Some(known) = settings::find(&app.db, &key).await? {
        return Ok(known);
    }
    let fresh = random_token();
    app.db
        .exec(settings::insert_once(&key, &fresh, app.now()))
        .await?;
    // Another instance may have been faster.
    Ok(settings::find(&app.db, &key).await?.unwrap_or(fresh))
}

/// Deletes a share of what is older than the workspace keeps it: opens and clicks, salts of earlier days, the audit trail.
pub async fn forget(app: &AppState) -> Result<Progress, AppError> {
    let now = app.now();
    let keep_days = settings::find_workspace(&app.db).await?.keep_days;
    let today = format!("{SALT}{}", day("UTC", now));
    let mut batch = vec![
        settings::delete_before(SALT, &today),
        audit::repo::delete_old(now - AUDIT_MS),
    ];
    if keep_days > 0 {
        batch.push(repo::delete_old_events(now - keep_days * 86_400_000));
    }
    let outcomes = app.db.batch(batch).await?;
    let has_more = outcomes.iter().any(|outcome| outcome.affected >= CHUNK);
    Ok(if has_more {
        Progress::More
    } else {
        Progress::Idle
    })
}

#[cfg(test)]
mod tests {
    use super::truncated;

    #[test]
    fn an_address_loses_its_end() {
        for (ip, kept) in [
            ("203.0.113.77", "203.0.113.0"),
            ("::ffff:203.0.113.77", "203.0.113.0"),
            ("2001:db8:85a3::8a2e:370:7334", "2001:db8:85a3::"),
            ("unknown", ""),
            ("", ""),
        ] {
            assert_eq!(truncated(ip), kept);
        }
    }
}
