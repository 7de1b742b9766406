//! Connections: accepted, given a time for their questions, and ended in good order. The framework's own loop has no such time, so
//! that a client which never finishes its question holds a connection for ever.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// How long the head of a request may take to arrive. Also how long a connection may rest between two, which is longer than the
/// usual proxies let theirs rest: otherwise they would now and then send into a connection that is just being closed.
pub const PATIENCE: Duration = Duration::from_secs(75);
/// After a failure that is not the client's, such as too many open files.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves until `stop` is cancelled, then until the requests under way are answered.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Duration,
    stop: CancellationToken,
) {
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(converse(
                    stream,
                    peer,
                    router.clone(),
                    patience,
                    stop.clone(),
                ));
            }
            Err(error) if is_of_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

fn is_of_client(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    patience: Duration,
    stop: CancellationToken,
) {
    // Without it streamed pages wait 40 ms for a delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = router.map_request(move |request: Request<_>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    // To find out whether a client begins with HTTP/2 one would wait for its first bytes, and for that there is no time either.
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(patience);
    let service = TowerToHyperService::new(service);
    let mut connection =
        pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::trace!(%error, "connection ended");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    struct Running {
        address: SocketAddr,
        stop: CancellationToken,
        server: tokio::task::JoinHandle<()>,
    }

    async fn running(patience: Duration) -> Running {
        let slow = move || async move {
            let parts = futures::stream::unfold(0, move |n| async move {
                tokio::time::sleep(patience / 2).await;
                (n < 6).then(|| (Ok::<_, std::io::Error>("part "), n + 1))
            });
            Body::from_stream(parts)
        };
        let whoami = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() };
        let router = Router::new()
            .route("/slow", get(slow))
            .route("/whoami", get(whoami));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(listener, router, patience, stop.clone()));
        Running {
            address,
            stop,
            server,
        }
    }

    /// Sends this and reads until the server closes the connection.
    async fn told(address: SocketAddr, text: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let own = stream.local_addr();
        answer + &own.map(|own| format!(" to {own}")).unwrap_or_default()
    }

    #[tokio::test]
    async fn a_question_without_end_is_not_waited_for_and_a_long_answer_is() {
        let Running {
            address,
            stop,
            server,
        } = running(Duration::from_millis(200)).await;
        for half in ["", "P", "GET /slow HTTP/1.1\r\nHost: x\r\nX-A: "] {
            let answer = tokio::time::timeout(Duration::from_secs(20), told(address, half));
            let answer = answer.await.expect("the connection was never closed");
            assert!(!answer.contains("part"), "{answer}");
        }
        // Three times as long as a question may take, and then the connection rests.
        let slow = told(address, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert_eq!(slow.matches("part").count(), 6, "{slow}");
        let who = told(address, "GET /whoami HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let (answer, own) = who.split_once(" to ").unwrap();
        assert!(answer.ends_with(own), "{who}");
        stop.cancel();
        server.await.unwrap();
    }

    #[tokio::test]
    async fn what_is_under_way_is_answered_before_the_end() {
        let Running {
            address,
            stop,
            server,
        } = running(Duration::from_secs(1)).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        stop.cancel();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer.matches("part").count(), 6, "{answer}");
        server.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }
}
