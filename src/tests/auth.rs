//! Coming in and going out: setup link, sign-in, throttling, the gate and the origin check.

use crate::util::app::on_both;

on_both! {
    the_setup_link_makes_one_owner_once
    signing_in_opens_a_session_that_signing_out_ends
    failures_slow_down_an_address_on_every_instance
    guesses_made_at_the_same_moment_count_each_other
    nobody_is_kept_out_by_the_failures_of_another_network
    guesses_at_the_current_password_are_slowed_down_too
    a_password_change_ends_other_sessions
}

mod suite {
    use crate::util::app::TestApp;
    use axum::http::header;
    use mailer::error::AppError;
    use mailer::features::auth::model::{OwnerForm, Role};
    use mailer::features::auth::service;
    use mailer::server::db::sql;

    fn owner_form(token: &str) -> OwnerForm {
        OwnerForm {
            token: token.into(),
            name: "Ada".into(),
            email: "Ada@Example.com".into(),
            password: "a good long password".into(),
        }
    }

    async fn without_users(test: &TestApp) -> String {
        test.exec(sql("DELETE FROM users")).await;
        let link = service::create_setup_link(&test.app)
            .await
            .unwrap()
            .unwrap();
        link.rsplit('/').next().unwrap().to_owned()
    }

    pub async fn the_setup_link_makes_one_owner_once(test: TestApp) {
        let token = without_users(&test).await;
        let form = owner_form(&token);
        let bad = OwnerForm {
            password: "short".into(),
            ..form.clone()
        };
        let error = service::create_owner(&test.visitor(), &bad)
            .await
            .unwrap_err();
        let AppError::Invalid(invalid) = error else {
            panic!("{error:?}")
        };
        assert_eq!(invalid.fields[0].field, "password");
        assert_eq!(invalid.typed["email"], "Ada@Example.com");
        assert!(!invalid.typed.contains_key("password") && !invalid.typed.contains_key("token"));

        let (left, right) = (test.visitor(), test.visitor());
        let both = tokio::join!(
            service::create_owner(&left, &form),
            service::create_owner(&right, &form)
        );
        assert!(both.0.is_ok() ^ both.1.is_ok(), "one link, one owner");
        assert_eq!(
            test.number("SELECT count(*) FROM users WHERE role = 'owner'")
                .await,
            1
        );
        assert!(
            service::create_setup_link(&test.app)
                .await
                .unwrap()
                .is_none()
        );

        let page = test.get(None, &format!("/setup/{token}")).await;
        assert!(
            page.body.contains("has expired or was used already"),
            "{}",
            page.body
        );
        test.app.clock.advance(25 * 3_600_000);
        assert!(
            service::check_setup_link(&test.visitor(), &token)
                .await
                .is_err()
        );
    }

    pub async fn signing_in_opens_a_session_that_signing_out_ends(test: TestApp) {
        let token = without_users(&test).await;
        service::create_owner(&test.visitor(), &owner_form(&token))
            .await
            .unwrap();
        let fields = [
            ("email", "ada@example.com"),
            ("password", "a good long password"),
            ("next", "/drafts"),
        ];
        let answer = test.post_form(None, "/api/auth/sign-in", &fields).await;
        assert_eq!(answer.status, 302);
        assert_eq!(answer.location(), "/drafts");
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        let session = cookie.split(['=', ';']).nth(1).unwrap();
        assert!(
            service::find_session(&test.app, session)
                .await
                .unwrap()
                .is_some()
        );
        let stored = test
            .query(sql(
                "SELECT token_hash FROM sessions ORDER BY id DESC LIMIT 1",
            ))
            .await;
        assert_ne!(
            stored[0].at::<String>(0).unwrap(),
            session,
            "the cookie itself is not stored"
        );

        let caller = service::find_session(&test.app, session).await.unwrap();
        let cx = mailer::server::Cx {
            caller,
            ..test.visitor()
        };
        service::sign_out(&cx).await.unwrap();
        assert!(
            service::find_session(&test.app, session)
                .await
                .unwrap()
                .is_none()
        );
    }

    pub async fn failures_slow_down_an_address_on_every_instance(test: TestApp) {
        for _ in 0..5 {
            let error = service::sign_in(&test.visitor(), "owner@example.com", "wrong password")
                .await
                .unwrap_err();
            assert_eq!(
                error.to_string(),
                "The email address or the password is wrong."
            );
        }
        let other = mailer::server::Cx {
            app: test.second_instance().await,
            ..test.visitor()
        };
        let error = service::sign_in(&other, "owner@example.com", "wrong password")
            .await
            .unwrap_err();
        assert_eq!(error, AppError::TooMany(1));
        test.app.clock.advance(1_000);
        let error = service::sign_in(&other, "owner@example.com", "wrong password")
            .await
            .unwrap_err();
        assert!(matches!(error, AppError::Invalid(_)), "{error:?}");
        let error = service::sign_in(&test.visitor(), "owner@example.com", "wrong password")
            .await
            .unwrap_err();
        assert_eq!(error, AppError::TooMany(2));
    }

    pub async fn guesses_made_at_the_same_moment_count_each_other(test: TestApp) {
        let cx = test.visitor();
        let guesses = (0..12).map(|_| service::sign_in(&cx, "owner@example.com", "wrong password"));
        let mut looked_at = 0;
        for result in futures::future::join_all(guesses).await {
            match result.unwrap_err() {
                AppError::Invalid(_) => looked_at += 1,
                other => assert!(matches!(other, AppError::TooMany(1)), "{other:?}"),
            }
        }
        assert_eq!(looked_at, 5);
    }

    pub async fn nobody_is_kept_out_by_the_failures_of_another_network(test: TestApp) {
        let token = without_users(&test).await;
        service::create_owner(&test.visitor(), &owner_form(&token))
            .await
            .unwrap();
        let from = |ip: &str| {
            let mut cx = test.visitor();
            cx.client.ip = ip.into();
            cx
        };
        let try_from = async |ip: &str, password: &str| {
            service::sign_in(&from(ip), "ada@example.com", password)
                .await
                .map(|_| ())
        };
        // Others guess from one network until it has to wait for long.
        for _ in 0..16 {
            let _ = try_from("2001:db8:1:2::1", "wrong password").await;
            test.app.clock.advance(900_000);
        }
        let _ = try_from("2001:db8:1:2::1", "wrong password").await;
        let wait = try_from("2001:db8:1:2:ffff::2", "wrong password").await;
        assert_eq!(wait, Err(AppError::TooMany(900)), "the network is the same");
        let right = "a good long password";
        assert_eq!(try_from("192.0.2.44", right).await, Ok(()));
        // And from many networks: a short wait.
        for network in 0..30 {
            let _ = try_from(&format!("203.0.113.{network}"), "wrong password").await;
            test.app.clock.advance(30_000);
        }
        let _ = try_from("203.0.113.77", "wrong password").await;
        assert_eq!(
            try_from("192.0.2.44", right).await,
            Err(AppError::TooMany(30))
        );
        test.app.clock.advance(30_000);
        assert_eq!(try_from("192.0.2.44", right).await, Ok(()));
        // A success makes up for the failures of its own network.
        assert_eq!(try_from("192.0.2.44", right).await, Ok(()));
        let left = "SELECT count(*) FROM sign_in_attempts WHERE subject LIKE 'email:%'";
        assert_eq!(test.number(left).await, 0);
    }

    pub async fn guesses_at_the_current_password_are_slowed_down_too(test: TestApp) {
        let token = without_users(&test).await;
        service::create_owner(&test.visitor(), &owner_form(&token))
            .await
            .unwrap();
        let session = service::sign_in(&test.visitor(), "ada@example.com", "a good long password")
            .await
            .unwrap();
        let cx = mailer::server::Cx {
            caller: service::find_session(&test.app, &session).await.unwrap(),
            ..test.visitor()
        };
        let guesses = (0..8).map(|_| service::change_password(&cx, "a guess", "another long one"));
        let answers = futures::future::join_all(guesses).await;
        let looked_at = answers
            .iter()
            .filter(|answer| matches!(answer, Err(AppError::Invalid(_))));
        assert_eq!(looked_at.count(), 5, "{answers:?}");
        let change = || service::change_password(&cx, "a good long password", "another long one");
        assert_eq!(change().await, Err(AppError::TooMany(1)));
        test.app.clock.advance(1_000);
        assert_eq!(change().await, Ok(()));
    }

    pub async fn a_password_change_ends_other_sessions(test: TestApp) {
        let token = without_users(&test).await;
        service::create_owner(&test.visitor(), &owner_form(&token))
            .await
            .unwrap();
        let mut tokens = Vec::new();
        for _ in 0..2 {
            tokens.push(
                service::sign_in(&test.visitor(), "ada@example.com", "a good long password")
                    .await
                    .unwrap(),
            );
        }
        let caller = service::find_session(&test.app, &tokens[0]).await.unwrap();
        let cx = mailer::server::Cx {
            caller,
            ..test.cx(Role::Owner)
        };
        let error = service::change_password(&cx, "not it at all", "another long password")
            .await
            .unwrap_err();
        assert!(matches!(error, AppError::Invalid(_)));
        service::change_password(&cx, "a good long password", "another long password")
            .await
            .unwrap();
        assert!(
            service::find_session(&test.app, &tokens[0])
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            service::find_session(&test.app, &tokens[1])
                .await
                .unwrap()
                .is_none()
        );
    }
}

mod gate {
    use crate::util::app::TestApp;
    use axum::body::Body;
    use axum::http::{Request, header};
    use mailer::features::auth::model::Role;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_visitor_is_sent_to_sign_in_and_back() {
        let test = TestApp::embedded().await;
        let answer = test.get(None, "/drafts?page=2").await;
        assert_eq!(answer.location(), "/sign-in?next=/drafts%3Fpage%3D2");
        assert_eq!(test.get(Some(Role::Viewer), "/").await.status, 200);
        let call = test.post_call(None, "/api/auth/sign-out", &[]).await;
        assert_eq!(call.status, 401);
        assert_eq!(test.get(None, "/healthz").await.body, "ok");
        assert!(
            test.get(None, "/readyz")
                .await
                .body
                .contains("\"ready\":true")
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_answer_that_came_by_a_link_is_not_shown() {
        let test = TestApp::embedded().await;
        let ask = async |site: Option<&str>, path: &str| {
            let mut request = Request::get(path)
                .header(header::HOST, "mailer.test")
                .header(header::ACCEPT, "text/html");
            if let Some(site) = site {
                request = request.header("sec-fetch-site", site);
            }
            test.request(request.body(Body::empty()).unwrap()).await
        };
        let refused = test
            .post_form(
                None,
                "/api/auth/sign-in",
                &[("email", "a@example.com"), ("password", "")],
            )
            .await;
        let spoofed = refused.location().to_owned();
        let query = spoofed.split_once('?').unwrap().1;
        let spoofed = format!("/sign-in?next=/drafts%3Fa%26b&{query}");
        for site in ["cross-site", "same-site", "none"] {
            let answer = ask(Some(site), &spoofed).await;
            assert!(answer.status.is_redirection(), "{site}");
            assert_eq!(answer.location(), "/sign-in?next=%2Fdrafts%3Fa%26b");
        }
        let escaped = spoofed
            .replace("__err", "%5F_err")
            .replace("__path", "_%5fpath");
        assert!(ask(Some("none"), &escaped).await.status.is_redirection());
        for path in ["//evil.example/", "/%5c/evil.example/"] {
            let answer = ask(Some("none"), &format!("{path}?__err=x")).await;
            assert!(
                !answer.location().starts_with("//"),
                "{}",
                answer.location()
            );
        }
        for site in [Some("same-origin"), None] {
            let page = ask(site, &spoofed).await;
            assert!(page.body.contains("Enter your password."), "{site:?}");
        }
        // Without such an answer nothing is changed.
        assert_eq!(ask(Some("none"), "/sign-in?next=/a").await.status, 200);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn behind_https_the_cookie_belongs_to_this_host_alone() {
        let test = TestApp::embedded()
            .await
            .configured(|config| config.base_url = "https://mailer.test".into());
        let set = mailer::server::session::set_cookie(&test.app, Some("x"));
        assert!(set.starts_with("__Host-mailer_session=x; Path=/;"), "{set}");
        assert!(
            set.ends_with("; Secure") && !set.contains("Domain"),
            "{set}"
        );
        let ask = async |cookie: &str| {
            let request = Request::get("/")
                .header(header::HOST, "mailer.test")
                .header(header::ACCEPT, "text/html")
                .header(header::COOKIE, format!("{cookie}=token-of-owner"));
            test.request(request.body(Body::empty()).unwrap())
                .await
                .status
        };
        assert_eq!(ask("__Host-mailer_session").await, 200);
        assert!(ask("mailer_session").await.is_redirection());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn readiness_says_more_to_the_operator_and_asks_the_database_seldom() {
        use axum::extract::ConnectInfo;
        use std::net::SocketAddr;
        let test = TestApp::embedded().await;
        let ask = async |peer: &str, forwarded: bool| {
            let mut request = Request::get("/readyz");
            if forwarded {
                request = request.header("x-forwarded-for", "203.0.113.1");
            }
            let mut request = request.body(Body::empty()).unwrap();
            let peer: SocketAddr = peer.parse().unwrap();
            request.extensions_mut().insert(ConnectInfo(peer));
            test.request(request).await.body
        };
        let plain = "{\"ready\":true}";
        assert_eq!(ask("203.0.113.1:5000", false).await, plain);
        assert_eq!(ask("127.0.0.1:5000", true).await, plain);
        for peer in ["127.0.0.1:5000", "[::1]:5000", "[::ffff:127.0.0.1]:5000"] {
            let body = ask(peer, false).await;
            assert!(body.contains("database_round_trips"), "{peer}: {body}");
        }
        let before = test.app.db.round_trips();
        for _ in 0..20 {
            ask("203.0.113.1:5000", false).await;
        }
        let asked = test.app.db.round_trips() - before;
        assert!(asked < 5, "the database was asked {asked} times");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_state_change_from_another_site_is_refused() {
        let test = TestApp::embedded().await;
        let post = |name: header::HeaderName, value: &str| {
            Request::post("/api/auth/sign-out")
                .header(header::HOST, "mailer.test")
                .header(header::COOKIE, "mailer_session=token-of-owner")
                .header(name, value)
                .body(Body::empty())
                .unwrap()
        };
        for request in [
            post(header::ORIGIN, "https://evil.example"),
            post(header::ORIGIN, "null"),
            post(header::ACCEPT, "text/html"),
            post(
                header::HeaderName::from_static("sec-fetch-site"),
                "cross-site",
            ),
        ] {
            assert_eq!(test.request(request).await.status, 403);
        }
        let own = post(
            header::HeaderName::from_static("sec-fetch-site"),
            "same-origin",
        );
        assert_eq!(test.request(own).await.status, 200);
    }
}
