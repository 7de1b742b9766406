//! Server functions of reports. Each is a public endpoint; the rules stand in service.rs.

use super::model::{Period, Report, SideBySide};
use crate::error::AppError;
use crate::ids::CampaignId;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

#[server(endpoint = "analytics/find-report")]
pub async fn find_report(id: CampaignId, period: Option<Period>) -> Result<Report, AppError> {
    serve(|cx| async move { service::find_report(&cx, id, period).await }).await
}

/// `ids`: numbers of campaigns, with commas between.
#[server(endpoint = "analytics/compare-campaigns")]
pub async fn compare_campaigns(#[server(default)] ids: String) -> Result<SideBySide, AppError> {
    serve(|cx| async move { service::compare_campaigns(&cx, &ids).await }).await
}
