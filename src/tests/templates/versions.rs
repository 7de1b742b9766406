//! The history of a template: what is kept, compared and restored.

use super::suite::{add, make};
use crate::util::app::{TestApp, on_both};
use axum::http::StatusCode;
use mailer::error::AppError;
use mailer::features::auth::model::Role;
use mailer::features::templates::service as templates;
use mailer::features::templates::versions::service;
use mailer::ids::TemplateVersionId;

on_both! {
    editing_keeps_what_was_before_once_in_ten_minutes
    restoring_brings_a_version_back_and_keeps_what_it_replaced
    a_version_with_a_name_stays_when_the_oldest_go
}

mod suite {
    use super::super::suite::{add, make, typed};
    use crate::util::app::TestApp;
    use mailer::error::AppError;
    use mailer::features::auth::model::Role;
    use mailer::features::templates::service as templates;
    use mailer::features::templates::versions::model::KeepForm;
    use mailer::features::templates::versions::service;

    const COUNT: &str = "SELECT count(*) FROM template_versions";

    pub async fn editing_keeps_what_was_before_once_in_ten_minutes(test: TestApp) {
        let cx = test.cx(Role::Editor);
        let id = make(&test, "Spring", "blocks").await;
        assert_eq!(test.number(COUNT).await, 0);
        for (revision, kept) in [(1, 1), (2, 1), (3, 1)] {
            templates::edit(&cx, id, revision, &add("text"))
                .await
                .unwrap();
            assert_eq!(test.number(COUNT).await, kept);
        }
        test.app.clock.advance(11 * 60_000);
        templates::edit(&cx, id, 4, &add("text")).await.unwrap();
        assert_eq!(test.number(COUNT).await, 2);

        let history = service::open(&cx, id, None).await.unwrap();
        assert_eq!(history.versions.len(), 2);
        let opened = history.opened.unwrap();
        assert_eq!(opened.card, history.versions[0]);
        assert_eq!(opened.changes, ["Text “Write something here.” goes."]);
        let first = history.versions[1].id;
        let content = service::find_content(&cx, id, first).await.unwrap();
        assert!(content.document().unwrap().is_empty());
    }

    pub async fn restoring_brings_a_version_back_and_keeps_what_it_replaced(test: TestApp) {
        let cx = test.cx(Role::Editor);
        let id = make(&test, "Spring", "blocks").await;
        let subject = typed("headline", &[("subject", "First")]);
        templates::edit(&cx, id, 1, &subject).await.unwrap();
        let subject = typed("headline", &[("subject", "Second")]);
        templates::edit(&cx, id, 2, &subject).await.unwrap();
        let empty = service::open(&cx, id, None).await.unwrap().opened.unwrap();
        assert_eq!(empty.changes, ["Subject: “Second” goes."]);

        let late = service::restore(&cx, id, empty.card.id, 2).await;
        assert!(matches!(late, Err(AppError::Conflict(_))));
        assert_eq!(test.number(COUNT).await, 1);

        service::restore(&cx, id, empty.card.id, 3).await.unwrap();
        let now = templates::open(&cx, id).await.unwrap().editor;
        assert_eq!((now.revision, now.content.subject.as_str()), (4, ""));
        let history = service::open(&cx, id, None).await.unwrap();
        assert_eq!(history.versions.len(), 2);
        assert_eq!(
            history.opened.unwrap().changes,
            ["Subject: “Second”."],
            "what was replaced is the latest version"
        );
        // Going back again keeps that, too.
        let second = history.versions[0].id;
        service::restore(&cx, id, second, 4).await.unwrap();
        let now = templates::open(&cx, id).await.unwrap().editor;
        assert_eq!(now.content.subject, "Second");
        assert_eq!(test.number(COUNT).await, 3);
    }

    pub async fn a_version_with_a_name_stays_when_the_oldest_go(test: TestApp) {
        let cx = test.cx(Role::Editor);
        let id = make(&test, "Spring", "html").await;
        let form = KeepForm {
            id: id.to_string(),
            name: "The beginning".into(),
        };
        service::keep(&cx, &form).await.unwrap();
        for revision in 1..=55 {
            test.app.clock.advance(11 * 60_000);
            let subject = typed("headline", &[("subject", &revision.to_string())]);
            templates::edit(&cx, id, revision, &subject).await.unwrap();
        }
        let history = service::open(&cx, id, None).await.unwrap();
        assert_eq!(history.versions.len(), 51);
        assert_eq!(history.versions[50].name, "The beginning");
        templates::delete(&cx, id).await.unwrap();
        assert_eq!(test.number(COUNT).await, 0);
    }
}

#[tokio::test]
async fn the_history_is_a_page_and_its_forms_need_no_script() {
    let test = TestApp::embedded().await;
    let cx = test.cx(Role::Editor);
    let id = make(&test, "Spring", "blocks").await;
    let page = test
        .get(Some(Role::Viewer), &format!("/templates/{id}/history"))
        .await;
    assert!(page.body.contains("No versions yet"));
    assert!(!page.body.contains("Keep version"));
    templates::edit(&cx, id, 1, &add("button")).await.unwrap();
    let kept = test
        .post_form(
            Some(Role::Editor),
            "/api/templates/keep-version",
            &[
                ("form[id]", &id.to_string()),
                ("form[name]", "With a button"),
            ],
        )
        .await;
    assert_eq!(kept.status, StatusCode::FOUND);
    let page = test.get(Some(Role::Editor), kept.location()).await;
    for words in [
        "With a button",
        "Kept while editing",
        "Nothing: the template is like this now.",
        "This version is kept.",
    ] {
        assert!(page.body.contains(words), "{words}");
    }
    let history = service::open(&cx, id, None).await.unwrap();
    let before = history.versions[1].id;
    let page = test
        .get(
            Some(Role::Editor),
            &format!("/templates/{id}/history?version={before}"),
        )
        .await;
    assert!(page.body.contains("Button “Read more” goes."));
    let preview = test
        .get(
            Some(Role::Viewer),
            &format!("/templates/{id}/versions/{before}/preview"),
        )
        .await;
    assert_eq!(preview.status, StatusCode::OK);
    let restored = test
        .post_form(
            Some(Role::Editor),
            "/api/templates/restore-version",
            &[
                ("id", &id.to_string()),
                ("version", &before.to_string()),
                ("revision", "2"),
            ],
        )
        .await;
    assert_eq!(
        restored.location(),
        format!("/templates/{id}?notice=version-restored")
    );
    // A version of another template is none of this one's.
    let other = make(&test, "Summer", "blocks").await;
    let strange = service::open(&cx, other, Some(before)).await;
    assert!(matches!(strange, Err(AppError::NotFound(_))));
    let gone = service::restore(&cx, other, TemplateVersionId(999), 1).await;
    assert!(matches!(gone, Err(AppError::NotFound(_))));
}
