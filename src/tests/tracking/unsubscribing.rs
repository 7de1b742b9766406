//! The link to unsubscribe: by the page, by one click, undone, forged, and after the campaign is gone.

use super::{request, set};
use crate::util::app::{NOON, TestApp, on_both};
use crate::util::campaign::{Campaign, unsubscribe};
use axum::http::{Method, StatusCode};
use mailer::server::db::sql;

on_both! {
    the_page_to_unsubscribe_changes_nothing
    one_click_unsubscribes_once_and_takes_waiting_mail_out
    the_form_of_the_page_unsubscribes_and_can_be_undone
    a_complaint_cannot_be_undone_by_link
    a_test_message_unsubscribes_nobody
    undoing_brings_back_the_mail_of_campaigns_that_still_send
    the_link_of_a_deleted_campaign_goes_on_working
    whom_a_deleted_campaign_went_to_is_forgotten_after_400_days
}

mod suite {
    use super::*;

    pub async fn the_page_to_unsubscribe_changes_nothing(test: TestApp) {
        set(&test, true, true).await;
        let campaign = Campaign::of(&test, 1, "ready").await;
        let path = unsubscribe(&test, campaign.messages[0]);
        for _ in 0..2 {
            let page = test.get(None, &path).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.body.contains("P•••@example.com"), "{}", page.body);
            assert!(!page.body.contains("Person1@example.com"));
            assert!(page.body.contains("Acme"));
            assert!(page.body.contains(&format!("action=\"{path}\"")));
            assert!(page.body.contains("noindex"));
        }
        assert_eq!(test.number("SELECT count(*) FROM suppressions").await, 0);
        assert_eq!(
            test.number("SELECT count(*) FROM email_queue WHERE state = 'ready'")
                .await,
            1
        );
        assert_eq!(test.number("SELECT unsubscribes FROM campaigns").await, 0);
    }

    pub async fn one_click_unsubscribes_once_and_takes_waiting_mail_out(test: TestApp) {
        let sent = Campaign::of(&test, 2, "sent").await;
        let waiting = Campaign::of(&test, 2, "ready").await;
        let path = unsubscribe(&test, sent.messages[0]);
        // RFC 8058 allows a form of either encoding; providers send no Origin.
        let bodies = [
            (
                "application/x-www-form-urlencoded",
                "List-Unsubscribe=One-Click",
            ),
            (
                "multipart/form-data; boundary=B",
                "--B\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--B--\r\n",
            ),
        ];
        for (kind, body) in bodies {
            let answer = request(&test, Method::POST, &path, &[("content-type", kind)], body).await;
            assert_eq!(answer.status, StatusCode::OK, "no redirect for a provider");
        }
        let entries = test
            .query(sql(
                "SELECT address, address_key, reason, campaign_id FROM suppressions",
            ))
            .await;
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].at::<String>(0).unwrap(), "Person1@example.com");
        assert_eq!(entries[0].at::<String>(1).unwrap(), "person1@example.com");
        assert_eq!(entries[0].at::<String>(2).unwrap(), "unsubscribed");
        assert_eq!(entries[0].at::<i64>(3).unwrap(), sent.id.0);
        let count = "SELECT unsubscribes FROM campaigns ORDER BY id LIMIT 1";
        assert_eq!(test.number(count).await, 1);
        assert_eq!(
            test.number("SELECT count(*) FROM tracking_events WHERE kind = 'unsubscribe'")
                .await,
            1
        );
        let states = test
            .query(
                sql("SELECT state FROM email_queue WHERE campaign_id = ?1 ORDER BY id")
                    .bind(waiting.id),
            )
            .await;
        let states: Vec<String> = states.iter().map(|row| row.at(0).unwrap()).collect();
        assert_eq!(states, ["suppressed", "ready"]);
        let still = test
            .number("SELECT count(*) FROM email_queue WHERE state = 'sent'")
            .await;
        assert_eq!(still, 2, "what was sent stays sent");
    }

    pub async fn the_form_of_the_page_unsubscribes_and_can_be_undone(test: TestApp) {
        let campaign = Campaign::of(&test, 1, "sent").await;
        let path = unsubscribe(&test, campaign.messages[0]);
        let answer = test.post_form(None, &path, &[("from", "page")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.location(), path);
        let page = test.get(None, &path).await;
        assert!(page.body.contains("You are unsubscribed"));
        assert!(page.body.contains("I did this by mistake"));
        assert_eq!(test.number("SELECT unsubscribes FROM campaigns").await, 1);
        let answer = test.post_form(None, &format!("{path}/undo"), &[]).await;
        let page = test.get(None, answer.location()).await;
        assert!(page.body.contains("is subscribed again"));
        assert_eq!(test.number("SELECT count(*) FROM suppressions").await, 0);
        assert_eq!(test.number("SELECT unsubscribes FROM campaigns").await, 0);
        assert_eq!(test.number("SELECT count(*) FROM tracking_events").await, 0);
        // Undoing nothing is harmless, and the person may change their mind again.
        test.post_form(None, &format!("{path}/undo"), &[]).await;
        assert_eq!(test.number("SELECT unsubscribes FROM campaigns").await, 0);
        test.post_form(None, &path, &[("from", "page")]).await;
        assert_eq!(test.number("SELECT unsubscribes FROM campaigns").await, 1);
    }

    pub async fn undoing_brings_back_the_mail_of_campaigns_that_still_send(test: TestApp) {
        let sent = Campaign::of(&test, 1, "sent").await;
        Campaign::of(&test, 1, "ready").await;
        let paused = Campaign::of(&test, 1, "ready").await;
        let over = Campaign::of(&test, 1, "ready").await;
        let path = unsubscribe(&test, sent.messages[0]);
        test.post_form(None, &path, &[("from", "page")]).await;
        for (campaign, state) in [(&paused, "paused"), (&over, "completed")] {
            test.exec(
                sql("UPDATE campaigns SET state = ?2 WHERE id = ?1")
                    .bind(campaign.id)
                    .bind(state),
            )
            .await;
        }
        let states = async || -> Vec<(String, i64)> {
            let rows = test
                .query(sql("SELECT q.state, c.suppressed FROM email_queue q JOIN campaigns c ON c.id = q.campaign_id ORDER BY q.id"))
                .await;
            let read = |row: &mailer::server::db::Row| (row.at(0).unwrap(), row.at(1).unwrap());
            rows.iter().map(read).collect()
        };
        let list = |entries: [(&str, i64); 4]| entries.map(|(state, n)| (state.to_owned(), n));
        assert_eq!(
            states().await,
            list([
                ("sent", 0),
                ("suppressed", 1),
                ("suppressed", 1),
                ("suppressed", 1)
            ])
        );
        test.post_form(None, &format!("{path}/undo"), &[]).await;
        assert_eq!(
            states().await,
            list([("sent", 0), ("ready", 0), ("ready", 0), ("suppressed", 1)])
        );
        // What somebody else put on the list is not for this link to bring back.
        test.exec(sql(
            "UPDATE email_queue SET state = 'suppressed' WHERE state = 'ready'",
        ))
        .await;
        test.post_form(None, &format!("{path}/undo"), &[]).await;
        assert_eq!(states().await[1].0, "suppressed");
    }

    pub async fn a_complaint_cannot_be_undone_by_link(test: TestApp) {
        let campaign = Campaign::of(&test, 1, "sent").await;
        test.exec(
            sql(
                "INSERT INTO suppressions (address, address_key, reason, created_at) \
                 VALUES ('person1@example.com', 'person1@example.com', 'complained', ?1)",
            )
            .bind(NOON),
        )
        .await;
        let path = unsubscribe(&test, campaign.messages[0]);
        test.post_form(None, &path, &[("from", "page")]).await;
        let page = test.get(None, &path).await;
        assert!(page.body.contains("You get no more mail"));
        assert!(!page.body.contains("by mistake"));
        test.post_form(None, &format!("{path}/undo"), &[]).await;
        assert_eq!(
            test.number("SELECT count(*) FROM suppressions WHERE reason = 'complained'")
                .await,
            1
        );
    }

    pub async fn a_test_message_unsubscribes_nobody(test: TestApp) {
        let campaign = Campaign::of(&test, 1, "sent").await;
        let path = unsubscribe(&test, campaign.test_message(&test).await);
        let page = test.get(None, &path).await;
        assert!(page.body.contains("Nothing changed"));
        let answer = request(
            &test,
            Method::POST,
            &path,
            &[],
            "List-Unsubscribe=One-Click",
        )
        .await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(test.number("SELECT count(*) FROM suppressions").await, 0);
    }

    pub async fn the_link_of_a_deleted_campaign_goes_on_working(test: TestApp) {
        let campaign = Campaign::of(&test, 2, "sent").await;
        let path = unsubscribe(&test, campaign.messages[1]);
        test.exec(sql("DELETE FROM email_queue WHERE campaign_id = ?1").bind(campaign.id))
            .await;
        test.exec(sql("DELETE FROM campaigns WHERE id = ?1").bind(campaign.id))
            .await;
        // New messages never get the numbers of old ones: their tokens would name strangers.
        let later = Campaign::of(&test, 2, "ready").await;
        assert!(
            later
                .messages
                .iter()
                .all(|id| !campaign.messages.contains(id))
        );
        let page = test.get(None, &path).await;
        assert!(page.body.contains("p•••@example.com"));
        let answer = request(
            &test,
            Method::POST,
            &path,
            &[],
            "List-Unsubscribe=One-Click",
        )
        .await;
        assert_eq!(answer.status, StatusCode::OK);
        let state = sql("SELECT state FROM email_queue WHERE id = ?1").bind(later.messages[1]);
        assert_eq!(
            test.query(state).await[0].at::<String>(0).unwrap(),
            "suppressed"
        );
    }

    pub async fn whom_a_deleted_campaign_went_to_is_forgotten_after_400_days(test: TestApp) {
        use mailer::delivery::housekeeping::Heartbeat;
        const DAY: i64 = 86_400_000;
        let campaign = Campaign::of(&test, 2, "sent").await;
        let path = unsubscribe(&test, campaign.messages[0]);
        test.exec(
            sql("UPDATE campaigns SET deleted_at = ?2 WHERE id = ?1")
                .bind(campaign.id)
                .bind(NOON),
        )
        .await;
        test.exec(sql("DELETE FROM email_queue WHERE campaign_id = ?1").bind(campaign.id))
            .await;
        for (days, kept) in [(399, 2), (2, 0)] {
            test.app.clock.advance(days * DAY);
            test.tick(Heartbeat).await;
            assert_eq!(
                test.number("SELECT count(*) FROM deleted_messages").await,
                kept,
                "{days}"
            );
        }
        let page = test.get(None, &path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
    }
}
