//! The forecast as pages get it: the same for a draft, its campaign and the queue, and read without more round trips.

use crate::util::app::on_both;

on_both! {
    review_campaign_and_queue_tell_the_same_forecast
    a_forecast_counts_what_is_used_and_what_else_is_sent
    a_campaign_that_nobody_can_send_says_so
}

mod suite {
    use super::super::setup::{self, end};
    use crate::util::app::{NOON, TestApp};
    use mailer::features::auth::model::Role;
    use mailer::features::campaigns::service;
    use mailer::features::drafts::review;
    use mailer::features::queue::forecast::{End, Forecast, PaceKind};
    use mailer::features::queue::service as queue;
    use mailer::ids::{CampaignId, DraftId};
    use mailer::server::db::sql;

    const MIDNIGHT: i64 = NOON + 12 * 3_600_000;
    const DAY: i64 = 86_400_000;

    async fn caps(test: &TestApp, daily: i64, campaign: i64) {
        test.exec(
            sql("UPDATE sender_accounts SET daily_cap = ?1, campaign_cap = ?2")
                .bind(daily)
                .bind(campaign),
        )
        .await;
    }

    /// Books what the only account sent today, of a campaign and in all.
    async fn book(test: &TestApp, id: CampaignId, of_campaign: i64, in_all: i64) {
        test.exec(
            sql("INSERT INTO send_counts (account_id, period, campaign_id, used, updated_at) \
                 SELECT a.id, '2026-03-01', p.campaign, CASE p.campaign WHEN 0 THEN ?3 ELSE ?2 END, 0 \
                 FROM sender_accounts a, (SELECT 0 AS campaign UNION ALL SELECT ?1) p WHERE true \
                 ON CONFLICT (account_id, period, campaign_id) DO UPDATE SET used = excluded.used")
            .bind(id)
            .bind(of_campaign)
            .bind(in_all),
        )
        .await;
    }

    async fn of_draft(test: &TestApp, id: DraftId) -> Option<Forecast> {
        let step = review::open(&test.cx(Role::Editor), id, 0).await.unwrap();
        step.forecast
    }

    async fn of_campaign(test: &TestApp, id: CampaignId) -> Option<Forecast> {
        let found = service::find_campaign(&test.cx(Role::Viewer), id).await;
        found.unwrap().progress.forecast
    }

    async fn of_lane(test: &TestApp, id: CampaignId) -> Option<Forecast> {
        let view = queue::find_queue(&test.cx(Role::Viewer)).await.unwrap();
        let lane = view
            .lanes
            .into_iter()
            .find(|lane| lane.campaign == Some(id));
        lane.unwrap().forecast
    }

    fn messages(forecast: &Forecast) -> Vec<(&str, i64)> {
        forecast
            .rows
            .iter()
            .map(|row| (row.day.as_str(), row.messages))
            .collect()
    }

    pub async fn review_campaign_and_queue_tell_the_same_forecast(test: TestApp) {
        setup::account(&test, "Main").await;
        caps(&test, 4, 0).await;
        let set = setup::set(&test, 10).await;
        let draft = setup::draft(&test, Some(set)).await;
        let before = of_draft(&test, draft).await.unwrap();
        assert_eq!(
            messages(&before),
            [("today", 4), ("tomorrow", 4), ("Tuesday 3 March", 2)]
        );
        // Two messages, the second a moment after midnight: the minute is rounded up.
        assert_eq!(before.end, End::At(MIDNIGHT + DAY + 60_000));
        assert_eq!(before.rows[1].starts_at, MIDNIGHT);
        assert_eq!(before.pace.as_ref().unwrap().kind, PaceKind::DailyCap);
        let page = test
            .get(Some(Role::Editor), &format!("/drafts/{draft}?step=review"))
            .await;
        for words in [
            // The account is a sandbox.
            "All 10 are in the outbox by about",
            "2026-03-03 00:01 UTC",
            "4 today, 4 tomorrow, 2 on Tuesday 3 March",
            "The daily cap of Main sets the pace.",
            "Day by day",
        ] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }

        let id = service::launch(&test.cx(Role::Editor), draft, 3)
            .await
            .unwrap();
        test.tick(mailer::delivery::housekeeping::Expander).await;
        let trips = test.app.db.round_trips();
        assert_eq!(of_campaign(&test, id).await.as_ref(), Some(&before));
        assert_eq!(
            test.app.db.round_trips() - trips,
            2,
            "the day, then everything else"
        );
        assert_eq!(of_lane(&test, id).await.as_ref(), Some(&before));
        for path in [format!("/campaigns/{id}"), "/queue".to_owned()] {
            let page = test.get(Some(Role::Viewer), &path).await;
            assert!(page.body.contains("The last message leaves by about"));
            assert!(page.body.contains("4 today, 4 tomorrow"), "{path}");
        }

        service::pause_campaign(&test.cx(Role::Editor), id)
            .await
            .unwrap();
        assert_eq!(of_campaign(&test, id).await, None);
        assert_eq!(of_lane(&test, id).await, None);
    }

    pub async fn a_forecast_counts_what_is_used_and_what_else_is_sent(test: TestApp) {
        let first = setup::campaign(&test, 10).await;
        caps(&test, 6, 0).await;
        end(&test, first, "sent", 2).await;
        book(&test, first, 2, 2).await;
        let set = setup::set(&test, 10).await;
        let draft = setup::draft(&test, Some(set)).await;
        // Four are left today, and both take turns: two each; then three each a day.
        let one = of_draft(&test, draft).await.unwrap();
        assert_eq!(
            messages(&one)[..2],
            [("today", 2), ("tomorrow", 3)],
            "{one:?}"
        );
        // Until somebody sends the draft, the campaign has the cap to itself.
        let alone = of_campaign(&test, first).await.unwrap();
        assert_eq!(messages(&alone), [("today", 4), ("tomorrow", 4)]);
        let second = service::launch(&test.cx(Role::Editor), draft, 3)
            .await
            .unwrap();
        test.tick(mailer::delivery::housekeeping::Expander).await;
        for id in [first, second] {
            let shared = of_campaign(&test, id).await.unwrap();
            assert_eq!(messages(&shared)[..2], [("today", 2), ("tomorrow", 3)]);
            assert_eq!(of_lane(&test, id).await.as_ref(), Some(&shared));
        }

        // What was claimed is booked already, and not forecast again.
        test.exec(
            sql("UPDATE email_queue SET state = 'leased', lease_owner = 'x', lease_token = 'x', lease_until = ?2 WHERE id IN \
                 (SELECT id FROM email_queue WHERE campaign_id = ?1 AND state = 'ready' LIMIT 4)")
            .bind(first)
            .bind(NOON + 60_000),
        )
        .await;
        book(&test, first, 6, 6).await;
        let rest = of_campaign(&test, first).await.unwrap();
        assert_eq!((rest.messages, messages(&rest)[0]), (4, ("tomorrow", 3)));
        assert!(rest.by_day().starts_with("none today, 3 tomorrow"));
    }

    pub async fn a_campaign_that_nobody_can_send_says_so(test: TestApp) {
        let id = setup::campaign(&test, 3).await;
        test.exec(sql("UPDATE sender_accounts SET enabled = 0"))
            .await;
        let stuck = of_campaign(&test, id).await.unwrap();
        assert_eq!((stuck.end, stuck.rows.len()), (End::NoAccount, 0));
        let page = test
            .get(Some(Role::Viewer), &format!("/campaigns/{id}"))
            .await;
        assert!(
            page.body
                .contains("Nothing leaves until a sender account is switched on.")
        );
        // A draft's checks say it already.
        let set = setup::set(&test, 3).await;
        let draft = setup::draft(&test, Some(set)).await;
        assert_eq!(of_draft(&test, draft).await, None);
    }
}
