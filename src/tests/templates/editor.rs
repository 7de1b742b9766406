//! The editor of a template: previews, mistakes, and its plain forms.

use super::EDITOR;
use super::suite::{add, make, typed};
use crate::util::app::TestApp;
use axum::http::{StatusCode, header};
use mailer::features::auth::model::Role;
use mailer::features::templates::service;

#[tokio::test]
async fn previews_run_nothing_and_show_what_will_be_read() {
    let test = TestApp::embedded().await;
    let cx = test.cx(Role::Editor);
    let id = make(&test, "Spring", "html").await;
    let source = "<p>Hello {{ first_name }}</p><script>alert(1)</script>";
    let edit = typed("source", &[("source", source)]);
    service::edit(&cx, id, 1, &edit).await.unwrap();
    for (part, kind) in [
        ("html", "text/html"),
        ("dark", "text/html"),
        ("source", "text/plain"),
        ("text", "text/plain"),
    ] {
        let path = format!("/templates/{id}/preview?part={part}");
        let answer = test.get(Some(Role::Viewer), &path).await;
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.starts_with("sandbox; default-src 'none'"));
        let found = answer.headers[header::CONTENT_TYPE].to_str().unwrap();
        assert!(found.starts_with(kind), "{part}: {found}");
        assert!(answer.body.contains("Hello Ann"), "{part}");
        assert!(!answer.body.contains("alert(1)"), "{part}");
    }
    let answer = test.get(None, &format!("/templates/{id}/preview")).await;
    assert!(!answer.body.contains("Hello"));
    let answer = test.get(EDITOR, "/templates/99/preview").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let answer = test
        .get(EDITOR, "/templates/starters/welcome/preview")
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_mistake_in_the_code_is_stored_and_named_with_its_line() {
    let test = TestApp::embedded().await;
    let cx = test.cx(Role::Editor);
    let id = make(&test, "Spring", "mjml").await;
    for (revision, source, line) in [
        (
            1,
            "<mjml>\n<mj-body>\n<mj-section>\n</mj-body>\n</mjml>",
            None,
        ),
        (
            2,
            "<mjml><mj-body><mj-section><mj-column>\n<mj-text>\n{{ name | nofilter }}</mj-text></mj-column></mj-section></mj-body></mjml>",
            Some(3),
        ),
        (
            3,
            "<mjml><mj-body><mj-section><mj-column><mj-text>\n{% if a %}\n</mj-text></mj-column></mj-section></mj-body></mjml>",
            Some(2),
        ),
    ] {
        let edit = typed("source", &[("source", source)]);
        let saved = service::edit(&cx, id, revision, &edit).await.unwrap();
        assert_eq!(saved.content.source, source);
        let fault = saved.compiled.fault.unwrap();
        assert_eq!(fault.field, "source");
        assert!(fault.line.is_some(), "{fault:?}");
        if line.is_some() {
            assert_eq!(fault.line, line, "{fault:?}");
        }
        let page = test.get(EDITOR, &format!("/templates/{id}")).await;
        assert!(
            page.body
                .contains("Saved, but it cannot be sent like this.")
        );
        let preview = test.get(EDITOR, &format!("/templates/{id}/preview")).await;
        assert!(preview.body.contains("There is no preview yet"));
    }
}

#[tokio::test]
async fn the_editor_works_as_plain_forms() {
    let test = TestApp::embedded().await;
    let id = make(&test, "Spring", "blocks").await.to_string();
    let edit = "/api/templates/edit-template";
    let added = test
        .post_form(
            EDITOR,
            edit,
            &[
                ("id", &id),
                ("revision", "1"),
                ("edit[op]", "add"),
                ("edit[kind]", "button"),
                ("edit[place]", "end"),
                ("edit[view]", "phone"),
            ],
        )
        .await;
    assert_eq!(added.status, StatusCode::FOUND);
    assert_eq!(
        added.location(),
        format!("/templates/{id}?block=1&view=phone#block-1")
    );
    let page = test
        .get(EDITOR, &format!("/templates/{id}?block=1&view=phone"))
        .await;
    for words in [
        "Button text",
        "Corner radius in pixels",
        "Move up: Button “Read more”",
        "part=html&amp;revision=2",
    ] {
        assert!(page.body.contains(words), "{words}");
    }

    // A rejected field comes back with its sentence and what was typed.
    let bad = test
        .post_form(
            EDITOR,
            edit,
            &[
                ("id", &id),
                ("revision", "2"),
                ("edit[op]", "set"),
                ("edit[block]", "1"),
                ("edit[selected]", "1"),
                ("edit[fields][label]", "Go now"),
                ("edit[fields][radius]", "lots"),
            ],
        )
        .await;
    let (_, query) = bad.location().split_once('?').unwrap();
    let page = test
        .get(EDITOR, &format!("/templates/{id}?block=1&{query}"))
        .await;
    for words in ["Enter a whole number from 0 to 40.", "lots", "Go now"] {
        assert!(page.body.contains(words), "{words}");
    }

    let stale = test
        .post_call(
            EDITOR,
            edit,
            &[
                ("id", &id),
                ("revision", "1"),
                ("edit[op]", "delete"),
                ("edit[block]", "1"),
            ],
        )
        .await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.body.contains("changed in the meantime"));
}

#[tokio::test]
async fn a_text_typed_too_late_without_javascript_is_kept_as_a_copy() {
    let test = TestApp::embedded().await;
    let cx = test.cx(Role::Editor);
    let id = make(&test, "Spring", "html").await;
    let first = typed("source", &[("source", "<p>first</p>")]);
    service::edit(&cx, id, 1, &first).await.unwrap();
    let late = test
        .post_form(
            EDITOR,
            "/api/templates/edit-template",
            &[
                ("id", &id.to_string()),
                ("revision", "1"),
                ("edit[op]", "source"),
                ("edit[fields][source]", "<p>late</p>"),
            ],
        )
        .await;
    assert_eq!(late.status, StatusCode::FOUND);
    assert!(
        late.location().ends_with("?notice=template-rescued"),
        "{}",
        late.location()
    );
    let page = test.get(EDITOR, late.location()).await;
    assert!(page.body.contains("late"));
    let (_, content) = service::find_content(&cx, id).await.unwrap();
    assert_eq!(content.source, "<p>first</p>");
}

#[tokio::test]
async fn a_form_that_came_too_late_without_javascript_keeps_what_was_typed() {
    let test = TestApp::embedded().await;
    let cx = test.cx(Role::Editor);
    let id = make(&test, "Spring", "blocks").await;
    service::edit(&cx, id, 1, &add("button")).await.unwrap();
    service::edit(&cx, id, 2, &add("footer")).await.unwrap();
    let mut theirs = typed("set", &[("label", "Theirs")]);
    theirs.block = "1".into();
    service::edit(&cx, id, 3, &theirs).await.unwrap();
    let post = async |block: &str, fields: &[(&str, &str)]| {
        let id = id.to_string();
        let names: Vec<_> = fields
            .iter()
            .map(|(name, _)| format!("edit[fields][{name}]"))
            .collect();
        let mut pairs = vec![
            ("id", id.as_str()),
            ("revision", "3"),
            ("edit[op]", "set"),
            ("edit[block]", block),
            ("edit[selected]", block),
        ];
        pairs.extend(
            names
                .iter()
                .map(String::as_str)
                .zip(fields.iter().map(|(_, value)| *value)),
        );
        let answer = test
            .post_form(EDITOR, "/api/templates/edit-template", &pairs)
            .await;
        let (_, query) = answer.location().split_once('?').unwrap();
        let page = format!("/templates/{id}?block={block}&{query}");
        (
            answer.location().to_owned(),
            test.get(EDITOR, &page).await.body,
        )
    };
    let (_, page) = post(
        "1",
        &[
            ("label", "Mine"),
            ("href", "https://example.com/mine"),
            ("colour", ""),
            ("colour_picker", "#123456"),
        ],
    )
    .await;
    for words in [
        "changed this in the meantime",
        "What you typed is in its form again",
        "value=\"Mine\"",
        "value=\"https://example.com/mine\"",
        "value=\"#123456\"",
        "name=\"revision\" value=\"4\"",
    ] {
        assert!(page.contains(words), "{words}");
    }
    // A switch that was turned off is not sent; it stays off.
    let (_, page) = post("2", &[("text", "<p>Mine</p>"), ("show_address", "true")]).await;
    let switch = |name: &str| {
        let at = page
            .find(&format!("name=\"edit[fields][{name}]\""))
            .unwrap();
        page[at..].split('>').next().unwrap().contains("checked")
    };
    assert!(switch("show_address") && !switch("show_unsubscribe"));
    let (_, content) = service::find_content(&cx, id).await.unwrap();
    assert!(content.source.contains("Theirs") && !content.source.contains("Mine"));

    // A text too long for an address is kept as a copy.
    let long = "word ".repeat(1_000);
    let (location, _) = post("2", &[("text", &long)]).await;
    assert!(location.ends_with("?notice=template-rescued"), "{location}");
    let page = test.get(EDITOR, &location).await;
    assert!(page.body.contains("word word"));
}
