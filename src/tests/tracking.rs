//! What comes back from mail on both databases: opens, clicks and unsubscribes, forged and repeated ones too.

use crate::util::app::{Answer, NOON, TestApp, on_both};
use crate::util::campaign::{Campaign, link, pixel, trap, unsubscribe};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use mailer::features::settings::model::Workspace;
use mailer::features::tracking::buffer::{Event, EventKind};
use mailer::features::tracking::judgement::judge_all;
use mailer::features::tracking::{repo, service};
use mailer::ids::MessageId;
use mailer::server::db::sql;
use std::collections::HashMap;

mod machines;
mod unsubscribing;

on_both! {
    repeated_opens_count_once_as_unique
    opens_of_many_instances_at_once_are_counted_exactly
    a_click_leads_to_the_merged_target_and_implies_an_open
    an_open_after_an_implied_one_is_not_the_first
    forged_tokens_do_nothing
    a_private_browser_is_not_recorded
    machines_are_counted_apart_with_their_rule
    the_trap_turns_what_came_with_it
    a_burst_over_two_writes_is_a_machines
    counters_always_agree_with_events
    settings_that_are_off_record_nothing_and_still_redirect
    test_messages_count_nowhere_and_redirect
    a_flood_on_one_link_is_bounded
}

async fn request(
    test: &TestApp,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    test.request(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

async fn visit(test: &TestApp, path: &str) -> Answer {
    request(test, Method::GET, path, &[("user-agent", "Reader/1.0")], "").await
}

/// Something a person did.
fn event(message: MessageId, kind: EventKind, at: i64) -> Event {
    Event {
        message,
        kind,
        is_head: false,
        is_ahead: false,
        user_agent: "Reader/1.0".into(),
        ip: String::new(),
        is_opted_out: false,
        at,
    }
}

async fn flush(test: &TestApp) {
    service::flush(&test.app).await.unwrap();
}

/// Opens, unique opens, clicks, unique clicks of all campaigns, as their counters and as their rows say.
async fn numbers(test: &TestApp) -> [i64; 4] {
    let counters = test
        .query(sql(
            "SELECT sum(opens), sum(unique_opens), sum(clicks), sum(unique_clicks) FROM campaigns",
        ))
        .await;
    let read = |row: &mailer::server::db::Row| [0, 1, 2, 3].map(|i| row.at::<i64>(i).unwrap());
    let counters = read(&counters[0]);
    let rows = test
        .query(sql("SELECT coalesce(sum(opens), 0), coalesce(sum(opened_at IS NOT NULL), 0), coalesce(sum(clicks), 0), \
             coalesce(sum(clicked_at IS NOT NULL), 0) FROM email_queue WHERE campaign_id IS NOT NULL"))
        .await;
    assert_eq!(read(&rows[0]), counters, "messages and campaigns agree");
    let events = test
        .query(sql("SELECT coalesce(sum(kind = 'open'), 0), count(DISTINCT CASE kind WHEN 'open' THEN message_id END), \
             coalesce(sum(kind = 'click'), 0), count(DISTINCT CASE kind WHEN 'click' THEN message_id END) FROM tracking_events \
             WHERE rule = ''"))
        .await;
    assert_eq!(read(&events[0]), counters, "events and campaigns agree");
    counters
}

async fn set(test: &TestApp, track_opens: bool, track_clicks: bool) {
    let workspace = Workspace {
        track_opens,
        track_clicks,
        name: "Acme".into(),
        ..Workspace::default()
    };
    let text = serde_json::to_string(&workspace).unwrap();
    test.exec(mailer::features::settings::repo::update(
        "workspace",
        &text,
        NOON,
    ))
    .await;
}

mod suite {
    use super::*;

    pub async fn repeated_opens_count_once_as_unique(test: TestApp) {
        let campaign = Campaign::of(&test, 2, "sent").await;
        let path = pixel(&test, campaign.messages[0]);
        for _ in 0..3 {
            let answer = visit(&test, &path).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert_eq!(answer.headers[header::CONTENT_TYPE], "image/gif");
            assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
            assert!(answer.body.starts_with("GIF89a"));
        }
        assert_eq!(
            numbers(&test).await,
            [0, 0, 0, 0],
            "nothing is written before the flush"
        );
        let before = test.app.db.round_trips();
        flush(&test).await;
        assert_eq!(
            test.app.db.round_trips() - before,
            2,
            "settings, and one batch"
        );
        assert_eq!(numbers(&test).await, [3, 1, 0, 0]);
        test.app.clock.advance(60_000);
        visit(&test, &path).await;
        visit(&test, &pixel(&test, campaign.messages[1])).await;
        flush(&test).await;
        assert_eq!(numbers(&test).await, [5, 2, 0, 0]);
        let first = test.number("SELECT min(opened_at) FROM email_queue").await;
        assert_eq!(first, NOON);
        let kept = test
            .query(sql("SELECT DISTINCT user_agent FROM tracking_events"))
            .await;
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].at::<String>(0).unwrap(), "Reader/1.0");
    }

    pub async fn opens_of_many_instances_at_once_are_counted_exactly(test: TestApp) {
        let campaign = Campaign::of(&test, 3, "sent").await;
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let db = test.app.db.clone();
            let messages = campaign.messages.clone();
            writers.spawn(async move {
                let opens = |id: &MessageId| event(*id, EventKind::Open, NOON);
                let events: Vec<Event> = messages.iter().map(opens).collect();
                let (judged, _) = judge_all(&events, &HashMap::new());
                db.batch(repo::insert_events(&judged, true)).await.unwrap();
            });
        }
        while let Some(done) = writers.join_next().await {
            done.unwrap();
        }
        assert_eq!(numbers(&test).await, [24, 3, 0, 0]);
    }

    pub async fn a_click_leads_to_the_merged_target_and_implies_an_open(test: TestApp) {
        let campaign = Campaign::of(&test, 2, "sent").await;
        let answer = visit(&test, &link(&test, campaign.messages[0], 0)).await;
        assert_eq!(answer.status, StatusCode::FOUND);
        let target = reqwest::Url::parse(answer.location()).unwrap();
        assert_eq!(target.host_str(), Some("example.com"));
        let pairs: Vec<(String, String)> = target.query_pairs().into_owned().collect();
        assert_eq!(pairs[0], ("to".into(), "Person1@example.com".into()));
        assert_eq!(pairs[1], ("name".into(), "Ann & 1".into()));
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        // A whole target from a recipient's data; what is no web address is not followed. A person takes a while.
        test.app.clock.advance(20_000);
        let shop = visit(&test, &link(&test, campaign.messages[0], 1)).await;
        assert_eq!(shop.location(), "https://shop.example.com/a%20b");
        let script = visit(&test, &link(&test, campaign.messages[1], 1)).await;
        assert_eq!(script.status, StatusCode::NOT_FOUND);
        assert_eq!(script.location(), "");
        flush(&test).await;
        assert_eq!(numbers(&test).await, [1, 1, 2, 1]);
        test.app.clock.advance(20_000);
        visit(&test, &link(&test, campaign.messages[0], 0)).await;
        flush(&test).await;
        assert_eq!(numbers(&test).await, [1, 1, 3, 1]);
        let links = test
            .query(sql("SELECT link, count(*) FROM tracking_events WHERE kind = 'click' GROUP BY link ORDER BY link"))
            .await;
        let links: Vec<(i64, i64)> = links
            .iter()
            .map(|row| (row.at(0).unwrap(), row.at(1).unwrap()))
            .collect();
        assert_eq!(links, [(0, 2), (1, 1)]);
    }

    pub async fn an_open_after_an_implied_one_is_not_the_first(test: TestApp) {
        let campaign = Campaign::of(&test, 1, "sent").await;
        // Both in one write: the click implies nothing, the message is open already.
        visit(&test, &link(&test, campaign.messages[0], 0)).await;
        visit(&test, &pixel(&test, campaign.messages[0])).await;
        flush(&test).await;
        assert_eq!(numbers(&test).await, [1, 1, 1, 1]);
        visit(&test, &pixel(&test, campaign.messages[0])).await;
        flush(&test).await;
        assert_eq!(numbers(&test).await, [2, 1, 1, 1]);
    }

    pub async fn forged_tokens_do_nothing(test: TestApp) {
        let campaign = Campaign::of(&test, 1, "sent").await;
        let message = campaign.messages[0];
        let altered = |path: String| {
            let last = if path.ends_with('A') { 'B' } else { 'A' };
            let middle = path.len() - 4;
            format!("{}{last}{}", &path[..middle], &path[middle + 1..])
        };
        for path in [
            altered(pixel(&test, message)),
            altered(link(&test, message, 0)),
            "/t/o/x".into(),
            "/t/c/x".into(),
            // A right token in the wrong place.
            pixel(&test, message).replace("/t/o/", "/t/c/"),
            link(&test, message, 0).replace("/t/c/", "/t/o/"),
            link(&test, message, 7),
            link(&test, MessageId(987_654), 0),
        ] {
            let answer = visit(&test, &path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(answer.location(), "", "{path}");
        }
        for path in [altered(unsubscribe(&test, message)), "/u/x".into()] {
            assert_eq!(
                test.get(None, &path).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
            for path in [path.clone(), format!("{path}/undo")] {
                let answer = request(
                    &test,
                    Method::POST,
                    &path,
                    &[],
                    "List-Unsubscribe=One-Click",
                )
                .await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            }
        }
        // A pixel of a message that is gone is still a picture.
        assert_eq!(
            visit(&test, &pixel(&test, MessageId(987_654))).await.status,
            StatusCode::OK
        );
        flush(&test).await;
        assert_eq!(numbers(&test).await, [0, 0, 0, 0]);
        assert_eq!(test.number("SELECT count(*) FROM suppressions").await, 0);
    }

    pub async fn a_private_browser_is_not_recorded(test: TestApp) {
        let campaign = Campaign::of(&test, 1, "sent").await;
        let message = campaign.messages[0];
        for path in [
            pixel(&test, message),
            link(&test, message, 0),
            trap(&test, message),
        ] {
            let status = if path.starts_with("/t/c") {
                StatusCode::FOUND
            } else {
                StatusCode::OK
            };
            let answer = request(&test, Method::GET, &path, &[("sec-gpc", "1")], "").await;
            assert_eq!(answer.status, status, "{path}");
        }
        flush(&test).await;
        assert_eq!(numbers(&test).await, [0, 0, 0, 0]);
        assert_eq!(test.number("SELECT count(*) FROM tracking_events").await, 0);
    }

    pub use super::machines::*;

    pub async fn settings_that_are_off_record_nothing_and_still_redirect(test: TestApp) {
        let campaign = Campaign::of(&test, 2, "sent").await;
        set(&test, false, true).await;
        for message in &campaign.messages {
            visit(&test, &pixel(&test, *message)).await;
        }
        let answer = visit(&test, &link(&test, campaign.messages[0], 0)).await;
        assert_eq!(answer.status, StatusCode::FOUND);
        flush(&test).await;
        assert_eq!(
            numbers(&test).await,
            [0, 0, 1, 1],
            "no open, not even an implied one"
        );
        set(&test, true, false).await;
        let answer = visit(&test, &link(&test, campaign.messages[1], 0)).await;
        assert_eq!(answer.status, StatusCode::FOUND);
        flush(&test).await;
        assert_eq!(numbers(&test).await, [0, 0, 1, 1]);
    }

    pub async fn test_messages_count_nowhere_and_redirect(test: TestApp) {
        let campaign = Campaign::of(&test, 1, "sent").await;
        let message = campaign.test_message(&test).await;
        assert_eq!(
            visit(&test, &pixel(&test, message)).await.status,
            StatusCode::OK
        );
        let answer = visit(&test, &link(&test, message, 0)).await;
        assert!(
            answer
                .location()
                .starts_with("https://example.com/read?to=me")
        );
        flush(&test).await;
        assert_eq!(numbers(&test).await, [0, 0, 0, 0]);
        assert_eq!(
            test.number("SELECT sum(opens + clicks) FROM email_queue")
                .await,
            0
        );
    }

    pub async fn a_flood_on_one_link_is_bounded(test: TestApp) {
        let campaign = Campaign::of(&test, 1, "sent").await;
        for at in 0..3_500 {
            test.app
                .events
                .push(event(campaign.messages[0], EventKind::Open, NOON + at));
        }
        flush(&test).await;
        let [opens, unique, ..] = numbers(&test).await;
        assert_eq!((opens, unique), (repo::MOST_PER_MESSAGE, 1));
    }
}
