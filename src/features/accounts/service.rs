//! Use-cases of sender accounts: look, save, order, switch, reset, delete. Connecting to them stands in connect.rs.

use super::connect::{self, Password};
use super::form::{AccountForm, Details};
use super::model::{
    Account, AccountChoice, AccountDetail, AccountLine, AccountsOverview, BreakerState, Kind, Tls,
    Turns,
};
use super::repo::{self, DeliveryAccount};
use super::test_mail;
use crate::delivery::timezone::{day, day_end};
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::features::auth::repo::insert_audit;
use crate::features::settings;
use crate::ids::AccountId;
use crate::server::AppState;
use crate::server::db::DbError;
use crate::server::errors::internal;
use crate::server::request::Cx;

/// Set once the first sandbox exists, so that deleting it is final.
const SANDBOX_MARK: &str = "sandbox_created";

pub async fn list(cx: &Cx) -> Result<AccountsOverview, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let now = cx.now();
    let time_zone = settings::repo::find_workspace(&cx.db).await?.time_zone;
    let used = repo::list_used(&cx.db, &day(&time_zone, now)).await?;
    let all = repo::list_for_delivery(&cx.db).await?;
    let on = all.iter().filter(|account| account.enabled);
    let turns = Turns::among(on.map(|account| account.kind));
    let mut lines: Vec<AccountLine> = all
        .into_iter()
        .map(|account| AccountLine {
            used_today: used.get(&account.id).copied().unwrap_or_default(),
            is_paused: account.breaker_state != BreakerState::Closed && account.breaker_until > now,
            is_idle: turns.passes_over(account.kind),
            account: account.into(),
        })
        .collect();
    // What has no turn stands behind those that take turns.
    lines.sort_by_key(|line| line.is_idle);
    Ok(AccountsOverview {
        lines,
        resets_at: day_end(&time_zone, now),
        time_zone,
        can_edit: caller.user.role.allows(Role::Editor),
    })
}

pub async fn find(cx: &Cx, id: AccountId) -> Result<AccountDetail, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let account: Account = find_stored(cx, id).await?.into();
    let set = settings::repo::find_workspace(&cx.db).await?.test_address;
    Ok(AccountDetail {
        account,
        test_address: if set.is_empty() {
            caller.user.email.clone()
        } else {
            set
        },
        can_edit: caller.user.role.allows(Role::Editor),
    })
}

/// For pages that let somebody choose an account.
pub async fn list_choices(cx: &Cx) -> Result<Vec<AccountChoice>, AppError> {
    cx.require(Role::Viewer)?;
    Ok(repo::list_choices(&cx.db).await?)
}

/// Makes the account, or saves it if the form carries an id. A blank password keeps the stored one.
pub async fn save(cx: &Cx, form: &AccountForm) -> Result<AccountId, AppError> {
    let user = cx.require(Role::Editor)?.user.id;
    let details = form.validate()?;
    test_mail::check_sender(&details)?;
    let now = cx.now();
    let Some(id) = details.id else {
        let secret = seal(cx, connect::password(&details, None)?)?;
        let outcomes = cx
            .db
            .batch(vec![
                repo::insert(&details, secret.as_deref(), now),
                insert_audit(Some(user), "account.create", &details.name, now),
            ])
            .await?;
        let row = outcomes.first().and_then(|outcome| outcome.rows.first());
        return match row {
            Some(row) => {
                cx.wake.delivery();
                Ok(row.get("id")?)
            }
            None => Err(internal(&"the new account has no id")),
        };
    };
    let stored = find_stored(cx, id).await?;
    if stored.kind != details.kind {
        return Err(AppError::refused(
            "An account cannot change its kind. Add a new account instead.",
        ));
    }
    let secret = seal(cx, connect::password(&details, Some(&stored))?)?;
    let mut writes = vec![
        repo::update(id, &details, secret.as_deref(), now),
        insert_audit(Some(user), "account.update", &details.name, now),
    ];
    if is_other_connection(&details, &stored) {
        // What went wrong with the old server or password says nothing about the new one.
        writes.push(repo::update_breaker_closed(id));
    }
    cx.db.batch(writes).await?;
    cx.wake.delivery();
    Ok(id)
}

fn is_other_connection(details: &Details, stored: &DeliveryAccount) -> bool {
    let same: (&str, u16, Tls, &str) = (&stored.host, stored.port, stored.tls, &stored.username);
    details.password.is_some()
        || (
            details.host.as_str(),
            details.port,
            details.tls,
            details.username.as_str(),
        ) != same
}

/// What is to be stored for this password.
fn seal(cx: &Cx, password: Password) -> Result<Option<String>, AppError> {
    match password {
        Password::None => Ok(None),
        Password::Stored(sealed) => Ok(Some(sealed)),
        Password::Typed(plain) => cx
            .keys
            .seal(connect::PURPOSE, &plain)
            .map(Some)
            .map_err(|error| internal(&error)),
    }
}

/// Swaps the account with its neighbour; at an end nothing happens.
pub async fn move_by_one(cx: &Cx, id: AccountId, up: bool) -> Result<(), AppError> {
    let user = cx.require(Role::Editor)?.user.id;
    let order = repo::list_order(&cx.db).await?;
    let Some(at) = order.iter().position(|(other, _)| *other == id) else {
        return Err(AppError::not_found("account"));
    };
    let to = if up { at.checked_sub(1) } else { Some(at + 1) };
    let Some(to) = to.filter(|to| *to < order.len()) else {
        return Ok(());
    };
    let mut ids: Vec<AccountId> = order.iter().map(|(id, _)| *id).collect();
    ids.swap(at, to);
    // Places are numbered afresh: old ones may be equal or have gaps. Each write checks the place that was read.
    let mut writes = Vec::new();
    for (place, id) in (1i64..).zip(ids) {
        let seen = order.iter().find(|(other, _)| *other == id);
        if let Some((_, from)) = seen.filter(|(_, from)| *from != place) {
            writes.push(repo::update_priority(id, *from, place));
        }
    }
    writes.push(insert_audit(
        Some(user),
        "account.move",
        &id.to_string(),
        cx.now(),
    ));
    cx.db.batch(writes).await?;
    Ok(())
}

pub async fn set_enabled(cx: &Cx, id: AccountId, enabled: bool) -> Result<(), AppError> {
    let user = cx.require(Role::Editor)?.user.id;
    let account = find_stored(cx, id).await?;
    let event = if enabled {
        "account.enable"
    } else {
        "account.disable"
    };
    cx.db
        .batch(vec![
            repo::update_enabled(id, enabled, cx.now()),
            insert_audit(Some(user), event, &account.name, cx.now()),
        ])
        .await?;
    cx.wake.delivery();
    Ok(())
}

/// Closes the breaker: the account is used again at once.
pub async fn reset_breaker(cx: &Cx, id: AccountId) -> Result<(), AppError> {
    let user = cx.require(Role::Editor)?.user.id;
    let account = find_stored(cx, id).await?;
    cx.db
        .batch(vec![
            repo::update_breaker_closed(id),
            insert_audit(Some(user), "account.reset", &account.name, cx.now()),
        ])
        .await?;
    cx.wake.delivery();
    Ok(())
}

pub async fn delete(cx: &Cx, id: AccountId) -> Result<(), AppError> {
    let user = cx.require(Role::Editor)?.user.id;
    let account = find_stored(cx, id).await?;
    let writes = vec![
        repo::delete(id),
        insert_audit(Some(user), "account.delete", &account.name, cx.now()),
    ];
    match cx.db.batch(writes).await {
        Ok(_) => Ok(()),
        Err(DbError::RowsAffected { .. }) => match repo::find_pinned_campaign(&cx.db, id).await? {
            Some(campaign) => Err(AppError::refused(format!(
                "“{}” cannot be deleted yet: the campaign “{campaign}” is to be sent through it. Cancel the campaign or wait until it is done.",
                account.name
            ))),
            None => Err(AppError::not_found("account")),
        },
        Err(other) => Err(other.into()),
    }
}

/// Gives a new install its sandbox account. Called at each start of each instance; only the first of all makes one, and one
/// that was deleted stays away.
pub async fn create_sandbox(app: &AppState) -> Result<(), AppError> {
    let form = AccountForm {
        name: "Sandbox".into(),
        from_name: "Mailer Sandbox".into(),
        from_address: "sandbox@example.com".into(),
        ..AccountForm::of_kind(Kind::Sandbox)
    };
    let now = app.now();
    let writes = vec![
        settings::repo::insert_once(SANDBOX_MARK, "yes", now).expect_rows(1),
        repo::insert(&form.validate()?, None, now),
    ];
    match app.db.batch(writes).await {
        Ok(_) | Err(DbError::RowsAffected { .. }) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

async fn find_stored(cx: &Cx, id: AccountId) -> Result<DeliveryAccount, AppError> {
    repo::find(&cx.db, id)
        .await?
        .ok_or_else(|| AppError::not_found("account"))
}
