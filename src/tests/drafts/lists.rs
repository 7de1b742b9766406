//! What lists are taken, row by row, and which are refused.

use super::{draft, give, given, revision, step, valid};
use crate::util::app::TestApp;
use axum::http::StatusCode;
use encoding_rs::WINDOWS_1252;
use mailer::features::auth::model::Role;
use mailer::features::drafts::recipients::columns::{ColumnChoice, ColumnsForm};
use mailer::features::drafts::recipients::model::{DomainForm, RowStatus};
use mailer::features::drafts::recipients::take::{self, Given};
use mailer::server::db::sql;

fn utf16(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect()
}

#[tokio::test]
async fn lists_of_all_sorts_are_taken() {
    let test = TestApp::embedded().await;
    let text = "Name;E-Mail\nJosé;ann@example.com\n\"Roe; Bob\nsenior\";bob@example.com\n";
    let windows = WINDOWS_1252.encode(text).0.into_owned();
    for (what, field, content, name) in [
        ("semicolons", "file", text.as_bytes().to_vec(), "José"),
        (
            "CRLF",
            "file",
            text.replace('\n', "\r\n").into_bytes(),
            "José",
        ),
        (
            "byte order mark",
            "file",
            format!("\u{feff}{text}").into_bytes(),
            "José",
        ),
        ("UTF-16", "file", utf16(text), "José"),
        ("Windows-1252", "file", windows, "José"),
        ("tabs", "file", text.replace(';', "\t").into_bytes(), "José"),
        ("bars", "file", text.replace(';', "|").into_bytes(), "José"),
        (
            "commas",
            "file",
            b"\"Name\",\"Email\"\n\"Lee, Ann\",ann@example.com\n\"Roe\",bob@example.com\n".to_vec(),
            "Lee, Ann",
        ),
        (
            "no headings",
            "list",
            b"Ann,ann@example.com\nBob,bob@example.com".to_vec(),
            "",
        ),
        (
            "plain",
            "list",
            b"ann@example.com\nbob@example.com\n".to_vec(),
            "",
        ),
        (
            "named",
            "list",
            b"Ann Lee <ann@example.com>\r\n\"Roe, Bob\" <bob@example.com>".to_vec(),
            "Ann Lee",
        ),
    ] {
        let id = draft(&test).await;
        let answer = give(&test, id, field, content).await;
        assert_eq!(
            answer.location(),
            format!("/drafts/{id}?step=recipients&notice=recipients-added"),
            "{what}"
        );
        assert_eq!(
            valid(&test, id).await,
            ["ann@example.com", "bob@example.com"],
            "{what}"
        );
        let first = step(&test, id, RowStatus::Valid).await.page.rows.remove(0);
        assert_eq!(first.data["email"], "ann@example.com", "{what}");
        let found = first
            .data
            .get("name")
            .map_or("", |name| name.as_str().unwrap());
        assert_eq!(found, name, "{what}");
    }
}

#[tokio::test]
async fn every_row_is_accounted_for() {
    let test = TestApp::embedded().await;
    test.exec(sql(
        "INSERT INTO suppressions (address, address_key, reason, created_at) VALUES \
         ('Gone@example.com', 'gone@example.com', 'unsubscribed', 1)",
    ))
    .await;
    let id = draft(&test).await;
    let csv = "Email,First Name,Town\n\
               ann@example.com,Ann,Ulm\n\
               nonsense,Bad,\n\
               bob@example.com,,Bonn\n\
               ANN@example.com,Ann again,\n\
               gone@example.com,Gone,\n\
               a b@example.com,Bad,\n\
               carl@gmial.com,Carl,\n\
               bob@example.com,Bob again,\n\
               dora@example.com,Dora,Ulm,extra\n";
    give(&test, id, "file", csv).await;
    let valid_step = step(&test, id, RowStatus::Valid).await;
    let set = valid_step.set.unwrap();
    assert_eq!(
        (set.valid, set.invalid, set.duplicate, set.suppressed),
        (3, 3, 2, 1)
    );
    assert_eq!(set.source, "people.csv");
    let columns: Vec<_> = set
        .columns
        .iter()
        .map(|column| (column.key.as_str(), column.empty))
        .collect();
    assert_eq!(columns, [("email", 0), ("first_name", 1), ("town", 1)]);
    assert_eq!(
        (
            set.typos[0].from.as_str(),
            set.typos[0].to.as_str(),
            set.typos[0].count
        ),
        ("gmial.com", "gmail.com", 1)
    );
    for (status, expected) in [
        (
            RowStatus::Invalid,
            vec![
                (3, "nonsense", "no @"),
                (7, "a b@example.com", "spaces"),
                (10, "dora@example.com", "4 values"),
            ],
        ),
        (
            RowStatus::Duplicate,
            vec![
                (5, "ANN@example.com", "line 2"),
                (9, "bob@example.com", "line 4"),
            ],
        ),
        (
            RowStatus::Suppressed,
            vec![(6, "gone@example.com", "Unsubscribed")],
        ),
    ] {
        let rows = step(&test, id, status).await.page.rows;
        assert_eq!(rows.len(), expected.len());
        for (row, (line, address, words)) in rows.iter().zip(expected) {
            assert_eq!((row.line, row.address.as_str()), (line, address));
            assert!(row.problem.contains(words), "{}", row.problem);
        }
    }
    let answer = test
        .get(
            Some(Role::Viewer),
            &format!("/drafts/{id}/recipients/invalid.csv"),
        )
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        answer.body.starts_with(
            "\u{feff}Line,Why,Email,First Name,Town\n3,There is no @ in it.,nonsense,Bad,\n"
        ),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn duplicates_are_found_across_packs() {
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    let mut csv = String::from("email\n");
    for i in 0..2_500 {
        csv.push_str(&format!("person{i}@example.com\n"));
    }
    csv.push_str("Person7@example.com\nperson2400@example.com\nperson7@example.com\n");
    give(&test, id, "file", csv).await;
    let duplicates = step(&test, id, RowStatus::Duplicate).await;
    let set = duplicates.set.unwrap();
    assert_eq!((set.valid, set.duplicate), (2_500, 3));
    let problems: Vec<_> = duplicates
        .page
        .rows
        .iter()
        .map(|row| row.problem.as_str())
        .collect();
    assert_eq!(
        problems,
        [
            "Same address as in line 9.",
            "Same address as in line 2402.",
            "Same address as in line 9."
        ]
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_the_old_list_stays() {
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    give(&test, id, "list", "ann@example.com").await;
    let before = revision(&test, id).await;
    for (field, content, words) in [
        ("file", b"".to_vec(), "empty"),
        ("list", b" \n ".to_vec(), "empty"),
        ("file", b"PK\x03\x04\0\0\0\0".to_vec(), "damaged"),
        ("file", b"\xd0\xcf\x11\xe0old".to_vec(), ".xls"),
        (
            "file",
            b"\x00\x01\x02\xff\xfe\x00\x03binary".to_vec(),
            "not a text file",
        ),
        ("file", b"Email,Name\n".to_vec(), "only headings"),
        (
            "file",
            format!("Email,Name\na@x.org,\"{}", "x,y\n".repeat(200_000)).into_bytes(),
            "quotation mark",
        ),
    ] {
        let answer = give(&test, id, field, content).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let list = given(&test, id, &answer).await.unwrap();
        assert!(list.set.problem.contains(words), "{}", list.set.problem);
    }
    assert_eq!(valid(&test, id).await, ["ann@example.com"]);
    assert_eq!(revision(&test, id).await, before);
}

#[tokio::test]
async fn a_list_without_addresses_offers_its_columns() {
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    let answer = give(
        &test,
        id,
        "file",
        "Contact,Name\nann(at)example.com,Ann\nbob@example.com,Bob\ncarl,Carl\n",
    )
    .await;
    let list = given(&test, id, &answer).await.unwrap();
    let names: Vec<_> = list
        .set
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(names, ["Contact", "Name"]);
    assert_eq!(list.sample.len(), 3);
    assert!(step(&test, id, RowStatus::Valid).await.set.is_none());
    let form = ColumnsForm {
        id: id.to_string(),
        revision: revision(&test, id).await.to_string(),
        set: list.set.id.to_string(),
        email: "contact".into(),
        columns: Vec::new(),
    };
    let taken = take::map_columns(&test.cx(Role::Editor), &form)
        .await
        .unwrap();
    assert_eq!(taken, Given::Taken);
    let step = step(&test, id, RowStatus::Valid).await;
    let set = step.set.unwrap();
    assert_eq!(
        (set.valid, set.invalid, set.email_column.as_str()),
        (1, 2, "contact")
    );
    assert_eq!(step.page.rows[0].data["name"], "Bob");
    assert_eq!(step.page.rows[0].line, 3);
}

#[tokio::test]
async fn columns_are_renamed_and_left_out() {
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    let csv =
        "E-Mail,Vorname,Internal note\nann@example.com,Ann,owes us money\nann@example.com,,x\n";
    give(&test, id, "file", csv).await;
    let page = test
        .get(
            Some(Role::Editor),
            &format!("/drafts/{id}?step=recipients&notice=recipients-added"),
        )
        .await;
    for words in ["Columns (3)", "owes us money", "{{ vorname }}"] {
        assert!(page.body.contains(words), "{words} is shown");
    }
    // As a page without JavaScript sends it: what is not ticked is not sent.
    let (draft, revision) = (id.to_string(), revision(&test, id).await.to_string());
    let fields = [
        ("form[id]", draft.as_str()),
        ("form[revision]", &revision),
        ("form[email]", "e_mail"),
        ("form[columns][0][key]", "e_mail"),
        ("form[columns][0][name]", "Address"),
        ("form[columns][0][keep]", "true"),
        ("form[columns][1][key]", "vorname"),
        ("form[columns][1][name]", "First name"),
        ("form[columns][1][keep]", "true"),
        ("form[columns][2][key]", "internal_note"),
        ("form[columns][2][name]", "Internal note"),
    ];
    let answer = test
        .post_form(Some(Role::Editor), "/api/drafts/map-columns", &fields)
        .await;
    assert!(
        answer.location().contains("notice=columns-saved"),
        "{} {}",
        answer.location(),
        answer.body
    );
    let step = step(&test, id, RowStatus::Valid).await;
    let set = step.set.unwrap();
    let keys: Vec<_> = set.columns.iter().map(|column| &column.key).collect();
    assert_eq!(keys, ["address", "first_name"]);
    assert_eq!((set.valid, set.duplicate), (1, 1));
    assert_eq!(step.page.rows[0].data["first_name"], "Ann");
    assert!(!step.page.rows[0].data.contains_key("internal_note"));
    // Nothing changed: nothing is made anew.
    let form = ColumnsForm {
        id: id.to_string(),
        revision: super::revision(&test, id).await.to_string(),
        email: "address".into(),
        columns: vec![ColumnChoice {
            key: "first_name".into(),
            name: "First name".into(),
            keep: true,
        }],
        ..ColumnsForm::default()
    };
    let taken = take::map_columns(&test.cx(Role::Editor), &form).await;
    assert_eq!(taken.unwrap(), Given::Taken);
    let after = super::step(&test, id, RowStatus::Valid).await.set.unwrap();
    assert_eq!(after.id, set.id);
}

#[tokio::test]
async fn all_misspelt_domains_are_corrected_at_once_and_one_is_right() {
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    give(
        &test,
        id,
        "list",
        "a@gmial.com\nb@hotmial.com\nc@acme.con\n",
    )
    .await;
    let form = async |from: &str, keep| DomainForm {
        id: id.to_string(),
        revision: revision(&test, id).await.to_string(),
        from: from.into(),
        keep,
        step: String::new(),
    };
    let cx = test.cx(Role::Editor);
    take::fix_domain(&cx, &form("acme.con", true).await)
        .await
        .unwrap();
    let set = step(&test, id, RowStatus::Valid).await.set.unwrap();
    assert_eq!(set.typos.len(), 2);
    take::fix_domain(&cx, &form("", false).await).await.unwrap();
    assert_eq!(
        valid(&test, id).await,
        ["a@gmail.com", "b@hotmail.com", "c@acme.con"]
    );
}

#[tokio::test]
async fn a_misspelt_domain_is_corrected_in_one_go() {
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    give(
        &test,
        id,
        "file",
        "E-Mail,Name\nann@gmial.com,Ann\nann@gmail.com,Ann too\nbob@gmial.com,Bob\nx,Bad\n",
    )
    .await;
    let form = DomainForm {
        id: id.to_string(),
        revision: revision(&test, id).await.to_string(),
        from: "gmial.com".into(),
        keep: false,
        step: String::new(),
    };
    take::fix_domain(&test.cx(Role::Editor), &form)
        .await
        .unwrap();
    let set = step(&test, id, RowStatus::Valid).await.set.unwrap();
    assert_eq!(
        (set.valid, set.duplicate, set.invalid, set.typos.len()),
        (2, 1, 1, 0)
    );
    assert_eq!(valid(&test, id).await, ["ann@gmail.com", "bob@gmail.com"]);
}
