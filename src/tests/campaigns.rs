//! Campaigns and the queue: launching, what may be done when, the log, and reads that stay cheap at a million rows.

use crate::util::app::on_both;

on_both! {
    launching_freezes_content_and_audience_at_once
    a_changed_draft_is_not_launched_and_nothing_is_left_behind
    what_is_missing_is_said_before_anything_is_written
    of_two_launches_of_one_draft_one_succeeds
    a_viewer_looks_and_changes_nothing
    actions_in_wrong_states_are_refused
    cancelling_puts_away_what_waits
    failed_messages_go_back_and_set_their_campaign_going
    unconfirmed_messages_move_only_on_a_persons_word
    single_messages_move_by_the_same_rules
    a_deleted_campaign_goes_in_steps_with_all_it_left
    the_log_pages_through_every_recipient_once
    the_log_finds_addresses
    the_export_holds_every_recipient_and_no_formulas
    the_queue_says_what_waits_and_why
    reads_of_pages_walk_along_indexes
}

/// A campaign in the state that a test needs, made by the statements of the product where it has them.
mod setup {
    use crate::util::app::{NOON, TestApp};
    use mailer::features::auth::model::Role;
    use mailer::features::campaigns::service;
    use mailer::ids::{AccountId, CampaignId, DraftId, MessageId, RecipientSetId};
    use mailer::server::db::sql;

    pub const HTML: &str = "<html><body><p>Hello {{ first_name }}</p><p><a href=\"https://example.com/a\">A</a> \
        <a href=\"https://example.com/b\">B</a> <a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></p></body></html>";

    pub async fn account(test: &TestApp, name: &str) -> AccountId {
        let row = test
            .query(
                sql("INSERT INTO sender_accounts (name, kind, from_name, from_address, created_at, updated_at) \
                     VALUES (?1, 'sandbox', 'Ada', 'ada@example.com', ?2, ?2) RETURNING id")
                .bind(name)
                .bind(NOON),
            )
            .await;
        row[0].get("id").unwrap()
    }

    /// A ready set of `valid` good rows, one suppressed and one invalid row.
    pub async fn set(test: &TestApp, valid: i64) -> RecipientSetId {
        let row = test
            .query(
                sql("INSERT INTO recipient_sets (source, columns, email_column, valid, invalid, suppressed, state, ready_at, created_at) \
                     VALUES ('list.csv', '[]', 'email', ?1, 1, 1, 'ready', ?2, ?2) RETURNING id")
                .bind(valid)
                .bind(NOON),
            )
            .await;
        let id: RecipientSetId = row[0].get("id").unwrap();
        test.exec(
            sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 + 2) \
                 INSERT INTO recipients (set_id, position, line, address, address_key, data, status) \
                 SELECT ?1, i, i + 1, printf('Person%04d@Example.com', i), printf('person%04d@example.com', i), \
                 json_object('first_name', 'Person ' || i, 'email', printf('Person%04d@Example.com', i)), \
                 CASE WHEN i <= ?2 THEN 'valid' WHEN i = ?2 + 1 THEN 'suppressed' ELSE 'invalid' END FROM n")
            .bind(id)
            .bind(valid),
        )
        .await;
        test.exec(
            sql("INSERT INTO suppressions (address, address_key, reason, created_at) \
                 VALUES (printf('Person%04d@Example.com', ?1), printf('person%04d@example.com', ?1), 'manual', ?2) \
                 ON CONFLICT DO NOTHING")
            .bind(valid + 1)
            .bind(NOON),
        )
        .await;
        id
    }

    pub async fn draft(test: &TestApp, set: Option<RecipientSetId>) -> DraftId {
        let row = test
            .query(
                sql("INSERT INTO drafts (name, mode, source, subject, recipient_set_id, revision, created_at, updated_at) \
                     VALUES ('Spring', 'html', ?1, 'Hello {{ first_name }}', ?2, 3, ?3, ?3) RETURNING id")
                .bind(HTML)
                .bind(set)
                .bind(NOON),
            )
            .await;
        row[0].get("id").unwrap()
    }

    /// Launched, with its ledger rows made: `valid` waiting and one suppressed.
    pub async fn campaign(test: &TestApp, valid: i64) -> CampaignId {
        account(test, "Sandbox").await;
        let set = set(test, valid).await;
        let draft = draft(test, Some(set)).await;
        let id = service::launch(&test.cx(Role::Editor), draft, 3)
            .await
            .unwrap();
        test.tick(mailer::delivery::housekeeping::Expander).await;
        id
    }

    /// Ends (or unends) the first `n` waiting messages of a campaign as if they had been sent that way.
    pub async fn end(test: &TestApp, id: CampaignId, state: &'static str, n: i64) {
        let moved = test
            .exec(
                sql("UPDATE email_queue SET state = ?2, attempt = 1, reply = ?4, reply_code = ?5, finished_at = ?6, \
                     account_id = (SELECT min(id) FROM sender_accounts) WHERE id IN (SELECT id FROM email_queue \
                     WHERE campaign_id = ?1 AND state = 'ready' ORDER BY id LIMIT ?3)")
                .bind(id)
                .bind(state)
                .bind(n)
                .bind(if state == "failed" { "5.1.1 No such user" } else { "" })
                .bind((state == "failed").then_some(550))
                .bind(test.app.now()),
            )
            .await;
        assert_eq!(moved, n.unsigned_abs());
    }

    pub async fn set_state(test: &TestApp, id: CampaignId, state: &'static str) {
        test.exec(
            sql("UPDATE campaigns SET state = ?2 WHERE id = ?1")
                .bind(id)
                .bind(state),
        )
        .await;
    }

    pub async fn state(test: &TestApp, id: CampaignId) -> String {
        test.query(sql("SELECT state FROM campaigns WHERE id = ?1").bind(id))
            .await[0]
            .at(0)
            .unwrap()
    }

    /// How many messages of a campaign are in a state, by the ledger itself.
    pub async fn in_state(test: &TestApp, id: CampaignId, state: &'static str) -> i64 {
        test.query(
            sql("SELECT count(*) FROM email_queue WHERE campaign_id = ?1 AND state = ?2")
                .bind(id)
                .bind(state),
        )
        .await[0]
            .at(0)
            .unwrap()
    }

    pub async fn any_message(test: &TestApp, id: CampaignId, state: &'static str) -> MessageId {
        test.query(
            sql("SELECT id FROM email_queue WHERE campaign_id = ?1 AND state = ?2 ORDER BY id LIMIT 1")
                .bind(id)
                .bind(state),
        )
        .await[0]
            .at(0)
            .unwrap()
    }

    /// The counters of a campaign, held against the ledger: every recipient is somewhere, exactly once.
    pub async fn assert_adds_up(test: &TestApp, id: CampaignId) {
        let detail = service::find_campaign(&test.cx(Role::Viewer), id)
            .await
            .unwrap();
        let counts = detail.progress.counts;
        let states = [
            ("sent", counts.sent),
            ("failed", counts.failed),
            ("suppressed", counts.suppressed),
            ("skipped", counts.skipped),
            ("cancelled", counts.cancelled),
            ("unconfirmed", counts.unconfirmed),
        ];
        for (state, n) in states {
            assert_eq!(in_state(test, id, state).await, n, "{state}");
        }
        let mut waiting = 0;
        for state in ["ready", "held", "leased", "sending"] {
            waiting += in_state(test, id, state).await;
        }
        assert_eq!(waiting, counts.waiting());
        assert_eq!(counts.done() + counts.waiting(), counts.total);
    }
}

mod suite {
    use super::setup::{self, any_message, assert_adds_up, end, in_state, set_state, state};
    use crate::util::app::{NOON, TestApp};
    use axum::http::StatusCode;
    use mailer::error::AppError;
    use mailer::features::auth::model::Role;
    use mailer::features::campaigns::model::{CampaignQuery, CampaignState};
    use mailer::features::campaigns::recipients::model::{LogPage, LogQuery};
    use mailer::features::campaigns::recipients::service as log;
    use mailer::features::campaigns::service;
    use mailer::features::campaigns::worker::CampaignRemover;
    use mailer::features::queue::model::{MessageAction, WaitKind};
    use mailer::features::queue::service as queue;
    use mailer::ids::{CampaignId, DraftId, MessageId};
    use mailer::server::db::sql;
    use mailer::server::services::{Progress, Service};

    async fn tables(test: &TestApp) -> [i64; 6] {
        [
            test.number("SELECT count(*) FROM campaigns").await,
            test.number("SELECT count(*) FROM content_snapshots").await,
            test.number("SELECT count(*) FROM snapshot_links").await,
            test.number("SELECT count(*) FROM drafts").await,
            test.number("SELECT count(*) FROM recipient_sets WHERE frozen_at IS NOT NULL")
                .await,
            test.number("SELECT count(*) FROM email_queue").await,
        ]
    }

    pub async fn launching_freezes_content_and_audience_at_once(test: TestApp) {
        setup::account(&test, "Sandbox").await;
        let set = setup::set(&test, 5).await;
        let draft = setup::draft(&test, Some(set)).await;
        let id = service::launch(&test.cx(Role::Editor), draft, 3)
            .await
            .unwrap();
        // Two counted links; the draft is gone; not one message yet.
        assert_eq!(tables(&test).await, [1, 1, 2, 0, 1, 0]);
        let detail = service::find_campaign(&test.cx(Role::Viewer), id)
            .await
            .unwrap();
        assert_eq!(detail.progress.state, CampaignState::Sending);
        assert_eq!(
            detail.progress.counts.total, 6,
            "the valid and the suppressed"
        );
        assert!(!detail.can_edit);

        test.tick(mailer::delivery::housekeeping::Expander).await;
        assert_adds_up(&test, id).await;
        assert_eq!(in_state(&test, id, "ready").await, 5);
        assert_eq!(in_state(&test, id, "suppressed").await, 1);
        let positions = test
            .query(sql(
                "SELECT position, target FROM snapshot_links ORDER BY position",
            ))
            .await;
        assert_eq!(positions[1].get::<i64>("position"), Ok(1));
        assert_eq!(
            positions[1].get::<String>("target").unwrap(),
            "https://example.com/b"
        );
    }

    pub async fn a_changed_draft_is_not_launched_and_nothing_is_left_behind(test: TestApp) {
        setup::account(&test, "Sandbox").await;
        let set = setup::set(&test, 5).await;
        let draft = setup::draft(&test, Some(set)).await;
        let error = service::launch(&test.cx(Role::Editor), draft, 2)
            .await
            .unwrap_err();
        assert!(matches!(error, AppError::Conflict(_)), "{error:?}");
        let error = service::launch(&test.cx(Role::Editor), DraftId(99), 1)
            .await
            .unwrap_err();
        assert!(matches!(error, AppError::NotFound(_)), "{error:?}");
        // The set stops being ready between looking and writing: the whole batch is taken back.
        test.exec(sql(
            "CREATE TRIGGER meanwhile AFTER INSERT ON content_snapshots \
                 BEGIN UPDATE drafts SET revision = revision + 1; END",
        ))
        .await;
        let error = service::launch(&test.cx(Role::Editor), draft, 3)
            .await
            .unwrap_err();
        assert!(matches!(error, AppError::Conflict(_)), "{error:?}");
        assert_eq!(tables(&test).await, [0, 0, 0, 1, 0, 0]);
    }

    pub async fn what_is_missing_is_said_before_anything_is_written(test: TestApp) {
        let draft = setup::draft(&test, None).await;
        test.exec(sql("UPDATE drafts SET subject = ''")).await;
        let error = service::launch(&test.cx(Role::Editor), draft, 3)
            .await
            .unwrap_err();
        let AppError::Invalid(invalid) = error else {
            panic!("{error:?}")
        };
        let fields: Vec<_> = invalid.fields.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["subject", "recipients", "account"]);
        test.exec(sql(
            "UPDATE drafts SET subject = 'Hi {{ name', source = '<p>Hi</p>'",
        ))
        .await;
        let error = service::launch(&test.cx(Role::Editor), draft, 3)
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("The mail cannot be made"),
            "{error}"
        );
        assert_eq!(tables(&test).await, [0, 0, 0, 1, 0, 0]);
    }

    pub async fn of_two_launches_of_one_draft_one_succeeds(test: TestApp) {
        setup::account(&test, "Sandbox").await;
        let set = setup::set(&test, 5).await;
        let draft = setup::draft(&test, Some(set)).await;
        let (left, right) = (test.cx(Role::Editor), test.cx(Role::Owner));
        let both = tokio::join!(
            service::launch(&left, draft, 3),
            service::launch(&right, draft, 3)
        );
        assert!(both.0.is_ok() ^ both.1.is_ok(), "{both:?}");
        assert_eq!(tables(&test).await, [1, 1, 2, 0, 1, 0]);
    }

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
                &[("form[id]", &last.to_string()), ("form[then]", "queue")],
            )
            .await;
        assert_eq!(
            answer.location(),
            format!("/queue?lane={id}&notice=message-cancelled")
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

    async fn page(test: &TestApp, id: CampaignId, query: LogQuery) -> LogPage {
        let query = LogQuery {
            id: id.to_string(),
            ..query
        };
        log::list_recipients(&test.cx(Role::Viewer), &query)
            .await
            .unwrap()
    }

    pub async fn the_log_pages_through_every_recipient_once(test: TestApp) {
        let id = setup::campaign(&test, 130).await;
        end(&test, id, "failed", 60).await;
        for (filter, expected) in [
            ("", 131),
            ("failed", 60),
            ("waiting", 70),
            ("suppressed", 1),
            ("sent", 0),
        ] {
            let (mut seen, mut pages) = (Vec::new(), Vec::new());
            let mut after = String::new();
            loop {
                let query = LogQuery {
                    state: filter.into(),
                    after: after.clone(),
                    ..LogQuery::default()
                };
                let page = page(&test, id, query).await;
                assert_eq!(page.previous.is_some(), !after.is_empty(), "{filter}");
                let ids: Vec<MessageId> = page.rows.iter().map(|row| row.id).collect();
                seen.extend(ids.clone());
                pages.push(ids);
                match page.next {
                    Some(next) => after = next.to_string(),
                    None => break,
                }
            }
            let mut unique = seen.clone();
            unique.sort_unstable();
            unique.dedup();
            assert_eq!((seen.len(), unique.len()), (expected, expected), "{filter}");
            // The way back shows the same pages.
            if pages.len() > 1 {
                let edge = pages.last().unwrap()[0].to_string();
                let query = LogQuery {
                    state: filter.into(),
                    before: edge,
                    ..LogQuery::default()
                };
                let back = page(&test, id, query).await;
                let ids: Vec<_> = back.rows.iter().map(|row| row.id).collect();
                assert_eq!(ids, pages[pages.len() - 2], "{filter}");
                assert!(back.next.is_some());
            }
        }
    }

    pub async fn the_log_finds_addresses(test: TestApp) {
        let id = setup::campaign(&test, 120).await;
        end(&test, id, "failed", 10).await;
        let find = |q: &'static str, state: &'static str| {
            let query = LogQuery {
                q: q.into(),
                state: state.into(),
                ..LogQuery::default()
            };
            page(&test, id, query)
        };
        let found = find("PERSON0007@", "").await;
        assert_eq!(found.rows.len(), 1);
        assert_eq!(found.rows[0].address, "Person0007@Example.com");
        assert_eq!(find("0007@exam", "").await.rows.len(), 1, "in the middle");
        assert_eq!(find("person000", "failed").await.rows.len(), 9);
        assert_eq!(find("nobody", "").await.rows.len(), 0);
        assert_eq!(find("%", "").await.rows.len(), 0, "no wildcard");
        let first = find("person", "").await;
        assert_eq!(first.rows.len(), 50);
        let second = page(
            &test,
            id,
            LogQuery {
                q: "person".into(),
                after: first.next.unwrap().to_string(),
                ..LogQuery::default()
            },
        )
        .await;
        assert!(second.rows[0].address > first.rows[49].address);

        let message = find("person0001@", "").await.rows[0].id;
        let path = format!("/campaigns/{id}/recipients/{message}");
        let one = test.get(Some(Role::Viewer), &path).await;
        assert!(one.body.contains("5.1.1 No such user"), "{}", one.body);
        assert!(one.body.contains("Message-ID"));
        let other = test
            .get(
                Some(Role::Viewer),
                &format!("/campaigns/999/recipients/{message}"),
            )
            .await;
        assert_eq!(other.status, StatusCode::NOT_FOUND);
        let mail = test
            .get(
                Some(Role::Viewer),
                &format!("/campaigns/{id}/content?message={message}"),
            )
            .await;
        assert!(mail.body.contains("Hello Person 1"), "{}", mail.body);
        assert!(mail.body.contains("https://example.com/a"), "{}", mail.body);
        assert!(!mail.body.contains("/t/o/") && !mail.body.contains("/t/c/"));
        let policy = mail.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("sandbox; default-src 'none'"));
    }

    pub async fn the_export_holds_every_recipient_and_no_formulas(test: TestApp) {
        let id = setup::campaign(&test, 1_500).await;
        end(&test, id, "failed", 2).await;
        test.exec(sql(
            "UPDATE email_queue SET reply = '=HYPERLINK(\"x\"),\"quoted\"' WHERE state = 'failed'",
        ))
        .await;
        let path = format!("/campaigns/{id}/recipients.csv");
        let all = test.get(Some(Role::Viewer), &path).await;
        assert_eq!(all.status, StatusCode::OK);
        assert!(
            all.headers["content-disposition"]
                .to_str()
                .unwrap()
                .contains(&format!("campaign-{id}.csv"))
        );
        let mut reader = csv::Reader::from_reader(all.body.as_bytes());
        assert_eq!(&reader.headers().unwrap()[0], "address");
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1_501);
        let mut addresses: Vec<_> = rows.iter().map(|row| row[0].to_owned()).collect();
        addresses.dedup();
        assert_eq!(addresses.len(), 1_501);

        let failed = test
            .get(Some(Role::Viewer), &format!("{path}?state=failed"))
            .await;
        let mut reader = csv::Reader::from_reader(failed.body.as_bytes());
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(&rows[0][4], "'=HYPERLINK(\"x\"),\"quoted\"");
        assert_eq!(&rows[0][1], "failed");
    }

    pub async fn the_queue_says_what_waits_and_why(test: TestApp) {
        let cx = test.cx(Role::Editor);
        let empty = queue::find_queue(&cx).await.unwrap();
        assert_eq!((empty.waiting, empty.lanes.len()), (0, 0));
        let id = setup::campaign(&test, 10).await;
        end(&test, id, "sent", 2).await;
        test.exec(
            sql("UPDATE email_queue SET due_at = ?1, attempt = 1, reply = '4.2.0 Later' WHERE id IN \
                 (SELECT id FROM email_queue WHERE state = 'ready' ORDER BY id LIMIT 3)")
            .bind(NOON + 60_000),
        )
        .await;
        let view = queue::find_queue(&cx).await.unwrap();
        assert_eq!(view.waiting, 8);
        assert_eq!(
            view.totals(),
            [(WaitKind::DueNow, 5), (WaitKind::RetryLater, 3)]
        );
        assert_eq!(view.oldest_due_at(), Some(NOON));
        assert_eq!(view.lanes[0].reasons[1].until, Some(NOON + 60_000));

        // The only account at its cap: the queue says until when.
        test.exec(sql("UPDATE sender_accounts SET daily_cap = 2"))
            .await;
        test.exec(sql(
            "INSERT INTO send_counts (account_id, period, campaign_id, used, updated_at) \
             SELECT id, '2026-03-01', 0, 2, 0 FROM sender_accounts",
        ))
        .await;
        let view = queue::find_queue(&cx).await.unwrap();
        let reason = view.lanes[0].reasons.last().unwrap();
        assert_eq!(
            (reason.kind, reason.until),
            (WaitKind::DailyCap, Some(NOON + 12 * 3_600_000))
        );
        service::pause_campaign(&cx, id).await.unwrap();
        let view = queue::find_queue(&cx).await.unwrap();
        assert_eq!(view.lanes[0].reasons[0].kind, WaitKind::Paused);

        let answer = test
            .post_form(
                Some(Role::Editor),
                "/api/queue/process-now",
                &[("lane", "")],
            )
            .await;
        assert_eq!(answer.location(), "/queue?notice=queue-processed");
        let view = queue::find_queue(&cx).await.unwrap();
        assert!(
            view.totals()
                .iter()
                .all(|(kind, _)| *kind == WaitKind::DueNow)
        );

        let page = test
            .get(Some(Role::Editor), &format!("/queue?lane={id}"))
            .await;
        assert!(page.body.contains("8 messages wait"), "{}", page.body);
        assert!(page.body.contains("Waiting messages of Spring"));
        let waiting = queue::list_waiting(&cx, id.0, None).await.unwrap();
        assert_eq!(waiting.rows.len(), 8);
    }

    /// Each read that a page makes finds its rows by an index; none walks the ledger.
    pub async fn reads_of_pages_walk_along_indexes(test: TestApp) {
        use mailer::features::campaigns::recipients::model::LogFilter;
        use mailer::features::campaigns::recipients::repo::{self as log, Match};
        use mailer::features::campaigns::repo::{self as campaigns, Edge};
        use mailer::features::queue::repo as queue;
        let (id, message) = (CampaignId(1), MessageId(5));
        let mut reads = vec![
            campaigns::select(id),
            campaigns::select_rate(id, NOON),
            campaigns::select_failures(id),
            campaigns::select_accounts(id),
            campaigns::select_running(50),
            campaigns::sum_waiting(),
            campaigns::delete_messages(id, 500),
            queue::select_lane(1, NOON),
            queue::select_lane(0, NOON),
            queue::select_waiting(1, Some(message), 50),
            queue::select_tests_waiting(100),
            queue::select_used(id, "2026-03-01"),
            log::select_one(id, message),
            log::select_attempts(message),
            log::select_events(message),
            log::select_sample(id, None),
        ];
        for edge in [Edge::Start, Edge::After(message), Edge::Before(message)] {
            for filter in LogFilter::ALL {
                for search in [
                    ("", Match::Begins),
                    ("ann", Match::Begins),
                    ("ann", Match::Contains),
                ] {
                    reads.push(log::select_found(id, filter, search, edge, 50));
                }
                if filter != LogFilter::All {
                    reads.push(log::select_filtered(id, filter, edge, 50));
                }
            }
        }
        for read in reads {
            let mut plan = sql(format!("EXPLAIN QUERY PLAN {}", read.text()));
            for value in read.values() {
                plan = plan.bind(value.clone());
            }
            for row in test.query(plan).await {
                let step: String = row.get("detail").unwrap();
                for table in [
                    "email_queue",
                    "q",
                    "k",
                    "send_logs",
                    "l",
                    "tracking_events",
                    "e",
                    "campaigns",
                    "c",
                ] {
                    let walks = [format!("SCAN {table}"), format!("SCAN TABLE {table}")];
                    assert!(
                        !walks.contains(&step) && !step.starts_with(&format!("SCAN {table} ")),
                        "{step}\nin {}",
                        read.text()
                    );
                }
            }
        }
    }
}
