//! Templates: starters, the editor's changes, conflicts, copies, files, roles, previews.

use crate::util::app::on_both;

mod editor;
mod versions;

on_both! {
    starters_are_put_in_once_and_deleting_them_is_final
    two_instances_put_in_one_set_of_starters
    a_change_made_from_an_old_revision_is_refused_and_nothing_is_lost
    of_two_changes_at_once_one_wins
    my_version_can_be_kept_and_the_other_stays_in_the_history
    a_viewer_looks_and_changes_nothing
    a_copy_has_a_free_name_and_a_life_of_its_own
    deleting_leaves_the_drafts_made_from_it
    search_finds_names_and_subjects
}

mod suite {
    use crate::util::app::{NOON, TestApp};
    use mailer::error::AppError;
    use mailer::features::auth::model::Role;
    use mailer::features::templates::editor::EditForm;
    use mailer::features::templates::entry::{ImportForm, NewForm, RenameForm};
    use mailer::features::templates::{service, versions};
    use mailer::ids::TemplateId;
    use mailer::server::db::sql;

    pub async fn make(test: &TestApp, name: &str, from: &str) -> TemplateId {
        let form = NewForm {
            name: name.into(),
            from: from.into(),
        };
        service::create(&test.cx(Role::Editor), &form)
            .await
            .unwrap()
    }

    pub fn add(kind: &str) -> EditForm {
        EditForm {
            op: "add".into(),
            kind: kind.into(),
            ..EditForm::default()
        }
    }

    pub fn typed(op: &str, fields: &[(&str, &str)]) -> EditForm {
        let fields = fields.iter();
        EditForm {
            op: op.into(),
            fields: fields.map(|(k, v)| ((*k).into(), (*v).into())).collect(),
            ..EditForm::default()
        }
    }

    const COUNT: &str = "SELECT count(*) FROM templates";

    pub async fn starters_are_put_in_once_and_deleting_them_is_final(test: TestApp) {
        service::create_starters(&test.app).await.unwrap();
        assert_eq!(test.number(COUNT).await, 8);
        let cx = test.cx(Role::Editor);
        let list = service::list(&cx, "", 1).await.unwrap();
        for card in &list.cards {
            let opened = service::open(&cx, card.id).await.unwrap();
            assert_eq!(opened.editor.compiled.fault, None, "{}", card.name);
            service::delete(&cx, card.id).await.unwrap();
        }
        service::create_starters(&test.app).await.unwrap();
        assert_eq!(test.number(COUNT).await, 0);
    }

    pub async fn two_instances_put_in_one_set_of_starters(test: TestApp) {
        let other = test.second_instance().await;
        let (left, right) = tokio::join!(
            service::create_starters(&test.app),
            service::create_starters(&other)
        );
        left.unwrap();
        right.unwrap();
        assert_eq!(test.number(COUNT).await, 8);
    }

    pub async fn a_change_made_from_an_old_revision_is_refused_and_nothing_is_lost(test: TestApp) {
        let cx = test.cx(Role::Editor);
        let id = make(&test, "Spring", "blocks").await;
        let first = service::edit(&cx, id, 1, &add("text")).await.unwrap();
        assert_eq!((first.revision, first.selected), (2, Some(1)));
        let stale = service::edit(&cx, id, 1, &add("button")).await;
        assert!(matches!(stale, Err(AppError::Conflict(_))));
        let now = service::open(&cx, id).await.unwrap().editor;
        assert_eq!((now.revision, &now.content), (2, &first.content));

        // The same content again is no change.
        let restore = typed("restore", &[("source", &now.content.source)]);
        let same = service::edit(&cx, id, 2, &restore).await.unwrap();
        assert_eq!(same.revision, 2);

        let headline = typed("headline", &[("subject", "Hello {{ first_name }}")]);
        let third = service::edit(&cx, id, 2, &headline).await.unwrap();
        assert_eq!(third.revision, 3);
        assert_eq!(third.compiled.fields, ["first_name"]);
    }

    pub async fn my_version_can_be_kept_and_the_other_stays_in_the_history(test: TestApp) {
        let cx = test.cx(Role::Editor);
        let id = make(&test, "Spring", "blocks").await;
        let mine = service::edit(&cx, id, 1, &add("text")).await.unwrap();
        let theirs = service::edit(&cx, id, 2, &add("button")).await.unwrap();
        let keep = |kind: &str| EditForm {
            kind: kind.into(),
            ..typed(
                "keep",
                &[
                    ("source", &mine.content.source),
                    ("subject", "Mine"),
                    ("preheader", ""),
                ],
            )
        };
        let other_kind = service::edit(&cx, id, 2, &keep("html")).await;
        assert!(matches!(other_kind, Err(AppError::Invalid(_))));
        let kept = service::edit(&cx, id, 2, &keep("blocks")).await.unwrap();
        assert_eq!((kept.revision, kept.content.subject.as_str()), (4, "Mine"));
        assert_eq!(kept.content.source, mine.content.source);
        let history = versions::service::open(&cx, id, None).await.unwrap();
        let version = history.opened.unwrap().card.id;
        let found = versions::service::find_content(&cx, id, version).await;
        assert_eq!(found.unwrap(), theirs.content);
        // Whoever did not see it is told, as of any change.
        let late = service::edit(&cx, id, 3, &add("divider")).await;
        assert!(matches!(late, Err(AppError::Conflict(_))));
    }

    pub async fn of_two_changes_at_once_one_wins(test: TestApp) {
        let (left, right) = (test.cx(Role::Editor), test.cx(Role::Owner));
        let id = make(&test, "Spring", "blocks").await;
        let (text, button) = (add("text"), add("button"));
        let both = tokio::join!(
            service::edit(&left, id, 1, &text),
            service::edit(&right, id, 1, &button)
        );
        assert!(both.0.is_ok() ^ both.1.is_ok());
        assert_eq!(test.number("SELECT revision FROM templates").await, 2);
        let refused = both.0.err().or(both.1.err()).unwrap();
        assert!(matches!(refused, AppError::Conflict(_)), "{refused:?}");
    }

    pub async fn a_viewer_looks_and_changes_nothing(test: TestApp) {
        let id = make(&test, "Spring", "html").await;
        let cx = test.cx(Role::Viewer);
        assert!(!service::open(&cx, id).await.unwrap().can_edit);
        assert!(!service::list(&cx, "", 1).await.unwrap().can_edit);
        assert_eq!(service::export(&cx, id).await.unwrap().0, "Spring");
        let rename = RenameForm {
            id: id.to_string(),
            name: "Mine".into(),
        };
        let json = service::export(&cx, id).await.unwrap().1;
        let refusals = [
            service::create(&cx, &NewForm::default()).await.err(),
            service::rename(&cx, &rename).await.err(),
            service::duplicate(&cx, id).await.err(),
            service::delete(&cx, id).await.err(),
            service::import(&cx, &ImportForm { json }).await.err(),
            service::rescue(&cx, id, &EditForm::default()).await.err(),
            service::edit(&cx, id, 1, &typed("source", &[("source", "x")]))
                .await
                .err(),
        ];
        for refusal in refusals {
            assert!(
                matches!(refusal, Some(AppError::Forbidden(_))),
                "{refusal:?}"
            );
        }
        let visitor = test.visitor();
        assert_eq!(
            service::list(&visitor, "", 1).await,
            Err(AppError::Unauthorized)
        );
        assert_eq!(
            service::find_content(&visitor, id).await.err(),
            Some(AppError::Unauthorized)
        );
        assert_eq!(test.number(COUNT).await, 1);
    }

    pub async fn a_copy_has_a_free_name_and_a_life_of_its_own(test: TestApp) {
        let cx = test.cx(Role::Editor);
        let id = make(&test, "Spring", "newsletter").await;
        let copy = service::duplicate(&cx, id).await.unwrap();
        let second = service::duplicate(&cx, id).await.unwrap();
        let name = async |id| service::open(&cx, id).await.unwrap().name;
        assert_eq!(name(copy).await, "Spring copy");
        assert_eq!(name(second).await, "Spring copy 2");
        let edit = add("spacer");
        service::edit(&cx, copy, 1, &edit).await.unwrap();
        let (_, original) = service::find_content(&cx, id).await.unwrap();
        let (_, other) = service::find_content(&cx, second).await.unwrap();
        assert_eq!(original, other);
        let rename = RenameForm {
            id: copy.to_string(),
            name: " Summer ".into(),
        };
        service::rename(&cx, &rename).await.unwrap();
        assert_eq!(name(copy).await, "Summer");
        let blank = RenameForm {
            id: copy.to_string(),
            name: " ".into(),
        };
        assert!(matches!(
            service::rename(&cx, &blank).await,
            Err(AppError::Invalid(_))
        ));
    }

    pub async fn deleting_leaves_the_drafts_made_from_it(test: TestApp) {
        let cx = test.cx(Role::Editor);
        let id = make(&test, "Spring", "blocks").await;
        test.exec(
            sql(
                "INSERT INTO drafts (name, template_id, mode, source, created_at, updated_at) \
                 VALUES ('May', ?1, 'html', 'x', ?2, ?2)",
            )
            .bind(id)
            .bind(NOON),
        )
        .await;
        let usage = service::open(&cx, id).await.unwrap().usage;
        assert_eq!((usage.drafts, usage.names), (1, vec!["May".to_owned()]));
        service::delete(&cx, id).await.unwrap();
        let left = "SELECT count(*) FROM drafts WHERE template_id IS NULL AND source = 'x'";
        assert_eq!(test.number(left).await, 1);
        let gone = AppError::not_found("template");
        assert_eq!(service::delete(&cx, id).await, Err(gone.clone()));
        assert_eq!(service::duplicate(&cx, id).await, Err(gone.clone()));
        assert_eq!(
            service::edit(&cx, id, 1, &add("text")).await.err(),
            Some(gone)
        );
    }

    pub async fn search_finds_names_and_subjects(test: TestApp) {
        let cx = test.cx(Role::Editor);
        let id = make(&test, "Spring 100%_off", "blocks").await;
        make(&test, "Autumn", "blocks").await;
        let headline = typed("headline", &[("subject", "Crocus time")]);
        service::edit(&cx, id, 1, &headline).await.unwrap();
        for (words, expected) in [
            ("", 2),
            ("spring", 1),
            (" CROCUS ", 1),
            ("%_", 1),
            ("_", 1),
            ("zzz", 0),
        ] {
            let found = service::list(&cx, words, 1).await.unwrap().cards;
            assert_eq!(found.len(), expected, "{words:?}");
        }
        assert!(service::list(&cx, "", 2).await.unwrap().cards.is_empty());
    }
}

use crate::util::app::TestApp;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use mailer::error::AppError;
use mailer::features::auth::model::Role;
use mailer::features::templates::entry::ImportForm;
use mailer::features::templates::service;
use suite::make;

const EDITOR: Option<Role> = Some(Role::Editor);

#[tokio::test]
async fn a_file_comes_back_as_it_went_out_and_a_bad_one_gets_a_sentence() {
    let test = TestApp::embedded().await;
    let cx = test.cx(Role::Editor);
    let id = make(&test, "Spring", "promotion").await;
    let answer = test.get(EDITOR, &format!("/templates/{id}/export")).await;
    let disposition = &answer.headers[header::CONTENT_DISPOSITION];
    assert_eq!(disposition, "attachment; filename=\"spring.json\"");
    let form = ImportForm {
        json: format!("\u{feff}{}", answer.body),
    };
    let copy = service::import(&cx, &form).await.unwrap();
    assert_eq!(
        service::find_content(&cx, copy).await.unwrap(),
        service::find_content(&cx, id).await.unwrap()
    );
    for (json, words) in [
        ("", "Choose a template file"),
        ("[1]", "This is not a template file"),
        (
            "{\"format\":\"mailer-template\",\"version\":99,\"name\":\"x\",\"design\":{\"mode\":\"html\",\"source\":\"\"}}",
            "later version",
        ),
    ] {
        let error = service::import(&cx, &ImportForm { json: json.into() })
            .await
            .unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn an_upload_makes_a_template_and_a_refusal_goes_back_to_the_page() {
    let test = TestApp::embedded().await;
    let cx = test.cx(Role::Editor);
    let id = make(&test, "Spring", "letter").await;
    let (_, json) = service::export(&cx, id).await.unwrap();
    let upload = async |text: &str| {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n\r\n{text}\r\n--x--\r\n"
        );
        let request = Request::post("/templates/import/file")
            .header(header::HOST, "mailer.test")
            .header(header::ORIGIN, "http://mailer.test")
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, "mailer_session=token-of-editor")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        test.request(request.body(Body::from(body)).unwrap()).await
    };
    let done = upload(&json).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert!(done.location().ends_with("?notice=template-imported"));
    let refused = upload("nonsense").await;
    assert!(refused.location().starts_with("/templates/import?"));
    let page = test.get(EDITOR, refused.location()).await;
    assert!(
        page.body.contains("This is not a template file"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn pages_say_what_can_be_done() {
    let test = TestApp::embedded().await;
    let id = make(&test, "Spring <b>", "blocks").await;
    let gallery = test.get(EDITOR, "/templates").await;
    assert_eq!(gallery.status, StatusCode::OK);
    for words in [
        "New template",
        "Duplicate Spring &lt;b&gt;",
        "No draft was made from it.",
        &format!("/templates/{id}/preview?revision=1"),
    ] {
        assert!(gallery.body.contains(words), "{words}");
    }
    let looking = test.get(Some(Role::Viewer), "/templates").await;
    assert!(!looking.body.contains("Duplicate Spring"));
    let looking = test
        .get(Some(Role::Viewer), &format!("/templates/{id}"))
        .await;
    assert!(!looking.body.contains("Add a block"));
    let new = test.get(EDITOR, "/templates/new").await;
    assert!(new.body.contains("Empty, as MJML"));
    let missing = test.get(EDITOR, "/templates/99").await;
    assert!(
        missing
            .body
            .contains(&AppError::not_found("template").to_string())
    );
}
