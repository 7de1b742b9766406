//! Parts of a report: devices, domains, earlier campaigns, the click map, campaigns side by side.

use super::campaign;
use crate::util::app::{NOON, TestApp};
use crate::util::campaign::Campaign;
use axum::http::{StatusCode, header};
use mailer::delivery::queue;
use mailer::features::analytics::comparison::{OPENS, against};
use mailer::features::analytics::service::{compare_campaigns, find_report};
use mailer::features::auth::model::Role::Viewer;
use mailer::features::campaigns::recipients::model::LogQuery;
use mailer::features::campaigns::recipients::service::list_recipients;
use mailer::features::campaigns::service::find_campaign;
use mailer::features::home::service::find_overview;
use mailer::features::settings::model::Workspace;
use mailer::server::db::sql;

pub async fn the_report_tells_who_read_and_where(test: TestApp) {
    let campaign = campaign(&test).await;
    // As the expander counts them.
    test.exec(
        sql("UPDATE campaign_domains SET total = 10, failed = 2, unconfirmed = 1 WHERE campaign_id = ?1 AND domain = 'example.com'")
            .bind(campaign.id),
    )
    .await;
    let report = find_report(&test.cx(Viewer), campaign.id, None)
        .await
        .unwrap();
    assert_eq!(report.devices.len(), 1);
    assert_eq!(
        (
            report.devices[0].name.as_str(),
            report.devices[0].opens,
            report.devices[0].clicks
        ),
        ("Computer", 3, 2)
    );
    assert_eq!(report.programs[0].name, "Firefox");
    let domain = &report.domains[0];
    assert_eq!(domain.domain, "example.com");
    assert_eq!((domain.opened, domain.clicked, domain.failed), (2, 1, 2));
    assert_eq!(domain.sent(), 7, "once nothing waits");
    let did: Vec<(bool, &str)> = report
        .activity
        .iter()
        .map(|activity| (activity.is_click, activity.address.as_str()))
        .collect();
    assert_eq!(
        did.len(),
        4,
        "two opens, two clicks; the open that a click implies is not told twice: {did:?}"
    );
    assert!(did.contains(&(true, "Person2@example.com")));
    // The campaign's page tells the same, and its log finds them.
    let cx = test.cx(Viewer);
    let detail = find_campaign(&cx, campaign.id).await.unwrap();
    let kinds: Vec<&str> = detail
        .progress
        .recent
        .iter()
        .map(|event| event.kind.as_str())
        .collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "click").count(), 2);
    assert_eq!(kinds.iter().filter(|kind| **kind == "open").count(), 2);
    for (state, q, expected) in [
        (
            "opened",
            "",
            vec!["Person1@example.com", "Person2@example.com"],
        ),
        ("clicked", "", vec!["Person2@example.com"]),
        ("opened", "person2", vec!["Person2@example.com"]),
        ("clicked", "person1", vec![]),
    ] {
        let query = LogQuery {
            id: campaign.id.to_string(),
            state: state.into(),
            q: q.into(),
            ..LogQuery::default()
        };
        let page = list_recipients(&cx, &query).await.unwrap();
        let found: Vec<&str> = page.rows.iter().map(|row| row.address.as_str()).collect();
        assert_eq!(found, expected, "{state} {q}");
        assert_eq!((page.opened, page.clicked), (2, 1));
    }
}

pub async fn the_report_holds_the_campaign_against_those_before(test: TestApp) {
    let first = campaign(&test).await;
    let second = Campaign::of(&test, 4, "ready").await;
    test.exec(sql("UPDATE email_queue SET state = 'sent' WHERE campaign_id = ?1").bind(second.id))
        .await;
    let cx = test.cx(Viewer);
    let alone = find_report(&cx, first.id, None).await.unwrap();
    assert!(alone.earlier.is_empty());
    assert_eq!(against(&alone, OPENS), None);
    let report = find_report(&cx, second.id, None).await.unwrap();
    assert_eq!(report.earlier.len(), 1);
    assert_eq!(report.earlier[0].id, first.id);
    assert_eq!(
        against(&report, OPENS).as_deref(),
        Some("33.3 points below your last campaign")
    );
    let page = test
        .get(Some(Viewer), &format!("/campaigns/{}/report", second.id))
        .await;
    assert!(page.body.contains("33.3 points below your last campaign"));
    assert!(page.body.contains("Compared with earlier campaigns"));
    // Both are in the home page's numbers.
    let overview = find_overview(&cx).await.unwrap();
    assert_eq!(overview.deliverability.delivery.sent, 10);
    let now = overview.weeks.last().unwrap();
    assert_eq!(now.values, [Some(200), Some(100)]);
    assert_eq!(overview.weeks.len(), 12);
}

pub async fn the_click_map_is_the_mail_with_shares(test: TestApp) {
    let campaign = campaign(&test).await;
    let snapshot = queue::new_snapshot_id();
    let links = [("https://example.com/a".to_owned(), "A".to_owned())];
    let mut batch = queue::insert_snapshot(&queue::NewSnapshot {
        id: snapshot,
        source: "",
        subject: "News",
        html: "<body><p><a href=\"{{ __link_0 }}\">Read {{ first_name }}</a></p><a href=\"{{ __trap }}\"></a></body>",
        text: "",
        reply_to: "",
        copies: &Default::default(),
        links: &links,
        workspace: &Workspace::default(),
        now: NOON,
    })
    .to_vec();
    batch.push(
        sql("UPDATE campaigns SET snapshot_id = ?2 WHERE id = ?1")
            .bind(campaign.id)
            .bind(snapshot),
    );
    test.app.db.batch(batch).await.unwrap();
    let path = format!("/campaigns/{}/click-map", campaign.id);
    let map = test.get(Some(Viewer), &path).await;
    assert_eq!(map.status, StatusCode::OK);
    let policy = map.headers[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(
        policy.starts_with("sandbox; default-src 'none'"),
        "{policy}"
    );
    assert!(
        map.body.contains(">100.0%</span>Read Ann &amp; "),
        "{}",
        map.body
    );
    assert!(
        !map.body.contains("example.com/a"),
        "its links lead nowhere"
    );
    let gone = test.get(Some(Viewer), "/campaigns/99/click-map").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

pub async fn campaigns_stand_side_by_side(test: TestApp) {
    let first = campaign(&test).await;
    let second = Campaign::of(&test, 4, "sent").await;
    let cx = test.cx(Viewer);
    let ids = format!("{},{},99,x", second.id, first.id);
    let compared = compare_campaigns(&cx, &ids).await.unwrap();
    let order: Vec<_> = compared
        .campaigns
        .iter()
        .map(|campaign| campaign.line.id)
        .collect();
    assert_eq!(order, [second.id, first.id]);
    assert_eq!(compared.hours.len(), 24);
    assert_eq!(compared.hours[0].values, [0, 3]);
    let alone = compare_campaigns(&cx, &first.id.to_string()).await.unwrap();
    assert_eq!(alone.campaigns.len(), 1);
    let page = test.get(Some(Viewer), "/campaigns/compare").await;
    assert!(page.body.contains("Nothing to compare yet"));
    assert!(compare_campaigns(&test.visitor(), &ids).await.is_err());
    for path in [
        format!("/campaigns/compare?ids={},{}", first.id, second.id),
        format!(
            "/campaigns/compare?form%5Bids%5D%5B%5D={}&form%5Bids%5D%5B%5D={}",
            first.id, second.id
        ),
    ] {
        let page = test.get(Some(Viewer), &path).await;
        assert_eq!(page.status, StatusCode::OK);
        for part in [
            "Compare campaigns",
            "Click-to-open rate",
            "Opens in the first day",
            "33.3%",
        ] {
            assert!(
                page.body.contains(part),
                "{part} is missing in {}",
                page.body
            );
        }
    }
}
