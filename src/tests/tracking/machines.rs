//! Machines that load pixels and follow links: counted apart, also when it shows only later what they are.

use super::{event, flush, numbers, request, visit};
use crate::util::app::{NOON, TestApp};
use crate::util::campaign::{Campaign, link, pixel, trap};
use axum::http::{Method, StatusCode};
use mailer::features::tracking::buffer::{Event, EventKind};
use mailer::ids::MessageId;
use mailer::server::db::sql;

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";

/// Opens, unique opens, clicks, unique clicks of machines, as the campaigns' counters and as the events say.
async fn machines(test: &TestApp) -> [i64; 4] {
    let read = |row: &mailer::server::db::Row| [0, 1, 2, 3].map(|i| row.at::<i64>(i).unwrap());
    let counters = test
        .query(sql(
            "SELECT sum(machine_opens), sum(machine_unique_opens), sum(machine_clicks), sum(machine_unique_clicks) FROM campaigns",
        ))
        .await;
    let events = test
        .query(sql("SELECT coalesce(sum(kind = 'open'), 0), count(DISTINCT CASE kind WHEN 'open' THEN message_id END), \
             coalesce(sum(kind = 'click'), 0), count(DISTINCT CASE kind WHEN 'click' THEN message_id END) FROM tracking_events \
             WHERE rule <> ''"))
        .await;
    assert_eq!(
        read(&events[0]),
        read(&counters[0]),
        "events and campaigns agree"
    );
    read(&counters[0])
}

/// The rules that fired, with how often.
async fn rules(test: &TestApp) -> Vec<(String, i64)> {
    test.query(sql(
        "SELECT rule, opens + clicks FROM campaign_rules WHERE opens + clicks > 0 ORDER BY rule",
    ))
    .await
    .iter()
    .map(|row| (row.at(0).unwrap(), row.at(1).unwrap()))
    .collect()
}

fn named(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
    pairs.iter().map(|(name, n)| ((*name).into(), *n)).collect()
}

/// Every table of counters against the events and the ledger.
async fn assert_counters_agree(test: &TestApp) {
    numbers(test).await;
    machines(test).await;
    for (what, counted, found) in [
        (
            "times",
            "SELECT coalesce(sum(opens * 1000000 + clicks * 10000 + machine_opens * 100 + machine_clicks), 0) FROM campaign_times",
            "SELECT coalesce(sum(CASE kind || (rule <> '') WHEN 'open0' THEN 1000000 WHEN 'click0' THEN 10000 WHEN 'open1' THEN 100 \
             ELSE 1 END), 0) FROM tracking_events",
        ),
        (
            "readers",
            "SELECT coalesce(sum(opens * 1000 + clicks), 0) FROM campaign_readers WHERE program = 'Chrome'",
            "SELECT coalesce(sum(CASE kind WHEN 'open' THEN 1000 ELSE 1 END), 0) FROM tracking_events WHERE rule = '' AND program = 'Chrome'",
        ),
        (
            "links",
            "SELECT coalesce(sum(clicks * 10000 + unique_clicks * 100 + machine_clicks), 0) FROM campaign_links WHERE link = 1",
            "SELECT coalesce(sum(rule = ''), 0) * 10000 + count(DISTINCT CASE rule WHEN '' THEN message_id END) * 100 \
             + coalesce(sum(rule <> ''), 0) FROM tracking_events WHERE kind = 'click' AND link = 1",
        ),
        (
            "domains",
            "SELECT coalesce(sum(opened * 1000 + clicked), 0) FROM campaign_domains",
            "SELECT sum((opens > 0) * 1000 + (clicks > 0)) FROM email_queue",
        ),
        (
            "first moments",
            "SELECT sum((opens > 0) * 10 + (clicks > 0)) FROM email_queue",
            "SELECT sum((opened_at IS NOT NULL) * 10 + (clicked_at IS NOT NULL)) FROM email_queue",
        ),
    ] {
        assert_eq!(
            test.number(counted).await,
            test.number(found).await,
            "{what}"
        );
    }
}

pub async fn machines_are_counted_apart_with_their_rule(test: TestApp) {
    let campaign = Campaign::of(&test, 5, "sent").await;
    let agent = |agent: &'static str| [("user-agent", agent)];
    let [one, two, three, four, five] = campaign.messages[..] else {
        panic!("five messages");
    };
    request(
        &test,
        Method::GET,
        &pixel(&test, one),
        &agent("Mozilla/5.0"),
        "",
    )
    .await;
    request(
        &test,
        Method::HEAD,
        &link(&test, two, 0),
        &agent(CHROME),
        "",
    )
    .await;
    request(&test, Method::GET, &pixel(&test, two), &[], "").await;
    request(
        &test,
        Method::GET,
        &link(&test, three, 0),
        &agent("curl/8.5.0"),
        "",
    )
    .await;
    let ahead = [
        ("user-agent", CHROME),
        ("sec-purpose", "prefetch;prerender"),
    ];
    request(&test, Method::GET, &pixel(&test, four), &ahead, "").await;
    test.exec(
        sql("UPDATE email_queue SET finished_at = ?2 WHERE id = ?1")
            .bind(five)
            .bind(NOON - 2_000),
    )
    .await;
    request(&test, Method::GET, &pixel(&test, five), &agent(CHROME), "").await;
    flush(&test).await;
    assert_eq!(numbers(&test).await, [0, 0, 0, 0]);
    assert_eq!(machines(&test).await, [4, 4, 2, 2]);
    assert_eq!(
        rules(&test).await,
        named(&[
            ("ahead", 1),
            ("apple", 1),
            ("head", 1),
            ("instant", 1),
            ("nameless", 1),
            ("program", 1)
        ])
    );
    // Their readers, later.
    test.app.clock.advance(600_000);
    request(&test, Method::GET, &link(&test, one, 0), &agent(CHROME), "").await;
    request(&test, Method::GET, &pixel(&test, five), &agent(CHROME), "").await;
    flush(&test).await;
    assert_eq!(numbers(&test).await, [2, 2, 1, 1]);
    assert_eq!(machines(&test).await, [4, 4, 2, 2]);
    let client = test
        .query(sql(
            "SELECT device, program, opens, clicks FROM campaign_readers",
        ))
        .await;
    assert_eq!(client.len(), 1);
    assert_eq!(client[0].at::<String>(1).unwrap(), "Chrome");
    assert_counters_agree(&test).await;
}

pub async fn the_trap_turns_what_came_with_it(test: TestApp) {
    let campaign = Campaign::of(&test, 2, "sent").await;
    let (one, two) = (campaign.messages[0], campaign.messages[1]);
    let chrome = [("user-agent", CHROME)];
    for path in [pixel(&test, one), link(&test, one, 0), link(&test, two, 0)] {
        request(&test, Method::GET, &path, &chrome, "").await;
    }
    flush(&test).await;
    assert_eq!(
        numbers(&test).await,
        [2, 2, 2, 2],
        "nobody can know better yet"
    );
    test.app.clock.advance(20_000);
    let answer = request(&test, Method::GET, &trap(&test, one), &chrome, "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        answer.body.starts_with("This link is hidden"),
        "{}",
        answer.body
    );
    flush(&test).await;
    assert_eq!(
        numbers(&test).await,
        [1, 1, 1, 1],
        "the second mail's reader stays"
    );
    assert_eq!(machines(&test).await, [1, 1, 2, 1]);
    assert_eq!(rules(&test).await, named(&[("near-trap", 2), ("trap", 1)]));
    // What follows soon is the scanner's, too; an hour later it is the reader's.
    request(&test, Method::GET, &link(&test, one, 1), &chrome, "").await;
    flush(&test).await;
    assert_eq!(machines(&test).await, [1, 1, 3, 1]);
    test.app.clock.advance(3_600_000);
    visit(&test, &link(&test, one, 0)).await;
    flush(&test).await;
    assert_eq!(numbers(&test).await, [2, 2, 2, 2]);
    assert_counters_agree(&test).await;
}

pub async fn a_burst_over_two_writes_is_a_machines(test: TestApp) {
    let campaign = Campaign::of(&test, 1, "sent").await;
    let message = campaign.messages[0];
    visit(&test, &link(&test, message, 0)).await;
    flush(&test).await;
    assert_eq!(
        numbers(&test).await,
        [1, 1, 1, 1],
        "with the open it implies"
    );
    test.app.clock.advance(700);
    visit(&test, &link(&test, message, 1)).await;
    flush(&test).await;
    assert_eq!(numbers(&test).await, [0, 0, 0, 0]);
    assert_eq!(machines(&test).await, [1, 1, 2, 1]);
    assert_counters_agree(&test).await;
}

/// Hundreds of events of all kinds, in writes of many sizes.
pub async fn counters_always_agree_with_events(test: TestApp) {
    let campaign = Campaign::of(&test, 7, "sent").await;
    let mut state = 42u64;
    let mut random = move |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut at = NOON;
    for _ in 0..30 {
        for _ in 0..random(25) {
            at += i64::try_from(random(1_500)).unwrap();
            let message: MessageId = campaign.messages[random(7) as usize];
            let kind = match random(20) {
                0..9 => EventKind::Open,
                9..19 => EventKind::Click(random(2) as i64),
                _ => EventKind::Trap,
            };
            let agent = if random(6) == 0 { "curl/8" } else { CHROME };
            test.app.events.push(Event {
                user_agent: agent.into(),
                ..event(message, kind, at)
            });
        }
        flush(&test).await;
        at += i64::try_from(random(400_000)).unwrap();
    }
    assert!(
        test.number("SELECT count(*) FROM tracking_events WHERE rule = 'burst'")
            .await
            > 0
    );
    assert!(
        test.number("SELECT count(*) FROM tracking_events WHERE rule = 'near-trap'")
            .await
            > 0
    );
    assert!(
        test.number("SELECT count(*) FROM tracking_events WHERE rule = ''")
            .await
            > 0
    );
    assert_counters_agree(&test).await;
}
