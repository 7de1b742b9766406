//! Server functions of people. Each is a public endpoint; the rules stand in service.rs and invitations.rs.

use super::model::{InviteForm, JoinForm, PeopleView, Profile, ProfileForm, Welcome};
use crate::error::AppError;
use crate::ids::{InvitationId, SessionId, UserId};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    super::{invitations, service},
    crate::server::serve,
};

#[server(endpoint = "people/list-people")]
pub async fn list_people() -> Result<PeopleView, AppError> {
    serve(|cx| async move { service::list(&cx).await }).await
}

#[server(endpoint = "people/invite-person")]
pub async fn invite_person(form: InviteForm) -> Result<(), AppError> {
    serve(|cx| async move {
        invitations::invite(&cx, &form)
            .await
            .map_err(|error| error.with_typed(&form))?;
        leptos_axum::redirect("/settings/people?notice=person-invited");
        Ok(())
    })
    .await
}

#[server(endpoint = "people/withdraw-invitation")]
pub async fn withdraw_invitation(id: InvitationId) -> Result<(), AppError> {
    serve(|cx| async move {
        invitations::withdraw(&cx, id).await?;
        leptos_axum::redirect("/settings/people?notice=invitation-withdrawn");
        Ok(())
    })
    .await
}

#[server(endpoint = "people/change-role")]
pub async fn change_role(id: UserId, #[server(default)] role: String) -> Result<(), AppError> {
    serve(|cx| async move {
        let has_withdrawn = service::change_role(&cx, id, &role).await?;
        leptos_axum::redirect(if has_withdrawn {
            "/settings/people?notice=owner-demoted"
        } else {
            "/settings/people?notice=role-changed"
        });
        Ok(())
    })
    .await
}

#[server(endpoint = "people/remove-person")]
pub async fn remove_person(id: UserId) -> Result<(), AppError> {
    serve(|cx| async move {
        let has_withdrawn = service::remove(&cx, id).await?;
        leptos_axum::redirect(if has_withdrawn {
            "/settings/people?notice=owner-removed"
        } else {
            "/settings/people?notice=person-removed"
        });
        Ok(())
    })
    .await
}

#[server(endpoint = "people/find-invitation")]
pub async fn find_invitation(token: String) -> Result<Welcome, AppError> {
    serve(|cx| async move { invitations::find(&cx, &token).await }).await
}

#[server(endpoint = "people/join")]
pub async fn join(form: JoinForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let token = invitations::join(&cx, &form).await?;
        crate::features::auth::api::open_session(&cx, Some(&token), "/?notice=joined")
    })
    .await
}

#[server(endpoint = "people/find-profile")]
pub async fn find_profile() -> Result<Profile, AppError> {
    serve(|cx| async move { service::find_profile(&cx).await }).await
}

#[server(endpoint = "people/rename-self")]
pub async fn rename_self(form: ProfileForm) -> Result<(), AppError> {
    serve(|cx| async move {
        service::rename(&cx, &form)
            .await
            .map_err(|error| error.with_typed(&form))?;
        leptos_axum::redirect("/settings/profile?notice=name-changed");
        Ok(())
    })
    .await
}

#[server(endpoint = "people/end-session")]
pub async fn end_session(id: SessionId) -> Result<(), AppError> {
    serve(|cx| async move {
        service::end_session(&cx, id).await?;
        leptos_axum::redirect("/settings/profile?notice=device-signed-out");
        Ok(())
    })
    .await
}

#[server(endpoint = "people/end-other-sessions")]
pub async fn end_other_sessions() -> Result<(), AppError> {
    serve(|cx| async move {
        service::end_other_sessions(&cx).await?;
        leptos_axum::redirect("/settings/profile?notice=devices-signed-out");
        Ok(())
    })
    .await
}
