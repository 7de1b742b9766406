//! Server functions of campaigns. Each is a public endpoint; the rules stand in service.rs.

use super::model::{BulkForm, CampaignDetail, CampaignForm, CampaignList, CampaignQuery};
use crate::error::AppError;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

#[server(endpoint = "campaigns/list-campaigns")]
pub async fn list_campaigns(query: CampaignQuery) -> Result<CampaignList, AppError> {
    serve(|cx| async move { service::list_campaigns(&cx, &query).await }).await
}

#[server(endpoint = "campaigns/find-campaign")]
pub async fn find_campaign(form: CampaignForm) -> Result<CampaignDetail, AppError> {
    serve(|cx| async move { service::find_campaign(&cx, form.id()?).await }).await
}

#[server(endpoint = "campaigns/pause-campaign")]
pub async fn pause_campaign(form: CampaignForm) -> Result<(), AppError> {
    serve(|cx| async move {
        service::pause_campaign(&cx, form.id()?).await?;
        form.leave("campaign-paused")
    })
    .await
}

#[server(endpoint = "campaigns/resume-campaign")]
pub async fn resume_campaign(form: CampaignForm) -> Result<(), AppError> {
    serve(|cx| async move {
        service::resume_campaign(&cx, form.id()?).await?;
        form.leave("campaign-resumed")
    })
    .await
}

#[server(endpoint = "campaigns/cancel-campaign")]
pub async fn cancel_campaign(form: CampaignForm) -> Result<(), AppError> {
    serve(|cx| async move {
        service::cancel_campaign(&cx, form.id()?).await?;
        form.leave("campaign-cancelled")
    })
    .await
}

#[server(endpoint = "campaigns/retry-failed")]
pub async fn retry_failed(form: CampaignForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let moved = service::retry_failed(&cx, form.id()?).await?;
        form.leave(if moved.is_more {
            "messages-again-part"
        } else {
            "messages-again"
        })
    })
    .await
}

#[server(endpoint = "campaigns/resend-unconfirmed")]
pub async fn resend_unconfirmed(form: CampaignForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let moved = service::resend_unconfirmed(&cx, form.id()?).await?;
        form.leave(if moved.is_more {
            "messages-again-part"
        } else {
            "messages-again"
        })
    })
    .await
}

#[server(endpoint = "campaigns/confirm-unconfirmed")]
pub async fn confirm_unconfirmed(form: CampaignForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let moved = service::confirm_unconfirmed(&cx, form.id()?).await?;
        form.leave(if moved.is_more {
            "messages-confirmed-part"
        } else {
            "messages-confirmed"
        })
    })
    .await
}

#[server(endpoint = "campaigns/duplicate-campaign")]
pub async fn duplicate_campaign(form: CampaignForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let draft = service::duplicate_campaign(&cx, form.id()?).await?;
        leptos_axum::redirect(&format!("/drafts/{draft}?notice=campaign-duplicated"));
        Ok(())
    })
    .await
}

#[server(endpoint = "campaigns/delete-campaign")]
pub async fn delete_campaign(form: CampaignForm) -> Result<(), AppError> {
    serve(|cx| async move {
        service::delete_campaign(&cx, form.id()?).await?;
        leptos_axum::redirect("/campaigns?notice=campaign-deleted");
        Ok(())
    })
    .await
}

#[server(endpoint = "campaigns/change-campaigns")]
pub async fn change_campaigns(form: BulkForm) -> Result<(), AppError> {
    serve(|cx| async move {
        let changed = service::change_campaigns(&cx, &form).await?;
        leptos_axum::redirect(changed.destination());
        Ok(())
    })
    .await
}

#[cfg(feature = "ssr")]
impl CampaignForm {
    /// Goes back to where the form stood, with a sentence about what happened.
    fn leave(&self, notice: &str) -> Result<(), AppError> {
        let path = match self.then.as_str() {
            "queue" => "/queue".to_owned(),
            _ => format!("/campaigns/{}", self.id()?),
        };
        leptos_axum::redirect(&format!("{path}?notice={notice}"));
        Ok(())
    }
}
