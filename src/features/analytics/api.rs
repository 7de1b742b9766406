//! Server functions of reports. Each is a public endpoint; the rules stand in service.rs.

use super::model::{Period, Report};
use crate::error::AppError;
use crate::ids::CampaignId;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

#[server(endpoint = "analytics/find-report")]
pub async fn find_report(id: CampaignId, period: Option<Period>) -> Result<Report, AppError> {
    serve(|cx| async move { service::find_report(&cx, id, period).await }).await
}
