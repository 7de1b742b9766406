//! What links and pixels in mail do. Their token is the only proof, so nothing here asks for a role.

use super::buffer::{Event, EventKind};
use super::judgement::judge_all;
use super::machine::SCAN;
use super::model::{Standing, UnsubscribeView, masked};
use super::token::{Token, TokenKind, decode};
use super::{privacy, repo};
use crate::delivery::content::render_target;
use crate::delivery::queue;
use crate::error::AppError;
use crate::features::settings::repo::{find_workspace, select_workspace, workspace};
use crate::features::suppressions::model::Reason;
use crate::features::suppressions::repo as suppressions;
use crate::ids::MessageId;
use crate::server::AppState;
use crate::server::db::DbError;
use crate::server::services::Progress;

/// Events that one transaction takes.
const CHUNK: usize = 500;
/// Of a browser's name, so many characters are kept.
const AGENT_CHARS: usize = 200;

/// A visit of a pixel or link.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    pub user_agent: &'a str,
    /// The network address it came from.
    pub ip: &'a str,
    pub is_head: bool,
    /// The request says that it fetches ahead of a person.
    pub is_ahead: bool,
    /// The browser asks not to be tracked (Global Privacy Control).
    pub is_opted_out: bool,
}

/// Somebody loaded the pixel. False: the token is not one of ours.
pub fn record_open(app: &AppState, token: &str, visit: Visit<'_>) -> bool {
    let Some(Token {
        kind: TokenKind::Open,
        message,
    }) = decode(&app.keys, token)
    else {
        return false;
    };
    record(app, message, EventKind::Open, visit);
    true
}

/// Somebody followed the link that no person sees. False: the token is not one of ours.
pub fn record_trap(app: &AppState, token: &str, visit: Visit<'_>) -> bool {
    let Some(Token {
        kind: TokenKind::Open,
        message,
    }) = decode(&app.keys, token)
    else {
        return false;
    };
    record(app, message, EventKind::Trap, visit);
    true
}

/// Somebody followed a link: where it leads, always http or https.
///
/// # Errors
/// `NotFound` when the token is not one of ours, or the message or the link is gone.
pub async fn follow_link(
    app: &AppState,
    token: &str,
    visit: Visit<'_>,
) -> Result<String, AppError> {
    let Some(Token {
        kind: TokenKind::Click(link),
        message,
    }) = decode(&app.keys, token)
    else {
        return Err(AppError::not_found("link"));
    };
    let found = repo::find_link(&app.db, message, link).await?;
    let found = found.ok_or_else(|| AppError::not_found("link"))?;
    let target = render_target(&found.target, &found.merge, &found.constants).ok();
    let target = target.and_then(|target| safe_target(&target));
    let target = target.ok_or_else(|| AppError::not_found("link"))?;
    record(app, message, EventKind::Click(link), visit);
    Ok(target)
}

/// A target as a `Location` header may hold it; `None` for anything but a web address.
fn safe_target(target: &str) -> Option<String> {
    let url = reqwest::Url::parse(target.trim()).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    is_web.then(|| url.into())
}

fn record(app: &AppState, message: MessageId, kind: EventKind, visit: Visit<'_>) {
    let event = Event {
        message,
        kind,
        is_head: visit.is_head,
        is_ahead: visit.is_ahead,
        user_agent: visit
            .user_agent
            .chars()
            .filter(|c| !c.is_control())
            .take(AGENT_CHARS)
            .collect(),
        ip: visit.ip.to_owned(),
        is_opted_out: visit.is_opted_out,
        at: app.now(),
    };
    if !app.events.push(event) {
        tracing::debug!("an open or click was dropped: too many wait to be written");
    }
}

/// Writes a share of the events that wait.
pub async fn flush_some(app: &AppState) -> Result<Progress, AppError> {
    let events = app.events.take(CHUNK);
    if events.is_empty() {
        return Ok(Progress::Idle);
    }
    match write(app, &events).await {
        Ok(()) if app.events.is_empty() => Ok(Progress::Idle),
        Ok(()) => Ok(Progress::More),
        Err(error) => {
            // What may have been written is not written again: a lost open is better than a doubled one.
            if error.is_retry_safe() {
                app.events.put_back(events);
            } else {
                tracing::warn!(lost = events.len(), "opens and clicks were not written");
            }
            Err(error.into())
        }
    }
}

/// Writes all events that wait: before the process ends, and before a test looks.
pub async fn flush(app: &AppState) -> Result<(), AppError> {
    while flush_some(app).await? == Progress::More {}
    Ok(())
}

/// Judges and writes: one round trip to learn what is known, one for the batch.
async fn write(app: &AppState, events: &[Event]) -> Result<(), DbError> {
    let mut messages: Vec<MessageId> = events.iter().map(|event| event.message).collect();
    messages.sort_unstable();
    messages.dedup();
    let earliest = events.iter().map(|event| event.at).min();
    let [state, clicks] = repo::select_facts(&messages, earliest.unwrap_or_default() - SCAN);
    let known = app
        .db
        .batch(vec![select_workspace(), state, clicks])
        .await?;
    let [settings, state, clicks] = known.as_slice() else {
        return Ok(());
    };
    let workspace = workspace(settings)?;
    let facts = repo::facts(state, clicks)?;
    let mut wanted: Vec<Event> = events
        .iter()
        .filter(|event| match event.kind {
            EventKind::Open => workspace.track_opens,
            EventKind::Click(_) | EventKind::Trap => workspace.track_clicks,
        })
        .filter(|event| !(event.is_opted_out && workspace.honour_gpc))
        .cloned()
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    privacy::reduce(app, workspace.keep_ip, &mut wanted).await?;
    let (judged, turns) = judge_all(&wanted, &facts);
    let mut batch = Vec::new();
    if !turns.is_empty() {
        batch.push(repo::update_turned(&turns));
    }
    batch.extend(repo::insert_events(&judged, workspace.track_opens));
    app.db.batch(batch).await?;
    Ok(())
}

fn unsubscribe_message(app: &AppState, token: &str) -> Result<MessageId, AppError> {
    match decode(&app.keys, token) {
        Some(Token {
            kind: TokenKind::Unsubscribe,
            message,
        }) => Ok(message),
        _ => Err(AppError::not_found("unsubscribe link")),
    }
}

async fn addressee(
    app: &AppState,
    token: &str,
) -> Result<(MessageId, repo::Addressee, Standing), AppError> {
    let message = unsubscribe_message(app, token)?;
    let found = repo::find_addressee(&app.db, message).await?;
    let found = found.ok_or_else(|| AppError::not_found("unsubscribe link"))?;
    let standing = match &found.suppressed {
        _ if found.is_test => Standing::Test,
        None => Standing::Subscribed,
        Some(reason) if reason == Reason::Unsubscribed.as_str() => Standing::Unsubscribed,
        Some(_) => Standing::Suppressed,
    };
    Ok((message, found, standing))
}

/// What the unsubscribe page shows. Changes nothing: mail scanners open every link.
pub async fn find_unsubscribe(app: &AppState, token: &str) -> Result<UnsubscribeView, AppError> {
    let (_, found, standing) = addressee(app, token).await?;
    Ok(UnsubscribeView {
        address: masked(&found.address),
        sender: find_workspace(&app.db).await?.name,
        standing,
    })
}

/// Takes the address of a message off everything, mail that waits included. Idempotent. Returns where the person stands now.
pub async fn unsubscribe(app: &AppState, token: &str) -> Result<Standing, AppError> {
    let (message, found, standing) = addressee(app, token).await?;
    if standing == Standing::Test {
        return Ok(standing);
    }
    let now = app.now();
    let mut batch = repo::insert_unsubscribe(message, now).to_vec();
    batch.push(suppressions::insert_unsubscribed(
        &found.address,
        &found.address_key,
        message,
        now,
    ));
    batch.push(queue::suppress_address(
        &found.address_key,
        Reason::Unsubscribed.as_str(),
        now,
    ));
    app.db.batch(batch).await?;
    Ok(addressee(app, token).await?.2)
}

/// "I did this by mistake": mail may be sent to the address again, and what campaigns still hold for it goes out after all: the
/// person asked for it, and the marketer meant them to have it. Only what the person did themselves is taken back.
pub async fn undo_unsubscribe(app: &AppState, token: &str) -> Result<Standing, AppError> {
    let (_, found, standing) = addressee(app, token).await?;
    if standing != Standing::Unsubscribed {
        return Ok(standing);
    }
    let mut batch = repo::delete_unsubscribes(&found.address_key).to_vec();
    batch.push(queue::restore_unsubscribed(&found.address_key, app.now()));
    batch.push(suppressions::delete_unsubscribed(&found.address_key));
    app.db.batch(batch).await?;
    app.wake.delivery();
    Ok(Standing::Subscribed)
}

#[cfg(test)]
mod tests {
    use super::safe_target;

    #[test]
    fn only_web_addresses_are_followed() {
        for (target, shown) in [
            (
                " https://example.com/a?b=c ",
                Some("https://example.com/a?b=c"),
            ),
            (
                "HTTP://Example.com/über uns",
                Some("http://example.com/%C3%BCber%20uns"),
            ),
            ("https://exa\nmple.com/", Some("https://example.com/")),
            ("javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("mailto:ann@example.com", None),
            ("//example.com", None),
            ("/inside", None),
            ("", None),
        ] {
            assert_eq!(safe_target(target).as_deref(), shown, "{target}");
        }
    }
}
