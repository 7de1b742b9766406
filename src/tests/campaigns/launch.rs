//! Launching: one batch freezes content and audience, or nothing happens.

use crate::util::app::on_both;

on_both! {
    launching_freezes_content_and_audience_at_once
    a_changed_draft_is_not_launched_and_nothing_is_left_behind
    what_is_missing_is_said_before_anything_is_written
    of_two_launches_of_one_draft_one_succeeds
}

mod suite {
    use super::super::setup::{self, assert_adds_up, in_state};
    use crate::util::app::TestApp;
    use mailer::error::AppError;
    use mailer::features::auth::model::Role;
    use mailer::features::campaigns::model::CampaignState;
    use mailer::features::campaigns::service;
    use mailer::ids::DraftId;
    use mailer::server::db::sql;

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
}
