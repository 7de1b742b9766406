//! Lists out of Excel workbooks, through the real upload route, and cells copied from a spreadsheet.

use super::{draft, give, given, revision, step, valid};
use crate::util::app::{TestApp, on_both};
use crate::util::workbook::{xlsx, zipped};
use mailer::features::auth::model::Role;
use mailer::features::drafts::recipients::model::{RowStatus, SetState, SheetForm};
use mailer::features::drafts::recipients::take::{self, Given};

on_both! {
    a_workbook_is_taken_with_titles_and_empty_columns_passed_over
    another_sheet_of_the_workbook_is_taken_instead
}

mod suite {
    use super::*;

    pub async fn a_workbook_is_taken_with_titles_and_empty_columns_passed_over(test: TestApp) {
        let id = draft(&test).await;
        let book = xlsx(&[(
            "Customers",
            &[
                &["", "Customers of 2026"],
                &[],
                &["", "Name", "E-Mail", "Since", "Phone"],
                &["", "Ann & Co", "ann@example.com", "2019", "491701234567"],
                &["", "", "nonsense", "", ""],
                &["", "Bob", "bob@example.com", "0.30000000000000004", ""],
                &["", "Ann again", "ANN@example.com", "", ""],
            ],
        )]);
        let answer = give(&test, id, "file", book).await;
        assert!(
            answer.location().contains("notice=recipients-added"),
            "{}",
            answer.location()
        );
        let step = step(&test, id, RowStatus::Valid).await;
        let set = step.set.unwrap();
        assert_eq!((set.valid, set.invalid, set.duplicate), (2, 1, 1));
        let keys: Vec<_> = set.columns.iter().map(|column| &column.key).collect();
        assert_eq!(keys, ["name", "e_mail", "since", "phone"]);
        let row = &step.page.rows[0];
        assert_eq!(
            (
                row.line,
                row.value("name"),
                row.value("since"),
                row.value("phone")
            ),
            (4, "Ann & Co", "2019", "491701234567")
        );
        assert_eq!(step.page.rows[1].value("since"), "0.3");
        assert!(step.sheets.is_empty(), "one sheet is no choice");
    }

    pub async fn another_sheet_of_the_workbook_is_taken_instead(test: TestApp) {
        let id = draft(&test).await;
        let book = xlsx(&[
            (
                "Read me",
                &[&["How to use this file", "Second"], &["Fill it in", "x"]],
            ),
            ("hidden", &[&["Email"], &["secret@example.com"]]),
            (
                "Customers",
                &[&["Email", "Name"], &["ann@example.com", "Ann"]],
            ),
            (
                "Suppliers",
                &[&["Email"], &["sue@example.com"], &["sam@example.com"]],
            ),
        ]);
        give(&test, id, "file", book).await;
        assert_eq!(valid(&test, id).await, ["ann@example.com"]);
        let shown = step(&test, id, RowStatus::Valid).await;
        let set = shown.set.unwrap();
        assert_eq!(set.title(), "people.csv, sheet “Customers”");
        let mut sheets: Vec<_> = shown
            .sheets
            .iter()
            .map(|line| (line.sheet.as_str(), line.rows, line.state))
            .collect();
        sheets.sort_by_key(|(sheet, ..)| *sheet);
        assert_eq!(
            sheets,
            [
                ("Customers", 1, SetState::Ready),
                ("Read me", 1, SetState::Choosing),
                ("Suppliers", 2, SetState::Ready)
            ]
        );
        let cx = test.cx(Role::Editor);
        let choose = async |sheet: &str| SheetForm {
            id: id.to_string(),
            revision: revision(&test, id).await.to_string(),
            set: shown
                .sheets
                .iter()
                .find(|line| line.sheet == sheet)
                .unwrap()
                .set
                .to_string(),
        };
        let suppliers = choose("Suppliers").await;
        let taken = take::choose_sheet(&cx, &suppliers).await.unwrap();
        assert_eq!(taken, Given::Taken);
        assert_eq!(
            valid(&test, id).await,
            ["sue@example.com", "sam@example.com"]
        );
        assert_eq!(step(&test, id, RowStatus::Valid).await.sheets.len(), 3);
        // The sheet without addresses asks for its column.
        let readme = choose("Read me").await;
        let waits = take::choose_sheet(&cx, &readme).await.unwrap();
        assert!(matches!(waits, Given::Waits(_)));
        let page = test
            .get(
                Some(Role::Editor),
                &format!("/drafts/{id}?step=recipients&given={}", readme.set),
            )
            .await;
        assert!(
            page.body
                .contains("Which column holds the email addresses?"),
            "{}",
            page.body
        );
    }
}

#[tokio::test]
async fn a_bomb_is_refused_with_a_sentence() {
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    let names = "<workbook>".to_owned() + &"<definedName/>".repeat(1_000_000) + "</workbook>";
    let bomb = zipped(&[
        ("[Content_Types].xml".into(), "<Types/>".into()),
        ("xl/workbook.xml".into(), names),
    ]);
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    for (what, file, words) in [
        ("bomb", bomb, "far larger"),
        (
            "no list",
            zipped(&[("list.csv".into(), "a@example.com".into())]),
            "This is a ZIP file",
        ),
        ("empty", xlsx(&[("Sheet1", &[])]), "empty"),
        (
            "cut off",
            xlsx(&[("Sheet1", &[&["Email"], &["a@example.com"]])])[..400].to_vec(),
            "damaged",
        ),
    ] {
        let answer = give(&test, id, "file", file).await;
        let list = given(&test, id, &answer).await.unwrap();
        assert!(
            list.set.problem.contains(words),
            "{what}: {}",
            list.set.problem
        );
    }
}

#[tokio::test]
async fn cells_copied_from_a_spreadsheet_are_a_list() {
    let test = TestApp::embedded().await;
    let id = draft(&test).await;
    let cells =
        "Name\tEmail\tNote\r\nAnn\tann@example.com\t\"two\r\nlines\"\r\n\tbob@example.com\t\r\n";
    give(&test, id, "list", cells).await;
    let step = step(&test, id, RowStatus::Valid).await;
    assert_eq!(step.page.rows.len(), 2);
    assert_eq!(step.page.rows[0].value("note"), "two\nlines");
    assert_eq!(step.page.rows[1].line, 4);
}
