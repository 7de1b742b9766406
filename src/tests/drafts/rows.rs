//! Rows of a list changed one at a time, and found among many.

use super::{draft, give, revision, step};
use crate::util::app::{Answer, TestApp, on_both};
use mailer::features::auth::model::Role;
use mailer::features::drafts::model::DraftForm;
use mailer::features::drafts::recipients::model::{
    FieldValue, Place, Recipient, RecipientSet, RowFilter, RowForm, RowStatus,
};
use mailer::features::drafts::recipients::take::{self, Given};
use mailer::features::drafts::recipients::{edit, service};
use mailer::ids::DraftId;
use mailer::server::db::sql;

on_both! {
    a_row_is_corrected_where_it_stands
    another_row_takes_over_an_address_that_is_given_up
    people_are_added_and_removed
    a_stale_row_and_a_shared_list_are_left_alone
    what_is_refused_stays_in_the_form_without_javascript
    rows_are_searched_and_paged
    people_are_found_by_their_names
}

mod suite {
    use super::*;

    const LIST: &str = "Email,Name\nann@gmial.com,Ann\nnonsense,\nbob@example.com,\nBob@example.com,Bob too\nbob@example.com,Bob three\n";

    pub async fn a_row_is_corrected_where_it_stands(test: TestApp) {
        let id = draft(&test).await;
        give(&test, id, "file", LIST).await;
        let row = row(&test, id, RowStatus::Invalid, 2).await;
        let form = form(
            &test,
            id,
            Some(&row),
            &[("email", "eve@example.com"), ("name", "Eve")],
        )
        .await;
        let cx = test.cx(Role::Editor);
        assert_eq!(edit::save(&cx, &form).await.unwrap(), RowStatus::Valid);
        let set = set(&test, id).await;
        assert_eq!((set.valid, set.invalid, set.duplicate), (3, 0, 2));
        let gaps: Vec<_> = set.columns.iter().map(|column| column.empty).collect();
        assert_eq!(gaps, [0, 1]);
        // The slip goes with its address.
        let ann = super::row(&test, id, RowStatus::Valid, 1).await;
        let form = super::form(&test, id, Some(&ann), &[("email", "ann@gmail.com")]).await;
        edit::save(&cx, &form).await.unwrap();
        let set = super::set(&test, id).await;
        assert!(set.typos.is_empty(), "{:?}", set.typos);
        let ann = super::row(&test, id, RowStatus::Valid, 1).await;
        assert_eq!(
            (ann.address.as_str(), ann.value("name"), ann.value("email")),
            ("ann@gmail.com", "Ann", "ann@gmail.com")
        );
        for (address, words) in [
            ("eve@example.com", "in the list already, in line 3"),
            ("two@@example.com", "Nothing was saved"),
        ] {
            let form = super::form(&test, id, Some(&ann), &[("email", address)]).await;
            let error = edit::save(&cx, &form).await.unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        // An address of the suppression list is kept, and not mailed.
        test.exec(sql("INSERT INTO suppressions (address, address_key, reason, created_at) VALUES ('gone@example.com', 'gone@example.com', 'bounced', 1)")).await;
        let form = super::form(&test, id, Some(&ann), &[("email", "gone@example.com")]).await;
        assert_eq!(edit::save(&cx, &form).await.unwrap(), RowStatus::Suppressed);
        let set = super::set(&test, id).await;
        assert_eq!((set.valid, set.suppressed), (2, 1));
    }

    pub async fn another_row_takes_over_an_address_that_is_given_up(test: TestApp) {
        let id = draft(&test).await;
        give(&test, id, "file", LIST).await;
        let cx = test.cx(Role::Editor);
        let bob = row(&test, id, RowStatus::Valid, 3).await;
        let form = form(&test, id, Some(&bob), &[("email", "robert@example.com")]).await;
        edit::save(&cx, &form).await.unwrap();
        let next = row(&test, id, RowStatus::Valid, 4).await;
        assert_eq!((next.value("name"), next.problem.as_str()), ("Bob too", ""));
        let last = row(&test, id, RowStatus::Duplicate, 5).await;
        assert_eq!(last.problem, "Same address as in line 5.");
        let after = set(&test, id).await;
        assert_eq!((after.valid, after.duplicate), (3, 1));
        // And again when it is removed.
        let form = super::form(&test, id, Some(&next), &[]).await;
        edit::remove(&cx, &form).await.unwrap();
        let after = set(&test, id).await;
        assert_eq!((after.valid, after.duplicate), (3, 0));
        assert_eq!(
            row(&test, id, RowStatus::Valid, 5).await.value("name"),
            "Bob three"
        );
    }

    pub async fn people_are_added_and_removed(test: TestApp) {
        let id = draft(&test).await;
        give(&test, id, "list", "ann@example.com").await;
        let shown = set(&test, id).await;
        // As a page without JavaScript sends it.
        let (draft, list) = (id.to_string(), shown.id.to_string());
        let fields = [
            ("form[id]", draft.as_str()),
            ("form[set]", &list),
            ("form[position]", "0"),
            ("form[fields][0][key]", "email"),
            ("form[fields][0][value]", "Bob Roe <bob@example.com>"),
            ("form[back]", "step=recipients&show=valid"),
        ];
        let answer: Answer = test
            .post_form(Some(Role::Editor), "/api/drafts/add-row", &fields)
            .await;
        assert!(
            answer.location().ends_with(&format!(
                "/drafts/{id}?step=recipients&show=valid&notice=row-added#rows-title"
            )),
            "{}",
            answer.location()
        );
        let bob = row(&test, id, RowStatus::Valid, 2).await;
        assert_eq!((bob.address.as_str(), bob.line), ("bob@example.com", 2));
        let page = test
            .get(
                Some(Role::Editor),
                &format!("/drafts/{id}?step=recipients&edit=2"),
            )
            .await;
        assert!(page.body.contains("Remove bob@example.com from this list?"));
        let form = form(&test, id, Some(&bob), &[]).await;
        edit::remove(&test.cx(Role::Editor), &form).await.unwrap();
        let after = set(&test, id).await;
        assert_eq!((after.valid, after.rows()), (1, 1));
        // What leads elsewhere is not followed.
        let fields = [
            ("form[id]", draft.as_str()),
            ("form[set]", &list),
            ("form[fields][0][key]", "email"),
            ("form[fields][0][value]", "carl@example.com"),
            ("form[back]", "step=recipients\r\nX: y"),
        ];
        let answer: Answer = test
            .post_form(Some(Role::Editor), "/api/drafts/add-row", &fields)
            .await;
        assert!(
            answer
                .location()
                .ends_with("?step=recipients&notice=row-added#rows-title"),
            "{}",
            answer.location()
        );
    }

    pub async fn a_stale_row_and_a_shared_list_are_left_alone(test: TestApp) {
        let id = draft(&test).await;
        give(&test, id, "file", LIST).await;
        let cx = test.cx(Role::Editor);
        let ann = row(&test, id, RowStatus::Valid, 1).await;
        let first = form(&test, id, Some(&ann), &[("name", "First tab")]).await;
        let second = form(&test, id, Some(&ann), &[("name", "Second tab")]).await;
        edit::save(&cx, &first).await.unwrap();
        let error = edit::save(&cx, &second).await.unwrap_err();
        assert_eq!(error.status(), 409, "{error}");
        assert_eq!(
            row(&test, id, RowStatus::Valid, 1).await.value("name"),
            "First tab"
        );

        mailer::features::drafts::service::duplicate(&cx, id)
            .await
            .unwrap();
        let ann = row(&test, id, RowStatus::Valid, 1).await;
        let shared = form(&test, id, Some(&ann), &[("name", "Shared")]).await;
        let error = edit::save(&cx, &shared).await.unwrap_err();
        assert!(error.to_string().contains("Copy the list"), "{error}");
        let copy = DraftForm {
            id: id.to_string(),
            revision: revision(&test, id).await.to_string(),
        };
        assert_eq!(take::copy(&cx, &copy).await.unwrap(), Given::Taken);
        let ann = row(&test, id, RowStatus::Valid, 1).await;
        assert_eq!(ann.value("name"), "First tab");
        let own = form(&test, id, Some(&ann), &[("name", "Mine")]).await;
        edit::save(&cx, &own).await.unwrap();
        let names = test
            .query(sql(
                "SELECT count(*) FROM recipients WHERE data ->> 'name' = 'First tab'",
            ))
            .await;
        assert_eq!(
            names[0].at::<i64>(0).unwrap(),
            1,
            "the other draft's list is as it was"
        );
        // A list of an older page is another one.
        let error = edit::save(&cx, &shared).await.unwrap_err();
        assert!(
            error.to_string().contains("replaced in the meantime"),
            "{error}"
        );
    }

    pub async fn what_is_refused_stays_in_the_form_without_javascript(test: TestApp) {
        let id = draft(&test).await;
        give(&test, id, "file", LIST).await;
        let ann = row(&test, id, RowStatus::Valid, 1).await;
        let (draft, list) = (id.to_string(), set(&test, id).await.id.to_string());
        let fields = |edits: &'static str, address: &'static str| {
            [
                ("form[id]", draft.as_str()),
                ("form[set]", &list),
                ("form[position]", "1"),
                ("form[edits]", edits),
                ("form[fields][0][key]", "email"),
                ("form[fields][0][value]", address),
                ("form[fields][1][key]", "name"),
                ("form[fields][1][value]", "Annabel"),
                ("form[back]", "step=recipients"),
            ]
        };
        assert_eq!(ann.edits, 0);
        for (edits, address, words) in [
            ("0", "two@@example.com", "Nothing was saved"),
            (
                "7",
                "new@example.com",
                "What you typed is in the form again",
            ),
        ] {
            let sent = fields(edits, address);
            let answer: Answer = test
                .post_form(Some(Role::Editor), "/api/drafts/save-row", &sent)
                .await;
            let (_, query) = answer.location().split_once('?').unwrap();
            let page = format!("/drafts/{id}?step=recipients&edit=1&{query}");
            let page = test.get(Some(Role::Editor), &page).await;
            for words in [words, "Annabel", address] {
                assert!(page.body.contains(words), "{words}");
            }
        }
        let after = row(&test, id, RowStatus::Valid, 1).await;
        assert_eq!(after.value("name"), "Ann");
    }

    pub async fn rows_are_searched_and_paged(test: TestApp) {
        let id = draft(&test).await;
        let list: String = (1..=130)
            .map(|i| {
                format!(
                    "p{i:03}@{}.com,{}\n",
                    if i % 2 == 0 { "even" } else { "odd" },
                    if i % 50 == 0 { "" } else { "x" }
                )
            })
            .collect();
        give(&test, id, "file", format!("email,name\n{list}")).await;
        let page = async |filter: RowFilter| {
            let opened = service::open(&test.cx(Role::Viewer), id, &filter, None).await;
            let page = opened.unwrap().page;
            let positions: Vec<_> = page.rows.iter().map(|row| row.position).collect();
            (positions, page.has_previous, page.has_next)
        };
        let all = RowFilter::default();
        let (rows, previous, next) = page(all.clone()).await;
        assert_eq!(
            (rows[0], rows[49], rows.len(), previous, next),
            (1, 50, 50, false, true)
        );
        let (rows, _, next) = page(RowFilter {
            place: Place::After(100),
            ..all.clone()
        })
        .await;
        assert_eq!((rows[0], rows.len(), next), (101, 30, false));
        let (rows, previous, next) = page(RowFilter {
            place: Place::Before(60),
            ..all.clone()
        })
        .await;
        assert_eq!((rows[0], rows[49], previous, next), (10, 59, true, true));
        let search = RowFilter {
            search: "EVEN".into(),
            ..all.clone()
        };
        let (rows, _, next) = page(search.clone()).await;
        assert_eq!((rows[0], rows[49], next), (2, 100, true));
        let (rows, previous, _) = page(RowFilter {
            place: Place::Before(4),
            ..search
        })
        .await;
        assert_eq!((rows, previous), (vec![2], false));
        let beginning = RowFilter {
            search: "P007@odd".into(),
            ..all.clone()
        };
        assert_eq!(page(beginning).await.0, [7]);
        let missing = RowFilter {
            missing: "name".into(),
            ..all.clone()
        };
        assert_eq!(page(missing).await.0, [50, 100]);
        let nothing = RowFilter {
            search: "100%".into(),
            ..all
        };
        assert!(page(nothing).await.0.is_empty());
    }

    /// By any value of the list, in every letter's case, and never by the name of a column.
    pub async fn people_are_found_by_their_names(test: TestApp) {
        let id = draft(&test).await;
        let list = "email,Name,Company\nx1@example.com,Ann Smith,Acme\nx2@example.com,Éva Öz,\"The \"\"Best\"\" Ltd\"\n\
                    annabel@example.com,Bob,Acme\n";
        give(&test, id, "file", list).await;
        let found = async |search: &str| {
            let filter = RowFilter {
                search: search.into(),
                ..RowFilter::default()
            };
            let opened = service::open(&test.cx(Role::Viewer), id, &filter, None).await;
            let rows = opened.unwrap().page.rows;
            rows.iter().map(|row| row.position).collect::<Vec<_>>()
        };
        assert_eq!(found("ANN").await, [1, 3], "by name and by address");
        assert_eq!(found("n smith").await, [1]);
        assert_eq!(found("éva").await, [2]);
        assert_eq!(found("ÖZ").await, [2]);
        assert_eq!(found("acme").await, [1, 3]);
        assert_eq!(found("\"best\"").await, [2]);
        assert!(found("company").await.is_empty());
        assert_eq!(found("annabel@").await, [3]);
    }
}

async fn set(test: &TestApp, id: DraftId) -> RecipientSet {
    step(test, id, RowStatus::Valid).await.set.unwrap()
}

async fn row(test: &TestApp, id: DraftId, status: RowStatus, position: i64) -> Recipient {
    let rows = step(test, id, status).await.page.rows;
    let found = rows.into_iter().find(|row| row.position == position);
    found.unwrap_or_else(|| panic!("no {status:?} row at {position}"))
}

async fn form(
    test: &TestApp,
    id: DraftId,
    row: Option<&Recipient>,
    fields: &[(&str, &str)],
) -> RowForm {
    RowForm {
        id: id.to_string(),
        set: set(test, id).await.id.to_string(),
        position: row.map_or(0, |row| row.position).to_string(),
        edits: row.map_or(0, |row| row.edits).to_string(),
        fields: fields
            .iter()
            .map(|(key, value)| FieldValue {
                key: (*key).into(),
                value: (*value).into(),
            })
            .collect(),
        back: String::new(),
    }
}
