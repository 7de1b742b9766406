//! Finding things by typing: what is found, for whom, and what is typed on purpose to break it.

use crate::util::app::{NOON, TestApp, on_both};
use crate::util::campaign::Campaign;
use mailer::features::auth::model::Role::{Owner, Viewer};
use mailer::features::search::service::search;
use mailer::server::db::sql;

on_both! {
    things_are_found_by_a_part_of_their_name
    odd_words_find_nothing_and_break_nothing
    a_campaign_is_found_with_its_report
}

async fn titles(test: &TestApp, text: &str) -> Vec<String> {
    let found = search(&test.cx(Owner), text).await.unwrap();
    let hits = found.into_iter().flat_map(|group| group.hits);
    hits.map(|hit| format!("{} {}", hit.href, hit.title))
        .collect()
}

async fn draft(test: &TestApp, id: i64, name: &str) {
    test.exec(
        sql("INSERT INTO drafts (id, name, mode, source, subject, revision, created_at, updated_at) \
             VALUES (?1, ?2, 'html', '', '', 1, ?3, ?3)")
        .bind(id)
        .bind(name)
        .bind(NOON + id),
    )
    .await;
}

mod suite {
    use super::*;

    pub async fn things_are_found_by_a_part_of_their_name(test: TestApp) {
        draft(&test, 7, "Spring sale").await;
        draft(&test, 8, "100% off_season").await;
        assert_eq!(titles(&test, "RING").await, ["/drafts/7 Spring sale"]);
        assert_eq!(titles(&test, "100%").await, ["/drafts/8 100% off_season"]);
        assert_eq!(titles(&test, "f_s").await, ["/drafts/8 100% off_season"]);
        assert_eq!(titles(&test, "new cam").await, ["/drafts/new New campaign"]);
        let all = search(&test.cx(Viewer), "").await.unwrap();
        let names: Vec<_> = all.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["Do", "Go to", "Drafts"]);
        let page = test.get(Some(Viewer), "/search?q=spring").await;
        assert!(page.body.contains("href=\"/drafts/7\""), "{}", page.body);
    }

    pub async fn a_campaign_is_found_with_its_report(test: TestApp) {
        let campaign = Campaign::of(&test, 1, "sent").await.id;
        assert_eq!(
            titles(&test, "spring").await,
            [
                format!("/campaigns/{campaign} Spring news"),
                format!("/campaigns/{campaign}/report Report of Spring news"),
            ]
        );
        let all = titles(&test, "").await;
        assert!(
            all.iter().all(|title| !title.contains("Report of")),
            "{all:?}"
        );
    }

    pub async fn odd_words_find_nothing_and_break_nothing(test: TestApp) {
        draft(&test, 7, "Spring sale").await;
        let long = "x".repeat(100_000);
        for text in [
            "%",
            "_",
            "\\",
            "'; DROP TABLE drafts; --",
            "\0zz\u{1}",
            long.as_str(),
        ] {
            assert!(titles(&test, text).await.is_empty(), "{text}");
        }
        let page = test.get(Some(Viewer), "/search?q=%3Cb%3E").await;
        assert!(page.body.contains("Nothing found") && !page.body.contains("<b>"));
    }
}
