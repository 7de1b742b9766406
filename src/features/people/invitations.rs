//! Use-cases of invitations: list, invite, withdraw, look at one's own, join. The database holds a hash of each link; owners see the
//! link again because it is made from `ENCRYPTION_KEY`, the address and the moment.

use super::model::{INVITATION_DAYS, Invitation, InviteForm, JoinForm, Welcome};
use super::repo;
use crate::error::AppError;
use crate::features::audit::repo::{insert as insert_audit, insert_of};
use crate::features::auth::model::Role;
use crate::features::auth::service::{SESSION_SECS, device_words};
use crate::features::auth::{password, repo as auth};
use crate::features::settings::repo::find_workspace;
use crate::ids::InvitationId;
use crate::server::db::DbError;
use crate::server::request::Cx;
use crate::server::secrets::{Keys, random_token, token_hash};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

fn token(keys: &Keys, email: &str, created_at: i64) -> String {
    let parts: [&[u8]; 2] = [email.as_bytes(), &created_at.to_be_bytes()];
    URL_SAFE_NO_PAD.encode(keys.sign("invitation", &parts))
}

/// Those that can still be accepted.
pub async fn list(cx: &Cx) -> Result<Vec<Invitation>, AppError> {
    cx.require(Role::Owner)?;
    let stored = repo::list_invitations(&cx.db, cx.now()).await?;
    let shown = stored.into_iter().map(|one| Invitation {
        link: cx.url(&format!(
            "/join/{}",
            token(&cx.keys, &one.email, one.created_at)
        )),
        id: one.id,
        email: one.email,
        role: one.role,
        expires_at: one.expires_at,
    });
    Ok(shown.collect())
}

/// Makes the link that lets an address join. A second invitation takes the place of the first.
pub async fn invite(cx: &Cx, form: &InviteForm) -> Result<(), AppError> {
    let me = cx.require(Role::Owner)?.user.id;
    let (email, role) = form.validate()?;
    let now = cx.now();
    let hash = token_hash(&token(&cx.keys, &email, now));
    let expires_at = now + INVITATION_DAYS * 86_400_000;
    let [replace, insert] = repo::insert_invitation(&email, role, &hash, now, expires_at);
    let subject = format!("{email} as {}", role.as_str());
    let batch = vec![
        replace,
        insert,
        insert_audit(Some(me), "user.invite", &subject, now),
    ];
    match cx.db.batch(batch).await {
        Ok(_) => Ok(()),
        Err(DbError::RowsAffected { .. }) => Err(AppError::invalid(
            "email",
            "Somebody signs in with this address already.",
        )),
        Err(other) => Err(other.into()),
    }
}

/// The link stops working at once.
pub async fn withdraw(cx: &Cx, id: InvitationId) -> Result<(), AppError> {
    let me = cx.require(Role::Owner)?.user.id;
    let gone = || AppError::not_found("invitation");
    let email = repo::find_invited(&cx.db, id).await?.ok_or_else(gone)?;
    let batch = vec![
        repo::delete_invitation(id),
        insert_audit(Some(me), "user.uninvite", &email, cx.now()),
    ];
    match cx.db.batch(batch).await {
        Ok(_) => Ok(()),
        Err(DbError::RowsAffected { .. }) => Err(gone()),
        Err(other) => Err(other.into()),
    }
}

fn expired() -> AppError {
    AppError::refused(
        "This invitation has expired, was withdrawn, or was used already. Ask an owner for a new one, or sign in.",
    )
}

/// Whom a link is for. It is its own proof, so nobody need be signed in.
pub async fn find(cx: &Cx, token: &str) -> Result<Welcome, AppError> {
    let found = repo::find_invitation(&cx.db, &token_hash(token), cx.now())
        .await?
        .ok_or_else(expired)?;
    Ok(Welcome {
        email: found.email,
        role: found.role,
        workspace: find_workspace(&cx.db).await?.name,
    })
}

/// Makes the person and signs them in; returns the session's token. Works once.
pub async fn join(cx: &Cx, form: &JoinForm) -> Result<String, AppError> {
    let link = token_hash(&form.token);
    let found = repo::find_invitation(&cx.db, &link, cx.now())
        .await?
        .ok_or_else(expired)?;
    form.validate().map_err(|error| error.with_typed(form))?;
    let hash = password::hash(form.password.clone()).await?;
    let (now, session) = (cx.now(), random_token());
    let batch = vec![
        repo::insert_invited(&link, form.name.trim(), &hash, now),
        auth::update_link_used(&link, now),
        auth::insert_session(
            &found.email,
            &token_hash(&session),
            &cx.client.user_agent,
            now,
            now + SESSION_SECS * 1000,
        ),
        insert_of(&found.email, "user.join", &device_words(cx), now),
    ];
    match cx.db.batch(batch).await {
        Ok(_) => Ok(session),
        Err(DbError::RowsAffected { .. } | DbError::Unique { .. }) => Err(expired()),
        Err(other) => Err(other.into()),
    }
}
