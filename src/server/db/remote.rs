//! A remote libSQL server over HTTP (`/v3/pipeline`): one request per call, with time-outs and retries. Streams are
//! opened and closed within the request, so nothing expires, leaks or is shared.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use reqwest::{Client, StatusCode, Url, header};
use tokio::sync::Semaphore;

use super::{Counters, DbError, Outcome, Patience, Work, hrana, retry::Backoff};

/// Requests under way at once. Servers allow 128 streams by default, for all instances together.
const CONCURRENT_REQUESTS: usize = 16;

pub(super) struct Remote {
    client: Client,
    url: Url,
    token: Option<String>,
    patience: Patience,
    counters: Arc<Counters>,
    permits: Semaphore,
    is_closed: AtomicBool,
}

impl Remote {
    /// Contacts nobody yet.
    pub(super) fn new(
        url: &str,
        token: Option<String>,
        patience: Patience,
        counters: Arc<Counters>,
    ) -> Result<Self, DbError> {
        let url = pipeline_url(url)?;
        let mut builder = Client::builder()
            .connect_timeout(patience.statement.min(Duration::from_secs(5)))
            // Shorter than what load balancers keep: a request sent into a closed connection has an unknown outcome.
            .pool_idle_timeout(Duration::from_secs(20))
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true);
        if let Some(host) = url.host_str().filter(|host| host.ends_with(".localhost")) {
            // RFC 6761, 6.3: such names are this machine; not every resolver knows. Servers tell namespaces apart by them.
            builder = builder.resolve(host, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        }
        let client = builder
            .build()
            .map_err(|error| DbError::Unavailable(format!("no HTTP client: {}", chain(&error))))?;
        let permits = Semaphore::new(CONCURRENT_REQUESTS);
        Ok(Self {
            client,
            url,
            token,
            patience,
            counters,
            permits,
            is_closed: AtomicBool::new(false),
        })
    }

    pub(super) async fn run(&self, work: Work) -> Result<Vec<Outcome>, DbError> {
        if self.is_closed.load(Ordering::Relaxed) {
            return Err(DbError::Unavailable("the database is closed".into()));
        }
        let body = bytes::Bytes::from(hrana::encode(&work)?);
        let limit = if work.is_batch {
            self.patience.batch
        } else {
            self.patience.statement
        };
        let mut backoff = Backoff::lasting(self.patience.retry);
        loop {
            let error = match self
                .send(body.clone(), limit)
                .await
                .and_then(|answer| hrana::decode(&work, &answer))
            {
                Ok(outcomes) => return Ok(outcomes),
                Err(error) => error,
            };
            let may_repeat = error.is_retry_safe() || (work.is_read && error.is_outcome_unknown());
            let Some(pause) = backoff.pause().filter(|_| may_repeat) else {
                return Err(error);
            };
            self.counters.retries.fetch_add(1, Ordering::Relaxed);
            tracing::debug!(%error, ?pause, "the database call is repeated");
            tokio::time::sleep(pause).await;
        }
    }

    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    /// One HTTP exchange; `limit` covers it from connecting to the last byte.
    async fn send(&self, body: bytes::Bytes, limit: Duration) -> Result<bytes::Bytes, DbError> {
        let _permit = self
            .permits
            .acquire()
            .await
            .map_err(|_| DbError::Unavailable("the database is closed".into()))?;
        let mut request = self.client.post(self.url.clone()).timeout(limit).body(body);
        request = request.header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.map_err(from_transport)?;
        let status = response.status();
        let answer = response.bytes().await.map_err(from_transport)?;
        if status.is_success() {
            Ok(answer)
        } else {
            Err(from_status(status, &answer))
        }
    }
}

fn pipeline_url(text: &str) -> Result<Url, DbError> {
    let wrong = |why: &str| DbError::Driver(format!("the database address is wrong: {why}"));
    let text = match text.strip_prefix("libsql://") {
        Some(rest) => format!("https://{rest}"),
        None => text.to_owned(),
    };
    let mut url = Url::parse(&text).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong(
            "it must start with libsql://, https:// or http:// and name a host",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err(wrong("give the token by itself, not within the address"));
    }
    let path = format!("{}/v3/pipeline", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Ok(url)
}

/// An error's own words and those of its causes; never the address with its path or the token.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn from_transport(error: reqwest::Error) -> DbError {
    let error = error.without_url();
    if error.is_connect() || error.is_builder() {
        // Nothing was sent.
        DbError::Unavailable(chain(&error))
    } else if error.is_timeout() {
        DbError::Timeout
    } else {
        DbError::Lost(chain(&error))
    }
}

fn from_status(status: StatusCode, body: &[u8]) -> DbError {
    let text = String::from_utf8_lossy(body.get(..300).unwrap_or(body)).into_owned();
    match status {
        StatusCode::TOO_MANY_REQUESTS => {
            DbError::Unavailable("the server takes no more requests now".into())
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            DbError::Driver(format!("the server refuses the token ({status})"))
        }
        _ if status.is_server_error() => {
            DbError::Lost(format!("the server answered {status}: {text}"))
        }
        _ => match serde_json::from_slice::<hrana::WireError>(body) {
            // The stream was gone before the statement reached it.
            Ok(error) if error.code.as_deref() == Some("STREAM_EXPIRED") => {
                DbError::Unavailable(error.message)
            }
            Ok(error) => error.into(),
            Err(_) => DbError::Driver(format!("the server answered {status}: {text}")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{DbError, StatusCode, from_status, pipeline_url};

    #[test]
    fn addresses_lead_to_the_pipeline() {
        let url = |text| pipeline_url(text).map(String::from);
        assert_eq!(
            url("libsql://db.example.com"),
            Ok("https://db.example.com/v3/pipeline".into())
        );
        assert_eq!(
            url("http://127.0.0.1:8080/"),
            Ok("http://127.0.0.1:8080/v3/pipeline".into())
        );
        assert_eq!(
            url("https://example.com/a/b"),
            Ok("https://example.com/a/b/v3/pipeline".into())
        );
        for wrong in [
            "file:///x",
            "example.com",
            "ftp://example.com",
            "https://u:p@example.com",
            "https://e.com?authToken=x",
        ] {
            assert!(url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn http_failures_are_sorted_by_what_may_have_happened() {
        assert!(from_status(StatusCode::TOO_MANY_REQUESTS, b"").is_retry_safe());
        assert!(from_status(StatusCode::BAD_GATEWAY, b"").is_outcome_unknown());
        assert!(matches!(
            from_status(StatusCode::UNAUTHORIZED, b""),
            DbError::Driver(_)
        ));
        let expired = br#"{"message":"The stream has expired","code":"STREAM_EXPIRED"}"#;
        assert!(from_status(StatusCode::BAD_REQUEST, expired).is_retry_safe());
        assert!(matches!(
            from_status(StatusCode::NOT_FOUND, b"<html>"),
            DbError::Driver(_)
        ));
    }
}
