//! A list follows the suppression list until a campaign freezes it.

use super::{draft, give, step};
use crate::util::app::{TestApp, on_both};
use mailer::features::auth::model::Role;
use mailer::features::drafts::recipients::intake::Totals;
use mailer::features::drafts::recipients::model::{RecipientsStep, RowStatus};
use mailer::features::drafts::recipients::repo;
use mailer::features::suppressions::model::{SuppressionAddForm, SuppressionRemoveForm};
use mailer::features::suppressions::service as suppressions;
use mailer::ids::{DraftId, RecipientSetId};
use mailer::server::db::sql;

on_both! {
    numbers_and_rows_follow_the_suppression_list
    a_frozen_list_stays_as_it_is
    what_moves_while_a_list_is_read_is_counted_once
}

async fn suppress(test: &TestApp, address: &str) {
    let form = SuppressionAddForm {
        addresses: address.into(),
        note: String::new(),
    };
    suppressions::add(&test.cx(Role::Editor), &form)
        .await
        .unwrap();
}

async fn allow(test: &TestApp) {
    let id = test.number("SELECT max(id) FROM suppressions").await;
    let form = SuppressionRemoveForm {
        id: id.to_string(),
        why: "asked again".into(),
    };
    suppressions::remove(&test.cx(Role::Editor), &form)
        .await
        .unwrap();
}

fn numbers(step: &RecipientsStep) -> (i64, i64) {
    let set = step.set.as_ref().unwrap();
    (set.valid, set.suppressed)
}

mod suite {
    use super::*;

    pub async fn numbers_and_rows_follow_the_suppression_list(test: TestApp) {
        let id = draft(&test).await;
        suppress(&test, "early@example.com").await;
        let list = "ann@example.com\nbob@example.com\nearly@example.com";
        give(&test, id, "list", list).await;
        let other = draft(&test).await;
        give(&test, other, "list", "bob@example.com").await;
        assert_eq!(numbers(&step(&test, id, RowStatus::Valid).await), (2, 1));

        suppress(&test, "Bob@example.com\nnobody@example.com").await;
        let shown = step(&test, id, RowStatus::Suppressed).await;
        assert_eq!(numbers(&shown), (1, 2));
        assert_eq!(shown.head.recipients, Some(1));
        let rows: Vec<_> = shown.page.rows.iter().map(|row| &row.address).collect();
        assert_eq!(rows, ["bob@example.com", "early@example.com"]);
        assert_eq!(shown.page.rows[0].problem, "On the suppression list.");
        assert_eq!(numbers(&step(&test, other, RowStatus::Valid).await), (0, 1));

        // The last one added comes off the list again.
        test.exec(sql(
            "DELETE FROM suppressions WHERE address_key = 'nobody@example.com'",
        ))
        .await;
        allow(&test).await;
        let shown = step(&test, id, RowStatus::Valid).await;
        assert_eq!(numbers(&shown), (2, 1));
        assert!(shown.page.rows.iter().all(|row| row.problem.is_empty()));
    }

    pub async fn a_frozen_list_stays_as_it_is(test: TestApp) {
        let id: DraftId = draft(&test).await;
        give(&test, id, "list", "ann@example.com\nbob@example.com").await;
        test.exec(sql("UPDATE recipient_sets SET frozen_at = 1"))
            .await;
        suppress(&test, "bob@example.com").await;
        assert_eq!(numbers(&step(&test, id, RowStatus::Valid).await), (2, 0));
    }

    pub async fn what_moves_while_a_list_is_read_is_counted_once(test: TestApp) {
        let id = draft(&test).await;
        let db = &test.app.db;
        let row = db.query_one(repo::insert_set(id, "people.csv", 1)).await;
        let set: RecipientSetId = row.unwrap().unwrap().get("id").unwrap();
        let row = |n: i64| {
            let address = format!("p{n}@example.com");
            serde_json::json!([n, n, address, address, "{}", "", null])
        };
        let pack = |rows: [i64; 2]| serde_json::json!(rows.map(row)).to_string();
        db.query(repo::insert_rows(set, &pack([1, 2])))
            .await
            .unwrap();
        suppress(&test, "p1@example.com\np3@example.com").await;
        // Of this pack, p3 comes in suppressed.
        db.query(repo::insert_rows(set, &pack([3, 4])))
            .await
            .unwrap();
        let totals = Totals {
            email_column: "email".into(),
            valid: 3,
            suppressed: 1,
            ..Totals::default()
        };
        db.exec(repo::update_read(set, &totals, 1)).await.unwrap();
        test.exec(sql("UPDATE drafts SET recipient_set_id = ?1").bind(set))
            .await;
        assert_eq!(numbers(&step(&test, id, RowStatus::Valid).await), (2, 2));
    }
}
