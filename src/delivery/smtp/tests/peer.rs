//! The other side of a dialogue: says and expects exact bytes, and fails the test on anything else.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

use super::{ServerConfig, TlsMode};

trait Io: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Io for T {}

pub(super) struct Peer {
    io: Box<dyn Io>,
}

/// A silent client fails the test instead of hanging it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs client and server against each other; the client's value is returned after both have ended.
pub(super) async fn play<T>(
    client: impl AsyncFnOnce(ServerConfig) -> T,
    server: impl AsyncFnOnce(Peer),
) -> T {
    play_twice(client, server, async |_: Peer| {}, false).await
}

/// Like [`play`], for a client that connects a second time.
pub(super) async fn play_twice<T>(
    client: impl AsyncFnOnce(ServerConfig) -> T,
    first: impl AsyncFnOnce(Peer),
    second: impl AsyncFnOnce(Peer),
    twice: bool,
) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = ServerConfig::new(
        "127.0.0.1",
        listener.local_addr().unwrap().port(),
        TlsMode::None,
    );
    config.hello_name = "client.test".to_owned();
    let accept = async || {
        let (socket, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
        socket.set_nodelay(true).unwrap();
        Peer {
            io: Box::new(socket),
        }
    };
    let server = async {
        first(accept().await).await;
        if twice {
            second(accept().await).await;
        }
    };
    tokio::join!(client(config), server).0
}

impl Peer {
    pub async fn say(&mut self, bytes: &str) {
        self.io.write_all(bytes.as_bytes()).await.unwrap();
        self.io.flush().await.unwrap();
    }

    /// One byte at a time, each in a packet of its own.
    pub async fn say_slowly(&mut self, bytes: &str) {
        for byte in bytes.as_bytes() {
            self.io.write_all(&[*byte]).await.unwrap();
            self.io.flush().await.unwrap();
            tokio::task::yield_now().await;
        }
    }

    /// Exactly these bytes come next.
    pub async fn hear(&mut self, expected: &str) {
        let mut heard = Vec::new();
        let mut rest = (&mut self.io).take(expected.len() as u64);
        let read = timeout(PATIENCE, rest.read_to_end(&mut heard)).await;
        let heard = String::from_utf8_lossy(&heard);
        assert!(
            read.is_ok(),
            "waited for {expected:?}, heard only {heard:?}"
        );
        assert_eq!(heard, expected);
    }

    /// The client closes without another word.
    pub async fn hear_end(&mut self) {
        let mut heard = Vec::new();
        // A reset counts as closed: what was said last need not have been read.
        let _ = timeout(PATIENCE, self.io.read_to_end(&mut heard))
            .await
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&heard), "");
    }

    /// Nothing has come ahead of its turn.
    pub async fn hear_nothing(&mut self) {
        let mut byte = [0];
        let early = timeout(Duration::from_millis(30), self.io.read(&mut byte)).await;
        assert!(
            early.is_err(),
            "something came too early: {early:?} {byte:?}"
        );
    }

    /// Takes and drops everything until the client closes.
    pub async fn swallow(&mut self) {
        let mut block = vec![0; 64 * 1024];
        while timeout(PATIENCE, self.io.read(&mut block))
            .await
            .unwrap()
            .is_ok_and(|n| n > 0)
        {}
    }

    /// Takes at least this many bytes.
    pub async fn swallow_some(&mut self, count: usize) {
        let mut block = vec![0; count];
        timeout(PATIENCE, self.io.read_exact(&mut block))
            .await
            .unwrap()
            .unwrap();
    }

    /// Greeting and EHLO, with these extensions.
    pub async fn greet(&mut self, extensions: &[&str]) {
        self.say("220 mail.test ESMTP\r\n").await;
        self.hear_hello(extensions).await;
    }

    pub async fn hear_hello(&mut self, extensions: &[&str]) {
        self.hear("EHLO client.test\r\n").await;
        let mut lines = vec!["mail.test"];
        lines.extend(extensions);
        let last = lines.len() - 1;
        let reply: String = lines
            .iter()
            .enumerate()
            .map(|(i, line)| format!("250{}{line}\r\n", if i == last { ' ' } else { '-' }))
            .collect();
        self.say(&reply).await;
    }

    /// Takes the envelope of one recipient, sent as one group.
    pub async fn accept_envelope(&mut self) {
        self.hear(super::GROUP).await;
        self.say("250 ok\r\n250 ok\r\n354 go\r\n").await;
    }

    /// Takes the envelope, and the message of these tests.
    pub async fn accept_message(&mut self) {
        self.accept_envelope().await;
        self.hear(super::ON_THE_WIRE).await;
        self.say("250 ok\r\n").await;
    }

    /// Becomes the server side of a TLS session. `None` if the client gave up on it.
    pub async fn encrypt(self, server: Arc<rustls::ServerConfig>) -> Option<Self> {
        let accepted = timeout(PATIENCE, TlsAcceptor::from(server).accept(self.io))
            .await
            .unwrap();
        accepted.ok().map(|stream| Self {
            io: Box::new(stream),
        })
    }
}

/// A socket address nobody listens on.
pub(super) async fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

/// Compile-time reminder that a connection can move between tasks.
#[allow(dead_code)]
fn a_connection_is_send(connection: super::Connection, socket: TcpStream) {
    fn send<T: Send>(_: T) {}
    send(connection);
    send(socket);
}
