//! Leases: who holds a message, what a crash leaves, and that whoever comes back changes nothing of what another did.

use crate::util::app::on_both;

on_both! {
    an_expired_lease_is_ready_again_or_unconfirmed
    nobody_is_judged_before_the_database_was_there_for_a_while
    what_may_leave_at_once_is_marked_by_its_claim
    a_claim_whose_answer_was_lost_is_taken_back_with_its_capacity
    what_was_claimed_goes_back_when_its_content_cannot_be_read
    a_late_result_of_a_rescued_message_still_counts
    a_process_that_comes_back_changes_nothing_of_what_another_did
}

mod suite {
    use crate::delivery::suite::{assert_counters, campaign, ledger, sandbox, state_of};
    use crate::util::app::{NOON, RESCUER, TestApp};
    use mailer::delivery::housekeeping::{self, Rescuer};
    use mailer::delivery::queue::{self, ClaimRequest, Finished};
    use mailer::delivery::worker;
    use mailer::ids::{AccountId, CampaignId};
    use mailer::server::db::sql;
    use std::time::Duration;

    /// What the test app's settings say.
    const LEASE_MS: i64 = 25_000;

    fn request<'a>(test: &TestApp, campaign: CampaignId, token: &'a str) -> ClaimRequest<'a> {
        ClaimRequest {
            account: AccountId(1),
            lane: campaign.0,
            want: 2,
            now: test.app.now(),
            lease_end: test.app.now() + LEASE_MS,
            owner: "dead",
            token,
            day: "2026-03-01",
            is_probe: false,
            takes_free: true,
            marks: false,
        }
    }

    async fn claim(test: &TestApp, request: &ClaimRequest<'_>) -> Vec<queue::Claimed> {
        let outcomes = test.app.db.batch(queue::claim(request).to_vec()).await;
        outcomes.unwrap()[1]
            .rows
            .iter()
            .map(|row| queue::read_claimed(row, request.token).unwrap())
            .collect()
    }

    async fn claim_two(test: &TestApp, campaign: CampaignId, token: &str) -> Vec<queue::Claimed> {
        claim(test, &request(test, campaign, token)).await
    }

    pub async fn nobody_is_judged_before_the_database_was_there_for_a_while(test: TestApp) {
        sandbox(&test).await;
        let campaign = campaign(&test, 2).await;
        test.tick(housekeeping::Expander).await;
        claim_two(&test, campaign, "tok").await;
        test.app.clock.advance(LEASE_MS + 1);
        let grace = Duration::from_secs(3_600);
        test.tick(Rescuer { grace }).await;
        assert_eq!(
            ledger(&test).await,
            "leased 2",
            "who holds them may have found the database away"
        );
        test.tick(RESCUER).await;
        assert_eq!(ledger(&test).await, "ready 2");
    }

    pub async fn what_may_leave_at_once_is_marked_by_its_claim(test: TestApp) {
        sandbox(&test).await;
        let campaign = campaign(&test, 3).await;
        test.tick(housekeeping::Expander).await;
        let request = ClaimRequest {
            marks: true,
            ..request(&test, campaign, "tok")
        };
        let claimed = claim(&test, &request).await;
        assert_eq!(ledger(&test).await, "ready 1, sending 2");
        test.exec(queue::finish(&[result(&claimed[0], "sent")], NOON))
            .await;
        test.exec(queue::release(claimed.iter())).await;
        assert_eq!(ledger(&test).await, "ready 2, sent 1");
        assert_counters(&test).await;
        test.run_until_idle().await;
    }

    pub async fn a_claim_whose_answer_was_lost_is_taken_back_with_its_capacity(test: TestApp) {
        sandbox(&test).await;
        let campaign = campaign(&test, 4).await;
        test.tick(housekeeping::Expander).await;
        let used = "SELECT coalesce(sum(used), 0) FROM send_counts WHERE campaign_id = 0";
        let other = claim_two(&test, campaign, "other").await;
        for is_carried_out in [false, true] {
            let request = ClaimRequest {
                marks: true,
                ..request(&test, campaign, "tok")
            };
            if is_carried_out {
                claim(&test, &request).await;
                assert_eq!(ledger(&test).await, "leased 2, sending 2");
            }
            let undoing = queue::undo_claim(&request).to_vec();
            test.app.db.batch(undoing.clone()).await.unwrap();
            test.app.db.batch(undoing).await.unwrap();
            assert_eq!(ledger(&test).await, "leased 2, ready 2");
            assert_eq!(
                test.number(used).await,
                2,
                "what another claim booked stays"
            );
        }
        // Also when the lease ran out before the database was there again.
        let late = ClaimRequest {
            marks: true,
            ..request(&test, campaign, "late")
        };
        claim(&test, &late).await;
        test.exec(queue::release(other.iter())).await;
        test.app.clock.advance(LEASE_MS + 1);
        test.tick(RESCUER).await;
        assert_eq!(ledger(&test).await, "ready 2, unconfirmed 2");
        test.app
            .db
            .batch(queue::undo_claim(&late).to_vec())
            .await
            .unwrap();
        assert_eq!(ledger(&test).await, "ready 4");
        assert_counters(&test).await;
        test.run_until_idle().await;
        assert_eq!(state_of(&test, campaign).await, "completed");
    }

    pub async fn an_expired_lease_is_ready_again_or_unconfirmed(test: TestApp) {
        sandbox(&test).await;
        let campaign = campaign(&test, 3).await;
        test.tick(housekeeping::Expander).await;
        let claimed = claim_two(&test, campaign, "tok").await;
        assert_eq!(claimed.len(), 2);
        test.exec(queue::mark_sending(
            claimed.iter().take(1),
            test.app.now() + LEASE_MS,
        ))
        .await;
        test.tick(RESCUER).await;
        assert_eq!(
            ledger(&test).await,
            "leased 1, ready 1, sending 1",
            "a live lease is left alone"
        );
        test.app.clock.advance(LEASE_MS + 1);
        test.tick(RESCUER).await;
        assert_eq!(ledger(&test).await, "ready 2, unconfirmed 1");
        test.run_until_idle().await;
        assert_eq!(
            ledger(&test).await,
            "sent 2, unconfirmed 1",
            "unconfirmed mail is never resent by itself"
        );
        assert_eq!(state_of(&test, campaign).await, "completed");
        assert_counters(&test).await;
    }

    fn result(one: &queue::Claimed, state: &'static str) -> Finished {
        Finished {
            id: one.id,
            token: one.token.clone(),
            attempt: one.attempt,
            state,
            due_at: None,
            code: Some(250),
            reply: "ok".into(),
            refund: 0,
        }
    }

    pub async fn a_process_that_comes_back_changes_nothing_of_what_another_did(test: TestApp) {
        sandbox(&test).await;
        let campaign = campaign(&test, 2).await;
        test.tick(housekeeping::Expander).await;
        let early = claim_two(&test, campaign, "early").await;
        test.app.clock.advance(LEASE_MS + 1);
        test.tick(RESCUER).await;
        assert_eq!(ledger(&test).await, "ready 2", "only claimed: taken back");
        let late = claim_two(&test, campaign, "late").await;
        assert_eq!(
            early[0].attempt, late[0].attempt,
            "attempts are handed back"
        );
        test.exec(queue::mark_sending(late.iter(), test.app.now() + LEASE_MS))
            .await;
        let unconfirmed = Finished {
            id: late[0].id,
            token: late[0].token.clone(),
            attempt: late[0].attempt,
            state: "unconfirmed",
            due_at: None,
            code: None,
            reply: "dropped".into(),
            refund: 0,
        };
        test.exec(queue::finish(&[unconfirmed], test.app.now()))
            .await;
        test.app.clock.advance(LEASE_MS + 1);
        test.tick(RESCUER).await;
        assert_eq!(ledger(&test).await, "unconfirmed 2");
        // One was said to be unconfirmed, the other was rescued from the second process: neither is the first one's any more.
        test.exec(queue::release(early.iter())).await;
        assert_eq!(ledger(&test).await, "unconfirmed 2");
        // The second process knows that what it had not begun did not leave.
        test.exec(queue::release(late.iter())).await;
        assert_eq!(ledger(&test).await, "ready 1, unconfirmed 1");
        test.run_until_idle().await;
    }

    pub async fn what_was_claimed_goes_back_when_its_content_cannot_be_read(test: TestApp) {
        sandbox(&test).await;
        campaign(&test, 7).await;
        test.tick(housekeeping::Expander).await;
        let rename = |from: &str, to: &str| sql(format!("ALTER TABLE {from} RENAME TO {to}"));
        test.exec(rename("content_snapshots", "elsewhere")).await;
        worker::deliver_due(&test.app).await.unwrap();
        assert_eq!(
            ledger(&test).await,
            "ready 7",
            "nothing left, so nothing is unconfirmed"
        );
        let used = "SELECT coalesce(sum(used), 0) FROM send_counts";
        assert_eq!(test.number(used).await, 0, "and no cap is used up");
        test.exec(rename("elsewhere", "content_snapshots")).await;
        test.run_until_idle().await;
        assert_eq!(ledger(&test).await, "sent 7");
    }

    pub async fn a_late_result_of_a_rescued_message_still_counts(test: TestApp) {
        sandbox(&test).await;
        let campaign = campaign(&test, 2).await;
        test.tick(housekeeping::Expander).await;
        let claimed = claim_two(&test, campaign, "tok").await;
        test.exec(queue::mark_sending(
            claimed.iter(),
            test.app.now() + LEASE_MS,
        ))
        .await;
        test.app.clock.advance(LEASE_MS + 1);
        test.tick(RESCUER).await;
        assert_eq!(
            test.exec(queue::finish(&[result(&claimed[0], "sent")], NOON))
                .await,
            1
        );
        // The marketer resends the other; the old result of the first try no longer fits.
        test.exec(queue::retry_message(
            claimed[1].id,
            queue::RetryState::Unconfirmed,
            test.app.now(),
        ))
        .await;
        assert_eq!(
            test.exec(queue::finish(&[result(&claimed[1], "sent")], NOON))
                .await,
            0
        );
        assert_eq!(ledger(&test).await, "ready 1, sent 1");
        assert_counters(&test).await;
    }
}
