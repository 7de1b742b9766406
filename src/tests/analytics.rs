//! Reports and the home page: numbers that add up, drawn and exported.

use crate::util::app::{NOON, TestApp, on_both};
use crate::util::campaign::{Campaign, link, pixel, unsubscribe};
use axum::http::{StatusCode, header};
use mailer::features::analytics::model::{Period, parts};
use mailer::features::analytics::service::{export_report, find_report};
use mailer::features::auth::model::Role::Viewer;
use mailer::features::home::model::Warning;
use mailer::features::home::service::find_overview;
use mailer::features::tracking::service::flush;
use mailer::ids::CampaignId;
use mailer::server::db::sql;

on_both! {
    a_reports_numbers_add_up
    the_chart_counts_by_hour_and_by_day
    the_report_page_shows_charts_and_tables
    the_report_is_exported_as_csv
    a_campaign_that_is_gone_has_no_report
    a_new_workspace_is_shown_the_first_steps
    the_home_page_sums_up_the_last_days
    the_report_tells_who_read_and_where
    the_report_holds_the_campaign_against_those_before
    the_click_map_is_the_mail_with_shares
    campaigns_stand_side_by_side
}

mod parts;

/// Ten messages: six sent, two failed, one unconfirmed, one waiting. Two are opened, one of them clicked and unsubscribed.
async fn campaign(test: &TestApp) -> Campaign {
    let campaign = Campaign::of(test, 10, "ready").await;
    for (i, id) in campaign.messages.iter().enumerate() {
        let state = match i {
            0..6 => "sent",
            6..8 => "failed",
            8 => "unconfirmed",
            _ => continue,
        };
        test.exec(
            sql("UPDATE email_queue SET state = ?2, reply_code = 550, reply = CASE ?2 WHEN 'failed' THEN '5.1.1 user unknown' \
                 ELSE '' END WHERE id = ?1")
            .bind(*id)
            .bind(state),
        )
        .await;
    }
    for path in [
        pixel(test, campaign.messages[0]),
        pixel(test, campaign.messages[0]),
        link(test, campaign.messages[1], 0),
        link(test, campaign.messages[1], 0),
    ] {
        test.get(None, &path).await;
    }
    flush(&test.app).await.unwrap();
    test.post_form(
        None,
        &unsubscribe(test, campaign.messages[1]),
        &[("from", "page")],
    )
    .await;
    campaign
}

mod suite {
    pub use super::parts::*;
    use super::*;

    pub async fn a_reports_numbers_add_up(test: TestApp) {
        let campaign = campaign(&test).await;
        let report = find_report(&test.cx(Viewer), campaign.id, None)
            .await
            .unwrap();
        let parts: Vec<(&str, i64)> = parts(&report.delivery)
            .iter()
            .map(|part| (part.0, part.1))
            .collect();
        assert_eq!(
            parts,
            [
                ("Sent", 6),
                ("Failed", 2),
                ("Unconfirmed", 1),
                ("Suppressed", 0),
                ("Skipped", 0),
                ("Cancelled", 0),
                ("Waiting", 1),
            ]
        );
        assert_eq!(
            parts.iter().map(|part| part.1).sum::<i64>(),
            report.delivery.total
        );
        let of = report.engagement;
        assert_eq!(
            (
                of.opens,
                of.unique_opens,
                of.clicks,
                of.unique_clicks,
                of.unsubscribes
            ),
            (3, 2, 2, 1, 1)
        );
        assert_eq!(report.undrawn(), 0);
        assert_eq!(report.link_count, 2);
        let links: Vec<(i64, i64)> = report
            .links
            .iter()
            .map(|link| (link.clicks, link.unique_clicks))
            .collect();
        assert_eq!(links, [(2, 1), (0, 0)]);
        assert_eq!(report.failures.len(), 1);
        assert_eq!(
            (report.failures[0].code, report.failures[0].count),
            (Some(550), 2)
        );
    }

    pub async fn the_chart_counts_by_hour_and_by_day(test: TestApp) {
        let campaign = campaign(&test).await;
        let cx = test.cx(Viewer);
        let young = find_report(&cx, campaign.id, None).await.unwrap();
        assert_eq!(young.period, Period::Hours);
        assert_eq!(young.buckets[0].label, "1 Mar 12:00");
        assert_eq!(young.buckets[0].values, [3, 2]);
        // Three days later, somebody looks again.
        test.app.clock.advance(3 * 86_400_000);
        test.get(None, &pixel(&test, campaign.messages[0])).await;
        flush(&test.app).await.unwrap();
        let old = find_report(&cx, campaign.id, None).await.unwrap();
        assert_eq!(old.period, Period::Days);
        let values: Vec<Vec<i64>> = old
            .buckets
            .iter()
            .map(|bucket| bucket.values.clone())
            .collect();
        assert_eq!(values, [[3, 2], [0, 0], [0, 0], [1, 0]]);
        let hours = find_report(&cx, campaign.id, Some(Period::Hours))
            .await
            .unwrap();
        assert_eq!(hours.buckets.len(), 48);
        assert_eq!(hours.undrawn(), 1);
    }

    pub async fn the_report_page_shows_charts_and_tables(test: TestApp) {
        let campaign = campaign(&test).await;
        let page = test
            .get(Some(Viewer), &format!("/campaigns/{}/report", campaign.id))
            .await;
        assert_eq!(page.status, StatusCode::OK);
        for part in [
            "Report: Spring news",
            "role=\"img\" aria-label=\"Opens and clicks over time. Opens: 3 in all, most at 1 Mar 12:00 with 3.",
            "<svg",
            "Opens and clicks over time: show the numbers",
            "33.3%",
            "5.1.1 user unknown",
            "Label of https://example.com/read",
            "tab=recipients",
            "What the numbers mean",
            "People and machines",
            "Devices and mail programs",
            "What people did last",
            "Person1@example.com",
            "src=\"/campaigns/1/click-map\"",
        ] {
            assert!(
                page.body.contains(part),
                "{part} is missing in {}",
                page.body
            );
        }
        assert_eq!(
            test.get(None, &format!("/campaigns/{}/report", campaign.id))
                .await
                .status,
            StatusCode::SEE_OTHER
        );
    }

    pub async fn the_report_is_exported_as_csv(test: TestApp) {
        let campaign = campaign(&test).await;
        let path = format!("/campaigns/{}/report.csv", campaign.id);
        let answer = test.get(Some(Viewer), &path).await;
        assert_eq!(
            answer.headers[header::CONTENT_TYPE],
            "text/csv; charset=utf-8"
        );
        for line in [
            "section,name,detail,count,unique",
            "delivery,Audience,,10,",
            "delivery,Sent,,6,",
            "engagement,Opens,,3,2",
            "engagement,Clicks,,2,1",
            "engagement,Opens by machines,,0,0",
            "device,Computer,opens,3,",
            "program,Firefox,clicks,2,",
            "time,Opens,Sun 1 Mar,3,",
            "failure,550,5.1.1 user unknown,2,",
        ] {
            assert!(
                answer.body.lines().any(|found| found == line),
                "{line} is missing in {}",
                answer.body
            );
        }
        assert!(export_report(&test.visitor(), campaign.id).await.is_err());
    }

    pub async fn a_campaign_that_is_gone_has_no_report(test: TestApp) {
        assert!(
            find_report(&test.cx(Viewer), CampaignId(99), None)
                .await
                .is_err()
        );
        assert_eq!(
            test.get(Some(Viewer), "/campaigns/99/report").await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            test.get(Some(Viewer), "/campaigns/x/report").await.status,
            StatusCode::NOT_FOUND
        );
        let campaign = Campaign::of(&test, 1, "sent").await;
        test.exec(sql("UPDATE campaigns SET deleted_at = ?1").bind(NOON))
            .await;
        assert!(
            find_report(&test.cx(Viewer), campaign.id, None)
                .await
                .is_err()
        );
    }

    pub async fn a_new_workspace_is_shown_the_first_steps(test: TestApp) {
        mailer::features::accounts::service::create_sandbox(&test.app)
            .await
            .unwrap();
        let overview = find_overview(&test.cx(Viewer)).await.unwrap();
        assert!(overview.steps.is_shown() && !overview.steps.has_account);
        assert_eq!(overview.warnings, [Warning::OnlySandbox]);
        let page = test.get(Some(Viewer), "/").await;
        for part in [
            "Home",
            "First steps",
            "Add a sender account",
            "Only the sandbox is set up",
        ] {
            assert!(page.body.contains(part), "{part} is missing");
        }
    }

    pub async fn the_home_page_sums_up_the_last_days(test: TestApp) {
        campaign(&test).await;
        test.exec(
            sql("INSERT INTO sender_accounts (name, kind, from_name, from_address, daily_cap, created_at, updated_at) \
                 VALUES ('Post office', 'smtp', 'Ann', 'ann@example.com', 7, ?1, ?1)")
            .bind(NOON),
        )
        .await;
        for (period, campaign, used) in [
            ("2026-03-01", 0, 7),
            ("2026-03-01", 5, 7),
            ("2026-02-27", 0, 3),
            ("2026-01-01", 0, 99),
            ("m29539440", 0, 4),
        ] {
            test.exec(
                sql(
                    "INSERT INTO send_counts (account_id, period, campaign_id, used, updated_at) \
                     SELECT max(id), ?1, ?2, ?3, ?4 FROM sender_accounts",
                )
                .bind(period)
                .bind(campaign)
                .bind(used)
                .bind(NOON),
            )
            .await;
        }
        let before = test.app.db.round_trips();
        let overview = find_overview(&test.cx(Viewer)).await.unwrap();
        assert_eq!(test.app.db.round_trips() - before, 1);
        assert_eq!(overview.days.len(), 30);
        let sent: Vec<i64> = overview.days.iter().map(|day| day.values[0]).collect();
        assert_eq!(sent[27..], [3, 0, 7]);
        assert_eq!(sent.iter().sum::<i64>(), 10);
        assert_eq!((overview.sent, overview.engagement.unique_opens), (6, 2));
        assert_eq!(overview.campaigns.len(), 1);
        assert!(!overview.steps.is_shown());
        assert!(
            overview
                .warnings
                .iter()
                .any(|warning| matches!(warning, Warning::CapReached { cap: 7, .. }))
        );
        assert!(
            overview
                .warnings
                .iter()
                .any(|warning| matches!(warning, Warning::Unconfirmed { count: 1, .. }))
        );
        let page = test.get(Some(Viewer), "/").await;
        for part in [
            "Spring news",
            "Mail by day",
            "Post office has sent its 7 messages of today",
            "6 of 10 sent",
        ] {
            assert!(
                page.body.contains(part),
                "{part} is missing in {}",
                page.body
            );
        }
    }
}
