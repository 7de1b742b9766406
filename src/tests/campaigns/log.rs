//! The log of recipients: paging, search, export.

use crate::util::app::on_both;

on_both! {
    the_log_pages_through_every_recipient_once
    the_log_finds_addresses
    the_log_finds_people_by_their_names
    refusals_are_explained_and_lead_to_their_recipients
    unconfirmed_messages_are_shown_with_what_can_be_done
    the_export_holds_every_recipient_and_no_formulas
}

mod suite {
    use super::super::setup::{self, end};
    use crate::util::app::TestApp;
    use axum::http::StatusCode;
    use mailer::features::auth::model::Role;
    use mailer::features::campaigns::recipients::model::{LogPage, LogQuery};
    use mailer::features::campaigns::recipients::service as log;
    use mailer::ids::{CampaignId, MessageId};
    use mailer::server::db::sql;

    async fn page(test: &TestApp, id: CampaignId, query: LogQuery) -> LogPage {
        let query = LogQuery {
            id: id.to_string(),
            ..query
        };
        log::list_recipients(&test.cx(Role::Viewer), &query)
            .await
            .unwrap()
    }

    pub async fn the_log_pages_through_every_recipient_once(test: TestApp) {
        let id = setup::campaign(&test, 130).await;
        end(&test, id, "failed", 60).await;
        for (filter, expected) in [
            ("", 131),
            ("failed", 60),
            ("waiting", 70),
            ("suppressed", 1),
            ("sent", 0),
        ] {
            let (mut seen, mut pages) = (Vec::new(), Vec::new());
            let mut after = String::new();
            loop {
                let query = LogQuery {
                    state: filter.into(),
                    after: after.clone(),
                    ..LogQuery::default()
                };
                let page = page(&test, id, query).await;
                assert_eq!(page.previous.is_some(), !after.is_empty(), "{filter}");
                let ids: Vec<MessageId> = page.rows.iter().map(|row| row.id).collect();
                seen.extend(ids.clone());
                pages.push(ids);
                match page.next {
                    Some(next) => after = next.to_string(),
                    None => break,
                }
            }
            let mut unique = seen.clone();
            unique.sort_unstable();
            unique.dedup();
            assert_eq!((seen.len(), unique.len()), (expected, expected), "{filter}");
            // The way back shows the same pages.
            if pages.len() > 1 {
                let edge = pages.last().unwrap()[0].to_string();
                let query = LogQuery {
                    state: filter.into(),
                    before: edge,
                    ..LogQuery::default()
                };
                let back = page(&test, id, query).await;
                let ids: Vec<_> = back.rows.iter().map(|row| row.id).collect();
                assert_eq!(ids, pages[pages.len() - 2], "{filter}");
                assert!(back.next.is_some());
            }
        }
    }

    pub async fn the_log_finds_addresses(test: TestApp) {
        let id = setup::campaign(&test, 120).await;
        end(&test, id, "failed", 10).await;
        let find = |q: &'static str, state: &'static str| {
            let query = LogQuery {
                q: q.into(),
                state: state.into(),
                ..LogQuery::default()
            };
            page(&test, id, query)
        };
        let found = find("PERSON0007@", "").await;
        assert_eq!(found.rows.len(), 1);
        assert_eq!(found.rows[0].address, "Person0007@Example.com");
        assert_eq!(find("0007@exam", "").await.rows.len(), 1, "in the middle");
        assert_eq!(find("person000", "failed").await.rows.len(), 9);
        assert_eq!(find("nobody", "").await.rows.len(), 0);
        assert_eq!(find("%", "").await.rows.len(), 0, "no wildcard");
        let first = find("person", "").await;
        assert_eq!(first.rows.len(), 50);
        let second = page(
            &test,
            id,
            LogQuery {
                q: "person".into(),
                after: first.next.unwrap().to_string(),
                ..LogQuery::default()
            },
        )
        .await;
        assert!(second.rows[0].address > first.rows[49].address);

        let message = find("person0001@", "").await.rows[0].id;
        let path = format!("/campaigns/{id}/recipients/{message}");
        let one = test.get(Some(Role::Viewer), &path).await;
        assert!(one.body.contains("5.1.1 No such user"), "{}", one.body);
        assert!(one.body.contains("Message-ID"));
        let other = test
            .get(
                Some(Role::Viewer),
                &format!("/campaigns/999/recipients/{message}"),
            )
            .await;
        assert_eq!(other.status, StatusCode::NOT_FOUND);
        let mail = test
            .get(
                Some(Role::Viewer),
                &format!("/campaigns/{id}/content?message={message}"),
            )
            .await;
        assert!(mail.body.contains("Hello Person 1"), "{}", mail.body);
        assert!(mail.body.contains("https://example.com/a"), "{}", mail.body);
        assert!(!mail.body.contains("/t/o/") && !mail.body.contains("/t/c/"));
        let policy = mail.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("sandbox; default-src 'none'"));
    }

    pub async fn the_log_finds_people_by_their_names(test: TestApp) {
        let id = setup::campaign(&test, 120).await;
        end(&test, id, "failed", 10).await;
        let find = |q: &'static str, state: &'static str, from: String| {
            let query = LogQuery {
                q: q.into(),
                state: state.into(),
                from,
                ..LogQuery::default()
            };
            page(&test, id, query)
        };
        // Their lists call them "Person 7"; their addresses do not.
        let found = find("person 7", "", String::new()).await;
        let names: Vec<_> = found.rows.iter().map(|row| row.address.as_str()).collect();
        assert_eq!(found.rows.len(), 11, "7 and 70 to 79: {names:?}");
        assert_eq!(
            find("PERSON 7", "failed", String::new()).await.rows.len(),
            1
        );
        assert_eq!(find("first_name", "", String::new()).await.rows.len(), 0);
        // More than a page.
        let first = find("erson ", "", String::new()).await;
        assert_eq!((first.rows.len(), first.next), (50, None));
        let mut seen: Vec<_> = first.rows.iter().map(|row| row.id).collect();
        let mut further = first.further;
        while let Some(from) = further {
            let next = find("erson ", "", from.to_string()).await;
            seen.extend(next.rows.iter().map(|row| row.id));
            further = next.further;
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 121);
        let page = test
            .get(
                Some(Role::Viewer),
                &format!("/campaigns/{id}?tab=recipients&q=erson%20"),
            )
            .await;
        assert!(page.body.contains("from=50"), "{}", page.body);
    }

    pub async fn refusals_are_explained_and_lead_to_their_recipients(test: TestApp) {
        let id = setup::campaign(&test, 130).await;
        end(&test, id, "failed", 70).await;
        test.exec(sql(
            "UPDATE email_queue SET reply_code = 552, reply = '5.2.2 Over quota' WHERE state = 'failed' AND id % 10 = 0",
        ))
        .await;
        let viewer = Some(Role::Viewer);
        let overview = test.get(viewer, &format!("/campaigns/{id}")).await;
        for words in [
            "The address does not exist.",
            "The mailbox is full.",
            "reply=552-5.2.2",
            "Show 7 recipients",
        ] {
            assert!(overview.body.contains(words), "{words}: {}", overview.body);
        }
        let report = test.get(viewer, &format!("/campaigns/{id}/report")).await;
        assert!(report.body.contains("The mailbox is full."));
        let refused = |reply: &'static str, after: String| {
            let query = LogQuery {
                reply: reply.into(),
                after,
                ..LogQuery::default()
            };
            page(&test, id, query)
        };
        let full = refused("552-5.2.2", String::new()).await;
        assert_eq!((full.rows.len(), full.next), (7, None));
        assert_eq!(full.reply.unwrap().0, "The mailbox is full.");
        let first = refused("550-5.1.1", String::new()).await;
        assert_eq!(first.rows.len(), 50);
        let second = refused("550-5.1.1", first.next.unwrap().to_string()).await;
        assert_eq!(second.rows.len(), 13);
        assert_eq!(refused("none", String::new()).await.rows.len(), 0);
        let log = test
            .get(
                viewer,
                &format!("/campaigns/{id}?tab=recipients&state=failed&reply=552-5.2.2"),
            )
            .await;
        assert!(log.body.contains("Only failures of this kind:"));
    }

    pub async fn unconfirmed_messages_are_shown_with_what_can_be_done(test: TestApp) {
        let id = setup::campaign(&test, 5).await;
        end(&test, id, "unconfirmed", 2).await;
        let path = format!("/campaigns/{id}");
        let editor = test.get(Some(Role::Editor), &path).await;
        let buttons = [
            "Resend unconfirmed",
            "Send these messages once more?",
            "Those that did arrive the first time will arrive twice.",
            "Mark as sent",
        ];
        for words in buttons {
            assert!(editor.body.contains(words), "{words}: {}", editor.body);
        }
        let show = format!("href=\"/campaigns/{id}?tab=recipients&amp;state=unconfirmed\"");
        let viewer = test.get(Some(Role::Viewer), &path).await;
        for body in [&editor.body, &viewer.body] {
            assert!(body.contains("2 messages are unconfirmed"));
            assert!(
                body.contains("Show in the list") && body.contains(&show),
                "{body}"
            );
        }
        assert!(buttons.iter().all(|words| !viewer.body.contains(words)));
        let log = test
            .get(
                Some(Role::Viewer),
                &format!("{path}?tab=recipients&state=unconfirmed"),
            )
            .await;
        assert!(log.body.contains("Person0001@Example.com"));
        assert!(!log.body.contains("Person0003@Example.com"));
        let answer = test
            .post_form(
                Some(Role::Editor),
                "/api/campaigns/confirm-unconfirmed",
                &[("form[id]", &id.to_string())],
            )
            .await;
        assert_eq!(
            answer.location(),
            format!("{path}?notice=messages-confirmed")
        );
        assert_eq!(setup::in_state(&test, id, "unconfirmed").await, 0);
    }

    pub async fn the_export_holds_every_recipient_and_no_formulas(test: TestApp) {
        let id = setup::campaign(&test, 1_500).await;
        end(&test, id, "failed", 2).await;
        test.exec(sql(
            "UPDATE email_queue SET reply = '=HYPERLINK(\"x\"),\"quoted\"' WHERE state = 'failed'",
        ))
        .await;
        let path = format!("/campaigns/{id}/recipients.csv");
        let all = test.get(Some(Role::Viewer), &path).await;
        assert_eq!(all.status, StatusCode::OK);
        assert!(
            all.headers["content-disposition"]
                .to_str()
                .unwrap()
                .contains(&format!("campaign-{id}.csv"))
        );
        let mut reader = csv::Reader::from_reader(all.body.as_bytes());
        assert_eq!(&reader.headers().unwrap()[0], "address");
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1_501);
        let mut addresses: Vec<_> = rows.iter().map(|row| row[0].to_owned()).collect();
        addresses.dedup();
        assert_eq!(addresses.len(), 1_501);

        let packed = test.get_compressed(Role::Viewer, &path).await;
        assert_eq!(packed.headers["content-encoding"], "gzip");
        assert!((1..all.body.len()).contains(&packed.body.len()));

        let failed = test
            .get(Some(Role::Viewer), &format!("{path}?state=failed"))
            .await;
        let mut reader = csv::Reader::from_reader(failed.body.as_bytes());
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(&rows[0][4], "'=HYPERLINK(\"x\"),\"quoted\"");
        assert_eq!(&rows[0][1], "failed");
    }
}
