//! The queue page's figures, and the plans of all reads of campaigns and queue.

use crate::util::app::on_both;

on_both! {
    the_queue_says_what_waits_and_why
    reads_of_pages_walk_along_indexes
}

mod suite {
    use super::super::setup::{self, end};
    use crate::util::app::{NOON, TestApp};
    use mailer::features::auth::model::Role;
    use mailer::features::campaigns::service;
    use mailer::features::queue::narrow::{Spot, WaitFilter};
    use mailer::features::queue::repo::waiting::Match;
    use mailer::features::queue::service as queue;
    use mailer::features::queue::waiting::WaitKind;
    use mailer::ids::{CampaignId, MessageId, RecipientSetId};
    use mailer::server::db::sql;

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
        assert!(page.body.contains("These are the numbers of this moment."));
    }

    /// Every way in which the list of waiting messages is read.
    fn waiting_reads() -> Vec<(i64, WaitFilter, &'static str, Match, Option<i64>)> {
        let mut reads = Vec::new();
        for lane in [0, 1] {
            for filter in WaitFilter::ALL {
                for how in [Match::Begins, Match::Contains] {
                    for search in ["", "ann"] {
                        for account in [None, Some(1)] {
                            reads.push((lane, filter, search, how, account));
                        }
                    }
                }
            }
        }
        reads
    }

    /// Each read that a page makes finds its rows by an index; none walks the ledger.
    pub async fn reads_of_pages_walk_along_indexes(test: TestApp) {
        use mailer::features::campaigns::recipients::model::LogFilter;
        use mailer::features::campaigns::recipients::repo::{self as log, Match};
        use mailer::features::campaigns::reply::ReplyFilter;
        use mailer::features::campaigns::repo::{self as campaigns, Edge};
        use mailer::features::queue::repo as queue;
        use mailer::features::queue::repo::waiting::{self, Wanted};
        let (id, message) = (CampaignId(1), MessageId(5));
        let mut reads = vec![
            campaigns::select(id),
            campaigns::select_rate(id, NOON),
            campaigns::select_failures(id),
            campaigns::select_accounts(id),
            campaigns::select_running(50),
            campaigns::select_sending(50),
            campaigns::sum_waiting(),
            campaigns::delete_messages(id, 500),
            queue::select_lane(1, NOON),
            queue::select_lane(0, NOON),
            queue::select_tests_waiting(100),
            queue::select_used(id, "2026-03-01"),
            queue::select_used_by_all("2026-03-01"),
            log::select_one(id, message),
            log::select_attempts(message),
            log::select_events(message),
            log::select_sample(id, None),
            log::select_person(id, RecipientSetId(1), LogFilter::Failed, "ann", 0, 51),
            log::select_person(id, RecipientSetId(1), LogFilter::All, "éva", 0, 51),
        ];
        for edge in [Edge::Start, Edge::After(message), Edge::Before(message)] {
            for reply in ["550-5.1.1", "none"] {
                let reply: ReplyFilter = reply.parse().unwrap();
                reads.push(log::select_refused(id, reply, edge, 51));
            }
            reads.push(log::select_refused_end(id, edge));
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
        for (lane, filter, search, how, account) in waiting_reads() {
            let wanted = Wanted {
                filter,
                search,
                how,
                account,
                now: NOON,
                after: Some(Spot {
                    due_at: NOON,
                    id: message,
                }),
            };
            reads.push(waiting::select_page(&wanted, lane, 51));
            reads.push(waiting::count(&wanted, lane, 100));
            reads.push(waiting::select_window_end(&wanted, lane));
        }
        reads.push(waiting::select_campaigns_of("[1, 2]"));
        reads.push(waiting::update_due_many("[1, 2]", NOON));
        reads.push(waiting::update_cancelled_many("[1, 2]", NOON));
        for read in reads {
            let mut plan = sql(format!("EXPLAIN QUERY PLAN {}", read.text()));
            for value in read.values() {
                plan = plan.bind(value.clone());
            }
            for row in test.query(plan).await {
                let step: String = row.get("detail").unwrap();
                for table in [
                    "recipients",
                    "r",
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
