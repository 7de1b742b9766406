//! Use-cases of coming in and going out. Links and cookies are stored as hashes only.

use super::model::{OwnerForm, Role, User, check_address, password_problem};
use super::throttle::Attempt;
use super::{password, repo};
use crate::error::AppError;
use crate::features::audit::repo::{insert_of, insert_with};
use crate::features::people::device;
use crate::ids::UserId;
use crate::server::AppState;
use crate::server::db::DbError;
use crate::server::request::{Caller, Cx};
use crate::server::secrets::{random_token, token_hash};

/// A session ends after this long without use.
pub const SESSION_SECS: i64 = 14 * 24 * 3600;
const SETUP_LINK_MS: i64 = 24 * 3600 * 1000;

/// Who holds this cookie. Moves the session's end, at most once in five minutes.
pub async fn find_session(app: &AppState, token: &str) -> Result<Option<Caller>, AppError> {
    let now = app.now();
    let Some((session, user, seen)) = repo::find_session(&app.db, &token_hash(token), now).await?
    else {
        return Ok(None);
    };
    if now - seen > 300_000 {
        app.db
            .exec(repo::update_session_seen(
                session,
                now,
                now + SESSION_SECS * 1000,
            ))
            .await?;
    }
    Ok(Some(Caller { user, session }))
}

/// Makes a setup link if there is no user yet. Called at each start; the link is good for a day.
pub async fn create_setup_link(app: &AppState) -> Result<Option<String>, AppError> {
    if repo::count_users(&app.db).await? > 0 {
        return Ok(None);
    }
    let token = random_token();
    app.db
        .exec(repo::insert_setup_link(
            &token_hash(&token),
            app.now(),
            app.now() + SETUP_LINK_MS,
        ))
        .await?;
    Ok(Some(app.url(&format!("/setup/{token}"))))
}

/// Whether this setup link still works.
pub async fn check_setup_link(cx: &Cx, token: &str) -> Result<(), AppError> {
    if repo::find_link(&cx.db, "setup", &token_hash(token), cx.now()).await? {
        return Ok(());
    }
    Err(expired_link())
}

fn expired_link() -> AppError {
    AppError::refused(
        "This setup link has expired or was used already. Restart Mailer to get a new one in its log, or sign in if an owner exists.",
    )
}

/// Creates the first owner and signs them in; returns the session token.
pub async fn create_owner(cx: &Cx, form: &OwnerForm) -> Result<String, AppError> {
    check_setup_link(cx, &form.token).await?;
    form.validate().map_err(|error| error.with_typed(form))?;
    let hash = password::hash(form.password.clone()).await?;
    let (now, token) = (cx.now(), random_token());
    let email = form.email.trim();
    let result = cx
        .db
        .batch(vec![
            repo::update_link_used(&token_hash(&form.token), now),
            repo::insert_owner(form.name.trim(), email, &hash, now),
            repo::insert_session(
                &email.to_lowercase(),
                &token_hash(&token),
                &cx.client.user_agent,
                now,
                now + SESSION_SECS * 1000,
            ),
            insert_of(&email.to_lowercase(), "user.create", &device_words(cx), now),
        ])
        .await;
    match result {
        Ok(_) => Ok(token),
        Err(DbError::RowsAffected { .. }) => Err(expired_link()),
        Err(other) => Err(other.into()),
    }
}

/// Checks address and password and opens a session; returns its token. Slow on purpose, and slower after failures.
pub async fn sign_in(cx: &Cx, email: &str, typed: &str) -> Result<String, AppError> {
    let email_key = email.trim().to_lowercase();
    if let Err(message) = check_address(&email_key) {
        return Err(AppError::invalid("email", message));
    }
    if typed.is_empty() {
        return Err(AppError::invalid("password", "Enter your password."));
    }
    let attempt = Attempt::sign_in(cx, &email_key).await?;
    let found = match check(cx, &email_key, typed).await {
        Ok(found) => found,
        Err(error) => {
            attempt.take_back(cx).await;
            return Err(error);
        }
    };
    let now = cx.now();
    let Some(user) = found else {
        let line = insert_with(None, "sign-in.refused", &email_key, &device_words(cx), now);
        cx.db.exec(line).await?;
        return Err(AppError::refused(
            "The email address or the password is wrong.",
        ));
    };
    let token = random_token();
    let mut batch = attempt.succeeded();
    batch.push(repo::insert_session(
        &email_key,
        &token_hash(&token),
        &cx.client.user_agent,
        now,
        now + SESSION_SECS * 1000,
    ));
    batch.push(insert_with(
        Some(user.id),
        "sign-in",
        "",
        &device_words(cx),
        now,
    ));
    cx.db.batch(batch).await?;
    Ok(token)
}

/// Whose address and password these are, if anybody's.
async fn check(cx: &Cx, email_key: &str, typed: &str) -> Result<Option<User>, AppError> {
    let found = repo::find_credentials(&cx.db, email_key).await?;
    let hash = found
        .as_ref()
        .map(|credentials| credentials.password_hash.clone());
    let good = password::verify(typed.to_owned(), hash).await?;
    Ok(found.filter(|_| good).map(|credentials| credentials.user))
}

/// Where somebody came from, for the audit trail: the device, and the address of the network.
pub fn device_words(cx: &Cx) -> String {
    let device = device::of_agent(&cx.client.user_agent);
    match cx.client.ip.as_str() {
        "" => device,
        ip => format!("{device}, {ip}"),
    }
}

pub async fn sign_out(cx: &Cx) -> Result<(), AppError> {
    let caller = cx.caller()?;
    cx.db
        .batch(vec![
            repo::delete_session(caller.session),
            insert_with(
                Some(caller.user.id),
                "sign-in.ended",
                "",
                &device_words(cx),
                cx.now(),
            ),
        ])
        .await?;
    Ok(())
}

/// Changes the caller's own password and ends their other sessions.
pub async fn change_password(cx: &Cx, current: &str, new: &str) -> Result<(), AppError> {
    let caller = cx.require(Role::Viewer)?;
    let User { id, .. } = caller.user;
    // What costs nothing to refuse comes first: a new password that is too short is no guess at the current one.
    if let Some(message) = password_problem(new) {
        return Err(AppError::invalid("new_password", message));
    }
    let attempt = Attempt::confirm(cx, id).await?;
    let hash = match confirm_and_hash(cx, id, current, new).await {
        Ok(hash) => hash,
        Err(error) => {
            attempt.take_back(cx).await;
            return Err(error);
        }
    };
    let Some(hash) = hash else {
        return Err(AppError::invalid(
            "current_password",
            "This is not your current password.",
        ));
    };
    let mut batch = attempt.succeeded();
    batch.extend([
        repo::update_password(id, &hash, cx.now()),
        repo::delete_other_sessions(id, caller.session),
        repo::insert_audit(Some(id), "user.password", "", cx.now()),
    ]);
    cx.db.batch(batch).await?;
    Ok(())
}

/// The hash of the new password, if the current one is right.
async fn confirm_and_hash(
    cx: &Cx,
    id: UserId,
    current: &str,
    new: &str,
) -> Result<Option<String>, AppError> {
    let hash = repo::find_password_hash(&cx.db, id).await?;
    if !password::verify(current.to_owned(), hash).await? {
        return Ok(None);
    }
    password::hash(new.to_owned()).await.map(Some)
}
