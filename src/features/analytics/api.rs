//! Server functions of reports. Each is a public endpoint; the rules stand in service.rs.

use super::model::{Period, ReportPage, SideBySide};
use crate::error::AppError;
use crate::hydration::Sealed;
use crate::ids::CampaignId;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {super::service, crate::server::serve};

#[server(endpoint = "analytics/find-report")]
pub async fn find_report(id: CampaignId, period: Option<Period>) -> Result<ReportPage, AppError> {
    serve(|cx| async move {
        service::find_report(&cx, id, period)
            .await
            .map(ReportPage::from)
    })
    .await
}

/// `ids`: numbers of campaigns, with commas between.
#[server(endpoint = "analytics/compare-campaigns")]
pub async fn compare_campaigns(
    #[server(default)] ids: String,
) -> Result<Sealed<SideBySide>, AppError> {
    serve(|cx| async move {
        service::compare_campaigns(&cx, &ids)
            .await
            .map(Sealed::Open)
    })
    .await
}
