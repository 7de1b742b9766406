//! The whole program in a test: the real router and services on a database of its own, a clock that stands still, and people
//! of each role who are signed in. Dropping it with mail left in `sending` fails the test.

#![allow(dead_code, reason = "each helper is used by some test of some feature")]

use super::databases::{empty_remote, fresh_embedded_db};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use leptos::config::LeptosOptions;
use mailer::delivery::housekeeping::Rescuer;
use mailer::features::auth::model::{Role, User};
use mailer::features::auth::repo as auth;
use mailer::ids::{SessionId, UserId};
use mailer::server::clock::Clock;
use mailer::server::config::Config;
use mailer::server::db::{DbTarget, Row, Stmt, sql};
use mailer::server::metrics::MetricsAccess;
use mailer::server::request::{Caller, Client, Cx};
use mailer::server::secrets::{Keys, token_hash};
use mailer::server::services::{Progress, Service};
use mailer::server::{AppState, routes, run};
use std::time::Duration;
use tempfile::TempDir;
use tower::ServiceExt;

/// Sunday, 2026-03-01, 12:00:00 UTC: where every test's clock starts.
pub const NOON: i64 = 1_772_366_400_000;

/// Judges leases at once: a test's database is never away unless it says so.
pub const RESCUER: Rescuer = Rescuer {
    grace: Duration::ZERO,
};

/// What the tests' browser calls itself.
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0";

pub struct TestApp {
    pub app: AppState,
    router: Router,
    /// Keeps the files.
    folder: TempDir,
}

/// What came back, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl TestApp {
    pub async fn embedded() -> TestApp {
        let (folder, path) = fresh_embedded_db().await;
        TestApp::start(DbTarget::File(path), folder).await
    }

    pub async fn remote() -> TestApp {
        let target = empty_remote().await.target;
        TestApp::start(target, tempfile::tempdir().unwrap()).await
    }

    async fn start(database: DbTarget, folder: TempDir) -> TestApp {
        let config = Config {
            lease_secs: 25,
            retry_base_secs: 60,
            smtp_timeout_secs: None,
            base_url: "http://mailer.test".into(),
            data_dir: folder.path().to_owned(),
            database,
            trusted_proxies: Default::default(),
            metrics: MetricsAccess::Off,
        };
        let leptos = LeptosOptions::builder().output_name("mailer").build();
        let app = run::open(config, Keys::new(&[7; 32]), leptos, Clock::fixed(NOON))
            .await
            .unwrap();
        let test = TestApp {
            router: routes::router(app.clone()),
            app,
            folder,
        };
        for (id, role) in [(1, Role::Owner), (2, Role::Editor), (3, Role::Viewer)] {
            let name = role.as_str();
            test.exec(
                sql("INSERT INTO users (id, name, email, email_key, role, password_hash, created_at, updated_at) \
                     VALUES (?1, ?2, ?3, ?3, ?2, '', ?4, ?4)")
                .bind(id)
                .bind(name)
                .bind(format!("{name}@example.com"))
                .bind(NOON),
            )
            .await;
            let email = format!("{name}@example.com");
            test.exec(auth::insert_session(
                &email,
                &token_hash(&cookie_token(role)),
                "test",
                NOON,
                NOON + 86_400_000 * 365,
            ))
            .await;
        }
        test
    }

    /// The same app with another configuration.
    pub fn configured(mut self, change: impl FnOnce(&mut Config)) -> TestApp {
        change(std::sync::Arc::make_mut(&mut self.app.config));
        mailer::server::metrics::install(&self.app.config.metrics);
        self.router = routes::router(self.app.clone());
        self
    }

    /// The same database seen by a second process.
    pub async fn second_instance(&self) -> AppState {
        let config = (*self.app.config).clone();
        let leptos = LeptosOptions::builder().output_name("mailer").build();
        run::open(config, Keys::new(&[7; 32]), leptos, self.app.clock.clone())
            .await
            .unwrap()
    }

    /// A call's context by somebody of this role, for calling services directly.
    pub fn cx(&self, role: Role) -> Cx {
        let id = match role {
            Role::Owner => 1,
            Role::Editor => 2,
            Role::Viewer => 3,
        };
        let user = User {
            id: UserId(id),
            name: role.as_str().into(),
            email: format!("{}@example.com", role.as_str()),
            role,
        };
        Cx {
            app: self.app.clone(),
            caller: Some(Caller {
                user,
                session: SessionId(id),
            }),
            client: Client {
                ip: "192.0.2.1".into(),
                user_agent: "test".into(),
            },
        }
    }

    /// A context of nobody in particular.
    pub fn visitor(&self) -> Cx {
        Cx {
            app: self.app.clone(),
            caller: None,
            client: Client {
                ip: "192.0.2.9".into(),
                user_agent: "test".into(),
            },
        }
    }

    pub fn data_dir(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A page or file, as a browser asks for it. `None`: signed out.
    pub async fn get(&self, role: Option<Role>, path: &str) -> Answer {
        self.send(role, Method::GET, path, None, "text/html").await
    }

    /// The same by somebody who takes compressed answers, as browsers do; the body is what came over the wire.
    pub async fn get_compressed(&self, role: Role, path: &str) -> Answer {
        let request = Request::get(path)
            .header(header::HOST, "mailer.test")
            .header(header::ACCEPT_ENCODING, "gzip")
            .header(
                header::COOKIE,
                format!("mailer_session={}", cookie_token(role)),
            );
        self.request(request.body(Body::empty()).unwrap()).await
    }

    /// A plain form post, as a browser without JavaScript sends it: answered by a redirect.
    pub async fn post_form(
        &self,
        role: Option<Role>,
        path: &str,
        pairs: &[(&str, &str)],
    ) -> Answer {
        self.send(role, Method::POST, path, Some(encode(pairs)), "text/html")
            .await
    }

    /// A server function's call, as the hydrated page sends it: answered by its result or its error as JSON.
    pub async fn post_call(
        &self,
        role: Option<Role>,
        path: &str,
        pairs: &[(&str, &str)],
    ) -> Answer {
        self.send(
            role,
            Method::POST,
            path,
            Some(encode(pairs)),
            "application/json",
        )
        .await
    }

    async fn send(
        &self,
        role: Option<Role>,
        method: Method,
        path: &str,
        form: Option<String>,
        accept: &str,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "mailer.test")
            .header(header::ORIGIN, "http://mailer.test")
            .header(header::REFERER, "http://mailer.test/here")
            .header(header::USER_AGENT, FIREFOX)
            .header(header::ACCEPT, accept);
        if let Some(role) = role {
            request = request.header(
                header::COOKIE,
                format!("mailer_session={}", cookie_token(role)),
            );
        }
        if form.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        self.request(request.body(Body::from(form.unwrap_or_default())).unwrap())
            .await
    }

    /// Any request at all, through the real router.
    pub async fn request(&self, request: Request<Body>) -> Answer {
        let path = request.uri().path().to_owned();
        let answer = self.router.clone().oneshot(request);
        let Ok(response) = tokio::time::timeout(Duration::from_secs(60), answer).await else {
            panic!("no answer to {path}");
        };
        let response = response.unwrap();
        let (parts, body) = response.into_parts();
        let whole = tokio::time::timeout(Duration::from_secs(60), body.collect()).await;
        let Ok(whole) = whole else {
            panic!("the answer to {path} has no end");
        };
        let bytes = whole.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub async fn exec(&self, statement: Stmt) -> u64 {
        self.app.db.exec(statement).await.unwrap()
    }

    pub async fn query(&self, statement: Stmt) -> Vec<Row> {
        self.app.db.query(statement).await.unwrap()
    }

    /// The one number a query gives.
    pub async fn number(&self, text: &'static str) -> i64 {
        self.query(sql(text)).await[0].at(0).unwrap()
    }

    /// Runs a service's ticks until it says that nothing is left.
    pub async fn tick<S: Service>(&self, service: S) {
        for _ in 0..10_000 {
            if service.tick(&self.app).await.unwrap() == Progress::Idle {
                return;
            }
        }
        panic!("{} never came to rest", S::NAME);
    }

    /// Makes ledger rows, delivers all that is due now, and sweeps up.
    pub async fn run_until_idle(&self) {
        use mailer::delivery::{housekeeping, worker};
        self.tick(housekeeping::Expander).await;
        worker::deliver_due(&self.app).await.unwrap();
        self.tick(housekeeping::Sweeper).await;
        self.tick(RESCUER).await;
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let db = self.app.db.clone();
        let left = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let count = sql("SELECT count(*) FROM email_queue WHERE state = 'sending'");
                db.query(count)
                    .await
                    .map_or(0, |rows| rows[0].at::<i64>(0).unwrap())
            })
        });
        let left = left.join().unwrap();
        assert_eq!(left, 0, "{left} messages were left in the state `sending`");
    }
}

fn cookie_token(role: Role) -> String {
    format!("token-of-{}", role.as_str())
}

fn encode(pairs: &[(&str, &str)]) -> String {
    let mut url = reqwest::Url::parse("http://x").unwrap();
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

/// Instantiates tests that take a `TestApp` once per backend: `on_both! { name_of_test ... }` beside `mod suite { pub async fn … }`.
macro_rules! on_both {
    ($($test:ident)*) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::suite::$test($crate::util::app::TestApp::embedded().await).await;
            })*
        }
        mod remote {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                if $crate::util::sqld::is_wanted() {
                    super::suite::$test($crate::util::app::TestApp::remote().await).await;
                }
            })*
        }
    };
}
pub(crate) use on_both;
