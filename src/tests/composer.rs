//! From a draft to mail, through the server functions the pages call: edit, test, launch, and what each of them refuses.

use crate::util::app::on_both;

on_both! {
    a_draft_is_written_tested_and_sent
    a_stale_tab_changes_nothing
    a_draft_with_something_missing_is_not_sent
    what_is_missing_in_a_block_is_said_before_sending
    what_a_word_puts_right_is_put_right_in_the_review
    mail_from_a_domain_without_a_key_is_pointed_out
    my_version_can_be_kept_and_the_other_becomes_a_draft
}

mod suite {
    use crate::util::app::{Answer, TestApp};
    use mailer::features::auth::model::Role;
    use mailer::server::db::sql;

    const EDITOR: Option<Role> = Some(Role::Editor);

    async fn call(test: &TestApp, path: &str, pairs: &[(&str, &str)]) -> Answer {
        test.post_call(EDITOR, &format!("/api/drafts/{path}"), pairs)
            .await
    }

    /// A new HTML draft; returns its id.
    async fn new_draft(test: &TestApp) -> String {
        draft_of(test, "html").await
    }

    async fn draft_of(test: &TestApp, mode: &str) -> String {
        let answer = call(
            test,
            "create-draft",
            &[("form[name]", "Spring"), ("form[mode]", mode)],
        )
        .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        test.number("SELECT max(id) FROM drafts").await.to_string()
    }

    async fn revision(test: &TestApp) -> String {
        test.number("SELECT revision FROM drafts ORDER BY id DESC LIMIT 1")
            .await
            .to_string()
    }

    async fn edit(test: &TestApp, id: &str, op: &str, field: &str, value: &str) -> Answer {
        let (revision, field) = (revision(test).await, format!("edit[fields][{field}]"));
        call(
            test,
            "edit-draft",
            &[
                ("id", id),
                ("revision", &revision),
                ("edit[op]", op),
                (&field, value),
            ],
        )
        .await
    }

    async fn sandbox(test: &TestApp) {
        mailer::features::accounts::service::create_sandbox(&test.app)
            .await
            .unwrap();
    }

    /// Three valid recipients, straight into the tables.
    async fn recipients(test: &TestApp) {
        test.exec(sql(
            "INSERT INTO recipient_sets (draft_id, state, source, columns, email_column, valid, ready_at, created_at) \
             SELECT max(id), 'ready', 'Pasted list', '[{\"name\":\"Email\",\"key\":\"email\"}]', 'email', 3, 1, 1 FROM drafts",
        ))
        .await;
        test.exec(sql(
            "WITH n(i) AS (VALUES (1), (2), (3)) INSERT INTO recipients (set_id, position, line, address, address_key, data, status) \
             SELECT (SELECT max(id) FROM recipient_sets), i, i, 'p' || i || '@example.com', 'p' || i || '@example.com', \
             json_object('email', 'p' || i || '@example.com', 'first_name', 'Person ' || i), 'valid' FROM n",
        ))
        .await;
        test.exec(sql(
            "UPDATE drafts SET recipient_set_id = (SELECT max(id) FROM recipient_sets)",
        ))
        .await;
    }

    pub async fn a_draft_is_written_tested_and_sent(test: TestApp) {
        sandbox(&test).await;
        let id = new_draft(&test).await;
        assert_eq!(
            edit(&test, &id, "headline", "subject", "Hello {{ First Name }}")
                .await
                .status,
            200
        );
        let html = "<html><body><p>Dear {{ first_name }}</p><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></body></html>";
        assert_eq!(edit(&test, &id, "source", "source", html).await.status, 200);
        recipients(&test).await;

        let page = test
            .get(EDITOR, &format!("/drafts/{id}?step=review&recipient=2"))
            .await;
        assert_eq!(page.status, 200);
        assert!(
            page.body.contains("Hello Person 2"),
            "the mail of the second recipient is shown"
        );
        let mail = test.get(EDITOR, &format!("/drafts/{id}/mail/2")).await;
        assert!(mail.body.contains("Dear Person 2"), "{}", mail.body);
        assert!(
            mail.headers["content-security-policy"]
                .to_str()
                .unwrap()
                .starts_with("sandbox")
        );

        let fields = [
            ("form[id]", id.as_str()),
            ("form[address]", "me@example.com"),
            ("form[recipient]", "2"),
        ];
        let answer = call(&test, "send-test", &fields).await;
        assert!(
            answer.status.is_success() || answer.status == 302,
            "{} {}",
            answer.status,
            answer.body
        );
        test.run_until_idle().await;
        let sent = test.query(sql("SELECT rcpt_to, subject FROM outbox")).await;
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].at::<String>(0).unwrap(), "me@example.com");
        assert_eq!(sent[0].at::<String>(1).unwrap(), "Hello Person 2");

        let revision = revision(&test).await;
        let answer = call(
            &test,
            "launch-draft",
            &[("form[id]", &id), ("form[revision]", &revision)],
        )
        .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(
            answer.location().starts_with("/campaigns/"),
            "{}",
            answer.location()
        );
        test.run_until_idle().await;
        assert_eq!(
            test.number(
                "SELECT count(*) FROM email_queue WHERE kind = 'campaign' AND state = 'sent'"
            )
            .await,
            3
        );
        assert_eq!(test.number("SELECT count(*) FROM campaigns WHERE state = 'completed' AND total = 3 AND sent = 3").await, 1);
        assert_eq!(test.number("SELECT count(*) FROM drafts").await, 0);
        let again = call(
            &test,
            "launch-draft",
            &[("form[id]", &id), ("form[revision]", &revision)],
        )
        .await;
        assert!(
            again.status == 404 || again.status == 409,
            "{}",
            again.status
        );
    }

    pub async fn a_stale_tab_changes_nothing(test: TestApp) {
        let id = new_draft(&test).await;
        let stale = revision(&test).await;
        assert_eq!(
            edit(&test, &id, "headline", "subject", "First")
                .await
                .status,
            200
        );
        for (path, fields) in [
            (
                "edit-draft",
                vec![
                    ("id", id.as_str()),
                    ("revision", &stale),
                    ("edit[op]", "headline"),
                    ("edit[fields][subject]", "Second"),
                ],
            ),
            (
                "save-sender",
                vec![
                    ("form[id]", id.as_str()),
                    ("form[revision]", &stale),
                    ("form[reply_to]", "x@example.com"),
                ],
            ),
            (
                "launch-draft",
                vec![("form[id]", id.as_str()), ("form[revision]", &stale)],
            ),
        ] {
            let answer = call(&test, path, &fields).await;
            assert_eq!(answer.status, 409, "{path}: {}", answer.body);
        }
        let rows = test
            .query(sql("SELECT subject, reply_to FROM drafts"))
            .await;
        assert_eq!(rows[0].at::<String>(0).unwrap(), "First");
        assert_eq!(rows[0].at::<String>(1).unwrap(), "");
    }

    pub async fn a_draft_with_something_missing_is_not_sent(test: TestApp) {
        sandbox(&test).await;
        let id = new_draft(&test).await;
        let page = test.get(EDITOR, &format!("/drafts/{id}?step=review")).await;
        assert!(page.body.contains("Must be fixed"), "blockers are marked");
        let revision = revision(&test).await;
        let answer = call(
            &test,
            "launch-draft",
            &[("form[id]", &id), ("form[revision]", &revision)],
        )
        .await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert_eq!(test.number("SELECT count(*) FROM campaigns").await, 0);
        assert_eq!(test.number("SELECT count(*) FROM drafts").await, 1);
    }

    pub async fn what_is_missing_in_a_block_is_said_before_sending(test: TestApp) {
        sandbox(&test).await;
        let id = draft_of(&test, "blocks").await;
        let added = call(
            &test,
            "edit-draft",
            &[
                ("id", &id),
                ("revision", &revision(&test).await),
                ("edit[op]", "add"),
                ("edit[kind]", "button"),
            ],
        )
        .await;
        assert_eq!(added.status, 200, "{}", added.body);
        let page = test.get(EDITOR, &format!("/drafts/{id}?step=review")).await;
        for words in [
            "The button has no link.",
            &format!("/drafts/{id}?step=content&amp;block=1#block-1"),
            "Go to the block",
        ] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
    }

    async fn fix(test: &TestApp, role: Role, id: &str, pairs: &[(&str, &str)]) -> Answer {
        let seen = revision(test).await;
        let mut fields = vec![("form[id]", id), ("form[revision]", seen.as_str())];
        fields.extend(pairs);
        test.post_call(Some(role), "/api/drafts/apply-fix", &fields)
            .await
    }

    pub async fn what_a_word_puts_right_is_put_right_in_the_review(test: TestApp) {
        sandbox(&test).await;
        let id = draft_of(&test, "blocks").await;
        let add = [
            ("id", id.as_str()),
            ("revision", "1"),
            ("edit[op]", "add"),
            ("edit[kind]", "button"),
        ];
        assert_eq!(call(&test, "edit-draft", &add).await.status, 200);
        let review = format!("/drafts/{id}?step=review");
        let page = test.get(EDITOR, &review).await;
        assert!(page.body.contains("Where the button leads"));
        let link = |to: &'static str| {
            [
                ("form[kind]", "link"),
                ("form[block]", "1"),
                ("form[words]", to),
            ]
        };
        let answer = fix(&test, Role::Editor, &id, &link("nowhere")).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        let answer = fix(&test, Role::Editor, &id, &link("shop.test/a")).await;
        assert!(answer.status.is_success(), "{}", answer.body);
        let page = test.get(EDITOR, &review).await;
        assert!(!page.body.contains("The button has no link."));
        let source = test.query(sql("SELECT source FROM drafts")).await;
        let source: String = source[0].at(0).unwrap();
        assert!(source.contains("https://shop.test/a"), "{source}");

        // The postal address is the owner's to set.
        let address = [
            ("form[kind]", "address"),
            ("form[words]", "Example Ltd\n1 High Street"),
        ];
        assert!(!page.body.contains("Save postal address"));
        let page = test.get(Some(Role::Owner), &review).await;
        assert!(page.body.contains("Save postal address"));
        let answer = fix(&test, Role::Editor, &id, &address).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
        let answer = fix(&test, Role::Owner, &id, &address).await;
        assert!(answer.status.is_success(), "{}", answer.body);
        let page = test.get(EDITOR, &review).await;
        assert!(!page.body.contains("no postal address"));
    }

    pub async fn mail_from_a_domain_without_a_key_is_pointed_out(test: TestApp) {
        let id = new_draft(&test).await;
        test.exec(sql(
            "INSERT INTO sender_accounts (name, kind, host, port, tls, from_name, from_address, daily_cap, campaign_cap, \
             max_connections, created_at, updated_at) \
             VALUES ('Main', 'smtp', '127.0.0.1', 25, 'none', 'Ann', 'ann@shop.example', 100, 100, 1, 1, 1)",
        ))
        .await;
        let review = format!("/drafts/{id}?step=review");
        let words = "Mail from shop.example is not signed here (DKIM).";
        let page = test.get(EDITOR, &review).await;
        assert!(page.body.contains(words));
        assert!(page.body.contains("href=\"/settings/domains\""));
        test.exec(sql(
            "INSERT INTO dkim_keys (domain, selector, algorithm, secret, public_key, state, created_at) \
             VALUES ('shop.example', 'one', 'rsa-sha256', 'sealed', 'key', 'active', 1)",
        ))
        .await;
        let page = test.get(EDITOR, &review).await;
        assert!(!page.body.contains(words));
    }

    pub async fn my_version_can_be_kept_and_the_other_becomes_a_draft(test: TestApp) {
        let id = new_draft(&test).await;
        let theirs = edit(&test, &id, "headline", "subject", "Theirs").await;
        assert_eq!(theirs.status, 200);
        let mine = [
            ("id", id.as_str()),
            ("revision", "1"),
            ("edit[op]", "keep"),
            ("edit[kind]", "html"),
            ("edit[fields][source]", "<p>Mine</p>"),
            ("edit[fields][subject]", "Mine"),
        ];
        let answer = call(&test, "edit-draft", &mine).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let rows = test
            .query(sql("SELECT name, subject FROM drafts ORDER BY id"))
            .await;
        let read =
            |at: usize| -> (String, String) { (rows[at].at(0).unwrap(), rows[at].at(1).unwrap()) };
        assert_eq!(read(0), ("Spring".into(), "Mine".into()));
        assert_eq!(read(1), ("Spring copy".into(), "Theirs".into()));
    }
}
