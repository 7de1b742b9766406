//! The list of campaigns: what narrows it, and what is done with several at once.

use crate::util::app::on_both;

on_both! {
    the_list_is_narrowed_by_account_days_and_words
    several_campaigns_change_at_once_as_far_as_they_may
    the_boxes_of_the_list_reach_the_service
}

mod suite {
    use super::super::setup::{self, end, set_state, state};
    use crate::util::app::{NOON, TestApp};
    use axum::http::StatusCode;
    use mailer::features::auth::model::Role;
    use mailer::features::campaigns::model::{BulkForm, CampaignQuery};
    use mailer::features::campaigns::service;
    use mailer::ids::CampaignId;
    use mailer::server::db::sql;

    async fn found(test: &TestApp, query: CampaignQuery) -> Vec<CampaignId> {
        let list = service::list_campaigns(&test.cx(Role::Viewer), &query)
            .await
            .unwrap();
        list.campaigns
            .into_iter()
            .map(|campaign| campaign.id)
            .collect()
    }

    pub async fn the_list_is_narrowed_by_account_days_and_words(test: TestApp) {
        let old = setup::campaign(&test, 2).await;
        end(&test, old, "sent", 1).await;
        let new = setup::campaign(&test, 2).await;
        test.exec(
            sql("UPDATE campaigns SET name = 'Autumn', created_at = ?2 WHERE id = ?1")
                .bind(new)
                .bind(NOON + 3 * 86_400_000),
        )
        .await;
        let list = service::list_campaigns(&test.cx(Role::Viewer), &CampaignQuery::default())
            .await
            .unwrap();
        assert_eq!(list.accounts.len(), 2);
        assert!(!list.can_edit);
        let any = CampaignQuery::default;
        let account = list.accounts[0].0.to_string();
        for (query, ids) in [
            (any(), vec![new, old]),
            (CampaignQuery { account, ..any() }, vec![old]),
            (
                CampaignQuery {
                    account: "77".into(),
                    ..any()
                },
                vec![],
            ),
            (
                CampaignQuery {
                    from: "2026-03-02".into(),
                    ..any()
                },
                vec![new],
            ),
            (
                CampaignQuery {
                    to: "2026-03-01".into(),
                    ..any()
                },
                vec![old],
            ),
            (
                CampaignQuery {
                    from: "2026-03-04".into(),
                    to: "2026-03-04".into(),
                    ..any()
                },
                vec![new],
            ),
            (
                CampaignQuery {
                    from: "soon".into(),
                    ..any()
                },
                vec![new, old],
            ),
            (
                CampaignQuery {
                    q: "autu".into(),
                    ..any()
                },
                vec![new],
            ),
            (
                CampaignQuery {
                    q: "autu".into(),
                    state: "paused".into(),
                    ..any()
                },
                vec![],
            ),
        ] {
            let words = format!("{query:?}");
            assert_eq!(found(&test, query).await, ids, "{words}");
        }
        // The filters stay in the addresses of the page.
        let page = test
            .get(Some(Role::Viewer), "/campaigns?q=Spring&from=2026-03-01")
            .await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            page.body
                .contains("/campaigns?state=sending&amp;q=Spring&amp;from=2026-03-01"),
            "{}",
            page.body
        );
        assert!(page.body.contains(&format!("/campaigns/{old}\"")));
        assert!(!page.body.contains(&format!("/campaigns/{new}\"")));
        assert!(
            !page.body.contains("value=\"delete\""),
            "a viewer changes nothing"
        );
    }

    pub async fn several_campaigns_change_at_once_as_far_as_they_may(test: TestApp) {
        let going = setup::campaign(&test, 2).await;
        let paused = setup::campaign(&test, 2).await;
        set_state(&test, paused, "paused").await;
        let form = |action: &str| BulkForm {
            ids: vec![
                going.to_string(),
                paused.to_string(),
                "x".into(),
                "99".into(),
            ],
            action: action.into(),
        };
        let cx = test.cx(Role::Editor);
        let changed = service::change_campaigns(&cx, &form("pause"))
            .await
            .unwrap();
        assert_eq!((changed.done, changed.refused), (1, 2));
        assert_eq!(
            changed.destination(),
            "/campaigns?notice=campaigns-changed-part"
        );
        assert_eq!(state(&test, going).await, "paused");
        let changed = service::change_campaigns(&cx, &form("duplicate"))
            .await
            .unwrap();
        assert_eq!(changed.done, 2);
        assert_eq!(test.number("SELECT count(*) FROM drafts").await, 2);
        let changed = service::change_campaigns(&cx, &form("delete"))
            .await
            .unwrap();
        assert_eq!(
            (changed.done, changed.refused),
            (0, 3),
            "they have not ended"
        );
        assert!(service::change_campaigns(&cx, &form("burn")).await.is_err());
        assert!(
            service::change_campaigns(
                &cx,
                &BulkForm {
                    ids: vec![],
                    ..form("pause")
                }
            )
            .await
            .is_err()
        );
        assert!(
            service::change_campaigns(&test.cx(Role::Viewer), &form("resume"))
                .await
                .is_err()
        );
        assert_eq!(state(&test, going).await, "paused");
    }

    pub async fn the_boxes_of_the_list_reach_the_service(test: TestApp) {
        let one = setup::campaign(&test, 1).await.to_string();
        let two = setup::campaign(&test, 1).await.to_string();
        let answer = test
            .post_form(
                Some(Role::Editor),
                "/api/campaigns/change-campaigns",
                &[
                    ("form[ids][]", &one),
                    ("form[ids][]", &two),
                    ("form[action]", "pause"),
                ],
            )
            .await;
        assert_eq!(answer.location(), "/campaigns?notice=campaigns-changed");
        assert_eq!(
            test.number("SELECT count(*) FROM campaigns WHERE state = 'paused'")
                .await,
            2
        );
        let answer = test
            .post_form(
                Some(Role::Editor),
                "/api/campaigns/change-campaigns",
                &[("form[action]", "pause")],
            )
            .await;
        assert!(
            answer.location().contains("here"),
            "back with a sentence: {}",
            answer.location()
        );
    }
}
