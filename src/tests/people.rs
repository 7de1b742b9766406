//! People: invitations that work once, roles, the last owner, and one's own devices.

use crate::util::app::{NOON, TestApp, on_both};
use axum::http::{StatusCode, header};
use mailer::error::AppError;
use mailer::features::auth::model::Role::{self, Editor, Owner, Viewer};
use mailer::features::auth::service::find_session;
use mailer::features::people::model::{InviteForm, JoinForm};
use mailer::features::people::{invitations, service};
use mailer::ids::UserId;
use mailer::server::db::sql;

on_both! {
    an_invitation_makes_one_person_once
    an_invitation_is_replaced_withdrawn_and_expires
    a_role_changes_at_once
    the_last_owner_stays
    invitations_end_with_the_right_to_invite
    a_removed_person_is_out_at_once
    devices_are_ones_own
    names_are_changed_and_checked
}

fn invite(email: &str, role: &str) -> InviteForm {
    InviteForm {
        email: email.into(),
        role: role.into(),
    }
}

fn join(token: &str) -> JoinForm {
    JoinForm {
        token: token.into(),
        name: " Bea ".into(),
        password: "a good long password".into(),
    }
}

/// The token of the only open invitation.
async fn token(test: &TestApp) -> String {
    let open = invitations::list(&test.cx(Owner)).await.unwrap();
    assert_eq!(open.len(), 1);
    let link = &open[0].link;
    assert!(link.starts_with("http://mailer.test/join/"), "{link}");
    link.rsplit('/').next().unwrap().to_owned()
}

fn field(error: AppError) -> String {
    match error {
        AppError::Invalid(invalid) => invalid.fields[0].field.clone(),
        other => panic!("{other:?}"),
    }
}

mod suite {
    use super::*;

    pub async fn an_invitation_makes_one_person_once(test: TestApp) {
        let form = [("form[email]", "Bea@Example.com"), ("form[role]", "editor")];
        let answer = test
            .post_form(Some(Owner), "/api/people/invite-person", &form)
            .await;
        assert_eq!(answer.location(), "/settings/people?notice=person-invited");
        let page = test.get(Some(Owner), "/settings/people").await;
        let token = token(&test).await;
        assert!(page.body.contains("bea@example.com") && page.body.contains(&token));
        assert_eq!(
            test.number("SELECT count(*) FROM access_links WHERE kind = 'invitation'")
                .await,
            1
        );
        let stored = test
            .query(sql(
                "SELECT token_hash FROM access_links WHERE kind = 'invitation'",
            ))
            .await;
        assert_ne!(stored[0].at::<String>(0).unwrap(), token);

        let page = test.get(None, &format!("/join/{token}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("bea@example.com"));
        let short = JoinForm {
            password: "short".into(),
            ..join(&token)
        };
        let error = invitations::join(&test.visitor(), &short)
            .await
            .unwrap_err();
        assert_eq!(field(error), "password");

        let (left, right) = (test.visitor(), test.visitor());
        let form = join(&token);
        let both = tokio::join!(
            invitations::join(&left, &form),
            invitations::join(&right, &form)
        );
        assert!(both.0.is_ok() ^ both.1.is_ok(), "one link, one person");
        let session = both.0.or(both.1).unwrap();
        let caller = find_session(&test.app, &session).await.unwrap().unwrap();
        assert_eq!(
            (caller.user.role, caller.user.name.as_str()),
            (Editor, "Bea")
        );
        let page = test.get(None, &format!("/join/{token}")).await;
        assert!(page.body.contains("This link does not work"));
        let error = invitations::invite(&test.cx(Owner), &invite("BEA@example.com", "viewer"))
            .await
            .unwrap_err();
        assert_eq!(field(error), "email");
        assert_eq!(
            test.number("SELECT count(*) FROM audit_log WHERE event = 'user.join' AND actor = 'Bea' AND user_id IS NOT NULL")
                .await,
            1
        );
    }

    pub async fn an_invitation_is_replaced_withdrawn_and_expires(test: TestApp) {
        let owner = test.cx(Owner);
        invitations::invite(&owner, &invite("bea@example.com", "editor"))
            .await
            .unwrap();
        let first = token(&test).await;
        test.app.clock.advance(1);
        invitations::invite(&owner, &invite("bea@example.com", "viewer"))
            .await
            .unwrap();
        let second = token(&test).await;
        assert!(
            invitations::find(&test.visitor(), &first).await.is_err(),
            "replaced"
        );
        let found = invitations::find(&test.visitor(), &second).await.unwrap();
        assert_eq!(found.role, Viewer);

        let id = invitations::list(&owner).await.unwrap()[0].id;
        invitations::withdraw(&owner, id).await.unwrap();
        assert!(invitations::find(&test.visitor(), &second).await.is_err());
        assert!(matches!(
            invitations::withdraw(&owner, id).await,
            Err(AppError::NotFound(_))
        ));

        invitations::invite(&owner, &invite("bea@example.com", "owner"))
            .await
            .unwrap();
        let third = token(&test).await;
        test.app.clock.advance(7 * 86_400_000);
        assert!(
            invitations::join(&test.visitor(), &join(&third))
                .await
                .is_err(),
            "expired"
        );
        assert!(invitations::list(&owner).await.unwrap().is_empty());
        assert_eq!(test.number("SELECT count(*) FROM users").await, 3);
    }

    pub async fn a_role_changes_at_once(test: TestApp) {
        let form = [("id", "3"), ("role", "editor")];
        let answer = test
            .post_form(Some(Owner), "/api/people/change-role", &form)
            .await;
        assert_eq!(answer.location(), "/settings/people?notice=role-changed");
        let caller = find_session(&test.app, "token-of-viewer").await.unwrap();
        assert_eq!(caller.unwrap().user.role, Editor);
        let wrong = service::change_role(&test.cx(Owner), UserId(3), "king").await;
        assert!(matches!(wrong, Err(AppError::Invalid(_))));
        let page = test.get(Some(Owner), "/settings/activity").await;
        assert!(
            page.body.contains("Changed the role of") && page.body.contains("viewer → editor"),
            "{}",
            page.body
        );
    }

    pub async fn the_last_owner_stays(test: TestApp) {
        let owner = test.cx(Owner);
        for result in [
            service::remove(&owner, UserId(1)).await,
            service::change_role(&owner, UserId(1), "viewer").await,
        ] {
            assert!(matches!(result, Err(AppError::Invalid(_))), "{result:?}");
        }
        // Two owners who demote each other at the same moment: one is left.
        service::change_role(&owner, UserId(2), "owner")
            .await
            .unwrap();
        let mut other = test.cx(Owner);
        if let Some(caller) = &mut other.caller {
            caller.user.id = UserId(2);
        }
        let both = tokio::join!(
            service::change_role(&owner, UserId(2), "viewer"),
            service::remove(&other, UserId(1)),
        );
        assert!(both.0.is_ok() ^ both.1.is_ok(), "{both:?}");
        assert_eq!(
            test.number("SELECT count(*) FROM users WHERE role = 'owner'")
                .await,
            1
        );
    }

    pub async fn invitations_end_with_the_right_to_invite(test: TestApp) {
        let owner = test.cx(Owner);
        for (person, takes_away) in [(2, "role"), (3, "person")] {
            let id = UserId(person);
            service::change_role(&owner, id, "owner").await.unwrap();
            invitations::invite(&owner, &invite("bea@example.com", "owner"))
                .await
                .unwrap();
            let link = token(&test).await;
            let has_withdrawn = match takes_away {
                "role" => service::change_role(&owner, id, "viewer").await.unwrap(),
                _ => service::remove(&owner, id).await.unwrap(),
            };
            assert!(has_withdrawn);
            let joined = invitations::join(&test.visitor(), &join(&link)).await;
            assert!(joined.is_err(), "{takes_away}");
            test.app.clock.advance(1);
        }
        let lines = "SELECT count(*) FROM audit_log WHERE event = 'user.uninvite' AND subject = 'bea@example.com'";
        assert_eq!(test.number(lines).await, 2);
        // Removing somebody who could not invite leaves invitations alone.
        invitations::invite(&owner, &invite("bea@example.com", "editor"))
            .await
            .unwrap();
        service::remove(&owner, UserId(2)).await.unwrap();
        assert!(
            invitations::join(&test.visitor(), &join(&token(&test).await))
                .await
                .is_ok()
        );
    }

    pub async fn a_removed_person_is_out_at_once(test: TestApp) {
        let page = test.get(Some(Editor), "/").await;
        assert_eq!(page.status, StatusCode::OK);
        service::rename(
            &test.cx(Editor),
            &mailer::features::people::model::ProfileForm { name: "Ed".into() },
        )
        .await
        .unwrap();
        service::remove(&test.cx(Owner), UserId(2)).await.unwrap();
        assert_eq!(test.get(Some(Editor), "/").await.location(), "/sign-in");
        let page = test.get(Some(Owner), "/settings/activity").await;
        assert!(
            page.body.contains("Removed") && page.body.contains("Ed (editor@example.com)"),
            "the trail keeps the name"
        );
        assert!(matches!(
            service::remove(&test.cx(Owner), UserId(2)).await,
            Err(AppError::NotFound(_))
        ));
    }

    pub async fn devices_are_ones_own(test: TestApp) {
        use mailer::features::auth::repo::insert_session;
        let email = "viewer@example.com";
        for (n, agent) in [
            "Mozilla/5.0 (X11; Linux) Firefox/127.0",
            "Mozilla/5.0 (iPhone) Safari/604.1",
        ]
        .iter()
        .enumerate()
        {
            let hash = mailer::server::secrets::token_hash(&format!("further {n}"));
            test.exec(insert_session(
                email,
                &hash,
                agent,
                NOON + 1 + n as i64,
                NOON + 86_400_000,
            ))
            .await;
        }
        let cx = test.cx(Viewer);
        let devices = service::find_profile(&cx).await.unwrap().devices;
        let words: Vec<_> = devices.iter().map(|one| one.words.as_str()).collect();
        assert_eq!(
            words,
            ["Unknown device", "Safari on iPhone", "Firefox on Linux"]
        );
        assert!(devices[0].is_this && !devices[1].is_this);

        assert!(
            service::end_session(&test.cx(Editor), devices[1].id)
                .await
                .is_err(),
            "somebody else's"
        );
        assert!(service::end_session(&cx, devices[0].id).await.is_err());
        service::end_session(&cx, devices[1].id).await.unwrap();
        assert!(
            find_session(&test.app, "further 1")
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            find_session(&test.app, "further 0")
                .await
                .unwrap()
                .is_some()
        );
        service::end_other_sessions(&cx).await.unwrap();
        assert!(
            find_session(&test.app, "further 0")
                .await
                .unwrap()
                .is_none()
        );
        let left = service::find_profile(&cx).await.unwrap().devices;
        assert_eq!(left.len(), 1);
        for role in [Owner, Editor] {
            assert_eq!(test.get(Some(role), "/settings/profile").await.status, 200);
        }
    }

    pub async fn names_are_changed_and_checked(test: TestApp) {
        let save = |name: &'static str| {
            test.post_form(
                Some(Role::Viewer),
                "/api/people/rename-self",
                Box::leak(Box::new([("form[name]", name)])),
            )
        };
        let answer = save("Vera <b>").await;
        assert_eq!(
            answer.location(),
            "/settings/profile?notice=name-changed",
            "{:?}",
            answer.headers.get(header::LOCATION)
        );
        let page = test.get(Some(Viewer), "/settings/profile").await;
        assert!(page.body.contains("Vera &lt;b&gt;") && !page.body.contains("Vera <b>"));
        let answer = save(" ").await;
        assert!(
            answer.location().contains("__err="),
            "{}",
            answer.location()
        );
    }
}
