//! What the review step finds before a mail is sent, and what it says of a test.

use super::{draft, give};
use crate::util::app::{NOON, TestApp, on_both};
use mailer::features::auth::model::Role;
use mailer::features::drafts::model::{ReviewStep, TestForm};
use mailer::features::drafts::review::{self, TestFate};
use mailer::ids::DraftId;
use mailer::server::db::sql;

on_both! {
    mail_for_the_sandbox_is_said_to_reach_nobody
    a_merge_field_without_its_column_is_found_also_where_it_has_a_default
}

mod suite {
    use super::*;

    pub async fn mail_for_the_sandbox_is_said_to_reach_nobody(test: TestApp) {
        account(&test, "Sandbox", "sandbox").await;
        let id = draft(&test).await;
        give(&test, id, "list", "ann@example.com\n").await;
        let is_said = |step: &ReviewStep| says(step, "reaches nobody");
        let alone = open(&test, id).await;
        assert!(alone.is_rehearsal && is_said(&alone), "{:?}", alone.checks);
        assert_eq!(send_test(&test, id).await, TestFate::Outbox);

        account(&test, "Server", "smtp").await;
        let real = open(&test, id).await;
        assert!(!real.is_rehearsal && !is_said(&real), "{:?}", real.checks);
        assert_eq!(send_test(&test, id).await, TestFate::Leaves);

        test.exec(
            sql("UPDATE sender_accounts SET breaker_state = 'open', breaker_until = ?1 WHERE name = 'Server'")
                .bind(NOON + 60_000),
        )
        .await;
        assert_eq!(send_test(&test, id).await, TestFate::Waits);
    }

    pub async fn a_merge_field_without_its_column_is_found_also_where_it_has_a_default(
        test: TestApp,
    ) {
        account(&test, "Server", "smtp").await;
        let id = draft(&test).await;
        test.exec(
            sql("UPDATE drafts SET source = ?2 WHERE id = ?1")
                .bind(id)
                .bind("<p>Hello {{ first_name | default(\"there\") }} of {{ town | default(\"here\") }}</p>"),
        )
        .await;
        give(
            &test,
            id,
            "list",
            "email,Vorname,Town\nann@example.com,Ann,Ulm\n",
        )
        .await;
        let step = open(&test, id).await;
        assert!(says(&step, "{{ first_name }}"), "{:?}", step.checks);
        assert!(!says(&step, "{{ town }}"), "{:?}", step.checks);
    }
}

fn says(step: &ReviewStep, words: &str) -> bool {
    step.checks
        .iter()
        .any(|check| check.message.contains(words))
}

async fn open(test: &TestApp, id: DraftId) -> ReviewStep {
    review::open(&test.cx(Role::Editor), id, 0).await.unwrap()
}

async fn send_test(test: &TestApp, id: DraftId) -> TestFate {
    let form = TestForm {
        id: id.to_string(),
        address: "me@example.com".into(),
        recipient: "1".into(),
    };
    let (_, fate) = review::send_test(&test.cx(Role::Editor), &form)
        .await
        .unwrap();
    fate
}

async fn account(test: &TestApp, name: &str, kind: &str) {
    test.exec(
        sql("INSERT INTO sender_accounts (name, kind, host, port, tls, from_name, from_address, created_at, updated_at) \
             VALUES (?1, ?2, '127.0.0.1', 9, 'none', 'News', 'news@example.com', ?3, ?3)")
        .bind(name)
        .bind(kind)
        .bind(NOON),
    )
    .await;
}
