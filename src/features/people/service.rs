//! Use-cases of people: look, change a role, remove; and of one's own profile and devices. Invitations stand in invitations.rs.

use super::invitations;
use super::model::{Device, PeopleView, Person, Profile, ProfileForm};
use super::repo;
use crate::error::AppError;
use crate::features::audit::repo::insert as insert_audit;
use crate::features::auth;
use crate::features::auth::model::{Role, name_problem};
use crate::ids::{SessionId, UserId};
use crate::server::db::{DbError, Stmt};
use crate::server::request::Cx;

pub async fn list(cx: &Cx) -> Result<PeopleView, AppError> {
    let me = cx.require(Role::Owner)?.user.id;
    Ok(PeopleView {
        people: repo::list(&cx.db, me).await?,
        invitations: invitations::list(cx).await?,
    })
}

/// Somebody other than the caller, who must be an owner.
async fn find_other(cx: &Cx, id: UserId) -> Result<(UserId, Person), AppError> {
    let me = cx.require(Role::Owner)?.user.id;
    let person = repo::find(&cx.db, id, me)
        .await?
        .ok_or_else(|| AppError::not_found("person"))?;
    if person.is_self {
        return Err(AppError::refused(
            "Nobody changes or removes themselves. Ask another owner.",
        ));
    }
    Ok((me, person))
}

/// Works at once, also where the person is signed in. Says whether invitations were withdrawn with it.
pub async fn change_role(cx: &Cx, id: UserId, role: &str) -> Result<bool, AppError> {
    let (me, person) = find_other(cx, id).await?;
    let to: Role = role
        .parse()
        .map_err(|_| AppError::refused("Choose what this person may do."))?;
    if person.role == to {
        return Ok(false);
    }
    let now = cx.now();
    let subject = format!(
        "{} ({}): {} → {}",
        person.name,
        person.email,
        person.role.as_str(),
        to.as_str()
    );
    let mut batch = vec![
        repo::update_role(id, person.role, to, now),
        insert_audit(Some(me), "user.role", &subject, now),
    ];
    let withdrawn = withdraw_all(cx, me, person.role).await?;
    let has_withdrawn = withdrawn.len() > 1;
    batch.extend(withdrawn);
    cx.db.batch(batch).await?;
    Ok(has_withdrawn)
}

/// For the batch that takes somebody's right to invite: whoever holds a link they have seen could come back with it, so none of
/// the open ones works any more.
async fn withdraw_all(cx: &Cx, me: UserId, was: Role) -> Result<Vec<Stmt>, AppError> {
    if was != Role::Owner {
        return Ok(Vec::new());
    }
    let open = repo::list_invitations(&cx.db, cx.now()).await?;
    let line = |email: &str| insert_audit(Some(me), "user.uninvite", email, cx.now());
    let mut writes: Vec<Stmt> = open.iter().map(|one| line(&one.email)).collect();
    writes.push(repo::delete_invitations());
    Ok(writes)
}

/// Ends all their sessions with them. What they made stays. Says whether invitations were withdrawn with it.
pub async fn remove(cx: &Cx, id: UserId) -> Result<bool, AppError> {
    let (me, person) = find_other(cx, id).await?;
    let subject = format!("{} ({})", person.name, person.email);
    let mut batch = vec![
        repo::delete(id),
        insert_audit(Some(me), "user.remove", &subject, cx.now()),
    ];
    let withdrawn = withdraw_all(cx, me, person.role).await?;
    let has_withdrawn = withdrawn.len() > 1;
    batch.extend(withdrawn);
    cx.db.batch(batch).await?;
    Ok(has_withdrawn)
}

pub async fn find_profile(cx: &Cx) -> Result<Profile, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let devices: Vec<Device> =
        repo::list_devices(&cx.db, caller.user.id, caller.session, cx.now()).await?;
    Ok(Profile {
        user: caller.user.clone(),
        devices,
    })
}

pub async fn rename(cx: &Cx, form: &ProfileForm) -> Result<(), AppError> {
    let user = &cx.require(Role::Viewer)?.user;
    if let Some(message) = name_problem(&form.name) {
        return Err(AppError::invalid("name", message));
    }
    let (name, now) = (form.name.trim(), cx.now());
    let subject = format!("{} → {name}", user.name);
    cx.db
        .batch(vec![
            repo::update_name(user.id, name, now),
            insert_audit(Some(user.id), "user.rename", &subject, now),
        ])
        .await?;
    Ok(())
}

/// Signs one of the caller's other devices out.
pub async fn end_session(cx: &Cx, id: SessionId) -> Result<(), AppError> {
    let caller = cx.require(Role::Viewer)?;
    if id == caller.session {
        return Err(AppError::refused(
            "This is the device you are using. Sign out instead.",
        ));
    }
    let batch = vec![
        repo::delete_session(caller.user.id, id),
        insert_audit(Some(caller.user.id), "user.session", "", cx.now()),
    ];
    match cx.db.batch(batch).await {
        Ok(_) => Ok(()),
        Err(DbError::RowsAffected { .. }) => Err(AppError::not_found("device")),
        Err(other) => Err(other.into()),
    }
}

pub async fn end_other_sessions(cx: &Cx) -> Result<(), AppError> {
    let caller = cx.require(Role::Viewer)?;
    cx.db
        .batch(vec![
            auth::repo::delete_other_sessions(caller.user.id, caller.session),
            insert_audit(Some(caller.user.id), "user.sessions", "", cx.now()),
        ])
        .await?;
    Ok(())
}
