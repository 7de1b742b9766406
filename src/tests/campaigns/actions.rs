//! What may be done with campaigns and single messages, when, and by whom.

use crate::util::app::on_both;

on_both! {
    a_viewer_looks_and_changes_nothing
    actions_in_wrong_states_are_refused
    cancelling_puts_away_what_waits
    failed_messages_go_back_and_set_their_campaign_going
    unconfirmed_messages_move_only_on_a_persons_word
    single_messages_move_by_the_same_rules
    a_deleted_campaign_goes_in_steps_with_all_it_left
}

mod suite {
    use super::super::setup::{self, any_message, assert_adds_up, end, in_state, set_state, state};
    use crate::util::app::{NOON, TestApp};
    use axum::http::StatusCode;
    use mailer::error::AppError;
    use mailer::features::auth::model::Role;
    use mailer::features::campaigns::model::CampaignQuery;
    use mailer::features::campaigns::recipients::model::LogQuery;
    use mailer::features::campaigns::recipients::service as log;
    use mailer::features::campaigns::service;
    use mailer::features::campaigns::worker::CampaignRemover;
    use mailer::features::queue::model::MessageAction;
    use mailer::features::queue::service as queue;
    use mailer::server::db::sql;
    use mailer::server::services::{Progress, Service};

    pub async fn a_viewer_looks_and_changes_nothing(test: TestApp) {
        let id = setup::campaign(&test, 3).await;
        end(&test, id, "failed", 1).await;
        end(&test, id, "unconfirmed", 1).await;
        let draft = setup::draft(&test, None).await;
        let cx = test.cx(Role::Viewer);
        let message = any_message(&test, id, "failed").await;
        let refusals = [
            service::launch(&cx, draft, 3).await.err(),
            service::pause_campaign(&cx, id).await.err(),
            service::resume_campaign(&cx, id).await.err(),
            service::cancel_campaign(&cx, id).await.err(),
            service::retry_failed(&cx, id).await.err(),
            service::resend_unconfirmed(&cx, id).await.err(),
            service::confirm_unconfirmed(&cx, id).await.err(),
            service::duplicate_campaign(&cx, id).await.err(),
            service::delete_campaign(&cx, id).await.err(),
            queue::process_now(&cx, None).await.err(),
            queue::change_message(&cx, message, MessageAction::Retry)
                .await
                .err(),
        ];
        for refusal in refusals {
            assert!(
                matches!(refusal, Some(AppError::Forbidden(_))),
                "{refusal:?}"
            );
        }
        for visitor in [
            service::list_campaigns(&test.visitor(), &CampaignQuery::default())
                .await
                .err(),
            service::find_campaign(&test.visitor(), id).await.err(),
            queue::find_queue(&test.visitor()).await.err(),
            log::list_recipients(&test.visitor(), &LogQuery::default())
                .await
                .err(),
        ] {
            assert_eq!(visitor, Some(AppError::Unauthorized));
        }
        for path in ["", "?tab=recipients", "?tab=content", "/content"] {
            let page = test
                .get(Some(Role::Viewer), &format!("/campaigns/{id}{path}"))
                .await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(
                !page.body.contains("/api/campaigns/pause-campaign"),
                "{path}"
            );
        }
        let page = test.get(Some(Role::Viewer), "/campaigns").await;
        assert!(page.body.contains("Spring") && page.body.contains("Sending"));
        assert_eq!(
            test.get(None, &format!("/campaigns/{id}/recipients.csv"))
                .await
                .status,
            StatusCode::SEE_OTHER
        );
    }

    pub async fn actions_in_wrong_states_are_refused(test: TestApp) {
        let id = setup::campaign(&test, 3).await;
        let cx = test.cx(Role::Editor);
        let conflict = |error: Option<AppError>| matches!(error, Some(AppError::Conflict(_)));
        assert!(conflict(service::resume_campaign(&cx, id).await.err()));
        assert!(conflict(service::delete_campaign(&cx, id).await.err()));
        assert!(conflict(service::retry_failed(&cx, id).await.err()));

        service::pause_campaign(&cx, id).await.unwrap();
        assert_eq!(state(&test, id).await, "paused");
        assert!(conflict(service::pause_campaign(&cx, id).await.err()));
        service::resume_campaign(&cx, id).await.unwrap();
        assert_eq!(state(&test, id).await, "sending");

        end(&test, id, "sent", 3).await;
        test.run_until_idle().await;
        assert_eq!(state(&test, id).await, "completed");
        assert!(conflict(service::pause_campaign(&cx, id).await.err()));
        assert!(conflict(service::cancel_campaign(&cx, id).await.err()));

        // The same refusal reaches a page without JavaScript, through the page's address.
        let path = "/api/campaigns/pause-campaign";
        let answer = test
            .post_form(Some(Role::Editor), path, &[("form[id]", &id.to_string())])
            .await;
        assert_eq!(answer.status, StatusCode::FOUND);
        let query = answer.location().split_once('?').unwrap().1.to_owned();
        let page = test
            .get(Some(Role::Editor), &format!("/campaigns/{id}?{query}"))
            .await;
        assert!(
            page.body
                .contains("Only a campaign that is sending can be paused"),
            "{}",
            page.body
        );
        assert_adds_up(&test, id).await;
    }

    pub async fn cancelling_puts_away_what_waits(test: TestApp) {
        let id = setup::campaign(&test, 4).await;
        end(&test, id, "sent", 1).await;
        let answer = test
            .post_form(
                Some(Role::Editor),
                "/api/campaigns/cancel-campaign",
                &[("form[id]", &id.to_string())],
            )
            .await;
        assert_eq!(
            answer.location(),
            format!("/campaigns/{id}?notice=campaign-cancelled")
        );
        assert_eq!(state(&test, id).await, "cancelled");
        test.run_until_idle().await;
        assert_eq!(in_state(&test, id, "cancelled").await, 3);
        assert_adds_up(&test, id).await;
        let error = service::retry_failed(&test.cx(Role::Editor), id)
            .await
            .unwrap_err();
        assert!(matches!(error, AppError::Conflict(_)), "{error:?}");
    }

    pub async fn failed_messages_go_back_and_set_their_campaign_going(test: TestApp) {
        let id = setup::campaign(&test, 6).await;
        end(&test, id, "failed", 4).await;
        end(&test, id, "sent", 2).await;
        test.run_until_idle().await;
        assert_eq!(state(&test, id).await, "completed");
        let cx = test.cx(Role::Editor);
        let progress = service::find_campaign(&cx, id).await.unwrap().progress;
        assert_eq!(progress.failures[0].reply, "5.1.1 No such user");
        assert_eq!(progress.failures[0].count, 4);
        assert_eq!(
            (progress.accounts[0].sent, progress.accounts[0].failed),
            (2, 4)
        );
        assert!(progress.is_finished() && progress.finished_at.is_some());

        let moved = service::retry_failed(&cx, id).await.unwrap();
        assert_eq!((moved.messages, moved.is_more), (4, false));
        assert_eq!(state(&test, id).await, "sending");
        assert_eq!(in_state(&test, id, "ready").await, 4);
        assert_adds_up(&test, id).await;
        let progress = service::find_campaign(&cx, id).await.unwrap().progress;
        assert_eq!(
            (progress.accounts[0].sent, progress.accounts[0].failed),
            (2, 0)
        );
        assert!(!progress.is_finished() && progress.finished_at.is_none());

        // A paused campaign takes them back and stays paused.
        end(&test, id, "failed", 1).await;
        service::pause_campaign(&cx, id).await.unwrap();
        service::retry_failed(&cx, id).await.unwrap();
        assert_eq!(state(&test, id).await, "paused");
        assert_adds_up(&test, id).await;
    }

    pub async fn unconfirmed_messages_move_only_on_a_persons_word(test: TestApp) {
        let id = setup::campaign(&test, 5).await;
        end(&test, id, "unconfirmed", 5).await;
        test.run_until_idle().await;
        assert_eq!(in_state(&test, id, "unconfirmed").await, 5);
        let cx = test.cx(Role::Editor);
        let one = any_message(&test, id, "unconfirmed").await;
        queue::change_message(&cx, one, MessageAction::Confirm)
            .await
            .unwrap();
        assert_eq!(in_state(&test, id, "sent").await, 1);
        let one = any_message(&test, id, "unconfirmed").await;
        queue::change_message(&cx, one, MessageAction::Resend)
            .await
            .unwrap();
        assert_eq!(state(&test, id).await, "sending");
        assert_eq!(in_state(&test, id, "ready").await, 1);
        let moved = service::confirm_unconfirmed(&cx, id).await.unwrap();
        assert_eq!(moved.messages, 3);
        assert_eq!(in_state(&test, id, "sent").await, 4);
        assert_adds_up(&test, id).await;

        end(&test, id, "unconfirmed", 1).await;
        assert_eq!(
            service::resend_unconfirmed(&cx, id).await.unwrap().messages,
            1
        );
        assert_adds_up(&test, id).await;
    }

    pub async fn single_messages_move_by_the_same_rules(test: TestApp) {
        let id = setup::campaign(&test, 3).await;
        end(&test, id, "failed", 1).await;
        let cx = test.cx(Role::Editor);
        let failed = any_message(&test, id, "failed").await;
        for action in [
            MessageAction::Cancel,
            MessageAction::Resend,
            MessageAction::Confirm,
            MessageAction::SendNow,
        ] {
            let error = queue::change_message(&cx, failed, action)
                .await
                .unwrap_err();
            assert!(matches!(error, AppError::Conflict(_)), "{action:?}");
        }
        queue::change_message(&cx, failed, MessageAction::Retry)
            .await
            .unwrap();
        // It waits for a later try; a person cannot wait.
        test.exec(
            sql("UPDATE email_queue SET due_at = ?2, attempt = 2 WHERE id = ?1")
                .bind(failed)
                .bind(NOON + 600_000),
        )
        .await;
        queue::change_message(&cx, failed, MessageAction::SendNow)
            .await
            .unwrap();
        let row = test
            .query(sql("SELECT due_at FROM email_queue WHERE id = ?1").bind(failed))
            .await;
        assert_eq!(row[0].at::<i64>(0), Ok(NOON));

        // Cancelling the last one that waits ends the campaign.
        end(&test, id, "sent", 2).await;
        let last = any_message(&test, id, "ready").await;
        let answer = test
            .post_form(
                Some(Role::Editor),
                "/api/queue/cancel-message",
                &[
                    ("form[id]", &last.to_string()),
                    ("form[then]", "/queue?state=due"),
                ],
            )
            .await;
        assert_eq!(
            answer.location(),
            "/queue?state=due&notice=message-cancelled"
        );
        assert_eq!(state(&test, id).await, "completed");
        assert_adds_up(&test, id).await;

        set_state(&test, id, "cancelled").await;
        test.exec(sql("UPDATE email_queue SET state = 'failed' WHERE id = ?1").bind(failed))
            .await;
        let error = queue::change_message(&cx, failed, MessageAction::Retry)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("cancelled"), "{error}");
    }

    pub async fn a_deleted_campaign_goes_in_steps_with_all_it_left(test: TestApp) {
        let id = setup::campaign(&test, 1_200).await;
        end(&test, id, "sent", 1_200).await;
        test.run_until_idle().await;
        test.exec(
            sql("INSERT INTO send_logs (message_id, attempt, outcome, at) SELECT id, 1, 'ready', 0 FROM email_queue"),
        )
        .await;
        test.exec(
            sql("INSERT INTO tracking_events (message_id, campaign_id, kind, at) SELECT id, campaign_id, 'open', 0 FROM email_queue"),
        )
        .await;
        let cx = test.cx(Role::Editor);
        service::delete_campaign(&cx, id).await.unwrap();
        let gone = service::find_campaign(&cx, id).await.unwrap_err();
        assert_eq!(gone, AppError::not_found("campaign"));
        let list = service::list_campaigns(&cx, &CampaignQuery::default())
            .await
            .unwrap();
        assert!(list.campaigns.is_empty() && list.states.is_empty());

        let before = test.number("SELECT count(*) FROM email_queue").await;
        let step = CampaignRemover.tick(&test.app).await.unwrap();
        assert_eq!(step, Progress::More);
        let after = test.number("SELECT count(*) FROM email_queue").await;
        assert!(after > 0 && before - after <= 500, "a step is bounded");
        test.tick(CampaignRemover).await;
        for table in [
            "SELECT count(*) FROM email_queue",
            "SELECT count(*) FROM send_logs",
            "SELECT count(*) FROM tracking_events",
            "SELECT count(*) FROM campaign_accounts",
            "SELECT count(*) FROM campaigns",
            "SELECT count(*) FROM content_snapshots",
            "SELECT count(*) FROM snapshot_links",
        ] {
            assert_eq!(test.number(table).await, 0, "{table}");
        }
    }
}
