//! Sender accounts: who may change them, where the password goes, their order, and what a real server answers.

use crate::util::app::{NOON, TestApp, on_both};
use axum::http::StatusCode;
use mailer::delivery::breaker::Columns;
use mailer::error::AppError;
use mailer::features::accounts::form::AccountForm;
use mailer::features::accounts::model::{BreakerState, Kind};
use mailer::features::accounts::{connect, repo, service};
use mailer::features::auth::model::Role::{self, Editor, Owner, Viewer};
use mailer::ids::AccountId;
use mailer::server::db::sql;

mod connecting;
mod order;

const SUBMIT: &str = "/api/accounts/submit-account";
const PASSWORD: &str = "correct horse battery";

on_both! {
    a_password_is_sealed_and_never_comes_back
    a_blank_password_keeps_the_stored_one
    each_wrong_field_gets_its_sentence_also_without_javascript
    only_editors_change_accounts
    an_account_moves_one_place_at_a_time
    an_account_is_not_deleted_under_a_campaign
    a_breaker_is_reset_by_hand_and_by_new_credentials
    a_breaker_that_moved_meanwhile_is_left_alone
    two_starting_instances_make_one_sandbox
    changes_leave_a_line_in_the_audit_log
    the_list_shows_what_is_used_of_today
}

fn smtp(port: u16) -> AccountForm {
    AccountForm {
        name: "Office".into(),
        host: "127.0.0.1".into(),
        port: port.to_string(),
        tls: "none".into(),
        username: "ann".into(),
        password: PASSWORD.into(),
        from_name: "Ann of Example".into(),
        from_address: "ann@example.com".into(),
        ..AccountForm::of_kind(Kind::Smtp)
    }
}

fn sandbox(name: &str) -> AccountForm {
    AccountForm {
        name: name.into(),
        from_address: "sandbox@example.com".into(),
        ..AccountForm::of_kind(Kind::Sandbox)
    }
}

/// The form as a browser sends it.
fn pairs(form: &AccountForm) -> Vec<(String, String)> {
    let serde_json::Value::Object(map) = serde_json::to_value(form).unwrap() else {
        panic!("a form is an object")
    };
    map.into_iter()
        .filter(|(_, value)| *value != serde_json::Value::Bool(false))
        .map(|(name, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (format!("form[{name}]"), text)
        })
        .collect()
}

async fn submit(test: &TestApp, role: Role, form: &AccountForm) -> crate::util::app::Answer {
    let pairs = pairs(form);
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    test.post_call(Some(role), SUBMIT, &pairs).await
}

async fn submit_plainly(test: &TestApp, form: &AccountForm) -> crate::util::app::Answer {
    let pairs = pairs(form);
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    test.post_form(Some(Editor), SUBMIT, &pairs).await
}

async fn saved(test: &TestApp, form: &AccountForm) -> AccountId {
    service::save(&test.cx(Editor), form).await.unwrap()
}

async fn stored(test: &TestApp, id: AccountId) -> repo::DeliveryAccount {
    repo::find(&test.app.db, id).await.unwrap().unwrap()
}

fn fields(error: &AppError) -> Vec<&str> {
    match error {
        AppError::Invalid(invalid) => invalid.fields.iter().map(|e| e.field.as_str()).collect(),
        other => panic!("{other:?}"),
    }
}

mod suite {
    use super::*;

    pub async fn a_password_is_sealed_and_never_comes_back(test: TestApp) {
        let answer = submit(&test, Editor, &smtp(2525)).await;
        assert!(answer.status.is_success(), "{}", answer.body);
        let account = &repo::list_for_delivery(&test.app.db).await.unwrap()[0];
        let sealed = account.secret.clone().unwrap();
        assert!(!sealed.contains(PASSWORD));
        assert_eq!(
            test.app.keys.open(connect::PURPOSE, &sealed).unwrap(),
            PASSWORD
        );
        let config = connect::server_config(&test.app, account).unwrap();
        assert_eq!(config.password.unwrap().expose(), PASSWORD);

        let id = account.id.to_string();
        let find = test
            .post_call(Some(Owner), "/api/accounts/find-account", &[("id", &id)])
            .await;
        assert!(find.body.contains("\"has_password\":true"), "{}", find.body);
        let list = test
            .post_call(Some(Owner), "/api/accounts/list-accounts", &[])
            .await;
        let page = test.get(Some(Owner), "/accounts").await;
        let edit = test.get(Some(Owner), &format!("/accounts/{id}")).await;
        assert!(page.body.contains("Office") && edit.body.contains("If blank: it stays as it is"));
        for answer in [find, list, page, edit] {
            assert_eq!(answer.status, StatusCode::OK);
            assert!(!answer.body.contains(PASSWORD) && !answer.body.contains(&sealed));
            assert!(!answer.body.contains(&sealed[sealed.len() - 20..]));
        }
    }

    pub async fn a_blank_password_keeps_the_stored_one(test: TestApp) {
        let id = saved(&test, &smtp(2525)).await;
        let before = stored(&test, id).await;
        let form = AccountForm {
            id: id.to_string(),
            name: "Renamed".into(),
            port: "2526".into(),
            password: String::new(),
            ..smtp(2525)
        };
        assert!(submit(&test, Editor, &form).await.status.is_success());
        let after = stored(&test, id).await;
        assert_eq!((after.name.as_str(), after.port), ("Renamed", 2526));
        assert_eq!(after.secret, before.secret);

        let typed = AccountForm {
            password: "another".into(),
            ..form.clone()
        };
        saved(&test, &typed).await;
        let sealed = stored(&test, id).await.secret.unwrap();
        assert_eq!(
            test.app.keys.open(connect::PURPOSE, &sealed).unwrap(),
            "another"
        );

        // Without a user name there is nothing to sign in with, so nothing is kept.
        let open = AccountForm {
            username: String::new(),
            ..form
        };
        saved(&test, &open).await;
        assert_eq!(stored(&test, id).await.secret, None);
    }

    pub async fn each_wrong_field_gets_its_sentence_also_without_javascript(test: TestApp) {
        let wrong = AccountForm {
            port: "99999".into(),
            from_address: "nobody".into(),
            daily_cap: "lots".into(),
            ..smtp(0)
        };
        let answer = submit(&test, Editor, &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for field in ["port", "from_address", "daily_cap"] {
            assert!(
                answer.body.contains(&format!("\"field\":\"{field}\"")),
                "{}",
                answer.body
            );
        }
        let answer = submit_plainly(&test, &wrong).await;
        assert_eq!(answer.status, StatusCode::FOUND);
        let query = answer.location().split_once('?').unwrap().1;
        let page = test
            .get(Some(Editor), &format!("/accounts/new?kind=smtp&{query}"))
            .await;
        for words in [
            "port between 1 and 65535",
            "This address has no @",
            "value=\"99999\"",
            "value=\"lots\"",
            "value=\"Office\"",
        ] {
            assert!(page.body.contains(words), "{words} is missing");
        }
        assert!(!page.body.contains(PASSWORD) && !query.contains("battery"));
        let missing = AccountForm {
            password: String::new(),
            ..smtp(2525)
        };
        assert_eq!(
            fields(&service::save(&test.cx(Editor), &missing).await.unwrap_err()),
            ["password"]
        );
        // Passes the quick look, but no mail could be made with it.
        let odd = AccountForm {
            from_address: "a<b>@example.com".into(),
            ..smtp(2525)
        };
        assert_eq!(
            fields(&service::save(&test.cx(Editor), &odd).await.unwrap_err()),
            ["from_address"]
        );
        assert_eq!(test.number("SELECT count(*) FROM sender_accounts").await, 0);
    }

    pub async fn only_editors_change_accounts(test: TestApp) {
        let id = saved(&test, &sandbox("One")).await.to_string();
        let before = repo::list_for_delivery(&test.app.db).await.unwrap();
        let calls: &[(&str, &[(&str, &str)])] = &[
            (
                "submit-account",
                &[("form[name]", "x"), ("form[kind]", "sandbox")],
            ),
            (
                "submit-account",
                &[("form[intent]", "test"), ("form[kind]", "sandbox")],
            ),
            (
                "send-test",
                &[("id", &id), ("form[address]", "a@example.com")],
            ),
            ("move-account", &[("id", &id), ("up", "true")]),
            ("enable-account", &[("id", &id), ("enabled", "false")]),
            ("reset-breaker", &[("id", &id)]),
            ("delete-account", &[("id", &id)]),
        ];
        for (call, pairs) in calls {
            let path = format!("/api/accounts/{call}");
            let viewer = test.post_call(Some(Viewer), &path, pairs).await;
            assert_eq!(
                viewer.status,
                StatusCode::FORBIDDEN,
                "{call}: {}",
                viewer.body
            );
            let visitor = test.post_call(None, &path, pairs).await;
            assert_eq!(visitor.status, StatusCode::UNAUTHORIZED, "{call}");
        }
        assert_eq!(repo::list_for_delivery(&test.app.db).await.unwrap(), before);
        assert_eq!(test.number("SELECT count(*) FROM outbox").await, 0);
        let list = test.get(Some(Viewer), "/accounts").await;
        assert!(list.body.contains("One") && !list.body.contains("Add account"));
        let page = test.get(Some(Viewer), &format!("/accounts/{id}")).await;
        assert!(page.body.contains("lets you look") && !page.body.contains("Delete account"));
        assert!(
            test.get(Some(Viewer), "/accounts/new")
                .await
                .body
                .contains("Not allowed")
        );
    }

    pub async fn an_account_moves_one_place_at_a_time(test: TestApp) {
        let mut ids = Vec::new();
        for name in ["A", "B", "C"] {
            ids.push(saved(&test, &sandbox(name)).await);
        }
        // Equal places, as another program may have left them.
        test.exec(sql("UPDATE sender_accounts SET priority = 0"))
            .await;
        let order = async || {
            let all = repo::list_for_delivery(&test.app.db).await.unwrap();
            all.into_iter()
                .map(|account| account.name)
                .collect::<String>()
        };
        let cx = test.cx(Editor);
        assert_eq!(order().await, "ABC");
        service::move_by_one(&cx, ids[2], true).await.unwrap();
        assert_eq!(order().await, "ACB");
        service::move_by_one(&cx, ids[2], true).await.unwrap();
        assert_eq!(order().await, "CAB");
        service::move_by_one(&cx, ids[2], true).await.unwrap();
        assert_eq!(order().await, "CAB");
        service::move_by_one(&cx, ids[0], false).await.unwrap();
        assert_eq!(order().await, "CBA");
        service::move_by_one(&cx, ids[0], false).await.unwrap();
        assert_eq!(order().await, "CBA");
        let unknown = service::move_by_one(&cx, AccountId(99), true).await;
        assert!(matches!(unknown, Err(AppError::NotFound(_))));
        saved(&test, &sandbox("D")).await;
        assert_eq!(order().await, "CBAD");
        let page = test.get(Some(Editor), "/accounts").await;
        let at = |name: &str| page.body.find(&format!("Move {name} up")).unwrap();
        assert!(at("C") < at("B") && at("B") < at("A") && at("A") < at("D"));
    }

    pub async fn an_account_is_not_deleted_under_a_campaign(test: TestApp) {
        let id = saved(&test, &sandbox("One")).await;
        test.exec(sql("INSERT INTO content_snapshots (id, subject, html, text, created_at) VALUES (1, 's', 'h', 't', 0)")).await;
        test.exec(sql("INSERT INTO recipient_sets (id, source, columns, email_column, created_at) VALUES (1, 'x', '[]', 'email', 0)")).await;
        test.exec(
            sql("INSERT INTO campaigns (id, name, state, snapshot_id, recipient_set_id, account_id, mode, subject, total, created_at, updated_at) \
                 VALUES (1, 'Spring news', 'sending', 1, 1, ?1, 'html', 's', 0, 0, 0)")
            .bind(id),
        )
        .await;
        let cx = test.cx(Editor);
        for state in ["sending", "paused", "scheduled"] {
            test.exec(sql("UPDATE campaigns SET state = ?1").bind(state))
                .await;
            let error = service::delete(&cx, id).await.unwrap_err().to_string();
            assert!(error.contains("“Spring news”"), "{error}");
        }
        test.exec(sql("UPDATE campaigns SET state = 'completed'"))
            .await;
        service::delete(&cx, id).await.unwrap();
        assert_eq!(test.number("SELECT count(*) FROM sender_accounts").await, 0);
        assert!(matches!(
            service::delete(&cx, id).await,
            Err(AppError::NotFound(_))
        ));
    }

    pub async fn a_breaker_is_reset_by_hand_and_by_new_credentials(test: TestApp) {
        let id = saved(&test, &smtp(2525)).await;
        let open = async || {
            test.exec(
                sql("UPDATE sender_accounts SET breaker_state = 'open', breaker_failures = 5, breaker_until = ?1, breaker_reason = '535 No <b>way</b>'")
                    .bind(NOON + 60_000),
            )
            .await;
        };
        let cx = test.cx(Editor);
        open().await;
        let page = test.get(Some(Editor), "/accounts").await;
        assert!(page.body.contains("Paused after failures") && page.body.contains("Reset Office"));
        assert!(page.body.contains("535 No &lt;b&gt;way&lt;/b&gt;"));
        service::reset_breaker(&cx, id).await.unwrap();
        let account = stored(&test, id).await;
        assert_eq!(account.breaker_state, BreakerState::Closed);
        assert_eq!(
            (
                account.breaker_failures,
                account.breaker_until,
                account.breaker_reason.as_str()
            ),
            (0, 0, "")
        );

        open().await;
        let same = AccountForm {
            id: id.to_string(),
            password: String::new(),
            name: "Renamed".into(),
            ..smtp(2525)
        };
        saved(&test, &same).await;
        assert_eq!(stored(&test, id).await.breaker_state, BreakerState::Open);
        let corrected = AccountForm {
            password: "right this time".into(),
            ..same
        };
        saved(&test, &corrected).await;
        assert_eq!(stored(&test, id).await.breaker_state, BreakerState::Closed);
    }

    pub async fn a_breaker_that_moved_meanwhile_is_left_alone(test: TestApp) {
        let id = saved(&test, &smtp(2525)).await;
        let seen = stored(&test, id).await;
        let to = |state, failures| Columns {
            state,
            failures,
            until_ms: NOON + 1,
            reason: "421 busy".into(),
        };
        assert_eq!(
            test.exec(repo::update_breaker(&seen, &to("open", 5))).await,
            1
        );
        assert_eq!(
            test.exec(repo::update_breaker(&seen, &to("half_open", 6)))
                .await,
            0
        );
        let now = stored(&test, id).await;
        assert_eq!(
            (now.breaker_state, now.breaker_failures, now.breaker_until),
            (BreakerState::Open, 5, NOON + 1)
        );
        assert_eq!(
            test.exec(repo::update_breaker(&now, &to("half_open", 5)))
                .await,
            1
        );
        assert_eq!(
            stored(&test, id).await.breaker_state,
            BreakerState::HalfOpen
        );
    }

    pub async fn two_starting_instances_make_one_sandbox(test: TestApp) {
        let second = test.second_instance().await;
        let (one, two) = tokio::join!(
            service::create_sandbox(&test.app),
            service::create_sandbox(&second)
        );
        one.unwrap();
        two.unwrap();
        let all = repo::list_for_delivery(&test.app.db).await.unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].kind, Kind::Sandbox);
        assert_eq!(all[0].from_address, "sandbox@example.com");
        assert_eq!(
            (all[0].daily_cap, all[0].campaign_cap, all[0].enabled),
            (0, 0, true)
        );
        service::delete(&test.cx(Owner), all[0].id).await.unwrap();
        service::create_sandbox(&second).await.unwrap();
        assert_eq!(test.number("SELECT count(*) FROM sender_accounts").await, 0);
        second.db.close().await;
    }

    pub async fn changes_leave_a_line_in_the_audit_log(test: TestApp) {
        let cx = test.cx(Editor);
        let id = saved(&test, &sandbox("One")).await;
        saved(
            &test,
            &AccountForm {
                id: id.to_string(),
                ..sandbox("Two")
            },
        )
        .await;
        service::set_enabled(&cx, id, false).await.unwrap();
        assert!(!stored(&test, id).await.enabled);
        service::set_enabled(&cx, id, true).await.unwrap();
        service::delete(&cx, id).await.unwrap();
        let rows = test
            .query(sql(
                "SELECT event || ' ' || subject FROM audit_log WHERE user_id = 2 ORDER BY id",
            ))
            .await;
        let lines: Vec<String> = rows.iter().map(|row| row.at(0).unwrap()).collect();
        assert_eq!(
            lines,
            [
                "account.create One",
                "account.update Two",
                "account.disable Two",
                "account.enable Two",
                "account.delete Two"
            ]
        );
    }

    pub async fn the_list_shows_what_is_used_of_today(test: TestApp) {
        let id = saved(&test, &smtp(2525)).await;
        for (day, campaign, used) in [
            ("2026-03-01", 0, 480),
            ("2026-03-01", 7, 100),
            ("2026-02-28", 0, 500),
        ] {
            test.exec(
                sql("INSERT INTO send_counts (account_id, period, campaign_id, used, updated_at) VALUES (?1, ?2, ?3, ?4, 0)")
                    .bind(id)
                    .bind(day)
                    .bind(campaign)
                    .bind(used),
            )
            .await;
        }
        let overview = service::list(&test.cx(Viewer)).await.unwrap();
        assert_eq!(overview.lines[0].used_today, 480);
        assert_eq!(overview.resets_at, NOON + 12 * 3_600_000);
        let page = test.get(Some(Viewer), "/accounts").await;
        assert!(page.body.contains("480 of 500 sent today"), "{}", page.body);
    }
}
