//! The list of waiting messages: filters, paging, and the same done with several of them.

use crate::util::app::on_both;

on_both! {
    waiting_messages_are_narrowed_by_reason_account_and_address
    pages_of_many_campaigns_show_every_message_once
    chosen_messages_are_sent_now_or_cancelled
    all_that_the_filters_show_is_cancelled
    the_list_is_used_without_javascript
}

mod suite {
    use super::super::setup::{self, assert_adds_up, in_state, state};
    use crate::util::app::{NOON, TestApp};
    use mailer::features::auth::model::Role;
    use mailer::features::campaigns::service as campaigns;
    use mailer::features::queue::model::WaitingPage;
    use mailer::features::queue::narrow::{ManyForm, QueueQuery};
    use mailer::features::queue::pick;
    use mailer::ids::{CampaignId, MessageId};
    use mailer::server::db::sql;

    async fn list(test: &TestApp, query: QueueQuery) -> WaitingPage {
        pick::list_waiting(&test.cx(Role::Viewer), &query)
            .await
            .unwrap()
    }

    /// The first `n` waiting messages of a campaign were refused for now by its only account.
    async fn refuse(test: &TestApp, id: CampaignId, n: i64) {
        test.exec(
            sql("UPDATE email_queue SET due_at = ?2, attempt = 1, reply = '4.2.0 Later', \
                 account_id = (SELECT min(id) FROM sender_accounts) WHERE id IN (SELECT id FROM email_queue \
                 WHERE campaign_id = ?1 AND state = 'ready' ORDER BY id LIMIT ?3)")
            .bind(id)
            .bind(NOON + 60_000)
            .bind(n),
        )
        .await;
    }

    fn ids(page: &WaitingPage) -> Vec<MessageId> {
        page.rows.iter().map(|row| row.id).collect()
    }

    pub async fn waiting_messages_are_narrowed_by_reason_account_and_address(test: TestApp) {
        let id = setup::campaign(&test, 30).await;
        refuse(&test, id, 4).await;
        let count = async |state: &str, account: &str, q: &str, lane: &str| {
            let page = list(
                &test,
                QueueQuery {
                    state: state.into(),
                    account: account.into(),
                    q: q.into(),
                    lane: lane.into(),
                    ..QueueQuery::default()
                },
            )
            .await;
            assert_eq!(page.rows.len() as i64, page.matching);
            page.matching
        };
        let account = test.number("SELECT min(id) FROM sender_accounts").await;
        let (account, lane) = (account.to_string(), id.to_string());
        assert_eq!(count("", "", "", "").await, 30);
        assert_eq!(count("due", "", "", "").await, 26);
        assert_eq!(count("later", "", "", &lane).await, 4);
        assert_eq!(count("sending", "", "", "").await, 0);
        assert_eq!(count("", &account, "", "").await, 4);
        assert_eq!(count("", "999", "", "").await, 0);
        assert_eq!(count("", "", "PERSON0007@", "").await, 1);
        assert_eq!(count("", "", "0007@exam", "").await, 1, "in the middle");
        assert_eq!(count("later", "", "person000", &lane).await, 4);
        assert_eq!(count("", "", "%", "").await, 0, "no wildcard");
        assert_eq!(count("", "", "", "0").await, 0, "no test mail waits");
        // What one account was told to send belongs to it before it was tried.
        test.exec(sql(
            "UPDATE email_queue SET pinned_account_id = 999 WHERE attempt = 0",
        ))
        .await;
        assert_eq!(count("due", "999", "", "").await, 26);
        let missing = QueueQuery {
            lane: "12345".into(),
            ..QueueQuery::default()
        };
        let error = pick::list_waiting(&test.cx(Role::Viewer), &missing).await;
        assert_eq!(error.unwrap_err().status(), 404);
    }

    pub async fn pages_of_many_campaigns_show_every_message_once(test: TestApp) {
        let first = setup::campaign(&test, 70).await;
        refuse(&test, first, 20).await;
        let set = setup::set(&test, 60).await;
        let draft = setup::draft(&test, Some(set)).await;
        let second = campaigns::launch(&test.cx(Role::Editor), draft, 3)
            .await
            .unwrap();
        test.tick(mailer::delivery::housekeeping::Expander).await;
        for (q, expected) in [("", 130), ("person00", 130), ("@example", 130)] {
            let (mut seen, mut query) = (Vec::new(), QueueQuery::default());
            query.q = q.into();
            loop {
                let page = list(&test, query.clone()).await;
                assert_eq!((page.matching, page.is_more), (expected, false));
                seen.extend(ids(&page));
                let Some(next) = page.next else { break };
                query.after = next.to_string();
            }
            let mut unique = seen.clone();
            unique.sort_unstable();
            unique.dedup();
            assert_eq!((seen.len(), unique.len()), (130, 130), "{q}");
        }
        let both = list(&test, QueueQuery::default()).await;
        assert_eq!(both.names.len(), 2);
        assert_eq!(both.names[0].0, second);
    }

    pub async fn chosen_messages_are_sent_now_or_cancelled(test: TestApp) {
        let id = setup::campaign(&test, 4).await;
        refuse(&test, id, 4).await;
        let cx = test.cx(Role::Editor);
        let page = list(&test, QueueQuery::default()).await;
        let form = |action: &str, ids: &[MessageId]| ManyForm {
            ids: ids.iter().map(ToString::to_string).collect(),
            action: action.into(),
            ..ManyForm::default()
        };
        let all = ids(&page);
        let sent = form("send-selected", &all[..2]);
        let changed = pick::change_messages(&cx, &sent).await.unwrap();
        assert_eq!(
            (changed.messages, changed.notice()),
            (2, "messages-hastened")
        );
        let changed = pick::change_messages(&cx, &sent).await.unwrap();
        assert_eq!(
            (changed.messages, changed.notice()),
            (0, "messages-due-already")
        );
        let due = QueueQuery {
            state: "due".into(),
            ..QueueQuery::default()
        };
        assert_eq!(list(&test, due).await.matching, 2);

        // The last that is cancelled ends the campaign; what was cancelled before is left as it is.
        let some = form("cancel-selected", &all[..3]);
        assert_eq!(pick::change_messages(&cx, &some).await.unwrap().messages, 3);
        assert_eq!(state(&test, id).await, "sending");
        let rest = form("cancel-selected", &all);
        assert_eq!(pick::change_messages(&cx, &rest).await.unwrap().messages, 1);
        assert_eq!(state(&test, id).await, "completed");
        assert_eq!(in_state(&test, id, "cancelled").await, 4);
        assert_adds_up(&test, id).await;
        for wrong in [form("cancel-selected", &[]), form("burn", &all)] {
            let error = pick::change_messages(&cx, &wrong).await.unwrap_err();
            assert_eq!(error.status(), 422, "{error}");
        }
        let error = pick::change_messages(&test.cx(Role::Viewer), &rest).await;
        assert_eq!(error.unwrap_err().status(), 403);
    }

    pub async fn all_that_the_filters_show_is_cancelled(test: TestApp) {
        let id = setup::campaign(&test, 1_300).await;
        refuse(&test, id, 1_200).await;
        let cx = test.cx(Role::Editor);
        let form = |action: &str, state: &str, q: &str| ManyForm {
            action: action.into(),
            state: state.into(),
            q: q.into(),
            ..ManyForm::default()
        };
        let due = pick::change_messages(&cx, &form("send-all", "", "person000"))
            .await
            .unwrap();
        assert_eq!(due.messages, 9);
        let later = pick::change_messages(&cx, &form("cancel-all", "later", ""))
            .await
            .unwrap();
        assert_eq!((later.messages, later.is_more), (1_191, false));
        assert_eq!(in_state(&test, id, "ready").await, 109);
        let rest = pick::change_messages(&cx, &form("cancel-all", "", "@example.com"))
            .await
            .unwrap();
        assert_eq!(rest.messages, 109);
        assert_eq!(state(&test, id).await, "completed");
        assert_adds_up(&test, id).await;
    }

    pub async fn the_list_is_used_without_javascript(test: TestApp) {
        let id = setup::campaign(&test, 60).await;
        refuse(&test, id, 5).await;
        let editor = Some(Role::Editor);
        let page = test.get(editor, "/queue?state=later&q=person").await;
        for words in [
            "Person0001@Example.com",
            "Select Person0001@Example.com",
            "form=\"many-messages\"",
            "With the selected:",
            "value=\"send-selected\"",
            "Cancel the selected messages?",
        ] {
            assert!(page.body.contains(words), "{words} in {}", page.body);
        }
        assert!(!page.body.contains("Person0006@Example.com"));
        let all = test.get(editor, "/queue").await;
        assert!(all.body.contains("Cancel 60 messages?"), "{}", all.body);
        let viewer = test.get(Some(Role::Viewer), "/queue").await;
        assert!(!viewer.body.contains("many-messages"));

        let rows = list(&test, QueueQuery::default()).await.rows;
        let (one, two) = (rows[0].id.to_string(), rows[1].id.to_string());
        let answer = test
            .post_form(
                editor,
                "/api/queue/change-messages",
                &[
                    ("form[q]", "person"),
                    ("form[ids][]", &one),
                    ("form[ids][]", &two),
                    ("form[action]", "cancel-selected"),
                ],
            )
            .await;
        assert_eq!(
            answer.location(),
            "/queue?q=person&notice=messages-cancelled"
        );
        assert_eq!(in_state(&test, id, "cancelled").await, 2);
    }
}
